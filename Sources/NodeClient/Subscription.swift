public import EVMCodec
public import EVMTypes

/// Which logs: addresses are alternatives (empty = any); each topic position is nil (any) or a list of alternatives.
public struct LogFilter: Sendable, Hashable {
    /// Contracts, alternatives; empty = all. geth takes at most 1000.
    public var addresses: [Address]
    /// Up to 4 positions. geth takes at most 1000 alternatives in each.
    public var topics: [[Hash32]?]

    public init(addresses: [Address] = [], topics: [[Hash32]?] = []) {
        self.addresses = addresses
        self.topics = topics
    }

    /// The filter's `address` and `topics` members. Source: execution-apis `src/schemas/filter.yaml`.
    var members: JSONObject {
        var object = JSONObject()
        if !addresses.isEmpty { object["address"] = .array(addresses.map { .address($0) }) }
        if !topics.isEmpty {
            object["topics"] = .array(topics.map { $0.map { .array($0.map { .hash($0) }) } ?? .null })
        }
        return object
    }
}

/// What can be subscribed to. Source: geth `eth/filters/api.go`.
public enum SubscriptionKind: Sendable, Hashable {
    /// Every new head; on a reorg every header of the new branch.
    case newHeads
    /// Matching logs; on a reorg the removed ones again with `removed`.
    case logs(LogFilter)
    /// Pending transactions with their bodies: pushed by the peer, or looked up by hash when it only sends hashes.
    case pendingTransactions
    /// Hashes of pending transactions only.
    case pendingHashes
}

/// One thing that happened on a subscription.
public struct SubscriptionEvent: Sendable {
    /// What happened.
    public enum Item: Sendable {
        // Boxed: one allocation costs less than moving large values through the queue.
        indirect case header(BlockHeader)
        indirect case log(Log)
        indirect case pending(PendingTransaction)
        case pendingHash(Hash32)
        /// A notification of another shape.
        case other(JSON)
        /// A notification that could not be used, and why (for example a transaction whose members do not hash to its
        /// hash).
        case refused(String)
        /// This consumer was too slow: so many events before the next one are lost. Back-fill.
        case gap(dropped: UInt64)
        /// The connection is gone; nothing comes until `.reconnected`.
        case disconnected(NodeError)
        /// Connected and subscribed again, at the endpoint of this name. Everything in between is lost: back-fill.
        case reconnected(endpoint: String)
    }
    /// When the frame's last byte was received (or the event noticed).
    public var receivedAt: ContinuousClock.Instant
    /// What happened.
    public var item: Item

    public init(_ item: Item, receivedAt: ContinuousClock.Instant = .now) {
        self.item = item
        self.receivedAt = receivedAt
    }
}

/// The events of one `subscribe` call, in arrival order, in a bounded queue: newest win, a `.gap` tells what was lost.
///
/// One consumer: `for await event in subscription`, or `poll()` from a thread that must not sleep.
public final class Subscription: AsyncSequence, Sendable {
    public typealias Element = SubscriptionEvent
    /// What was asked for.
    public let kinds: [SubscriptionKind]
    let id: Int
    let queue: BoundedQueue<SubscriptionEvent>
    let lookup: PendingLookup?
    private let onCancel: @Sendable (Int) -> Void

    init(
        id: Int, kinds: [SubscriptionKind], queueMax: Int, lookup: PendingLookup?,
        onCancel: @escaping @Sendable (Int) -> Void
    ) {
        self.id = id
        self.kinds = kinds
        self.lookup = lookup
        self.onCancel = onCancel
        queue = BoundedQueue(capacity: queueMax)
    }

    /// Takes events as they come.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let subscription: Subscription
        /// The next event; nil when the subscription or the session ended, or the task was cancelled.
        public mutating func next() async -> SubscriptionEvent? { await subscription.next() }
    }
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: self) }

    /// The next event; nil when the subscription or the session ended, or the task was cancelled.
    public func next() async -> SubscriptionEvent? {
        if let gap = takeGap() { return gap }
        return await queue.next()
    }

    /// The next event without waiting.
    public func poll() -> SubscriptionEvent? { takeGap() ?? queue.poll() }

    /// How many events were dropped because the consumer was slow.
    public var dropped: UInt64 { queue.dropped }
    /// How many hashes were dropped before they could be looked up (peers that send hashes only).
    public var lookupsDropped: UInt64 { lookup?.dropped ?? 0 }
    /// How many events wait.
    public var count: Int { queue.count }

    /// Ends the subscription here and, as far as possible, at the peer.
    public func cancel() {
        queue.finish()
        lookup?.finish()
        onCancel(id)
    }

    private func takeGap() -> SubscriptionEvent? {
        let lost = queue.takeUnreportedDrops()
        return lost > 0 ? SubscriptionEvent(.gap(dropped: lost)) : nil
    }

    /// Delivers one item; a bare hash goes to the look-up when bodies were asked for.
    func deliver(_ event: SubscriptionEvent) {
        if case .pendingHash(let hash) = event.item, let lookup {
            lookup.add(hash, receivedAt: event.receivedAt)
        } else {
            queue.push(event)
        }
    }

    func finish() {
        queue.finish()
        lookup?.finish()
    }
}
