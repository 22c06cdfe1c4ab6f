internal import EVMTypes

/// Weighted or stable pool of Balancer V3, without hooks: the vault's arithmetic around the pool's curve.
///
/// Source: balancer-v3-monorepo `Vault.sol` (`_swap`, `_computeAmountGivenScaled18`), `ScalingHelpers.sol`,
/// `WeightedPool.sol`, `StablePool.sol`. Given in: the fee comes off the scaled input, rounded up. Given out: it is
/// added to the scaled input. Rates round against the trader.
@frozen
public struct BalancerV3Pool: Hashable, Sendable {
    @frozen
    public enum Curve: Hashable, Sendable {
        /// Weights, 18 decimals.
        case weighted(TokenAmounts)
        /// Amplification times 1,000.
        case stable(amplification: UInt64)
    }

    /// Live balances: scaled to 18 decimals, times their rates, after yield fees.
    public var liveBalances: TokenAmounts
    /// 10^(18 - decimals).
    public var scales: TokenAmounts
    /// Rates, 18 decimals.
    public var rates: TokenAmounts
    /// Swap fee, 18 decimals, below one.
    public var fee: UInt64
    /// The vault refuses scaled amounts below it: 1,000,000 on deployed vaults.
    public var minimumTradeAmount: UInt64
    public var curve: Curve

    @inlinable
    public init(
        liveBalances: TokenAmounts, scales: TokenAmounts, rates: TokenAmounts, fee: UInt64,
        minimumTradeAmount: UInt64 = 1_000_000, curve: Curve
    ) {
        (self.liveBalances, self.scales, self.rates) = (liveBalances, scales, rates)
        (self.fee, self.minimumTradeAmount, self.curve) = (fee, minimumTradeAmount, curve)
    }

    /// The output of an exact-in swap through the vault. Throws `.zeroAmount` for nothing in or out and below the
    /// vault's least trade, else as the V2 pools. No allocation.
    public func quote(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        try check(i, j)
        let given = try BalancerFixedPoint.mulDown(U256(amountIn).times(U256(scales[i])), U256(rates[i]))
        let net = try given.minus(BalancerFixedPoint.mulUp(given, U256(fee)))
        try checkSize(net)
        let out: U256
        switch curve {
        case .weighted(let weights):
            out = try BalancerMath.weightedOut(
                balanceIn: U256(liveBalances[i]), weightIn: U256(weights[i]), balanceOut: U256(liveBalances[j]),
                weightOut: U256(weights[j]), amountIn: net, pow: .v2)
        case .stable(let amplification):
            let math = BalancerStableMath(count: liveBalances.count, amplification: amplification, version: .v3)
            let amounts = live()
            out = try math.out(net, from: i, to: j, amounts, invariant: math.invariant(amounts))
        }
        try checkSize(out)
        let factor = try U256(scales[j]).times(roundedUp(rates[j]))
        let amount = try BalancerFixedPoint.divDown(out, factor).amount()
        guard amount != 0 else { throw .zeroAmount }
        return amount
    }

    /// The input of an exact-out swap through the vault, fee included. Throws as the other quote.
    public func quote(exactOut amountOut: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        try check(i, j)
        let given = try BalancerFixedPoint.mulUp(U256(amountOut).times(U256(scales[j])), roundedUp(rates[j]))
        try checkSize(given)
        var needed: U256
        switch curve {
        case .weighted(let weights):
            needed = try BalancerMath.weightedIn(
                balanceIn: U256(liveBalances[i]), weightIn: U256(weights[i]), balanceOut: U256(liveBalances[j]),
                weightOut: U256(weights[j]), amountOut: given, pow: .v2)
        case .stable(let amplification):
            let math = BalancerStableMath(count: liveBalances.count, amplification: amplification, version: .v3)
            let amounts = live()
            needed = try math.input(given, from: i, to: j, amounts, invariant: math.invariant(amounts))
        }
        try checkSize(needed)
        let rate = U256(fee)
        needed = try needed.plus(needed.times(rate).overRoundingUp(BalancerFixedPoint.complement(rate)))
        return try BalancerFixedPoint.divUp(needed, U256(scales[i]).times(U256(rates[i]))).amount()
    }

    private func check(_ i: Int, _ j: Int) throws(QuoteError) {
        let count = liveBalances.count
        guard i != j, i >= 0, j >= 0, i < count, j < count, scales.count == count, rates.count == count,
            fee < 1_000_000_000_000_000_000
        else { throw .noLiquidity }
        for index in 0..<count {
            guard liveBalances[index] != 0, scales[index] != 0, rates[index] != 0 else { throw .noLiquidity }
        }
        if case .weighted(let weights) = curve {
            guard weights.count == count, weights[i] != 0, weights[j] != 0 else { throw .noLiquidity }
        }
    }

    private func checkSize(_ amount: U256) throws(QuoteError) {
        guard amount >= U256(minimumTradeAmount) else { throw .zeroAmount }
    }

    private func live() -> ScaledAmounts {
        var amounts = ScaledAmounts(count: liveBalances.count)
        for index in 0..<liveBalances.count { amounts[index] = U256(liveBalances[index]) }
        return amounts
    }

    /// A rate that is no whole number is taken one unit higher where that favours the vault.
    private func roundedUp(_ rate: UInt128) throws(QuoteError) -> U256 {
        rate % 1_000_000_000_000_000_000 == 0 ? U256(rate) : try U256(rate).plus(.one)
    }
}

/// A wrapped token (ERC-4626) that trades at a rate: the buffers of Balancer V3, and the vaults themselves.
///
/// Exact for vaults that convert by shares and assets with floors. A buffer in the vault answers one or two units less,
/// because it rounds both ways; ask the vault's previews before execution. Source: EIP-4626; balancer-v3-monorepo
/// `VaultExtension.erc4626BufferWrapOrUnwrap`.
@frozen
public struct WrappedTokenRate: Hashable, Sendable {
    /// Assets per share, 18 decimals.
    public var rate: UInt128

    @inlinable
    public init(rate: UInt128) { self.rate = rate }

    /// What exactly `amountIn` gives: shares for assets when wrapping, assets for shares otherwise; rounded down.
    public func quote(exactIn amountIn: UInt128, isWrap: Bool) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        guard rate != 0 else { throw .noLiquidity }
        let out =
            isWrap
            ? try BalancerFixedPoint.divDown(U256(amountIn), U256(rate))
            : try BalancerFixedPoint.mulDown(U256(amountIn), U256(rate))
        guard !out.isZero else { throw .zeroAmount }
        return try out.amount()
    }

    /// What gives exactly `amountOut`; rounded up.
    public func quote(exactOut amountOut: UInt128, isWrap: Bool) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        guard rate != 0 else { throw .noLiquidity }
        return isWrap
            ? try BalancerFixedPoint.mulUp(U256(amountOut), U256(rate)).amount()
            : try BalancerFixedPoint.divUp(U256(amountOut), U256(rate)).amount()
    }
}
