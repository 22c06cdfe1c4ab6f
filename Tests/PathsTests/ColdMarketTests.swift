import EVMTypes
import Pools
import TestSupport
import Testing

@testable import Paths

/// Markets searched from nothing, with many openings at once: what one search returns against other methods.
@Suite struct ColdMarketTests {
    private func markets(_ random: inout SeededGenerator) throws -> [MarketState] {
        [
            try PathFinderMarkets.wide(tokens: Int.random(in: 5...40, using: &random), using: &random),
            try TestMarkets.random(using: &random, concentratedShare: 0.4, depth: 1_000_000_000_000_000_000),
        ]
    }

    @Test func planIsNeverWorseThanTheBestShortCycle() throws {
        var compared = 0, better = 0, worst = 0.0
        for var random in PathFinderMarkets.generators(91) {
            for round in 0..<120 {
                for market in try markets(&random) {
                    let all = (0..<PoolIndex(market.poolCount)).map { $0 }
                    let gas = round % 2 == 0 ? 0 : PathFinderMarkets.naturalPower(10, Double(round % 5) + 12)
                    var finder = PathFinderMarkets.finder(over: market, gas: gas, dust: 1)
                    let net = PathFinderMarkets.netSideBySide(finder.search(through: all, in: market).opportunities)
                    var search = CycleSearch(settings: .everything(minHops: 2, maxHops: 3))
                    search.addSettlement(0)
                    for pool in all { search.update(pool, from: market) }
                    let plans = search.search(through: all, in: market, floor: 0).plans
                    let single = plans.map { Double($0.profit) - gas * Double($0.legs.count) }.max() ?? 0
                    // Doubles propose: below 1e6 units the integer search of the other side tries every unit.
                    guard single > 1e6 else { continue }
                    compared += 1
                    if net > single * (1 + 1e-6) { better += 1 }
                    worst = max(worst, 1 - net / single)
                    #expect(net >= single * (1 - 1e-6), "seed \(random.seed) round \(round): \(net) \(single)")
                }
            }
        }
        print("cold, best short cycle: \(compared) markets, more in \(better), worst loss \(worst)")
        #expect(compared > 60 && better > 30)
    }

    /// The bound is the exact optimum over real amounts to within its rounding, so the gap holds all that the
    /// optimiser, the doubles and the integers lose.
    @Test func integersLoseAFewUnitsAHop() throws {
        var compared = 0, worst = 0.0, unconverged = 0
        for var random in PathFinderMarkets.generators(92) {
            for round in 0..<120 {
                for market in try markets(&random) {
                    let all = (0..<PoolIndex(market.poolCount)).map { $0 }
                    var finder = PathFinderMarkets.finder(over: market, dust: 1)
                    let result = finder.search(through: all, in: market)
                    unconverged += finder.counters.unconverged
                    let bound = finder.wholeMarketBound()
                    let net = PathFinderMarkets.netSideBySide(result.opportunities)
                    #expect(net <= bound, "seed \(random.seed) round \(round): \(net) \(bound)")
                    #expect(finder.prices.leastCost >= -1e-9)
                    // What leads to no settlement token is in the bound, at the prices of the rest of the market.
                    guard bound > 1e9, result.unsettled == 0 else { continue }
                    // Three units of every token a hop, at its worth; and the doubles' last bits of what is traded.
                    var allowed = 0.0
                    for leg in result.opportunities.flatMap(\.plan.legs) {
                        let (token0, token1) = market.tokens(of: leg.pool)
                        let paid = leg.zeroForOne ? token0 : token1
                        allowed += 3 * (finder.worth(of: token0) + finder.worth(of: token1) + 1)
                        allowed += 1e-12 * Double(leg.amountIn) * finder.worth(of: paid)
                    }
                    compared += 1
                    worst = max(worst, (bound - net) / allowed)
                    #expect(
                        bound - net <= allowed,
                        "seed \(random.seed) round \(round): \(bound - net) \(allowed) of \(bound)"
                    )
                }
            }
        }
        print(
            "cold, loss of integers: \(compared) markets, worst \(worst) of the allowance, \(unconverged) unconverged")
        #expect(compared > 60 && unconverged == 0)
    }
}
