public import EVMCodec
public import EVMTypes
public import Paths
public import Pools

/// Everything one plan needs besides the chain's context and the operator's policy.
public struct BundleRequest: Hashable, Sendable {
    /// The cycle, exact.
    public var plan: CyclePlan
    /// The identities of its pools, leg by leg.
    public var pools: [PoolIdentity]
    /// The address of `plan.settlement`.
    public var settlement: Address
    /// Pending transactions to follow, in order.
    public var targets: [Transaction]
    /// The block to build on.
    public var parent: ParentBlock
    /// The next nonce of the executor's owner.
    public var nonce: UInt64
    /// Gas used in a simulation of exactly this run; nil: the model's estimate.
    public var simulatedGas: UInt64?
    /// Initialised ticks all V3 legs cross together; only the model uses it.
    public var ticksCrossed: UInt64
    /// Fees beside gas (a rollup's data fee), an upper bound in wei.
    public var extraFeeWei: U256
    /// Rate to native money; not needed when the settlement token is the wrapped native token.
    public var nativeRate: NativeRate?

    public init(
        plan: CyclePlan, pools: [PoolIdentity], settlement: Address, targets: [Transaction] = [], parent: ParentBlock,
        nonce: UInt64, simulatedGas: UInt64? = nil, ticksCrossed: UInt64 = 0, extraFeeWei: U256 = .zero,
        nativeRate: NativeRate? = nil
    ) {
        self.plan = plan
        self.pools = pools
        self.settlement = settlement
        self.targets = targets
        self.parent = parent
        self.nonce = nonce
        self.simulatedGas = simulatedGas
        self.ticksCrossed = ticksCrossed
        self.extraFeeWei = extraFeeWei
        self.nativeRate = nativeRate
    }
}

/// Turns an exact cycle into an unsigned bundle. A pure function of its arguments.
public struct BundleBuilder: Hashable, Sendable {
    public var context: ExecutorContext
    public var policy: FeePolicy

    public init(context: ExecutorContext, policy: FeePolicy) {
        self.context = context
        self.policy = policy
    }

    /// The bundle of `request`, or why there is none; `.unprofitable` when tip and gas leave less than one wei.
    ///
    /// The tip is `tipBps` of the gross profit, rounded down, and paid by the executor only when the settlement token
    /// is the wrapped native token; otherwise it is 0 and the builder gets the priority fee alone.
    public func bundle(for request: BundleRequest) throws(BundleError) -> BundlePlan {
        let program = try ExecutorProgram(plan: request.plan, pools: request.pools, settlement: request.settlement)
        let fees = try FeeChoice(parent: request.parent, policy: policy)
        let isNative = request.settlement == context.wrappedNative
        let gross = U256(program.grossProfit)
        guard let grossWei = isNative ? gross : request.nativeRate?.wei(for: program.grossProfit) else {
            throw .noNativeRate
        }
        // At most the gross profit: bps <= 10,000 (FeeChoice checked it), so neither nil nor above 128 bits.
        let tip = isNative ? gross &* U256(UInt64(policy.tipBps)) / 10_000 : .zero
        let minProfit = program.grossProfit - tip.lo
        let limits = try ExecutorLimits(validUntilBlock: fees.validUntilBlock, tip: tip, minProfit: minProfit)
        let gas = try gas(of: request, paysTip: !tip.isZero)
        let cost = try Self.cost(gas: gas.expected, price: fees.worstGasPrice, extra: request.extraFeeWei)
        let afterTip = grossWei - tip
        guard afterTip > cost else { throw .unprofitable(shortfallWei: (cost - afterTip).adding(.one) ?? .max) }
        return BundlePlan(
            targets: request.targets, ours: transaction(program, limits, fees, gas.limit, nonce: request.nonce),
            grossProfit: program.grossProfit, grossProfitWei: grossWei, tipWei: tip, minProfit: minProfit,
            expectedGas: gas.expected, gasLimit: gas.limit, fees: fees, gasCostWei: cost, netProfitWei: afterTip - cost,
            program: program)
    }

    private func transaction(
        _ program: ExecutorProgram, _ limits: ExecutorLimits, _ fees: FeeChoice, _ gasLimit: UInt64, nonce: UInt64
    ) -> Transaction {
        Transaction(
            kind: .dynamicFee, chainID: context.chainID, nonce: nonce, gasLimit: gasLimit, to: context.executor,
            data: ExecutorCalls.run(program, limits: limits), maxFeePerGas: fees.maxFeePerGas,
            maxPriorityFeePerGas: fees.maxPriorityFeePerGas)
    }

    /// The expected gas and the limit: expected × (1 + margin), rounded up.
    private func gas(of request: BundleRequest, paysTip: Bool) throws(BundleError) -> (expected: UInt64, limit: UInt64)
    {
        let expected =
            request.simulatedGas
            ?? context.gasModel.estimate(
                kinds: request.pools.lazy.map(\.kind), ticksCrossed: request.ticksCrossed, paysTip: paysTip)
        guard expected <= context.gasLimitMax else { throw .gasLimitTooHigh }
        let (product, overflow) = expected.multipliedReportingOverflow(by: UInt64(policy.gasMarginBps))
        guard !overflow, product / 10_000 < context.gasLimitMax - expected else { throw .gasLimitTooHigh }
        return (expected, expected + (product + 9_999) / 10_000)
    }

    private static func cost(gas: UInt64, price: U256, extra: U256) throws(BundleError) -> U256 {
        guard let product = price.multiplied(by: U256(gas)), let sum = product.adding(extra) else { throw .overflow }
        return sum
    }
}
