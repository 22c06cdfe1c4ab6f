import EVMTypes
import Pools
import TestSupport
import Testing

@testable import Paths

@Suite struct CycleSearchTests {
    private func search(over market: MarketState, settings: SearchSettings = .everything(minHops: 2, maxHops: 4))
        -> CycleSearch
    {
        var search = CycleSearch(settings: settings)
        search.addSettlement(0)
        for pool in 0..<PoolIndex(market.poolCount) { search.update(pool, from: market) }
        return search
    }

    private func allPools(_ market: MarketState) -> [PoolIndex] { (0..<PoolIndex(market.poolCount)).map { $0 } }

    /// 0-1 and 1-0 apart by 10 %, plus a triangle over 2.
    private func handMarket() throws -> MarketState {
        var market = TestMarkets.empty(tokens: 3)
        try TestMarkets.addPair(&market, 0, 1, 1_000_000_000, 2_000_000_000)
        try TestMarkets.addPair(&market, 0, 1, 1_000_000_000, 2_200_000_000)
        try TestMarkets.addPair(&market, 1, 2, 5_000_000_000, 5_000_000_000)
        try TestMarkets.addPair(&market, 2, 0, 4_400_000_000, 2_000_000_000)
        return market
    }

    @Test func theHandMarketGivesItsKnownCycle() throws {
        let market = try handMarket()
        var search = search(over: market, settings: .everything(minHops: 2, maxHops: 2))
        let plan = try #require(search.search(through: allPools(market), in: market, floor: 0).plans.first)
        #expect(plan.legs.map(\.pool) == [1, 0])
        #expect(plan.legs.map(\.zeroForOne) == [true, false])
        // A Python loop over all inputs gives 997,439 at 21,834,164; its closed form 21,843,764.
        #expect((997_438...997_439).contains(plan.profit))
        #expect((21_800_000...21_880_000).contains(plan.amountIn))
        #expect(plan.holds(in: market))
    }

    @Test func aPlanThatWasTamperedWithDoesNotHold() throws {
        let market = try handMarket()
        var search = search(over: market)
        let plan = try #require(search.search(through: allPools(market), in: market, floor: 0).plans.first)
        var more = plan
        more.profit += 1
        #expect(!more.holds(in: market))
        var richer = plan
        richer.legs[0].amountOut += 1
        #expect(!richer.holds(in: market))
    }

    @Test func touchingOnePoolFindsExactlyTheCyclesThroughIt() throws {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<30 {
            let market = try TestMarkets.random(using: &random, concentratedShare: 0.3, depth: 100_000)
            var search = search(over: market)
            let all = search.search(through: allPools(market), in: market, floor: 0)
            for pool in allPools(market) {
                let some = search.search(through: [pool, pool], in: market, floor: 0)
                #expect(some.plans == all.plans.filter { $0.legs.contains { $0.pool == pool } })
            }
        }
    }

    @Test func anOverlaySearchEqualsASearchOfTheChangedMarketAndLeavesTheBaseAsItWas() throws {
        var random = SeededGenerator(seed: 22)
        for _ in 0..<30 {
            let market = try TestMarkets.random(using: &random, concentratedShare: 0, depth: 1_000_000)
            var overlay = MarketOverlay()
            for _ in 0..<3 {
                let pool = PoolIndex.random(in: 0..<PoolIndex(market.poolCount), using: &random)
                _ = try? overlay.swap(
                    pool, exactIn: true, amount: UInt128.random(in: 1000...400_000, using: &random),
                    zeroForOne: Bool.random(using: &random), in: market)
            }
            var changed = market
            for pool in overlay.touchedPools {
                guard case .uniswapV2(let pair) = overlay.pool(pool, in: market) else { continue }
                try changed.setReserves(pool, reserve0: pair.reserve0, reserve1: pair.reserve1)
            }
            var search = search(over: market), other = self.search(over: changed)
            let before = search.search(through: allPools(market), in: market, floor: 0)
            let overlaid = search.search(over: overlay, in: market, floor: 0)
            let expected = other.search(through: overlay.touchedPools, in: changed, floor: 0)
            #expect(overlaid.plans == expected.plans)
            for plan in overlaid.plans { #expect(plan.holds(over: overlay, in: market)) }
            let after = search.search(through: allPools(market), in: market, floor: 0)
            #expect(after == before)
        }
    }

    @Test func poolsAddedLaterAreFoundAndQuarantinedOnesAreNot() throws {
        var market = try handMarket()
        var search = search(over: market)
        let before = search.search(through: allPools(market), in: market, floor: 0).plans.count
        let added = try TestMarkets.addPair(&market, 0, 2, 1_000_000_000, 3_000_000_000)
        search.update(added, from: market)
        let more = search.search(through: allPools(market), in: market, floor: 0)
        #expect(more.plans.count > before)
        market.quarantine(added, .netSumMismatch)
        search.update(added, from: market)
        let after = search.search(through: allPools(market), in: market, floor: 0)
        #expect(after.plans.count == before)
        #expect(!after.plans.contains { $0.legs.contains { $0.pool == added } })
    }

    @Test func boundsAreKeptAndWhatTheyCutIsCounted() throws {
        let market = try handMarket()
        var settings = SearchSettings.everything(minHops: 2, maxHops: 3)
        settings.maxEdgeVisits = 1
        var narrow = search(over: market, settings: settings)
        let cut = narrow.search(through: allPools(market), in: market, floor: 0)
        #expect(cut.counters.poolsCut == 4)
        settings = .everything(minHops: 2, maxHops: 3)
        settings.maxRefined = 1
        var few = search(over: market, settings: settings)
        let refined = few.search(through: allPools(market), in: market, floor: 0)
        #expect(refined.counters.refined == 1)
        #expect(refined.counters.candidatesCut == refined.counters.candidates - 1)
        #expect(refined.plans.count == 1)
        var high = search(over: market)
        let none = high.search(through: allPools(market), in: market, floor: 1e30)
        #expect(none.plans.isEmpty)
    }

    @Test func twoSettlementTokensEachGetTheirCyclesAndValuesRankThem() throws {
        let market = try handMarket()
        var search = CycleSearch(settings: .everything(minHops: 2, maxHops: 2))
        for pool in allPools(market) { search.update(pool, from: market) }
        search.addSettlement(0)
        search.addSettlement(1, value: 1e6)
        let plans = search.search(through: allPools(market), in: market, floor: 0).plans
        #expect(plans.map(\.settlement) == [1, 0])
        search.addSettlement(1, value: 1e-6)
        let turned = search.search(through: allPools(market), in: market, floor: 0).plans
        #expect(turned.map(\.settlement) == [0, 1])
    }
}
