internal import Database
internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes
internal import Foundation
internal import NodeClient
internal import Synchronization

/// What forks have learned, on the disk: codes for ever, accounts and slots of a bounded number of blocks.
///
/// A cache never fails: what cannot be read is fetched again, what cannot be written is not kept, and `problem` says
/// why. Every record carries a checksum over its key and value (codes are checked against their hash); one that does
/// not hold is dropped. One process at a time may have the folder open; another goes on without. Thread-safe.
public final class StateCache: Sendable {
    /// The folder.
    public let folder: String
    let options: StateCacheOptions
    private let store: Mutex<Store>

    struct Store {
        /// Nil when the cache cannot be used at all.
        var database: RocksDatabase?
        /// Why the cache is not written or not used.
        var problem: String?
        var isReadOnly = false
        var corrupt: UInt64 = 0
        /// The next number of use of blocks and hints.
        var clock: UInt64 = 1
        /// Blocks with rows, and when they were last pinned.
        var blocks: [Hash32: BlockRecord] = [:]
        var hintCount = 0
    }

    /// Opens or makes the cache in `folder`. Does not fail: a folder that cannot be used leaves a cache that holds
    /// nothing, and `problem` says why.
    public convenience init(folder: String, options: StateCacheOptions = StateCacheOptions()) {
        var store = Store()
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            store.database = try RocksDatabase(path: folder, columns: RocksDatabase.Column.ofCache, sync: false)
        } catch let failure as RocksDatabase.Failure {
            store.problem = Self.words(failure, folder: folder)
        } catch {
            store.problem = "no cache: \(folder) cannot be made or used as a folder; check its path and permissions"
        }
        self.init(store, folder: folder, options: options)
    }

    private init(_ opened: Store, folder: String, options: StateCacheOptions) {
        self.folder = folder
        self.options = options
        store = Mutex(opened)
        open()
    }

    /// Why the cache is not written any more, or not used at all; nil while all is well.
    public var problem: String? { store.withLock { $0.problem } }

    /// Records that did not hold what was written, and were dropped.
    public var corruptRecords: UInt64 { store.withLock { $0.corrupt } }

    /// Blocks that are kept.
    public var blockCount: Int { store.withLock { $0.blocks.count } }

    /// Writes everything out and gives the folder back; the cache then holds nothing.
    public func close() {
        store.withLock { store in
            if !store.isReadOnly { try? store.database?.flush() }
            store.database = nil
            store.problem = store.problem ?? "the cache was closed"
        }
    }

    // MARK: Opening

    private static let version: UInt64 = 1

    /// Reads the list of blocks. Rows of another version are removed.
    private func open() {
        store.withLock { store in
            guard let database = store.database else { return }
            let mark = CacheRecord.seal(CacheKey.version, CacheBytes.of(Self.version))
            do {
                if try database.get(.meta, CacheKey.version) != mark {
                    for column in database.allColumns { try Self.clear(column, [], database) }
                    try database.write([.init(column: .meta, key: CacheKey.version, value: mark)])
                }
                var dropped: [RocksDatabase.Write] = []
                try database.scan(.blocks) { key, value in
                    guard key.count == 32, let bytes = CacheRecord.open(key, value),
                        let record = BlockRecord(bytes)
                    else {
                        dropped.append(.init(column: .blocks, key: key, value: nil))
                        return true
                    }
                    store.blocks[Hash32(bytes: key)] = record
                    store.clock = max(store.clock, record.lastUse + 1)
                    return true
                }
                try database.scan(.hints) { _, _ in
                    store.hintCount += 1
                    return true
                }
                if !dropped.isEmpty {
                    store.corrupt += UInt64(dropped.count)
                    try database.write(dropped)
                }
            } catch {
                Self.fail(error, &store, folder: folder)
            }
        }
    }

    static func clear(_ column: RocksDatabase.Column, _ prefix: [UInt8], _ database: RocksDatabase) throws {
        while true {
            var batch: [RocksDatabase.Write] = []
            try database.scan(column, prefix: prefix) { key, _ in
                batch.append(.init(column: column, key: key, value: nil))
                return batch.count < 4_096
            }
            if batch.isEmpty { return }
            try database.write(batch)
        }
    }

    // MARK: Doors

    /// Reads with the open database; nil when there is none or it fails.
    func read<R>(_ body: (inout Store, RocksDatabase) throws -> sending R?) -> sending R? {
        store.withLock { store -> R? in
            guard let database = store.database else { return nil }
            do { return try body(&store, database) } catch {
                // A block of the file that fails its checksum: what it held is fetched again.
                store.corrupt += 1
                return nil
            }
        }
    }

    /// Writes rows of one batch, unless the cache is not written any more.
    func write(_ body: (inout Store, RocksDatabase) throws -> [RocksDatabase.Write]) {
        store.withLock { store in
            guard let database = store.database, !store.isReadOnly else { return }
            do {
                let rows = try body(&store, database)
                if !rows.isEmpty { try database.write(rows) }
            } catch { Self.fail(error, &store, folder: folder) }
        }
    }

    /// One record, checked; a record that does not hold is removed and counted.
    func record(_ column: RocksDatabase.Column, _ key: [UInt8]) -> [UInt8]? {
        read { store, database in
            guard let sealed = try database.get(column, key) else { return nil }
            if let value = CacheRecord.open(key, sealed) { return value }
            store.corrupt += 1
            if !store.isReadOnly { try database.write([.init(column: column, key: key, value: nil)]) }
            return nil
        }
    }

    /// A write failed: reading goes on, writing does not.
    private static func fail(_ error: any Error, _ store: inout Store, folder: String) {
        store.isReadOnly = true
        guard store.problem == nil else { return }
        let text = (error as? RocksDatabase.Failure)?.text ?? "\(error)"
        let isFull = ["No space left", "File too large", "Disk quota"].contains { text.contains($0) }
        store.problem =
            isFull
            ? "the disk is full: going on without writing the cache \(folder); what it holds is intact"
            : "the cache \(folder) cannot be written (\(text.prefix(200))): going on without"
    }

    private static func words(_ failure: RocksDatabase.Failure, folder: String) -> String {
        let text = failure.text.prefix(200)
        if text.contains("lock") { return "no cache: \(folder) is in use by another process" }
        if text.contains("Corruption") || text.contains("Column families not opened") {
            return "no cache: \(folder) is damaged or of another program (\(text)); remove the folder"
        }
        return "no cache: \(folder) cannot be used (\(text))"
    }
}
