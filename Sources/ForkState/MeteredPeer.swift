internal import EVMCodec
internal import NodeClient
internal import Synchronization

/// The node behind a fork: every request is counted, held to the budget, and sent again when its failure may pass.
final class MeteredPeer: Sendable {
    let peer: any RPCCalling
    /// The printable name of the node.
    let label: String
    private let options: ForkOptions
    private let counters: Counters
    /// A pool tries its endpoints again by itself.
    private let retriesWholeMessages: Bool

    init(_ peer: any RPCCalling, label: String, options: ForkOptions, counters: Counters) {
        self.peer = peer
        self.label = label
        self.options = options
        self.counters = counters
        retriesWholeMessages = !(peer is EndpointPool)
    }

    /// One request; its own failure throws as `ForkStateError`.
    func call(_ request: RPCRequest) async throws -> JSON {
        switch try await batch([request])[0] {
        case .success(let value): return value
        case .failure(let error): throw ForkStateError(error, endpoint: label)
        }
    }

    /// All requests in as few messages as the endpoint allows; what may pass by waiting is asked again, at most
    /// `retriesMax` times. Throws when nothing could be asked, or the budget is spent.
    func batch(_ requests: [RPCRequest]) async throws -> [Result<JSON, NodeError>] {
        var answers: [Result<JSON, NodeError>?] = Array(repeating: nil, count: requests.count)
        var open = Array(requests.indices)
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(5))
        var generator = SystemRandomNumberGenerator()
        for attempt in 0...max(0, options.retriesMax) {
            let isLast = attempt >= options.retriesMax
            var wait: Duration?
            do {
                let round = try await send(open.map { requests[$0] }, isRetry: attempt > 0)
                for (position, answer) in zip(open, round) { answers[position] = answer }
                open = open.filter { position in
                    guard case .failure(let error) = answers[position], Self.mayPass(error) else { return false }
                    wait = max(wait ?? .zero, error.retryAfter ?? .zero)
                    return true
                }
            } catch let caught {
                let error = NodeError(caught: caught)
                if let own = caught as? ForkStateError { throw own }
                guard retriesWholeMessages, !isLast, error.isRetryable else {
                    throw ForkStateError(error, endpoint: label)
                }
                wait = error.retryAfter
            }
            if open.isEmpty || isLast { break }
            let pause = max(backoff.next(using: &generator), min(wait ?? .zero, .seconds(30)))
            do { try await Task.sleep(for: pause) } catch { throw ForkStateError(.cancelled, "cancelled") }
        }
        // Every position was answered: a round that throws is either repeated or thrown on.
        return answers.map { $0 ?? .failure(NodeError(.malformedResponse, "no answer", endpoint: label)) }
    }

    private func send(_ requests: [RPCRequest], isRetry: Bool) async throws -> [Result<JSON, NodeError>] {
        let bytes = requests.reduce(0) { $0 + $1.encoded(id: 0).count }
        try counters.spend(calls: requests.count, bytes: bytes, isRetry: isRetry, options)
        let answers = try await peer.batch(requests)
        guard answers.count == requests.count else {
            throw NodeError(.malformedResponse, "\(answers.count) answers to \(requests.count) requests")
        }
        var received = 0
        for case .success(let value) in answers { received += value.compactByteCount }
        try counters.receive(received, options)
        return answers
    }

    /// Failures of one request that say nothing about what was asked.
    private static func mayPass(_ error: NodeError) -> Bool {
        switch error.code {
        case .rateLimited, .timeout, .connectionLost, .notConnected: true
        case .rpc(let kind): kind == .timeout || kind == .capacity || kind == .rateLimited
        default: false
        }
    }
}

/// What was counted so far, shared by every block of one source.
final class Counters: Sendable {
    private let report = Mutex(ForkReport())

    var value: ForkReport { report.withLock { $0 } }

    func note(_ change: (inout ForkReport) -> Void) { report.withLock { change(&$0) } }

    /// Counts a message before it leaves; throws `.budgetSpent` instead when it would pass a bound.
    func spend(calls: Int, bytes: Int, isRetry: Bool, _ options: ForkOptions) throws(ForkStateError) {
        let refusal = report.withLock { report -> ForkStateError? in
            if let most = options.callsMax, report.calls + UInt64(calls) > most {
                return Self.spent("\(calls) more would pass \(most) calls", report)
            }
            if let most = options.bytesMax, report.bytesOut + report.bytesIn + UInt64(bytes) > most {
                return Self.spent("\(bytes) bytes more would pass \(most) bytes", report)
            }
            report.calls += UInt64(calls)
            report.messages += 1
            report.bytesOut += UInt64(bytes)
            if isRetry { report.retries += UInt64(calls) }
            return nil
        }
        if let refusal { throw refusal }
    }

    func receive(_ bytes: Int, _ options: ForkOptions) throws(ForkStateError) {
        let report = report.withLock { report in
            report.bytesIn += UInt64(bytes)
            return report
        }
        if let most = options.bytesMax, report.bytesOut + report.bytesIn > most {
            throw Self.spent("the last answer passed \(most) bytes", report)
        }
    }

    private static func spent(_ what: String, _ report: ForkReport) -> ForkStateError {
        ForkStateError(.budgetSpent, "the budget is spent: \(what) (\(report.calls) calls so far); raise it")
    }
}

extension JSON {
    /// Bytes of the value as JSON without white space, escapes counted as one byte. No allocation.
    var compactByteCount: Int {
        switch self {
        case .null: 4
        case .bool(let flag): flag ? 4 : 5
        case .number(let text): text.utf8.count
        case .string(let text): text.utf8.count + 2
        case .array(let items): items.reduce(1) { $0 + $1.compactByteCount + 1 }
        case .object(let members):
            zip(members.keys, members.values).reduce(1) { $0 + $1.0.utf8.count + $1.1.compactByteCount + 4 }
        }
    }
}
