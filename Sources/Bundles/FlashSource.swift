public import EVMTypes
public import Pools

/// Where a cycle's money comes from: the pool of the cycle that pays the settlement token out is called first and
/// lends it.
///
/// Both kinds lend for nothing beyond their swap fee: a V2 pair pays before its `K` check, a V3 pool before its
/// balance check. That pool's own input arrives from the leg before it, pool to pool, so the executor handles one
/// token only and pays once (`amountIn`, to the cycle's first leg). So the choice of the flash source is the choice
/// of where the cycle starts, and it must be made before amounts are refined: integer amounts of one rotation are not
/// those of another.
public enum FlashSource {
    /// The leg at which a cycle should start: the first one that takes the most preferred settlement token.
    ///
    /// `tokensIn[i]` is the token leg i takes; `preference` lists settlement tokens, best first. Put the wrapped native
    /// token first: it alone can pay the builder's tip. Nil when the cycle passes none of them.
    public static func start(tokensIn: [Address], preference: [Address]) -> Int? {
        for token in preference {
            if let at = tokensIn.firstIndex(of: token) { return at }
        }
        return nil
    }

    /// The cycle's legs from leg `start` on, round to the leg before it.
    public static func rotated<Leg>(_ legs: [Leg], start: Int) -> [Leg] {
        precondition(legs.indices.contains(start), "the start is a leg of the cycle")
        return Array(legs[start...] + legs[..<start])
    }

    /// The callbacks the executor answers. A dex whose pools call another name can only be used where no callback
    /// comes.
    ///
    /// Source: contracts/src/Executor.vy, the external functions.
    public static let callbacks = ["uniswapV2Call", "pancakeCall", "uniswapV3SwapCallback", "pancakeV3SwapCallback"]

    /// Whether the pool of leg `leg` calls the executor back: every V3-shaped pool does, a V2-shaped one only as the
    /// lender.
    public static func callsBack(_ leg: Int, of pools: [PoolIdentity]) -> Bool {
        pools[leg].kind.isV3Shaped || leg == pools.count - 1
    }

    /// The pool that lends: the last in trade order, the first that is called. Nil for no pools.
    public static func lender(of pools: [PoolIdentity]) -> PoolIdentity? { pools.last }
}
