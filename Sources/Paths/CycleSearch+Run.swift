/// Running a search: enumerate, rank by estimate, prove in integers, rank by exact value.
extension CycleSearch {
    /// Searches the cycles through `touched`. `floor` is the least value (profit times settlement value) worth an
    /// exact pass.
    mutating func run<M: MarketView>(through touched: [Int32], floor: Double, in market: borrowing M) -> SearchResult {
        counters = SearchCounters()
        valueFloor = floor
        found.removeAll(keepingCapacity: true)
        enumerate(through: touched, in: market)
        trimCandidates(to: settings.maxCandidates)
        var result = SearchResult()
        var worth: [(value: Double, plan: Int)] = []
        for candidate in found.prefix(settings.maxRefined) {
            counters.refined += 1
            guard let plan = prove(candidate, in: market) else { continue }
            counters.profitable += 1
            worth.append((Double(plan.profit) * values[candidate.slot], result.plans.count))
            result.plans.append(plan)
        }
        counters.candidatesCut += max(0, found.count - settings.maxRefined)
        worth.sort { $0.value != $1.value ? $0.value > $1.value : $0.plan < $1.plan }
        result.plans = worth.prefix(settings.maxPlans).map { result.plans[$0.plan] }
        result.counters = counters
        return result
    }

    /// The exact plan of a candidate; nil when no integer input near its proposal pays.
    private func prove<M: MarketView>(_ candidate: Candidate, in market: borrowing M) -> CyclePlan? {
        var refiner = CycleRefiner(
            edges: candidate.edges, hops: candidate.hops, window: settings.integerWindow,
            allLevels: settings.searchesAllAmounts)
        guard refiner.refine(around: candidate.input, in: market) else { return nil }
        var legs: [CyclePlan.Leg] = []
        legs.reserveCapacity(candidate.hops)
        for i in 0..<candidate.hops {
            let edge = candidate.edges[i]
            legs.append(
                CyclePlan.Leg(
                    pool: edge >> 1, zeroForOne: edge & 1 == 1, amountIn: refiner.best.values[i],
                    amountOut: refiner.best.values[i + 1]))
        }
        return CyclePlan(
            legs: legs, settlement: graph.settlementTokens[candidate.slot], profit: refiner.profit)
    }
}
