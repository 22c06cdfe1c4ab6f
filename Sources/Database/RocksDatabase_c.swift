internal import CRocksDB

/// RocksDB through its C API: the only file that knows it.
///
/// Options outlive the database and are freed after it; every error text is freed; keys and values are copied.
/// Reads verify checksums. The last reference closes the database and gives its lock back.
// Unchecked: the pointers never change, and every operation of RocksDB on them is thread-safe.
public final class RocksDatabase: @unchecked Sendable {
    /// A column family: a key space of its own. A store declares its columns once, numbered from 1.
    public struct Column: Hashable, Sendable {
        /// Its place in the list that the database was opened with; `standard` has 0.
        public let index: Int
        /// Its name on the disk.
        public let name: String

        public init(_ index: Int, _ name: String) {
            self.index = index
            self.name = name
        }

        /// The one RocksDB insists on, which stays empty.
        public static let standard = Column(0, "default")
    }

    /// RocksDB's own text of a failure.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// The text, which may hold paths.
        public let text: String

        public init(text: String) { self.text = text }

        public var description: String { text }
    }

    /// Every column, `standard` first.
    public let allColumns: [Column]

    private let database: OpaquePointer
    private let columns: [OpaquePointer?]
    private let options: OpaquePointer
    private let readOptions: OpaquePointer
    private let writeOptions: OpaquePointer
    private let log: LibraryLog

    /// Opens or creates the database in the folder `path`, taking its lock.
    ///
    /// - Parameters:
    ///   - columns: all columns but `standard`, each at its own index; others on the disk are an error.
    ///   - sync: whether every write waits until the log is on the disk. Without it a write survives the end of the
    ///     process, but not a power cut.
    public init(path: String, columns declared: [Column], sync: Bool) throws(Failure) {
        let all = [Column.standard] + declared
        precondition(all.indices.allSatisfy { all[$0].index == $0 }, "columns are numbered from 1 in order")
        allColumns = all
        log = LibraryLog()
        options = Self.makeOptions(path, log)
        readOptions = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(readOptions, 1)
        writeOptions = rocksdb_writeoptions_create()
        rocksdb_writeoptions_set_sync(writeOptions, sync ? 1 : 0)
        var handles = [OpaquePointer?](repeating: nil, count: all.count)
        var error: UnsafeMutablePointer<CChar>?
        let opened = Self.open(path, all, options: options, handles: &handles, error: &error)
        guard let opened, error == nil else {
            let text = Self.take(&error) ?? "no database and no reason"
            rocksdb_readoptions_destroy(readOptions)
            rocksdb_writeoptions_destroy(writeOptions)
            rocksdb_options_destroy(options)
            log.remove()
            throw Failure(text: text)
        }
        database = opened
        columns = handles
    }

    deinit {
        for column in columns { rocksdb_column_family_handle_destroy(column) }
        rocksdb_close(database)
        rocksdb_readoptions_destroy(readOptions)
        rocksdb_writeoptions_destroy(writeOptions)
        rocksdb_options_destroy(options)
        log.remove()
    }

    private static func makeOptions(_ path: String, _ log: LibraryLog) -> OpaquePointer {
        // rocksdb_options_create never returns null: it is `new`.
        let options: OpaquePointer = rocksdb_options_create()
        rocksdb_options_set_create_if_missing(options, 1)
        rocksdb_options_set_create_missing_column_families(options, 1)
        rocksdb_options_set_paranoid_checks(options, 1)
        // A torn record at the end of the log (a crash) is dropped; damage before it is an error.
        rocksdb_options_set_wal_recovery_mode(options, Int32(rocksdb_tolerate_corrupted_tail_records_recovery))
        rocksdb_options_set_compression(options, Int32(rocksdb_lz4_compression))
        rocksdb_options_set_keep_log_file_num(options, 2)
        rocksdb_options_set_max_log_file_size(options, LibraryLog.fileBytesMax)
        // The log's file is named by the database's whole path, which must not pass a file name's length.
        if let folder = log.folder, path.utf8.count < 200 { rocksdb_options_set_db_log_dir(options, folder) }
        rocksdb_options_set_max_total_wal_size(options, 64 << 20)
        rocksdb_options_set_max_open_files(options, 256)
        return options
    }

    private static func open(
        _ path: String, _ all: [Column], options: OpaquePointer, handles: inout [OpaquePointer?],
        error: inout UnsafeMutablePointer<CChar>?
    ) -> OpaquePointer? {
        // RocksDB copies the names; they need to live only during the call.
        let names = all.map { column in
            let bytes = column.name.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: Array(bytes), count: bytes.count)
            return copy
        }
        defer { for name in names { name.deallocate() } }
        var pointers = names.map { UnsafePointer<CChar>?($0) }
        var columnOptions = [OpaquePointer?](repeating: options, count: names.count)
        return rocksdb_open_column_families(
            options, path, Int32(names.count), &pointers, &columnOptions, &handles, &error)
    }

    // MARK: Reading

    /// The value of a key, or nil when there is none.
    public func get(_ column: Column, _ key: [UInt8]) throws(Failure) -> [UInt8]? {
        var error: UnsafeMutablePointer<CChar>?
        var length = 0
        let found = Self.withChars(key) {
            rocksdb_get_cf(database, readOptions, columns[column.index], $0, key.count, &length, &error)
        }
        if let text = Self.take(&error) { throw Failure(text: text) }
        guard let found else { return nil }
        defer { rocksdb_free(found) }
        return Self.copy(found, length)
    }

    /// Calls `body` with every row whose key starts with `prefix`, in key order, until it returns false.
    public func scan(
        _ column: Column, prefix: [UInt8] = [], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(Failure) {
        let iterator: OpaquePointer = rocksdb_create_iterator_cf(database, readOptions, columns[column.index])
        defer { rocksdb_iter_destroy(iterator) }
        Self.withChars(prefix) { rocksdb_iter_seek(iterator, $0, prefix.count) }
        while rocksdb_iter_valid(iterator) != 0 {
            var keyLength = 0, valueLength = 0
            let key = Self.copy(rocksdb_iter_key(iterator, &keyLength), keyLength)
            guard key.starts(with: prefix) else { break }
            let value = Self.copy(rocksdb_iter_value(iterator, &valueLength), valueLength)
            guard body(key, value) else { break }
            rocksdb_iter_next(iterator)
        }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_iter_get_error(iterator, &error)
        if let text = Self.take(&error) { throw Failure(text: text) }
    }

    // MARK: Writing

    /// One row of a batch; a nil value deletes.
    public struct Write: Sendable {
        /// Which column family.
        public let column: Column
        /// Bytes; keys are ordered as unsigned bytes.
        public let key: [UInt8]
        /// The new value; nil deletes the key.
        public let value: [UInt8]?

        public init(column: Column, key: [UInt8], value: [UInt8]?) {
            self.column = column
            self.key = key
            self.value = value
        }
    }

    /// Writes all rows or none.
    public func write(_ writes: [Write]) throws(Failure) {
        let batch: OpaquePointer = rocksdb_writebatch_create()
        defer { rocksdb_writebatch_destroy(batch) }
        for write in writes {
            let column = columns[write.column.index]
            Self.withChars(write.key) { key in
                guard let value = write.value else {
                    rocksdb_writebatch_delete_cf(batch, column, key, write.key.count)
                    return
                }
                Self.withChars(value) {
                    rocksdb_writebatch_put_cf(batch, column, key, write.key.count, $0, value.count)
                }
            }
        }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_write(database, writeOptions, batch, &error)
        if let text = Self.take(&error) { throw Failure(text: text) }
    }

    /// Writes the memory tables out, so that the next open has no log to replay.
    public func flush() throws(Failure) {
        let flushOptions: OpaquePointer = rocksdb_flushoptions_create()
        defer { rocksdb_flushoptions_destroy(flushOptions) }
        for column in allColumns {
            var error: UnsafeMutablePointer<CChar>?
            rocksdb_flush_cf(database, flushOptions, columns[column.index], &error)
            if let text = Self.take(&error) { throw Failure(text: text) }
        }
    }

    // MARK: C borders

    /// RocksDB's error text, freed; nil when there was no error.
    private static func take(_ error: inout UnsafeMutablePointer<CChar>?) -> String? {
        guard let text = error else { return nil }
        defer {
            rocksdb_free(text)
            error = nil
        }
        return String(cString: text)
    }

    private static func withChars<R>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>?) -> R) -> R {
        bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: CChar.self) { chars in
                // An empty key or prefix still needs a pointer that is not null.
                guard let base = chars.baseAddress else { return "".withCString { body($0) } }
                return body(base)
            }
        }
    }

    private static func copy(_ start: UnsafePointer<CChar>?, _ count: Int) -> [UInt8] {
        guard let start, count > 0 else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
