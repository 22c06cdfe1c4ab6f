/// A plan as the optimiser proposes it, in Double; `PlanFinisher` makes it exact.
struct DraftPlan: Sendable {
    struct Leg: Sendable {
        var pool: Int32
        var zeroForOne: Bool
        var amountIn: Double
        var amountOut: Double
    }
    var legs: [Leg] = []
    var settlement: Int32 = -1
    /// What the plan leaves of the settlement token, in its raw units.
    var gain = 0.0
    /// Worth of one raw unit of the settlement token when the plan was made.
    var unitWorth = 1.0
    /// Worth of the trades and their gas, in raw units of the native token.
    var gross = 0.0
    var gas = 0.0
    /// True for a single cycle, whose legs are in the order of execution.
    var isCycle = false

    /// True where it uses pools of another opening's plan: the two exclude each other.
    var isShared = false

    var net: Double { gross - gas }

    func sharesPools(with other: DraftPlan) -> Bool {
        legs.contains { leg in other.legs.contains { $0.pool == leg.pool } }
    }
}

/// An opportunity before its exact finish.
struct DraftOpportunity: Sendable {
    /// Edges of the first negative cycle, in the order of execution.
    var firstCycle: [Int32] = []
    /// That cycle alone at its best size.
    var first = DraftPlan()
    /// The best single cycle of two or three hops through the changed pool; no legs when none pays.
    var shortCycle = DraftPlan()
    /// The best plan found.
    var best = DraftPlan()
    /// Joint optimum before gas, at fees raised by theta.
    var jointGross = 0.0
    /// No strategy that takes effect in one transaction nets more than this.
    var bound = 0.0
    var end = GrowthEnd.optimum
    /// Number of the open group it left, or -1.
    var group: Int32 = -1
    /// Targets of the joint optimum: square-root price by pool. For tests that let the market take it.
    var targets: [(pool: Int32, root: Double)] = []
}

/// One cycle on the curves: a segment walk from piece to piece, each a Möbius map.
struct CurveCycle {
    private struct Leg {
        var pool: Int32
        var zeroForOne: Bool
        var root: Double
        var range: Int
        var curve = LegCurve(reserveIn: 1, reserveOut: 0, gamma: 1)
        var taken = 0.0
        var given = 0.0
    }

    /// The input with the largest output less input, leg by leg; nil when no input pays. `pieces` bounds the walk.
    static func size(
        _ edges: some Sequence<Int32>, curves: borrowing LiquidityCurves, pieces: Int = 512
    ) -> [DraftPlan.Leg]? {
        var legs: [Leg] = []
        for edge in edges {
            let zeroForOne = edge & 1 == 1
            guard let root = curves.edgeRoot(edge >> 1, zeroForOne: zeroForOne) else { return nil }
            var leg = Leg(pool: edge >> 1, zeroForOne: zeroForOne, root: root, range: 0)
            leg.range = Int(curves.rangeHolding(root, leg.pool))
            // A price on a range's lower end sells downwards in the range below.
            if zeroForOne, leg.range > 0, root <= curves.lower[Int(curves.start[Int(leg.pool)]) + leg.range] {
                leg.range -= 1
            }
            guard open(&leg, curves) else { return nil }
            legs.append(leg)
        }
        for _ in 0..<pieces {
            var chain = MobiusChain(), limit = Double.infinity, limiting = -1
            for i in legs.indices {
                let reach = chain.input(for: legs[i].curve.capacity)
                if reach < limit { (limit, limiting) = (reach, i) }
                chain.append(price: legs[i].curve.price, inverseDepth: legs[i].curve.inverseDepth)
            }
            let wanted = chain.optimalInput
            guard wanted > 0, wanted.isFinite else { break }
            var amount = min(wanted, limit)
            for i in legs.indices {
                legs[i].taken += amount
                amount = legs[i].curve.take(amount)
                legs[i].given += amount
            }
            guard wanted > limit, limiting >= 0 else { break }
            guard advance(&legs[limiting], curves) else { break }
        }
        guard let first = legs.first, let last = legs.last, last.given > first.taken, first.taken > 0 else {
            return nil
        }
        return legs.map {
            DraftPlan.Leg(pool: $0.pool, zeroForOne: $0.zeroForOne, amountIn: $0.taken, amountOut: $0.given)
        }
    }

    private static func open(_ leg: inout Leg, _ curves: borrowing LiquidityCurves) -> Bool {
        let j = Int(leg.pool), first = Int(curves.start[j]), total = Int(curves.count[j])
        let depth = curves.liquidity[first + leg.range], gamma = curves.gamma[j]
        guard depth > 0 else { return false }
        if leg.zeroForOne {
            leg.curve = LegCurve(reserveIn: depth / leg.root, reserveOut: depth * leg.root, gamma: gamma)
            let low = curves.lower[first + leg.range]
            leg.curve.capacity = low > 0 ? max(0, depth * (1 / low - 1 / leg.root) / gamma) : .infinity
        } else {
            leg.curve = LegCurve(reserveIn: depth * leg.root, reserveOut: depth / leg.root, gamma: gamma)
            let high = leg.range + 1 < total ? curves.lower[first + leg.range + 1] : .infinity
            leg.curve.capacity = high < .infinity ? max(0, depth * (high - leg.root) / gamma) : .infinity
        }
        return true
    }

    private static func advance(_ leg: inout Leg, _ curves: borrowing LiquidityCurves) -> Bool {
        let first = Int(curves.start[Int(leg.pool)]), total = Int(curves.count[Int(leg.pool)])
        repeat {
            if leg.zeroForOne {
                leg.root = curves.lower[first + leg.range]
                leg.range -= 1
                guard leg.range >= 0 else { return false }
            } else {
                leg.range += 1
                guard leg.range < total else { return false }
                leg.root = curves.lower[first + leg.range]
            }
        } while curves.liquidity[first + leg.range] == 0
        return open(&leg, curves)
    }
}
