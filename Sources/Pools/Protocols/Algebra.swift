internal import EVMTypes

/// Pool of Algebra: the V3 engine with a fee that moves, one for both directions or one each.
///
/// V1 (QuickSwap V3) and V1.9 (Camelot V3, "directional") step through the tick map as V3 does; Integral walks a list
/// of
/// initialised ticks and never stops between two (`stepsByWord` is false). The fee of V1 is computed anew at the first
/// swap of a block, from an oracle that no log shows: it must be read at the block. Integral's plugin may set the fee
/// of
/// each swap: such pools have no quote here.
/// Source: cryptoalgebra/Algebra `AlgebraPool.sol`, `PriceMovementMath.sol`, `TickTable.sol`; Integral
/// `SwapCalculation.sol`,
/// `TickManagement`. Rounding as V3.
@frozen
public struct AlgebraPool: Hashable, Sendable {
    /// Price, liquidity, tick and spacing; its `feePips` is the fee when token0 comes in.
    public var concentrated: UniswapV3Pool
    /// The fee when token1 comes in, in pips.
    public var feeOneForZero: UInt32

    @inlinable
    public init(concentrated: UniswapV3Pool, feeOneForZero: UInt32) {
        (self.concentrated, self.feeOneForZero) = (concentrated, feeOneForZero)
    }

    /// The V3 pool whose swaps in one direction are this pool's.
    @inlinable
    public func engine(zeroForOne: Bool) -> UniswapV3Pool {
        var pool = concentrated
        if !zeroForOne { pool.feePips = feeOneForZero }
        return pool
    }

    /// The output for exactly `amountIn`; throws as the V3 quote, also for a partial fill. No allocation.
    public func quote(
        exactIn amountIn: UInt128, zeroForOne: Bool, ticks: Span<Int32>, nets: Span<Int128>
    ) throws(QuoteError) -> UInt128 {
        try engine(zeroForOne: zeroForOne).quote(exactIn: amountIn, zeroForOne: zeroForOne, ticks: ticks, nets: nets)
    }

    /// The input for exactly `amountOut`; throws as the V3 quote.
    public func quote(
        exactOut amountOut: UInt128, zeroForOne: Bool, ticks: Span<Int32>, nets: Span<Int128>
    ) throws(QuoteError) -> UInt128 {
        try engine(zeroForOne: zeroForOne).quote(exactOut: amountOut, zeroForOne: zeroForOne, ticks: ticks, nets: nets)
    }
}

/// The events of Algebra pools, V1 to Integral, and of their factory.
///
/// Source: cryptoalgebra/Algebra `IAlgebraPoolEvents.sol`, `IAlgebraFactory.sol`; Integral `IAlgebraPoolEvents.sol`,
/// `Plugins.sol`.
enum AlgebraEvent: Equatable {
    /// The events that V3 has too.
    case engine(UniswapV3Event)
    /// New fees in pips, by the token that comes in.
    case fees(zeroForOne: UInt32, oneForZero: UInt32)
    case tickSpacing(Int32)
    /// Integral: what the plugin does; true when it runs before swaps or sets the fee.
    case plugin(actsOnSwaps: Bool)

    /// Reads a pool's log; nil for an event that pools do not emit, throws for a malformed one.
    static func read(_ topics: [Hash32], _ data: [UInt8]) throws(PoolRefusal) -> AlgebraEvent? {
        switch topics[0] {
        case EventTopics.algebraFee:
            let fee = try value(topics, data, words: 1, at: 0, bits: 16)
            return .fees(zeroForOne: fee, oneForZero: fee)
        case EventTopics.algebraDirectionalFee:
            return .fees(
                zeroForOne: try value(topics, data, words: 2, at: 0, bits: 16),
                oneForZero: try value(topics, data, words: 2, at: 1, bits: 16))
        case EventTopics.algebraTickSpacing:
            return .tickSpacing(Int32(try value(topics, data, words: 1, at: 0, bits: 23)))
        case EventTopics.algebraPluginConfig:
            // BEFORE_SWAP_FLAG is bit 0, DYNAMIC_FEE bit 7.
            let config = try value(topics, data, words: 1, at: 0, bits: 8)
            return .plugin(actsOnSwaps: config & 0b1000_0001 != 0)
        case EventTopics.algebraIntegralSwap:
            guard topics.count == 3 else { throw .wrongTopicCount }
            guard data.count == 7 * 32 else { throw .wrongDataLength }
            // overrideFee and pluginFee: a plugin that uses one of them is not quoted.
            guard EventWord.word(data, 5).isZero, EventWord.word(data, 6).isZero else { throw .hookChangesSwaps }
            return .engine(try UniswapV3Event.readSwap(topics, data, words: 7))
        case EventTopics.algebraIntegralBurn:
            return .engine(try UniswapV3Event.readPosition(topics, data, words: 4, amountAt: 0, isMint: false))
        case EventTopics.algebraCommunityFee, EventTopics.algebraCommunityFeeByToken,
            EventTopics.algebraCommunityFeeWide, EventTopics.algebraPlugin:
            return .engine(.noEffect)
        default: return try UniswapV3Event.read(topics, data).map { .engine($0) }
        }
    }

    private static func value(
        _ topics: [Hash32], _ data: [UInt8], words: Int, at index: Int, bits: Int
    ) throws(PoolRefusal) -> UInt32 {
        guard topics.count == 1 else { throw .wrongTopicCount }
        guard data.count == words * 32 else { throw .wrongDataLength }
        guard let value = EventWord.unsigned(EventWord.word(data, index), bits: bits) else { throw .valueOutOfRange }
        return UInt32(value)
    }

    /// Reads `Pool(token0, token1, pool)` of a factory. The spacing of a new pool is 60 in every generation; a pool
    /// whose owner changes it says so by `TickSpacing`.
    static func readCreation(_ topics: [Hash32], _ data: [UInt8], _ dex: DexConfig) throws(PoolRefusal) -> PoolIdentity
    {
        guard topics.count == 3 else { throw .wrongTopicCount }
        guard data.count == 32 else { throw .wrongDataLength }
        guard let token0 = Address(word: topics[1].word), let token1 = Address(word: topics[2].word),
            let address = Address(word: EventWord.word(data, 0))
        else { throw .valueOutOfRange }
        return PoolIdentity(
            address: address, token0: token0, token1: token1, dexID: dex.id, kind: dex.kind, feePips: 0,
            tickSpacing: 60)
    }
}
