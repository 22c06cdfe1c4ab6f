/// From a first negative cycle to the joint optimum over every pool worth touching.
extension PathFinder {
    /// Grows a local problem from the negative cycle in `prices.scratch.cycle` until no negative cycle is left.
    ///
    /// Each round minimises the dual over all pools between the member tokens from their own states, moves the shadow
    /// prices there, and tests the edges around moved tokens; a further negative cycle adds its tokens. Where the
    /// optimum is not reached, prices go back to where they were and `edge`, which opened the cycle, is capped:
    /// whatever the end, the invariant holds for it again.
    mutating func grow(from edge: Int32, stop: () -> Bool) -> GrowthEnd {
        let wasJournaling = prices.isJournaling, mark = prices.journal.count
        prices.isJournaling = true
        let end = growRounds(from: edge, stop: stop)
        prices.isJournaling = wasJournaling
        if end == .optimum {
            capLeftovers()
        } else {
            prices.rollback(to: mark)
            mute(edge)
        }
        if !wasJournaling { prices.journal.removeAll(keepingCapacity: true) }
        return end
    }

    /// Caps one edge as an opening of its own, without a plan.
    mutating func mute(_ edge: Int32) {
        for token in growth.members { growth.place[Int(token)] = -1 }
        growth.members = [prices.source(edge), prices.target(edge)]
        for (place, token) in growth.members.enumerated() { growth.place[Int(token)] = Int32(place) }
        growth.merged.removeAll(keepingCapacity: true)
        growth.pools = [edge >> 1]
        dual.begin(values: growth.members.map(worth(of:)))
        growth.solution = LocalDual.Solution()
        cap(edge)
    }

    private mutating func growRounds(from edge: Int32, stop: () -> Bool) -> GrowthEnd {
        beginGrowth(violation: -prices.cost(edge))
        var end = GrowthEnd.optimum
        for round in 0..<settings.maxRounds {
            counters.rounds += 1
            buildLocalProblem()
            if stop() || growth.members.count > settings.maxTokens {
                end = .cutShort
                break
            }
            growth.solution = dual.solve(
                settlement: Int(growth.place[Int(growth.settlement)]), dust: settings.dust,
                maxIterations: settings.maxIterations, curves: curves, stop: stop)
            counters.iterations += growth.solution.iterations
            publishRound()
            if !growth.solution.converged {
                end = stop() ? .cutShort : .unconverged
                break
            }
            if !absorbNewCycles() { break }
            if round + 1 == settings.maxRounds { end = .cutShort }
        }
        return end
    }

    private mutating func beginGrowth(violation: Double) {
        growth.members.removeAll(keepingCapacity: true)
        growth.pools.removeAll(keepingCapacity: true)
        growth.merged.removeAll(keepingCapacity: true)
        growth.violation = violation
        for edge in growth.firstCycle { addMember(prices.source(edge)) }
        for edge in growth.exit { addMember(prices.target(edge)) }
        growth.settlement = chooseSettlement()
    }

    /// The native token when it is a member, else the best connected settlement token, else (where settling anywhere
    /// is allowed) the best connected member, else the native token, which joins.
    private mutating func chooseSettlement() -> Int32 {
        if growth.place[Int(native)] >= 0 { return native }
        let allowed = settings.settlesAnywhere ? growth.members : growth.members.filter(settlementTokens.contains)
        if let best = allowed.max(by: { (prices.degree($0), $1) < (prices.degree($1), $0) }) { return best }
        addMember(native)
        return native
    }

    /// Adds a token and the pools between it and the members so far; an open opportunity that shares one joins whole.
    private mutating func addMember(_ token: Int32) {
        var open = [token]
        while let next = open.popLast() {
            guard growth.place[Int(next)] < 0 else { continue }
            let first = growth.pools.count
            gatherPools(of: next)
            growth.place[Int(next)] = Int32(growth.members.count)
            growth.members.append(next)
            for position in first..<growth.pools.count {
                let number = group[Int(growth.pools[position])]
                guard number >= 0, !growth.merged.contains(number) else { continue }
                growth.merged.append(number)
                open.append(contentsOf: groups[Int(number)].tokens)
            }
        }
    }

    private mutating func gatherPools(of token: Int32) {
        let positions = prices.row(token)
        prices.scratch.edgesScanned += min(positions.count, growth.members.count * 8)
        if positions.count <= 4 * growth.members.count {
            for position in positions where growth.place[Int(prices.rowTo[position])] >= 0 {
                addLocal(prices.rowEdge[position] >> 1)
            }
            return
        }
        for member in growth.members {
            let other = prices.row(member)
            if other.count < positions.count {
                for p in prices.rowPositions(of: token, in: other) { addLocal(prices.rowEdge[p] >> 1) }
            } else {
                for p in prices.rowPositions(of: member, in: positions) { addLocal(prices.rowEdge[p] >> 1) }
            }
        }
    }

    private mutating func addLocal(_ pool: Int32) {
        guard isPresent[Int(pool)], curves.root[Int(pool)] > 0 else { return }
        growth.pools.append(pool)
    }

    private mutating func buildLocalProblem() {
        dual.begin(values: growth.members.map(worth(of:)))
        for pool in growth.pools {
            let j = Int(pool)
            dual.add(
                pool, u: growth.place[Int(prices.token0[j])], v: growth.place[Int(prices.token1[j])],
                gamma: curves.gamma[j] * exponential(-theta[j]), from: curves)
        }
    }

    /// Moves the shadow prices to the optimum and puts the traded pools into the proof as after their trades.
    private mutating func publishRound() {
        for entry in dual.entries {
            if entry.target > 0 {
                setTradedGains(entry.pool, target: entry.target)
            } else {
                refreshGains(entry.pool)
            }
        }
        for (i, token) in growth.members.enumerated() where dual.z[i] != 1 {
            prices.setPrice(token, prices.price[Int(token)] + naturalLog(dual.z[i]))
        }
    }

    /// Repairs the edges broken by the moved prices; false when none of them closed a cycle with new tokens.
    ///
    /// Edges that close a cycle stay in `growth.violated`.
    private mutating func absorbNewCycles() -> Bool {
        growth.violated.removeAll(keepingCapacity: true)
        for (i, token) in growth.members.enumerated() where dual.z[i] != 1 {
            prices.appendViolated(around: token, to: &growth.violated)
        }
        let before = growth.members.count
        var kept = 0
        for edge in growth.violated {
            guard case .cycle = prices.repair(edge) else { continue }
            growth.violated[kept] = edge
            kept += 1
            for step in prices.scratch.cycle { addMember(prices.source(step)) }
        }
        growth.violated.removeLast(growth.violated.count - kept)
        return growth.members.count > before
    }

    /// Caps the edges that the last round could neither repair nor solve, so that the proof holds for everything else.
    ///
    /// Edges that were broken before the growth and do not touch it are left to the caller, who settles them in turn.
    private mutating func capLeftovers() {
        for edge in growth.violated where prices.cost(edge) < 0 {
            counters.capped += 1
            cap(edge)
            if !growth.pools.contains(edge >> 1) { growth.pools.append(edge >> 1) }
        }
    }

    /// Lowers an edge's gain until its reduced cost is zero.
    private mutating func cap(_ edge: Int32) {
        let cost = prices.cost(edge), j = Int(edge >> 1)
        var gains = (zeroForOne: prices.gain[2 * j + 1], oneForZero: prices.gain[2 * j])
        if edge & 1 == 1 { gains.zeroForOne += cost } else { gains.oneForZero += cost }
        prices.setGains(edge >> 1, zeroForOne: gains.zeroForOne, oneForZero: gains.oneForZero)
    }

    /// Records the pools whose gains are not their own any more as one open opportunity, and frees the members.
    ///
    /// Returns the group's number, -1 when no pool differs.
    mutating func closeGrowth() -> Int32 {
        var given: Int32 = -1
        for number in growth.merged {
            for pool in groups[Int(number)].pools where group[Int(pool)] == number { setGroup(pool, -1) }
            groups[Int(number)] = OpenGroup()
            freeGroups.append(number)
        }
        var open = OpenGroup()
        for pool in growth.pools {
            let own = rawGains(pool), j = Int(pool)
            guard own.zeroForOne != prices.gain[2 * j + 1] || own.oneForZero != prices.gain[2 * j] else { continue }
            open.pools.append(pool)
        }
        if !open.pools.isEmpty {
            open.tokens = growth.members
            for pool in open.pools {
                for end in [prices.token0[Int(pool)], prices.token1[Int(pool)]] where growth.place[Int(end)] < 0 {
                    open.tokens.append(end)
                }
            }
            let number = freeGroups.popLast() ?? Int32(groups.count)
            if Int(number) == groups.count { groups.append(OpenGroup()) }
            for pool in open.pools { setGroup(pool, number) }
            groups[Int(number)] = open
            given = number
        }
        for token in growth.members { growth.place[Int(token)] = -1 }
        return given
    }
}
