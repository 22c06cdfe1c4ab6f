import EVMCodec
import EVMTypes
import Logging
import NodeClient
import Pools
import SearchCore

/// Compares a rolling sample of pools with the chain after every block. A pool that differs is quarantined, counted
/// and logged.
actor PoolAuditor {
    private let host: SearchHost
    private let endpoints: EndpointPool
    private let counters: NodeCounters
    private let logger: Logger
    /// Pools compared after each block.
    private let sampleSize: Int
    private var next: PoolIndex = 0

    init(host: SearchHost, endpoints: EndpointPool, counters: NodeCounters, logger: Logger, sampleSize: Int = 4) {
        self.host = host
        self.endpoints = endpoints
        self.counters = counters
        self.logger = logger
        self.sampleSize = sampleSize
    }

    private struct Sample: Sendable {
        var index: PoolIndex
        var identity: PoolIdentity
        var state: Pool
    }

    /// Audits the next pools of the round, if the core still stands at `head`. A peer's failure is counted and ends
    /// this round.
    func audit(at head: BlockPoint) async {
        let samples = await samples(at: head)
        guard !samples.isEmpty else { return }
        let requests = samples.flatMap { PoolProbe.requests($0.identity, at: .hash(head.hash)) }
        let results: [Result<JSONResult, NodeError>]
        do {
            results = try await endpoints.batch(requests).map { $0.map { JSONResult(bytes: $0.hexBytes) } }
        } catch {
            return counters.reason("audit.peerFailed")
        }
        var at = 0
        for sample in samples {
            let count = PoolProbe.requests(sample.identity, at: .hash(head.hash)).count
            let bytes = results[at..<at + count].compactMap { try? $0.get().bytes }
            at += count
            guard let answer = PoolProbe.answer(sample.identity.kind, bytes) else {
                counters.reason("audit.noAnswer")
                continue
            }
            counters.add(\.audits, "audits")
            if answer != PoolProbe.expected(sample.state) { await quarantine(sample, answer, head) }
        }
    }

    private struct JSONResult: Sendable { var bytes: [UInt8]? }

    private func samples(at head: BlockPoint) async -> [Sample] {
        let start = next, count = sampleSize
        let found = await host.run { core -> (samples: [Sample], next: PoolIndex) in
            let market = core.market, total = PoolIndex(market.poolCount)
            guard core.core.head == HeadID(number: head.number, hash: head.hash), total > 0 else { return ([], start) }
            var samples: [Sample] = [], index = start % total
            for _ in 0..<total where samples.count < count {
                if market.isUsable(index) {
                    samples.append(Sample(index: index, identity: market.identity(index), state: market.pool(index)))
                }
                index = (index + 1) % total
            }
            return (samples, index)
        }
        guard let found else { return [] }
        next = found.next
        return found.samples
    }

    private func quarantine(_ sample: Sample, _ answer: PoolProbe.Answer, _ head: BlockPoint) async {
        counters.add(\.auditMismatches, "audit.mismatches")
        logger.error(
            "pool differs from the chain and is quarantined",
            metadata: [
                "pool": "\(sample.identity.address)", "block": "\(head.number)",
                "ours": "\(String(describing: PoolProbe.expected(sample.state)))",
                "chain": "\(answer)",
            ])
        _ = await host.run { $0.core.quarantine(sample.index, .stateMismatch) }
    }
}
