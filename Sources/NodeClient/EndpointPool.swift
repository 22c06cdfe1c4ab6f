public import EVMCodec
internal import Synchronization

/// Several endpoints of one chain as one: the best that is rested and within its budget is asked,
/// reads move on to the next on failure.
///
/// Every endpoint's chain id is checked before its first use; one of another chain is refused by name for good.
/// Order of preference: health (in steps of a quarter), then the order of the configuration.
public final class EndpointPool: RPCCalling {
    /// How the pool behaves.
    public struct Options: Sendable {
        /// The chain that every endpoint must serve.
        public var chainID: UInt64
        /// In order of preference (at least one).
        public var endpoints: [EndpointConfig]
        /// Most attempts for one read.
        public var attemptsMax = 8
        /// Longest time for one read, all attempts and waits together.
        public var deadline: Duration = .seconds(30)
        /// First and largest number of blocks in one `eth_getLogs`.
        public var logSpanStart: UInt64 = 2_000
        /// Most blocks of one `eth_getLogs` query.
        public var logSpanMax: UInt64 = 100_000

        public init(chainID: UInt64, endpoints: [EndpointConfig]) {
            self.chainID = chainID
            self.endpoints = endpoints
        }
    }

    /// One endpoint as an operator sees it.
    public struct Status: Sendable, Hashable {
        /// The URL without its secrets.
        public var name: String
        /// Whether it is asked, and how it answered.
        public var health: EndpointHealth
        /// What it was asked since the pool was opened.
        public var traffic: TrafficCount
    }

    let options: Options
    let members: [PoolMember]

    /// Opens nothing yet. Throws `.configuration` when there is no endpoint or one cannot be used.
    public init(_ options: Options) throws(NodeError) {
        guard !options.endpoints.isEmpty else {
            throw NodeError(.configuration, "the pool needs at least one endpoint")
        }
        self.options = options
        var members: [PoolMember] = []
        for endpoint in options.endpoints { members.append(try PoolMember(endpoint, options)) }
        self.members = members
    }

    /// Ends the pool's connections.
    public func close() {
        for member in members { member.session?.close() }
    }

    /// Every endpoint's state, in configured order.
    public var status: [Status] {
        members.map { member in
            Status(
                name: member.config.name, health: member.health.withLock { $0 }, traffic: member.client.traffic)
        }
    }

    /// Asks every endpoint for its chain id. Throws `.wrongChain` when all that answer serve another chain, else the
    /// first failure when none answers; returns the names of those that are refused.
    public func check() async throws -> [String] {
        var failures: [NodeError] = []
        for member in members {
            do { try await ensureChain(member) } catch { failures.append(NodeError(caught: error)) }
        }
        if failures.count == members.count, let worst = failures.first(where: \.isWrongChain) ?? failures.first {
            throw worst
        }
        return failures.filter(\.isWrongChain).map(\.endpoint)
    }

    public func call(_ method: String, _ params: [JSON]) async throws -> JSON {
        try await read(cost: 1) { (member) async throws -> JSON in
            try await member.client.call(method, params)
        }
    }

    public func batch(_ requests: [RPCRequest]) async throws -> [Result<JSON, NodeError>] {
        guard !requests.isEmpty else { return [] }
        return try await read(cost: Double(requests.count)) {
            (member) async throws -> [Result<JSON, NodeError>] in
            try await member.client.batch(requests)
        }
    }

    /// Moves on to another endpoint only when the request provably did not leave, or was turned away for its rate.
    public func callOnce(_ method: String, _ params: [JSON]) async throws -> JSON {
        let deadline = ContinuousClock.now + options.deadline
        var tried = Set<Int>()
        while true {
            let member = try await acquire(cost: 1, deadline, tried: tried, last: nil)
            do {
                try await ensureChain(member)
                let value = try await member.client.call(method, params)
                member.noteAnswer()
                return value
            } catch let caught {
                let error = NodeError(caught: caught)
                member.note(error)
                tried.insert(member.position)
                let isUnsent = error.delivery == .notSent || error.code == .rateLimited || error.isWrongChain
                let isLast = tried.count >= members.count
                guard isUnsent, !isLast, error.code != .cancelled, error.code != .configuration else { throw error }
            }
        }
    }

    /// An idempotent request with failover. `body` runs against one endpoint at a time.
    func read<Value: Sendable>(
        cost: Double, _ body: (PoolMember) async throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + options.deadline
        var tried = Set<Int>()
        var last: NodeError?
        for _ in 0..<max(1, options.attemptsMax) {
            let member = try await acquire(cost: cost, deadline, tried: tried, last: last)
            do {
                try await ensureChain(member)
                let value = try await body(member)
                member.noteAnswer()
                return value
            } catch let caught {
                let error = NodeError(caught: caught)
                member.note(error)
                guard error.isRetryable || error.isWrongChain else { throw error }
                last = error
                tried.insert(member.position)
                if tried.isSuperset(of: usable) {
                    // All were asked. What they answered will not change by asking again; a failed transport may.
                    guard EndpointHealth.speaksAgainst(error) else { throw error }
                    tried = []
                }
            }
        }
        throw last ?? NodeError(.noEndpoint, "no endpoint answered")
    }

    private var usable: [Int] {
        members.filter { member in member.health.withLock { if case .wrong = $0.chain { false } else { true } } }.map(
            \.position)
    }

    /// The best endpoint that is rested and within its budget, waiting for one until `deadline`.
    private func acquire(
        cost: Double, _ deadline: ContinuousClock.Instant, tried: Set<Int>, last: NodeError?
    ) async throws -> PoolMember {
        while true {
            let now = ContinuousClock.now
            let usable = usable
            guard !usable.isEmpty else { throw wrongChain }
            let candidates = usable.filter { !tried.contains($0) }.map { members[$0] }
                .map { ($0, $0.health.withLock { ($0.score(at: now) * 4).rounded() }) }
                .sorted { ($0.1, -$0.0.position) > ($1.1, -$1.0.position) }
                .map(\.0)
            var earliest: ContinuousClock.Instant?
            for member in candidates {
                guard let ready = member.take(cost, now: now) else { return member }
                earliest = min(earliest ?? ready, ready)
            }
            guard let earliest else { throw last ?? NodeError(.noEndpoint, "every endpoint was tried") }
            guard earliest < deadline else {
                throw last
                    ?? candidates.compactMap { $0.health.withLock { $0.lastError } }.first
                    ?? NodeError(.noEndpoint, "every endpoint is resting or over its budget")
            }
            do { try await Task.sleep(until: earliest, clock: .continuous) } catch {
                throw NodeError(.cancelled, "cancelled while every endpoint rests")
            }
        }
    }

    private var wrongChain: NodeError {
        for member in members {
            if case .wrong(let error) = member.health.withLock({ $0.chain }) { return error }
        }
        return NodeError(.noEndpoint, "no endpoint is left")
    }

    /// Checks the chain id once for each endpoint.
    private func ensureChain(_ member: PoolMember) async throws {
        switch member.health.withLock({ $0.chain }) {
        case .right: return
        case .wrong(let error): throw error
        case .unknown: break
        }
        member.session?.start()
        let got = try await member.client.chainID()
        guard got == options.chainID else {
            throw NodeError(
                .wrongChain(expected: options.chainID, got: got), "serves chain \(got), not \(options.chainID)",
                endpoint: member.config.name)
        }
        member.health.withLock { $0.chain = .right }
    }
}

extension NodeError {
    var isWrongChain: Bool { if case .wrongChain = code { true } else { false } }
}

/// One endpoint of a pool with its client and health.
final class PoolMember: Sendable {
    let position: Int
    let config: EndpointConfig
    let client: RPCClient
    let session: SocketSession?
    let health: Mutex<EndpointHealth>

    init(_ config: EndpointConfig, _ options: EndpointPool.Options) throws(NodeError) {
        self.config = config
        position = options.endpoints.firstIndex(of: config) ?? 0
        if config.url.isStreaming {
            let session = try SocketSession(.init(endpoints: [config], chainID: options.chainID))
            self.session = session
            client = RPCClient(session)
        } else {
            session = nil
            client = try RPCClient(config)
        }
        var health = EndpointHealth()
        health.logSpan = LogSpan(start: options.logSpanStart, ceiling: options.logSpanMax)
        health.bucket = config.requestsPerSecond.map { TokenBucket(perSecond: $0, burst: config.burst, now: .now) }
        self.health = Mutex(health)
    }

    func noteAnswer() { health.withLock { $0.noteAnswer() } }

    func note(_ error: NodeError) {
        health.withLock { health in
            if error.isWrongChain {
                health.chain = .wrong(error.at(config.name))
            } else if EndpointHealth.speaksAgainst(error) {
                health.noteFailure(error, now: .now)
            } else if error.delivery == .answered {
                health.noteAnswer()
            }
        }
    }

    /// Takes the budget for a request, or says when to ask again.
    func take(_ cost: Double, now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        health.withLock { health in
            if let rest = health.coolUntil, rest > now { return rest }
            if let wait = health.bucket?.take(cost, now: now) { return now + wait }
            return nil
        }
    }
}
