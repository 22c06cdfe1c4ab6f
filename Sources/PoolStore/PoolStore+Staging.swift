internal import Database
public import Pools

extension PoolStore {
    /// Writes rows and bookkeeping in one batch before there is a first block: a sync in progress.
    ///
    /// The rows count as the store's state only once a block is committed. Throws `.notNextBlock` when one is already.
    public func stage(_ writes: [StoreWrite], meta: [MetaWrite]) throws(PoolStoreError) {
        try withDatabase { state, database in
            if let head = state.head {
                throw PoolStoreError(.notNextBlock, "the store stands at \(head): nothing is staged", folder: folder)
            }
            var batch = writes.map {
                RocksDatabase.Write(column: RocksDatabase.Column($0.column), key: $0.key, value: $0.value)
            }
            batch += meta.map { RocksDatabase.Write(column: .meta, key: StoreKey.user($0.key), value: $0.value) }
            try Self.write(batch, &state, database)
        }
    }

    /// Every row of the area for other bookkeeping whose key starts with `prefix`, in key order.
    public func metas(prefix: String) throws(PoolStoreError) -> [(key: String, value: [UInt8])] {
        try withDatabase { _, database in
            var rows: [(key: String, value: [UInt8])] = []
            let start = StoreKey.user("").count
            try database.scan(.meta, prefix: StoreKey.user(prefix)) { key, value in
                rows.append((String(decoding: key.dropFirst(start), as: UTF8.self), value))
                return true
            }
            return rows
        }
    }
}
