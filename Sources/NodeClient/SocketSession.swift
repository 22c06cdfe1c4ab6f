public import EVMCodec
internal import NIOCore
internal import Synchronization

/// A WebSocket or IPC connection that is kept up: reconnects with backoff, subscribes again, tells consumers.
///
/// With several endpoints it moves on to the next one after each failure. One event loop thread receives; calls and
/// subscriptions may come from anywhere. Call `start()` once and `close()` at the end.
public final class SocketSession: RPCCalling, RPCExchanging {
    /// How the session behaves.
    public struct Options: Sendable {
        /// Streaming endpoints in order of preference (at least one).
        public var endpoints: [EndpointConfig]
        /// The chain that every connection is checked for; nil = not checked.
        public var chainID: UInt64?
        /// Waits between attempts.
        public var backoff = Backoff()
        /// A peer silent for so long is pinged (WebSocket).
        public var pingInterval: Duration = .seconds(15)
        /// A peer that then stays silent for so long is dropped.
        public var pongTimeout: Duration = .seconds(10)
        /// Most requests that wait for answers at once.
        public var callsMax = 4096
        /// Most notifications of subscriptions not yet known that are kept.
        public var parkedMax = 4096
        /// Most hashes that wait for their bodies.
        public var lookupQueueMax = 2048
        /// Most hashes in one look-up batch.
        public var lookupBatchMax = 64

        public init(endpoints: [EndpointConfig], chainID: UInt64? = nil) {
            self.endpoints = endpoints
            self.chainID = chainID
        }
    }

    /// What the session is doing.
    public enum Phase: Sendable, Hashable {
        case idle, connecting
        /// Connected to the endpoint of this name.
        case connected(endpoint: String)
        /// Waiting to try again after this error.
        case waiting(NodeError)
        /// Ended for good.
        case closed(NodeError)
    }

    /// Counters since the start.
    public struct Counters: Sendable, Hashable {
        /// Connections that came up.
        public var connections: UInt64 = 0
        /// Attempts that failed and connections that broke.
        public var failures: UInt64 = 0
        /// Whole messages received.
        public var messages: UInt64 = 0
        /// Messages that were neither an answer to us nor a notification.
        public var foreignMessages: UInt64 = 0
        /// Notifications dropped because their subscription was not known.
        public var parkedDropped: UInt64 = 0
    }

    let options: Options
    let ids = IDCounter()
    let traffic = Traffic()
    let state: Mutex<SessionState>

    /// Throws `.configuration` when there is no endpoint or one of them cannot stream.
    public init(_ options: Options) throws(NodeError) {
        guard !options.endpoints.isEmpty else {
            throw NodeError(.configuration, "a session needs at least one endpoint")
        }
        for endpoint in options.endpoints where !endpoint.url.isStreaming {
            throw NodeError(.configuration, "subscriptions need ws, wss or a socket path", endpoint: endpoint.name)
        }
        self.options = options
        state = Mutex(SessionState(parkedMax: options.parkedMax))
    }

    /// The endpoint in use or tried next.
    public var config: EndpointConfig {
        let position = state.withLock { $0.endpointIndex }
        return options.endpoints[position % options.endpoints.count]
    }

    /// What the session is doing now.
    public var phase: Phase {
        let endpoint = config.name
        return state.withLock { state in
            switch state.phase {
            case .idle: .idle
            case .connecting: .connecting
            case .up: .connected(endpoint: endpoint)
            case .waiting(let error): .waiting(error)
            case .closed(let error): .closed(error)
            }
        }
    }

    /// The counters now.
    public var counters: Counters {
        state.withLock { state in
            var copy = state.counters
            copy.parkedDropped = state.router.dropped
            return copy
        }
    }

    /// Begins to connect in the background. Further calls do nothing.
    public func start() {
        state.withLock { state in
            guard case .idle = state.phase else { return }
            state.phase = .connecting
            state.task = Task.detached { [self] in await run() }
        }
    }

    /// Ends the session for good: calls fail with `.closed`, subscriptions end. Returns at once.
    public func close() { end(NodeError(.closed, "the session was closed")) }

    public func call(_ method: String, _ params: [JSON]) async throws -> JSON {
        try await single(RPCRequest(method, params))
    }

    public func batch(_ requests: [RPCRequest]) async throws -> [Result<JSON, NodeError>] {
        try await batched(requests)
    }

    /// Subscribes to `kinds` as one stream in arrival order.
    ///
    /// Throws when the first connection attempt fails, when there is no connection now, or when the peer refuses a
    /// kind. Afterwards the subscription survives reconnects until `cancel()` or `close()`.
    /// - Parameter queueMax: most events that wait for the consumer;
    ///   beyond it the oldest are dropped and a `.gap` is delivered.
    public func subscribe(_ kinds: [SubscriptionKind], queueMax: Int = 8192) async throws -> Subscription {
        let connection = try await ready()
        let wantsLookup = kinds.contains(.pendingTransactions)
        let id = state.withLock { state in
            state.lastSubscription += 1
            return state.lastSubscription
        }
        let subscription = Subscription(
            id: id, kinds: kinds, queueMax: queueMax,
            lookup: wantsLookup
                ? PendingLookup(queueMax: options.lookupQueueMax, batchMax: options.lookupBatchMax) : nil,
            onCancel: { [weak self] in self?.forget($0) })
        let serverIDs = try await open(kinds, on: connection)
        let isAdopted = state.withLock { state in
            guard case .up(let now) = state.phase, now === connection else { return false }
            state.adopt(subscription, serverIDs)
            return true
        }
        guard isAdopted else {
            throw NodeError(.connectionLost, "the connection broke while subscribing", endpoint: config.name)
        }
        if let lookup = subscription.lookup {
            Task.detached { [self] in await lookup.run(over: self, into: subscription) }
        }
        return subscription
    }

    func exchange(_ requests: [RPCRequest]) async throws -> [Result<JSON, RPCErrorObject>?] {
        try await exchange(requests, on: ready())
    }
}
