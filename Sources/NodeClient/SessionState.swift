internal import EVMCodec
internal import NIOCore

/// One message's awaiting task and its timer.
struct CallWaiter: Sendable {
    var continuation: CheckedContinuation<Result<OutstandingCalls<CallWaiter>.Answers, NodeError>, Never>
    var timer: Scheduled<Void>

    func finish(_ result: Result<OutstandingCalls<CallWaiter>.Answers, NodeError>) {
        timer.cancel()
        continuation.resume(returning: result)
    }
}

/// What a session remembers; every access is under its lock and none waits.
struct SessionState: Sendable {
    enum Phase: Sendable {
        case idle, connecting
        case up(SocketConnection)
        case waiting(NodeError)
        case closed(NodeError)
    }
    typealias ReadyWaiter = CheckedContinuation<Result<SocketConnection, NodeError>, Never>

    var phase = Phase.idle
    var generation: UInt64 = 0
    var connection: SocketConnection?
    var calls = OutstandingCalls<CallWaiter>()
    var subscriptions: [Int: Subscription] = [:]
    var lastSubscription = 0
    var router: SubscriptionRouter<SubscriptionEvent>
    var readyWaiters: [UInt64: ReadyWaiter] = [:]
    var lastReadyWaiter: UInt64 = 0
    var counters = SocketSession.Counters()
    var endpointIndex = 0
    /// Positions of endpoints that serve another chain: never asked again.
    var refused: [Int: NodeError] = [:]
    var task: Task<Void, Never>?

    init(parkedMax: Int) { router = SubscriptionRouter(parkedMax: parkedMax) }

    /// Makes `subscription` the owner of the ids and delivers what came early.
    mutating func adopt(_ subscription: Subscription, _ serverIDs: [SubscriptionID]) {
        subscriptions[subscription.id] = subscription
        for event in router.claim(serverIDs, owner: subscription.id) { subscription.deliver(event) }
    }

    /// A new connection's messages begin: those of older ones count no more.
    mutating func begin() -> UInt64 {
        generation += 1
        router.reset()
        return generation
    }
}
