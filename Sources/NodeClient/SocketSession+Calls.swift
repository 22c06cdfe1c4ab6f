internal import EVMCodec
import Synchronization

// Requests over the connection and what comes back.
extension SocketSession {
    /// The connection, waiting for an attempt that is under way; throws at once between attempts.
    func ready() async throws -> SocketConnection {
        let id = state.withLock { state in
            state.lastReadyWaiter += 1
            return state.lastReadyWaiter
        }
        let result: Result<SocketConnection, NodeError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.withLock { state -> Result<SocketConnection, NodeError>? in
                    switch state.phase {
                    case .up(let connection): return .success(connection)
                    case .idle: return .failure(NodeError(.notConnected, "the session was not started"))
                    case .waiting(let error):
                        return .failure(NodeError(.notConnected, "reconnecting after: \(error.message)"))
                    case .closed(let error): return .failure(error)
                    case .connecting:
                        if Task.isCancelled { return .failure(NodeError(.cancelled, "cancelled while connecting")) }
                        state.readyWaiters[id] = continuation
                        return nil
                    }
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.readyWaiters.removeValue(forKey: id) }
            waiter?.resume(returning: .failure(NodeError(.cancelled, "cancelled while connecting")))
        }
        do { return try result.get() } catch { throw error.at(config.name) }
    }

    /// Sends one message of requests and waits for its answers, at most the endpoint's timeout.
    func exchange(_ requests: [RPCRequest], on connection: SocketConnection) async throws -> [Result<
        JSON, RPCErrorObject
    >?] {
        let first = ids.take(requests.count)
        let parts = requests.enumerated().map { $1.encoded(id: first + UInt64($0)) }
        let message = parts.count == 1 ? parts[0] : BatchPlan.join(parts)
        traffic.sent(calls: requests.count, bytes: message.count)
        let endpoint = config
        let result: Result<[Result<JSON, RPCErrorObject>?], NodeError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let timer = connection.schedule(after: endpoint.timeout) { [weak self] in
                    self?.giveUp(
                        first,
                        NodeError(
                            .timeout, "no answer in \(endpoint.timeout)", endpoint: endpoint.name, delivery: .unknown))
                }
                let waiter = CallWaiter(continuation: continuation, timer: timer)
                let refusal = state.withLock { state -> NodeError? in
                    guard state.connection === connection else {
                        return NodeError(.notConnected, "the connection is gone", endpoint: endpoint.name)
                    }
                    guard state.calls.count + requests.count <= options.callsMax else {
                        return NodeError(
                            .overloaded, "\(options.callsMax) requests wait already", endpoint: endpoint.name)
                    }
                    if Task.isCancelled {
                        return NodeError(.cancelled, "cancelled before it was sent", endpoint: endpoint.name)
                    }
                    state.calls.open(first: first, count: requests.count, waiter: waiter)
                    return nil
                }
                if let refusal { waiter.finish(.failure(refusal)) } else { connection.send(message) }
            }
        } onCancel: {
            giveUp(first, NodeError(.cancelled, "cancelled while waiting", endpoint: endpoint.name, delivery: .unknown))
        }
        return try result.get()
    }

    private func giveUp(_ first: UInt64, _ error: NodeError) {
        let waiter = state.withLock { $0.calls.remove(first: first) }
        waiter?.finish(.failure(error))
    }

    /// The connection of `generation` ended: nothing that was asked over it can be answered any more.
    func failCalls(_ reason: NodeError, of generation: UInt64) {
        let waiters = state.withLock { state -> [CallWaiter] in
            guard state.generation == generation else { return [] }
            state.connection = nil
            return state.calls.removeAll()
        }
        var lost = reason
        lost.delivery = .unknown
        for waiter in waiters { waiter.finish(.failure(lost)) }
    }

    /// Asks the peer for `kinds`; returns its ids, one each.
    func open(_ kinds: [SubscriptionKind], on connection: SocketConnection) async throws -> [SubscriptionID] {
        var out: [SubscriptionID] = []
        for kind in kinds { out.append(try await open(kind, on: connection)) }
        return out
    }

    private func open(_ kind: SubscriptionKind, on connection: SocketConnection) async throws
        -> SubscriptionID
    {
        let name = config.name
        var refusal = NodeError(
            .malformedResponse, "no answer to the subscription", endpoint: name, method: "eth_subscribe")
        for params in kind.attempts {
            switch try await exchange([RPCRequest("eth_subscribe", params)], on: connection)[0] {
            case .success(let json):
                guard let id = json.string ?? json.numberText else {
                    throw NodeError(
                        .malformedResponse, "the subscription's id is not a string", endpoint: name,
                        method: "eth_subscribe", delivery: .answered)
                }
                return SubscriptionID(id)
            case .failure(let object): refusal = object.nodeError(method: "eth_subscribe", endpoint: name)
            case nil: break
            }
        }
        throw refusal
    }

    /// A cancelled subscription: forgets it and asks the peer to stop, without waiting for the answer.
    func forget(_ id: Int) {
        let (serverIDs, connection) = state.withLock { state in
            state.subscriptions[id] = nil
            return (state.router.release(owner: id), state.connection)
        }
        guard let connection else { return }
        for serverID in serverIDs {
            connection.send(RPCRequest("eth_unsubscribe", [.string(serverID.description)]).encoded(id: ids.take()))
        }
    }

    /// One whole message, on the event loop.
    func receive(_ bytes: [UInt8], at time: ContinuousClock.Instant, generation: UInt64) {
        traffic.received(bytes.count)
        let message: InboundMessage
        do { message = try InboundMessage.read(bytes) } catch {
            let fault = NodeError(
                .malformedResponse, "the peer sent something that is not JSON (\(error.code.rawValue))",
                endpoint: config.name, delivery: .unknown)
            let connection = state.withLock { $0.generation == generation ? $0.connection : nil }
            connection?.close(fault)
            failCalls(fault, of: generation)  // without waiting for the closing handshake
            return
        }
        let complete = state.withLock {
            state -> [(waiter: CallWaiter, answers: OutstandingCalls<CallWaiter>.Answers)] in
            guard state.generation == generation else { return [] }
            state.counters.messages += 1
            switch message {
            case .notification(let serverID, let item):
                let event = SubscriptionEvent(item, receivedAt: time)
                if let owner = state.router.route(serverID, event) { state.subscriptions[owner]?.deliver(event) }
                return []
            case .answers(let responses, let isArray): return state.calls.resolve(responses, isArray: isArray)
            case .foreign:
                state.counters.foreignMessages += 1
                return []
            }
        }
        for done in complete { done.waiter.finish(.success(done.answers)) }
    }
}

extension SubscriptionKind {
    /// Parameter lists to try in order. Bodies of pending transactions are asked for in geth's form, in Nethermind's,
    /// then as hashes.
    /// Source: geth `eth/filters/api.go`; Nethermind `NewPendingTransactionsSubscription.cs`.
    var attempts: [[JSON]] {
        switch self {
        case .newHeads: [[.string("newHeads")]]
        case .logs(let filter): [[.string("logs"), .object(filter.members)]]
        case .pendingHashes: [[.string("newPendingTransactions")]]
        case .pendingTransactions:
            [
                [.string("newPendingTransactions"), .bool(true)],
                [.string("newPendingTransactions"), .object(["includeTransactions": .bool(true)])],
                [.string("newPendingTransactions")],
            ]
        }
    }
}
