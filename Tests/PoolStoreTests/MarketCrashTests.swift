import Foundation
import Glibc
import TestSupport
import Testing

@testable import PoolStore
@testable import Pools

/// A node's market killed with `kill -9` at a hundred random moments, some of them in the middle of a reorganisation.
@Suite(.serialized) struct MarketCrashTests {
    @Test func afterAHundredKillsTheMarketIsThatOfItsHeadEveryTime() throws {
        var generator = SeededGenerator()
        let folder = TemporaryFolder()
        var reference = MarketState(dexes: MarketScript.dexes), at: UInt64 = 0
        var heads = Set<UInt64>(), undone = 0
        let said = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-said-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: said) }
        for kill in 1...100 {
            let child = try Child.start(.followForever, folder, said: said)
            for _ in 0..<60_000 {
                if !Child.lines(said).isEmpty { break }
                usleep(1_000)
            }
            usleep(UInt32.random(in: 0...30_000, using: &generator))
            Glibc.kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            let lines = Child.lines(said)
            let last = try #require(lines.last.flatMap { UInt64($0) }, "kill \(kill): the child said \(lines)")
            let store = try PoolStore(
                folder: folder.path, chainID: 1337, reorgDepth: MarketScript.depth, syncCommits: false)
            let head = try #require(store.head?.number)
            // The block that was told, the next one that was just written, or a block that was being gone back to.
            #expect(head <= last + 1 && head + 7 >= last, "kill \(kill): head \(head), told \(last)")
            let market = try MarketScript.load(store)
            if head < at { (reference, at) = (MarketState(dexes: MarketScript.dexes), 0) }
            while at < head {
                at += 1
                try MarketScript.apply(at, to: &reference)
            }
            let same = MarketScript.snapshot(market) == MarketScript.snapshot(reference)
            #expect(same, "kill \(kill): the market is not that of block \(head)")
            undone += zip(lines, lines.dropFirst()).count { UInt64($0) ?? 0 > UInt64($1) ?? 0 }
            heads.insert(head)
            try store.close()
        }
        print("market crash test: 100 kills, \(heads.count) different heads up to \(at), \(undone) reorganisations")
        #expect(heads.count > 50 && undone > 20)
    }

    @Test func aStoreOfTheFirstFormatIsMigratedAndKeepsItsPools() throws {
        let folder = TemporaryFolder()
        var market = MarketState(dexes: MarketScript.dexes)
        for number in UInt64(1)...30 { try MarketScript.apply(number, to: &market) }
        // What a program of format 1 could hold: V2 and V3.
        let firstKinds = (0..<PoolIndex(market.poolCount)).filter {
            market.identity($0).kind == .uniswapV2 || market.identity($0).kind == .uniswapV3
        }
        let old = try PoolStore(
            folder: folder.path, chainID: 1337, reorgDepth: 8, syncCommits: false,
            format: StoreFormat(version: 1, migrations: []))
        try old.commit(Script.block(30), writes: firstKinds.flatMap { market.records(of: $0) })
        try old.close()
        let store = try PoolStore(folder: folder.path, chainID: 1337, reorgDepth: 8, syncCommits: false)
        let loaded = try MarketScript.load(store)
        #expect(loaded.poolCount == firstKinds.count && store.head == Script.block(30))
        for pool in firstKinds {
            let again = try #require(loaded.index(of: market.identity(pool).address))
            #expect(
                loaded.pool(again) == market.pool(pool) && loaded.tickStates(of: again) == market.tickStates(of: pool))
        }
        try store.close()
        let error = #expect(throws: PoolStoreError.self) {
            try PoolStore(
                folder: folder.path, chainID: 1337, reorgDepth: 8, syncCommits: false,
                format: StoreFormat(version: 1, migrations: []))
        }
        #expect(error?.code == .newerFormat)
    }
}
