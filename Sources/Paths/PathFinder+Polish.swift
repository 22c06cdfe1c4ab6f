/// Which pools pay their gas, and how good the answer can be at most.
extension PathFinder {
    /// Best worth of one pool alone at the shadow prices and its own state, true fee, before gas: never less than the
    /// exact supremum over real amounts.
    ///
    /// A pool pays L (s - t) and takes L (1/t - 1/s) / gamma between square-root prices s and t, each known to a few
    /// 2^-53 of itself. Near t both are worth the same, so an error of either moves the worth by that share of
    /// L |s - t|, the size of the trade, not of the depth (the same for liquidity and fee). Sixteen such errors are
    /// added; the contract's own rounding only takes.
    func arbitrageWorth(_ pool: Int32) -> Double {
        let j = Int(pool), root = curves.root[j], gamma = curves.gamma[j]
        guard root > 0, isPresent[j] else { return 0 }
        let a = worth(of: prices.token0[j]), b = worth(of: prices.token1[j])
        let ratio = (a / b).squareRoot(), gammaRoot = gamma.squareRoot()
        let sell = ratio / gammaRoot, buy = ratio * gammaRoot, falls = root > sell
        guard falls || root < buy else { return 0 }
        let target = falls ? sell : buy, walk = curves.walk(pool, to: target)
        let got = walk.output * (falls ? b : a), paid = walk.input / gamma * (falls ? a : b)
        let size = got + paid + walk.deepest * abs(root - target) * b
        return got > 0 ? max(0, got - paid) + size * 0x1p-49 : 0
    }

    /// Lagrangian bound with a fixed cost per pool over the whole market: no strategy nets more, rounding included.
    ///
    /// Only pools that could be away from their own state's reduced cost of zero are summed: those of the growth, of
    /// open opportunities, and `pending` ones. All others keep a reduced cost of at least -1e-10 at fees raised by
    /// theta, so what they could earn at the shadow prices is below their gas, or below 1e-20 of their depth without;
    /// `wholeMarketBound` shows it pool by pool.
    func bound(pending: some Sequence<Int32>) -> Double {
        var sum = 0.0, counted: Set<Int32> = []
        func add(_ pool: Int32) {
            guard counted.insert(pool).inserted else { return }
            sum += max(0, arbitrageWorth(pool) - gas[Int(pool)])
        }
        for pool in growth.pools { add(pool) }
        for open in groups { for pool in open.pools where prices.isLive[Int(pool)] { add(pool) } }
        for pool in pending where prices.isLive[Int(pool)] { add(pool) }
        return upwards(sum, terms: counted.count)
    }

    /// The same over every live pool of the market. O(pools).
    func wholeMarketBound() -> Double {
        var sum = 0.0
        for pool in theta.indices where prices.isLive[pool] {
            sum += max(0, arbitrageWorth(Int32(pool)) - gas[pool])
        }
        return upwards(sum, terms: theta.count)
    }

    /// A sum of that many terms less the cost of a transaction, with room for its rounding.
    private func upwards(_ sum: Double, terms: Int) -> Double {
        max(0, sum * (1 + Double(terms + 4) * 0x1p-52) - settings.gas.transaction)
    }

    /// Tries supports of fewer pools at true fees and keeps the best net plan.
    ///
    /// A problem of few pools goes to `branch` whole, which ends with the best support there is. Of a larger one, first
    /// pools are cut whose flow at the mispricing found cannot pay their gas, at eight levels; the best level goes on.
    mutating func polish(_ opportunity: inout DraftOpportunity, stop: () -> Bool) {
        let trading = dual.entries.indices.filter { dual.entries[$0].target > 0 }
        guard dual.entries.contains(where: { gas[Int($0.pool)] > 0 }) else {
            _ = solveCandidate(trading, &opportunity, stop: stop)
            return
        }
        if dual.entries.count <= Self.wholeProblem {
            return branch(Array(dual.entries.indices), &opportunity, stop: stop)
        }
        let flows = trading.map { q in
            let entry = dual.entries[q], walk = curves.walk(entry.pool, to: entry.target), j = Int(entry.pool)
            let token = entry.target < entry.root ? prices.token0[j] : prices.token1[j]
            return walk.input / curves.gamma[j] * worth(of: token)
        }
        var lastCount = -1, bestSupport: [Int] = [], bestNet = -Double.infinity
        for level in 0..<8 {
            let support = trading.indices.filter {
                let cost = gas[Int(dual.entries[trading[$0]].pool)]
                return flows[$0] * growth.violation * 4 > cost * 0.5 * Double(1 << level)
            }.map { trading[$0] }
            guard support.count >= 2, support.count != lastCount else { continue }
            lastCount = support.count
            if stop() { return }
            let (net, used) = solveCandidate(support, &opportunity, stop: stop)
            if net > bestNet { (bestNet, bestSupport) = (net, used) }
        }
        branch(bestSupport, &opportunity, stop: stop)
    }

    /// Pools of a problem whose supports are searched from all of them on.
    private static let wholeProblem = 12

    /// Branch and bound over the pools to use, gas as a fixed cost of each.
    ///
    /// A node solves the optimum over the pools it allows. At its values, a set that keeps K and leaves out none but
    /// those not allowed nets at most sum over K of (worth - gas) + sum over the others of max(0, worth - gas). Its
    /// children each leave out one pool that it uses, the least worth its gas first, and keep those before. Ends with a
    /// proof over `root`, or after `maxRemovals` solutions.
    private mutating func branch(_ root: [Int], _ opportunity: inout DraftOpportunity, stop: () -> Bool) {
        var open = [(allowed: root, kept: [Int](), most: Double.infinity)], tries = 0
        while let node = open.popLast(), tries < settings.maxRemovals {
            guard node.allowed.count >= 2, node.most > improvement(over: opportunity) else { continue }
            if stop() { return }
            tries += 1
            let (_, used) = solveCandidate(node.allowed, &opportunity, stop: stop)
            guard used.count >= 2 else { continue }
            var gain: [Int: Double] = [:], most = -settings.gas.transaction
            for (i, q) in node.allowed.enumerated() {
                let own = candidate.entries[i].worth - gas[Int(dual.entries[q].pool)]
                gain[q] = own
                most += node.kept.contains(q) ? own : max(0, own)
            }
            let doubtful = used.filter { !node.kept.contains($0) }
                .sorted { ((gain[$0] ?? 0), $0) < ((gain[$1] ?? 0), $1) }
            var kept = node.kept, children: [(allowed: [Int], kept: [Int], most: Double)] = []
            for q in doubtful {
                let own = gain[q] ?? 0
                guard most > improvement(over: opportunity) else { break }
                children.append((node.allowed.filter { $0 != q }, kept, most - max(0, own)))
                kept.append(q)
                most += min(0, own)
            }
            open.append(contentsOf: children.reversed())
        }
    }

    /// What a support must be able to net to be worth a try.
    private func improvement(over opportunity: DraftOpportunity) -> Double {
        let net = opportunity.best.legs.isEmpty ? 0 : max(0, opportunity.best.net)
        return net * (1 + 1e-9)
    }

    /// Solves the joint optimum over some entries of the last growth at true fees. Returns its net and the entries
    /// that trade; keeps the plan when it is the best.
    private mutating func solveCandidate(_ support: [Int], _ opportunity: inout DraftOpportunity, stop: () -> Bool)
        -> (net: Double, used: [Int])
    {
        candidate.begin(values: growth.members.map(worth(of:)))
        for q in support {
            let entry = dual.entries[q]
            candidate.add(entry.pool, u: entry.u, v: entry.v, gamma: curves.gamma[Int(entry.pool)], from: curves)
        }
        let solution = candidate.solve(
            settlement: Int(growth.place[Int(growth.settlement)]), dust: settings.dust,
            maxIterations: settings.maxIterations, curves: curves, stop: stop)
        counters.iterations += solution.iterations
        let used = support.indices.filter { candidate.entries[$0].target > 0 }
        guard solution.residual < 1e-3 * solution.dual + settings.dust, !used.isEmpty else { return (-.infinity, []) }
        let cost = gasOf(used.map { candidate.entries[$0].pool }), net = solution.dual - cost
        if net > opportunity.best.net || opportunity.best.legs.isEmpty {
            opportunity.best = draft(used, gross: solution.dual, gas: cost)
        }
        return (net, used.map { support[$0] })
    }

    private func draft(_ used: [Int], gross: Double, gas: Double) -> DraftPlan {
        var plan = DraftPlan(
            settlement: growth.settlement, gain: gross / worth(of: growth.settlement),
            unitWorth: worth(of: growth.settlement), gross: gross, gas: gas)
        for i in used {
            let entry = candidate.entries[i], walk = curves.walk(entry.pool, to: entry.target)
            plan.legs.append(
                DraftPlan.Leg(
                    pool: entry.pool, zeroForOne: entry.target < entry.root,
                    amountIn: walk.input / curves.gamma[Int(entry.pool)], amountOut: walk.output))
        }
        return plan
    }
}
