public import EVMTypes

/// Concentrated-liquidity pool: Uniswap V3 and its forks with the same engine (Sushi V3, Pancake V3).
///
/// The value holds what a swap changes and the pool's constants; the initialised ticks lie in a flat, sorted table and
/// are passed in as spans. Source: v3-core `UniswapV3Pool`, whitepaper §6. Rounding: outputs down, inputs and fees up.
@frozen
public struct UniswapV3Pool: Hashable, Sendable {
    /// sqrt(token1 / token0) in Q64.96; zero before `Initialize`.
    public var sqrtPriceX96: U256
    /// Liquidity in range at the current price.
    public var liquidity: UInt128
    /// The current tick: the greatest whose price is not above the pool's, or one less when the price lies exactly on a
    /// tick that was crossed downwards.
    public var tick: Int32
    /// Fee in pips (1e-6), below 1e6.
    public var feePips: UInt32
    /// Only multiples of it can be initialised; 1 to 16,383.
    public var tickSpacing: Int32
    /// Whether a step of a swap also ends at the edge of a word of the tick map, as everywhere but in Algebra Integral.
    public var stepsByWord: Bool

    @inlinable
    public init(
        sqrtPriceX96: U256, liquidity: UInt128, tick: Int32, feePips: UInt32, tickSpacing: Int32,
        stepsByWord: Bool = true
    ) {
        self.stepsByWord = stepsByWord
        self.sqrtPriceX96 = sqrtPriceX96
        self.liquidity = liquidity
        self.tick = tick
        self.feePips = feePips
        self.tickSpacing = tickSpacing
    }

    /// The pool after a swap.
    @inlinable
    public func after(_ swap: UniswapV3Swap) -> UniswapV3Pool {
        var pool = self
        pool.sqrtPriceX96 = swap.sqrtPriceAfterX96
        pool.liquidity = swap.liquidityAfter
        pool.tick = swap.tickAfter
        return pool
    }

    /// The output for exactly `amountIn`, as the contract gives it (which may be zero).
    ///
    /// Throws `.insufficientLiquidity` when the pool cannot take all of it before its price limit: a partial fill is no
    /// quote. No allocation; O(log ticks) plus one step per tick crossed or bitmap word passed.
    public func quote(
        exactIn amountIn: UInt128, zeroForOne: Bool, ticks: Span<Int32>, nets: Span<Int128>
    ) throws(QuoteError) -> UInt128 {
        var engine = try UniswapV3Engine(
            pool: self, exactIn: true, amount: U256(amountIn), zeroForOne: zeroForOne, limit: nil)
        try engine.run(ticks: ticks, nets: nets)
        guard engine.remaining.isZero else { throw .insufficientLiquidity }
        guard engine.calculated.hi == 0 else { throw .overflow }
        return engine.calculated.lo
    }

    /// The input, fee included, that gives exactly `amountOut`. Throws and costs as the exact-input quote.
    public func quote(
        exactOut amountOut: UInt128, zeroForOne: Bool, ticks: Span<Int32>, nets: Span<Int128>
    ) throws(QuoteError) -> UInt128 {
        var engine = try UniswapV3Engine(
            pool: self, exactIn: false, amount: U256(amountOut), zeroForOne: zeroForOne, limit: nil)
        try engine.run(ticks: ticks, nets: nets)
        guard engine.remaining.isZero else { throw .insufficientLiquidity }
        guard engine.calculated.hi == 0 else { throw .overflow }
        return engine.calculated.lo
    }

    /// The contract's `swap`: what moves, and the state after it, also when the price limit stops it short.
    ///
    /// - Parameters:
    ///   - amount: exact input or exact output, 1 to 2^255 - 1.
    ///   - sqrtPriceLimitX96: where to stop; nil is the router's default, one unit inside the protocol's range.
    ///   - ticks: initialised ticks, ascending, multiples of `tickSpacing`.
    ///   - nets: liquidityNet of each of them.
    /// Throws where the contract reverts. `isFilled` of the result tells a whole fill from a partial one.
    public func swap(
        exactIn: Bool, amount: U256, zeroForOne: Bool, sqrtPriceLimitX96: U256? = nil, ticks: Span<Int32>,
        nets: Span<Int128>
    ) throws(QuoteError) -> UniswapV3Swap {
        var engine = try UniswapV3Engine(
            pool: self, exactIn: exactIn, amount: amount, zeroForOne: zeroForOne, limit: sqrtPriceLimitX96)
        try engine.run(ticks: ticks, nets: nets)
        return try engine.result()
    }
}

/// What a V3 swap moved, and the pool's state after it.
@frozen
public struct UniswapV3Swap: Hashable, Sendable {
    /// Input the pool took, fee included.
    public var amountIn: U256
    /// Output the pool gave.
    public var amountOut: U256
    /// sqrt price after, Q64.96.
    public var sqrtPriceAfterX96: U256
    public var tickAfter: Int32
    public var liquidityAfter: UInt128
    /// How many initialised ticks were crossed.
    public var ticksCrossed: Int32
    /// Whether the whole amount asked for was filled before the price limit.
    public var isFilled: Bool
}
