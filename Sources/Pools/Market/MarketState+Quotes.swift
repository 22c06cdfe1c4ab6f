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
        switch state {
        case .uniswapV2(let pair): return try pair.quote(exactIn: amountIn, zeroForOne: zeroForOne)
        case .uniswapV3(let concentrated):
            let range = tickRange(of: pool)
            return try concentrated.quote(
                exactIn: amountIn, zeroForOne: zeroForOne, ticks: ticks.indices.span.extracting(range),
                nets: ticks.nets.span.extracting(range))
        }
    }

    /// As `quote(_:exactOut:zeroForOne:)`, with `state` in place of the pool's own price and liquidity.
    public borrowing func quote(
        _ pool: PoolIndex, as state: Pool, exactOut amountOut: UInt128, zeroForOne: Bool
    ) throws(QuoteError) -> UInt128 {
        switch state {
        case .uniswapV2(let pair): return try pair.quote(exactOut: amountOut, zeroForOne: zeroForOne)
        case .uniswapV3(let concentrated):
            let range = tickRange(of: pool)
            return try concentrated.quote(
                exactOut: amountOut, zeroForOne: zeroForOne, ticks: ticks.indices.span.extracting(range),
                nets: ticks.nets.span.extracting(range))
        }
    }

    /// The V3 contract's `swap` on `state` over a pool's ticks; partial fills are told by `isFilled`.
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
