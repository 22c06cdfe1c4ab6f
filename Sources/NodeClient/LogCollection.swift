public import EVMCodec
internal import Synchronization

/// Logs of a range of blocks, as far as an endpoint has them.
public struct LogPage: Sendable, Hashable {
    /// Ordered by block and log index.
    public var logs: [Log]
    /// The first block that was asked for.
    public var from: UInt64
    /// The last block that is covered: below the one asked for when no endpoint has reached that yet.
    public var through: UInt64
}

extension EndpointPool {
    /// Collects the logs of `from...to` in requests that each endpoint accepts.
    ///
    /// The range of a request is halved when it is refused for its size (or takes too long), the last good span is kept
    /// for each endpoint and grows slowly; no request goes beyond a head that the same endpoint has reported. Throws
    /// `.behind` when nobody has block `from`; ends early, with `through` below `to`, when nobody has reached `to`. A
    /// reorg between two requests can mix branches: compare block hashes,
    /// and use `getLogs(_:blockHash:)` where one block counts.
    /// - Parameter progress: called after each request with the last block covered.
    public func collectLogs(
        _ filter: LogFilter, from: UInt64, to: UInt64, progress: ((UInt64) -> Void)? = nil
    ) async throws -> LogPage {
        guard from <= to else {
            throw NodeError(.configuration, "the first block of a log range is after its last", method: "eth_getLogs")
        }
        var page = LogPage(logs: [], from: from, through: from)
        var next = from
        while next <= to {
            let chunk: LogPage
            do {
                let start = next
                chunk = try await read(cost: 1) { (member) async throws -> LogPage in
                    try await member.logs(filter, from: start, to: to)
                }
            } catch let caught {
                let error = NodeError(caught: caught)
                if case .behind = error.code, next > from { break }
                throw error
            }
            page.logs += chunk.logs
            page.through = chunk.through
            progress?(chunk.through)
            guard chunk.through < to else { break }
            next = chunk.through + 1
        }
        page.logs.sort { ($0.blockNumber, $0.logIndex) < ($1.blockNumber, $1.logIndex) }
        return page
    }
}

extension PoolMember {
    /// One good request from `from` on, as wide as this endpoint allows.
    fileprivate func logs(_ filter: LogFilter, from: UInt64, to: UInt64) async throws -> LogPage {
        let head = try await head(reaching: to)
        guard head >= from else {
            throw NodeError(
                .behind(head: head), "the endpoint is at block \(head), before \(from)", endpoint: config.name,
                method: "eth_getLogs",
                delivery: .answered)
        }
        var upper = min(to, head)
        while true {
            // The difference first: upper - from + 1 would overflow for the whole range of UInt64.
            let span = min(health.withLock { $0.logSpan.blocks } - 1, upper - from) + 1
            upper = from + (span - 1)
            do {
                let logs = try await client.getLogs(filter, from: from, to: upper)
                health.withLock { $0.logSpan.succeeded(span) }
                return LogPage(logs: logs, from: from, through: upper)
            } catch let caught {
                let error = NodeError(caught: caught)
                guard error.isRangeRefusal, span > 1 else { throw error }
                health.withLock { $0.logSpan.refused(span) }
            }
        }
    }

    /// The endpoint's own head, asked again only when the last one known is below `block`.
    private func head(reaching block: UInt64) async throws -> UInt64 {
        let known = health.withLock { $0.head }
        if known >= block { return known }
        let head = try await client.blockNumber()
        health.withLock { $0.head = max($0.head, head) }
        return head
    }
}

extension NodeError {
    /// Whether a smaller range may be answered.
    fileprivate var isRangeRefusal: Bool {
        switch code {
        case .rpc(.rangeTooWide), .rpc(.limitExceeded), .rpc(.timeout), .responseTooLarge, .timeout, .httpStatus(413):
            true
        default: false
        }
    }
}
