import Bundles
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Paths
import Pools
import TestSupport
import Testing

@Suite("Executor code and flash source")
struct ExecutorDeploymentTests {
    private func deployment() throws -> (ExecutorCode.Immutables, JSON) {
        let row = try ExecutorVectors.json(ExecutorVectors.folder.appendingPathComponent("deployment.json"))
        let owner = try #require(row["owner"]?.address)
        let wrapped = try #require(row["wrappedNative"]?.address)
        return (ExecutorCode.Immutables(owner: owner, wrappedNative: wrapped), row)
    }

    @Test("The embedded bytecode is the committed artifact's, to the byte")
    func equalsArtifact() throws {
        let url = ExecutorVectors.root.appendingPathComponent("contracts/artifacts/Executor.json")
        let artifact = try ExecutorVectors.json(url)
        #expect(ExecutorCode.creation == artifact["creation"]?.hexBytes)
        #expect(ExecutorCode.runtime == artifact["runtime"]?.hexBytes)
        #expect(Keccak256.hash(ExecutorCode.runtime) == artifact["runtimeKeccak"]?.hash32)
        #expect(ExecutorCode.compiler == artifact["compiler"]?.string)
        #expect(ExecutorCode.creation.count == 5_196)
        let source = try Data(contentsOf: ExecutorVectors.root.appendingPathComponent("contracts/src/Executor.vy"))
        #expect(SHA256.hash([UInt8](source)).hex.dropFirst(2) == artifact["sourceSHA256"]?.string ?? "")
    }

    @Test("Creation data and deployed code are those of the chain that ran the vectors")
    func initCode() throws {
        let (immutables, row) = try deployment()
        #expect(Keccak256.hash(try #require(ExecutorCode.initCode(immutables))) == row["initCodeKeccak"]?.hash32)
        #expect(ExecutorCode.deployed(immutables) == row["deployedCode"]?.hexBytes)
        #expect(ExecutorCode.immutables(ofDeployed: ExecutorCode.deployed(immutables)) == immutables)
        #expect(ExecutorCode.initCode(.init(owner: .zero, wrappedNative: immutables.wrappedNative)) == nil)
        #expect(ExecutorCode.initCode(.init(owner: immutables.owner, wrappedNative: .zero)) == nil)
    }

    @Test("Any other code is not taken for the executor")
    func otherCode() throws {
        let (immutables, _) = try deployment()
        let good = ExecutorCode.deployed(immutables)
        #expect(ExecutorCode.immutables(ofDeployed: []) == nil)
        #expect(ExecutorCode.immutables(ofDeployed: Array(good.dropLast())) == nil)
        #expect(ExecutorCode.immutables(ofDeployed: good + [0]) == nil)
        #expect(ExecutorCode.immutables(ofDeployed: ExecutorCode.runtime) == nil)
        var random = SeededGenerator()
        for _ in 0..<200 {
            var bad = good
            bad[Int.random(in: 0..<bad.count - 64, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            #expect(ExecutorCode.immutables(ofDeployed: bad) == nil, "seed \(random.seed)")
        }
        var wide = good
        wide[good.count - 64] = 1
        #expect(ExecutorCode.immutables(ofDeployed: wide) == nil)
    }

    @Test("The deployment transaction creates, sends nothing and covers the measured gas")
    func transaction() throws {
        let (immutables, _) = try deployment()
        let parent = ParentBlock(number: 1, baseFeePerGas: 10, gasUsed: 0, gasLimit: 30_000_000)
        let fees = try FeeChoice(parent: parent, policy: FeePolicy(priorityFeePerGas: 2, validBlocks: 5))
        let deploy = try #require(ExecutorCode.deployment(immutables, chainID: 7, nonce: 3, fees: fees))
        #expect(deploy.to == nil && deploy.value.isZero && deploy.kind == .dynamicFee && deploy.nonce == 3)
        #expect(deploy.maxFeePerGas == fees.maxFeePerGas && deploy.maxPriorityFeePerGas == 2)
        #expect(deploy.intrinsicGas(.prague) < deploy.gasLimit)
    }

    @Test("A cycle starts at the most preferred settlement token, and the pool that pays it out lends")
    func flashSource() throws {
        let tokens = (0..<4).map { Address(high: 0, low: UInt128($0)) }
        #expect(FlashSource.start(tokensIn: tokens, preference: [tokens[2], tokens[0]]) == 2)
        #expect(FlashSource.start(tokensIn: tokens, preference: [Address(high: 5, low: 5), tokens[1]]) == 1)
        #expect(FlashSource.start(tokensIn: tokens, preference: [Address(high: 5, low: 5)]) == nil)
        #expect(FlashSource.rotated(Array("abcd"), start: 2) == Array("cdab"))
        let run = try #require(try ExecutorVectors.runs().first)
        #expect(FlashSource.lender(of: run.pools) == run.pools.last)
        let mixed = try #require(try ExecutorVectors.runs().first { $0.name.hasPrefix("V2-V3-V2 ") }).pools
        #expect((0..<3).map { FlashSource.callsBack($0, of: mixed) } == [false, true, true])
        let url = ExecutorVectors.root.appendingPathComponent("contracts/artifacts/Executor.json")
        let artifact = try ExecutorVectors.json(url)
        let functions = (artifact["abi"]?.array ?? []).compactMap { $0["name"]?.string }
        #expect(FlashSource.callbacks.allSatisfy { functions.contains($0) })
        let last = try #require(run.plan.legs.last), pool = try #require(run.pools.last)
        #expect((last.zeroForOne ? pool.token1 : pool.token0) == run.settlement)
    }
}
