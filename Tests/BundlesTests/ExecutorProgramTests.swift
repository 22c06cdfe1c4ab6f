import Bundles
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Paths
import Pools
import TestSupport
import Testing

@Suite("Executor program")
struct ExecutorProgramTests {
    @Test("Every program that ran on the contract is encoded to the same bytes", arguments: try ExecutorVectors.runs())
    func encodesWhatRan(run: ExecutorVectors.Run) throws {
        let program = try ExecutorProgram(plan: run.plan, pools: run.pools, settlement: run.settlement)
        let limits = try ExecutorLimits(validUntilBlock: run.validUntilBlock, tip: run.tip, minProfit: run.minProfit)
        #expect(ExecutorCalls.run(program, limits: limits) == run.calldata)
        #expect(program.grossProfit == run.plan.profit)
        #expect(U256(run.growth) == U256(program.grossProfit) - run.tip)
    }

    @Test("The vectors hold V2 and V3 in every order of two legs, three legs, and the bound of eight")
    func vectorsCoverTheShapes() throws {
        let shapes = Set(
            try ExecutorVectors.runs().map { run in run.pools.map { $0.kind == .uniswapV3 ? "3" : "2" }.joined() })
        #expect(shapes.isSuperset(of: ["22", "23", "32", "33", "222", "232", "323", "333", "22223333"]))
    }

    @Test("Selectors are Keccak of the signatures")
    func selectors() throws {
        let run = try #require(try ExecutorVectors.runs().first)
        let program = try ExecutorProgram(plan: run.plan, pools: run.pools, settlement: run.settlement)
        let limits = try ExecutorLimits(validUntilBlock: 1, tip: .zero, minProfit: 0)
        let calls: [(String, [UInt8])] = [
            ("run(uint256,bytes)", ExecutorCalls.run(program, limits: limits)),
            ("withdraw(address,uint256,address)", ExecutorCalls.withdraw(token: .zero, amount: .zero, to: .zero)),
            ("owner()", ExecutorCalls.owner), ("wrapped_native()", ExecutorCalls.wrappedNative),
            ("balanceOf(address)", ExecutorCalls.balance(of: .zero)),
        ]
        for (signature, data) in calls {
            #expect(
                Array(Keccak256.hash(Array(signature.utf8)).bytes.prefix(4)) == Array(data.prefix(4)), "\(signature)")
        }
    }

    @Test("Withdraw calldata is that of the vector")
    func withdraw() throws {
        let row = try #require(
            try ExecutorVectors.json(ExecutorVectors.folder.appendingPathComponent("deployment.json"))["withdraw"])
        let data = ExecutorCalls.withdraw(
            token: try #require(row["token"]?.address),
            amount: try #require(row["amount"]?.string.flatMap { U256(decimal: $0) }),
            to: try #require(row["to"]?.address))
        #expect(data == row["calldata"]?.hexBytes)
    }

    @Test("Limits refuse what does not fit and pack the extremes without overlap")
    func limits() throws {
        #expect(throws: BundleError.blockOutOfRange) {
            try ExecutorLimits(validUntilBlock: 0, tip: .zero, minProfit: 0)
        }
        #expect(throws: BundleError.blockOutOfRange) {
            try ExecutorLimits(validUntilBlock: 1 << 40, tip: .zero, minProfit: 0)
        }
        #expect(throws: BundleError.tipTooLarge) {
            try ExecutorLimits(validUntilBlock: 1, tip: U256.one << 88, minProfit: 0)
        }
        let top = try ExecutorLimits(validUntilBlock: 1 << 40 - 1, tip: (U256.one << 88) - .one, minProfit: .max)
        #expect(top.word == U256(1 << 40 - 1 as UInt64) << 216 | ((U256.one << 88) - .one) << 128 | U256(UInt128.max))
        var random = SeededGenerator()
        for _ in 0..<500 {
            let block = UInt64.random(in: 1..<1 << 40, using: &random)
            let tip = UInt128.random(in: 0..<1 << 88, using: &random)
            let profit = UInt128.random(in: 0 ... .max, using: &random)
            let word = try ExecutorLimits(validUntilBlock: block, tip: U256(tip), minProfit: profit).word
            #expect(word >> 216 == U256(block), "seed \(random.seed)")
            #expect((word >> 128) & ((U256.one << 88) - .one) == U256(tip), "seed \(random.seed)")
            #expect(word & U256(UInt128.max) == U256(profit), "seed \(random.seed)")
        }
    }
}

@Suite("Executor program refusals")
struct ExecutorProgramRefusalTests {
    private func refusal(_ change: (inout ExecutorVectors.Run) -> Void) throws -> BundleError? {
        var run = try #require(try ExecutorVectors.runs().first { $0.pools.count == 3 })
        change(&run)
        do {
            _ = try ExecutorProgram(plan: run.plan, pools: run.pools, settlement: run.settlement)
            return nil
        } catch {
            return error
        }
    }

    @Test("Every malformed plan is refused by name")
    func malformed() throws {
        #expect(try refusal { _ in } == nil)
        #expect(try refusal { $0.plan.legs = [] } == .tooFewLegs)
        #expect(try refusal { $0.plan.legs.removeLast(2) } == .tooFewLegs)
        #expect(try refusal { $0.plan.legs += $0.plan.legs + $0.plan.legs } == .tooManyLegs)
        #expect(try refusal { $0.pools.removeLast() } == .poolCountMismatch)
        #expect(try refusal { $0.plan.legs[1].amountOut = 0 } == .zeroAmount(leg: 1))
        #expect(try refusal { $0.plan.legs[0].amountIn = 0 } == .zeroAmount(leg: 0))
        #expect(try refusal { $0.plan.legs[2].amountOut = 1 << 126 } == .amountTooLarge(leg: 2))
        #expect(try refusal { $0.plan.legs[1].amountIn += 1 } == .brokenChain(leg: 1))
        #expect(try refusal { $0.plan.legs[1].zeroForOne.toggle() } == .brokenChain(leg: 1))
        #expect(try refusal { $0.settlement = $0.pools[0].address } == .brokenChain(leg: 0))
        #expect(try refusal { $0.pools[2].address = $0.pools[0].address } == .poolRepeated(leg: 2))
        #expect(try refusal { $0.plan.profit += 1 } == .profitMismatch)
        #expect(try refusal { $0.plan.legs[2].amountOut = 1 } == .profitMismatch)
        #expect(
            try refusal {
                $0.plan.legs.removeLast()
                $0.pools.removeLast()
            } == .brokenChain(leg: 1))
    }

    @Test("Random plans are encoded faithfully or refused, never trapped")
    func fuzz() throws {
        var random = SeededGenerator()
        let run = try #require(try ExecutorVectors.runs().last)
        for _ in 0..<2_000 {
            var plan = run.plan
            var pools = run.pools
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let at = Int.random(in: 0..<plan.legs.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: plan.legs[at].amountIn = UInt128.random(in: 0 ... .max, using: &random)
                case 1: plan.legs[at].amountOut = UInt128.random(in: 0 ... .max, using: &random)
                case 2: plan.legs[at].zeroForOne.toggle()
                case 3: plan.profit = UInt128.random(in: 0 ... .max, using: &random)
                default: pools.swapAt(at, Int.random(in: 0..<pools.count, using: &random))
                }
            }
            guard let program = try? ExecutorProgram(plan: plan, pools: pools, settlement: run.settlement) else {
                continue
            }
            #expect(program.bytes.count == 36 * (plan.legs.count + 1))
            for (index, leg) in plan.legs.enumerated() {
                let record = program.bytes[36 * (index + 1)..<36 * (index + 2)]
                let word = U256(bigEndian: record.suffix(16)).lo
                #expect(Array(record.prefix(20)) == pools[index].address.bytes)
                #expect(word >> 127 == (pools[index].kind == .uniswapV3 ? 1 : 0))
                #expect(word >> 126 & 1 == (leg.zeroForOne ? 1 : 0))
                let amount = pools[index].kind == .uniswapV3 ? leg.amountIn : leg.amountOut
                #expect(word & (1 << 126 - 1) == amount, "seed \(random.seed)")
            }
        }
    }
}
