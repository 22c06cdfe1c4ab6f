internal import EVMCrypto
public import EVMTypes

/// What names a concentrated pool of Pancake Infinity.
///
/// The state is `UniswapV4Pool`: the same engine, the same sum of protocol's and providers' fee. A hook may set the
/// providers' fee by `DynamicLPFeeUpdated`. The protocol's fee of a new pool is in no log: it is read from the manager.
/// Source: pancakeswap/infinity-core `PoolKey.sol`, `PoolId.sol`, `CLPoolParametersHelper.sol`,
/// `ProtocolFeeLibrary.sol`.
public struct PancakeInfinityKey: Hashable, Sendable {
    /// The two currencies, sorted; the zero address is the chain's native coin.
    public var currency0, currency1: Address
    public var hooks: Address
    /// `CLPoolManager`.
    public var manager: Address
    /// Pips, or `UniswapV4Key.dynamicFee`.
    public var fee: UInt32
    /// What the hook may do: bit n of the key's parameters, `ICLHooks`.
    public var hookBits: UInt16
    public var tickSpacing: Int32

    public init(
        currency0: Address, currency1: Address, hooks: Address, manager: Address, fee: UInt32, hookBits: UInt16,
        tickSpacing: Int32
    ) {
        (self.currency0, self.currency1, self.hooks, self.manager) = (currency0, currency1, hooks, manager)
        (self.fee, self.hookBits, self.tickSpacing) = (fee, hookBits, tickSpacing)
    }

    init(_ identity: PoolIdentity, manager: Address) {
        self.init(
            currency0: identity.token0, currency1: identity.token1, hooks: identity.hooks, manager: manager,
            fee: identity.feePips, hookBits: identity.variant, tickSpacing: identity.tickSpacing)
    }

    /// The pool's id: Keccak-256 of the key's ABI encoding; the last word holds the spacing above the hook bits.
    public var id: Hash32 {
        let parameters = U256(UInt64(UInt32(truncatingIfNeeded: tickSpacing) & 0xff_ffff) << 16 | UInt64(hookBits))
        let words = [
            currency0.word, currency1.word, hooks.word, manager.word, U256(UInt64(fee)), parameters,
        ]
        return Keccak256.hash(words.flatMap(\.bigEndianBytes))
    }
}

/// Reads the events of `CLPoolManager`, which carry the pool's id as first indexed field.
///
/// Source: infinity-core `ICLPoolManager.sol`, `IProtocolFees.sol`.
enum PancakeInfinityEvent {
    /// The event in the terms of V4; nil for an event of another kind, throws for a malformed one.
    static func read(_ topics: [Hash32], _ data: [UInt8]) throws(PoolRefusal) -> UniswapV4Event? {
        switch topics[0] {
        case EventTopics.infinitySwap:
            guard topics.count == 3 else { throw .wrongTopicCount }
            guard data.count == 7 * 32 else { throw .wrongDataLength }
            let price = EventWord.word(data, 2)
            guard let liquidity = EventWord.unsigned(EventWord.word(data, 3), bits: 128),
                let tick = EventWord.int24(EventWord.word(data, 4)),
                let fee = EventWord.unsigned(EventWord.word(data, 5), bits: 24)
            else { throw .valueOutOfRange }
            guard TickMath.belong(sqrtPrice: price, tick: tick) else { throw .priceInvalid }
            return .swap(sqrtPriceX96: price, liquidity: liquidity, tick: tick, feePips: UInt32(fee))
        case EventTopics.infinityDynamicFee:
            guard topics.count == 2 else { throw .wrongTopicCount }
            guard data.count == 32 else { throw .wrongDataLength }
            guard let fee = EventWord.unsigned(EventWord.word(data, 0), bits: 24), fee <= 1_000_000 else {
                throw .valueOutOfRange
            }
            return .providersFee(UInt32(fee))
        case EventTopics.infinityDonate:
            return .noEffect
        case EventTopics.v4ModifyLiquidity, EventTopics.v4ProtocolFeeUpdated:
            return try UniswapV4Event.read(topics, data)?.event
        default: return nil
        }
    }

    /// Reads `Initialize` of the manager: the new pool and its first price.
    static func readCreation(
        _ topics: [Hash32], _ data: [UInt8], _ dex: DexConfig
    ) throws(PoolRefusal) -> (identity: PoolIdentity, sqrtPriceX96: U256, tick: Int32) {
        guard topics.count == 4 else { throw .wrongTopicCount }
        guard data.count == 5 * 32 else { throw .wrongDataLength }
        let price = EventWord.word(data, 3)
        guard let currency0 = Address(word: topics[2].word), let currency1 = Address(word: topics[3].word),
            let hooks = Address(word: EventWord.word(data, 0)),
            let fee = EventWord.unsigned(EventWord.word(data, 1), bits: 24),
            let parameters = EventWord.unsigned(EventWord.word(data, 2), bits: 40),
            let tick = EventWord.int24(EventWord.word(data, 4))
        else { throw .valueOutOfRange }
        guard parameters >> 39 == 0 else { throw .wrongTickSpacing }
        guard TickMath.belong(sqrtPrice: price, tick: tick) else { throw .priceInvalid }
        let identity = PoolIdentity(
            address: PoolIdentity.address(ofPoolID: topics[1]), token0: currency0, token1: currency1, dexID: dex.id,
            kind: dex.kind, feePips: UInt32(fee), tickSpacing: Int32(parameters >> 16),
            variant: UInt16(truncatingIfNeeded: parameters), hooks: hooks)
        // The log names the pool by a hash that the other fields must give.
        guard PancakeInfinityKey(identity, manager: dex.factory).id == topics[1] else { throw .addressMismatch }
        return (identity, price, tick)
    }
}
