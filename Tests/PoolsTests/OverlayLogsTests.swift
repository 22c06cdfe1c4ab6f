import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import Pools

/// What a run's logs do to an overlay is what the same logs do to the market, and nothing of it stays behind.
@Suite struct OverlayLogsTests {
    @Test func logsOnAnOverlayGiveTheStateThatLiveLogsGive() throws {
        var random = SeededGenerator(), changed = 0, lentOnce = 0, refused = 0
        for _ in 0..<400 {
            var fixture = MarketFixture()
            let (pair, pool) = fixture.fill()
            let before = snapshot(fixture.market)
            var overlay = MarketOverlay(), lent = LentTicks(), logs: [Log] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                logs.append(randomLog(&fixture, &random))
            }
            // A twin follows the logs as live ones; what it refuses is not asked of the overlay.
            var twin = fixture.market, live: [Log] = []
            for log in logs {
                if case .updated = twin.apply(log) { live.append(log) }
            }
            do throws(PoolRefusal) {
                try overlay.apply(live.map(Self.receiptLog), in: &fixture.market, lent: &lent)
                for index in [pair, pool] {
                    #expect(overlay.pool(index, in: fixture.market) == twin.pool(index), "seed \(random.seed)")
                }
                #expect(fixture.market.tickStates(of: pool) == twin.tickStates(of: pool), "seed \(random.seed)")
                changed += overlay.touchedPools.isEmpty ? 0 : 1
            } catch {
                refused += 1
            }
            lentOnce += lent.isEmpty ? 0 : 1
            fixture.market.takeBack(lent)
            #expect(snapshot(fixture.market) == before, "seed \(random.seed)")
        }
        #expect(changed > 200 && lentOnce > 100 && refused == 0)
    }

    @Test func aSwapWhoseLiquidityDoesNotFitIsRefusedAndForeignLogsCountForNothing() throws {
        var fixture = MarketFixture()
        _ = fixture.fill()
        var overlay = MarketOverlay(), lent = LentTicks()
        let wrong = fixture.swap(fixture.pool.address, TickMath.sqrtPrice(atTick: 0), 12_345, 0)
        #expect(throws: PoolRefusal.netSumMismatch) {
            try overlay.apply([Self.receiptLog(wrong)], in: &fixture.market, lent: &lent)
        }
        overlay.reset()
        let foreign = ReceiptLog(address: Address(high: 9, low: 9), topics: [EventTopics.sync], data: [1])
        let bare = ReceiptLog(address: fixture.pair.address, topics: [], data: [])
        try overlay.apply([foreign, bare], in: &fixture.market, lent: &lent)
        #expect(overlay.touchedPools.isEmpty && lent.isEmpty)
    }

    private func randomLog(_ fixture: inout MarketFixture, _ random: inout SeededGenerator) -> Log {
        let lower = Int32.random(in: -30...20, using: &random) * 10
        let upper = lower + Int32.random(in: 1...30, using: &random) * 10
        let amount = U256(UInt64.random(in: 0...5_000, using: &random))
        switch Int.random(in: 0...2, using: &random) {
        case 0: return fixture.sync(fixture.pair.address, U256(random.next() >> 20), U256(random.next() >> 20))
        case 1: return fixture.mint(fixture.pool.address, lower, upper, amount)
        default: return fixture.burn(fixture.pool.address, lower, upper, amount)
        }
    }

    private static func receiptLog(_ log: Log) -> ReceiptLog {
        ReceiptLog(address: log.address, topics: log.topics, data: log.data)
    }
}
