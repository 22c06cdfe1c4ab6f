public import EVMTypes

/// The block a bundle is built on, as far as fees depend on it.
public struct ParentBlock: Hashable, Sendable {
    /// Height.
    public var number: UInt64
    /// Wei a gas.
    public var baseFeePerGas: U256
    /// Gas that its transactions used.
    public var gasUsed: UInt64
    /// Gas that they could have used.
    public var gasLimit: UInt64

    public init(number: UInt64, baseFeePerGas: U256, gasUsed: UInt64, gasLimit: UInt64) {
        self.number = number
        self.baseFeePerGas = baseFeePerGas
        self.gasUsed = gasUsed
        self.gasLimit = gasLimit
    }
}

/// What the operator is willing to give for inclusion.
public struct FeePolicy: Hashable, Sendable {
    /// How the chain's base fee moves.
    public var baseFeeRule: BaseFeeRule
    /// The builder's share of the gross profit, 0 to 10,000 bps, paid by the executor on success only; rounded down.
    public var tipBps: UInt32
    /// Priority fee of our transaction, wei a gas; paid whether it succeeds or not.
    public var priorityFeePerGas: U256
    /// Blocks the bundle may land in, counted from the parent's child: 1 to 100.
    public var validBlocks: UInt32
    /// What the gas limit has above the expected gas, bps of it.
    public var gasMarginBps: UInt32

    public init(
        baseFeeRule: BaseFeeRule = .ethereum, tipBps: UInt32 = 0, priorityFeePerGas: U256 = .zero,
        validBlocks: UInt32 = 1, gasMarginBps: UInt32 = 2_500
    ) {
        self.baseFeeRule = baseFeeRule
        self.tipBps = tipBps
        self.priorityFeePerGas = priorityFeePerGas
        self.validBlocks = validBlocks
        self.gasMarginBps = gasMarginBps
    }
}

/// The fees of one transaction on one parent block.
public struct FeeChoice: Hashable, Sendable {
    /// Base fee of the parent's child, wei a gas.
    public let nextBaseFeePerGas: U256
    /// `maxFeePerGas`: the highest base fee of the blocks it is valid in, plus the priority fee.
    public let maxFeePerGas: U256
    /// `maxPriorityFeePerGas`.
    public let maxPriorityFeePerGas: U256
    /// The last block the transaction is meant for.
    public let validUntilBlock: UInt64

    /// Chooses fees under which the transaction is payable in every block it is valid in, and no higher.
    ///
    /// Throws `.badPolicy`, `.badParent`, `.overflow`.
    public init(parent: ParentBlock, policy: FeePolicy) throws(BundleError) {
        guard (1...100).contains(policy.validBlocks), policy.tipBps <= 10_000, policy.gasMarginBps <= 100_000 else {
            throw .badPolicy
        }
        let next = try policy.baseFeeRule.next(
            baseFee: parent.baseFeePerGas, gasUsed: parent.gasUsed, gasLimit: parent.gasLimit)
        let highest = try policy.baseFeeRule.highest(
            from: next, blocks: policy.validBlocks - 1, gasLimit: parent.gasLimit)
        guard let cap = highest.adding(policy.priorityFeePerGas) else { throw .overflow }
        let (until, wraps) = parent.number.addingReportingOverflow(UInt64(policy.validBlocks))
        guard !wraps else { throw .blockOutOfRange }
        nextBaseFeePerGas = next
        maxFeePerGas = cap
        maxPriorityFeePerGas = policy.priorityFeePerGas
        validUntilBlock = until
    }

    /// The most a gas can cost in any block it is valid in, wei: `maxFeePerGas`. Profit is reckoned with it.
    public var worstGasPrice: U256 { maxFeePerGas }

    /// What a gas costs in the parent's child, wei: the base fee and the priority fee.
    public var nextGasPrice: U256 {
        // No wrap: the cap, which is at least this sum, was checked.
        min(maxFeePerGas, nextBaseFeePerGas &+ maxPriorityFeePerGas)
    }
}
