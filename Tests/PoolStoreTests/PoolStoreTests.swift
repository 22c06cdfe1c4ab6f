import EVMTypes
import Foundation
import Pools
import TestSupport
import Testing

@testable import PoolStore

@Suite struct PoolStoreTests {
    /// Keeps every folder of a test until the test ends.
    private let kept = Kept()

    private func open(_ folder: TemporaryFolder, depth: UInt64 = 8) throws -> PoolStore {
        kept.folders.append(folder)
        return try PoolStore(folder: folder.path, chainID: 1337, reorgDepth: depth, syncCommits: false)
    }

    private func row(_ key: UInt8, _ value: UInt8?) -> StoreWrite {
        StoreWrite(column: .pools, key: [UInt8](repeating: key, count: 20), value: value.map { [$0] })
    }

    @Test func aNewStoreIsEmptyAndPrivate() throws {
        let folder = TemporaryFolder()
        let store = try open(folder)
        #expect(store.head == nil && store.lowestUndoableHeight == nil)
        #expect(try store.allRows().isEmpty)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func aCommitIsThereAfterReopening() throws {
        let folder = TemporaryFolder()
        var store: PoolStore? = try open(folder)
        try store?.commit(
            Script.block(1), writes: [row(1, 10), row(2, 20)], meta: [MetaWrite(key: "nonce", value: [7])])
        store = nil
        store = try open(folder)
        #expect(store?.head == Script.block(1))
        #expect(try store?.meta("nonce") == [7])
        #expect(try store?.allRows().count == 2)
        try store?.close()
        let error = #expect(throws: PoolStoreError.self) { try store?.meta("nonce") }
        #expect(error?.code == .closed)
        #expect(try open(folder).head == Script.block(1))
    }

    @Test func aBlockThatDoesNotFollowTheHeadChangesNothing() throws {
        let store = try open(TemporaryFolder())
        try store.commit(Script.block(5), writes: [row(1, 1)])
        for wrong in [
            Script.block(7), Script.block(6, fork: 1), Script.block(5), Script.block(4), Script.block(6, parentFork: 9),
        ] {
            let error = #expect(throws: PoolStoreError.self) { try store.commit(wrong, writes: [row(1, 2)]) }
            #expect(error?.code == .notNextBlock)
        }
        #expect(store.head == Script.block(5))
        #expect(try store.allRows().values.map { $0 } == [[1]])
    }

    @Test func undoRestoresOldValuesAndNamesThePools() throws {
        let store = try open(TemporaryFolder())
        let tick = StoreWrite(column: .ticks, key: [UInt8](repeating: 3, count: 24), value: [33])
        try store.commit(Script.block(1), writes: [row(1, 10), row(2, 20)])
        try store.commit(
            Script.block(2), writes: [row(1, 11), row(2, nil), tick], meta: [MetaWrite(key: "cursor", value: [2])])
        let undone = try store.undo()
        #expect(undone.head == Script.block(1) && undone.blocks == [Script.block(2)])
        #expect(Set(undone.rows) == [row(1, 10), row(2, 20), StoreWrite(column: .ticks, key: tick.key, value: nil)])
        #expect(
            Set(undone.pools.map(\.bytes)) == [
                [UInt8](repeating: 1, count: 20), [UInt8](repeating: 2, count: 20), [UInt8](repeating: 3, count: 20),
            ])
        #expect(try store.rows(ofPools: undone.pools).sorted { $0.key[0] < $1.key[0] } == [row(1, 10), row(2, 20)])
        // Bookkeeping does not go back with the chain.
        #expect(try store.meta("cursor") == [2])
        let first = try store.undo()
        #expect(first.head == nil && store.head == nil)
        #expect(try store.allRows().isEmpty)
        #expect(throws: PoolStoreError.self) { try store.undo() }
    }

    @Test func undoRecordsArePrunedWithTheBlockThatOutdatesThem() throws {
        let folder = TemporaryFolder()
        let store = try open(folder, depth: 3)
        for number in UInt64(1)...10 { try store.commit(Script.block(number), writes: Script.writes(number)) }
        #expect(store.lowestUndoableHeight == 8)
        let error = #expect(throws: PoolStoreError.self) { try store.undo(to: Script.block(6)) }
        #expect(error?.code == .noUndoRecord && store.head == Script.block(10))
        _ = try store.undo(to: Script.block(7))
        #expect(try store.allRows() == Script.rows(upTo: 7))
        let last = #expect(throws: PoolStoreError.self) { try store.undo() }
        #expect(last?.code == .noUndoRecord)
    }

    @Test func undoingToABlockOfAnotherBranchIsRefused() throws {
        let store = try open(TemporaryFolder())
        for number in UInt64(1)...4 { try store.commit(Script.block(number), writes: Script.writes(number)) }
        for target in [Script.block(3, fork: 1), Script.block(9), Script.block(0)] {
            let error = #expect(throws: PoolStoreError.self) { try store.undo(to: target) }
            #expect(error?.code == .noUndoRecord)
        }
        #expect(try store.undo(to: Script.block(4)).blocks.isEmpty)
        #expect(try store.allRows() == Script.rows(upTo: 4))
    }

    @Test func skippingAheadCanBeTakenBackAsOneStepOrNotAtAll() throws {
        let store = try open(TemporaryFolder(), depth: 100)
        try store.commit(Script.block(1), writes: [row(1, 1)])
        try store.commit(skippingTo: Script.block(50), writes: [row(1, 5), row(2, 5)], keepsUndo: true)
        try store.commit(Script.block(51), writes: [row(1, 6)])
        #expect(throws: PoolStoreError.self) { try store.undo(to: Script.block(30)) }
        #expect(try store.undo(to: Script.block(1)).blocks.map(\.number) == [51, 50])
        #expect(try store.allRows().values.map { $0 } == [[1]])
        try store.commit(skippingTo: Script.block(90), writes: [row(1, 9)], keepsUndo: false)
        #expect(store.lowestUndoableHeight == nil)
        let error = #expect(throws: PoolStoreError.self) { try store.undo() }
        #expect(error?.code == .noUndoRecord)
        let low = #expect(throws: PoolStoreError.self) {
            try store.commit(skippingTo: Script.block(90), writes: [], keepsUndo: true)
        }
        #expect(low?.code == .notNextBlock)
    }

    @Test func randomCommitsUndosAndReopeningsEqualAModel() throws {
        var generator = SeededGenerator()
        let folder = TemporaryFolder()
        let depth: UInt64 = 6
        var store: PoolStore? = try open(folder, depth: depth)
        var history: [(block: BlockRef, rows: Rows)] = []
        var undoable = 0, fork: UInt64 = 1
        for step in 0..<600 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6:
                let head = history.last?.block
                let number = (head?.number ?? 0) + 1
                let block = BlockRef(
                    number: number, hash: Script.hash(number, fork: fork), parentHash: head?.hash ?? .zero)
                let writes = Script.writes(number, fork: fork &+ UInt64(step), rows: 15)
                try store?.commit(block, writes: writes)
                var rows = history.last?.rows ?? [:]
                Script.apply(writes, to: &rows)
                history.append((block, rows))
                undoable = min(undoable + 1, Int(depth))
            case 6..<9:
                let count = Int.random(in: 0...8, using: &generator)
                guard history.count > count else { continue }
                let target = history[history.count - 1 - count].block
                if count > undoable {
                    #expect(throws: PoolStoreError.self) { try store?.undo(to: target) }
                } else {
                    let before = history[history.count - 1].rows
                    let undone = try #require(try store?.undo(to: target))
                    history.removeLast(count)
                    undoable -= count
                    fork += 1
                    var patched = before
                    Script.apply(undone.rows, to: &patched)
                    #expect(patched == history.last?.rows ?? [:])
                }
            default:
                if Bool.random(using: &generator) { try store?.close() }
                store = nil
                store = try open(folder, depth: depth)
            }
            #expect(store?.head == history.last?.block)
            if step % 10 == 0 { #expect(try store?.allRows() == history.last?.rows ?? [:]) }
        }
        #expect(try store?.allRows() == history.last?.rows ?? [:])
    }

    @Test func loadingComesInPortionsPoolsBeforeTicksAndStopsAtTheCallersError() throws {
        struct Stop: Error {}
        let store = try open(TemporaryFolder())
        for number in UInt64(1)...5 { try store.commit(Script.block(number), writes: Script.writes(number)) }
        var sizes: [Int] = [], columns: [StoreColumn] = []
        try store.loadAll(portion: 5) {
            sizes.append($0.count)
            columns += $0.map(\.column)
        }
        #expect(sizes.allSatisfy { (1...5).contains($0) })
        #expect(columns == columns.sorted { $0.rawValue < $1.rawValue } && columns.count == Script.rows(upTo: 5).count)
        var calls = 0
        #expect(throws: Stop.self) {
            try store.loadAll(portion: 1) { _ in
                calls += 1
                if calls == 3 { throw Stop() }
            }
        }
        #expect(calls == 3)
    }

    @Test func manyThreadsMayAskAtOnce() async throws {
        let store = try open(TemporaryFolder())
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for round in 0..<50 {
                        try? store.putMeta([MetaWrite(key: "k\(task)", value: [UInt8(round)])])
                        _ = try? store.rows(ofPools: [.zero])
                    }
                }
            }
        }
        for task in 0..<4 { #expect(try store.meta("k\(task)") == [49]) }
    }

    @Test func undoRecordsReadBackAndNoBytesTrap() throws {
        var generator = SeededGenerator()
        let record = UndoRecord(block: Script.block(9), previous: Script.block(8), rows: Script.writes(9))
        #expect(UndoRecord(decoding: record.encoded) == record)
        let first = UndoRecord(block: Script.block(1), previous: nil, rows: [])
        #expect(UndoRecord(decoding: first.encoded) == first)
        for _ in 0..<3000 {
            var bytes = record.encoded
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &generator)))
            case 1:
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(
                    in: 1...255, using: &generator)
            default:
                bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
            }
            if let read = UndoRecord(decoding: bytes) { #expect(read.encoded == bytes) }
        }
    }
}
