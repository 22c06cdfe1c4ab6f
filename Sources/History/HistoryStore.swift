internal import Foundation
internal import GRDB

/// The record of what was seen, decided, sent and earned, in one SQLite file. Safe for concurrent use.
///
/// Each call is one transaction that survives `kill -9` and, once it returned, a power cut. Calls block for the disk
/// (about a millisecond): not for the searcher's thread.
public final class HistoryStore: Sendable {
    /// The database's file.
    public let file: String
    let pool: DatabasePool

    /// Opens or creates the file (mode 0600).
    ///
    /// Throws `.unusableFile`, `.corrupt`, `.newerFormat`, `.otherOwner`, `.busy`, `.diskFull` or `.io`. A damaged file
    /// is named and left alone. Cost: reads the whole file once for its check (about 1 s a gigabyte).
    public init(file: String, chainID: UInt64) throws(HistoryError) {
        self.file = file
        do {
            try Self.createPrivate(file)
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            pool = try DatabasePool(path: file, configuration: configuration)
            try Self.check(pool, file: file, chainID: chainID)
        } catch {
            throw HistoryError(error, file: file)
        }
    }

    private static func createPrivate(_ file: String) throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: file) { return }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        try? manager.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard manager.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw HistoryError(.unusableFile, "cannot be made; check the folder and its permissions", file: file)
        }
    }

    private static func check(_ pool: DatabasePool, file: String, chainID: UInt64) throws {
        let migrator = HistorySchema.migrator
        try pool.writeWithoutTransaction { database in
            let owner = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
            guard owner == HistorySchema.applicationID || (owner == 0 && isEmpty) else {
                throw HistoryError(.otherOwner, "is a database of another program; choose another file", file: file)
            }
            if let fault = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), fault != "ok" {
                throw HistoryError.damaged(fault, file: file)
            }
            if try migrator.hasBeenSuperseded(database) {
                throw HistoryError(.newerFormat, "was written by a newer Martlet; use that version", file: file)
            }
            try database.execute(sql: "PRAGMA application_id = \(HistorySchema.applicationID)")
        }
        try migrator.migrate(pool)
        try pool.write { database in
            let stored = try String.fetchOne(database, sql: "SELECT value FROM setting WHERE key = 'chain_id'")
            if let stored, stored != String(chainID) {
                throw HistoryError(
                    .otherOwner, "holds chain \(stored), not chain \(chainID); choose another data folder", file: file)
            }
            try database.execute(
                sql: "INSERT OR IGNORE INTO setting (key, value) VALUES ('chain_id', ?)", arguments: [String(chainID)])
        }
    }

    /// Closes the file; later calls throw.
    public func close() throws(HistoryError) {
        do {
            try pool.close()
        } catch {
            throw HistoryError(error, file: file)
        }
    }

    func write<R>(_ body: (Database) throws -> R) throws(HistoryError) -> R {
        do {
            return try pool.write(body)
        } catch {
            throw HistoryError(error, file: file)
        }
    }

    func read<R>(_ body: (Database) throws -> R) throws(HistoryError) -> R {
        do {
            return try pool.read(body)
        } catch {
            throw HistoryError(error, file: file)
        }
    }

    /// SQLite's numbers have 63 bits.
    func stored(_ value: UInt64, _ what: String) throws(HistoryError) -> Int64 {
        guard let number = Int64(exactly: value) else {
            throw HistoryError(.outOfRange, "\(what) \(value) is too large to be stored", file: file)
        }
        return number
    }
}

extension HistoryError {
    static func damaged(_ text: String, file: String) -> HistoryError {
        HistoryError(
            .corrupt, "is damaged (\(text.prefix(200))); restore a copy, or move it away to begin a new one", file: file
        )
    }

    init(_ error: any Error, file: String) {
        if let own = error as? HistoryError {
            self = own
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.io, "the history failed (\(error))", file: file)
            return
        }
        let text = error.message ?? "no reason"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(text, file: file)
        case .SQLITE_FULL:
            self.init(.diskFull, "the disk is full; free space and try again, nothing is lost", file: file)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, "another process holds the file; stop it", file: file)
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .unusableFile, "cannot be opened or written (\(text)); check its path and permissions", file: file)
        case .SQLITE_CONSTRAINT: self.init(.unknownRow, "refers to a row that does not exist (\(text))", file: file)
        default: self.init(.io, "the history failed (\(text))", file: file)
        }
    }
}
