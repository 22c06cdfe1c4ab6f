public import EVMTypes

/// What the rules look at in one plan.
public struct RiskFacts: Hashable, Sendable {
    /// Wei, after tip and gas at the worst price.
    public var netProfitWei: U256
    /// Highest price of our gas, wei a gas.
    public var gasPriceWei: U256
    /// Of our transaction.
    public var gasLimit: UInt64
    /// What the first pool is paid, smallest units of the settlement token.
    public var input: U256
    /// Base fee of the block it is for, wei a gas.
    public var baseFeeWei: U256
    /// Every token the cycle passes; looked at only where the operator keeps an allow-list.
    public var tokens: [Address]

    public init(
        netProfitWei: U256, gasPriceWei: U256, gasLimit: UInt64, input: U256, baseFeeWei: U256 = .zero,
        tokens: [Address] = []
    ) {
        self.netProfitWei = netProfitWei
        self.gasPriceWei = gasPriceWei
        self.gasLimit = gasLimit
        self.input = input
        self.baseFeeWei = baseFeeWei
        self.tokens = tokens
    }
}

/// What has happened so far, as far as limits depend on it. A value: the same events leave the same state.
public struct RiskState: Hashable, Sendable {
    /// A block that a plan waits for.
    private struct Waiting: Hashable, Sendable {
        var head: UInt64
        var validUntil: UInt64
    }

    /// By a person; nothing passes.
    public var isPaused = false
    /// Failures since the last success or resume.
    public private(set) var failuresInARow: UInt32 = 0
    /// When the last failure was, milliseconds since 1970.
    private var failedAt: UInt64 = 0
    private var block: UInt64 = 0
    private var plansForBlock: UInt32 = 0
    private var waiting: [Waiting] = []
    private var day: UInt64 = 0
    private var gainToday = U256.zero
    private var lossToday = U256.zero
    private var lossAtHead = U256.zero
    /// Pool index -> the last block for which it is left alone.
    private var coolingUntil: [Int32: UInt64] = [:]

    public init() {}

    /// The first rule a plan breaks, or nil. `pools` are the plan's pools, `head` the block it rests on.
    ///
    /// Pure: time comes with the call. O(pools + tokens + blocks waited for).
    public func check(
        _ facts: RiskFacts, pools: some Sequence<Int32>, head: UInt64, headTimeMilliseconds: UInt64,
        nowMilliseconds: UInt64, limits: RiskLimits
    ) -> RiskReason? {
        if let reason = checkNode(head, headTimeMilliseconds, nowMilliseconds, limits) { return reason }
        if let reason = checkAmounts(facts, limits) { return reason }
        if head == block, plansForBlock >= limits.plansPerBlockMax { return .tooManyPlansForBlock }
        let others = waiting.count { $0.validUntil > head && $0.head != head }
        if UInt64(others) + 1 > UInt64(limits.inFlightMax) { return .tooManyInFlight }
        for pool in pools where (coolingUntil[pool] ?? 0) > head { return .poolCoolingDown }
        if let allowed = limits.allowedTokens, !facts.tokens.allSatisfy(allowed.contains) { return .tokenNotAllowed }
        return nil
    }

    /// The rules that hold whatever the plan is.
    private func checkNode(
        _ head: UInt64, _ headTime: UInt64, _ now: UInt64, _ limits: RiskLimits
    ) -> RiskReason? {
        if isPaused { return .paused }
        // A head from the future (clock skew) is not too old.
        let age = now > headTime ? now - headTime : 0
        if age > limits.headAgeMaxMilliseconds { return .headTooOld }
        if isBreakerOpen(nowMilliseconds: now, limits: limits) { return .breakerOpen }
        if isDay(of: now), lossToday > gainToday, lossToday &- gainToday >= limits.dailyLossMax {
            return .dailyLossReached
        }
        if !lossAtHead.isZero, lossAtHead >= limits.blockLossMax { return .blockLossReached }
        return nil
    }

    private func checkAmounts(_ facts: RiskFacts, _ limits: RiskLimits) -> RiskReason? {
        if facts.netProfitWei < limits.netProfitMin { return .netProfitTooSmall }
        if facts.baseFeeWei > limits.baseFeeMax { return .baseFeeTooHigh }
        if facts.gasPriceWei > limits.gasPriceMax { return .gasPriceTooHigh }
        if facts.gasLimit > limits.gasLimitMax { return .gasLimitTooHigh }
        if facts.input > limits.inputMax { return .inputTooLarge }
        guard let worst = facts.gasPriceWei.multiplied(by: U256(facts.gasLimit)), worst <= limits.feesPerBlockMax else {
            return .feesTooHigh
        }
        return nil
    }

    /// Whether failures in a row keep everything in at this time.
    public func isBreakerOpen(nowMilliseconds: UInt64, limits: RiskLimits) -> Bool {
        guard failuresInARow >= limits.failuresInARowMax else { return false }
        guard limits.breakerMilliseconds > 0, failuresInARow > 0 else { return true }
        return nowMilliseconds < failedAt || nowMilliseconds - failedAt < limits.breakerMilliseconds
    }

    /// A new head: losses on it start anew, blocks that have passed are waited for no more.
    public mutating func noteHead(_ head: UInt64) {
        lossAtHead = .zero
        waiting.removeAll { $0.validUntil <= head }
    }

    /// A plan resting on `head` went out; it can land up to block `validUntil` (by default the next one).
    public mutating func notePlan(head: UInt64, validUntil: UInt64? = nil) {
        if head != block { (block, plansForBlock) = (head, 0) }
        plansForBlock &+= plansForBlock == .max ? 0 : 1
        let (next, wraps) = head.addingReportingOverflow(1)
        let last = validUntil ?? (wraps ? .max : next)
        if let known = waiting.firstIndex(where: { $0.head == head }) {
            waiting[known].validUntil = max(waiting[known].validUntil, last)
        } else {
            waiting.append(Waiting(head: head, validUntil: last))
        }
    }

    /// A plan landed or passed its simulation.
    public mutating func noteSuccess() { failuresInARow = 0 }

    /// A plan failed: its pools rest for `limits.cooldownBlocks` blocks after `head`.
    public mutating func noteFailure(
        pools: some Sequence<Int32>, head: UInt64, nowMilliseconds: UInt64 = 0, limits: RiskLimits
    ) {
        failuresInARow &+= failuresInARow == .max ? 0 : 1
        failedAt = nowMilliseconds
        guard limits.cooldownBlocks > 0 else { return }
        let (end, wraps) = head.addingReportingOverflow(limits.cooldownBlocks)
        coolingUntil = coolingUntil.filter { $0.value > head }
        for pool in pools { coolingUntil[pool] = wraps ? .max : end }
    }

    /// What an included transaction earned or lost, net, in wei.
    public mutating func noteResult(netWei: I256, nowMilliseconds: UInt64) {
        if !isDay(of: nowMilliseconds) {
            (day, gainToday, lossToday) = (nowMilliseconds / Self.dayLength, .zero, .zero)
        }
        if netWei.isNegative {
            lossToday = lossToday.adding(netWei.magnitude) ?? .max
            lossAtHead = lossAtHead.adding(netWei.magnitude) ?? .max
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
