/// Sizing in Double: closed form for constant product, segment walk for chains with tick ranges.
extension CycleSearch {
    /// Sizes a cycle and keeps it when its estimated value reaches the floor.
    mutating func keep<M: MarketView>(_ cycle: Candidate, in market: borrowing M) {
        var candidate = cycle
        let profit: Double
        if hasPieces(cycle) {
            (candidate.input, profit) = walk(cycle, in: market)
        } else {
            let chain = mobius(cycle)
            (candidate.input, profit) = (chain.optimalInput, chain.optimalProfit)
        }
        candidate.value = profit * values[cycle.slot]
        // Cycles with an estimate of exactly the floor stay: a floor of 0 keeps what only rounding could make pay.
        guard candidate.value >= valueFloor, candidate.input.isFinite else { return }
        counters.candidates += 1
        found.append(candidate)
        if found.count >= 2 * settings.maxCandidates { trimCandidates(to: settings.maxCandidates) }
    }

    /// Keeps the best `limit` candidates, best first; ties keep the order of discovery.
    mutating func trimCandidates(to limit: Int) {
        // Array.sort is stable in practice but not by promise: the index breaks ties.
        let ranked = found.indices.sorted {
            found[$0].value != found[$1].value ? found[$0].value > found[$1].value : $0 < $1
        }
        if ranked.count > limit { counters.candidatesCut += ranked.count - limit }
        found = ranked.prefix(limit).map { found[$0] }
    }

    private func hasPieces(_ cycle: Candidate) -> Bool {
        for i in 0..<cycle.hops where prices[Int(cycle.edges[i] >> 1)].hasPieces { return true }
        return false
    }

    /// Folds the cycle's current prices into one map.
    func mobius(_ cycle: Candidate) -> MobiusChain {
        var chain = MobiusChain()
        for i in 0..<cycle.hops {
            let edge = cycle.edges[i], price = prices[Int(edge >> 1)]
            let reserveIn = edge & 1 == 1 ? price.reserve0 : price.reserve1
            chain.append(price: gains[Int(edge)], inverseDepth: price.gamma / reserveIn)
        }
        return chain
    }

    /// Walks the cycle's price pieces while the marginal product stays above 1. Returns input and profit.
    private mutating func walk<M: MarketView>(_ cycle: Candidate, in market: borrowing M) -> (Double, Double) {
        var legs = InlineArray<4, LegCurve>(repeating: LegCurve(reserveIn: 1, reserveOut: 0, gamma: 0))
        for i in 0..<cycle.hops {
            let edge = cycle.edges[i]
            guard let leg = market.curve(edge >> 1, zeroForOne: edge & 1 == 1) else { return (0, -.infinity) }
            legs[i] = leg
        }
        var input = 0.0, output = 0.0
        for _ in 0..<settings.maxPieces {
            var chain = MobiusChain()
            var limit = Double.infinity, limiting = -1
            for i in 0..<cycle.hops {
                let reach = legs[i].capacity <= 0 ? 0 : chain.input(for: legs[i].capacity)
                if reach < limit { (limit, limiting) = (reach, i) }
                chain.append(price: legs[i].price, inverseDepth: legs[i].inverseDepth)
            }
            let wanted = chain.optimalInput
            guard wanted > 0 else { return (input, output - input) }
            var amount = min(wanted, limit)
            input += amount
            for i in 0..<cycle.hops { amount = legs[i].take(amount) }
            output += amount
            if wanted <= limit { return (input, output - input) }
            guard market.nextPiece(&legs[limiting]) else { return (input, output - input) }
        }
        counters.walksCut += 1
        return (input, output - input)
    }
}
