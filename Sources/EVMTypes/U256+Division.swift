// Division, and the 512-bit operations that rest on it.

extension U256 {
    /// Quotient and remainder, both floored. A zero divisor traps.
    @inlinable
    public func quotientAndRemainder(dividingBy d: U256) -> (quotient: U256, remainder: U256) {
        precondition(!d.isZero, "division by zero")
        if self < d { return (.zero, self) }
        if hi == 0 {
            let (q, r) = lo.quotientAndRemainder(dividingBy: d.lo)
            return (U256(q), U256(r))
        }
        if d.hi == 0 {
            // Schoolbook in base 2^128: both steps divide a two-digit number whose high digit is below the divisor.
            let (qHigh, rHigh) = hi.quotientAndRemainder(dividingBy: d.lo)
            let (qLow, r) = d.lo.dividingFullWidth((rHigh, lo))
            return (U256(lo: qLow, hi: qHigh), U256(r))
        }
        return dividedByTwoHalves(d)
    }

    /// Division by a divisor of more than 128 bits: one digit of quotient in base 2^128, estimated and corrected.
    @usableFromInline
    func dividedByTwoHalves(_ d: U256) -> (quotient: U256, remainder: U256) {
        let shift = d.hi.leadingZeroBitCount
        let divisor = d << shift
        let top = shift == 0 ? 0 : hi >> UInt128(128 - shift)
        let rest = self << shift
        // top < divisor.hi, because divisor.hi has its highest bit set and top has fewer than 128 bits.
        let (estimate, _) = divisor.hi.dividingFullWidth((top, rest.hi))
        var quotient = U256(estimate)
        var (productHigh, product) = quotient.multipliedFullWidth(by: d)
        while !productHigh.isZero || product > self {
            quotient = quotient &- .one
            (productHigh, product) = quotient.multipliedFullWidth(by: d)
        }
        return (quotient, self &- product)
    }

    @inlinable public static func / (a: U256, b: U256) -> U256 { a.quotientAndRemainder(dividingBy: b).quotient }
    @inlinable public static func % (a: U256, b: U256) -> U256 { a.quotientAndRemainder(dividingBy: b).remainder }

    /// The quotient rounded up. A zero divisor traps.
    @inlinable
    public func dividedRoundingUp(by d: U256) -> U256 {
        let (q, r) = quotientAndRemainder(dividingBy: d)
        return r.isZero ? q : q &+ .one
    }

    /// Quotient and remainder of `high * 2^256 + low` by `d`. Requires `high < d`, so that the quotient fits.
    @inlinable
    public static func dividingFullWidth(high: U256, low: U256, by d: U256) -> (quotient: U256, remainder: U256) {
        precondition(high < d, "quotient does not fit 256 bits")
        if high.isZero { return low.quotientAndRemainder(dividingBy: d) }
        return longDivision(high: high, low: low, by: d)
    }

    /// Knuth's algorithm D in base 2^128 for a dividend of four digits and a divisor of one or two.
    @usableFromInline
    static func longDivision(high: U256, low: U256, by d: U256) -> (quotient: U256, remainder: U256) {
        if d.hi == 0 {
            // high < d, so its upper half is zero.
            let (q1, r1) = d.lo.dividingFullWidth((high.lo, low.hi))
            let (q0, r0) = d.lo.dividingFullWidth((r1, low.lo))
            return (U256(lo: q0, hi: q1), U256(r0))
        }
        let shift = d.leadingZeroBitCount
        let divisor = d << shift
        let top = shift == 0 ? high : (high << shift) | (low >> (256 - shift))
        let bottom = low << shift
        let (q1, r1) = digit(top, bottom.hi, divisor)
        let (q0, r0) = digit(r1, bottom.lo, divisor)
        return (U256(lo: q0, hi: q1), r0 >> shift)
    }

    /// One quotient digit of `(top, next) / divisor` with a normalised two-digit divisor and `top < divisor`.
    @usableFromInline
    static func digit(_ top: U256, _ next: UInt128, _ divisor: U256) -> (UInt128, U256) {
        var q: UInt128
        var remainderHigh: UInt128
        var overflowed = false
        if top.hi >= divisor.hi {
            q = .max
            let (r, o) = top.lo.addingReportingOverflow(divisor.hi)
            (remainderHigh, overflowed) = (r, o)
        } else {
            (q, remainderHigh) = divisor.hi.dividingFullWidth((top.hi, top.lo))
        }
        while !overflowed {
            let product = q.multipliedFullWidth(by: divisor.lo)
            if product.high < remainderHigh || (product.high == remainderHigh && product.low <= next) { break }
            q &-= 1
            let (r, o) = remainderHigh.addingReportingOverflow(divisor.hi)
            (remainderHigh, overflowed) = (r, o)
        }
        // The true remainder is below the divisor, so it is right modulo 2^256.
        let product = U256(q) &* divisor
        return (q, U256(lo: next, hi: top.lo) &- product)
    }

    /// floor(a * b / d) over the full 512-bit product; nil when `d` is zero or the result passes 2^256 - 1.
    /// Source: Uniswap v3-core `FullMath.mulDiv` (same result, other method).
    @inlinable
    public static func mulDiv(_ a: U256, _ b: U256, _ d: U256) -> U256? {
        let (high, low) = a.multipliedFullWidth(by: b)
        guard high < d else { return nil }
        return dividingFullWidth(high: high, low: low, by: d).quotient
    }

    /// ceil(a * b / d) over the full 512-bit product; nil when `d` is zero or the result passes 2^256 - 1.
    /// Source: Uniswap v3-core `FullMath.mulDivRoundingUp`.
    @inlinable
    public static func mulDivRoundingUp(_ a: U256, _ b: U256, _ d: U256) -> U256? {
        let (high, low) = a.multipliedFullWidth(by: b)
        guard high < d else { return nil }
        let (q, r) = dividingFullWidth(high: high, low: low, by: d)
        return r.isZero ? q : q.adding(.one)
    }

    /// (a + b) mod m without losing the carry; 0 when `m` is zero (EVM ADDMOD).
    @inlinable
    public static func addMod(_ a: U256, _ b: U256, _ m: U256) -> U256 {
        if m.isZero { return .zero }
        let (sum, carry) = (a % m).addingReportingOverflow(b % m)
        return carry || sum >= m ? sum &- m : sum
    }

    /// (a * b) mod m over the full product; 0 when `m` is zero (EVM MULMOD).
    @inlinable
    public static func mulMod(_ a: U256, _ b: U256, _ m: U256) -> U256 {
        if m.isZero { return .zero }
        let (high, low) = a.multipliedFullWidth(by: b)
        return dividingFullWidth(high: high % m, low: low, by: m).remainder
    }

    /// floor of the square root. Newton's method from above, at most eight rounds.
    public func squareRoot() -> U256 {
        if self < 2 { return self }
        var x = U256.one << ((bitWidthUsed + 1) / 2)
        while true {
            // x starts at or above the root and only falls; x + self/x stays below 2^256 for every x >= 2.
            let y = (x &+ self / x) >> 1
            if y >= x { return x }
            x = y
        }
    }
}
