internal import EVMCodec
import Synchronization

// The supervising loop: connect, check the chain, subscribe again, wait for the end, back off.
extension SocketSession {
    func run() async {
        var backoff = options.backoff
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            let endpoint = config
            let began = ContinuousClock.now
            let failure = await connectAndWait(endpoint)
            if isClosed { return }
            if began.duration(to: .now) >= backoff.stableAfter { backoff.reset() }
            if case .wrongChain = failure.code, let final = refuseEndpoint(failure) {
                end(final)
                return
            }
            pause(failure)
            let wait = max(backoff.next(using: &generator), min(failure.retryAfter ?? .zero, options.backoff.maximum))
            do { try await Task.sleep(for: wait) } catch { return }  // cancelled by `end`
            state.withLock { state in
                state.endpointIndex = nextEndpoint(after: state.endpointIndex, refused: Set(state.refused.keys))
                if case .waiting = state.phase { state.phase = .connecting }
            }
        }
    }

    /// One connection's life. Returns why it ended or did not begin.
    private func connectAndWait(_ endpoint: EndpointConfig) async -> NodeError {
        let generation = state.withLock { $0.begin() }
        let liveness = SocketLiveness(pingInterval: options.pingInterval, pongTimeout: options.pongTimeout)
        let connection: SocketConnection
        do {
            connection = try await SocketConnector.connect(endpoint, liveness: liveness) { [weak self] bytes, at in
                self?.receive(bytes, at: at, generation: generation)
            }
        } catch let caught {
            let error = NodeError(caught: caught)
            return error
        }
        let isWanted = state.withLock { state in
            if case .closed = state.phase { return false }
            state.connection = connection
            return true
        }
        guard isWanted else {
            connection.close(NodeError(.closed, "the session was closed", endpoint: endpoint.name))
            return NodeError(.closed, "the session was closed", endpoint: endpoint.name)
        }
        // The end is watched from here on, so that calls of the set-up fail as soon as the connection breaks.
        let end = Task.detached { [self] in
            let reason = await connection.ended()
            failCalls(reason, of: generation)
            return reason
        }
        do {
            try await setUp(connection, endpoint)
        } catch let caught {
            let error = NodeError(caught: caught)
            connection.close(error)
            _ = await end.value
            return error
        }
        return await end.value
    }

    /// Chain check and subscriptions, then calls may come.
    private func setUp(_ connection: SocketConnection, _ endpoint: EndpointConfig) async throws {
        if let expected = options.chainID {
            let answers = try await exchange([RPCRequest("eth_chainId")], on: connection)
            guard case .success(let json) = answers[0], let got = json.quantityU64 else {
                throw NodeError(.malformedResponse, "no chain id", endpoint: endpoint.name, method: "eth_chainId")
            }
            guard got == expected else {
                throw NodeError(
                    .wrongChain(expected: expected, got: got), "serves chain \(got), not \(expected)",
                    endpoint: endpoint.name)
            }
        }
        var opened: [(Subscription, [SubscriptionID])] = []
        for subscription in state.withLock({ $0.subscriptions }).sorted(by: { $0.key < $1.key }).map(\.value) {
            opened.append((subscription, try await open(subscription.kinds, on: connection)))
        }
        let waiters = state.withLock { state -> [SessionState.ReadyWaiter] in
            guard case .connecting = state.phase else { return [] }
            state.phase = .up(connection)
            state.counters.connections += 1
            for (subscription, serverIDs) in opened where state.subscriptions[subscription.id] != nil {
                subscription.queue.push(SubscriptionEvent(.reconnected(endpoint: endpoint.name)))
                state.adopt(subscription, serverIDs)
            }
            defer { state.readyWaiters = [:] }
            return Array(state.readyWaiters.values)
        }
        for waiter in waiters { waiter.resume(returning: .success(connection)) }
    }

    /// After a failure: tells everybody and remembers the reason.
    private func pause(_ failure: NodeError) {
        let (waiters, told) = state.withLock { state -> ([SessionState.ReadyWaiter], [Subscription]) in
            if case .closed = state.phase { return ([], []) }
            let wasUp = if case .up = state.phase { true } else { false }
            state.phase = .waiting(failure)
            state.connection = nil
            state.counters.failures += 1
            defer { state.readyWaiters = [:] }
            return (Array(state.readyWaiters.values), wasUp ? Array(state.subscriptions.values) : [])
        }
        for waiter in waiters { waiter.resume(returning: .failure(failure)) }
        for subscription in told { subscription.queue.push(SubscriptionEvent(.disconnected(failure))) }
    }

    /// Strikes the current endpoint off. Returns the error to end with when none is left.
    private func refuseEndpoint(_ failure: NodeError) -> NodeError? {
        state.withLock { state in
            state.refused[state.endpointIndex % options.endpoints.count] = failure
            return state.refused.count == options.endpoints.count ? failure : nil
        }
    }

    private func nextEndpoint(after index: Int, refused: Set<Int>) -> Int {
        let count = options.endpoints.count
        return (1...count).map { (index + $0) % count }.first { !refused.contains($0) } ?? 0
    }

    private var isClosed: Bool {
        state.withLock { state in
            if case .closed = state.phase { return true }
            return false
        }
    }

    /// Ends the session: nothing waits afterwards.
    func end(_ reason: NodeError) {
        let ended = state.withLock { state -> (SessionState, Bool) in
            let before = state
            if case .closed = state.phase { return (before, false) }
            state.phase = .closed(reason)
            state.readyWaiters = [:]
            state.subscriptions = [:]
            state.connection = nil
            state.task = nil
            _ = state.calls.removeAll()
            return (before, true)
        }
        guard ended.1 else { return }
        var before = ended.0
        for waiter in before.readyWaiters.values { waiter.resume(returning: .failure(reason)) }
        for waiter in before.calls.removeAll() { waiter.finish(.failure(reason)) }
        for subscription in before.subscriptions.values {
            subscription.queue.push(SubscriptionEvent(.disconnected(reason)))
            subscription.finish()
        }
        before.connection?.close(reason)
        before.task?.cancel()
    }
}
