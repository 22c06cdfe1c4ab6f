/// What the search asks of a market: exact quotes for integers, curves in Double for proposals.
///
/// Conformed to by the snapshot, the live market and the overlay of pending swaps; never used as an existential.
protocol MarketView {
    /// What `amountIn` buys, exactly; nil when the pool cannot fill it or is not usable.
    func output(_ pool: Int32, zeroForOne: Bool, amountIn: UInt128) -> UInt128?
    /// What `amountOut` costs, rounded as the pool's own contract does; nil when it cannot be filled.
    func input(_ pool: Int32, zeroForOne: Bool, amountOut: UInt128) -> UInt128?
    /// The price curve at the current state in one direction; nil when the pool is unusable or empty.
    func curve(_ pool: Int32, zeroForOne: Bool) -> LegCurve?
    /// Moves a leg whose piece is used up on to its next piece; false when the pool has no more liquidity that way.
    func nextPiece(_ leg: inout LegCurve) -> Bool
    /// The tokens of a pool.
    func tokens(of pool: Int32) -> (token0: Int32, token1: Int32)
    /// False when the cycle's marginal product is known not to exceed 1; the Double prefilter leaves a little slack.
    func isAboveOne(_ edges: InlineArray<4, Int32>, hops: Int) -> Bool
}

extension MarketView {
    func isAboveOne(_ edges: InlineArray<4, Int32>, hops: Int) -> Bool { true }
}
