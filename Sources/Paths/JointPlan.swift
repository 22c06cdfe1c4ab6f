/// Several swaps that together earn, in exact integers and in the order of execution.
///
/// Invariants: no pool twice; every `amountOut` is what the market quotes for `amountIn`; with the loans, no token's
/// balance is ever below zero on the way; at the end no token is left negative and the settlement token is up by
/// `profit`.
public struct JointPlan: Hashable, Sendable {
    /// What must be borrowed before it is earned, in the token's raw units.
    public struct Loan: Hashable, Sendable {
        public var token: Int32
        public var amount: UInt128

        public init(token: Int32, amount: UInt128) {
            self.token = token
            self.amount = amount
        }
    }

    /// The swaps, first to last.
    public var legs: [CyclePlan.Leg]
    /// The token the profit is in.
    public var settlement: Int32
    /// Gain in the settlement token's raw units, before gas and tip.
    public var profit: UInt128
    /// Lowest balance of each token on the way, where below zero; by token number.
    public var loans: [Loan]
    /// What is left over of other tokens, by token number: a few units where rounding leaves any.
    public var leftovers: [Loan]

    public init(
        legs: [CyclePlan.Leg], settlement: Int32, profit: UInt128, loans: [Loan] = [], leftovers: [Loan] = []
    ) {
        self.legs = legs
        self.settlement = settlement
        self.profit = profit
        self.loans = loans
        self.leftovers = leftovers
    }

    /// The same as a cycle of two to four swaps, or nil when it is none.
    public var cycle: CyclePlan? {
        guard (2...4).contains(legs.count), leftovers.isEmpty, loans.count == 1, loans[0].token == settlement else {
            return nil
        }
        for i in 1..<legs.count where legs[i].amountIn != legs[i - 1].amountOut { return nil }
        guard legs[legs.count - 1].amountOut == legs[0].amountIn + profit else { return nil }
        return CyclePlan(legs: legs, settlement: settlement, profit: profit)
    }
}

/// How the optimiser ended. Anything but `optimum` falls back to the best single cycle.
public enum GrowthEnd: UInt8, Hashable, Sendable {
    /// No negative cycle is left in the whole market.
    case optimum
    /// The optimiser stalled.
    case unconverged
    /// The caller's deadline or a bound of the settings came first.
    case cutShort
}

/// What one search found for one opening: the plan, the answers it beats, and how good any answer can be.
public struct Opportunity: Hashable, Sendable {
    /// The best plan, exact.
    public var plan: JointPlan
    /// Hops of the first negative cycle that showed the opening.
    public var firstCycleHops: Int
    /// Profit of the plan and its gas, in raw units of the native token at the shadow prices.
    public var gross: Double
    public var gas: Double
    /// No strategy within one transaction nets more, at the same gas schedule (Double, relative error near 1e-9).
    public var bound: Double
    /// Net of the best single cycle of two or three hops through the changed pool, in Double; 0 where none pays.
    public var singleNet: Double
    public var end: GrowthEnd

    public var net: Double { gross - gas }
    /// (bound - net) / bound; 0 when the bound is 0.
    public var gap: Double { bound > 0 ? max(0, (bound - net) / bound) : 0 }
}
