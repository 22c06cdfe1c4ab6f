public import EVMTypes

/// A profitable cycle that was found. Times are milliseconds since 1970.
public struct Opportunity: Hashable, Sendable {
    /// When it was found.
    public var seenAt: UInt64
    /// The head it was found on.
    public var headNumber: UInt64
    /// The pending transaction that opened it; nil when it stood open on the head.
    public var target: Hash32?
    /// The token that the cycle starts and ends in.
    public var settlementToken: Address
    /// Smallest units of the settlement token.
    public var amountIn: U256
    /// Before gas and tip, smallest units of the settlement token.
    public var grossProfit: U256
    /// The cycle's pools, in order.
    public var pools: [Address]

    public init(
        seenAt: UInt64, headNumber: UInt64, target: Hash32?, settlementToken: Address, amountIn: U256,
        grossProfit: U256, pools: [Address]
    ) {
        self.seenAt = seenAt
        self.headNumber = headNumber
        self.target = target
        self.settlementToken = settlementToken
        self.amountIn = amountIn
        self.grossProfit = grossProfit
        self.pools = pools
    }
}

/// What was decided about an opportunity, and why.
public struct Decision: Hashable, Sendable {
    public enum Verdict: String, Sendable, CaseIterable {
        /// A bundle was built and handed on.
        case accepted
        /// As accepted, but nothing is sent in a dry run.
        case dryRun = "dry-run"
        case rejected
    }

    /// When.
    public var decidedAt: UInt64
    /// What was decided.
    public var verdict: Verdict
    /// The rule's number (`RiskRules`); 0 when nothing spoke against it.
    public var reasonCode: UInt8
    /// The rule's name.
    public var reason: String
    /// Of our transaction.
    public var gasLimit: UInt64
    /// Offered to the builder, wei.
    public var tip: U256
    /// Expected after gas and tip, wei.
    public var netProfit: I256

    public init(
        decidedAt: UInt64, verdict: Verdict, reasonCode: UInt8, reason: String, gasLimit: UInt64, tip: U256,
        netProfit: I256
    ) {
        self.decidedAt = decidedAt
        self.verdict = verdict
        self.reasonCode = reasonCode
        self.reason = reason
        self.gasLimit = gasLimit
        self.tip = tip
        self.netProfit = netProfit
    }
}

/// How far a bundle has come. Raw values are written to disk.
public enum BundleState: String, Sendable, CaseIterable {
    case built, simulated, submitted, landed, expired, failed

    /// Whether nothing more is expected of it (only a reorganisation reopens a landed one).
    public var isFinal: Bool {
        switch self {
        case .built, .simulated, .submitted: false
        case .landed, .expired, .failed: true
        }
    }

    /// Whether a bundle may go from here to `next`. Landing may be seen before our own note of the submission.
    func allows(_ next: BundleState) -> Bool {
        switch self {
        case .built: next != .built
        case .simulated: next != .built && next != .simulated
        case .submitted: next.isFinal
        case .expired: next == .landed
        case .landed, .failed: false
        }
    }
}

/// Our transaction offered behind a target for one block.
public struct Bundle: Hashable, Sendable {
    /// The opportunity it takes; nil when that was not recorded.
    public var opportunityID: Int64?
    /// Hash that the relay knows it by; with `targetBlock` it names the bundle.
    public var hash: Hash32
    /// Height of the one block it is for.
    public var targetBlock: UInt64
    /// The transaction it runs behind; nil for one that stands alone.
    public var target: Hash32?
    /// Our own transaction.
    public var transaction: Hash32
    /// Of our transaction.
    public var nonce: UInt64
    /// Names of the relays it goes to.
    public var relays: [String]
    /// Expected after gas and tip, wei.
    public var predictedNet: I256
    /// When it was signed.
    public var builtAt: UInt64

    public init(
        opportunityID: Int64?, hash: Hash32, targetBlock: UInt64, target: Hash32?, transaction: Hash32, nonce: UInt64,
        relays: [String], predictedNet: I256, builtAt: UInt64
    ) {
        self.opportunityID = opportunityID
        self.hash = hash
        self.targetBlock = targetBlock
        self.target = target
        self.transaction = transaction
        self.nonce = nonce
        self.relays = relays
        self.predictedNet = predictedNet
        self.builtAt = builtAt
    }
}

/// What a landed bundle really brought, read from the chain.
public struct Profit: Hashable, Sendable {
    /// The row of its bundle.
    public var bundleID: Int64
    /// Height of the block it landed in.
    public var blockNumber: UInt64
    /// Of that block; a reorg takes the booking back by it.
    public var blockHash: Hash32
    /// Our transaction's hash.
    public var transaction: Hash32
    /// The token that grew.
    public var token: Address
    /// Growth of the executor's balance before the tip, smallest units of `token`.
    public var gross: U256
    /// Paid to the builder, wei.
    public var tip: U256
    /// Gas used times effective gas price, wei.
    public var gasPaid: U256
    /// What is left, smallest units of `token` (wei for the wrapped native token). Negative when it cost more.
    public var net: I256
    /// When its block was taken in.
    public var bookedAt: UInt64

    public init(
        bundleID: Int64, blockNumber: UInt64, blockHash: Hash32, transaction: Hash32, token: Address, gross: U256,
        tip: U256, gasPaid: U256, net: I256, bookedAt: UInt64
    ) {
        self.bundleID = bundleID
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.transaction = transaction
        self.token = token
        self.gross = gross
        self.tip = tip
        self.gasPaid = gasPaid
        self.net = net
        self.bookedAt = bookedAt
    }
}

// MARK: Rows as they are read back

/// A stored opportunity with its last decision.
public struct OpportunityRow: Hashable, Sendable {
    /// Row number; grows with time.
    public let id: Int64
    /// As it was found.
    public let opportunity: Opportunity
    /// nil while nothing was decided.
    public let decision: Decision?
}

/// A stored bundle with its state and times.
public struct BundleRow: Hashable, Sendable {
    /// Row number; grows with time.
    public let id: Int64
    /// As it was built.
    public let bundle: Bundle
    /// Where it stands.
    public let state: BundleState
    /// nil when it was not run.
    public let simulatedAt: UInt64?
    /// nil when it was not sent.
    public let submittedAt: UInt64?
    /// When it landed, expired or failed.
    public let finishedAt: UInt64?
    /// Why it failed, or what a relay said.
    public let note: String?
}

/// Exact sums over the booked profits.
public struct Totals: Hashable, Sendable {
    public struct Token: Hashable, Sendable {
        /// Which token.
        public let token: Address
        /// Booked bundles.
        public let count: Int
        /// Those of them that gained nothing: the transaction reverted and only gas was paid.
        public let revertedCount: Int
        /// Sum of what landed bundles gained before tip and gas, smallest units.
        public let gross: U256
        /// What is left of it, smallest units.
        public let net: I256
    }

    /// By token, in the order of their addresses.
    public let tokens: [Token]
    /// Paid to builders, wei.
    public let tip: U256
    /// Paid for gas, wei.
    public let gasPaid: U256
    /// Bundles by state, over all time.
    public let bundles: [BundleState: Int]
    /// Opportunities seen over all time, also those deleted since.
    public let opportunitiesSeen: UInt64
}
