public import EVMCodec
public import EVMTypes

/// A bundle before it is signed: the transactions it follows, ours, and what it earns. All amounts exact.
///
/// `netProfitWei` is never overstated: gas is reckoned at the highest price of the blocks the bundle is valid in, and
/// every division rounds against us. The executor enforces `minProfit`, so a run that lands has earned exactly
/// `grossProfit` less `tipWei`, or more; one that does not earn it reverts and can cost its gas (a relay that drops
/// reverting bundles costs nothing).
public struct BundlePlan: Hashable, Sendable {
    /// The pending transactions whose effect the plan needs, in order, as they were signed. Empty: on the head as it
    /// is.
    public let targets: [Transaction]
    /// Our transaction to the executor, unsigned.
    public let ours: Transaction
    /// What the executor earns before the tip, in the settlement token's smallest unit.
    public let grossProfit: UInt128
    /// The same in wei of native money, rounded down.
    public let grossProfitWei: U256
    /// What the builder gets from the executor, in wei.
    public let tipWei: U256
    /// The growth the executor enforces, in the settlement token's smallest unit.
    public let minProfit: UInt128
    /// The gas the run is expected to use: simulated, or the model's upper estimate.
    public let expectedGas: UInt64
    /// The gas limit of `ours`: `expectedGas` with the policy's margin.
    public let gasLimit: UInt64
    /// Fees of `ours`.
    public let fees: FeeChoice
    /// What the run costs at most: `expectedGas` × the worst gas price + fees beside gas, in wei.
    public let gasCostWei: U256
    /// grossProfitWei − tipWei − gasCostWei, in wei; at least 1.
    public let netProfitWei: U256
    /// The cycle as the executor gets it.
    public let program: ExecutorProgram

    /// The first (mostly the only) pending transaction the bundle follows.
    public var target: Transaction? { targets.first }

    /// The last block the bundle can land in.
    public var validUntilBlock: UInt64 { fees.validUntilBlock }

    /// Raw bytes for a relay: the targets as received, then ours as `signed`.
    ///
    /// Nil when `signed` is not the plan's transaction or carries no signature. One allocation a transaction.
    public func rawTransactions(signed: Transaction) -> [[UInt8]]? {
        guard signed.signature != nil, signed.signingHash == ours.signingHash else { return nil }
        return targets.map { $0.encoded() } + [signed.encoded()]
    }
}

/// The account and contract a bundle is sent from and to.
public struct ExecutorContext: Hashable, Sendable {
    /// EIP-155.
    public var chainID: UInt64
    /// The deployed executor.
    public var executor: Address
    /// The chain's wrapped native token, the same the executor was deployed with: the only settlement token a tip
    /// comes from.
    public var wrappedNative: Address
    /// What each leg costs, for the gas limit before a run told it.
    public var gasModel: GasModel
    /// The most gas one transaction may ask for; 2^24 since EIP-7825.
    public var gasLimitMax: UInt64

    public init(
        chainID: UInt64, executor: Address, wrappedNative: Address, gasModel: GasModel = .executor,
        gasLimitMax: UInt64 = Transaction.gasLimitMax
    ) {
        self.chainID = chainID
        self.executor = executor
        self.wrappedNative = wrappedNative
        self.gasModel = gasModel
        self.gasLimitMax = gasLimitMax
    }
}

/// What settlement tokens are worth in native money: `nativeWei` for `settlementUnits`. Used to weigh gas, never on
/// chain.
public struct NativeRate: Hashable, Sendable {
    /// Wei of the native token that are worth `settlementUnits`.
    public var nativeWei: U256
    /// Smallest units of the settlement token.
    public var settlementUnits: U256

    public init(nativeWei: U256, settlementUnits: U256) {
        self.nativeWei = nativeWei
        self.settlementUnits = settlementUnits
    }

    /// Native wei for this many units, rounded down; nil when the rate is meaningless or the value passes 256 bits.
    public func wei(for units: UInt128) -> U256? { U256.mulDiv(U256(units), nativeWei, settlementUnits) }
}
