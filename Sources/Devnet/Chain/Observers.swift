import EVMCodec
import EVMCrypto
import EVMTypes

/// Where a client's messages go. Writing never waits; a client that does not read is cut off by the connection.
final class ClientSink: Sendable {
    let id: UInt64
    /// Sends one text message.
    let write: @Sendable ([UInt8]) -> Void
    /// Cuts the connection without a closing handshake.
    let cut: @Sendable () -> Void

    init(id: UInt64, write: @escaping @Sendable ([UInt8]) -> Void, cut: @escaping @Sendable () -> Void) {
        self.id = id
        self.write = write
        self.cut = cut
    }
}

/// Subscriptions and polling filters, and what they are told.
struct Observers {
    enum Kind: Hashable {
        case heads, logs(LogFilter), pendingHashes, pendingBodies, syncing
    }

    struct Subscription {
        var sink: ClientSink
        var kind: Kind
    }

    struct Poll {
        var kind: Kind
        var waiting: [JSON] = []
        /// The range that `eth_getFilterLogs` looks at.
        var query: JSON = .null
    }

    /// Bounds: filters in all, events of a filter, subscriptions of a connection.
    static let pollMax = 1_000, waitingMax = 100_000, subscriptionsMax = 1_024

    private(set) var subscriptions: [String: Subscription] = [:]
    private var order: [String] = []
    private(set) var polls: [String: Poll] = [:]
    private(set) var sinks: [UInt64: ClientSink] = [:]
    private var announced = AnnouncedHashes()
    private var count: UInt64 = 0
    /// The last lines about what went wrong, for the log.
    private(set) var failures: [String] = []

    // MARK: Clients

    mutating func connected(_ sink: ClientSink) { sinks[sink.id] = sink }

    mutating func disconnected(_ id: UInt64) {
        sinks[id] = nil
        let gone = order.filter { subscriptions[$0]?.sink.id == id }
        for key in gone { subscriptions[key] = nil }
        if !gone.isEmpty { order.removeAll { subscriptions[$0] == nil } }
    }

    private mutating func newID() -> String {
        count += 1
        return Hex.encode(Keccak256.hash(Array("devnet subscription \(count)".utf8)).bytes.prefix(16))
    }

    mutating func subscribe(_ sink: ClientSink, _ kind: Kind) throws(DevnetError) -> String {
        guard subscriptions.values.count(where: { $0.sink.id == sink.id }) < Self.subscriptionsMax else {
            throw DevnetError("too many subscriptions on this connection", code: -32_005)
        }
        let id = newID()
        subscriptions[id] = Subscription(sink: sink, kind: kind)
        order.append(id)
        return id
    }

    mutating func unsubscribe(_ id: String, _ sink: ClientSink) -> Bool {
        guard subscriptions[id]?.sink.id == sink.id else { return false }
        subscriptions[id] = nil
        order.removeAll { $0 == id }
        return true
    }

    mutating func addPoll(_ kind: Kind, query: JSON = .null) throws(DevnetError) -> String {
        guard polls.count < Self.pollMax else { throw DevnetError("too many filters", code: -32_005) }
        let id = newID()
        polls[id] = Poll(kind: kind, query: query)
        return id
    }

    mutating func removePoll(_ id: String) -> Bool { polls.removeValue(forKey: id) != nil }

    mutating func takePolled(_ id: String) -> [JSON]? {
        guard let poll = polls[id] else { return nil }
        polls[id]?.waiting = []
        return poll.waiting
    }

    // MARK: Events

    mutating func mined(_ block: SealedBlock) {
        if subscriptions.isEmpty, polls.isEmpty { return }
        tell(.heads) { .object(Rendering.header(block)) }
        poll({ $0 == .heads }) { _ in [.hash(block.hash)] }
        tellLogs(block, removed: false)
    }

    mutating func removed(_ block: SealedBlock) {
        for mined in block.transactions { announced.remove(mined.pooled.hash) }
        if subscriptions.isEmpty, polls.isEmpty { return }
        tellLogs(block, removed: true)
    }

    mutating func pending(_ pooled: PooledTransaction, chainID: UInt64) {
        guard announced.insert(pooled.hash) else { return }
        if subscriptions.isEmpty, polls.isEmpty { return }
        tell(.pendingHashes) { .hash(pooled.hash) }
        tell(.pendingBodies) { .object(Rendering.transaction(pooled)) }
        poll({ $0 == .pendingHashes }) { _ in [.hash(pooled.hash)] }
    }

    mutating func failed(_ line: String) {
        if failures.count >= 100 { failures.removeFirst() }
        failures.append(line)
    }

    private func tell(_ kind: Kind, _ body: () -> JSON) {
        var result: [UInt8]?
        for id in order {
            guard let subscription = subscriptions[id], subscription.kind == kind else { continue }
            let bytes = result ?? body().bytes
            result = bytes
            subscription.sink.write(Self.notification(id, bytes))
        }
    }

    private mutating func tellLogs(_ block: SealedBlock, removed: Bool) {
        for id in order {
            guard let subscription = subscriptions[id], case .logs(let filter) = subscription.kind else { continue }
            for log in Rendering.logs(block, filter, removed: removed) {
                subscription.sink.write(Self.notification(id, log.bytes))
            }
        }
        poll({ if case .logs = $0 { true } else { false } }) { kind in
            guard case .logs(let filter) = kind else { return [] }
            return Rendering.logs(block, filter, removed: removed)
        }
    }

    /// Adds to polling filters; one that nobody reads is dropped at its bound.
    private mutating func poll(_ isMeant: (Kind) -> Bool, _ items: (Kind) -> [JSON]) {
        for (id, poll) in polls where isMeant(poll.kind) {
            polls[id]?.waiting += items(poll.kind)
            if poll.waiting.count > Self.waitingMax { polls[id] = nil }
        }
    }

    private static func notification(_ id: String, _ result: [UInt8]) -> [UInt8] {
        var bytes = Array(
            #"{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":""#.utf8)
        bytes += id.utf8
        bytes += #"","result":"#.utf8
        bytes += result
        bytes += "}}".utf8
        return bytes
    }
}

/// The transactions that subscribers were told of, so that none is told twice; the last 100,000.
private struct AnnouncedHashes {
    private var hashes: Set<Hash32> = []
    private var order: [Hash32] = []

    mutating func insert(_ hash: Hash32) -> Bool {
        guard hashes.insert(hash).inserted else { return false }
        order.append(hash)
        if order.count > 100_000 {
            for old in order.prefix(50_000) { hashes.remove(old) }
            order.removeFirst(50_000)
        }
        return true
    }

    mutating func remove(_ hash: Hash32) { hashes.remove(hash) }
}
