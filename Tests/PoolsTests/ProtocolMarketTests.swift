import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import Pools

/// The protocols beside Uniswap V2 and V3, from the factory's log to the stored row and back.
@Suite struct ProtocolMarketTests {
    private typealias Make = ProtocolMarkets

    /// A pool with ticks, created by its log, its fee read, with three positions.
    private func engineMarket(
        _ kind: PoolKind, _ market: inout MarketState
    ) throws -> (dex: DexConfig, identity: PoolIdentity, pool: PoolIndex) {
        let dex = Make.dex(kind), identity = Make.identity(dex)
        #expect(market.apply(Make.creation(dex, identity, tick: 100, block: 1)) == .created(0))
        let pool = try #require(market.index(of: identity.address))
        if !kind.isSingleton {
            #expect(!market.isUsable(pool))
            let start = UniswapV3Event.initialize(sqrtPriceX96: TickMath.sqrtPrice(atTick: 100), tick: 100)
            #expect(market.apply(Make.log(start, dex, identity, fee: 0, block: 2, index: 0)) == .updated(pool))
        }
        for (index, ends) in [(-6000, 6000), (-120, 240), (60, 120)].enumerated() {
            let event = UniswapV3Event.liquidity(
                lower: Int32(ends.0), upper: Int32(ends.1), amount: 1_000_000_000_000_000, isMint: true)
            let log = Make.log(event, dex, identity, fee: 0, block: 3, index: UInt32(index))
            #expect(market.apply(log) == .updated(pool))
        }
        switch kind {
        case .slipstream, .algebraIntegral: try market.setFee(pool, .pips(3000))
        case .algebra: try market.setFee(pool, .directional(zeroForOne: 3000, oneForZero: 500))
        case .pancakeInfinityCL: try market.setFee(pool, .layered(protocolFee: 500, providersPips: 3000))
        default: break
        }
        #expect(market.isUsable(pool))
        return (dex, identity, pool)
    }

    private static let engines: [PoolKind] = [
        .uniswapV4, .slipstream, .algebra, .algebraIntegral, .pancakeInfinityCL,
    ]

    @Test(arguments: engines)
    func aPoolWithTicksFollowsItsLogsAndQuotesAsTheEngine(_ kind: PoolKind) throws {
        var generator = SeededGenerator()
        var market = MarketState(dexes: Make.all)
        let (dex, identity, pool) = try engineMarket(kind, &market)
        var swaps = 0
        for round in 0..<300 {
            let zeroForOne = Bool.random(using: &generator)
            let amount = UInt128(UInt64.random(in: 1...50_000_000_000_000, using: &generator))
            let engine = try #require(market.pool(pool).engine(zeroForOne: zeroForOne))
            // The door gives what the engine gives at the direction's fee.
            let direct = try? engine.quote(
                exactIn: amount, zeroForOne: zeroForOne,
                ticks: market.ticks.indices.span.extracting(market.tickRange(of: pool)),
                nets: market.ticks.nets.span.extracting(market.tickRange(of: pool)))
            let quoted = try? market.quote(pool, exactIn: amount, zeroForOne: zeroForOne)
            #expect(quoted == direct)
            guard let direct, direct > 0 else { continue }
            // What is bought by exact output costs no more than what was paid, and buys at least as much again.
            let cost = try market.quote(pool, exactOut: direct, zeroForOne: zeroForOne)
            #expect(cost <= amount)
            #expect(try market.quote(pool, exactIn: cost, zeroForOne: zeroForOne) >= direct)
            var overlay = MarketOverlay()
            let moved = try overlay.swap(pool, exactIn: true, amount: amount, zeroForOne: zeroForOne, in: market)
            #expect(moved.amountOut == direct && moved.isFilled)
            let expected = overlay.pool(pool, in: market)
            let after = try #require(expected.concentrated)
            let event = UniswapV3Event.swap(
                sqrtPriceX96: after.sqrtPriceX96, liquidity: after.liquidity, tick: after.tick)
            let log = Make.log(
                event, dex, identity, fee: engine.feePips, block: UInt64(round + 10), index: 0)
            #expect(market.apply(log) == .updated(pool))
            #expect(market.pool(pool) == expected && market.invariantHolds(pool))
            if kind == .algebra {
                #expect(market.quarantineReason(pool) == .feeNeedsRead)
                try market.setFee(pool, .directional(zeroForOne: 3000, oneForZero: 500))
            }
            swaps += 1
        }
        #expect(swaps > 100)
        try expectRoundTrip(market)
    }

    /// The market's rows, loaded into a new market, are the same market; so is the market reloaded from them.
    private func expectRoundTrip(_ market: MarketState) throws {
        var market = market
        var store = RowStore()
        store.commit(market.takeDirtyWrites())
        var loaded = MarketState(dexes: market.dexes)
        try loaded.load(store.all)
        #expect(snapshot(loaded) == snapshot(market))
        let addresses = (0..<PoolIndex(market.poolCount)).map { market.identity($0).address }
        let before = snapshot(market)
        try market.reload(addresses, from: store.rows(of: addresses))
        #expect(snapshot(market) == before)
    }

    @Test func integralStepsFromTickToTickAndNotByWord() throws {
        // Across 100 words of an even curve the V3 engine rounds at each word's edge, the list of Integral does not.
        let ticks: [Int32] = [-600_000, 600_000], nets: [Int128] = [1_000_000_007, -1_000_000_007]
        var pool = UniswapV3Pool(
            sqrtPriceX96: TickMath.sqrtPrice(atTick: 0), liquidity: 1_000_000_007, tick: 0, feePips: 500,
            tickSpacing: 60)
        let byWord = try pool.quote(exactIn: 1_000_000_000_000, zeroForOne: true, ticks: ticks.span, nets: nets.span)
        pool.stepsByWord = false
        let byTick = try pool.quote(exactIn: 1_000_000_000_000, zeroForOne: true, ticks: ticks.span, nets: nets.span)
        // One step: input after fee, price rounded up, output rounded down; by hand with big integers.
        let kept = U256(1_000_000_000_000 as UInt64) * U256(999_500 as UInt64) / U256(1_000_000 as UInt64)
        let liquidity = U256(1_000_000_007 as UInt64) << 96
        let price = U256.mulDivRoundingUp(liquidity, pool.sqrtPriceX96, liquidity &+ kept * pool.sqrtPriceX96)
        let next = try #require(price)
        let out = U256.mulDiv(
            U256(1_000_000_007 as UInt64), pool.sqrtPriceX96 &- next, U256(lo: 1 << 96, hi: 0))
        #expect(out?.asUInt128 == byTick)
        #expect(byWord <= byTick && byTick - byWord < 200)
    }

    @Test func aSwapThatPaidAnotherFeeQuarantinesThePool() throws {
        for kind in [PoolKind.uniswapV4, .pancakeInfinityCL] {
            var market = MarketState(dexes: Make.all)
            let (dex, identity, pool) = try engineMarket(kind, &market)
            let state = try #require(market.pool(pool).concentrated)
            let event = UniswapV3Event.swap(
                sqrtPriceX96: state.sqrtPriceX96, liquidity: state.liquidity, tick: state.tick)
            #expect(
                market.apply(Make.log(event, dex, identity, fee: 2999, block: 9, index: 0)) == .refused(.feeMismatch))
            #expect(!market.isUsable(pool) && market.quarantineReason(pool) == .feeMismatch)
        }
    }

    @Test func aProtocolFeeOfTheSingletonIsPartOfTheQuote() throws {
        var market = MarketState(dexes: Make.all)
        let (dex, identity, pool) = try engineMarket(.uniswapV4, &market)
        let before = try market.quote(pool, exactIn: 1_000_000_000, zeroForOne: true)
        let id = Make.id(identity, dex)
        let log = Make.log(
            dex.factory, [EventTopics.v4ProtocolFeeUpdated, id], [U256(500 as UInt64)], 9, 0)
        #expect(market.apply(log) == .updated(pool))
        #expect(market.pool(pool).engine(zeroForOne: true)?.feePips == 3499)
        #expect(market.pool(pool).engine(zeroForOne: false)?.feePips == 3000)
        #expect(try market.quote(pool, exactIn: 1_000_000_000, zeroForOne: true) < before)
    }

    @Test func hooksThatActOnSwapsAreRefusedUnlessTheOperatorVouchesForThem() throws {
        let acts = Address(high: 0, low: 0xabc0_0080), plain = Address(high: 0, low: 0xabc0_0400)
        func created(_ hooks: Address, _ dex: DexConfig, variant: UInt16 = 0) -> LogEffect {
            var market = MarketState(dexes: [dex])
            let pool = PoolIdentity(
                creating: Make.low, Make.high, feePips: 500, tickSpacing: 10, on: dex, variant: variant, hooks: hooks)
            return market.apply(Make.creation(dex, pool, tick: 0, block: 1))
        }
        #expect(created(plain, Make.dex(.uniswapV4)) == .created(0))
        #expect(created(acts, Make.dex(.uniswapV4)) == .refused(.hookChangesSwaps))
        #expect(created(acts, Make.dex(.uniswapV4, hooks: [acts])) == .created(0))
        #expect(created(acts, Make.dex(.pancakeInfinityCL), variant: 0b100) == .created(0))
        #expect(created(acts, Make.dex(.pancakeInfinityCL), variant: 1 << 6) == .refused(.hookChangesSwaps))
        #expect(created(acts, Make.dex(.pancakeInfinityCL, hooks: [acts]), variant: 1 << 6) == .created(0))
        // A hook that is taken off the list: the stored pool is kept, unused.
        var market = MarketState(dexes: [Make.dex(.uniswapV4, hooks: [acts])])
        let pool = PoolIdentity(
            creating: Make.low, Make.high, feePips: 500, tickSpacing: 10, on: market.dexes[0], hooks: acts)
        _ = market.apply(Make.creation(market.dexes[0], pool, tick: 0, block: 1))
        let rows = market.takeDirtyWrites()
        var strict = MarketState(dexes: [Make.dex(.uniswapV4)])
        try strict.load(rows)
        #expect(strict.quarantineReason(0) == .hookChangesSwaps)
        var lenient = MarketState(dexes: market.dexes)
        try lenient.load(strict.records(of: 0))
        #expect(lenient.isUsable(0))
    }

    @Test func theIdOfAPancakeInfinityPoolIsThatOfTheChain() throws {
        // BNB/USDT on BNB Chain, as recorded in ../shared/data/kyber (pancake/infinity/cl/sample_pool.json).
        let key = PancakeInfinityKey(
            currency0: .zero,
            currency1: try #require(Address(hex: "0x55d398326f99059ff775485246999027b3197955")), hooks: .zero,
            manager: try #require(Address(hex: "0xa0ffb9c1ce1fe56963b0321b32e7a0302114058b")), fee: 335, hookBits: 0,
            tickSpacing: 10)
        #expect(key.id.hex == "0x752e76950f6167b8dbb0495b957d264d61724dfa26e3dd6fad1ba820862ce9cf")
    }

    @Test func aPluginThatActsOnSwapsQuarantinesThePool() throws {
        var market = MarketState(dexes: Make.all)
        let (_, identity, pool) = try engineMarket(.algebraIntegral, &market)
        func config(_ bits: UInt64, _ block: UInt64) -> Log {
            Make.log(identity.address, [EventTopics.algebraPluginConfig], [U256(bits)], block, 0)
        }
        #expect(market.apply(config(0b0100_0010, 9)) == .ignored(.noEffectOnQuotes))
        #expect(market.isUsable(pool))
        #expect(market.apply(config(0b1000_0000, 10)) == .refused(.hookChangesSwaps))
        #expect(!market.isUsable(pool))
    }

    @Test func solidlyPoolsWaitForTheirParametersThenFollowSync() throws {
        for variant: UInt16 in [0, 1] {
            var market = MarketState(dexes: Make.all)
            let dex = Make.aerodrome, identity = Make.identity(dex, variant: variant)
            #expect(market.apply(Make.creation(dex, identity, tick: 0, block: 1)) == .created(0))
            func sync(_ a: UInt64, _ b: UInt64, _ block: UInt64) -> Log {
                Make.log(identity.address, [EventTopics.solidlySync], [U256(a), U256(b)], block, 0)
            }
            #expect(market.apply(sync(5, 5, 2)) == .ignored(.awaitsParameters))
            #expect(throws: QuoteError.stale) { try market.quote(0, exactIn: 1000, zeroForOne: true) }
            var state = SolidlyPool(
                reserve0: 4_000_000_000_000, reserve1: 5_000_000_000_000, fee0: 5, fee1: 5, decimals0: 6, decimals1: 6,
                curve: variant == 1 ? .stableByProduct : .volatile)
            var wrong = state
            wrong.curve = variant == 1 ? .volatile : .stableByProduct
            #expect(throws: PoolRefusal.wrongKind) { try market.setSolidly(0, wrong) }
            wrong = state
            wrong.decimals0 = 37
            #expect(throws: PoolRefusal.valueOutOfRange) { try market.setSolidly(0, wrong) }
            try market.setSolidly(0, state, at: LogCursor(block: 3, logIndex: 9))
            #expect(market.apply(sync(5, 5, 2)) == .ignored(.alreadyApplied))
            #expect(market.apply(sync(7_000_000_000_000, 6_000_000_000_000, 4)) == .updated(0))
            (state.reserve0, state.reserve1) = (7_000_000_000_000, 6_000_000_000_000)
            let direct = try state.quote(exactIn: 12_345_678, zeroForOne: false)
            #expect(try market.quote(0, exactIn: 12_345_678, zeroForOne: false) == direct)
            #expect(try market.quote(0, exactOut: direct, zeroForOne: false) <= 12_345_678)
            try market.setFee(0, .parts(fee0: 30, fee1: 30))
            #expect(try market.quote(0, exactIn: 12_345_678, zeroForOne: false) < direct)
            #expect(throws: PoolRefusal.wrongFee) { try market.setFee(0, .parts(fee0: 10_000, fee1: 0)) }
            #expect(throws: PoolRefusal.wrongKind) { try market.setFee(0, .pips(5)) }
            var overlay = MarketOverlay()
            let moved = try overlay.swap(0, exactIn: true, amount: 1_000_000, zeroForOne: true, in: market)
            #expect(try market.quote(0, exactIn: 1_000_000, zeroForOne: true) == moved.amountOut)
            try expectRoundTrip(market)
        }
    }

    @Test func stableAndVolatilePoolsOfOnePairAreTwoPools() throws {
        var market = MarketState(dexes: Make.all)
        for variant: UInt16 in [0, 1] { _ = try market.addPool(Make.identity(Make.aerodrome, variant: variant)) }
        #expect(market.pool(dexID: Make.aerodrome.id, Make.low, Make.high, feePips: 0) == 0)
        #expect(market.pool(dexID: Make.aerodrome.id, Make.high, Make.low, feePips: 1) == 1)
        #expect(throws: PoolRefusal.wrongKind) { try market.addPool(Make.identity(Make.aerodrome, variant: 2)) }
    }
}
