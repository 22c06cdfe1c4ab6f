internal import Database
public import EVMTypes
public import Pools

/// What taking blocks back changed.
public struct UndoneBlocks: Sendable {
    /// The blocks taken back, highest first.
    public let blocks: [BlockRef]
    /// The head afterwards; nil when the store is empty again.
    public let head: BlockRef?
    /// Every row that changed, each once, with the value it has now; nil means that it does not exist any more.
    public let rows: [StoreWrite]

    /// The pools that rows changed of, each once: their memory must be reloaded (`MarketState.reload`).
    public var pools: [Address] {
        var seen = Set<Address>()
        return rows.compactMap { row in
            guard row.key.count >= 20 else { return nil }
            let address = Address(bytes: row.key[..<20])
            return seen.insert(address).inserted ? address : nil
        }
    }
}

extension PoolStore {
    /// Commits the next block in one batch: its rows, the old values of those rows, and the new head. Undo records
    /// older than `reorgDepth` blocks go in the same batch. `meta` rows are written with it and never undone.
    ///
    /// Throws `.notNextBlock`, with nothing changed, unless the block's parent is the head (any block may be
    /// the first). A row named twice takes the last value. Cost: one read a row and one write; about 1 ms for 300 rows
    /// without sync.
    public func commit(_ block: BlockRef, writes: [StoreWrite], meta: [MetaWrite] = []) throws(PoolStoreError) {
        try withDatabase { state, database in
            if let head = state.head, block.parentHash != head.hash || block.number != head.number + 1 {
                throw PoolStoreError(.notNextBlock, "\(block) does not follow the head, \(head)", folder: folder)
            }
            try self.commit(block, writes: writes, meta: meta, keepsUndo: true, &state, database)
        }
    }

    /// Commits the changes of many blocks at once, up to and including `block`: back-fill, where blocks are not
    /// seen one by one.
    ///
    /// The caller vouches that `block` descends from the head. With `keepsUndo` the whole step can be taken back as
    /// one; without it (final blocks) no undo record is written, and older blocks cannot be taken back any more either.
    /// Throws `.notNextBlock` unless `block` is higher than the head.
    public func commit(
        skippingTo block: BlockRef, writes: [StoreWrite], meta: [MetaWrite] = [], keepsUndo: Bool
    ) throws(PoolStoreError) {
        try withDatabase { state, database in
            if let head = state.head, block.number <= head.number {
                throw PoolStoreError(.notNextBlock, "\(block) is not above the head, \(head)", folder: folder)
            }
            try self.commit(block, writes: writes, meta: meta, keepsUndo: keepsUndo, &state, database)
        }
    }

    private func commit(
        _ block: BlockRef, writes: [StoreWrite], meta: [MetaWrite], keepsUndo: Bool, _ state: inout State,
        _ database: RocksDatabase
    ) throws {
        var batch: [RocksDatabase.Write] = []
        var old: [StoreWrite] = []
        for write in Self.lastOfEach(writes) {
            let column = RocksDatabase.Column(write.column)
            let before = try database.get(column, write.key)
            if before == write.value { continue }
            batch.append(RocksDatabase.Write(column: column, key: write.key, value: write.value))
            old.append(StoreWrite(column: write.column, key: write.key, value: before))
        }
        for row in meta {
            batch.append(RocksDatabase.Write(column: .meta, key: StoreKey.user(row.key), value: row.value))
        }
        let first = state.undoHeights.firstIndex { $0 + reorgDepth > block.number } ?? state.undoHeights.count
        var kept = keepsUndo ? Array(state.undoHeights[first...]) : []
        for height in state.undoHeights.dropLast(kept.count) {
            batch.append(RocksDatabase.Write(column: .undo, key: StoreKey.undo(height), value: nil))
        }
        if keepsUndo {
            let record = UndoRecord(block: block, previous: state.head, rows: old)
            batch.append(RocksDatabase.Write(column: .undo, key: StoreKey.undo(block.number), value: record.encoded))
            kept.append(block.number)
        }
        batch.append(RocksDatabase.Write(column: .meta, key: StoreKey.head, value: block.encoded))
        try Self.write(batch, &state, database)
        state.head = block
        state.undoHeights = kept
    }

    /// The last write of each row, in the order of first mention.
    private static func lastOfEach(_ writes: [StoreWrite]) -> [StoreWrite] {
        struct Row: Hashable {
            let column: StoreColumn
            let key: [UInt8]
        }
        var place: [Row: Int] = [:]
        var kept: [StoreWrite] = []
        for write in writes {
            let row = Row(column: write.column, key: write.key)
            if let index = place[row] {
                kept[index] = write
            } else {
                place[row] = kept.count
                kept.append(write)
            }
        }
        return kept
    }

    // MARK: Taking back

    /// Takes the head block back. Throws `.noUndoRecord`, with nothing changed, when its record is not kept.
    public func undo() throws(PoolStoreError) -> UndoneBlocks {
        try withDatabase { state, database in
            guard let head = state.head else {
                throw PoolStoreError(.noUndoRecord, "the store holds no block to take back", folder: folder)
            }
            let record = try self.record(of: head, database)
            return try self.apply([record], &state, database)
        }
    }

    /// Takes blocks back, in one batch, until `target` is the head. Undoing to the head itself changes nothing.
    ///
    /// Throws `.noUndoRecord`, with nothing changed, when the kept records do not lead to `target`.
    public func undo(to target: BlockRef) throws(PoolStoreError) -> UndoneBlocks {
        try withDatabase { state, database in
            var records: [UndoRecord] = []
            var at = state.head
            while let block = at, block.hash != target.hash {
                guard block.number > target.number else {
                    throw PoolStoreError(
                        .noUndoRecord, "\(target) is not an ancestor of the head that the store knows", folder: folder)
                }
                let record = try self.record(of: block, database)
                records.append(record)
                at = record.previous
            }
            guard at != nil else {
                throw PoolStoreError(
                    .noUndoRecord, "\(target) is not among the blocks the store can take back to", folder: folder)
            }
            return try self.apply(records, &state, database)
        }
    }

    func record(of block: BlockRef, _ database: RocksDatabase) throws -> UndoRecord {
        guard let bytes = try database.get(.undo, StoreKey.undo(block.number)) else {
            let kept = "\(reorgDepth) blocks are kept"
            throw PoolStoreError(
                .noUndoRecord, "\(block) has no undo record (\(kept)); rebuild from the chain", folder: folder)
        }
        guard let record = UndoRecord(decoding: bytes), record.block == block else {
            throw PoolStoreError(
                .corrupt, "the undo record of \(block) does not read; rebuild from the chain", folder: folder)
        }
        return record
    }

    private func apply(
        _ records: [UndoRecord], _ state: inout State, _ database: RocksDatabase
    ) throws -> UndoneBlocks {
        // Later in the list is older, so its values are the ones that stay.
        let rows = Self.lastOfEach(records.flatMap(\.rows))
        let head = records.isEmpty ? state.head : records[records.count - 1].previous
        let undone = UndoneBlocks(blocks: records.map(\.block), head: head, rows: rows)
        if records.isEmpty { return undone }
        var batch = rows.map {
            RocksDatabase.Write(column: RocksDatabase.Column($0.column), key: $0.key, value: $0.value)
        }
        for record in records {
            batch.append(RocksDatabase.Write(column: .undo, key: StoreKey.undo(record.block.number), value: nil))
        }
        batch.append(RocksDatabase.Write(column: .meta, key: StoreKey.head, value: head?.encoded))
        try Self.write(batch, &state, database)
        state.head = head
        let gone = Set(records.map(\.block.number))
        state.undoHeights.removeAll { gone.contains($0) }
        return undone
    }
}
