import EVMCodec
import EVMTypes
import PoolStore
import Pools

/// A market and its store without a searcher: what `martlet pools sync` follows the chain with.
actor StoreSink: BlockSink {
    private let store: PoolStore
    private var market: MarketState
    /// Applied blocks that can be undone, and the tip; oldest first.
    private var recent: [BlockRef]
    /// Logs that a known pool or factory emitted and that were not taken.
    private(set) var refused = 0

    /// Loads the store's rows. Throws what the store or a row throws.
    init(_ store: PoolStore, dexes: [DexConfig]) throws {
        self.store = store
        var market = MarketState(dexes: dexes)
        try store.loadAll { try market.load($0) }
        self.market = market
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

    func apply(_ header: BlockHeader, logs: [Log], isNewest: Bool) async throws {
        let block = BlockRef(number: header.number, hash: header.hash, parentHash: header.parentHash)
        take(logs)
        try store.commit(block, writes: market.takeDirtyWrites())
        recent.append(block)
        let surplus = recent.count - Int(store.reorgDepth) - 1
        if surplus > 0 { recent.removeFirst(surplus) }
    }

    func applyRange(_ logs: [Log], through header: BlockHeader) async throws {
        let block = BlockRef(number: header.number, hash: header.hash, parentHash: header.parentHash)
        take(logs)
        try store.commit(skippingTo: block, writes: market.takeDirtyWrites(), keepsUndo: false)
        recent = [block]
    }

    func undo(to point: BlockPoint) async throws {
        guard let target = recent.first(where: { $0.hash == point.hash }) else {
            throw KeeperError.outOfStep(point.number)
        }
        let undone = try store.undo(to: target)
        do {
            try market.reload(undone.pools, from: try store.rows(ofPools: undone.pools))
        } catch let error as PoolStoreError {
            throw error
        } catch {
            throw KeeperError.rowsRefused(point.number)
        }
        recent.removeAll { $0.number > point.number }
    }

    private func take(_ logs: [Log]) {
        for log in logs {
            if case .refused = market.apply(log) { refused += 1 }
        }
    }
}
