public import EVMTypes

/// Amounts between two square-root prices, and the price an amount moves to.
///
/// Amounts a pool receives round up and amounts it pays round down: always for the pool. Functions answer nil where the
/// contract reverts. Source: Uniswap v3 whitepaper §6.2, v3-core `SqrtPriceMath`. No allocation.
public enum SqrtPriceMath {
    @inlinable static var q96: U256 { U256(lo: 1 << 96, hi: 0) }

    /// True when a value fits the contract's uint160.
    @inlinable static func fits160(_ value: U256) -> Bool { value.hi >> 32 == 0 }

    /// The token0 between two prices: liquidity * 2^96 * (upper - lower) / upper / lower; nil if the lower is zero.
    @inlinable
    public static func amount0(_ a: U256, _ b: U256, liquidity: UInt128, roundingUp: Bool) -> U256? {
        let (lower, upper) = a <= b ? (a, b) : (b, a)
        guard !lower.isZero else { return nil }
        let scaled = U256(liquidity) << 96
        if roundingUp {
            return U256.mulDivRoundingUp(scaled, upper &- lower, upper)?.dividedRoundingUp(by: lower)
        }
        guard let product = U256.mulDiv(scaled, upper &- lower, upper) else { return nil }
        return product / lower
    }

    /// The token1 between two prices: liquidity * (upper - lower) / 2^96.
    @inlinable
    public static func amount1(_ a: U256, _ b: U256, liquidity: UInt128, roundingUp: Bool) -> U256? {
        let difference = a <= b ? b &- a : a &- b
        // Below 2^288: divided by 2^96 with shifts instead of a long division.
        let (high, low) = U256(liquidity).multipliedFullWidth(by: difference)
        let floored = high << 160 | low >> 96
        guard high >> 96 == .zero else { return nil }
        let hasRest = low.lo & ((1 << 96) - 1) != 0
        return roundingUp && hasRest ? floored.adding(.one) : floored
    }

    /// The price after `amount` of the input token came in, never past what it pays for; nil where the contract
    /// reverts.
    @inlinable
    public static func priceAfterInput(
        _ sqrtPrice: U256, liquidity: UInt128, amount: U256, zeroForOne: Bool
    ) -> U256? {
        guard !sqrtPrice.isZero, liquidity != 0 else { return nil }
        return zeroForOne
            ? priceAfterAmount0(sqrtPrice, liquidity, amount, adding: true)
            : priceAfterAmount1(sqrtPrice, liquidity, amount, adding: true)
    }

    /// The price after `amount` of the output token went out; nil where the contract reverts.
    @inlinable
    public static func priceAfterOutput(
        _ sqrtPrice: U256, liquidity: UInt128, amount: U256, zeroForOne: Bool
    ) -> U256? {
        guard !sqrtPrice.isZero, liquidity != 0 else { return nil }
        return zeroForOne
            ? priceAfterAmount1(sqrtPrice, liquidity, amount, adding: false)
            : priceAfterAmount0(sqrtPrice, liquidity, amount, adding: false)
    }

    /// liquidity * sqrtPrice / (liquidity ± amount * sqrtPrice), rounded up; by the contract's own fallback where the
    /// product passes 256 bits. Source: `getNextSqrtPriceFromAmount0RoundingUp`.
    @usableFromInline
    static func priceAfterAmount0(_ price: U256, _ liquidity: UInt128, _ amount: U256, adding: Bool) -> U256? {
        if amount.isZero { return price }
        let scaled = U256(liquidity) << 96
        let (product, overflow) = amount.multipliedReportingOverflow(by: price)
        if adding {
            if !overflow, let denominator = scaled.adding(product) {
                return U256.mulDivRoundingUp(scaled, price, denominator)
            }
            return (scaled / price).adding(amount).map { scaled.dividedRoundingUp(by: $0) }
        }
        guard !overflow, scaled > product else { return nil }
        guard let next = U256.mulDivRoundingUp(scaled, price, scaled &- product), fits160(next) else { return nil }
        return next
    }

    /// sqrtPrice ± amount * 2^96 / liquidity, rounded down. Source: `getNextSqrtPriceFromAmount1RoundingDown`.
    @usableFromInline
    static func priceAfterAmount1(_ price: U256, _ liquidity: UInt128, _ amount: U256, adding: Bool) -> U256? {
        if adding {
            guard let quotient = U256.mulDiv(amount, q96, U256(liquidity)), let next = price.adding(quotient),
                fits160(next)
            else { return nil }
            return next
        }
        guard let quotient = U256.mulDivRoundingUp(amount, q96, U256(liquidity)) else { return nil }
        return price > quotient ? price &- quotient : nil
    }
}
