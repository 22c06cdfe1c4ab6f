public import ChainCosts
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
    /// What the chain charges beside gas: a rollup's data and operator fees.
    public var costs: ChainParameters
    /// Rate to native money; not needed when the settlement token is the wrapped native token.
    public var nativeRate: NativeRate?

    public init(
        plan: CyclePlan, pools: [PoolIdentity], settlement: Address, targets: [Transaction] = [], parent: ParentBlock,
        nonce: UInt64, simulatedGas: UInt64? = nil, ticksCrossed: UInt64 = 0, costs: ChainParameters = .gasOnly,
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
        self.costs = costs
        self.nativeRate = nativeRate
    }
}

/// Turns an exact cycle into an unsigned bundle. A pure function of its arguments.
public struct BundleBuilder: Hashable, Sendable {
    /// Executor, settlement token and chain that programs are written for.
    public var context: ExecutorContext
    /// How fees are chosen.
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
        let plan = try draft(for: request)
        let afterTip = plan.grossProfitWei - plan.tipWei
        guard afterTip > plan.gasCostWei else {
            throw .unprofitable(shortfallWei: (plan.gasCostWei - afterTip).adding(.one) ?? .max)
        }
        return plan
    }

    /// As `bundle`, whether or not it pays: what is simulated to learn its gas. `netProfitWei` is zero where it does
    /// not.
    public func draft(for request: BundleRequest) throws(BundleError) -> BundlePlan {
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
        var ours = transaction(program, limits, fees, gas.limit, nonce: request.nonce)
        let beside = try gasBeside(ours, fees, request.costs)
        guard beside <= context.gasLimitMax - min(context.gasLimitMax, gas.limit) else { throw .gasLimitTooHigh }
        ours.gasLimit += beside
        let cost = try cost(of: ours, gas: gas.expected, fees: fees, request.costs)
        let afterTip = grossWei - tip
        return BundlePlan(
            targets: request.targets, ours: ours,
            grossProfit: program.grossProfit, grossProfitWei: grossWei, tipWei: tip, minProfit: minProfit,
            expectedGas: gas.expected, gasLimit: ours.gasLimit, fees: fees, gasCostWei: cost,
            netProfitWei: afterTip.subtracting(cost) ?? .zero,
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

    /// Gas that the chain takes out of the limit for posting the transaction.
    private func gasBeside(_ ours: Transaction, _ fees: FeeChoice, _ costs: ChainParameters) throws(BundleError)
        -> UInt64
    {
        guard case .arbitrum = costs else { return 0 }
        do throws(CostProblem) {
            return try costs.gasBeside(signingPayload: ours.signingPayload(), baseFee: fees.nextBaseFeePerGas)
        } catch { throw .overflow }
    }

    /// Gas at the worst price, and the most that data and operator can cost.
    private func cost(
        of ours: Transaction, gas: UInt64, fees: FeeChoice, _ costs: ChainParameters
    ) throws(BundleError) -> U256 {
        let beside: U256
        if costs == .gasOnly {
            beside = .zero
        } else {
            do throws(CostProblem) {
                beside = try costs.feeBesideGas(
                    signingPayload: ours.signingPayload(), gasUsed: gas, baseFee: fees.nextBaseFeePerGas)
            } catch { throw .overflow }
        }
        guard let product = fees.worstGasPrice.multiplied(by: U256(gas)), let sum = product.adding(beside) else {
            throw .overflow
        }
        return sum
    }
}
