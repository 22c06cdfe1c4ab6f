public import EVMTypes

/// What the rules look at in one plan.
public struct RiskFacts: Hashable, Sendable {
    /// Wei, after tip and gas at the worst price.
    public var netProfitWei: U256
    /// Highest price of our gas, wei a gas.
    public var gasPriceWei: U256
    public var gasLimit: UInt64
    /// What the first pool is paid, smallest units of the settlement token.
    public var input: U256

    public init(netProfitWei: U256, gasPriceWei: U256, gasLimit: UInt64, input: U256) {
        self.netProfitWei = netProfitWei
        self.gasPriceWei = gasPriceWei
        self.gasLimit = gasLimit
        self.input = input
    }
}

/// What has happened so far, as far as limits depend on it. A value: the same events leave the same state.
public struct RiskState: Hashable, Sendable {
    public var isPaused = false
    /// Failures since the last success or resume.
    public private(set) var failuresInARow: UInt32 = 0
    private var block: UInt64 = 0
    private var plansForBlock: UInt32 = 0
    private var day: UInt64 = 0
    private var gainToday = U256.zero
    private var lossToday = U256.zero
    /// Pool index -> the last block for which it is left alone.
    private var coolingUntil: [Int32: UInt64] = [:]

    public init() {}

    /// The first rule a plan breaks, or nil. `pools` are the plan's pools, `head` the block it rests on.
    ///
    /// Pure: time comes with the call. O(pools).
    public func check(
        _ facts: RiskFacts, pools: some Sequence<Int32>, head: UInt64, headTimeMilliseconds: UInt64,
        nowMilliseconds: UInt64, limits: RiskLimits
    ) -> RiskReason? {
        if isPaused { return .paused }
        // A head from the future (clock skew) is not too old.
        let age = nowMilliseconds > headTimeMilliseconds ? nowMilliseconds - headTimeMilliseconds : 0
        if age > limits.headAgeMaxMilliseconds { return .headTooOld }
        if failuresInARow >= limits.failuresInARowMax { return .breakerOpen }
        if isDay(of: nowMilliseconds), lossToday > gainToday, lossToday &- gainToday >= limits.dailyLossMax {
            return .dailyLossReached
        }
        if facts.netProfitWei < limits.netProfitMin { return .netProfitTooSmall }
        if facts.gasPriceWei > limits.gasPriceMax { return .gasPriceTooHigh }
        if facts.gasLimit > limits.gasLimitMax { return .gasLimitTooHigh }
        if facts.input > limits.inputMax { return .inputTooLarge }
        if head == block, plansForBlock >= limits.plansPerBlockMax { return .tooManyPlansForBlock }
        for pool in pools where (coolingUntil[pool] ?? 0) > head { return .poolCoolingDown }
        return nil
    }

    /// A plan resting on `head` went out.
    public mutating func notePlan(head: UInt64) {
        if head != block { (block, plansForBlock) = (head, 0) }
        plansForBlock &+= plansForBlock == .max ? 0 : 1
    }

    /// A plan landed or passed its simulation.
    public mutating func noteSuccess() { failuresInARow = 0 }

    /// A plan failed: its pools rest for `limits.cooldownBlocks` blocks after `head`.
    public mutating func noteFailure(pools: some Sequence<Int32>, head: UInt64, limits: RiskLimits) {
        failuresInARow &+= failuresInARow == .max ? 0 : 1
        guard limits.cooldownBlocks > 0 else { return }
        for pool in pools { coolingUntil[pool] = head &+ limits.cooldownBlocks }
        coolingUntil = coolingUntil.filter { $0.value > head }
    }

    /// What an included transaction earned or lost, net, in wei.
    public mutating func noteResult(netWei: I256, nowMilliseconds: UInt64) {
        if !isDay(of: nowMilliseconds) { (day, gainToday, lossToday) = (nowMilliseconds / Self.dayLength, .zero, .zero) }
        if netWei.isNegative {
            lossToday = lossToday.adding(netWei.magnitude) ?? .max
        } else {
            gainToday = gainToday.adding(netWei.magnitude) ?? .max
        }
    }

    /// The operator allows going on: the breaker closes.
    public mutating func resume() {
        isPaused = false
        failuresInARow = 0
    }

    private static let dayLength: UInt64 = 86_400_000
    private func isDay(of milliseconds: UInt64) -> Bool { milliseconds / Self.dayLength == day }
}
