/// What executing a plan costs, in raw units of the native token.
public struct GasSchedule: Hashable, Sendable {
    /// Paid once a transaction.
    public var transaction: Double
    /// Paid per constant-product and per concentrated pool that a plan uses.
    public var constantProduct: Double
    public var concentrated: Double
    /// Paid per token that a plan must borrow before it has earned it, beyond the first.
    public var extraLoan: Double

    public init(transaction: Double = 0, constantProduct: Double = 0, concentrated: Double = 0, extraLoan: Double = 0) {
        self.transaction = transaction
        self.constantProduct = constantProduct
        self.concentrated = concentrated
        self.extraLoan = extraLoan
    }
}

/// Bounds and costs of a `PathFinder`.
public struct PathFinderSettings: Hashable, Sendable {
    public var gas = GasSchedule()
    /// Worth, in raw units of the native token, below which an imbalance of the optimiser does not count.
    public var dust = 1e9
    /// Hops for which the pruning of pools that cannot pay their gas is safe.
    public var pruningHops = 4
    /// Newton steps of one local problem.
    public var maxIterations = 160
    /// Times a local problem may grow.
    public var maxRounds = 60
    /// Tokens of one local problem.
    public var maxTokens = 1024
    /// Short cycles sized per search.
    public var maxShortCycles = 4096
    /// Sets of pools, besides the eight cut levels, whose optimum is tried for one plan.
    public var maxRemovals = 24
    /// False to settle only in a settlement token; true to settle in the best connected token of a plan.
    public var settlesAnywhere = false

    public init() {}
}

/// What searches looked at, since the finder was made.
public struct PathFinderCounters: Hashable, Sendable {
    /// Updates of pools that are on no cycle.
    public var outside = 0
    /// Updates that left every reduced cost at zero or above.
    public var unchanged = 0
    /// Updates after which prices were repaired.
    public var repaired = 0
    /// Opportunities found, those whose optimum was not reached, and those ended by the caller's deadline.
    public var opportunities = 0
    public var unconverged = 0
    public var cutShort = 0
    /// Openings whose tokens nothing leads from to a settlement token; they are muted.
    public var unsettled = 0
    /// Edges that an optimum left below zero and that were muted; 0 unless an optimum was reached by rounding only.
    public var capped = 0
    /// Opportunities whose best plan is the single short cycle, not the joint optimum.
    public var singleCycleWins = 0
    /// Edges looked at by repairs and growth; tokens and pools of local problems; Newton steps.
    public var edges = 0
    public var tokens = 0
    public var pools = 0
    public var iterations = 0
    public var rounds = 0

    public init() {}
}
