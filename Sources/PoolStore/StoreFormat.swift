internal import Database
internal import Foundation

/// The layout's version, and how older layouts are brought up to it.
struct StoreFormat {
    /// One step from `from` to `from + 1`; returns the writes that make it, committed in one batch with the new
    /// version.
    struct Migration: Sendable {
        let from: UInt32
        let writes: @Sendable (RocksDatabase) throws -> [RocksDatabase.Write]
    }

    let version: UInt32
    let migrations: [Migration]

    /// From 1 to 2: pools of the protocols beside Uniswap V2 and V3 came in, in rows of a second version. The rows of
    /// V2
    /// and V3 are the same in both, so none is rewritten (undo records hold old ones too); the mark keeps programs that
    /// know only version 1 away.
    static let migrations: [Migration] = [Migration(from: 1) { _ in [] }]

    /// Marks a new store, migrates an older one, refuses a newer one and one of another chain.
    func check(_ database: RocksDatabase, chainID: UInt64, folder: String) throws {
        guard var found = try number(database, StoreKey.format).map({ UInt32(truncatingIfNeeded: $0) }) else {
            return try markNew(database, chainID: chainID, folder: folder)
        }
        if let chain = try number(database, StoreKey.chain), chain != chainID {
            throw PoolStoreError(
                .otherChain, "holds chain \(chain), not chain \(chainID); choose another data folder", folder: folder)
        }
        if found > version {
            throw PoolStoreError(
                .newerFormat, "has format \(found), this Martlet writes format \(version); use a newer Martlet",
                folder: folder)
        }
        while found < version {
            guard let step = migrations.first(where: { $0.from == found }) else {
                throw PoolStoreError(
                    .corrupt, "has format \(found), which nothing migrates to \(version); rebuild it from the chain",
                    folder: folder)
            }
            found += 1
            try database.write(try step.writes(database) + [write(StoreKey.format, UInt64(found))])
        }
    }

    private func markNew(_ database: RocksDatabase, chainID: UInt64, folder: String) throws {
        for column in database.allColumns {
            var isEmpty = true
            try database.scan(column) { _, _ in
                isEmpty = false
                return false
            }
            if !isEmpty {
                throw PoolStoreError(
                    .corrupt, "has rows but no format mark: no Martlet store, or a damaged one; choose another folder",
                    folder: folder)
            }
        }
        try database.write([write(StoreKey.format, UInt64(version)), write(StoreKey.chain, chainID)])
    }

    private func write(_ key: [UInt8], _ value: UInt64) -> RocksDatabase.Write {
        RocksDatabase.Write(column: .meta, key: key, value: Bytes.bigEndian(value))
    }

    private func number(_ database: RocksDatabase, _ key: [UInt8]) throws -> UInt64? {
        try database.get(.meta, key).map { Bytes.uint64($0[...]) }
    }
}
