internal import Database
internal import EVMTypes
internal import Foundation
internal import Synchronization

/// The durable copy of the market: one atomic batch a block, with what is needed to take blocks back.
///
/// A commit that returned survives `kill -9`; with `syncCommits` also a power cut. Safe for concurrent use: calls wait
/// for each other. Hold none of it on the searcher's thread: a commit of 300 rows takes about a millisecond.
public final class PoolStore: Sendable {
    /// Version of the layout that this program writes.
    public static let formatVersion: UInt32 = 2

    /// The store's folder.
    public let folder: String
    /// Blocks that undo records are kept for.
    public let reorgDepth: UInt64

    let state: Mutex<State>

    struct State {
        /// Nil once closed or after a failed write.
        var database: RocksDatabase?
        var head: BlockRef?
        /// Heights with an undo record, ascending.
        var undoHeights: [UInt64]
        /// Why the store stopped itself.
        var stopReason = "the store is closed"
    }

    /// Opens the store in `folder`, creating it (mode 0700) when absent, and takes its lock.
    ///
    /// Throws `.locked`, `.unusableFolder`, `.corrupt`, `.newerFormat`, `.otherChain`, `.diskFull` or `.io`.
    public convenience init(
        folder: String, chainID: UInt64, reorgDepth: UInt64, syncCommits: Bool = true
    ) throws(PoolStoreError) {
        try self.init(
            folder: folder, chainID: chainID, reorgDepth: reorgDepth, syncCommits: syncCommits,
            format: StoreFormat(version: Self.formatVersion, migrations: StoreFormat.migrations))
    }

    init(
        folder: String, chainID: UInt64, reorgDepth: UInt64, syncCommits: Bool, format: StoreFormat
    ) throws(PoolStoreError) {
        precondition(reorgDepth > 0, "a store must be able to take a block back")
        self.folder = folder
        self.reorgDepth = reorgDepth
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw PoolStoreError(
                .unusableFolder, "cannot be made or used as a folder; check its path and permissions", folder: folder)
        }
        do {
            let database = try RocksDatabase(path: folder, columns: RocksDatabase.Column.ofStore, sync: syncCommits)
            try format.check(database, chainID: chainID, folder: folder)
            let head = try Self.readHead(database, folder: folder)
            var heights: [UInt64] = []
            try database.scan(.undo) { key, _ in
                heights.append(Bytes.uint64(key[...]))
                return true
            }
            state = Mutex(State(database: database, head: head, undoHeights: heights))
        } catch let failure as RocksDatabase.Failure {
            throw PoolStoreError(failure, folder: folder)
        } catch let error as PoolStoreError {
            throw error
        } catch {
            throw PoolStoreError(.io, "\(error)", folder: folder)
        }
    }

    private static func readHead(_ database: RocksDatabase, folder: String) throws -> BlockRef? {
        guard let bytes = try database.get(.meta, StoreKey.head) else { return nil }
        guard let head = BlockRef(decoding: bytes[...]) else {
            throw PoolStoreError(
                .corrupt, "the head's row does not read; rebuild the store from the chain", folder: folder)
        }
        return head
    }

    /// The last committed block; nil in a new store.
    public var head: BlockRef? { state.withLock { $0.head } }

    /// Height of the lowest block that can still be taken back; nil when none can.
    public var lowestUndoableHeight: UInt64? { state.withLock { $0.undoHeights.first } }

    /// Flushes and closes; later calls throw `.closed`. Without it nothing is lost, but the next open replays the log.
    public func close() throws(PoolStoreError) {
        let database = state.withLock { state in
            defer { state.database = nil }
            return state.database
        }
        do {
            try database?.flush()
        } catch {
            throw PoolStoreError(error, folder: folder)
        }
    }

    /// Runs `body` with the open database; a failure of RocksDB becomes a typed error.
    func withDatabase<R>(_ body: (inout State, RocksDatabase) throws -> sending R) throws(PoolStoreError) -> sending R {
        let result = state.withLock { state -> Result<R, PoolStoreError> in
            guard let database = state.database else {
                return .failure(PoolStoreError(.closed, state.stopReason, folder: folder))
            }
            do {
                return .success(try body(&state, database))
            } catch let failure as RocksDatabase.Failure {
                return .failure(PoolStoreError(failure, folder: folder))
            } catch let error as PoolStoreError {
                return .failure(error)
            } catch {
                return .failure(PoolStoreError(.io, "\(error)", folder: folder))
            }
        }
        return try result.get()
    }

    /// Writes a batch. When that fails, whether the batch is on the disk is not known: the store stops itself,
    /// and opening it again shows the truth.
    static func write(_ writes: [RocksDatabase.Write], _ state: inout State, _ database: RocksDatabase) throws {
        do {
            try database.write(writes)
        } catch {
            state.database = nil
            state.stopReason = "the store stopped after a failed write (\(error.text)); open it again"
            throw error
        }
    }
}

/// Keys of the meta column. Other bookkeeping lives under `user/`.
enum StoreKey {
    static let format = Array("format".utf8)
    static let chain = Array("chain".utf8)
    static let head = Array("head".utf8)

    static func user(_ key: String) -> [UInt8] { Array("user/\(key)".utf8) }
    static func undo(_ height: UInt64) -> [UInt8] { Bytes.bigEndian(height) }
}

extension PoolStoreError {
    /// Reads RocksDB's text: its C interface has no error codes.
    init(_ failure: RocksDatabase.Failure, folder: String) {
        let text = failure.text.prefix(300)
        func has(_ part: String) -> Bool { text.contains(part) }
        if has("lock hold by current process") || (has("While lock file") && has("temporarily unavailable")) {
            self.init(
                .locked, "data folder locked by another process; stop it or choose another folder", folder: folder)
        } else if has("No space left") || has("File too large") || has("Disk quota") {
            self.init(
                .diskFull, "the disk is full (\(text)); free space and start again, nothing is lost", folder: folder)
        } else if has("Column families not opened") {
            self.init(.newerFormat, "was written by a newer Martlet (\(text)); use that version", folder: folder)
        } else if has("Corruption") || has("No such file") || has("does not exist (create_if_missing") {
            self.init(
                .corrupt, "damaged (\(text)); restore a copy, or remove the folder to rebuild it from the chain",
                folder: folder)
        } else if has("Permission denied") || has("Not a directory") || has("Read-only file system") {
            self.init(.unusableFolder, "cannot be used (\(text)); check its path and permissions", folder: folder)
        } else {
            self.init(.io, "the store failed (\(text))", folder: folder)
        }
    }
}
