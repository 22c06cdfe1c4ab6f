internal import EVMTypes

/// Two-coin cryptoswap pool of Curve, NG (get_y by the cubic root).
///
/// A trade moves D and sometimes the price scale in a way that depends on the pool's oracle, so the value is good for
/// one quote: after any trade it must be read again. Pools with another math contract (the stableswap invariant for
/// currencies) are not these. Source: curvefi/twocrypto-ng `CurveTwocryptoOptimized.vy` (`_exchange`, `_fee`),
/// `CurveCryptoMathOptimized2.vy`. Rounding: one unit less than the curve gives, then floors.
@frozen
public struct CurveTwocryptoPool: Hashable, Sendable {
    /// What the pool holds, two coins.
    public var balances: TokenAmounts
    /// 10^(18 - decimals) of each coin.
    public var precisions: TokenAmounts
    /// Price of coin 1 in coin 0, units of 1e-18.
    public var priceScale: UInt128
    /// `A()`: A * 4 * 10,000; the value at the block's time.
    public var amplification: UInt128
    public var gamma: UInt128
    /// The stored invariant. While A or gamma ramps the contract computes it anew first: such a pool has no quote here.
    public var invariant: UInt128
    /// Fees in units of 1e-10, at balance and far from it.
    public var midFee, outFee: UInt64
    /// How fast the fee goes from one to the other, units of 1e-18.
    public var feeGamma: UInt64

    @inlinable
    public init(
        balances: TokenAmounts, precisions: TokenAmounts, priceScale: UInt128, amplification: UInt128, gamma: UInt128,
        invariant: UInt128, midFee: UInt64, outFee: UInt64, feeGamma: UInt64
    ) {
        (self.balances, self.precisions, self.priceScale) = (balances, precisions, priceScale)
        (self.amplification, self.gamma, self.invariant) = (amplification, gamma, invariant)
        (self.midFee, self.outFee, self.feeGamma) = (midFee, outFee, feeGamma)
    }

    /// The output of `exchange(i, j, amountIn, 0)`. Throws `.zeroAmount` for nothing in or out, `.noLiquidity` for
    /// equal or unknown coins, `.insufficientLiquidity` and `.overflow` where the contract reverts. No allocation.
    public func quote(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        guard i != j, i == 0 || i == 1, j == 0 || j == 1, balances.count == 2, precisions.count == 2 else {
            throw .noLiquidity
        }
        var moved = balances
        moved[i] = try U256(balances[i]).plus(U256(amountIn)).amount()
        var (first, second) = try scaled(moved)
        let math = CurveTwocryptoMath(self)
        let y = try math.balance(opposite: j == 0 ? second : first)
        var out = try (j == 0 ? first : second).minus(y)
        guard !out.isZero else { throw .zeroAmount }
        out = out &- .one
        if j == 0 { first = y } else { second = y }
        if j == 1 { out = try out.times(.wad).over(U256(priceScale)) }
        out = try out.over(U256(precisions[j]))
        out = try out.minus(fee(first, second).times(out).over(.tenBillion))
        guard !out.isZero else { throw .zeroAmount }
        return try out.amount()
    }

    /// The least input that gives at least `amountOut`; found by search, some tens of quotes.
    public func quote(exactOut amountOut: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        guard i != j, i == 0 || i == 1, j == 0 || j == 1, balances.count == 2 else { throw .noLiquidity }
        guard amountOut < balances[j] else { throw .insufficientLiquidity }
        let guess = U256.mulDiv(U256(balances[i]), U256(amountOut), U256(balances[j] - amountOut))?.asUInt128
        return try ExactOutput.leastInput(for: amountOut, guess: guess ?? balances[i], limit: .max >> 16) {
            (amountIn) throws(QuoteError) in try quote(exactIn: amountIn, from: i, to: j)
        }
    }

    private func scaled(_ balances: TokenAmounts) throws(QuoteError) -> (U256, U256) {
        let first = try U256(balances[0]).times(U256(precisions[0]))
        return (first, try U256(balances[1]).times(U256(priceScale)).times(U256(precisions[1])).over(.wad))
    }

    private func fee(_ first: U256, _ second: U256) throws(QuoteError) -> U256 {
        let sum = try first.plus(second)
        let four = U256.wad &* U256(4 as UInt64)
        let balance = try four.times(first).over(sum).times(second).over(sum)
        let gamma = U256(feeGamma)
        let weight = try gamma.times(.wad).over(gamma.plus(.wad).minus(balance))
        return try U256(midFee).times(weight).plus(U256(outFee).times(U256.wad.minus(weight))).over(.wad)
    }
}
