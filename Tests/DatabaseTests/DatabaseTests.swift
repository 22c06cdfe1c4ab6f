import Foundation
import Testing

@testable import Database

@Suite struct DatabaseTests {
    private static let left = RocksDatabase.Column(1, "left"), right = RocksDatabase.Column(2, "right")

    private func folder() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("martlet-database-\(UUID().uuidString)")
    }

    @Test func columnsAreApartAndABatchIsWhole() throws {
        let folder = folder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var database: RocksDatabase? = try RocksDatabase(
            path: folder.path, columns: [Self.left, Self.right], sync: false)
        try database?.write([
            .init(column: Self.left, key: [1], value: [10]), .init(column: Self.right, key: [1], value: [20]),
            .init(column: Self.right, key: [1, 2], value: []), .init(column: Self.right, key: [2], value: [9]),
        ])
        #expect(try database?.get(Self.left, [1]) == [10])
        #expect(try database?.get(Self.right, [1]) == [20])
        #expect(try database?.get(Self.right, [1, 2]) == [])
        #expect(try database?.get(Self.left, [2]) == nil)
        var keys: [[UInt8]] = []
        try database?.scan(Self.right, prefix: [1]) { key, _ in
            keys.append(key)
            return true
        }
        #expect(keys == [[1], [1, 2]])
        // The lock is taken while it is open, and given back with the last reference.
        #expect(throws: RocksDatabase.Failure.self) {
            try RocksDatabase(path: folder.path, columns: [Self.left, Self.right], sync: false)
        }
        database = nil
        let again = try RocksDatabase(path: folder.path, columns: [Self.left, Self.right], sync: false)
        try again.write([.init(column: Self.left, key: [1], value: nil)])
        #expect(try again.get(Self.left, [1]) == nil)
        #expect(try again.get(Self.right, [2]) == [9])
    }

    @Test func columnsOfAnotherStoreAreRefused() throws {
        let folder = folder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var database: RocksDatabase? = try RocksDatabase(
            path: folder.path, columns: [Self.left, Self.right], sync: false)
        #expect(database?.allColumns.count == 3)
        database = nil
        #expect(throws: RocksDatabase.Failure.self) {
            try RocksDatabase(path: folder.path, columns: [Self.left], sync: false)
        }
    }

    @Test func logsOfKilledProcessesAreRemovedAndThoseOfOpenDatabasesKept() throws {
        let left = "/dev/shm/martlet-log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
        let open = LibraryLog()
        let folder = try #require(open.folder)
        #expect(!FileManager.default.fileExists(atPath: left))
        let other = LibraryLog()
        #expect(FileManager.default.fileExists(atPath: folder))
        other.remove()
        open.remove()
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
