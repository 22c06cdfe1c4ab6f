internal import EVMCrypto
public import EVMTypes

extension UniswapV4Key {
    /// The pool's id: Keccak-256 of the key's ABI encoding.
    public var id: Hash32 {
        let sign: UInt128 = tickSpacing < 0 ? .max : 0
        let spacing = U256(lo: UInt128(truncatingIfNeeded: Int128(tickSpacing)), hi: sign)
        let words = [currency0.word, currency1.word, U256(UInt64(fee)), spacing, hooks.word]
        return Keccak256.hash(words.flatMap(\.bigEndianBytes))
    }
}

/// The events of the V4 singleton that move a pool. The pool's id is each event's first indexed field.
///
/// Source: v4-core `IPoolManager.sol`, `IProtocolFees.sol`.
public enum UniswapV4Event: Hashable, Sendable {
    case initialize(key: UniswapV4Key, sqrtPriceX96: U256, tick: Int32)
    /// Liquidity added to (positive) or taken from a range of ticks.
    case liquidity(lower: Int32, upper: Int32, delta: Int128)
    /// The state after a swap, and the fee it paid, protocol's part included.
    case swap(sqrtPriceX96: U256, liquidity: UInt128, tick: Int32, feePips: UInt32)
    case protocolFee(UInt32)
    /// The liquidity providers' fee, as a hook of Pancake Infinity set it.
    case providersFee(UInt32)
    /// Changes neither price nor liquidity.
    case noEffect

    /// Reads a log of the singleton; nil for an event of another kind, throws for a malformed one.
    public static func read(
        _ topics: [Hash32], _ data: [UInt8]
    ) throws(PoolRefusal) -> (id: Hash32, event: UniswapV4Event)? {
        guard let topic = topics.first else { return nil }
        switch topic {
        case EventTopics.v4Initialize:
            try check(topics, 4, data, words: 5)
            return (topics[1], try readInitialize(topics, data))
        case EventTopics.v4ModifyLiquidity:
            try check(topics, 3, data, words: 4)
            guard let lower = EventWord.int24(EventWord.word(data, 0)),
                let upper = EventWord.int24(EventWord.word(data, 1)),
                let delta = int128(EventWord.word(data, 2))
            else { throw .valueOutOfRange }
            guard lower < upper, lower >= TickMath.minTick, upper <= TickMath.maxTick else { throw .tickRangeInvalid }
            return (topics[1], .liquidity(lower: lower, upper: upper, delta: delta))
        case EventTopics.v4Swap:
            try check(topics, 3, data, words: 6)
            let price = EventWord.word(data, 2)
            guard let liquidity = EventWord.unsigned(EventWord.word(data, 3), bits: 128),
                let tick = EventWord.int24(EventWord.word(data, 4)),
                let fee = EventWord.unsigned(EventWord.word(data, 5), bits: 24)
            else { throw .valueOutOfRange }
            guard TickMath.belong(sqrtPrice: price, tick: tick) else { throw .priceInvalid }
            return (topics[1], .swap(sqrtPriceX96: price, liquidity: liquidity, tick: tick, feePips: UInt32(fee)))
        case EventTopics.v4ProtocolFeeUpdated:
            try check(topics, 2, data, words: 1)
            guard let fee = EventWord.unsigned(EventWord.word(data, 0), bits: 24) else { throw .valueOutOfRange }
            return (topics[1], .protocolFee(UInt32(fee)))
        case EventTopics.v4Donate:
            guard topics.count >= 2 else { throw .wrongTopicCount }
            return (topics[1], .noEffect)
        default: return nil
        }
    }

    private static func readInitialize(_ topics: [Hash32], _ data: [UInt8]) throws(PoolRefusal) -> UniswapV4Event {
        let price = EventWord.word(data, 3)
        guard let currency0 = Address(word: topics[2].word), let currency1 = Address(word: topics[3].word),
            let fee = EventWord.unsigned(EventWord.word(data, 0), bits: 24),
            let spacing = EventWord.int24(EventWord.word(data, 1)), let hooks = Address(word: EventWord.word(data, 2)),
            let tick = EventWord.int24(EventWord.word(data, 4))
        else { throw .valueOutOfRange }
        guard currency0 < currency1 else { throw .tokensNotSorted }
        guard (1..<32_768).contains(spacing) else { throw .wrongTickSpacing }
        guard TickMath.belong(sqrtPrice: price, tick: tick) else { throw .priceInvalid }
        let key = UniswapV4Key(
            currency0: currency0, currency1: currency1, fee: UInt32(fee), tickSpacing: spacing, hooks: hooks)
        // The log names the pool by a hash that the other fields must give.
        guard key.id == topics[1] else { throw .addressMismatch }
        return .initialize(key: key, sqrtPriceX96: price, tick: tick)
    }

    private static func check(_ topics: [Hash32], _ count: Int, _ data: [UInt8], words: Int) throws(PoolRefusal) {
        guard topics.count == count else { throw .wrongTopicCount }
        guard data.count == words * 32 else { throw .wrongDataLength }
    }

    private static func int128(_ word: U256) -> Int128? {
        let value = Int128(truncatingIfNeeded: word.lo)
        return word.hi == (value < 0 ? .max : 0) ? value : nil
    }
}

extension UniswapV4Pool {
    /// Applies an event to price, liquidity and protocol fee; ticks are the caller's. A position in range moves the
    /// liquidity. Throws, with nothing changed, when it cannot be so.
    public mutating func apply(_ event: UniswapV4Event) throws(PoolRefusal) {
        switch event {
        case .initialize(_, let price, let tick):
            guard concentrated.sqrtPriceX96.isZero else { throw .alreadyInitialized }
            (concentrated.sqrtPriceX96, concentrated.tick, concentrated.liquidity) = (price, tick, 0)
        case .liquidity(let lower, let upper, let delta):
            guard !concentrated.sqrtPriceX96.isZero else { throw .notInitialized }
            guard lower <= concentrated.tick, concentrated.tick < upper else { return }
            let (sum, overflow) =
                delta < 0
                ? concentrated.liquidity.subtractingReportingOverflow(delta.magnitude)
                : concentrated.liquidity.addingReportingOverflow(delta.magnitude)
            guard !overflow else { throw delta < 0 ? .liquidityUnderflow : .liquidityOverflow }
            concentrated.liquidity = sum
        case .swap(let price, let liquidity, let tick, _):
            guard !concentrated.sqrtPriceX96.isZero else { throw .notInitialized }
            (concentrated.sqrtPriceX96, concentrated.liquidity, concentrated.tick) = (price, liquidity, tick)
        case .protocolFee(let fee): protocolFee = fee
        case .providersFee(let fee): concentrated.feePips = fee
        case .noEffect: return
        }
    }
}
