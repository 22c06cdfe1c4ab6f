internal import EVMTypes

/// Three-coin cryptoswap pool of Curve: the first generation (Newton) and NG (cubic root).
///
/// A trade moves D and sometimes the price scale in a way that depends on the pool's oracle, so the value is good for
/// one quote: after any trade it must be read again. Source: curvefi/curve-crypto-contract `CurveCryptoSwap.vy`,
/// curvefi/tricrypto-ng `CurveTricryptoOptimized.vy`, `CurveCryptoMathOptimized3.vy`.
@frozen
public struct CurveTricryptoPool: Hashable, Sendable {
    @frozen
    public enum Generation: UInt8, Hashable, Sendable, CaseIterable {
        /// newton_y, A without multiplier.
        case first = 1
        /// get_y by the cubic root, A times 10,000.
        case ng = 2
    }

    /// What the pool holds, three coins.
    public var balances: TokenAmounts
    /// 10^(18 - decimals) of each coin.
    public var precisions: TokenAmounts
    /// Price of coins 1 and 2 in coin 0, units of 1e-18.
    public var priceScale1, priceScale2: UInt128
    /// `A()`: A * 27, times 10,000 for NG; the value at the block's time.
    public var amplification: UInt128
    public var gamma: UInt128
    /// The stored invariant. While A or gamma ramps the contract computes it anew first: such a pool has no quote here.
    public var invariant: UInt128
    /// Fees in units of 1e-10, at balance and far from it.
    public var midFee, outFee: UInt64
    /// How fast the fee goes from one to the other, units of 1e-18.
    public var feeGamma: UInt64
    public var generation: Generation

    @inlinable
    public init(
        balances: TokenAmounts, precisions: TokenAmounts, priceScale1: UInt128, priceScale2: UInt128,
        amplification: UInt128, gamma: UInt128, invariant: UInt128, midFee: UInt64, outFee: UInt64, feeGamma: UInt64,
        generation: Generation
    ) {
        (self.balances, self.precisions) = (balances, precisions)
        (self.priceScale1, self.priceScale2) = (priceScale1, priceScale2)
        (self.amplification, self.gamma, self.invariant) = (amplification, gamma, invariant)
        (self.midFee, self.outFee, self.feeGamma) = (midFee, outFee, feeGamma)
        self.generation = generation
    }

    /// The output of `exchange(i, j, amountIn, 0)`. Throws `.zeroAmount` for nothing in or out, `.noLiquidity` for
    /// equal or unknown coins, `.insufficientLiquidity` and `.overflow` where the contract reverts. No allocation.
    public func quote(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        guard i != j, i >= 0, j >= 0, i < 3, j < 3, balances.count == 3, precisions.count == 3 else {
            throw .noLiquidity
        }
        var moved = balances
        moved[i] = try U256(balances[i]).plus(U256(amountIn)).amount()
        var amounts = try scaled(moved)
        let y = try CurveTricryptoMath(self).balance(of: j, in: amounts)
        guard amounts[j] > y else { throw .zeroAmount }
        var out = amounts[j] &- y &- .one
        amounts[j] = y
        if j > 0 { out = try out.times(.wad).over(U256(j == 1 ? priceScale1 : priceScale2)) }
        out = try out.over(U256(precisions[j]))
        out = try out.minus(fee(amounts).times(out).over(.tenBillion))
        guard !out.isZero else { throw .zeroAmount }
        return try out.amount()
    }

    /// The least input that gives at least `amountOut`; found by search, some tens of quotes.
    public func quote(exactOut amountOut: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        guard i != j, i >= 0, j >= 0, i < 3, j < 3, balances.count == 3 else { throw .noLiquidity }
        guard amountOut < balances[j] else { throw .insufficientLiquidity }
        let guess = U256.mulDiv(U256(balances[i]), U256(amountOut), U256(balances[j] - amountOut))?.asUInt128
        return try ExactOutput.leastInput(for: amountOut, guess: guess ?? balances[i], limit: .max >> 16) {
            (amountIn) throws(QuoteError) in try quote(exactIn: amountIn, from: i, to: j)
        }
    }

    /// The fee of the pool at rest, units of 1e-10: its view `fee()`.
    public func restingFee() throws(QuoteError) -> UInt64 {
        let value = try fee(try scaled(balances))
        return UInt64(truncatingIfNeeded: value.lo)
    }

    private func scaled(_ balances: TokenAmounts) throws(QuoteError) -> ScaledAmounts {
        var amounts = ScaledAmounts(count: 3)
        amounts[0] = try U256(balances[0]).times(U256(precisions[0]))
        for coin in 1..<3 {
            let price = U256(coin == 1 ? priceScale1 : priceScale2)
            amounts[coin] = try U256(balances[coin]).times(price).times(U256(precisions[coin])).over(.wad)
        }
        return amounts
    }

    private func fee(_ amounts: ScaledAmounts) throws(QuoteError) -> U256 {
        let sum = try amounts.sum()
        var balance = U256.wad
        for coin in 0..<3 { balance = try balance.times(U256(3 as UInt64)).times(amounts[coin]).over(sum) }
        var weight = balance
        if feeGamma != 0 {
            let gamma = U256(feeGamma)
            weight = try gamma.times(.wad).over(gamma.plus(.wad).minus(balance))
        }
        return try U256(midFee).times(weight).plus(U256(outFee).times(U256.wad.minus(weight))).over(.wad)
    }
}
