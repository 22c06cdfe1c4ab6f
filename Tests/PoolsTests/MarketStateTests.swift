import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

@testable import Pools

/// A market with one V2 and one V3 exchange, and the logs to fill it.
struct MarketFixture {
    let v2 = PoolIdentityTests.uniswapV2, v3 = PoolIdentityTests.uniswapV3
    let tokenA = Address(high: 0, low: 0xa), tokenB = Address(high: 0, low: 0xb), tokenC = Address(high: 0, low: 0xc)
    var market: MarketState
    var block: UInt64 = 100

    init() { market = MarketState(dexes: [v2, v3]) }

    static func words(_ values: U256...) -> [UInt8] { values.flatMap(\.bigEndianBytes) }
    static func signed(_ value: Int32) -> U256 { I256(Int(value)).bits }

    func pairCreated(_ identity: PoolIdentity, number: U256 = 1) -> Log {
        Log(
            address: v2.factory,
            topics: [EventTopics.pairCreated, Hash32(identity.token0.word), Hash32(identity.token1.word)],
            data: Self.words(identity.address.word, number), blockNumber: block)
    }

    func poolCreated(_ identity: PoolIdentity) -> Log {
        Log(
            address: v3.factory,
            topics: [
                EventTopics.poolCreated, Hash32(identity.token0.word), Hash32(identity.token1.word),
                Hash32(U256(UInt64(identity.feePips))),
            ], data: Self.words(Self.signed(identity.tickSpacing), identity.address.word), blockNumber: block)
    }

    /// A log of a pool, one block later than the last.
    mutating func log(_ pool: Address, _ topics: [Hash32], _ data: [UInt8]) -> Log {
        block += 1
        return Log(address: pool, topics: topics, data: data, blockNumber: block)
    }

    mutating func sync(_ pool: Address, _ reserve0: U256, _ reserve1: U256) -> Log {
        log(pool, [EventTopics.sync], Self.words(reserve0, reserve1))
    }

    mutating func initialize(_ pool: Address, tick: Int32) -> Log {
        log(pool, [EventTopics.initialize], Self.words(TickMath.sqrtPrice(atTick: tick), Self.signed(tick)))
    }

    mutating func mint(_ pool: Address, _ lower: Int32, _ upper: Int32, _ amount: U256) -> Log {
        log(
            pool, [EventTopics.mint, .zero, Hash32(Self.signed(lower)), Hash32(Self.signed(upper))],
            Self.words(1, amount, 5, 6))
    }

    mutating func burn(_ pool: Address, _ lower: Int32, _ upper: Int32, _ amount: U256) -> Log {
        log(
            pool, [EventTopics.burn, .zero, Hash32(Self.signed(lower)), Hash32(Self.signed(upper))],
            Self.words(amount, 5, 6))
    }

    mutating func swap(_ pool: Address, _ price: U256, _ liquidity: U256, _ tick: Int32, isPancake: Bool = false) -> Log
    {
        let data = Self.words(1, 2, price, liquidity, Self.signed(tick)) + (isPancake ? Self.words(0, 0) : [])
        return log(pool, [isPancake ? EventTopics.swapPancake : EventTopics.swap, .zero, .zero], data)
    }

    var pair: PoolIdentity { PoolIdentity(creating: tokenA, tokenB, feePips: 3000, tickSpacing: 0, on: v2) }
    var pool: PoolIdentity { PoolIdentity(creating: tokenA, tokenC, feePips: 500, tickSpacing: 10, on: v3) }

    /// The pair with reserves, and the pool at tick 5 with one position, all by logs.
    mutating func fill() -> (pair: PoolIndex, pool: PoolIndex) {
        #expect(market.apply(pairCreated(pair)) == .created(0))
        #expect(market.apply(poolCreated(pool)) == .created(1))
        #expect(market.apply(sync(pair.address, 1_000_000, 2_000_000)) == .updated(0))
        #expect(market.apply(initialize(pool.address, tick: 5)) == .updated(1))
        #expect(market.apply(mint(pool.address, -100, 100, 1_000_000_000_000)) == .updated(1))
        return (0, 1)
    }
}

@Suite struct MarketStateTests {
    @Test func topicsAreTheHashesOfTheirSignatures() {
        let signatures: [(Hash32, String)] = [
            (EventTopics.sync, "Sync(uint112,uint112)"),
            (EventTopics.pairCreated, "PairCreated(address,address,address,uint256)"),
            (EventTopics.pairMint, "Mint(address,uint256,uint256)"),
            (EventTopics.pairBurn, "Burn(address,uint256,uint256,address)"),
            (EventTopics.pairSwap, "Swap(address,uint256,uint256,uint256,uint256,address)"),
            (EventTopics.transfer, "Transfer(address,address,uint256)"),
            (EventTopics.approval, "Approval(address,address,uint256)"),
            (EventTopics.poolCreated, "PoolCreated(address,address,uint24,int24,address)"),
            (EventTopics.initialize, "Initialize(uint160,int24)"),
            (EventTopics.mint, "Mint(address,address,int24,int24,uint128,uint256,uint256)"),
            (EventTopics.burn, "Burn(address,int24,int24,uint128,uint256,uint256)"),
            (EventTopics.swap, "Swap(address,address,int256,int256,uint160,uint128,int24)"),
            (EventTopics.swapPancake, "Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)"),
            (EventTopics.collect, "Collect(address,address,int24,int24,uint128,uint128)"),
            (EventTopics.flash, "Flash(address,address,uint256,uint256,uint256,uint256)"),
            (EventTopics.setFeeProtocol, "SetFeeProtocol(uint8,uint8,uint8,uint8)"),
            (EventTopics.setFeeProtocolPancake, "SetFeeProtocol(uint32,uint32,uint32,uint32)"),
            (EventTopics.collectProtocol, "CollectProtocol(address,address,uint128,uint128)"),
            (EventTopics.increaseObservationCardinalityNext, "IncreaseObservationCardinalityNext(uint16,uint16)"),
        ]
        for (topic, signature) in signatures { #expect(ABI.topic(signature) == topic, "\(signature)") }
    }

    @Test func aFactoryLogWithAnotherAddressIsRefused() {
        var fixture = MarketFixture()
        var wrong = fixture.pair
        wrong.address = Address(high: 9, low: 9)
        #expect(fixture.market.apply(fixture.pairCreated(wrong)) == .refused(.addressMismatch))
        var wrongPool = fixture.pool
        wrongPool.feePips = 3000
        #expect(fixture.market.apply(fixture.poolCreated(wrongPool)) == .refused(.addressMismatch))
        #expect(fixture.market.poolCount == 0)
        var foreign = fixture.pairCreated(fixture.pair)
        foreign.address = Address(high: 5, low: 5)
        #expect(fixture.market.apply(foreign) == .ignored(.foreignAddress))
        #expect(fixture.market.apply(fixture.pairCreated(fixture.pair)) == .created(0))
        #expect(fixture.market.apply(fixture.pairCreated(fixture.pair)) == .ignored(.alreadyApplied))
    }

    @Test func malformedFactoryLogsAreRefusedByReason() {
        var fixture = MarketFixture()
        var log = fixture.poolCreated(fixture.pool)
        log.topics.removeLast()
        #expect(fixture.market.apply(log) == .refused(.wrongTopicCount))
        log = fixture.poolCreated(fixture.pool)
        log.data.removeLast()
        #expect(fixture.market.apply(log) == .refused(.wrongDataLength))
        log = fixture.poolCreated(fixture.pool)
        log.topics[3] = Hash32(U256(1 << 24 as UInt64))
        #expect(fixture.market.apply(log) == .refused(.valueOutOfRange))
        log = fixture.poolCreated(fixture.pool)
        log.data[0] = 1
        #expect(fixture.market.apply(log) == .refused(.valueOutOfRange))
        log = fixture.pairCreated(fixture.pair)
        log.topics[1] = Hash32(.max)
        #expect(fixture.market.apply(log) == .refused(.valueOutOfRange))
        log = fixture.pairCreated(fixture.pair)
        log.topics.swapAt(1, 2)
        #expect(fixture.market.apply(log) == .refused(.tokensNotSorted))
        log.removed = true
        #expect(fixture.market.apply(log) == .refused(.removedLog))
        #expect(fixture.market.poolCount == 0)
    }

    @Test func aRefusedLogQuarantinesItsPool() {
        let cases: [(PoolRefusal, (inout MarketFixture) -> Log)] = [
            (.valueOutOfRange, { $0.sync($0.pair.address, U256(lo: 1 << 112, hi: 0), 1) }),
            (.wrongDataLength, { $0.log($0.pair.address, [EventTopics.sync], [1, 2, 3]) }),
            (.wrongTopicCount, { $0.log($0.pair.address, [EventTopics.sync, .zero], MarketFixture.words(1, 1)) }),
            (.alreadyInitialized, { $0.initialize($0.pool.address, tick: 5) }),
            (.tickRangeInvalid, { $0.mint($0.pool.address, 100, -100, 5) }),
            (.tickRangeInvalid, { $0.mint($0.pool.address, -105, 100, 5) }),
            (.tickRangeInvalid, { $0.mint($0.pool.address, -887_280, 100, 5) }),
            (.valueOutOfRange, { $0.mint($0.pool.address, -100, 100, U256(lo: 0, hi: 1)) }),
            (.liquidityOverflow, { $0.mint($0.pool.address, -100, 100, U256(UInt128.max)) }),
            (.liquidityOverflow, { $0.mint($0.pool.address, 200, 300, U256(UInt128.max)) }),
            (.liquidityUnderflow, { $0.burn($0.pool.address, -100, 100, 1_000_000_000_001) }),
            (.liquidityUnderflow, { $0.burn($0.pool.address, 200, 300, 1) }),
            (.priceInvalid, { $0.swap($0.pool.address, TickMath.sqrtPrice(atTick: 7), 1_000_000_000_000, 9) }),
            (.netSumMismatch, { $0.swap($0.pool.address, TickMath.sqrtPrice(atTick: 7), 999, 7) }),
            (.netSumMismatch, { $0.swap($0.pool.address, TickMath.sqrtPrice(atTick: 150), 1_000_000_000_000, 150) }),
            (
                .valueOutOfRange,
                {
                    $0.log(
                        $0.pool.address, [EventTopics.swap, .zero, .zero],
                        MarketFixture.words(1, 2, TickMath.sqrtPrice(atTick: 7), 5, U256(7 + 1 << 24 as UInt64)))
                }
            ),
        ]
        for (reason, make) in cases {
            var fixture = MarketFixture()
            let filled = fixture.fill()
            let log = make(&fixture)
            let index = log.address == fixture.pair.address ? filled.pair : filled.pool
            let before = fixture.market.pool(index), ticks = fixture.market.tickStates(of: index)
            #expect(fixture.market.isUsable(index))
            #expect(fixture.market.apply(log) == .refused(reason))
            #expect(fixture.market.quarantineReason(index) == reason && !fixture.market.isUsable(index))
            #expect(fixture.market.pool(index) == before && fixture.market.tickStates(of: index) == ticks)
            #expect(throws: QuoteError.stale) {
                try fixture.market.quote(index, exactIn: 1000, zeroForOne: true)
            }
            fixture.market.release(index)
            #expect(fixture.market.isUsable(index))
        }
    }

    @Test func eventsThatMoveNoPriceAreIgnored() {
        var fixture = MarketFixture()
        _ = fixture.fill()
        for topic in [
            EventTopics.collect, EventTopics.flash, EventTopics.setFeeProtocol, EventTopics.collectProtocol,
            EventTopics.increaseObservationCardinalityNext,
        ] {
            #expect(fixture.market.apply(fixture.log(fixture.pool.address, [topic], [])) == .ignored(.noEffectOnQuotes))
        }
        #expect(
            fixture.market.apply(fixture.log(fixture.pair.address, [EventTopics.transfer], []))
                == .ignored(.noEffectOnQuotes))
        #expect(
            fixture.market.apply(fixture.log(fixture.pair.address, [Hash32(1)], [])) == .ignored(.unknownEvent))
        #expect(fixture.market.apply(fixture.log(fixture.pair.address, [], [])) == .ignored(.unknownEvent))
        #expect(fixture.market.apply(fixture.burn(fixture.pool.address, 200, 300, 0)) == .updated(1))
    }

    @Test func swapsAcrossTicksAndThePancakeFormAreFollowed() {
        var fixture = MarketFixture()
        let pool = fixture.fill().pool, address = fixture.pool.address
        _ = fixture.market.apply(fixture.mint(address, 50, 200, 77))
        let up = fixture.swap(address, TickMath.sqrtPrice(atTick: 120), 77, 120, isPancake: true)
        #expect(fixture.market.apply(up) == .updated(pool))
        // Down to exactly a tick that was crossed: the tick is one less than the price's.
        let down = fixture.swap(address, TickMath.sqrtPrice(atTick: 50), 1_000_000_000_000, 49)
        #expect(fixture.market.apply(down) == .updated(pool))
        #expect(fixture.market.invariantHolds(pool))
        #expect(fixture.market.apply(fixture.burn(address, 50, 200, 77)) == .updated(pool))
        #expect(fixture.market.tickStates(of: pool).map(\.tick) == [-100, 100])
        let old = fixture.swap(address, TickMath.sqrtPrice(atTick: 60), 1_000_000_000_000, 60)
        var late = old
        late.blockNumber -= 2
        #expect(fixture.market.apply(late) == .ignored(.alreadyApplied))
        #expect(fixture.market.apply(old) == .updated(pool))
    }

    @Test func poolsAreFoundByAddressTokensAndToken() throws {
        var fixture = MarketFixture()
        let (pair, pool) = fixture.fill()
        let market = fixture.market
        #expect(market.index(of: fixture.pair.address) == pair)
        #expect(market.pool(dexID: 1, fixture.tokenB, fixture.tokenA, feePips: 0) == pair)
        #expect(market.pool(dexID: 2, fixture.tokenA, fixture.tokenC, feePips: 500) == pool)
        #expect(market.pool(dexID: 2, fixture.tokenA, fixture.tokenC, feePips: 3000) == nil)
        #expect(market.pool(dexID: 2, fixture.tokenA, fixture.tokenB, feePips: 500) == nil)
        #expect(market.pools(ofToken: try #require(market.tokenIndex(of: fixture.tokenA))) == [pair, pool])
        #expect(market.pools(ofToken: try #require(market.tokenIndex(of: fixture.tokenC))) == [pool])
        #expect(market.identity(pool) == fixture.pool && market.isVerified(pool))
    }

    @Test func randomLogsNeverTrapAndNeverBreakAUsablePool() {
        var random = SeededGenerator()
        var fixture = MarketFixture()
        let (pair, pool) = fixture.fill()
        let base = fixture.market
        let topics = EventTopics.followed + [EventTopics.collect, .zero]
        var refused = 0
        for round in 0..<20_000 {
            if round % 50 == 0 { fixture.market = base }
            let address =
                [fixture.pair.address, fixture.pool.address, fixture.v2.factory, fixture.v3.factory]
                .randomElement(using: &random) ?? .zero
            var log = fixture.log(address, [], [])
            log.topics = [topics.randomElement(using: &random) ?? .zero]
            for _ in 0..<Int.random(in: 0...4, using: &random) { log.topics.append(Hash32(word(&random))) }
            log.topics = Array(log.topics.prefix(4))
            let length = [0, 2, 3, 4, 5, 7].randomElement(using: &random) ?? 0
            log.data = (0..<length).flatMap { _ in word(&random).bigEndianBytes }
            if Int.random(in: 0..<10, using: &random) == 0 { log.data.append(1) }
            if case .refused = fixture.market.apply(log) { refused += 1 }
            for index in [pair, pool] where fixture.market.isUsable(index) {
                #expect(fixture.market.invariantHolds(index))
                _ = try? fixture.market.quote(index, exactIn: UInt128(random.next()), zeroForOne: true)
            }
        }
        #expect(refused > 1_000)
    }

    /// Words near every edge of the types that events carry.
    private func word(_ random: inout SeededGenerator) -> U256 {
        switch Int.random(in: 0..<7, using: &random) {
        case 0: U256(limbs: random.next(), random.next(), random.next(), random.next())
        case 1: MarketFixture.signed(Int32.random(in: -300...300, using: &random) * 10)
        case 2: U256(random.next() >> 20)
        case 3: TickMath.sqrtPrice(atTick: Int32.random(in: -887_272...887_272, using: &random))
        case 4: [U256.zero, .one, .max].randomElement(using: &random) ?? .zero
        case 5: U256.one << Int.random(in: 0..<256, using: &random)
        default: MarketFixture.signed(Int32.random(in: -887_272...887_272, using: &random))
        }
    }
}
