import EVMTypes
import Pools
import TestSupport
import Testing

@testable import Paths

/// Hostile markets: empty and lopsided reserves, tokens of 2 and 24 decimals, one-sided and gapped ranges.
@Suite struct PathFinderFuzzTests {
    private func hostile(using random: inout SeededGenerator) throws -> MarketState {
        let tokens = Int.random(in: 2...9, using: &random)
        var market = TestMarkets.empty(tokens: tokens)
        let decimals = (0..<tokens).map { _ in [2, 6, 18, 24].randomElement(using: &random) ?? 18 }
        func reserve(_ token: Int) -> UInt128 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: 0
            case 1: 1
            case 2: (1 << 112) - 1
            case 3: UInt128.random(in: 1...1000, using: &random)
            default:
                UInt128(
                    PathFinderMarkets.naturalPower(
                        10, Double(decimals[token]) + Double.random(in: -1...6, using: &random)))
            }
        }
        for _ in 0..<Int.random(in: 2...24, using: &random) {
            let a = Int.random(in: 0..<tokens, using: &random)
            let b = (a + Int.random(in: 1..<tokens, using: &random)) % tokens
            if Bool.random(using: &random) {
                try TestMarkets.addPair(&market, a, b, reserve(a), reserve(b))
                continue
            }
            let tick = Int32.random(in: -400_000...400_000, using: &random)
            var positions: [(Int32, Int32, UInt128)] = []
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let centre = tick / 60 + Int32.random(in: -300...300, using: &random)
                let amount = UInt128(PathFinderMarkets.naturalPower(10, Double.random(in: 0...24, using: &random)))
                positions.append((centre, centre + Int32.random(in: 1...200, using: &random), max(1, amount)))
            }
            try TestMarkets.addConcentrated(&market, a, b, tick: tick, positions: positions)
        }
        return market
    }

    @Test func noTrapNoNaNNoFalseProof() throws {
        var random = SeededGenerator(seed: 81)
        var proofs = 0, plans = 0, ends = [0, 0, 0]
        for round in 0..<1500 {
            var market = try hostile(using: &random)
            let gas = Bool.random(using: &random) ? 0.0 : 1e12
            var finder = PathFinderMarkets.finder(over: market, gas: gas, dust: 1)
            for step in 0..<4 {
                let touched =
                    step == 0
                    ? (0..<PoolIndex(market.poolCount)).map { $0 }
                    : [PoolIndex.random(in: 0..<PoolIndex(market.poolCount), using: &random)]
                if step > 0 {
                    let share = PathFinderMarkets.naturalPower(10, Double.random(in: -6...1, using: &random))
                    let up = Bool.random(using: &random)
                    _ = try PathFinderMarkets.disturb(&market, touched[0], share: share, zeroForOne: up)
                }
                for pool in touched { finder.update(pool, from: market) }
                let drafts = finder.process(touched, stop: { false })
                #expect(!finder.prices.price.contains { !$0.isFinite }, "round \(round)")
                #expect(finder.prices.leastCost >= -1e-9, "round \(round): \(finder.prices.leastCost)")
                for draft in drafts {
                    ends[Int(draft.end.rawValue)] += 1
                    #expect(draft.bound.isFinite && draft.best.net.isFinite, "round \(round)")
                    // Where the optimum is not reached the best single cycle is the answer, if it pays.
                    for cycle in [draft.first, draft.shortCycle] where !cycle.isShared && !cycle.legs.isEmpty {
                        #expect(max(0, draft.best.net) >= cycle.net, "round \(round)")
                    }
                }
                if drafts.isEmpty, finder.unsettledNow == 0, gas == 0, finder.groups.allSatisfy({ $0.pools.isEmpty }) {
                    proofs += 1
                    #expect(!PathFinderMarkets.hasNegativeCycle(finder, slack: 1e-7), "round \(round): a false proof")
                }
                for found in finder.finish(drafts, in: market).opportunities {
                    plans += 1
                    #expect(found.plan.holds(in: market), "round \(round)")
                    #expect(found.net <= found.bound, "round \(round): \(found.net) \(found.bound)")
                }
            }
        }
        print("fuzz: \(proofs) proofs, \(plans) plans, ends (optimum, unconverged, cut) \(ends)")
        #expect(plans > 100 && proofs > 100)
    }
}
