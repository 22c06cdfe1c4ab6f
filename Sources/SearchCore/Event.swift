public import ChainCosts
public import EVMCodec
public import EVMTypes
public import Pools

/// Everything that can happen to the core. Time is a field of the event; the core has no clock.
public enum Event: Sendable {
    /// The child of the core's head, with all its followed logs in order.
    case head(HeadEvent)
    /// Blocks were undone: the rows of every pool they touched, as they are stored now.
    case undo(UndoEvent)
    /// A transaction that is not in a block yet.
    case pending(PendingTransaction, timeMilliseconds: UInt64)
    /// The next nonce of a sender on the newest head, for hosts that look it up. A target with another nonce cannot be
    /// next.
    case senderNonce(Address, UInt64)
    /// Parts of the state at the newest head, read by the host ahead of any need.
    case state(StatePatch, timeMilliseconds: UInt64)
    /// The answer to a `StateRequest`: the candidate is taken up again.
    case retry(StatePatch, RetryCandidate, timeMilliseconds: UInt64)
    /// What became of a plan the core gave out.
    case outcome(PlanOutcome)
    /// The operator's word: nothing goes out until `resume`.
    case pause
    case resume
}

/// A new head.
public struct HeadEvent: Sendable {
    /// The new head.
    public var header: BlockHeader
    /// Logs of the block that `EventTopics.followed` names, by log index.
    public var logs: [Log]
    /// Next nonce of the searcher on this block; nil when it is not known (old blocks during a sync): then no plan is
    /// made.
    public var nonce: UInt64?
    /// What fees beside gas follow from, as of this block; nil when it is not known: then no plan is made.
    public var costs: ChainParameters?
    /// When the head was received, milliseconds since 1970.
    public var timeMilliseconds: UInt64

    public init(
        header: BlockHeader, logs: [Log], nonce: UInt64?, costs: ChainParameters? = .gasOnly, timeMilliseconds: UInt64
    ) {
        self.header = header
        self.logs = logs
        self.nonce = nonce
        self.costs = costs
        self.timeMilliseconds = timeMilliseconds
    }
}

/// The state after a reorg was taken back.
public struct UndoEvent: Sendable {
    /// The block the state stands at now.
    public var head: HeadID
    /// Every pool that an undone block touched.
    public var pools: [Address]
    /// The stored rows of those pools; none for a pool whose creation was undone.
    public var records: [StoreWrite]

    public init(head: HeadID, pools: [Address], records: [StoreWrite]) {
        self.head = head
        self.pools = pools
        self.records = records
    }
}

/// A block as a place in the chain.
public struct HeadID: Hashable, Sendable {
    /// Height.
    public var number: UInt64
    /// Of the header.
    public var hash: Hash32

    public init(number: UInt64, hash: Hash32) {
        self.number = number
        self.hash = hash
    }
}

/// What became of a plan.
public struct PlanOutcome: Hashable, Sendable {
    public enum Result: UInt8, Hashable, Sendable {
        case simulated, submitted, landed, failed, reverted, expired
        /// It did not go out, through no fault of the plan: the target failed, or nobody could be asked.
        case dropped
    }
    /// What became of it.
    public var result: Result
    /// Pools of the plan.
    public var pools: [PoolIndex]
    /// Net result in wei of an included transaction; nil otherwise.
    public var netWei: I256?
    /// When, since 1970.
    public var timeMilliseconds: UInt64

    public init(result: Result, pools: [PoolIndex], netWei: I256? = nil, timeMilliseconds: UInt64) {
        self.result = result
        self.pools = pools
        self.netWei = netWei
        self.timeMilliseconds = timeMilliseconds
    }
}
