import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import Pools

/// A store as PoolStore will be one: rows by column and key.
struct RowStore {
    var rows: [[UInt8]: StoreWrite] = [:]

    mutating func commit(_ writes: [StoreWrite]) {
        for write in writes {
            let key = [write.column.rawValue] + write.key
            rows[key] = write.value == nil ? nil : write
        }
    }

    var all: [StoreWrite] { rows.keys.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { rows[$0] } }

    func rows(of addresses: [Address]) -> [StoreWrite] {
        let wanted = Set(addresses)
        return all.filter { wanted.contains(Address(bytes: $0.key[..<20])) }
    }
}

/// Everything that quotes can see of a market, and what persistence must keep.
func snapshot(_ market: MarketState) -> [String] {
    (0..<PoolIndex(market.poolCount)).filter { !market.isRemoved($0) }.map { pool in
        "\(market.identity(pool)) \(market.pool(pool)) \(market.tickStates(of: pool)) \(market.cursor(of: pool)) "
            + "\(market.isUsable(pool)) \(market.isVerified(pool)) \(String(describing: market.quarantineReason(pool)))"
    }.sorted()
}

@Suite struct MarketRecordTests {
    @Test func dirtyRowsRebuildTheMarketAfterEveryStepOfTheVectors() throws {
        var (market, pairs, pools) = try UniswapVectors.market()
        let dexes = market.dexes
        var store = RowStore(), saved = 0
        for (list, steps) in [(pairs, "pairs"), (pools, "pools")] {
            for entry in try #require(list[steps]?.array) {
                for (number, step) in try #require(entry["steps"]?.array).enumerated() {
                    for log in try UniswapVectors.logs(step, block: UInt64(number + 1)) { _ = market.apply(log) }
                    let writes = market.takeDirtyWrites()
                    #expect(Set(writes.map { [$0.column.rawValue] + $0.key }).count == writes.count)
                    store.commit(writes)
                    saved += writes.count
                    #expect(!market.hasDirtyWrites && market.takeDirtyWrites().isEmpty)
                    guard number % 15 == 0 else { continue }
                    var loaded = MarketState(dexes: dexes)
                    try loaded.load(store.all)
                    #expect(snapshot(loaded) == snapshot(market))
                    #expect(!loaded.hasDirtyWrites && loaded.quarantineInconsistentPools().isEmpty)
                }
            }
        }
        // The rows of each pool, asked for one by one, are the store.
        let again = (0..<PoolIndex(market.poolCount)).flatMap { market.records(of: $0) }
        #expect(Set(again) == Set(store.all) && saved > 400)
    }

    @Test func undoneBlocksLeaveMemoryEqualToTheStore() throws {
        var fixture = MarketFixture()
        var store = RowStore()
        _ = fixture.market.apply(fixture.pairCreated(fixture.pair))
        _ = fixture.market.apply(fixture.sync(fixture.pair.address, 1000, 2000))
        store.commit(fixture.market.takeDirtyWrites())
        let before = store, expected = snapshot(fixture.market)
        // The block to be undone: new reserves, and a pool that is created, filled and traded.
        _ = fixture.market.apply(fixture.sync(fixture.pair.address, 5000, 400))
        #expect(fixture.market.apply(fixture.poolCreated(fixture.pool)) == .created(1))
        _ = fixture.market.apply(fixture.initialize(fixture.pool.address, tick: 5))
        let minted = fixture.mint(fixture.pool.address, -100, 100, 1_000_000)
        _ = fixture.market.apply(minted)
        store.commit(fixture.market.takeDirtyWrites())
        let forked = snapshot(fixture.market), forkedStore = store
        // Unsaved changes on top are forgotten too.
        _ = fixture.market.apply(fixture.sync(fixture.pair.address, 1, 1))
        let named = [fixture.pair.address, fixture.pool.address]
        try fixture.market.reload(named, from: before.rows(of: named))
        #expect(snapshot(fixture.market) == expected)
        #expect(fixture.market.isRemoved(1) && !fixture.market.isUsable(1) && !fixture.market.hasDirtyWrites)
        #expect(fixture.market.index(of: fixture.pool.address) == nil)
        #expect(fixture.market.pool(dexID: 2, fixture.tokenA, fixture.tokenC, feePips: 500) == nil)
        #expect(fixture.market.pools(ofToken: try #require(fixture.market.tokenIndex(of: fixture.tokenC))).isEmpty)
        #expect(throws: QuoteError.stale) { try fixture.market.quote(1, exactIn: 5, zeroForOne: true) }
        #expect(fixture.market.apply(minted) == .ignored(.foreignAddress))
        // The same pool on the new branch comes back under its index, and follows its logs from the start.
        #expect(fixture.market.apply(fixture.poolCreated(fixture.pool)) == .created(1))
        _ = fixture.market.apply(fixture.initialize(fixture.pool.address, tick: -7))
        #expect(fixture.market.apply(fixture.mint(fixture.pool.address, -50, 50, 9)) == .updated(1))
        #expect(fixture.market.tickStates(of: 1).map(\.tick) == [-50, 50])
        // And forward again: the other branch's rows.
        try fixture.market.reload(named, from: forkedStore.rows(of: named))
        #expect(snapshot(fixture.market) == forked)
    }

    @Test func aCorruptReloadChangesNothing() throws {
        var fixture = MarketFixture()
        _ = fixture.fill()
        let before = snapshot(fixture.market)
        var rows = fixture.market.takeDirtyWrites()
        rows[rows.count - 1].value?[3] ^= 1
        #expect(throws: PoolRecordError.self) {
            try fixture.market.reload([fixture.pair.address, fixture.pool.address], from: rows)
        }
        #expect(snapshot(fixture.market) == before)
        let stranger = #expect(throws: PoolRecordError.self) {
            try fixture.market.reload([fixture.pool.address], from: fixture.market.records(of: 0))
        }
        #expect(stranger?.code == .unexpectedPool && snapshot(fixture.market) == before)
    }

    @Test func everyChangedBitAndEveryOtherLengthIsRefusedByName() throws {
        var fixture = MarketFixture()
        _ = fixture.fill()
        let rows = fixture.market.takeDirtyWrites()
        #expect(rows.count == 4)
        for (position, row) in rows.enumerated() {
            let value = try #require(row.value)
            for byte in value.indices {
                for bit in 0..<8 {
                    var changed = rows
                    changed[position].value?[byte] ^= 1 << UInt8(bit)
                    refuse(changed, row, fixture)
                }
            }
            for length in 0..<value.count {
                var changed = rows
                changed[position].value = Array(value[..<length])
                refuse(changed, row, fixture)
            }
            for byte in row.key.indices {
                var changed = rows
                changed[position].key[byte] ^= 0x10
                var market = MarketState(dexes: [fixture.v2, fixture.v3])
                #expect(throws: PoolRecordError.self) { try market.load(changed) }
            }
            var deleted = rows
            deleted[position].value = nil
            refuse(deleted, row, fixture, .missingValue)
        }
    }

    private func refuse(
        _ rows: [StoreWrite], _ row: StoreWrite, _ fixture: MarketFixture, _ code: PoolRecordError.Code? = nil
    ) {
        var market = MarketState(dexes: [fixture.v2, fixture.v3])
        let error = #expect(throws: PoolRecordError.self) { try market.load(rows) }
        #expect(error?.key == row.key && error?.column == row.column)
        if let code { #expect(error?.code == code) }
        #expect(error?.description.contains(Hex.encode(row.key)) == true)
    }

    @Test func rowsOfOtherConfigurationsAreRefusedByName() throws {
        var fixture = MarketFixture()
        _ = fixture.fill()
        let rows = fixture.market.takeDirtyWrites()
        var withoutV3 = MarketState(dexes: [fixture.v2])
        #expect(#expect(throws: PoolRecordError.self) { try withoutV3.load(rows) }?.code == .unknownDex)
        var moved = fixture.v2
        moved.initCodeHash = Hash32(5)
        var other = MarketState(dexes: [moved, fixture.v3])
        #expect(#expect(throws: PoolRecordError.self) { try other.load(rows) }?.code == .wrongIdentity)
        var ticksOnly = MarketState(dexes: [fixture.v2, fixture.v3])
        let ticks = rows.filter { $0.column == .ticks }
        #expect(#expect(throws: PoolRecordError.self) { try ticksOnly.load(ticks) }?.code == .tickWithoutPool)
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededGenerator()
        for _ in 0..<5_000 {
            let column = Bool.random(using: &random) ? StoreColumn.pools : .ticks
            let key = (0..<[20, 24, 0, 19].randomElement(using: &random)!).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            let value = (0..<Int.random(in: 0...140, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            var market = MarketState(dexes: [])
            #expect(throws: PoolRecordError.self) {
                try market.load([StoreWrite(column: column, key: key, value: value)])
            }
        }
    }

    @Test func tickKeysSortAsNumbers() {
        var random = SeededGenerator()
        let ticks = (0..<500).map { _ in Int32.random(in: -887_272...887_272, using: &random) }.sorted()
        let keys = ticks.map { PoolRecord.key(pool: .zero, tick: $0) }
        for (one, two) in zip(keys, keys.dropFirst()) { #expect(!two.lexicographicallyPrecedes(one)) }
    }

    @Test func theChecksumIsCRC32C() {
        #expect(CRC32C.checksum(Array("123456789".utf8), []) == 0xe306_9283)
    }
}
