import EVMCodec
import EVMTypes
import Foundation
import PoolStore
import Pools
import Testing

@testable import MarketSync

/// What an unfinished sync keeps.
@Suite struct SyncMarkTests {
    private let block = BlockRef(number: 77, hash: Hash32(U256(UInt64(5))), parentHash: Hash32(U256(UInt64(4))))

    @Test func readsBackWhatItWrote() throws {
        var mark = SyncMark(next: 12_345)
        #expect(SyncMark(try #require(mark.write.value)) == mark)
        mark.target = block
        mark.floor = 70
        mark.refused = [3: 9, 0: 1]
        #expect(SyncMark(try #require(mark.write.value)) == mark)
    }

    @Test(arguments: [
        "", "{}", "{\"next\":1}", "{\"next\":1,\"floor\":0,\"target\":[1]}", "{\"next\":-1,\"floor\":0}", "x",
    ])
    func refusesOtherTexts(_ text: String) {
        #expect(SyncMark(Array(text.utf8)) == nil)
    }

    @Test func stagedRowsBecomeTheStateOnlyWithABlock() throws {
        let folder = NSTemporaryDirectory() + "martlet-stage-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let dex = DexConfig(
            id: 1, name: "a", kind: .uniswapV2, factory: Address(high: 0, low: 7),
            create2Sender: Address(high: 0, low: 7),
            initCodeHash: Hash32(U256(UInt64(9))), feePips: 3_000, startBlock: 0)
        var market = MarketState(dexes: [dex])
        let pool = PoolIdentity(
            creating: Address(high: 0, low: 1), Address(high: 0, low: 2), feePips: 3_000, tickSpacing: 0, on: dex)
        _ = try market.addPool(pool)
        do {
            let store = try PoolStore(folder: folder, chainID: 1, reorgDepth: 8)
            try store.stage(market.takeDirtyWrites(), meta: [SyncMark(next: 5).write])
            #expect(store.head == nil)
            try store.close()
        }
        let store = try PoolStore(folder: folder, chainID: 1, reorgDepth: 8)
        #expect(store.head == nil)
        #expect(try store.meta(SyncMark.key).flatMap { SyncMark($0) }?.next == 5)
        var loaded = MarketState(dexes: [dex])
        try store.loadAll { try loaded.load($0) }
        #expect(loaded.index(of: pool.address) != nil)
        try store.commit(
            skippingTo: block, writes: [], meta: [MetaWrite(key: SyncMark.key, value: nil)], keepsUndo: false)
        #expect(store.head == block)
        #expect(throws: PoolStoreError.self) { try store.stage([], meta: []) }
        #expect(throws: SyncError.self) { try PoolImport(store, dexes: [dex]) }
    }

    @Test func findingsOfTokensAreKept() throws {
        let folder = NSTemporaryDirectory() + "martlet-stage-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try PoolStore(folder: folder, chainID: 1, reorgDepth: 8)
        let findings: [TokenFinding] = [.plain, .takesFee("1 \"x\""), .rebases("r"), .blocks("b"), .unchecked("u")]
        for (index, finding) in findings.enumerated() {
            try store.putMeta([finding.write(for: Address(high: 0, low: UInt128(index)))])
        }
        let all = try TokenFinding.all(in: store)
        #expect(all.count == findings.count)
        for (index, finding) in findings.enumerated() {
            #expect(all[Address(high: 0, low: UInt128(index))] == finding)
            #expect(try TokenFinding.stored(Address(high: 0, low: UInt128(index)), in: store) == finding)
        }
    }

    @Test(arguments: [UInt64(1), 50, 4_000, 13_000_000, .max])
    func piecesAreBounded(_ blocks: UInt64) {
        #expect((100...20_000).contains(LogScan.pieceSize(blocks, workers: 4)))
    }
}
