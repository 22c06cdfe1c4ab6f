public import EVMTypes

/// What the operator allows the node to risk. Values come from `[limits]` of `martlet.toml`.
public struct RiskLimits: Hashable, Sendable {
    /// Least net profit of a plan, wei.
    public var netProfitMin: U256
    /// Most wei a gas of ours may cost.
    public var gasPriceMax: U256
    /// Most gas one transaction of ours may ask for.
    public var gasLimitMax: UInt64
    /// Most settlement tokens one plan may send into its first pool, smallest units. The flash source lends them, so this
    /// bounds what a wrong plan would move, not what it could lose.
    public var inputMax: U256
    /// Most plans that go out for one block, replacements included.
    public var plansPerBlockMax: UInt32
    /// Failures in a row (simulation, refusal, revert) after which nothing goes out until a success or a resume.
    public var failuresInARowMax: UInt32
    /// Net loss within one UTC day, wei, from which on nothing goes out that day.
    public var dailyLossMax: U256
    /// Blocks for which the pools of a failed plan are left alone.
    public var cooldownBlocks: UInt64
    /// Oldest head on which a plan may rest, milliseconds before the event's time.
    public var headAgeMaxMilliseconds: UInt64

    /// Limits that refuse nothing but a loss; callers set what they mean.
    public init(
        netProfitMin: U256 = .one, gasPriceMax: U256 = .max, gasLimitMax: UInt64 = .max, inputMax: U256 = .max,
        plansPerBlockMax: UInt32 = .max, failuresInARowMax: UInt32 = .max, dailyLossMax: U256 = .max,
        cooldownBlocks: UInt64 = 0, headAgeMaxMilliseconds: UInt64 = .max
    ) {
        self.netProfitMin = netProfitMin
        self.gasPriceMax = gasPriceMax
        self.gasLimitMax = gasLimitMax
        self.inputMax = inputMax
        self.plansPerBlockMax = plansPerBlockMax
        self.failuresInARowMax = failuresInARowMax
        self.dailyLossMax = dailyLossMax
        self.cooldownBlocks = cooldownBlocks
        self.headAgeMaxMilliseconds = headAgeMaxMilliseconds
    }
}

/// Why a plan does not go out. The raw values are stable: they stand in the history.
public enum RiskReason: UInt8, Error, Hashable, Sendable, CaseIterable {
    case paused = 1
    /// The head is older than allowed: the node may be behind its chain.
    case headTooOld = 2
    case netProfitTooSmall = 3
    case gasPriceTooHigh = 4
    case gasLimitTooHigh = 5
    case inputTooLarge = 6
    case tooManyPlansForBlock = 7
    /// Too many failures in a row: the breaker is open.
    case breakerOpen = 8
    case dailyLossReached = 9
    /// A pool of the plan failed lately.
    case poolCoolingDown = 10
}
