public import EVMTypes

/// Pool of the Uniswap V4 singleton, without hooks that touch swaps: the V3 engine with a protocol fee on top.
///
/// Pools have no address but a key, whose hash is their id. Source: v4-core `Pool.swap`, `ProtocolFeeLibrary`,
/// `Hooks`, `PoolKey`. Rounding as V3. A dynamic fee is the one of the pool's last event or read, never guessed.
@frozen
public struct UniswapV4Pool: Hashable, Sendable {
    /// Price, liquidity, tick and tick spacing; its `feePips` is the liquidity providers' fee.
    public var concentrated: UniswapV3Pool
    /// The stored protocol fee: low 12 bits for token0 in, high 12 bits for token1 in, pips each.
    public var protocolFee: UInt32

    @inlinable
    public init(concentrated: UniswapV3Pool, protocolFee: UInt32) {
        (self.concentrated, self.protocolFee) = (concentrated, protocolFee)
    }

    /// The fee a swap pays, in pips: p + lp - p * lp / 1e6, the product rounded down.
    @inlinable
    public func swapFee(zeroForOne: Bool) -> UInt32 {
        let part = zeroForOne ? protocolFee & 0xfff : (protocolFee >> 12) & 0xfff
        let product = UInt64(part) * UInt64(concentrated.feePips) / 1_000_000
        return part + concentrated.feePips - UInt32(product)
    }

    /// The V3 pool whose swaps in one direction are this pool's: a quote is one of its.
    @inlinable
    public func engine(zeroForOne: Bool) -> UniswapV3Pool {
        var pool = concentrated
        pool.feePips = swapFee(zeroForOne: zeroForOne)
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

/// What names a V4 pool.
public struct UniswapV4Key: Hashable, Sendable {
    /// The two currencies, sorted; the zero address is the chain's native coin.
    public var currency0, currency1: Address
    /// Pips, or `dynamicFee`.
    public var fee: UInt32
    public var tickSpacing: Int32
    public var hooks: Address

    public init(currency0: Address, currency1: Address, fee: UInt32, tickSpacing: Int32, hooks: Address) {
        (self.currency0, self.currency1) = (currency0, currency1)
        (self.fee, self.tickSpacing, self.hooks) = (fee, tickSpacing, hooks)
    }

    /// The fee field of pools whose fee a hook sets.
    public static let dynamicFee: UInt32 = 0x80_0000

    /// Whether the hook contract, by the flags in its address, neither runs at swaps nor changes their amounts.
    ///
    /// Only such pools are quoted, unless the hook is on the operator's list. Source: v4-core `Hooks.sol` flags
    /// BEFORE_SWAP, AFTER_SWAP and the two RETURNS_DELTA of swaps.
    public var hasPlainSwaps: Bool { hooks.isZero || (hooks.word.lo & 0b1100_1100 == 0 && fee != Self.dynamicFee) }
}
