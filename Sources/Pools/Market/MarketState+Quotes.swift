public import EVMTypes

// MARK: Quotes on the base state

extension MarketState {
    /// The exact output of a pool for an exact input; see the protocol's own `quote`. `.stale` for an unusable pool.
    /// No allocation.
    public borrowing func quote(
        _ pool: PoolIndex, exactIn amountIn: UInt128, zeroForOne: Bool
    ) throws(QuoteError) -> UInt128 {
        guard isUsable(pool) else { throw .stale }
        return try quote(pool, as: pools[Int(pool)], exactIn: amountIn, zeroForOne: zeroForOne)
    }

    /// The exact input a pool needs for an exact output. `.stale` for an unusable pool. No allocation.
    public borrowing func quote(
        _ pool: PoolIndex, exactOut amountOut: UInt128, zeroForOne: Bool
    ) throws(QuoteError) -> UInt128 {
        guard isUsable(pool) else { throw .stale }
        return try quote(pool, as: pools[Int(pool)], exactOut: amountOut, zeroForOne: zeroForOne)
    }

    /// As `quote(_:exactIn:zeroForOne:)`, with `state` in place of the pool's own price and liquidity; its ticks are
    /// used.
    public borrowing func quote(
        _ pool: PoolIndex, as state: Pool, exactIn amountIn: UInt128, zeroForOne: Bool
    ) throws(QuoteError) -> UInt128 {
        let engine: UniswapV3Pool
        switch state {
        case .uniswapV2(let pair): return try pair.quote(exactIn: amountIn, zeroForOne: zeroForOne)
        case .solidly(let pair): return try pair.quote(exactIn: amountIn, zeroForOne: zeroForOne)
        case .coins(let slot):
            let (state, i, j) = try coinTrade(pool, slot, zeroForOne: zeroForOne)
            return try state.quote(exactIn: amountIn, from: i, to: j)
        case .uniswapV3(let concentrated): engine = concentrated
        case .uniswapV4(let concentrated): engine = concentrated.engine(zeroForOne: zeroForOne)
        case .algebra(let concentrated): engine = concentrated.engine(zeroForOne: zeroForOne)
        }
        let range = tickRange(of: pool)
        return try engine.quote(
            exactIn: amountIn, zeroForOne: zeroForOne, ticks: ticks.indices.span.extracting(range),
            nets: ticks.nets.span.extracting(range))
    }

    /// As `quote(_:exactOut:zeroForOne:)`, with `state` in place of the pool's own price and liquidity.
    public borrowing func quote(
        _ pool: PoolIndex, as state: Pool, exactOut amountOut: UInt128, zeroForOne: Bool
    ) throws(QuoteError) -> UInt128 {
        let engine: UniswapV3Pool
        switch state {
        case .uniswapV2(let pair): return try pair.quote(exactOut: amountOut, zeroForOne: zeroForOne)
        case .solidly(let pair): return try pair.quote(exactOut: amountOut, zeroForOne: zeroForOne)
        case .coins(let slot):
            let (state, i, j) = try coinTrade(pool, slot, zeroForOne: zeroForOne)
            return try state.quote(exactOut: amountOut, from: i, to: j)
        case .uniswapV3(let concentrated): engine = concentrated
        case .uniswapV4(let concentrated): engine = concentrated.engine(zeroForOne: zeroForOne)
        case .algebra(let concentrated): engine = concentrated.engine(zeroForOne: zeroForOne)
        }
        let range = tickRange(of: pool)
        return try engine.quote(
            exactOut: amountOut, zeroForOne: zeroForOne, ticks: ticks.indices.span.extracting(range),
            nets: ticks.nets.span.extracting(range))
    }

    /// The V3 contract's `swap` on `state` (`Pool.engine`) over a pool's ticks; partial fills are told by `isFilled`.
    public borrowing func concentratedSwap(
        _ pool: PoolIndex, as state: UniswapV3Pool, exactIn: Bool, amount: U256, zeroForOne: Bool,
        sqrtPriceLimitX96: U256? = nil
    ) throws(QuoteError) -> UniswapV3Swap {
        let range = tickRange(of: pool)
        return try state.swap(
            exactIn: exactIn, amount: amount, zeroForOne: zeroForOne, sqrtPriceLimitX96: sqrtPriceLimitX96,
            ticks: ticks.indices.span.extracting(range), nets: ticks.nets.span.extracting(range))
    }
}
