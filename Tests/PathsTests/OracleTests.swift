import EVMTypes
import Pools
import TestSupport
import Testing

@testable import Paths

/// The search against a brute force that tries every cycle and every input.
@Suite struct OracleTests {
    private func search(_ market: MarketState, _ settlement: TokenIndex, hops: ClosedRange<Int>) -> SearchResult {
        var search = CycleSearch(settings: .everything(minHops: hops.lowerBound, maxHops: hops.upperBound))
        search.addSettlement(settlement)
        for pool in 0..<PoolIndex(market.poolCount) { search.update(pool, from: market) }
        return search.search(through: (0..<PoolIndex(market.poolCount)).map { $0 }, in: market, floor: 0)
    }

    private func compare(markets: Int, seed: UInt64, concentratedShare: Double, depth: UInt128, inputs: UInt128) throws
    {
        var random = SeededGenerator(seed: seed)
        var found = 0, missed = 0, less = 0, lost = 0.0
        for _ in 0..<markets {
            let market = try TestMarkets.random(using: &random, concentratedShare: concentratedShare, depth: depth)
            let oracle = CycleOracle(market: market, settlement: 0, hops: 2...4, inputs: inputs)
            let best = oracle.profits(), result = search(market, 0, hops: 2...4)
            // A concentrated pool may have nothing to sell in one direction: such cycles are not counted.
            let all = oracle.cycles().count
            #expect(concentratedShare == 0 ? result.counters.cycles == all : result.counters.cycles <= all)
            var seen: Set<CycleOracle.Cycle> = []
            for plan in result.plans {
                let cycle = CycleOracle.Cycle(
                    pools: plan.legs.map(\.pool), directions: plan.legs.map(\.zeroForOne))
                #expect(seen.insert(cycle).inserted, "a cycle is found once")
                #expect(plan.holds(in: market))
                guard plan.amountIn <= inputs else { continue }
                let most = best[cycle] ?? 0
                #expect(plan.profit <= most, "seed \(random.seed): profit overstated")
                // Rounding in a concentrated pool is not monotonic: an input one unit off may give one unit more.
                if plan.profit + (concentratedShare > 0 ? 2 : 0) < most {
                    (less, lost) = (less + 1, max(lost, Double(most - plan.profit) / Double(most)))
                }
            }
            found += seen.count
            missed += best.count { !seen.contains($0.key) && $0.value > (concentratedShare > 0 ? 2 : 0) }
        }
        print("oracle: \(found) cycles found, \(missed) missed, \(less) below the optimum, worst by \(lost)")
        #expect(found > markets / 2)
        #expect(missed == 0)
        #expect(less == 0)
    }

    @Test func constantProductPlansAreTheIntegerOptimum() throws {
        try compare(markets: 40, seed: 11, concentratedShare: 0, depth: 3000, inputs: 1500)
    }

    @Test func mixedPlansAreTheIntegerOptimum() throws {
        try compare(markets: 25, seed: 12, concentratedShare: 0.5, depth: 3000, inputs: 2500)
    }

    @Test func concentratedPlansAreTheIntegerOptimum() throws {
        try compare(markets: 20, seed: 13, concentratedShare: 1, depth: 2000, inputs: 2500)
    }
}
