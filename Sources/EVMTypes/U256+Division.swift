// Division, and the 512-bit operations that rest on it.

extension U256 {
    /// Quotient and remainder, both floored: 13 to 25 ns. A zero divisor traps.
    @inlinable
    public func quotientAndRemainder(dividingBy d: U256) -> (quotient: U256, remainder: U256) {
        precondition(!d.isZero, "division by zero")
        if self < d { return (.zero, self) }
        if hi == 0 {
            // The divisor is not larger: it fits a limb too.
            if w1 == 0 {
                let (q, r) = w0.quotientAndRemainder(dividingBy: d.w0)
                return (U256(q), U256(r))
            }
            let (q, r) = lo.quotientAndRemainder(dividingBy: d.lo)
            return (U256(q), U256(r))
        }
        // As many bits as the divisor and not below it: the quotient is 1.
        if leadingZeroBitCount == d.leadingZeroBitCount { return (.one, self &- d) }
        return longDivision(by: d)
    }

    /// Division of a word of more than 128 bits by a divisor that is not larger.
    @inlinable
    func longDivision(by d: U256) -> (quotient: U256, remainder: U256) {
        // The divisor's top limb is shifted until its highest bit is set; the dividend grows by a limb `over`, which is
        // below that.
        let shift = UInt64(truncatingIfNeeded: d.leadingZeroBitCount & 63)
        let over = (w3 &>> 1) &>> (63 &- shift)
        let n = shiftedWithinLimb(shift)
        let divisor = d.shiftedWithinLimb(shift)
        if d.hi.upper != 0 {
            let kernel = FourLimbDivisor(normalised: divisor)
            var rest = U256(limbs: n.w1, n.w2, n.w3, over)
            let q0 = kernel.step(&rest, n.w0)
            return (U256(q0), rest.shiftedBackWithinLimb(shift))
        }
        if d.hi != 0 {
            let kernel = ThreeLimbDivisor(normalised: pair(divisor.w2, divisor.w1), divisor.w0)
            var rest = ThreeLimbDivisor.Remainder(top: pair(over, n.w3), low: n.w2)
            let q1 = kernel.step(&rest, n.w1)
            let q0 = kernel.step(&rest, n.w0)
            return (U256(pair(q1, q0)), U256(rest).shiftedBackWithinLimb(shift))
        }
        if d.lo.upper != 0 {
            let kernel = TwoLimbDivisor(normalised: divisor.lo)
            var rest = pair(over, n.w3)
            let q2 = kernel.step(&rest, n.w2)
            let q1 = kernel.step(&rest, n.w1)
            let q0 = kernel.step(&rest, n.w0)
            return (U256(limbs: q0, q1, q2, 0), U256(rest).shiftedBackWithinLimb(shift))
        }
        let kernel = OneLimbDivisor(normalised: divisor.w0)
        var rest = over
        let q3 = kernel.step(&rest, n.w3)
        let q2 = kernel.step(&rest, n.w2)
        let q1 = kernel.step(&rest, n.w1)
        let q0 = kernel.step(&rest, n.w0)
        return (U256(limbs: q0, q1, q2, q3), U256(rest &>> shift))
    }

    /// `self << shift` for a shift below 64.
    @inlinable @inline(__always)
    func shiftedWithinLimb(_ shift: UInt64) -> U256 {
        // Shifting right by 64 - shift in two parts is right for a shift of 0 too, without a branch.
        let back = 63 &- shift
        return U256(
            limbs: w0 &<< shift, w1 &<< shift | (w0 &>> 1) &>> back, w2 &<< shift | (w1 &>> 1) &>> back,
            w3 &<< shift | (w2 &>> 1) &>> back)
    }

    /// `self >> shift` for a shift below 64.
    @inlinable @inline(__always)
    func shiftedBackWithinLimb(_ shift: UInt64) -> U256 {
        let up = 63 &- shift
        return U256(
            limbs: w0 &>> shift | (w1 &<< 1) &<< up, w1 &>> shift | (w2 &<< 1) &<< up, w2 &>> shift | (w3 &<< 1) &<< up,
            w3 &>> shift)
    }

    @inlinable @inline(__always)
    init(_ remainder: ThreeLimbDivisor.Remainder) {
        self.init(limbs: remainder.low, remainder.top.lower, remainder.top.upper, 0)
    }

    /// The quotient rounded down. A zero divisor traps.
    @inlinable public static func / (a: U256, b: U256) -> U256 { a.quotientAndRemainder(dividingBy: b).quotient }
    /// The remainder. A zero divisor traps.
    @inlinable public static func % (a: U256, b: U256) -> U256 { a.quotientAndRemainder(dividingBy: b).remainder }

    /// The quotient rounded up. A zero divisor traps.
    @inlinable
    public func dividedRoundingUp(by d: U256) -> U256 {
        let (q, r) = quotientAndRemainder(dividingBy: d)
        return r.isZero ? q : q &+ .one
    }

    /// Quotient and remainder of `high * 2^256 + low` by `d`. Requires `high < d`, so that the quotient fits; else
    /// traps.
    @inlinable
    public static func dividingFullWidth(high: U256, low: U256, by d: U256) -> (quotient: U256, remainder: U256) {
        precondition(high < d, "quotient does not fit 256 bits")
        if high.isZero { return low.quotientAndRemainder(dividingBy: d) }
        return longDivision(high: high, low: low, by: d)
    }

    /// Division of a 512-bit number whose upper half is below the divisor: four steps, whatever the divisor's size.
    @inlinable
    static func longDivision(high: U256, low: U256, by d: U256) -> (quotient: U256, remainder: U256) {
        let shift = UInt64(truncatingIfNeeded: d.leadingZeroBitCount & 63)
        let divisor = d.shiftedWithinLimb(shift)
        let n = low.shiftedWithinLimb(shift)
        // high < d, so shifting it loses no bit that the divisor's shift does not lose.
        var top = high.shiftedWithinLimb(shift)
        top.lo |= UInt128(truncatingIfNeeded: (low.w3 &>> 1) &>> (63 &- shift))
        if d.hi.upper != 0 {
            let kernel = FourLimbDivisor(normalised: divisor)
            let q3 = kernel.step(&top, n.w3)
            let q2 = kernel.step(&top, n.w2)
            let q1 = kernel.step(&top, n.w1)
            let q0 = kernel.step(&top, n.w0)
            return (U256(limbs: q0, q1, q2, q3), top.shiftedBackWithinLimb(shift))
        }
        if d.hi != 0 {
            let kernel = ThreeLimbDivisor(normalised: pair(divisor.w2, divisor.w1), divisor.w0)
            var rest = ThreeLimbDivisor.Remainder(top: pair(top.w2, top.w1), low: top.w0)
            let q3 = kernel.step(&rest, n.w3)
            let q2 = kernel.step(&rest, n.w2)
            let q1 = kernel.step(&rest, n.w1)
            let q0 = kernel.step(&rest, n.w0)
            return (U256(limbs: q0, q1, q2, q3), U256(rest).shiftedBackWithinLimb(shift))
        }
        if d.lo.upper != 0 {
            let kernel = TwoLimbDivisor(normalised: divisor.lo)
            var rest = top.lo
            let q3 = kernel.step(&rest, n.w3)
            let q2 = kernel.step(&rest, n.w2)
            let q1 = kernel.step(&rest, n.w1)
            let q0 = kernel.step(&rest, n.w0)
            return (U256(limbs: q0, q1, q2, q3), U256(rest).shiftedBackWithinLimb(shift))
        }
        let kernel = OneLimbDivisor(normalised: divisor.w0)
        var rest = top.w0
        let q3 = kernel.step(&rest, n.w3)
        let q2 = kernel.step(&rest, n.w2)
        let q1 = kernel.step(&rest, n.w1)
        let q0 = kernel.step(&rest, n.w0)
        return (U256(limbs: q0, q1, q2, q3), U256(rest &>> shift))
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

    /// floor of the square root: Newton's method from above, two or three divisions.
    public func squareRoot() -> U256 {
        if self < 2 { return self }
        // The double's root is off by less than 2^-52 of itself, so this starts at or above the root and below 2^129.
        let above = double.squareRoot() * (1 + 0x1p-50)
        var x = (U256(above) ?? .max) &+ .one
        while true {
            // x starts at or above the root and only falls; the sum stays far below 2^256.
            let y = (x &+ self / x) >> 1
            if y >= x { return x }
            x = y
        }
    }
}
