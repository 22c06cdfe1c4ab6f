import Bundles
import ChainCosts
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Paths
import Pools
import TestSupport
import Testing

@Suite("Bundle builder")
struct BundleBuilderTests {
    static let executor = Address(high: 1, low: 2)

    static func request(_ run: ExecutorVectors.Run) -> BundleRequest {
        BundleRequest(
            plan: run.plan, pools: run.pools, settlement: run.settlement,
            parent: ParentBlock(
                number: run.validUntilBlock - 1, baseFeePerGas: 1_000_000, gasUsed: 15_000_000, gasLimit: 30_000_000),
            nonce: 5)
    }

    static func builder(_ run: ExecutorVectors.Run, _ policy: FeePolicy) -> BundleBuilder {
        let context = ExecutorContext(chainID: 1337, executor: executor, wrappedNative: run.settlement)
        return BundleBuilder(context: context, policy: policy)
    }

    @Test("The transaction is the one that ran on the contract", arguments: try ExecutorVectors.runs())
    func matchesWhatRan(run: ExecutorVectors.Run) throws {
        var request = Self.request(run)
        request.simulatedGas = run.gasUsed
        let policy = FeePolicy(tipBps: run.tipBps, priorityFeePerGas: 3)
        do {
            let bundle = try Self.builder(run, policy).bundle(for: request)
            #expect(bundle.ours.data == run.calldata)
            #expect(bundle.ours.kind == .dynamicFee && bundle.ours.chainID == 1337 && bundle.ours.nonce == 5)
            #expect(bundle.ours.to == Self.executor && bundle.ours.value.isZero && bundle.ours.signature == nil)
            #expect(bundle.tipWei == run.tip && bundle.minProfit == run.minProfit)
            #expect(bundle.expectedGas == run.gasUsed && bundle.gasLimit >= run.gasUsed + run.gasUsed / 4)
            #expect(bundle.gasCostWei == U256(run.gasUsed) * 1_000_003)
            // What the executor really grew by, less what gas really costs.
            #expect(bundle.netProfitWei == U256(run.growth) - U256(run.gasUsed) * 1_000_003)
        } catch {
            let missing = U256(run.gasUsed) * 1_000_003 - U256(run.growth) + .one
            #expect(error == .unprofitable(shortfallWei: missing))
        }
    }

    @Test("At the test's gas price most vectors pay, so the comparison above is not idle")
    func vectorsPay() throws {
        let paying = try ExecutorVectors.runs().filter { run in
            (try? Self.builder(run, FeePolicy(tipBps: run.tipBps)).bundle(for: Self.request(run))) != nil
        }
        #expect(paying.count >= 15)
    }

    @Test("The gas model lies above every figure of the gas snapshot and every vector")
    func gasModel() throws {
        for run in try ExecutorVectors.runs() {
            let model = GasModel.executor.estimate(kinds: run.pools.map(\.kind), paysTip: !run.tip.isZero)
            #expect(model > run.gasUsed + run.gasUsed / 10, "\(run.name): model \(model), measured \(run.gasUsed)")
        }
        let snapshot = try ExecutorVectors.json(
            ExecutorVectors.root.appendingPathComponent("contracts/artifacts/gas-snapshot.json"))
        var rows = 0
        for name in snapshot.object?.keys ?? [] where name.hasPrefix("V") {
            let kinds = name.split(separator: "-").map { $0 == "V3" ? PoolKind.uniswapV3 : .uniswapV2 }
            for (key, paysTip) in [("run", false), ("runWithTip", true)] {
                let measured = try #require(snapshot[name]?[key]?.uint64)
                #expect(
                    GasModel.executor.estimate(kinds: kinds, paysTip: paysTip) > measured + measured / 10,
                    "\(name) \(key)")
                rows += 1
            }
        }
        #expect(rows >= 16)
        #expect(try #require(snapshot["deploy"]?["run"]?.uint64) < ExecutorCode.deploymentGas)
        #expect(GasModel.executor.estimate(kinds: [.uniswapV3], ticksCrossed: .max, paysTip: true) == .max)
    }

    @Test("Net profit is never overstated: gross = tip + gas cost + net, and one wei less gross is one wei less net")
    func sums() throws {
        var random = SeededGenerator()
        let run = try #require(try ExecutorVectors.runs().first)
        var built = 0
        for _ in 0..<2_000 {
            var request = Self.request(run)
            let gain = UInt128.random(in: 0..<1 << UInt128.random(in: 30...87, using: &random), using: &random)
            let last = request.plan.legs.count - 1
            request.plan.legs[last].amountOut = request.plan.amountIn + gain
            request.plan.profit = gain
            request.simulatedGas =
                Bool.random(using: &random) ? UInt64.random(in: 21_000...2_000_000, using: &random) : nil
            request.parent.gasUsed = UInt64.random(in: 0...30_000_000, using: &random)
            let fee = UInt64.random(in: 0...1_000_000, using: &random)
            // No data fee but the smallest's, and an operator fee that is the constant.
            request.costs = .opStack(.jovian, OPStackParameters(l1BaseFee: .zero, operatorFeeConstant: fee))
            let policy = FeePolicy(
                tipBps: UInt32.random(in: 0...10_000, using: &random),
                priorityFeePerGas: U256(UInt64.random(in: 0...100, using: &random)),
                validBlocks: UInt32.random(in: 1...5, using: &random))
            let price = try FeeChoice(parent: request.parent, policy: policy).maxFeePerGas
            do {
                let bundle = try Self.builder(run, policy).bundle(for: request)
                built += 1
                #expect(bundle.tipWei + bundle.gasCostWei + bundle.netProfitWei == U256(gain), "seed \(random.seed)")
                #expect(bundle.gasCostWei == U256(bundle.expectedGas) * price + U256(fee))
                #expect(U256(bundle.minProfit) + bundle.tipWei == U256(gain))
                #expect(bundle.tipWei * 10_000 <= U256(gain) * U256(UInt64(policy.tipBps)))
                #expect(bundle.gasLimit > bundle.expectedGas)
            } catch {
                guard case .unprofitable(let shortfall) = error else {
                    Issue.record("\(error), seed \(random.seed)")
                    continue
                }
                #expect(!shortfall.isZero)
            }
        }
        #expect(built > 200)
    }

    @Test("A settlement token that is not the wrapped native needs a rate and pays no tip")
    func otherSettlement() throws {
        let run = try #require(try ExecutorVectors.runs().first)
        let context = ExecutorContext(chainID: 1, executor: Self.executor, wrappedNative: Address(high: 9, low: 9))
        let builder = BundleBuilder(context: context, policy: FeePolicy(tipBps: 5_000))
        var request = Self.request(run)
        #expect(throws: BundleError.noNativeRate) { try builder.bundle(for: request) }
        request.nativeRate = NativeRate(nativeWei: 7, settlementUnits: 3)
        let bundle = try builder.bundle(for: request)
        #expect(bundle.tipWei.isZero && bundle.minProfit == run.plan.profit)
        #expect(bundle.grossProfitWei == U256(run.plan.profit) * 7 / 3)
        request.nativeRate = NativeRate(nativeWei: 1, settlementUnits: .zero)
        #expect(throws: BundleError.noNativeRate) { try builder.bundle(for: request) }
    }

    @Test("A signed bundle is the targets' bytes and ours; another transaction is not taken for ours")
    func rawTransactions() throws {
        let run = try #require(try ExecutorVectors.runs().first)
        let secret = [UInt8](repeating: 0, count: 31) + [90]
        guard let key = PrivateKey(bytes: secret) else { throw BundleError.badPolicy }
        let target = Transaction(
            kind: .dynamicFee, chainID: 1337, nonce: 0, gasLimit: 21_000, to: Self.executor, maxFeePerGas: 9
        ).signed(by: key)
        var request = Self.request(run)
        request.targets = [target]
        let bundle = try Self.builder(run, FeePolicy()).bundle(for: request)
        let signed = bundle.ours.signed(by: key)
        #expect(bundle.rawTransactions(signed: signed) == [target.encoded(), signed.encoded()])
        #expect(bundle.rawTransactions(signed: bundle.ours) == nil)
        #expect(bundle.rawTransactions(signed: target) == nil)
        #expect(bundle.target == target)
    }

    @Test("Gas above the limit of one transaction is refused")
    func gasLimit() throws {
        let run = try #require(try ExecutorVectors.runs().first)
        var request = Self.request(run)
        for gas: UInt64 in [1 << 24, .max, 15_000_000] {
            request.simulatedGas = gas
            #expect(throws: BundleError.gasLimitTooHigh) { try Self.builder(run, FeePolicy()).bundle(for: request) }
        }
    }
}
