import Database
import EVMTypes
import Foundation
import Pools
import Testing

@testable import PoolStore

@Suite struct StoreFormatTests {
    /// Keeps every folder of a test until the test ends.
    private let kept = Kept()

    private func open(_ folder: TemporaryFolder, chain: UInt64 = 1, format: StoreFormat) throws -> PoolStore {
        kept.folders.append(folder)
        return try PoolStore(folder: folder.path, chainID: chain, reorgDepth: 4, syncCommits: false, format: format)
    }

    private func code(_ body: () throws -> PoolStore) -> PoolStoreError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? PoolStoreError)?.code
        }
    }

    @Test func aNewerFormatIsRefusedByName() throws {
        let folder = TemporaryFolder()
        _ = try open(folder, format: StoreFormat(version: 3, migrations: []))
        let error = #expect(throws: PoolStoreError.self) {
            try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 4)
        }
        #expect(error?.code == .newerFormat)
        #expect(error?.description == "\(folder.path): has format 3, this Martlet writes format 2; use a newer Martlet")
    }

    @Test func anUnknownColumnMeansANewerMartlet() throws {
        let text = "Invalid argument: Column families not opened: code"
        #expect(PoolStoreError(RocksDatabase.Failure(text: text), folder: "f").code == .newerFormat)
    }

    @Test func anotherChainIsRefused() throws {
        let folder = TemporaryFolder()
        _ = try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 4)
        #expect(code { try PoolStore(folder: folder.path, chainID: 56, reorgDepth: 4) } == .otherChain)
    }

    @Test func migrationsRunOnceEachInOrderAndAMissingOneIsRefused() throws {
        let folder = TemporaryFolder()
        try open(folder, format: StoreFormat(version: 1, migrations: [])).putMeta([MetaWrite(key: "a", value: [1])])
        func step(_ from: UInt32) -> StoreFormat.Migration {
            StoreFormat.Migration(from: from) { database in
                let old = try database.get(.meta, StoreKey.user("a")) ?? []
                return [RocksDatabase.Write(column: .meta, key: StoreKey.user("a"), value: old + [UInt8(from) + 1])]
            }
        }
        #expect(code { try open(folder, format: StoreFormat(version: 3, migrations: [step(2)])) } == .corrupt)
        for _ in 0..<2 {
            let store = try open(folder, format: StoreFormat(version: 3, migrations: [step(2), step(1)]))
            #expect(try store.meta("a") == [1, 2, 3])
        }
    }

    @Test func aSecondOpenOfTheSameFolderIsLocked() throws {
        let folder = TemporaryFolder()
        let first = try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 4)
        let error = #expect(throws: PoolStoreError.self) {
            try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 4)
        }
        #expect(error?.code == .locked && error?.isRetryable == true)
        #expect(error?.message.contains("data folder locked by another process") == true)
        try first.close()
        #expect(code { try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 4) } == nil)
    }

    @Test func aFileOrANoGoPlaceIsNoFolder() throws {
        let folder = TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try Data([1]).write(to: folder.file("file"))
        #expect(code { try PoolStore(folder: folder.file("file").path, chainID: 1, reorgDepth: 4) } == .unusableFolder)
        #expect(code { try PoolStore(folder: "/proc/nothing/here", chainID: 1, reorgDepth: 4) } == .unusableFolder)
    }

    @Test func rowsWithoutAFormatMarkAreNoStore() throws {
        let folder = TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        var database: RocksDatabase? = try RocksDatabase(
            path: folder.path, columns: RocksDatabase.Column.ofStore, sync: false)
        try database?.write([RocksDatabase.Write(column: .pools, key: [1], value: [1])])
        database = nil
        #expect(code { try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 4) } == .corrupt)
    }
}
