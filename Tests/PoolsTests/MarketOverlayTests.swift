import EVMTypes
import TestSupport
import Testing

@testable import Pools

@Suite struct MarketOverlayTests {
    @Test func swapsStackOnTheOverlayAndNeverReachTheBase() throws {
        var fixture = MarketFixture()
        let (pair, pool) = fixture.fill()
        let market = fixture.market, before = snapshot(market)
        var overlay = MarketOverlay()
        #expect(
            try overlay.quote(pair, exactIn: 500, zeroForOne: true, in: market)
                == market.quote(pair, exactIn: 500, zeroForOne: true))
        #expect(overlay.touchedPools.isEmpty)
        var reference = UniswapV2Pool(reserve0: 1_000_000, reserve1: 2_000_000, feePips: 3000)
        for amount: UInt128 in [500, 7_000, 123] {
            let moved = try overlay.swap(pair, exactIn: true, amount: amount, zeroForOne: true, in: market)
            #expect(try moved.amountOut == reference.swap(exactIn: amount, zeroForOne: true))
        }
        let first = try overlay.swap(pool, exactIn: true, amount: 9_000_000, zeroForOne: false, in: market)
        let second = try overlay.swap(pool, exactIn: false, amount: 1_000, zeroForOne: false, in: market)
        #expect(first.isFilled && second.amountOut == 1_000)
        #expect(overlay.touchedPools == [pair, pool] && overlay.isTouched(pool))
        #expect(overlay.pool(pair, in: market) == .uniswapV2(reference))
        #expect(snapshot(market) == before)
        overlay.reset()
        #expect(overlay.touchedPools.isEmpty && overlay.pool(pair, in: market) == market.pool(pair))
    }

    @Test func aRollbackRestoresEveryRowSinceItsMark() throws {
        var random = SeededGenerator()
        var fixture = MarketFixture()
        let (pair, pool) = fixture.fill()
        let market = fixture.market
        var overlay = MarketOverlay()
        for _ in 0..<300 {
            var marks: [(MarketOverlay.Mark, [Pool], [PoolIndex])] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                marks.append(
                    (overlay.mark, [pair, pool].map { overlay.pool($0, in: market) }, overlay.touchedPools))
                _ = try? overlay.swap(
                    [pair, pool].randomElement(using: &random) ?? pair, exactIn: Bool.random(using: &random),
                    amount: UInt128(random.next() >> 45), zeroForOne: Bool.random(using: &random), in: market)
            }
            let (mark, states, touched) = try #require(marks.randomElement(using: &random))
            overlay.rollback(to: mark)
            #expect([pair, pool].map { overlay.pool($0, in: market) } == states && overlay.touchedPools == touched)
            if Bool.random(using: &random) { overlay.reset() }
        }
    }

    @Test func aRefusedSwapLeavesNoRow() {
        var fixture = MarketFixture()
        let (pair, pool) = fixture.fill()
        var overlay = MarketOverlay()
        for index in [pair, pool] {
            #expect(throws: QuoteError.zeroAmount) {
                try overlay.swap(index, exactIn: true, amount: 0, zeroForOne: true, in: fixture.market)
            }
        }
        #expect(throws: QuoteError.insufficientLiquidity) {
            try overlay.swap(pair, exactIn: false, amount: 2_000_000, zeroForOne: true, in: fixture.market)
        }
        fixture.market.quarantine(pool, .byOperator)
        #expect(throws: QuoteError.stale) {
            try overlay.swap(pool, exactIn: true, amount: 5, zeroForOne: true, in: fixture.market)
        }
        #expect(overlay.touchedPools.isEmpty)
    }

    @Test func poolsAddedAfterTheOverlayWasUsedAreSeen() throws {
        var fixture = MarketFixture()
        let (pair, _) = fixture.fill()
        var overlay = MarketOverlay()
        _ = try overlay.swap(pair, exactIn: true, amount: 900, zeroForOne: true, in: fixture.market)
        let identity = PoolIdentity(
            creating: fixture.tokenB, fixture.tokenC, feePips: 3000, tickSpacing: 0, on: fixture.v2)
        let added = try fixture.market.addPool(identity)
        #expect(throws: PoolRefusal.alreadyKnown) { try fixture.market.addPool(identity) }
        #expect(throws: QuoteError.stale) { try fixture.market.quote(added, exactIn: 5, zeroForOne: true) }
        try fixture.market.setReserves(added, reserve0: 10_000, reserve1: 10_000)
        #expect(!overlay.isTouched(added))
        #expect(try overlay.quote(added, exactIn: 100, zeroForOne: true, in: fixture.market) == 98)
        _ = try overlay.swap(added, exactIn: true, amount: 100, zeroForOne: true, in: fixture.market)
        #expect(overlay.touchedPools == [pair, added])
    }
}
