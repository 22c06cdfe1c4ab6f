/// Which pools pay their gas, and how good the answer can be at most.
extension PathFinder {
    /// Best worth of one pool alone at the shadow prices and its own state, true fee, before gas.
    func arbitrageWorth(_ pool: Int32) -> Double {
        let j = Int(pool), root = curves.root[j], a = prices.token0[j], b = prices.token1[j]
        guard root > 0, isPresent[j] else { return 0 }
        let ratio = exponential(0.5 * (prices.price[Int(a)] - prices.price[Int(b)])),
            gammaRoot = curves.gamma[j].squareRoot()
        let sell = ratio / gammaRoot, buy = ratio * gammaRoot
        if root > sell {
            let walk = curves.walk(pool, to: sell)
            return walk.output * worth(of: b) - walk.input / curves.gamma[j] * worth(of: a)
        }
        if root < buy {
            let walk = curves.walk(pool, to: buy)
            return walk.output * worth(of: a) - walk.input / curves.gamma[j] * worth(of: b)
        }
        return 0
    }

    /// Lagrangian bound with a fixed cost per pool over the whole market: no strategy nets more.
    ///
    /// Only pools that could be away from their own state's reduced cost of zero are summed: those of the growth, of
    /// open opportunities, and `pending` ones. All others keep a reduced cost of at least zero at fees raised by theta,
    /// so what they could earn at the shadow prices is below their gas; `wholeMarketBound` shows it pool by pool.
    func bound(pending: some Sequence<Int32>) -> Double {
        var sum = 0.0, counted: Set<Int32> = []
        func add(_ pool: Int32) {
            guard counted.insert(pool).inserted else { return }
            sum += max(0, arbitrageWorth(pool) - gas[Int(pool)])
        }
        for pool in growth.pools { add(pool) }
        for open in groups { for pool in open.pools where prices.isLive[Int(pool)] { add(pool) } }
        for pool in pending where prices.isLive[Int(pool)] { add(pool) }
        return max(0, sum - settings.gas.transaction)
    }

    /// The same over every live pool of the market. O(pools).
    func wholeMarketBound() -> Double {
        var sum = 0.0
        for pool in theta.indices where prices.isLive[pool] {
            sum += max(0, arbitrageWorth(Int32(pool)) - gas[pool])
        }
        return max(0, sum - settings.gas.transaction)
    }

    /// Tries supports of fewer pools at true fees and keeps the best net plan.
    ///
    /// Cuts pools whose flow at the mispricing found cannot pay their gas, at eight levels; then takes pools out one
    /// by one, the least worth first, as long as the net rises.
    mutating func polish(_ opportunity: inout DraftOpportunity, stop: () -> Bool) {
        var flows: [(entry: Int, worth: Double)] = []
        for (q, entry) in dual.entries.enumerated() where entry.target > 0 {
            let walk = curves.walk(entry.pool, to: entry.target), j = Int(entry.pool)
            let token = entry.target < entry.root ? prices.token0[j] : prices.token1[j]
            flows.append((q, walk.input / curves.gamma[j] * worth(of: token)))
        }
        let isFree = !flows.contains { gas[Int(dual.entries[$0.entry].pool)] > 0 }
        var lastCount = -1, bestSupport: [Int] = [], bestNet = -Double.infinity
        for level in 0..<(isFree ? 1 : 8) {
            var support: [Int] = []
            for (q, worth) in flows {
                let cost = gas[Int(dual.entries[q].pool)]
                if worth * growth.violation * 4 > cost * 0.5 * Double(1 << level) || isFree { support.append(q) }
            }
            guard support.count >= 2, support.count != lastCount else { continue }
            lastCount = support.count
            if stop() { return }
            let (net, used) = solveCandidate(support, &opportunity, stop: stop)
            if net > bestNet { (bestNet, bestSupport) = (net, used) }
        }
        if !isFree { removeOneByOne(bestSupport, bestNet, &opportunity, stop: stop) }
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
            settlement: growth.settlement, unitWorth: worth(of: growth.settlement), gross: gross, gas: gas)
        for i in used {
            let entry = candidate.entries[i], walk = curves.walk(entry.pool, to: entry.target)
            plan.legs.append(
                DraftPlan.Leg(
                    pool: entry.pool, zeroForOne: entry.target < entry.root,
                    amountIn: walk.input / curves.gamma[Int(entry.pool)], amountOut: walk.output))
        }
        return plan
    }

    private mutating func removeOneByOne(
        _ support: [Int], _ net: Double, _ opportunity: inout DraftOpportunity, stop: () -> Bool
    ) {
        var support = support, net = net, tries = 0
        while support.count > 2, tries < settings.maxRemovals {
            // Worth of each pool's own trade at the prices of the joint optimum.
            let ranked = support.map { ($0, arbitrageWorth(dual.entries[$0].pool) - gas[Int(dual.entries[$0].pool)]) }
                .sorted { $0.1 != $1.1 ? $0.1 < $1.1 : $0.0 < $1.0 }
            var improved = false
            for (q, gain) in ranked.prefix(4) where gain < 4 * gas[Int(dual.entries[q].pool)] {
                if tries >= settings.maxRemovals || stop() { return }
                tries += 1
                let rest = support.filter { $0 != q }
                let (value, used) = solveCandidate(rest, &opportunity, stop: stop)
                if value > net, used.count >= 2 {
                    (support, net, improved) = (used, value, true)
                    break
                }
            }
            if !improved { return }
        }
    }
}
