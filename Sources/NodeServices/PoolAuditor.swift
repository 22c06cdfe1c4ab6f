import EVMCodec
import EVMTypes
import Logging
import MarketSync
import NodeClient
import Pools
import SearchCore

/// Compares a rolling sample of pools with the chain after every block. A pool that differs is quarantined, counted
/// and logged, then read anew as a whole; with the chain's state in place it is released.
///
/// Pools that a log put into quarantine (a log that was missing before, for example) are repaired the same way. Price
/// and liquidity of the whole sample are compared; of one pool a block every tick, too.
actor PoolAuditor {
    private let host: SearchHost
    private let endpoints: EndpointPool
    private let counters: NodeCounters
    private let logger: Logger
    /// Pools compared after each block.
    private let sampleSize: Int
    private var next: PoolIndex = 0
    private var rounds = 0

    /// Most calls that comparing every tick of one pool may take.
    private static let deepCallsMax = 400
    /// Rounds between looks at all pools for those to repair.
    private static let repairEvery = 8
    /// Pools repaired in one round.
    private static let repairsMax = 4

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
        rounds += 1
        do {
            let samples = await samples(at: head)
            try await compare(samples, at: head)
            try await compareDeep(samples, at: head)
            if rounds % Self.repairEvery == 1 { try await repair(await broken(), at: head) }
        } catch {
            counters.reason("audit.peerFailed")
        }
    }

    // MARK: Comparing

    private func compare(_ samples: [Sample], at head: BlockPoint) async throws {
        guard !samples.isEmpty else { return }
        let requests = samples.flatMap { PoolProbe.requests($0.identity, at: .hash(head.hash)) }
        let results = try await endpoints.batch(requests)
        var at = 0, differing: [Sample] = []
        for sample in samples {
            let count = PoolProbe.requests(sample.identity, at: .hash(head.hash)).count
            let bytes = results[at..<at + count].compactMap { try? $0.get().hexBytes }
            at += count
            guard let answer = PoolProbe.answer(sample.identity.kind, bytes) else {
                counters.reason("audit.noAnswer")
                continue
            }
            counters.add(\.audits, "audits")
            guard let expected = PoolProbe.expected(sample.state), answer != expected else { continue }
            await quarantine(sample, "\(expected)", "\(answer)", head)
            differing.append(sample)
        }
        try await repair(differing, at: head)
    }

    /// Every tick of the sample's first V3 pool whose ticks are read with few calls.
    private func compareDeep(_ samples: [Sample], at head: BlockPoint) async throws {
        let deep = samples.first {
            $0.identity.kind == .uniswapV3 && PoolSnapshot.requests($0.identity) <= Self.deepCallsMax
        }
        guard let deep else { return }
        let snapshots = try await read([deep], at: head)
        guard let snapshot = snapshots.first else { return }
        let index = deep.index, point = HeadID(number: head.number, hash: head.hash)
        let found = await host.run { core -> StateDifference? in
            guard core.core.head == point, core.market.isUsable(index) else { return nil }
            return snapshot.difference(from: core.market, index)
        }
        guard let difference = found ?? nil else { return }
        await quarantine(deep, difference.field + " " + difference.ours, difference.chain, head)
        try await repair([deep], at: head)
    }

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

    private func quarantine(_ sample: Sample, _ ours: String, _ chain: String, _ head: BlockPoint) async {
        counters.add(\.auditMismatches, "audit.mismatches")
        logger.error(
            "pool differs from the chain and is quarantined",
            metadata: [
                "pool": "\(sample.identity.address)", "block": "\(head.number)", "ours": "\(ours)", "chain": "\(chain)",
            ])
        _ = await host.run { $0.core.quarantine(sample.index, .stateMismatch) }
    }

    // MARK: Repairing

    /// Pools set aside because of their state, which the chain can set right.
    private func broken() async -> [Sample] {
        let found = await host.run { core -> [Sample] in
            let market = core.market
            var samples: [Sample] = []
            for index in 0..<PoolIndex(market.poolCount) where samples.count < Self.repairsMax {
                guard !market.isRemoved(index), PoolSnapshot.reads(market.identity(index).kind),
                    let reason = market.quarantineReason(index),
                    Self.isOfState(reason)
                else { continue }
                samples.append(Sample(index: index, identity: market.identity(index), state: market.pool(index)))
            }
            return samples
        }
        return found ?? []
    }

    /// Whether a pool was set aside for what its state or its logs were, not for what it is.
    static func isOfState(_ reason: PoolRefusal) -> Bool {
        switch reason {
        case .stateMismatch, .netSumMismatch, .liquidityUnderflow, .liquidityOverflow, .notInitialized,
            .alreadyInitialized, .tickRangeInvalid, .ticksInvalid, .priceInvalid, .valueOutOfRange, .wrongTopicCount,
            .wrongDataLength:
            true
        default: false
        }
    }

    private func repair(_ broken: [Sample], at head: BlockPoint) async throws {
        let samples = broken.filter { PoolSnapshot.reads($0.identity.kind) }
        guard !samples.isEmpty else { return }
        let point = HeadID(number: head.number, hash: head.hash)
        for (sample, snapshot) in zip(samples, try await read(samples, at: head)) {
            let index = sample.index
            let done = await host.run { core -> Repair in
                // The next block's logs lie on top of this state: it counts only while the core stands on it.
                guard core.core.head == point else { return .late }
                return core.core.repair(index) { snapshot.install(in: &$0, index) }.map { .refused($0) } ?? .done
            }
            switch done {
            case .done:
                counters.reason("audit.repaired")
                logger.notice(
                    "pool read anew and released",
                    metadata: ["pool": "\(sample.identity.address)", "block": "\(head.number)"])
            case .refused(let reason):
                counters.reason("audit.repairRefused")
                logger.error(
                    "pool stays quarantined",
                    metadata: ["pool": "\(sample.identity.address)", "reason": "\(reason)"])
            case .late, nil: counters.reason("audit.repairLate")
            }
        }
    }

    private enum Repair: Sendable {
        case done, late
        case refused(PoolRefusal)
    }

    private func read(_ samples: [Sample], at head: BlockPoint) async throws -> [PoolSnapshot] {
        try await PoolSnapshot.read(
            samples.map(\.identity), at: head.hash, number: head.number, from: endpoints)
    }
}
