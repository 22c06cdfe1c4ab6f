public import EVMTypes

/// What the operator allows the node to risk. Values come from `[limits]` of `martlet.toml`. What equals its limit passes,
/// except a loss: reaching the limit of a loss stops.
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
    /// Failures in a row (simulation, refusal, revert) after which nothing goes out until a success, a resume or, where
    /// `breakerMilliseconds` is set, until that time has passed. 0 lets nothing out.
    public var failuresInARowMax: UInt32
    /// Net loss within one UTC day, wei, from which on nothing goes out that day.
    public var dailyLossMax: U256
    /// Blocks for which the pools of a failed plan are left alone.
    public var cooldownBlocks: UInt64
    /// Oldest head on which a plan may rest, milliseconds before the event's time.
    public var headAgeMaxMilliseconds: UInt64
    /// Highest base fee of the block a plan is for, wei a gas.
    public var baseFeeMax: U256
    /// Most blocks for which plans may wait at once, the new one included. Plans for one block share a nonce and count once.
    public var inFlightMax: UInt32
    /// Most wei the gas of one block's plan may cost: gas limit times highest price. Only one plan of a block can land.
    public var feesPerBlockMax: U256
    /// Loss booked since the newest head, wei, from which on nothing goes out on that head.
    public var blockLossMax: U256
    /// How long the breaker stays open, milliseconds; 0: until a success or a resume.
    public var breakerMilliseconds: UInt64
    /// Tokens a cycle may pass; nil allows every token.
    public var allowedTokens: Set<Address>?

    /// Limits that refuse nothing but a loss; callers set what they mean.
    public init(
        netProfitMin: U256 = .one, gasPriceMax: U256 = .max, gasLimitMax: UInt64 = .max, inputMax: U256 = .max,
        plansPerBlockMax: UInt32 = .max, failuresInARowMax: UInt32 = .max, dailyLossMax: U256 = .max,
        cooldownBlocks: UInt64 = 0, headAgeMaxMilliseconds: UInt64 = .max, baseFeeMax: U256 = .max,
        inFlightMax: UInt32 = .max, feesPerBlockMax: U256 = .max, blockLossMax: U256 = .max,
        breakerMilliseconds: UInt64 = 0, allowedTokens: Set<Address>? = nil
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
        self.baseFeeMax = baseFeeMax
        self.inFlightMax = inFlightMax
        self.feesPerBlockMax = feesPerBlockMax
        self.blockLossMax = blockLossMax
        self.breakerMilliseconds = breakerMilliseconds
        self.allowedTokens = allowedTokens
    }
}
