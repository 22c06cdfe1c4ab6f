internal import EVMTypes
public import Pools

/// What one search found.
public struct PathFinderResult: Hashable, Sendable {
    /// Openings that pay after gas and hold in integers, the most net first. Each holds on its own; of two that share a
    /// pool the first is worth more: take it and search again.
    public var opportunities: [Opportunity] = []
    /// Openings whose best exact plan does not pay its gas.
    public var belowGas = 0
    /// Openings whose gain no pool leads from to a settlement token. They are muted until one of their pools changes.
    public var unsettled = 0
    /// True when nothing was found and nothing cut short: no cycle of any length gains more than theta allows.
    public var isProof = false
    public var counters = PathFinderCounters()
}

extension PathFinder {
    /// Takes over a pool, new or changed. To be called for every pool that a block touched, before `search`.
    ///
    /// `ticksChanged` says whether a concentrated pool's ticks may differ from the last time (Mint, Burn, Initialize or
    /// a new snapshot): reading them costs O(ticks), a price alone O(log ticks). O(1) for a constant-product pool. A
    /// pool that is not usable (no state, quarantined, removed) takes no part until it is.
    public mutating func update(_ pool: PoolIndex, from market: borrowing MarketState, ticksChanged: Bool = true) {
        guard market.isUsable(pool), market.pool(pool).isRoutable else { return remove(pool) }
        let state = market.pool(pool), isKnown = Int(pool) < isPresent.count && isPresent[Int(pool)]
        if !isKnown {
            let (token0, token1) = market.tokens(of: pool)
            addPool(pool, token0, token1, gamma: Self.gamma(state), isConcentrated: Self.isConcentrated(state))
        }
        adopt(state, pool, readsTicks: ticksChanged || !isKnown, from: market)
    }

    private static func gamma(_ state: Pool) -> Double {
        switch state {
        case .uniswapV2(let pair): Double(1_000_000 - min(pair.feePips, 999_999)) / 1e6
        case .uniswapV3(let pool): Double(1_000_000 - min(pool.feePips, 999_999)) / 1e6
        case .uniswapV4, .algebra, .solidly, .coins: 1 - min(state.fee(zeroForOne: true), 0.999_999)
        }
    }

    private static func isConcentrated(_ state: Pool) -> Bool {
        if case .uniswapV3 = state { true } else { false }
    }

    private mutating func adopt(
        _ state: Pool, _ pool: PoolIndex, readsTicks: Bool, from market: borrowing MarketState
    ) {
        switch state {
        case .uniswapV2(let pair): curves.setReserves(pool, Double(pair.reserve0), Double(pair.reserve1))
        case .uniswapV3(let concentrated):
            if readsTicks {
                let range = market.tickRange(of: pool)
                var bounds: [Double] = [], liquidities = [0.0], sum: Int128 = 0
                for position in range {
                    bounds.append(TickMath.sqrtPrice(atTick: market.ticks.indices[position]).double * 0x1p-96)
                    sum = sum.addingReportingOverflow(market.ticks.nets[position]).partialValue
                    liquidities.append(Double(max(sum, 0)))
                }
                curves.setRanges(pool, bounds: bounds, liquidities: liquidities)
            }
            curves.setRoot(pool, concentrated.sqrtPriceX96.double * 0x1p-96)
        // `update` lets none of them in.
        case .uniswapV4, .algebra, .solidly, .coins: break
        }
    }

    /// Proves that the changed pools opened nothing, or returns what they opened with exact plans.
    ///
    /// `stop` is asked between the optimiser's steps, which take microseconds: once it says true the best plan so far
    /// is returned (a deadline, by the caller's clock). Allocates.
    public mutating func search(
        through touched: [PoolIndex], in market: MarketState, stop: () -> Bool = { false }
    ) -> PathFinderResult {
        // Two statements: `finish` must see the prices that `process` leaves.
        let drafts = process(touched, stop: stop)
        return finish(drafts, in: market)
    }

    /// The same at the prices that pending swaps would leave; afterwards everything is as before.
    public mutating func search(
        over overlay: MarketOverlay, in market: MarketState, stop: () -> Bool = { false }
    ) -> PathFinderResult {
        if needsLayout { _ = process([], stop: { true }) }
        let touched = overlay.touchedPools.filter { Int($0) < isPresent.count && isPresent[Int($0)] }
        let saved = (groups: groups, free: freeGroups)
        let states = touched.map { ($0, curves.state(of: $0)) }
        prices.isJournaling = true
        for pool in touched { adopt(overlay.pool(pool, in: market), pool, readsTicks: false, from: market) }
        let drafts = process(touched, stop: stop)
        let result = finish(drafts, in: OverlayView(base: market, overlay: overlay))
        prices.rollback(to: 0)
        prices.isJournaling = false
        while let (pool, number) = groupJournal.popLast() { group[Int(pool)] = number }
        (groups, freeGroups) = saved
        for (pool, state) in states { curves.restore(pool, state) }
        return result
    }

    /// Exact plans of drafts, those that pay.
    func finish<M: MarketView>(_ drafts: [DraftOpportunity], in market: borrowing M) -> PathFinderResult {
        var result = PathFinderResult()
        result.unsettled = unsettledNow
        result.isProof = drafts.isEmpty && unsettledNow == 0
        result.counters = counters
        for draft in drafts {
            var best: Opportunity?
            for plan in [draft.best, draft.shortCycle, draft.first] where plan.legs.count >= 2 {
                if let best, best.net >= plan.net || plan.isShared { continue }
                guard let exact = exactPlan(plan, in: market) else { continue }
                let loans = max(0, exact.loans.count - 1)
                let found = Opportunity(
                    plan: exact, firstCycleHops: draft.firstCycle.count,
                    gross: Double(exact.profit) * plan.unitWorth,
                    gas: gasOf(exact.legs.map(\.pool)) + Double(loans) * settings.gas.extraLoan, bound: draft.bound,
                    singleNet: max(0, draft.shortCycle.net),
                    end: draft.end)
                if found.net > best?.net ?? 0 { best = found }
            }
            if let best { result.opportunities.append(best) } else { result.belowGas += 1 }
        }
        result.opportunities.sort { $0.net > $1.net }
        return result
    }

    private func exactPlan<M: MarketView>(_ plan: DraftPlan, in market: borrowing M) -> JointPlan? {
        if plan.isCycle, plan.legs.count <= 4 {
            var edges = InlineArray<4, Int32>(repeating: 0)
            for (i, leg) in plan.legs.enumerated() { edges[i] = leg.pool * 2 + (leg.zeroForOne ? 1 : 0) }
            var refiner = CycleRefiner(edges: edges, hops: plan.legs.count, window: 4)
            guard refiner.refine(around: plan.legs[0].amountIn, in: market) else { return nil }
            let amounts = refiner.best.values
            return JointPlan(
                legs: plan.legs.indices.map {
                    CyclePlan.Leg(
                        pool: plan.legs[$0].pool, zeroForOne: plan.legs[$0].zeroForOne, amountIn: amounts[$0],
                        amountOut: amounts[$0 + 1])
                },
                settlement: plan.settlement, profit: refiner.profit,
                loans: [JointPlan.Loan(token: plan.settlement, amount: amounts[0])])
        }
        var finisher = PlanFinisher(plan, in: market)
        return finisher.finish(in: market)
    }
}

extension JointPlan {
    /// Whether every swap is what `market` quotes now and all invariants hold. Exact; one quote a leg.
    public func holds(in market: MarketState) -> Bool { isConsistent(in: market) }

    /// As `holds(in:)`, at the prices an overlay would leave.
    public func holds(over overlay: MarketOverlay, in market: MarketState) -> Bool {
        isConsistent(in: OverlayView(base: market, overlay: overlay))
    }
}
