internal import Database
public import EVMTypes
public import Pools

extension PoolStore {
    /// Hands over every stored row, pools before ticks, in portions and in key order; the state at one block.
    ///
    /// The store waits while `body` runs: it must not call the store. Throws what `body` throws, and `PoolStoreError`.
    /// Cost: about 0.4 us a row from a cold cache.
    public func loadAll(portion: Int = 4096, _ body: ([StoreWrite]) throws -> Void) throws {
        var thrown: (any Error)?
        try withDatabase { _, database in
            for column in StoreColumn.allCases {
                var rows: [StoreWrite] = []
                func hand() -> Bool {
                    do {
                        try body(rows)
                    } catch {
                        thrown = error
                    }
                    rows.removeAll(keepingCapacity: true)
                    return thrown == nil
                }
                try database.scan(RocksDatabase.Column(column)) { key, value in
                    rows.append(StoreWrite(column: column, key: key, value: value))
                    return rows.count < portion || hand()
                }
                if thrown == nil, !rows.isEmpty { _ = hand() }
                if thrown != nil { return }
            }
        }
        if let thrown { throw thrown }
    }

    /// All rows of these pools as stored now, headers before ticks: what `MarketState.reload` takes after an undo.
    public func rows(ofPools pools: [Address]) throws(PoolStoreError) -> [StoreWrite] {
        try withDatabase { _, database in
            var rows: [StoreWrite] = []
            for column in StoreColumn.allCases {
                for pool in pools {
                    try database.scan(RocksDatabase.Column(column), prefix: pool.bytes) { key, value in
                        rows.append(StoreWrite(column: column, key: key, value: value))
                        return true
                    }
                }
            }
            return rows
        }
    }

    /// The blocks that can be taken back and the head, oldest first and without a hole. Reads one undo record a block.
    public func recentBlocks() throws(PoolStoreError) -> [BlockRef] {
        try withDatabase { state, database in
            var blocks: [BlockRef] = []
            var next = state.head
            while let block = next {
                // A step over many blocks (back-fill) can only be taken back as one: what lies before it is not listed.
                if let above = blocks.last, above.number != block.number + 1 { break }
                blocks.append(block)
                guard state.undoHeights.contains(block.number) else { break }
                next = try self.record(of: block, database).previous
            }
            return blocks.reversed()
        }
    }

    /// A row of the area for other bookkeeping (nonces, cursors); nil when it does not exist.
    public func meta(_ key: String) throws(PoolStoreError) -> [UInt8]? {
        try withDatabase { _, database in try database.get(.meta, StoreKey.user(key)) }
    }

    /// Writes rows of that area in one batch, outside any block.
    public func putMeta(_ rows: [MetaWrite]) throws(PoolStoreError) {
        try withDatabase { state, database in
            let batch = rows.map { RocksDatabase.Write(column: .meta, key: StoreKey.user($0.key), value: $0.value) }
            try Self.write(batch, &state, database)
        }
    }
}
