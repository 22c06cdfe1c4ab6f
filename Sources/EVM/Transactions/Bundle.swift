public import EVMCodec
public import EVMTypes

/// One transaction of a bundle.
public struct BundleTransaction: Hashable, Sendable {
    /// Signed or not; the sender is given beside it.
    public var transaction: Transaction
    /// Who sends it: the caller has recovered it, or simulates it.
    public var sender: Address
    /// Whether the bundle stands when this one fails.
    public var mayRevert: Bool

    public init(_ transaction: Transaction, from sender: Address, mayRevert: Bool = false) {
        self.transaction = transaction
        self.sender = sender
        self.mayRevert = mayRevert
    }
}

/// What one transaction of a bundle did.
public struct BundleStep: Hashable, Sendable {
    /// Gas, status, logs.
    public var outcome: Outcome
    /// Return or revert data; the deployed code for a creation.
    public var output: [UInt8]
    /// Its logs; none when it failed.
    public var logs: [ReceiptLog]
    /// What it said when it reverted; nil for success and for exceptional halts.
    public var revertReason: RevertReason?
    /// Wei that the block's fee recipient has more than before (less when it pays for itself).
    public var coinbaseDiff: I256
    /// Wei a gas over the base fee, times the gas used.
    public var gasFees: U256
    /// `coinbaseDiff` without `gasFees`.
    public var ethSentToCoinbase: I256
    /// Gas of the bundle's transactions up to and with this one; at most 2^64-1.
    public var cumulativeGasUsed: UInt64
}

/// What a bundle did. The totals are those of eth_callBundle.
public struct BundleOutcome: Hashable, Sendable {
    /// One a transaction.
    public var steps: [BundleStep] = []
    /// Sums over the steps, in wei.
    public var coinbaseDiff = I256.zero
    /// Wei of tips, of all transactions.
    public var gasFees = U256.zero
    /// Wei that calls sent to the coinbase; negative where it paid.
    public var ethSentToCoinbase = I256.zero
    /// Gas of all transactions; at most 2^64-1.
    public var gasUsed: UInt64 = 0

    /// Wei a gas that the fee recipient gets, rounded towards zero; zero for a bundle of nothing.
    public var bundleGasPrice: I256 {
        guard gasUsed > 0 else { return .zero }
        return coinbaseDiff.quotientAndRemainder(dividingBy: I256(bits: U256(gasUsed))).quotient
    }
}

/// What came of asking for a bundle to be run. On all but `.executed` the overlay is as before.
public enum BundleResult: Hashable, Sendable {
    /// Every transaction ran, and those that failed were allowed to.
    case executed(BundleOutcome)
    /// A transaction cannot be run at all.
    case rejected(index: Int, Rejection)
    /// A transaction failed that was not allowed to. The outcome's logs are gone.
    case reverted(index: Int, Outcome, RevertReason?)
    /// The pinned state lacks these.
    case missing(index: Int, [StateNeed])
    /// Memory limit, or a contract that Martlet does not have.
    case unanswered(index: Int, Halt, Address?)
}
