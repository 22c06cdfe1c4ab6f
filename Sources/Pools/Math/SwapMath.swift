public import EVMTypes

/// What one step of a concentrated-liquidity swap does inside a range of constant liquidity.
@frozen
public struct SwapStep: Hashable, Sendable {
    /// The square-root price reached, Q64.96.
    public var sqrtPrice: U256
    /// Input without the fee, rounded up (for the pool).
    public var amountIn: U256
    /// Output, rounded down (for the pool).
    public var amountOut: U256
    /// Fee in the input token, rounded up (for the pool).
    public var fee: U256

    @inlinable
    init(sqrtPrice: U256, amountIn: U256, amountOut: U256, fee: U256) {
        self.sqrtPrice = sqrtPrice
        self.amountIn = amountIn
        self.amountOut = amountOut
        self.fee = fee
    }
}

/// The arithmetic of a single step. Source: v3-core `SwapMath.computeSwapStep`.
public enum SwapMath {
    /// One million: fees are in pips, 1e-6.
    @inlinable static var pips: U256 { U256(1_000_000 as UInt64) }

    /// Moves from `price` towards `target` with `remaining` of the input (`exactIn`) or output still to fill.
    ///
    /// The direction follows from the prices. `feePips` must be below 1e6. When an exact input stops short of the
    /// target, the whole rest is the fee. Answers nil where the contract reverts. No allocation.
    public static func step(
        price: U256, target: U256, liquidity: UInt128, remaining: U256, feePips: UInt32, exactIn: Bool
    ) -> SwapStep? {
        let zeroForOne = price >= target
        let feeLeft = U256(UInt64(1_000_000 - feePips))
        var next = target
        var reached: U256  // input to the target for an exact input, output to it for an exact output
        if exactIn {
            guard let usable = U256.mulDiv(remaining, feeLeft, pips),
                let whole = input(price, target, liquidity, zeroForOne)
            else { return nil }
            reached = whole
            if usable < whole {
                guard
                    let stop = SqrtPriceMath.priceAfterInput(
                        price, liquidity: liquidity, amount: usable, zeroForOne: zeroForOne)
                else { return nil }
                next = stop
            }
        } else {
            guard let whole = output(price, target, liquidity, zeroForOne) else { return nil }
            reached = whole
            if remaining < whole {
                guard
                    let stop = SqrtPriceMath.priceAfterOutput(
                        price, liquidity: liquidity, amount: remaining, zeroForOne: zeroForOne)
                else { return nil }
                next = stop
            }
        }
        let atTarget = next == target
        guard let amountIn = atTarget && exactIn ? reached : input(price, next, liquidity, zeroForOne),
            var amountOut = atTarget && !exactIn ? reached : output(price, next, liquidity, zeroForOne)
        else { return nil }
        if !exactIn, amountOut > remaining { amountOut = remaining }
        if exactIn, !atTarget {
            guard let fee = remaining.subtracting(amountIn) else { return nil }
            return SwapStep(sqrtPrice: next, amountIn: amountIn, amountOut: amountOut, fee: fee)
        }
        guard let fee = U256.mulDivRoundingUp(amountIn, U256(UInt64(feePips)), feeLeft) else { return nil }
        return SwapStep(sqrtPrice: next, amountIn: amountIn, amountOut: amountOut, fee: fee)
    }

    @inline(__always)
    private static func input(_ from: U256, _ to: U256, _ liquidity: UInt128, _ zeroForOne: Bool) -> U256? {
        zeroForOne
            ? SqrtPriceMath.amount0(from, to, liquidity: liquidity, roundingUp: true)
            : SqrtPriceMath.amount1(from, to, liquidity: liquidity, roundingUp: true)
    }

    @inline(__always)
    private static func output(_ from: U256, _ to: U256, _ liquidity: UInt128, _ zeroForOne: Bool) -> U256? {
        zeroForOne
            ? SqrtPriceMath.amount1(from, to, liquidity: liquidity, roundingUp: false)
            : SqrtPriceMath.amount0(from, to, liquidity: liquidity, roundingUp: false)
    }
}
