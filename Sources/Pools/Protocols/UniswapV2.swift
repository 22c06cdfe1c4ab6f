public import EVMTypes

/// Constant-product pair (x * y = k): Uniswap V2 and its forks.
///
/// Source: v2-core `UniswapV2Pair.swap`, v2-periphery `UniswapV2Library`, whitepaper §3.2.1.
/// Rounding: outputs down, inputs up (for the pool). A token that takes a fee on transfer, or changes balances by
/// itself, breaks the model: such tokens must be kept away from it.
@frozen
public struct UniswapV2Pool: Hashable, Sendable {
    /// Reserves in each token's smallest unit; each below 2^112.
    public var reserve0, reserve1: UInt128
    /// Swap fee in pips (1e-6), below 1e6; set by the chain file, never by the pool.
    public var feePips: UInt32

    /// The contract keeps reserves in uint112.
    @inlinable static var reserveLimit: UInt128 { 1 << 112 }

    @inlinable
    public init(reserve0: UInt128, reserve1: UInt128, feePips: UInt32) {
        self.reserve0 = reserve0
        self.reserve1 = reserve1
        self.feePips = feePips
    }

    /// The share of the input that trades, n / d in lowest decimal terms: 3,000 pips are 9,970 / 10,000.
    ///
    /// Floors of the price formula do not depend on a common factor, so this equals 997 / 1000.
    @inlinable
    var feeFraction: (kept: UInt128, whole: UInt128) {
        feePips % 100 == 0
            ? (UInt128((1_000_000 - feePips) / 100), 10_000) : (UInt128(1_000_000 - feePips), 1_000_000)
    }

    /// The output for exactly `amountIn`: in*n*rOut / (rIn*d + in*n), rounded down.
    ///
    /// Throws `.zeroAmount` for nothing in or nothing out, `.noLiquidity` for an empty reserve,
    /// `.insufficientLiquidity` when the reserve would reach 2^112. O(1), no allocation.
    @inlinable
    public func quote(exactIn amountIn: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        let (reserveIn, reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0)
        guard amountIn != 0 else { throw .zeroAmount }
        guard reserveIn != 0, reserveOut != 0, feePips < 1_000_000 else { throw .noLiquidity }
        guard reserveIn < Self.reserveLimit, reserveOut < Self.reserveLimit else { throw .overflow }
        guard amountIn < Self.reserveLimit - reserveIn else { throw .insufficientLiquidity }
        let (kept, whole) = feeFraction
        // amountIn + reserveIn < 2^112 and whole < 2^20: products of the two stay below 2^132, with a reserve below
        // 2^244.
        let effective = U256(amountIn) &* U256(kept)
        let out = (effective &* U256(reserveOut)) / (U256(reserveIn) &* U256(whole) &+ effective)
        guard out.lo != 0 else { throw .zeroAmount }
        return out.lo
    }

    /// The least input that gives `amountOut`: rIn*out*d / ((rOut-out)*n) + 1.
    ///
    /// Throws as the exact-input quote does; `.insufficientLiquidity` also when the reserve does not hold `amountOut`
    /// and one unit more. O(1), no allocation.
    @inlinable
    public func quote(exactOut amountOut: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        let (reserveIn, reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0)
        guard amountOut != 0 else { throw .zeroAmount }
        guard reserveIn != 0, reserveOut != 0, feePips < 1_000_000 else { throw .noLiquidity }
        guard reserveIn < Self.reserveLimit, reserveOut < Self.reserveLimit else { throw .overflow }
        guard amountOut < reserveOut else { throw .insufficientLiquidity }
        let (kept, whole) = feeFraction
        let numerator = U256(reserveIn) &* U256(amountOut) &* U256(whole)
        let amountIn = numerator / (U256(reserveOut - amountOut) &* U256(kept)) &+ .one
        guard amountIn < U256(Self.reserveLimit - reserveIn) else { throw .insufficientLiquidity }
        return amountIn.lo
    }

    /// Books a swap that was quoted before: adds to one reserve and takes from the other.
    ///
    /// Throws where the pair would revert: a reserve past uint112, or an output that is not there. The K rule is not
    /// checked again.
    @inlinable
    public mutating func book(amountIn: UInt128, amountOut: UInt128, zeroForOne: Bool) throws(QuoteError) {
        let (reserveIn, reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0)
        guard reserveIn < Self.reserveLimit, amountIn < Self.reserveLimit - reserveIn, amountOut < reserveOut else {
            throw .insufficientLiquidity
        }
        if zeroForOne {
            (reserve0, reserve1) = (reserve0 + amountIn, reserve1 - amountOut)
        } else {
            (reserve1, reserve0) = (reserve1 + amountIn, reserve0 - amountOut)
        }
    }

    /// Quotes an exact input and books it; the pool is unchanged when it throws.
    @inlinable
    public mutating func swap(exactIn amountIn: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        let amountOut = try quote(exactIn: amountIn, zeroForOne: zeroForOne)
        try book(amountIn: amountIn, amountOut: amountOut, zeroForOne: zeroForOne)
        return amountOut
    }

    /// Quotes an exact output and books it; the pool is unchanged when it throws.
    @inlinable
    public mutating func swap(exactOut amountOut: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        let amountIn = try quote(exactOut: amountOut, zeroForOne: zeroForOne)
        try book(amountIn: amountIn, amountOut: amountOut, zeroForOne: zeroForOne)
        return amountIn
    }
}
