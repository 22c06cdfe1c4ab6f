/// One arbitrage cycle in exact integers: what each pool takes and gives, in the order of execution.
///
/// One of the cycle's own pools lends the money (`Bundles` says which), so capital costs nothing beyond the swap fees
/// that the amounts already hold.
/// Invariants: `legs[i].amountOut == legs[i + 1].amountIn`; the last `amountOut` is `amountIn + profit`; no pool twice.
public struct CyclePlan: Hashable, Sendable {
    /// One swap of the cycle. Amounts are in the smallest unit of the token that goes in or comes out.
    public struct Leg: Hashable, Sendable {
        /// The pool's dense index in its market (`PoolIndex`).
        public var pool: Int32
        /// True when token0 goes in and token1 comes out.
        public var zeroForOne: Bool
        /// What the pool receives, fee included.
        public var amountIn: UInt128
        /// What the pool pays out, as quoted exactly by the market that made the plan.
        public var amountOut: UInt128

        public init(pool: Int32, zeroForOne: Bool, amountIn: UInt128, amountOut: UInt128) {
            self.pool = pool
            self.zeroForOne = zeroForOne
            self.amountIn = amountIn
            self.amountOut = amountOut
        }
    }

    /// The swaps, first to last; 2 to 4 of them.
    public var legs: [Leg]
    /// The token the cycle starts and ends in (`TokenIndex` of the market).
    public var settlement: Int32
    /// Gross gain in the settlement token's smallest unit: last output less first input, before gas and tip.
    public var profit: UInt128

    public init(legs: [Leg], settlement: Int32, profit: UInt128) {
        self.legs = legs
        self.settlement = settlement
        self.profit = profit
    }

    /// What the first pool is owed, in the settlement token's smallest unit; 0 when the plan has no legs.
    public var amountIn: UInt128 { legs.first?.amountIn ?? 0 }
}
