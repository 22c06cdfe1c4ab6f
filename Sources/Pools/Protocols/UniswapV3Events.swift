internal import EVMTypes

/// The events of V3 pools and their factory. Source: v3-core `IUniswapV3PoolEvents`, `IUniswapV3Factory`; the Pancake
/// form of
/// `Swap` has two more fields, which quotes do not need.
enum UniswapV3Event: Equatable {
    case initialize(sqrtPriceX96: U256, tick: Int32)
    /// Liquidity added (`isMint`) to, or taken from, a range of ticks.
    case liquidity(lower: Int32, upper: Int32, amount: UInt128, isMint: Bool)
    case swap(sqrtPriceX96: U256, liquidity: UInt128, tick: Int32)
    /// An event that changes neither price nor liquidity: fees collected, flash loans, protocol fee, oracle size.
    case noEffect

    /// Reads a pool's log; nil for an event that pools do not emit, throws for a malformed one.
    static func read(_ topics: [Hash32], _ data: [UInt8]) throws(PoolRefusal) -> UniswapV3Event? {
        switch topics[0] {
        case EventTopics.swap: return try readSwap(topics, data, words: 5)
        case EventTopics.swapPancake: return try readSwap(topics, data, words: 7)
        case EventTopics.mint: return try readPosition(topics, data, words: 4, amountAt: 1, isMint: true)
        case EventTopics.burn: return try readPosition(topics, data, words: 3, amountAt: 0, isMint: false)
        case EventTopics.initialize:
            guard topics.count == 1 else { throw .wrongTopicCount }
            guard data.count == 64 else { throw .wrongDataLength }
            guard let tick = EventWord.int24(EventWord.word(data, 1)) else { throw .valueOutOfRange }
            let price = EventWord.word(data, 0)
            guard TickMath.belong(sqrtPrice: price, tick: tick) else { throw .priceInvalid }
            return .initialize(sqrtPriceX96: price, tick: tick)
        case EventTopics.collect, EventTopics.flash, EventTopics.setFeeProtocol, EventTopics.setFeeProtocolPancake,
            EventTopics.collectProtocol, EventTopics.increaseObservationCardinalityNext:
            return .noEffect
        default: return nil
        }
    }

    static func readSwap(
        _ topics: [Hash32], _ data: [UInt8], words: Int
    ) throws(PoolRefusal) -> UniswapV3Event {
        guard topics.count == 3 else { throw .wrongTopicCount }
        guard data.count == words * 32 else { throw .wrongDataLength }
        guard let liquidity = EventWord.unsigned(EventWord.word(data, 3), bits: 128),
            let tick = EventWord.int24(EventWord.word(data, 4))
        else { throw .valueOutOfRange }
        let price = EventWord.word(data, 2)
        guard TickMath.belong(sqrtPrice: price, tick: tick) else { throw .priceInvalid }
        return .swap(sqrtPriceX96: price, liquidity: liquidity, tick: tick)
    }

    static func readPosition(
        _ topics: [Hash32], _ data: [UInt8], words: Int, amountAt: Int, isMint: Bool
    ) throws(PoolRefusal) -> UniswapV3Event {
        guard topics.count == 4 else { throw .wrongTopicCount }
        guard data.count == words * 32 else { throw .wrongDataLength }
        guard let lower = EventWord.int24(topics[2].word), let upper = EventWord.int24(topics[3].word),
            let amount = EventWord.unsigned(EventWord.word(data, amountAt), bits: 128)
        else { throw .valueOutOfRange }
        guard lower < upper, lower >= TickMath.minTick, upper <= TickMath.maxTick else { throw .tickRangeInvalid }
        return .liquidity(lower: lower, upper: upper, amount: amount, isMint: isMint)
    }

    /// Reads `PoolCreated` of an exchange's factory; Slipstream's has no fee.
    static func readCreation(
        _ topics: [Hash32], _ data: [UInt8], _ dex: DexConfig
    ) throws(PoolRefusal) -> PoolIdentity {
        guard topics.count == 4 else { throw .wrongTopicCount }
        if dex.kind == .slipstream { return try readSlipstreamCreation(topics, data, dex) }
        guard data.count == 64 else { throw .wrongDataLength }
        guard let token0 = Address(word: topics[1].word), let token1 = Address(word: topics[2].word),
            let fee = EventWord.unsigned(topics[3].word, bits: 24),
            let spacing = EventWord.int24(EventWord.word(data, 0)),
            let address = Address(word: EventWord.word(data, 1))
        else { throw .valueOutOfRange }
        return PoolIdentity(
            address: address, token0: token0, token1: token1, dexID: dex.id, kind: .uniswapV3, feePips: UInt32(fee),
            tickSpacing: spacing)
    }

    /// `PoolCreated(token0, token1, tickSpacing, pool)`. Source: velodrome-finance/slipstream `ICLFactory.sol`. The fee
    /// is the factory's `getSwapFee(pool)`.
    private static func readSlipstreamCreation(
        _ topics: [Hash32], _ data: [UInt8], _ dex: DexConfig
    ) throws(PoolRefusal) -> PoolIdentity {
        guard data.count == 32 else { throw .wrongDataLength }
        guard let token0 = Address(word: topics[1].word), let token1 = Address(word: topics[2].word),
            let spacing = EventWord.int24(topics[3].word), let address = Address(word: EventWord.word(data, 0))
        else { throw .valueOutOfRange }
        return PoolIdentity(
            address: address, token0: token0, token1: token1, dexID: dex.id, kind: .slipstream, feePips: 0,
            tickSpacing: spacing)
    }
}
