public import Bundles
public import EVMTypes
public import Paths
public import Pools
public import RiskRules

/// What one step decided. The same events give the same decisions.
public struct Decision: Hashable, Sendable {
    /// Rows to commit with the block; of heads only.
    public var writes: [StoreWrite] = []
    /// A plan to sign and send: the best so far for its block.
    public var plan: PlannedBundle?
    /// The best cycle with a gross profit, whether or not it is worth sending.
    public var opportunity: Opportunity?
    /// Why there is no plan; nil when there is one.
    public var skipped: SkipReason?
    /// What a block's logs did.
    public var logs = LogTally()
    /// What the search looked at and what its bounds cut; zero when there was none.
    public var search = SearchCounters()

    /// How the effect of a pending transaction was found; nil for other events.
    public var targetEffect: TargetEffect?
    /// How often the event's candidate was taken up before; 0 for its first time.
    public var round = 0
    /// State that was missing: read it at the named head and send `.retry`.
    public var requests: [StateRequest] = []
    /// Plans whose run did not give what was predicted; their pools are quarantined when the prediction was exact.
    public var differences: [PredictionDifference] = []
    /// Plans that the EVM ran and agreed with to the wei.
    public var verified: UInt32 = 0
    /// Why a plan could not be run here; nil when all could.
    public var unverified: String?

    public init() {}

    /// Whether a pending transaction was read as swaps that the market can model.
    public var wasDecoded: Bool {
        switch skipped {
        case nil, .noCycle, .unprofitable, .worseThanPlanned, .bundle, .risk, .predictionDiffers, .stateMissing: true
        case .notTheNextBlock, .watchingOnly, .noHead, .seenBefore, .cannotBeIncluded, .notARouter, .unknownSelector,
            .undecodable, .unsupportedCall, .noEffect, .operatorEvent, .senderNonceUnknown,
            .targetReverts, .cannotPay, .costsUnknown:
            false
        }
    }
}

/// A plan with what the host needs to follow it.
public struct PlannedBundle: Hashable, Sendable {
    /// What is to be signed and sent.
    public var bundle: BundlePlan
    /// The head it rests on.
    public var head: HeadID
    /// Hash of the pending transaction it follows; nil for a gap that stands in the head's state.
    public var target: Hash32?
    /// Its pools, in the order of the cycle.
    public var pools: [PoolIndex]
    /// True when it replaces an earlier plan for the same block.
    public var replaces: Bool
    /// Whether [targets, ours] was run on the head's state and earned what the plan says, to the wei.
    public var isVerified: Bool
}

/// How the effect of a pending transaction on the pools was found.
public enum TargetEffect: String, Hashable, Sendable, CaseIterable {
    /// It was run; its logs say what it did.
    case run
    /// It was run, and reverts.
    case reverts
    /// It cannot be in the next block: nonce, balance, fees.
    case rejected
    /// Its state was not known: its calldata was read, and it comes again when the state is there.
    case cold
    /// It cannot be run here: its calldata was read.
    case decoded
}

/// A profitable cycle. Amounts in the settlement token's smallest unit.
public struct Opportunity: Hashable, Sendable {
    /// Pools, directions and exact amounts.
    public var cycle: CyclePlan
    /// The block whose state it is sized on.
    public var head: HeadID
    /// The transaction that it follows; nil for a standing gap.
    public var target: Hash32?
}

/// Why an event led to no plan.
public enum SkipReason: Hashable, Sendable, CustomStringConvertible {
    /// The head does not follow from the core's head: the host must undo or fill the gap first.
    case notTheNextBlock
    /// No executor, no settlement token, or no nonce: the core only keeps the market.
    case watchingOnly
    case noHead
    case seenBefore
    /// The transaction cannot be in the next block: wrong chain, or a fee cap below the base fee.
    case cannotBeIncluded
    /// The host wants known nonces only, and none was told for this sender since the newest head.
    case senderNonceUnknown
    case notARouter
    case unknownSelector
    case undecodable
    case unsupportedCall
    /// The target would revert or touches no known pool.
    case noEffect
    case noCycle
    case unprofitable
    case worseThanPlanned
    case bundle(BundleError)
    case risk(RiskReason)
    case operatorEvent
    /// The target was run, and reverts.
    case targetReverts
    /// Running the plan gave something else than predicted, or reverted.
    case predictionDiffers
    /// The plan waits for state that is being read.
    case stateMissing
    /// Our account cannot send the transaction.
    case cannotPay
    /// What the chain charges beside gas is not known at this head.
    case costsUnknown

    /// A stable word for metrics and the history.
    public var description: String {
        switch self {
        case .notTheNextBlock: "notTheNextBlock"
        case .watchingOnly: "watchingOnly"
        case .noHead: "noHead"
        case .seenBefore: "seenBefore"
        case .cannotBeIncluded: "cannotBeIncluded"
        case .senderNonceUnknown: "senderNonceUnknown"
        case .notARouter: "notARouter"
        case .unknownSelector: "unknownSelector"
        case .undecodable: "undecodable"
        case .unsupportedCall: "unsupportedCall"
        case .noEffect: "noEffect"
        case .noCycle: "noCycle"
        case .unprofitable: "unprofitable"
        case .worseThanPlanned: "worseThanPlanned"
        case .bundle: "bundleRefused"
        case .risk(let reason): "risk.\(reason)"
        case .operatorEvent: "operatorEvent"
        case .targetReverts: "targetReverts"
        case .predictionDiffers: "predictionDiffers"
        case .stateMissing: "stateMissing"
        case .cannotPay: "cannotPay"
        case .costsUnknown: "costsUnknown"
        }
    }
}

/// Counts of what logs did.
public struct LogTally: Hashable, Sendable {
    /// Pools that are new.
    public var created: UInt32 = 0
    /// Pools whose state changed.
    public var updated: UInt32 = 0
    /// Logs of no pool.
    public var ignored: UInt32 = 0
    /// Logs that a pool would not take; it is quarantined.
    public var refused: UInt32 = 0

    public init() {}
}
