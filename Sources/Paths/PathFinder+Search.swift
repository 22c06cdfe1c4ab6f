/// Running the proof over changed pools.
extension PathFinder {
    /// Takes the changed pools' states into the proof and returns what they opened, in the order of the pools.
    ///
    /// An empty answer is a proof: no cycle of any length through any pool gains more than theta allows, the pools of
    /// open opportunities counted as traded. `stop` is asked between steps; once it says true, the opportunities found
    /// so far are returned with the best plan so far, and the invariant still holds.
    mutating func process(_ touched: [Int32], stop: () -> Bool) -> [DraftOpportunity] {
        var changed: [Int32] = []
        unsettledNow = 0
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
        if !found.isEmpty {
            chooseSingles(&found)
            // All openings are settled now: the last shadow prices bound each of them too.
            let last = bound(pending: changed)
            for i in found.indices { found[i].bound = min(found[i].bound, last) }
        }
        return found
    }

    /// Repairs one violated edge, or solves what it opened; true for the latter.
    private mutating func settle(_ edge: Int32, _ found: inout [DraftOpportunity], _ changed: [Int32], stop: () -> Bool)
        -> Bool
    {
        guard case .cycle = prices.repair(edge) else { return false }
        growth.firstCycle = prices.scratch.cycle
        guard findExit(of: edge) else {
            counters.unsettled += 1
            unsettledNow += 1
            mute(edge)
            _ = closeGrowth()
            return false
        }
        var opportunity = DraftOpportunity()
        opportunity.firstCycle = growth.firstCycle
        opportunity.first = cyclePlan(growth.firstCycle) ?? DraftPlan()
        opportunity.shortCycle = bestShortCycle(through: edge)
        opportunity.end = grow(from: edge, stop: stop)
        counters.tokens += growth.members.count
        counters.pools += growth.pools.count
        if opportunity.end == .unconverged { counters.unconverged += 1 }
        if opportunity.end == .cutShort { counters.cutShort += 1 }
        opportunity.jointGross = growth.solution.dual
        opportunity.bound = bound(pending: changed)
        for entry in dual.entries where entry.target > 0 { opportunity.targets.append((entry.pool, entry.target)) }
        takeOver(&found, into: &opportunity)
        if changed.count > 2, opportunity.end == .optimum { addShortCycles(to: &opportunity, stop: stop) }
        revalue(&opportunity.first)
        revalue(&opportunity.shortCycle)
        revalue(&opportunity.best)
        if opportunity.end == .optimum { polish(&opportunity, stop: stop) }
        opportunity.group = closeGrowth()
        found.append(opportunity)
        return true
    }

    /// Gives each opening its single cycle where that nets more, once all are known.
    ///
    /// A cycle that takes pools from other openings' plans must net more than those and the opening's own together.
    private mutating func chooseSingles(_ found: inout [DraftOpportunity]) {
        for i in found.indices {
            for cycle in [found[i].first, found[i].shortCycle] where !cycle.legs.isEmpty {
                let others = found.indices.reduce(0.0) {
                    $1 != i && found[$1].best.sharesPools(with: cycle) ? $0 + max(0, found[$1].best.net) : $0
                }
                if found[i].best.legs.isEmpty || cycle.net > max(0, found[i].best.net) + others {
                    found[i].best = cycle
                }
            }
        }
        for i in found.indices {
            func isShared(_ plan: DraftPlan) -> Bool {
                found.indices.contains { $0 != i && found[$0].best.sharesPools(with: plan) }
            }
            found[i].first.isShared = isShared(found[i].first)
            found[i].shortCycle.isShared = isShared(found[i].shortCycle)
            let single = max(found[i].first.net, found[i].shortCycle.net)
            if found[i].best.net <= single { counters.singleCycleWins += 1 }
        }
    }

    /// What grew into this opening is part of its plan: its own plans become candidates.
    private mutating func takeOver(_ found: inout [DraftOpportunity], into opportunity: inout DraftOpportunity) {
        guard !growth.merged.isEmpty else { return }
        for old in found where growth.merged.contains(old.group) {
            for var plan in [old.shortCycle, old.first] where !plan.legs.isEmpty {
                revalue(&plan)
                if plan.net > opportunity.shortCycle.net || opportunity.shortCycle.legs.isEmpty {
                    opportunity.shortCycle = plan
                }
            }
            if old.best.net > opportunity.best.net || opportunity.best.legs.isEmpty { opportunity.best = old.best }
        }
        found.removeAll { growth.merged.contains($0.group) }
    }

    /// With several openings at once a short cycle may pass none of the edges that were followed, but it passes a pool
    /// that the joint optimum trades: the best one through each of those.
    private mutating func addShortCycles(to opportunity: inout DraftOpportunity, stop: () -> Bool) {
        growth.isSolved = true
        defer { growth.isSolved = false }
        for entry in dual.entries where entry.target > 0 && !stop() {
            let edge = entry.pool * 2 + (entry.target < entry.root ? 1 : 0)
            let plan = bestShortCycle(through: edge)
            if plan.net > opportunity.shortCycle.net || opportunity.shortCycle.legs.isEmpty {
                opportunity.shortCycle = plan
            }
        }
    }

    /// Finds the way from the first cycle to a settlement token; false when there is none.
    private mutating func findExit(of edge: Int32) -> Bool {
        growth.exit.removeAll(keepingCapacity: true)
        if settings.settlesAnywhere { return true }
        for step in growth.firstCycle where settlementTokens.contains(prices.source(step)) { return true }
        return prices.path(from: prices.source(edge), to: native, into: &growth.exit)
    }

    /// Gas of a plan over these pools, without loans.
    func gasOf(_ pools: some Sequence<Int32>) -> Double {
        pools.reduce(settings.gas.transaction) { $0 + gas[Int($1)] }
    }

    /// A single cycle at its best size, from a settlement token where it has one, else with the way out of its gain to
    /// one; nil when no size pays.
    func cyclePlan(_ edges: [Int32]) -> DraftPlan? {
        var start =
            edges.firstIndex { prices.source($0) == native }
            ?? edges.firstIndex { settlementTokens.contains(prices.source($0)) }
        var exit: [Int32] = []
        if start == nil, !settings.settlesAnywhere {
            guard let first = growth.exit.first else { return nil }
            exit = growth.exit
            start = edges.firstIndex { prices.source($0) == prices.source(first) }
            guard start != nil, !exit.contains(where: { way in edges.contains { $0 >> 1 == way >> 1 } }) else {
                return nil
            }
        }
        let ordered = Array(edges[(start ?? 0)...]) + edges[..<(start ?? 0)]
        guard let legs = CurveCycle.size(ordered, curves: curves), let first = legs.first, let last = legs.last else {
            return nil
        }
        var plan = DraftPlan(legs: legs, settlement: prices.source(ordered[0]), isCycle: exit.isEmpty)
        var amount = last.amountOut - first.amountIn
        for edge in exit {
            let out = curves.quote(edge >> 1, zeroForOne: edge & 1 == 1, amountIn: amount).output
            plan.legs.append(
                DraftPlan.Leg(pool: edge >> 1, zeroForOne: edge & 1 == 1, amountIn: amount, amountOut: out))
            plan.settlement = prices.target(edge)
            amount = out
        }
        plan.gain = amount
        plan.gas = gasOf(plan.legs.map(\.pool))
        revalue(&plan)
        return plan
    }

    /// Values a plan at the shadow prices of now.
    private func revalue(_ plan: inout DraftPlan) {
        guard !plan.legs.isEmpty else { return }
        plan.unitWorth = worth(of: plan.settlement)
        plan.gross = plan.gain * plan.unitWorth
    }

    /// The best net of all two- and three-hop cycles that pass `edge`, each sized on its own.
    private func bestShortCycle(through edge: Int32) -> DraftPlan {
        let u = prices.source(edge), v = prices.target(edge), own = ownGain(edge)
        var best = DraftPlan(), sized = 0
        func consider(_ edges: [Int32]) {
            guard sized < settings.maxShortCycles else { return }
            sized += 1
            guard let plan = cyclePlan(edges), plan.net > best.net || best.legs.isEmpty else { return }
            best = plan
        }
        for position in between(v, u) {
            let back = prices.rowEdge[position] ^ (prices.rowTo[position] == u ? 0 : 1)
            if back >> 1 != edge >> 1, own + ownGain(back) > 0 { consider([edge, back]) }
        }
        // Third tokens from the end with fewer pools.
        let fromV = prices.degree(v) <= prices.degree(u), near = fromV ? v : u, far = fromV ? u : v
        for position in prices.row(near) {
            let y = prices.rowTo[position]
            guard y != far else { continue }
            let leg = fromV ? prices.rowEdge[position] : prices.rowEdge[position] ^ 1
            let sum = own + ownGain(leg)
            guard sum > -.infinity else { continue }
            for p in between(y, far) {
                let out = prices.rowTo[p] == far ? prices.rowEdge[p] : prices.rowEdge[p] ^ 1  // y -> far
                let other = fromV ? out : out ^ 1
                guard sum + ownGain(other) > 0 else { continue }
                consider(fromV ? [edge, leg, other] : [edge, other, leg])
            }
        }
        return best
    }

    /// An edge's gain at its pool's own state, whatever an open opportunity trades.
    private func ownGain(_ edge: Int32) -> Double {
        guard group[Int(edge >> 1)] >= 0 || growth.isSolved else { return prices.gain[Int(edge)] }
        let gains = rawGains(edge >> 1)
        return edge & 1 == 1 ? gains.zeroForOne : gains.oneForZero
    }

    /// Row positions of the pools between two tokens, in the shorter of their rows.
    private func between(_ a: Int32, _ b: Int32) -> Range<Int> {
        prices.degree(a) <= prices.degree(b)
            ? prices.rowPositions(of: b, in: prices.row(a)) : prices.rowPositions(of: a, in: prices.row(b))
    }
}
