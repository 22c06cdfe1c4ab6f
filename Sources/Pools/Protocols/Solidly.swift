public import EVMTypes

/// Two-token pool of the Solidly family: x*y = k when volatile, x^3*y + y^3*x = k when stable.
///
/// Velodrome V1 and V2, Aerodrome, Thena, Ramses, Camelot V2. The forks differ by a unit, so each difference is a field
/// of the pool. Fees leave the pool, reserves exclude them. There is no exact-output function in the contracts.
/// Source: velodrome-finance/contracts `Pool.sol` (`_getAmountOut`, `_f`, `_d`, `_get_y`, `_k`); Solidly V1
/// `BaseV1-core.sol`; Camelot `CamelotPair.sol`. Rounding: outputs down.
@frozen
public struct SolidlyPool: Hashable, Sendable {
    /// How x^3*y + y^3*x is floored on the way while y is searched for.
    @frozen
    public enum Curve: UInt8, Hashable, Sendable, CaseIterable {
        /// x*y = k.
        case volatile = 0
        /// Search with (x*y)*(x*x + y*y): Velodrome V2, Aerodrome.
        case stableByProduct = 1
        /// Search with x*((y*y)*y) + ((x*x)*x)*y: Solidly V1, Velodrome V1, Thena, Camelot V2.
        case stableByCubes = 2
    }
    /// When the search for y ends.
    @frozen
    public enum Newton: UInt8, Hashable, Sendable, CaseIterable {
        /// At a step of at most one unit; the last y after 255 rounds: Solidly V1, Velodrome V1, Thena, Camelot V2.
        case smallStep = 0
        /// At the least y that reaches k; reverts after 255 rounds: Velodrome V2 sources of 2023-05 and later.
        case leastSufficient = 1
        /// As `leastSufficient`, but the neighbour test calls `_k`, which scales by the decimals a second time.
        case leastSufficientRescaled = 2
    }
    /// How the fee is taken.
    @frozen
    public enum FeeRule: UInt8, Hashable, Sendable, CaseIterable {
        /// in -= in * fee / denominator, before the curve.
        case deducted = 0
        /// in * (denominator - fee) inside the fraction, as Uniswap V2; Camelot's volatile pools.
        case inFraction = 1
    }

    /// Reserves in each token's smallest unit.
    public var reserve0, reserve1: UInt128
    /// Fee on input of token0 and of token1, in units of 1 / `feeDenominator`.
    public var fee0, fee1: UInt32
    /// 10,000 mostly, 100,000 for Camelot, 1,000,000 for Solidly V2.
    public var feeDenominator: UInt32
    /// Each token's decimals, at most 36.
    public var decimals0, decimals1: UInt8
    public var curve: Curve
    public var newton: Newton
    public var feeRule: FeeRule

    @inlinable
    public init(
        reserve0: UInt128, reserve1: UInt128, fee0: UInt32, fee1: UInt32, feeDenominator: UInt32 = 10_000,
        decimals0: UInt8, decimals1: UInt8, curve: Curve, newton: Newton = .leastSufficient,
        feeRule: FeeRule = .deducted
    ) {
        (self.reserve0, self.reserve1) = (reserve0, reserve1)
        (self.fee0, self.fee1, self.feeDenominator) = (fee0, fee1, feeDenominator)
        (self.decimals0, self.decimals1) = (decimals0, decimals1)
        (self.curve, self.newton, self.feeRule) = (curve, newton, feeRule)
    }

    /// The output for exactly `amountIn`, as `getAmountOut` gives it.
    ///
    /// Throws `.zeroAmount` for nothing in or out, `.noLiquidity` for an empty reserve, `.insufficientLiquidity` when
    /// the reserve would be emptied, `.overflow` where the contract reverts. No allocation; stable pools take some
    /// rounds.
    public func quote(exactIn amountIn: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        guard reserve0 != 0, reserve1 != 0 else { throw .noLiquidity }
        let fee = zeroForOne ? fee0 : fee1
        guard feeDenominator != 0, fee < feeDenominator, decimals0 <= 36, decimals1 <= 36 else { throw .noLiquidity }
        let whole = U256(UInt64(feeDenominator))
        let out: U256
        if curve == .volatile, feeRule == .inFraction {
            let (from, to) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0)
            let kept = try U256(amountIn).times(U256(UInt64(feeDenominator - fee)))
            out = try kept.times(U256(to)).over(U256(from).times(whole).plus(kept))
        } else {
            let input = U256(amountIn)
            out = try amountOut(input &- input.times(U256(UInt64(fee))).over(whole), zeroForOne: zeroForOne)
        }
        guard !out.isZero else { throw .zeroAmount }
        guard out < U256(zeroForOne ? reserve1 : reserve0) else { throw .insufficientLiquidity }
        return out.lo
    }

    /// The least input that gives at least `amountOut`; found by search, some tens of quotes.
    public func quote(exactOut amountOut: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        let (from, to) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0)
        guard amountOut != 0 else { throw .zeroAmount }
        guard from != 0, to != 0 else { throw .noLiquidity }
        guard amountOut < to else { throw .insufficientLiquidity }
        let guess = U256.mulDiv(U256(from), U256(amountOut), U256(to - amountOut))?.asUInt128 ?? from
        return try ExactOutput.leastInput(for: amountOut, guess: guess, limit: .max >> 16) {
            (amountIn) throws(QuoteError) in try quote(exactIn: amountIn, zeroForOne: zeroForOne)
        }
    }

    /// Quotes an exact input and books it; the fee leaves the pool. Unchanged when it throws.
    public mutating func swap(exactIn amountIn: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        let out = try quote(exactIn: amountIn, zeroForOne: zeroForOne)
        let fee = try U256(amountIn).times(U256(UInt64(zeroForOne ? fee0 : fee1))).over(U256(UInt64(feeDenominator)))
        // Camelot keeps the fee in the pool until the owner takes a share.
        let kept = feeDenominator == 100_000 ? amountIn : amountIn - fee.lo
        let (sum, overflow) = (zeroForOne ? reserve0 : reserve1).addingReportingOverflow(kept)
        guard !overflow else { throw .overflow }
        if zeroForOne {
            (reserve0, reserve1) = (sum, reserve1 - out)
        } else {
            (reserve1, reserve0) = (sum, reserve0 - out)
        }
        return out
    }

    /// The curve alone: the input is free of fee already.
    private func amountOut(_ amountIn: U256, zeroForOne: Bool) throws(QuoteError) -> U256 {
        let (from, to) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0)
        guard curve != .volatile else {
            return try amountIn.times(U256(to)).over(U256(from).plus(amountIn))
        }
        return try SolidlyMath.stableOut(
            amountIn, from: U256(from), to: U256(to), scaleIn: SolidlyMath.scale(zeroForOne ? decimals0 : decimals1),
            scaleOut: SolidlyMath.scale(zeroForOne ? decimals1 : decimals0), isZeroForOne: zeroForOne, curve: curve,
            newton: newton)
    }
}

/// The arithmetic of stable Solidly pools, on amounts scaled to 18 decimals. Every product of two is floored by 1e18.
public enum SolidlyMath {
    /// 10 to the power of `decimals`, at most 36.
    static func scale(_ decimals: UInt8) -> U256 { U256(10 as UInt64).pow(U256(UInt64(decimals))) }

    /// (x*y)*(x*x + y*y): the invariant, and the search of Velodrome V2.
    public static func byProduct(_ x: U256, _ y: U256) throws(QuoteError) -> U256 {
        let squares = try x.times(x).over(.wad).plus(y.times(y).over(.wad))
        return try x.times(y).over(.wad).times(squares).over(.wad)
    }

    /// x*((y*y)*y) + ((x*x)*x)*y: the search of Solidly V1 and Camelot.
    public static func byCubes(_ x: U256, _ y: U256) throws(QuoteError) -> U256 {
        let cubeY = try y.times(y).over(.wad).times(y).over(.wad)
        let cubeX = try x.times(x).over(.wad).times(x).over(.wad)
        return try x.times(cubeY).over(.wad).plus(cubeX.times(y).over(.wad))
    }

    /// 3*x*(y*y) + (x*x)*x: the slope of the search.
    public static func slope(_ x: U256, _ y: U256) throws(QuoteError) -> U256 {
        let first = try U256(3 as UInt64).times(x).times(y.times(y).over(.wad)).over(.wad)
        return try first.plus(x.times(x).over(.wad).times(x).over(.wad))
    }

    /// What leaves a stable pool for an input free of fee. Source: `_getAmountOut`.
    static func stableOut(
        _ amountIn: U256, from: U256, to: U256, scaleIn: U256, scaleOut: U256, isZeroForOne: Bool,
        curve: SolidlyPool.Curve, newton: SolidlyPool.Newton
    ) throws(QuoteError) -> U256 {
        let x = try from.times(.wad).over(scaleIn), y = try to.times(.wad).over(scaleOut)
        // The invariant is floored the same way in all forks; x and y may be swapped in it.
        let k = try byProduct(x, y)
        let rest = try solve(
            amountIn.times(.wad).over(scaleIn).plus(x), k: k, y: y, curve: curve, newton: newton,
            scaleX: isZeroForOne ? scaleIn : scaleOut, scaleY: isZeroForOne ? scaleOut : scaleIn)
        return try y.minus(rest).times(scaleOut).over(.wad)
    }

    /// The y that keeps k at the new x, searched from the old y. `scaleX` and `scaleY` are 10^decimals of token0 and
    /// token1, which only `.leastSufficientRescaled` needs. Throws where the contract reverts.
    public static func solve(
        _ x: U256, k: U256, y start: U256, curve: SolidlyPool.Curve, newton: SolidlyPool.Newton, scaleX: U256,
        scaleY: U256
    ) throws(QuoteError) -> U256 {
        var y = start
        for _ in 0..<255 {
            let now = curve == .stableByCubes ? try byCubes(x, y) : try byProduct(x, y)
            var step = try now.distance(to: k).times(.wad).over(slope(x, y))
            switch newton {
            case .smallStep:
                y = now < k ? try y.plus(step) : try y.minus(step)
                if step <= .one { return y }
            case .leastSufficient, .leastSufficientRescaled:
                if step.isZero {
                    if now == k { return y }
                    if now < k {
                        let next = try y.plus(.one)
                        if try neighbour(x, next, curve, newton, scaleX, scaleY) > k { return next }
                    } else if try f(x, y.minus(.one), curve) < k {
                        return y
                    }
                    step = .one
                }
                y = now < k ? try y.plus(step) : try y.minus(step)
            }
        }
        guard newton == .smallStep else { throw .insufficientLiquidity }
        return y
    }

    private static func f(_ x: U256, _ y: U256, _ curve: SolidlyPool.Curve) throws(QuoteError) -> U256 {
        curve == .stableByCubes ? try byCubes(x, y) : try byProduct(x, y)
    }

    private static func neighbour(
        _ x: U256, _ y: U256, _ curve: SolidlyPool.Curve, _ newton: SolidlyPool.Newton, _ scaleX: U256, _ scaleY: U256
    ) throws(QuoteError) -> U256 {
        guard newton == .leastSufficientRescaled else { return try f(x, y, curve) }
        return try byProduct(x.times(.wad).over(scaleX), y.times(.wad).over(scaleY))
    }
}
