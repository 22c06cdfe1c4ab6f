public import EVMTypes

/// Balancer's fixed-point arithmetic: unsigned, 18 decimals, the rounding named. Throws `.overflow` where it reverts.
///
/// Source: balancer-v2-monorepo and balancer-v3-monorepo `FixedPoint.sol`.
public enum BalancerFixedPoint {
    /// How a generation of contracts computes powers.
    @frozen
    public enum PowVersion: UInt8, Hashable, Sendable, CaseIterable {
        /// Always through logarithms: the first weighted pools.
        case v1 = 1
        /// Exponents 1, 2 and 4 by multiplication: later weighted pools and Balancer V3.
        case v2 = 2
    }

    public static func mulDown(_ a: U256, _ b: U256) throws(QuoteError) -> U256 { try a.times(b).over(.wad) }

    public static func mulUp(_ a: U256, _ b: U256) throws(QuoteError) -> U256 {
        try a.times(b).overRoundingUp(.wad)
    }

    public static func divDown(_ a: U256, _ b: U256) throws(QuoteError) -> U256 { try a.times(.wad).over(b) }

    public static func divUp(_ a: U256, _ b: U256) throws(QuoteError) -> U256 { try a.times(.wad).overRoundingUp(b) }

    /// 1 - x, or 0 above one.
    public static func complement(_ x: U256) -> U256 { x < .wad ? U256.wad &- x : .zero }

    /// x^y and the logarithms' error of 10^-14 of it on top.
    public static func powUp(_ x: U256, _ y: U256, _ version: PowVersion) throws(QuoteError) -> U256 {
        if version == .v2 {
            if y == .wad { return x }
            if y == U256.wad << 1 { return try mulUp(x, x) }
            if y == U256.wad << 2 {
                let square = try mulUp(x, x)
                return try mulUp(square, square)
            }
        }
        let raw = try LogExpMath.pow(x, y)
        return try raw.plus(error(of: raw))
    }

    /// x^y less the logarithms' error, at least zero.
    public static func powDown(_ x: U256, _ y: U256, _ version: PowVersion) throws(QuoteError) -> U256 {
        if version == .v2 {
            if y == .wad { return x }
            if y == U256.wad << 1 { return try mulDown(x, x) }
            if y == U256.wad << 2 {
                let square = try mulDown(x, x)
                return try mulDown(square, square)
            }
        }
        let raw = try LogExpMath.pow(x, y)
        let error = try error(of: raw)
        return raw < error ? .zero : raw &- error
    }

    private static func error(of raw: U256) throws(QuoteError) -> U256 {
        try mulUp(raw, U256(10_000 as UInt64)).plus(.one)
    }
}

/// The curves of Balancer's weighted and stable pools, on balances scaled to 18 decimals.
public enum BalancerMath {
    /// The output for `amountIn`: bOut * (1 - (bIn / (bIn + in))^(wIn / wOut)), rounded down. At most 30 % of the
    /// balance may come in. Source: `WeightedMath.computeOutGivenExactIn`.
    public static func weightedOut(
        balanceIn: U256, weightIn: U256, balanceOut: U256, weightOut: U256, amountIn: U256,
        pow: BalancerFixedPoint.PowVersion
    ) throws(QuoteError) -> U256 {
        let ratio = U256(300_000_000_000_000_000 as UInt64)
        guard amountIn <= (try BalancerFixedPoint.mulDown(balanceIn, ratio)) else { throw .insufficientLiquidity }
        let base = try BalancerFixedPoint.divUp(balanceIn, balanceIn.plus(amountIn))
        let exponent = try BalancerFixedPoint.divDown(weightIn, weightOut)
        let power = try BalancerFixedPoint.powUp(base, exponent, pow)
        return try BalancerFixedPoint.mulDown(balanceOut, BalancerFixedPoint.complement(power))
    }

    /// The input for `amountOut`: bIn * ((bOut / (bOut - out))^(wOut / wIn) - 1), rounded up. At most 30 % of the
    /// balance may go out. Source: `WeightedMath.computeInGivenExactOut`.
    public static func weightedIn(
        balanceIn: U256, weightIn: U256, balanceOut: U256, weightOut: U256, amountOut: U256,
        pow: BalancerFixedPoint.PowVersion
    ) throws(QuoteError) -> U256 {
        let ratio = U256(300_000_000_000_000_000 as UInt64)
        guard amountOut <= (try BalancerFixedPoint.mulDown(balanceOut, ratio)) else { throw .insufficientLiquidity }
        let base = try BalancerFixedPoint.divUp(balanceOut, balanceOut.minus(amountOut))
        let exponent = try BalancerFixedPoint.divUp(weightOut, weightIn)
        let power = try BalancerFixedPoint.powUp(base, exponent, pow)
        return try BalancerFixedPoint.mulUp(balanceIn, power.minus(.wad))
    }
}
