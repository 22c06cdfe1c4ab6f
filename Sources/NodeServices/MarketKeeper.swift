import ChainCosts
import EVMCodec
import EVMTypes
import Foundation
import Logging
import PoolStore
import Pools
import SearchCore

/// Keeps memory and disk at the same block: the core steps, then its rows, the undo record and the head go to the
/// store in
/// one batch. A commit that fails stops the node: memory never runs ahead of what is on disk by more than the block
/// at hand.
actor MarketKeeper: BlockSink {
    private let host: SearchHost
    private let store: PoolStore
    private let counters: NodeCounters
    private let logger: Logger
    /// The searcher's next nonce on a block; nil when the node only watches or the peer does not say.
    private let nonceOn: @Sendable (Hash32) async -> UInt64?
    /// What the chain charges beside gas, as of a block; nil when the peer does not say.
    private let costsOn: @Sendable (BlockHeader) async -> ChainParameters?
    /// Told of every plan made on a head, before the block is committed.
    private let plans: @Sendable (Decision) -> Void
    private let logCheck: LogCheck
    /// Applied blocks that can be undone, and the tip; oldest first.
    private var recent: [BlockRef]
    private var nonces: [Hash32: Task<UInt64?, Never>] = [:]

    init(
        host: SearchHost, store: PoolStore, counters: NodeCounters, logger: Logger,
        logCheck: LogCheck, nonceOn: @escaping @Sendable (Hash32) async -> UInt64?,
        costsOn: @escaping @Sendable (BlockHeader) async -> ChainParameters?,
        plans: @escaping @Sendable (Decision) -> Void
    ) throws(PoolStoreError) {
        self.logCheck = logCheck
        self.host = host
        self.store = store
        self.counters = counters
        self.logger = logger
        self.nonceOn = nonceOn
        self.costsOn = costsOn
        self.plans = plans
        recent = try store.recentBlocks()
    }

    func tip() async -> BlockPoint? { recent.last.map { BlockPoint(number: $0.number, hash: $0.hash) } }

    func appliedHash(at number: UInt64) async -> Hash32? {
        // Heights are consecutive, so the place follows from the number.
        guard let first = recent.first, number >= first.number, number - first.number < UInt64(recent.count) else {
            return nil
        }
        return recent[Int(number - first.number)].hash
    }

    /// Whether a block is applied and can still be undone, or is the tip.
    func isCanonical(_ point: BlockPoint) async -> Bool { await appliedHash(at: point.number) == point.hash }

    /// Starts to ask for the nonce on a head that was just announced, so that it is there when the logs are.
    func expect(_ header: BlockHeader) {
        guard nonces[header.hash] == nil, nonces.count < 16 else { return }
        nonces[header.hash] = Task { [nonceOn] in await nonceOn(header.hash) }
    }

    func apply(_ header: BlockHeader, logs: [Log], isNewest: Bool) async throws {
        var nonce: UInt64?
        if isNewest {
            expect(header)
            nonce = await nonces[header.hash]?.value
        }
        nonces = nonces.filter { $0.key != header.hash }
        let costs = isNewest ? await costsOn(header) : nil
        let event = HeadEvent(
            header: header, logs: logs, nonce: nonce, costs: costs, timeMilliseconds: Self.nowMilliseconds())
        guard let decision = await host.run({ $0.step(.head(event)) }) else { throw CancellationError() }
        if decision.skipped == .notTheNextBlock { throw KeeperError.outOfStep(header.number) }
        plans(decision)
        let block = BlockRef(number: header.number, hash: header.hash, parentHash: header.parentHash)
        try store.commit(block, writes: decision.writes)
        recent.append(block)
        let surplus = recent.count - Int(store.reorgDepth) - 1
        if surplus > 0 { recent.removeFirst(surplus) }
        logCheck.applied(logs.count, in: header.hash)
        tell(decision.logs, block: header.number)
    }

    func applyRange(_ logs: [Log], through header: BlockHeader) async throws {
        guard let (writes, tally) = await host.run({ $0.core.applyRange(logs, through: header) }) else {
            throw CancellationError()
        }
        let block = BlockRef(number: header.number, hash: header.hash, parentHash: header.parentHash)
        try store.commit(skippingTo: block, writes: writes, keepsUndo: false)
        recent = [block]
        tell(tally, block: header.number)
    }

    func undo(to point: BlockPoint) async throws {
        guard let target = recent.first(where: { $0.hash == point.hash }) else {
            throw KeeperError.outOfStep(point.number)
        }
        let undone = try store.undo(to: target)
        let event = UndoEvent(
            head: HeadID(number: point.number, hash: point.hash), pools: undone.pools,
            records: try store.rows(ofPools: undone.pools))
        guard let decision = await host.run({ $0.step(.undo(event)) }) else { throw CancellationError() }
        if decision.skipped == .notTheNextBlock { throw KeeperError.rowsRefused(point.number) }
        recent.removeAll { $0.number > point.number }
        counters.add(\.reorgs, "reorgs")
        logger.notice(
            "reorg undone",
            metadata: [
                "to_block": "\(point.number)", "blocks": "\(undone.blocks.count)", "pools": "\(undone.pools.count)",
            ])
    }

    private func tell(_ tally: LogTally, block: UInt64) {
        if tally.created > 0 {
            logger.info("pools found", metadata: ["count": "\(tally.created)", "block": "\(block)"])
        }
        if tally.refused > 0 {
            logger.warning("logs refused", metadata: ["count": "\(tally.refused)", "block": "\(block)"])
            counters.reason("log.refused")
        }
    }

    static func nowMilliseconds() -> UInt64 { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }
}

/// A disagreement between memory and store: a defect, so the node stops instead of trading on it.
enum KeeperError: Error, CustomStringConvertible {
    case outOfStep(UInt64)
    case rowsRefused(UInt64)

    var description: String {
        switch self {
        case .outOfStep(let number): "block \(number) does not follow the state in memory; restart the node"
        case .rowsRefused(let number):
            "stored pools at block \(number) do not read back; remove the folder pools in the data folder to rebuild"
        }
    }
}
