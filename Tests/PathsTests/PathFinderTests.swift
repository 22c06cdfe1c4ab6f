import EVMTypes
import Pools
import TestSupport
import Testing

@testable import Paths

/// Proof, invariant, optimum and exactness on made-up markets.
@Suite struct PathFinderTests {
    @Test func invariantHoldsAfterEveryUpdateOfALongStream() throws {
        var random = SeededGenerator(seed: 61)
        var market = try PathFinderMarkets.wide(tokens: 120, using: &random)
        for gas in [0.0, 1e15] {
            var finder = PathFinderMarkets.finder(over: market, gas: gas, dust: 1e6)
            _ = finder.search(through: [], in: market)
            var proofs = 0, plans = 0, worst = 0.0, exactNet = 0.0
            for step in 0..<1500 {
                let pool = PoolIndex.random(in: 0..<PoolIndex(market.poolCount), using: &random)
                let share = PathFinderMarkets.naturalPower(10, Double.random(in: -5 ... -1, using: &random))
                let up = Bool.random(using: &random)
                guard try PathFinderMarkets.disturb(&market, pool, share: share, zeroForOne: up) else { continue }
                finder.update(pool, from: market, ticksChanged: false)
                let result = finder.search(through: [pool], in: market)
                worst = min(worst, finder.prices.leastCost)
                #expect(finder.prices.leastCost >= -1e-9, "step \(step)")
                if result.isProof { proofs += 1 }
                for found in result.opportunities {
                    plans += 1
                    #expect(found.plan.holds(in: market), "step \(step)")
                    #expect(found.net <= found.bound, "step \(step)")
                    #expect(found.net > 0)
                    exactNet += found.net
                }
                // The market takes what was offered, as it would on the chain.
                for found in result.opportunities where try PathFinderMarkets.take(found.plan, in: &market) {
                    for leg in found.plan.legs { finder.update(leg.pool, from: market, ticksChanged: false) }
                    _ = finder.search(through: found.plan.legs.map(\.pool), in: market)
                    #expect(finder.prices.leastCost >= -1e-9, "step \(step)")
                }
            }
            print("stream: gas \(gas): \(proofs) proofs, \(plans) plans, least cost \(worst), \(finder.counters)")
            #expect(proofs > 300 && plans > 100)
            #expect(Double(finder.counters.unconverged) < 0.001 * Double(finder.counters.opportunities))
            #expect(finder.counters.capped == 0)
        }
    }

    @Test func proofAgreesWithBellmanAndFord() throws {
        var random = SeededGenerator(seed: 62)
        var agreed = [0, 0], unsettled = 0
        for _ in 0..<400 {
            let market = try TestMarkets.random(using: &random, concentratedShare: 0.4, depth: 1_000_000)
            var finder = PathFinderMarkets.finder(over: market)
            let drafts = finder.process((0..<PoolIndex(market.poolCount)).map { $0 }, stop: { false })
            // Within 1e-7 of balance the two may differ by rounding.
            if drafts.isEmpty, finder.unsettledNow == 0 {
                #expect(!PathFinderMarkets.hasNegativeCycle(finder, slack: 1e-7), "a false proof")
                agreed[0] += 1
            } else {
                #expect(PathFinderMarkets.hasNegativeCycle(finder, slack: -1e-7), "a false cycle")
                agreed[1] += 1
                unsettled += finder.unsettledNow
            }
        }
        print("proof against Bellman-Ford: \(agreed[0]) proofs, \(agreed[1]) cycles; \(unsettled) lead nowhere")
        #expect(agreed[1] > 100 && agreed[0] > 20)
    }

    @Test func planIsNeverWorseThanTheBestShortCycle() throws {
        var random = SeededGenerator(seed: 63)
        let market = try PathFinderMarkets.wide(tokens: 80, using: &random)
        var finder = PathFinderMarkets.finder(over: market, dust: 1e6)
        _ = finder.search(through: [], in: market)
        var search = CycleSearch(settings: .everything(minHops: 2, maxHops: 3))
        search.addSettlement(0)
        for pool in 0..<PoolIndex(market.poolCount) { search.update(pool, from: market) }
        var compared = 0, better = 0, worst = 0.0
        for _ in 0..<600 {
            let pool = PoolIndex.random(in: 0..<PoolIndex(market.poolCount), using: &random)
            let up = Bool.random(using: &random), share = Double.random(in: 0.002...0.08, using: &random)
            var after = market, overlay = MarketOverlay()
            guard try PathFinderMarkets.disturb(&after, pool, share: share, zeroForOne: up) else { continue }
            overlay.set(pool, after.pool(pool), in: market)
            let single = search.search(over: overlay, in: market, floor: 0).plans.first?.profit ?? 0
            let found = finder.search(over: overlay, in: market).opportunities
            let joint = PathFinderMarkets.netSideBySide(found)
            guard single > 1_000_000_000_000 else { continue }
            compared += 1
            if joint > Double(single) * 1.000001 { better += 1 }
            worst = max(worst, 1 - joint / Double(single))
            #expect(joint >= Double(single) * (1 - 1e-6), "\(joint) \(single)")
        }
        print("best short cycle: \(compared) updates, the joint plan earns more in \(better), worst loss \(worst)")
        #expect(compared > 60 && better > 20)
    }

    @Test func overlaysLeaveNoTraceAndAgreeWithTheRealUpdate() throws {
        var random = SeededGenerator(seed: 64)
        let market = try PathFinderMarkets.wide(tokens: 60, using: &random)
        var finder = PathFinderMarkets.finder(over: market, dust: 1e3)
        _ = finder.search(through: [], in: market)
        var plans = 0
        for _ in 0..<300 {
            let pool = PoolIndex.random(in: 0..<PoolIndex(market.poolCount), using: &random)
            var overlay = MarketOverlay()
            let up = Bool.random(using: &random)
            let share = Double.random(in: 0.001...0.05, using: &random)
            var after = market
            guard try PathFinderMarkets.disturb(&after, pool, share: share, zeroForOne: up) else { continue }
            overlay.set(pool, after.pool(pool), in: market)
            let (prices, gains, group) = (finder.prices.price, finder.prices.gain, finder.group)
            let (outs, ins, roots) = (finder.prices.slackOut, finder.prices.slackIn, finder.curves.root)
            let speculative = finder.search(over: overlay, in: market)
            #expect(finder.prices.price == prices && finder.prices.gain == gains && finder.group == group)
            #expect(finder.prices.slackOut == outs && finder.prices.slackIn == ins && finder.curves.root == roots)
            var real = finder
            real.update(pool, from: after, ticksChanged: false)
            let direct = real.search(through: [pool], in: after)
            #expect(direct.opportunities == speculative.opportunities)
            for found in speculative.opportunities { #expect(found.plan.holds(over: overlay, in: market)) }
            plans += speculative.opportunities.count
        }
        #expect(plans > 30)
    }

    @Test func answersDoNotDependOnTheNumberOfThreads() async throws {
        var random = SeededGenerator(seed: 65)
        let market = try PathFinderMarkets.wide(tokens: 60, using: &random)
        var base = PathFinderMarkets.finder(over: market, dust: 1e3)
        _ = base.search(through: [], in: market)
        var overlays: [MarketOverlay] = []
        for _ in 0..<64 {
            let pool = PoolIndex.random(in: 0..<PoolIndex(market.poolCount), using: &random)
            var after = market, overlay = MarketOverlay()
            let up = Bool.random(using: &random)
            guard try PathFinderMarkets.disturb(&after, pool, share: 0.03, zeroForOne: up) else { continue }
            overlay.set(pool, after.pool(pool), in: market)
            overlays.append(overlay)
        }
        let published = base, pending = overlays
        var answers: [[[Opportunity]]] = []
        for threads in [1, 2, 5] {
            var found = [[Opportunity]](repeating: [], count: pending.count)
            await withTaskGroup(of: [(Int, [Opportunity])].self) { group in
                for thread in 0..<threads {
                    group.addTask {
                        var reader = published
                        return stride(from: thread, to: pending.count, by: threads).map {
                            ($0, reader.search(over: pending[$0], in: market).opportunities)
                        }
                    }
                }
                for await part in group { for (i, opportunities) in part { found[i] = opportunities } }
            }
            answers.append(found)
        }
        #expect(answers[0] == answers[1] && answers[0] == answers[2])
        #expect(answers[0].contains { !$0.isEmpty })
    }

    @Test func deadlineReturnsTheBestSoFarAndKeepsTheInvariant() throws {
        var random = SeededGenerator(seed: 66)
        var plans = 0
        for _ in 0..<40 {
            let market = try TestMarkets.random(using: &random, concentratedShare: 0.3, depth: 1_000_000_000_000)
            let all = (0..<PoolIndex(market.poolCount)).map { $0 }
            for budget in [0, 1, 2, 5, 20] {
                var finder = PathFinderMarkets.finder(over: market), asked = 0
                let result = finder.search(through: all, in: market) {
                    asked += 1
                    return asked > budget
                }
                #expect(finder.prices.leastCost >= -1e-9)
                for found in result.opportunities { #expect(found.plan.holds(in: market)) }
                plans += result.opportunities.count
            }
        }
        #expect(plans > 40)
    }
}
