import EVM
import EVMCodec
import EVMTypes

extension DevnetChain {
    /// Takes the last `depth` blocks back. Their transactions go back to the pool, unless they are dropped.
    func takeBack(_ depth: Int, dropping: Bool) {
        var back: [PooledTransaction] = []
        for _ in 0..<min(depth, blocks.count - 1) {
            let gone = blocks.removeLast()
            numberOfBlock[gone.hash] = nil
            for mined in gone.transactions { placeOfTransaction[mined.pooled.hash] = nil }
            back = gone.transactions.map(\.pooled) + back
            world.setBlockHash(gone.number, nil)
            let returned = gone.number.subtractingReportingOverflow(256).partialValue
            if gone.number >= 256, let old = block(returned) { world.setBlockHash(returned, old.hash) }
            observers.removed(gone)
        }
        world.undo(to: head.position)
        historic.removeAll()
        if !dropping { for transaction in back { pool.restore(transaction) } }
    }

    /// Replaces the last `depth` blocks (at most all but the first) by `count` new ones, a step of the clock apart from
    /// each other. Gives the new blocks.
    @discardableResult
    public func reorganise(depth: Int, newBlocks count: Int, dropping: Bool = false) async throws(DevnetError)
        -> [SealedBlock]
    {
        guard depth >= 0, count >= 0, count <= Self.mineMax else { throw .params("a reorg has 0 to 100000 blocks") }
        branch += 1
        takeBack(depth, dropping: dropping)
        var made: [SealedBlock] = []
        for _ in 0..<count { made.append(try await mine(timestamp: head.header.timestamp + 1)) }
        return made
    }

    /// Most blocks of one call.
    static let mineMax = 100_000

    // MARK: Snapshots

    /// Remembers the chain as it is now; the id is for `revert`.
    public func snapshot() -> UInt64 {
        snapshotCount += 1
        // A bound: the oldest is forgotten.
        if snapshots.count >= 1_000 { snapshots.removeFirst() }
        snapshots.append(
            Snapshot(
                id: snapshotCount, blockHash: head.hash, blockNumber: head.number, position: world.position,
                settings: settings, pool: pool))
        return snapshotCount
    }

    /// Makes the chain what it was; that snapshot and later ones are used up. False when there is no such snapshot, or
    /// its block is not in the chain any more.
    public func revert(to id: UInt64) -> Bool {
        guard let at = snapshots.firstIndex(where: { $0.id == id }) else { return false }
        let snapshot = snapshots[at]
        snapshots.removeSubrange(at...)
        guard let kept = block(snapshot.blockNumber), kept.hash == snapshot.blockHash,
            kept.position <= snapshot.position
        else { return false }
        while head.number > snapshot.blockNumber {
            let gone = blocks.removeLast()
            numberOfBlock[gone.hash] = nil
            for mined in gone.transactions { placeOfTransaction[mined.pooled.hash] = nil }
            world.setBlockHash(gone.number, nil)
            let returned = gone.number.subtractingReportingOverflow(256).partialValue
            if gone.number >= 256, let old = block(returned) { world.setBlockHash(returned, old.hash) }
            observers.removed(gone)
        }
        world.undo(to: snapshot.position)
        historic.removeAll()
        let mining = settings.mining
        settings = snapshot.settings
        settings.mining = mining
        pool = snapshot.pool
        return true
    }
}
