import EVMCodec
import EVMTypes
import NodeClient
import Pools

/// All endpoints at once: each worker prefers an endpoint of its own and falls back on the others.
struct SyncPeers: Sendable {
    /// One a worker.
    let workers: [EndpointPool]
    private let failuresMax: Int

    init(_ options: SyncOptions) throws(NodeError) {
        var workers: [EndpointPool] = []
        let count = options.endpoints.count
        for number in 0..<count * max(1, options.workersPerEndpoint) {
            let first = number % max(1, count)
            let order = Array(options.endpoints[first...] + options.endpoints[..<first])
            var settings = EndpointPool.Options(chainID: options.chainID, endpoints: order)
            settings.logSpanStart = options.logSpanStart
            workers.append(try EndpointPool(settings))
        }
        // No endpoint at all: the pool says so.
        if workers.isEmpty { workers.append(try EndpointPool(.init(chainID: options.chainID, endpoints: []))) }
        self.workers = workers
        failuresMax = options.failuresMax
    }

    /// One pool of endpoints that its owner keeps open. Failures are told soon: a block later there is another chance.
    init(_ endpoints: EndpointPool) {
        workers = [endpoints]
        failuresMax = 3
    }

    func close() { for worker in workers { worker.close() } }

    /// What was asked and answered so far.
    var traffic: TrafficCount {
        workers.reduce(TrafficCount()) { sum, worker in worker.status.reduce(sum) { $0 + $1.traffic } }
    }

    /// Runs `body` until it succeeds; waits longer after each failure. Gives up at once on what waiting cannot mend.
    func persist<Value: Sendable>(
        attempts: Int? = nil, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(10))
        var generator = SystemRandomNumberGenerator()
        for _ in 1..<max(2, attempts ?? failuresMax) {
            do { return try await body() } catch let caught {
                let error = NodeError(caught: caught)
                if Self.isFinal(error) { throw error }
                let asked = min(error.retryAfter ?? .zero, .seconds(60))
                try await Task.sleep(for: max(backoff.next(using: &generator), asked))
            }
        }
        return try await body()
    }

    /// Whether asking again, here or elsewhere, cannot give another answer.
    static func isFinal(_ error: NodeError) -> Bool {
        switch error.code {
        case .cancelled, .configuration, .wrongChain, .closed: true
        case .rpc(let kind): kind == .invalidParams || kind == .malformed || isStateGone(error)
        default: false
        }
    }

    /// Whether the peers no longer have (or never had) the state that was asked for.
    static func isStateGone(_ error: NodeError) -> Bool {
        error.code == .rpc(.prunedHistory) || error.code == .rpc(.blockNotFound)
    }

    /// Asks everything; single requests that failed are asked again. A revert is an answer: nil in its place.
    func batch(_ requests: [RPCRequest], worker: Int) async throws -> [JSON?] {
        var answers = [JSON?](repeating: nil, count: requests.count)
        var open = Array(requests.indices)
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(10))
        var generator = SystemRandomNumberGenerator()
        var failures = 0
        while !open.isEmpty {
            let asked = open.map { requests[$0] }
            let peer = workers[worker % workers.count]
            let round = try await persist { try await peer.batch(asked) }
            var left: [Int] = [], last: NodeError?
            for (position, answer) in zip(open, round) {
                switch answer {
                case .success(let value): answers[position] = value
                case .failure(let error):
                    if case .rpc(.reverted) = error.code { continue }
                    if Self.isFinal(error) { throw error }
                    left.append(position)
                    last = error
                }
            }
            failures = left.count < open.count ? 0 : failures + 1
            if failures >= failuresMax, let last { throw last }
            open = left
            if !open.isEmpty { try await Task.sleep(for: backoff.next(using: &generator)) }
        }
        return answers
    }

    /// A header by number; waits until some peer has it.
    func header(_ number: UInt64) async throws -> BlockHeader {
        try await persist {
            guard let header = try await workers[0].header(at: .number(number)) else {
                throw NodeError(.behind(head: number), "the peer does not have block \(number) yet")
            }
            return header
        }
    }

    /// The newest header.
    func newestHeader() async throws -> BlockHeader {
        try await persist {
            guard let header = try await workers[0].header(at: .latest) else {
                throw NodeError(.malformedResponse, "the peer has no newest block")
            }
            return header
        }
    }
}
