import EVMCodec
import EVMTypes
import NodeClient
public import PoolStore
import Pools

/// Fills an empty store with every pool of the configured exchanges and their state at one block.
///
/// ```
/// factory logs, in order, by all endpoints -> CREATE2 check -> rows staged, mark moved   (resumes at the mark)
/// pools without state -> storage words or views at one block -> rows staged              (resumes at what is left)
/// factory lists -> tokens, simulated -> pools set aside                                  (resumes at what is left)
/// block still canonical -> sample by eth_call -> the block becomes the store's head
/// ```
/// Every step is one atomic batch, so that an interruption at any moment loses at most the step under way. While a sync
/// is unfinished the store has no head, and nothing trades on it.
public actor SyncRun {
    let options: SyncOptions
    let store: PoolStore
    let peers: SyncPeers
    let progress: @Sendable (SyncProgress) -> Void
    var market: MarketState
    var mark: SyncMark
    var report = SyncReport()
    private var phaseStart = ContinuousClock.now
    private var phase = SyncProgress.Phase.discovery

    /// Prepares a run over what an earlier one left in `store`. Nothing is asked yet.
    ///
    /// Throws `SyncError`: `.configuration` for endpoints that cannot be used, `.store` for rows that do not read.
    public init(
        _ options: SyncOptions, store: PoolStore, progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) throws {
        self.options = options
        self.store = store
        self.progress = progress
        do { peers = try SyncPeers(options) } catch { throw SyncError(caught: error) }
        var market = MarketState(dexes: options.dexes)
        do {
            try store.loadAll { try market.load($0) }
            let start = options.dexes.map(\.startBlock).min() ?? 0
            mark = try store.meta(SyncMark.key).flatMap { SyncMark($0) } ?? SyncMark(next: start)
        } catch {
            throw SyncError(.store, "\(store.folder): \(error); remove the folder to rebuild it from the chain")
        }
        self.market = market
    }

    /// Whether a store holds a sync that was begun and not finished, or nothing at all.
    public static func isNeeded(_ store: PoolStore) -> Bool { store.head == nil }

    /// Runs to the end, or throws `SyncError` with what was done so far kept. A chain shorter than the depth has
    /// nothing to read yet: the report's block is then nil and the store unchanged.
    public func run() async throws -> SyncReport {
        defer { peers.close() }
        do {
            let first = peers.workers[0]
            _ = try await peers.persist(attempts: 5) { try await first.check() }
            guard try await chooseTarget() else { return finished() }
            try await syncToTarget()
            return finished()
        } catch {
            throw SyncError(caught: error)
        }
    }

    private func finished() -> SyncReport {
        report.traffic = peers.traffic
        for pool in 0..<PoolIndex(market.poolCount) where !market.isRemoved(pool) {
            report.poolsOfDex[market.identity(pool).dexID, default: 0] += 1
        }
        return report
    }

    // MARK: The block

    /// Blocks over which following logs is less work than reading all states again.
    private static let nearBlocks: UInt64 = 5_000
    /// Times that the block may change in one run.
    private static let repinsMax = 100

    /// Keeps the block of the earlier run while the peers still serve its state; else takes a newer one.
    private func chooseTarget() async throws -> Bool {
        let head = try await peers.newestHeader()
        guard head.number > options.depth else { return false }
        if let target = mark.target, head.number - min(head.number, target.number) <= Self.nearBlocks,
            try await isCanonical(target), try await hasState(target)
        {
            return true
        }
        try await retarget(below: head)
        return true
    }

    private func retarget(below head: BlockHeader) async throws {
        let header = try await peers.header(head.number - options.depth)
        let new = BlockRef(number: header.number, hash: header.hash, parentHash: header.parentHash)
        let old = mark.target
        mark.target = new
        if let old {
            report.repins += 1
            // States that were read are carried forward by their logs when that is little work; else read again.
            let isNear = new.number > old.number && new.number - old.number <= Self.nearBlocks
            if isNear, try await isCanonical(old) {
                try await carryForward(from: old.number + 1, through: new.number)
            } else {
                mark.floor = new.number
            }
        }
        try stage()
    }

    private func isCanonical(_ block: BlockRef) async throws -> Bool {
        try await peers.header(block.number).hash == block.hash
    }

    private func hasState(_ block: BlockRef) async throws -> Bool {
        do {
            _ = try await peers.batch(
                [RPCRequest("eth_getBalance", [.address(.zero), BlockID.hash(block.hash).json])], worker: 0)
            return true
        } catch let caught {
            let error = NodeError(caught: caught)
            if SyncPeers.isStateGone(error) { return false }
            throw error
        }
    }

    /// Applies the logs of a range to the pools whose state was read before it.
    private func carryForward(from first: UInt64, through last: UInt64) async throws {
        let scan = LogScan(peers: peers, filter: LogFilter(topics: [EventTopics.followed]))
        try await scan.run(from: first, through: last) { _, _, logs in
            await self.carry(logs)
        }
    }

    private func carry(_ logs: [Log]) {
        for log in logs {
            guard let pool = market.index(of: log.address), isRead(pool) else { continue }
            _ = market.apply(log)
        }
    }

    // MARK: The three parts

    private func syncToTarget() async throws {
        while let target = mark.target {
            do {
                try await discover(through: target.number)
                try await readStates(at: target)
                try await countPairs(at: target)
                try await readStates(at: target)
                try await checkTokens(at: target)
                try await checkSample(at: target)
            } catch let caught {
                // The peers no longer have the block's state: go on at a newer block.
                guard SyncPeers.isStateGone(NodeError(caught: caught)), report.repins < Self.repinsMax else {
                    throw caught
                }
                try await retarget(below: try await peers.newestHeader())
                continue
            }
            guard try await isCanonical(target) else {
                guard report.repins < Self.repinsMax else {
                    throw SyncError(.peer, "the chain was reorganised below \(target) again and again; sync later")
                }
                try await retarget(below: try await peers.newestHeader())
                continue
            }
            try store.commit(
                skippingTo: target, writes: market.takeDirtyWrites(), meta: [MetaWrite(key: SyncMark.key, value: nil)],
                keepsUndo: false)
            report.block = target
            return
        }
    }

    private func discover(through last: UInt64) async throws {
        begin(.discovery)
        let first = mark.next
        guard first <= last else { return }
        let start = options.dexes.map(\.startBlock).min() ?? 0
        let filter = LogFilter(
            addresses: options.dexes.map(\.factory), topics: [[EventTopics.pairCreated, EventTopics.poolCreated]])
        try await LogScan(peers: peers, filter: filter).run(from: first, through: last) { _, through, logs in
            try await self.take(logs, through: through)
            await self.tell(done: through + 1 - start, total: last + 1 - start, before: first - start)
        }
    }

    private func take(_ logs: [Log], through block: UInt64) throws {
        for log in logs {
            switch market.apply(log) {
            case .created: report.created += 1
            case .refused(let reason):
                guard let dex = market.dex(factory: log.address) else { continue }
                note(reason, dex.id)
            case .ignored, .updated: continue
            }
        }
        mark.next = block + 1
        try stage()
    }

    func note(_ reason: PoolRefusal, _ dexID: UInt16) {
        report.refused[.init(dexID: dexID, reason: reason), default: 0] += 1
        mark.refused[dexID, default: 0] += 1
    }

    func stage(_ meta: [MetaWrite] = []) throws {
        try store.stage(market.takeDirtyWrites(), meta: meta + [mark.write])
    }

    /// Whether a pool's state was read for this sync.
    func isRead(_ pool: PoolIndex) -> Bool {
        let cursor = market.cursor(of: pool)
        return cursor.block >= mark.floor && (market.isUsable(pool) || market.quarantineReason(pool) != nil)
    }

    // MARK: Telling

    func begin(_ phase: SyncProgress.Phase) {
        if self.phase != phase { phaseStart = .now }
        self.phase = phase
    }

    func tell(done: UInt64, total: UInt64, before: UInt64) {
        progress(
            SyncProgress(
                phase: phase, done: done, total: total, doneBefore: before, pools: market.poolCount,
                elapsed: ContinuousClock.now - phaseStart))
    }
}
