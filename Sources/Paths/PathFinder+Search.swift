/// Running the proof over changed pools.
extension PathFinder {
    /// Takes the changed pools' states into the proof and returns what they opened, in the order of the pools.
    ///
    /// An empty answer is a proof: no cycle of any length through any pool gains more than theta allows, the pools of
    /// open opportunities counted as traded. `stop` is asked between steps; once it says true, the opportunities found
    /// so far are returned with the best plan so far, and the invariant still holds.
    mutating func process(_ touched: [Int32], stop: () -> Bool) -> [DraftOpportunity] {
        var changed: [Int32] = []
        for pool in touched where pool >= 0 && Int(pool) < theta.count {
            if prices.isLive[Int(pool)] || needsLayout { changed.append(pool) } else { counters.outside += 1 }
        }
        for pool in changed.indices.map({ changed[$0] }) {
            reopen(pool, into: &changed)
            refreshGains(pool)
        }
        if needsLayout { changed = layOut() }
        var found: [DraftOpportunity] = []
        for pool in changed where prices.isLive[Int(pool)] {
            var kind = 0
            for edge in [pool * 2, pool * 2 + 1] where prices.cost(edge) < -ShadowPrices.tolerance {
                kind = max(kind, settle(edge, &found, changed, stop: stop) ? 2 : 1)
            }
            switch kind {
            case 0: counters.unchanged += 1
            case 1: counters.repaired += 1
            default: counters.opportunities += 1
            }
        }
        counters.edges = prices.scratch.edgesScanned
        return found
    }

    /// Repairs one violated edge, or solves what it opened; true for the latter.
    private mutating func settle(_ edge: Int32, _ found: inout [DraftOpportunity], _ changed: [Int32], stop: () -> Bool)
        -> Bool
    {
        guard case .cycle = prices.repair(edge) else { return false }
        var opportunity = DraftOpportunity()
        opportunity.firstCycle = prices.scratch.cycle
        opportunity.first = cyclePlan(prices.scratch.cycle) ?? DraftPlan()
        opportunity.shortCycle = bestShortCycle(through: edge)
        opportunity.end = grow(from: edge, stop: stop)
        counters.tokens += growth.members.count
        counters.pools += growth.pools.count
        if opportunity.end == .unconverged { counters.unconverged += 1 }
        if opportunity.end == .cutShort { counters.cutShort += 1 }
        opportunity.jointGross = growth.solution.dual
        opportunity.bound = bound(pending: changed)
        for entry in dual.entries where entry.target > 0 { opportunity.targets.append((entry.pool, entry.target)) }
        revalue(&opportunity.first)
        revalue(&opportunity.shortCycle)
        opportunity.best = opportunity.first
        if opportunity.shortCycle.net > opportunity.best.net { opportunity.best = opportunity.shortCycle }
        let single = opportunity.best.net
        if opportunity.end == .optimum { polish(&opportunity, stop: stop) }
        if opportunity.best.net <= single { counters.singleCycleWins += 1 }
        // What grew into this one is part of its plan.
        found.removeAll { growth.merged.contains($0.group) }
        opportunity.group = closeGrowth()
        found.append(opportunity)
        return true
    }

    /// Gas of a plan over these pools, without loans.
    func gasOf(_ pools: some Sequence<Int32>) -> Double {
        pools.reduce(settings.gas.transaction) { $0 + gas[Int($1)] }
    }

    /// A single cycle at its best size, from a settlement token where it has one; nil when no size pays.
    func cyclePlan(_ edges: [Int32]) -> DraftPlan? {
        let start =
            edges.firstIndex { prices.source($0) == native }
            ?? edges.firstIndex { settlementTokens.contains(prices.source($0)) } ?? 0
        let ordered = Array(edges[start...]) + edges[..<start]
        guard let legs = CurveCycle.size(ordered, curves: curves), let first = legs.first, let last = legs.last else {
            return nil
        }
        var plan = DraftPlan(legs: legs, settlement: prices.source(ordered[0]), isCycle: true)
        plan.unitWorth = worth(of: plan.settlement)
        plan.gross = (last.amountOut - first.amountIn) * plan.unitWorth
        plan.gas = gasOf(ordered.map { $0 >> 1 })
        return plan
    }

    /// Values a cycle at the shadow prices of now.
    private func revalue(_ plan: inout DraftPlan) {
        guard let first = plan.legs.first, let last = plan.legs.last else { return }
        plan.unitWorth = worth(of: plan.settlement)
        plan.gross = (last.amountOut - first.amountIn) * plan.unitWorth
    }

    /// The best net of all two- and three-hop cycles that pass `edge`, each sized on its own.
    private func bestShortCycle(through edge: Int32) -> DraftPlan {
        let u = prices.source(edge), v = prices.target(edge), own = prices.gain[Int(edge)]
        var best = DraftPlan(), sized = 0
        func consider(_ edges: [Int32]) {
            guard sized < settings.maxShortCycles else { return }
            sized += 1
            guard let plan = cyclePlan(edges), plan.net > best.net || best.legs.isEmpty else { return }
            best = plan
        }
        for position in between(v, u) {
            let back = prices.rowEdge[position] ^ (prices.rowTo[position] == u ? 0 : 1)
            if back >> 1 != edge >> 1, own + prices.gain[Int(back)] > 0 { consider([edge, back]) }
        }
        // Third tokens from the end with fewer pools.
        let fromV = prices.degree(v) <= prices.degree(u), near = fromV ? v : u, far = fromV ? u : v
        for position in prices.row(near) {
            let y = prices.rowTo[position]
            guard y != far else { continue }
            let leg = fromV ? prices.rowEdge[position] : prices.rowEdge[position] ^ 1
            let sum = own + prices.gain[Int(leg)]
            guard sum > -.infinity else { continue }
            for p in between(y, far) {
                let out = prices.rowTo[p] == far ? prices.rowEdge[p] : prices.rowEdge[p] ^ 1  // y -> far
                let other = fromV ? out : out ^ 1
                guard sum + prices.gain[Int(other)] > 0 else { continue }
                consider(fromV ? [edge, leg, other] : [edge, other, leg])
            }
        }
        return best
    }

    /// Row positions of the pools between two tokens, in the shorter of their rows.
    private func between(_ a: Int32, _ b: Int32) -> Range<Int> {
        prices.degree(a) <= prices.degree(b)
            ? prices.rowPositions(of: b, in: prices.row(a)) : prices.rowPositions(of: a, in: prices.row(b))
    }
}
