// Long division in base 2^64 by normalised divisors of one to four limbs: each step takes the next limb of the dividend
// and gives one limb of the quotient, with two or three multiplications by a precomputed reciprocal in place of a
// division.
//
// Source: N. Möller, T. Granlund, "Improved division by invariant integers", IEEE Transactions on Computers 60 (2011),
// algorithms 4 and 6; D. Knuth, The Art of Computer Programming 2, §4.3.1, algorithm D. All `&` operators work modulo
// 2^64 or 2^128 as those sources mean it.

/// The whole product of two limbs.
@inlinable @inline(__always)
func product(_ a: UInt64, _ b: UInt64) -> UInt128 {
    // (2^64 - 1)^2 is below 2^128: it cannot wrap.
    UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b)
}

@inlinable @inline(__always)
func pair(_ high: UInt64, _ low: UInt64) -> UInt128 {
    UInt128(truncatingIfNeeded: high) &<< 64 | UInt128(truncatingIfNeeded: low)
}

extension UInt128 {
    @inlinable var upper: UInt64 { UInt64(truncatingIfNeeded: self &>> 64) }
    @inlinable var lower: UInt64 { UInt64(truncatingIfNeeded: self) }
}

/// Divides by one limb whose highest bit is set. The remainder so far is below the divisor.
@frozen @usableFromInline
struct OneLimbDivisor {
    @usableFromInline let divisor: UInt64
    /// floor((2^128 - 1) / divisor) - 2^64.
    @usableFromInline let reciprocal: UInt64

    @inlinable @inline(__always)
    init(normalised divisor: UInt64) {
        self.divisor = divisor
        reciprocal = divisor.dividingFullWidth((~divisor, .max)).quotient
    }

    /// Algorithm 4: one limb of the quotient of (remainder, next) by the divisor.
    @inlinable @inline(__always)
    func step(_ remainder: inout UInt64, _ next: UInt64) -> UInt64 {
        let estimate = product(reciprocal, remainder) &+ pair(remainder &+ 1, next)
        var quotient = estimate.upper
        var rest = next &- quotient &* divisor
        // Taken half the time: a mask, because a branch would be mispredicted.
        let correction: UInt64 = rest > estimate.lower ? .max : 0
        quotient &+= correction
        rest &+= correction & divisor
        if _slowPath(rest >= divisor) {
            quotient &+= 1
            rest &-= divisor
        }
        remainder = rest
        return quotient
    }
}

/// Divides by two limbs, the highest bit set. The remainder so far is below the divisor.
@frozen @usableFromInline
struct TwoLimbDivisor {
    @usableFromInline let divisor: UInt128
    /// floor((2^192 - 1) / divisor) - 2^64.
    @usableFromInline let reciprocal: UInt64

    /// Algorithm 6: the reciprocal of the upper limb, corrected for the lower one.
    @inlinable @inline(__always)
    init(normalised divisor: UInt128) {
        self.divisor = divisor
        let high = divisor.upper
        let low = divisor.lower
        var v = high.dividingFullWidth((~high, .max)).quotient
        var p = high &* v &+ low
        if p < low {
            v &-= 1
            if p >= high {
                v &-= 1
                p &-= high
            }
            p &-= high
        }
        let t = product(v, low)
        p &+= t.upper
        if p < t.upper {
            v &-= 1
            if pair(p, t.lower) >= divisor { v &-= 1 }
        }
        reciprocal = v
    }

    /// Algorithm 5: one limb of the quotient of (remainder, next) by the divisor.
    @inlinable @inline(__always)
    func step(_ remainder: inout UInt128, _ next: UInt64) -> UInt64 {
        let estimate = product(reciprocal, remainder.upper) &+ remainder
        var quotient = estimate.upper
        let upper = remainder.lower &- quotient &* divisor.upper
        var rest = pair(upper, next) &- product(quotient, divisor.lower) &- divisor
        quotient &+= 1
        // As in the one-limb step: a mask in place of an unpredictable branch.
        let correction: UInt64 = rest.upper >= estimate.lower ? .max : 0
        quotient &+= correction
        rest &+= pair(correction & divisor.upper, correction & divisor.lower)
        if _slowPath(rest >= divisor) {
            quotient &+= 1
            rest &-= divisor
        }
        remainder = rest
        return quotient
    }
}

/// Divides by three limbs, the highest bit set. The remainder so far is below the divisor.
@frozen @usableFromInline
struct ThreeLimbDivisor {
    @usableFromInline let top: TwoLimbDivisor
    @usableFromInline let low: UInt64

    /// The remainder so far: two limbs over one.
    @frozen @usableFromInline
    struct Remainder {
        @usableFromInline var top: UInt128
        @usableFromInline var low: UInt64

        @inlinable @inline(__always)
        init(top: UInt128, low: UInt64) {
            self.top = top
            self.low = low
        }
    }

    @inlinable @inline(__always)
    init(normalised top: UInt128, _ low: UInt64) {
        self.top = TwoLimbDivisor(normalised: top)
        self.low = low
    }

    /// Algorithm D's step with the estimate from the two upper limbs, which is at most one too large.
    @inlinable @inline(__always)
    func step(_ remainder: inout Remainder, _ next: UInt64) -> UInt64 {
        if _slowPath(remainder.top == top.divisor) {
            // The estimate would be 2^64; the digit is 2^64 - 1, and the rest is exact modulo 2^192.
            let sum = UInt128(next) &+ UInt128(low)
            let carried = top.divisor &+ UInt128(remainder.low) &- UInt128(low) &+ UInt128(sum.upper)
            remainder = Remainder(top: carried, low: sum.lower)
            return .max
        }
        var rest = remainder.top
        var quotient = top.step(&rest, remainder.low)
        let subtrahend = product(quotient, low)
        let (newLow, borrow) = next.subtractingReportingOverflow(subtrahend.lower)
        // The upper limb of the product is at most 2^64 - 2, so adding the borrow cannot wrap.
        let (newTop, tooLarge) = rest.subtractingReportingOverflow(
            UInt128(truncatingIfNeeded: subtrahend.upper &+ (borrow ? 1 : 0)))
        remainder = Remainder(top: newTop, low: newLow)
        if tooLarge {
            quotient &-= 1
            let (sum, carry) = newLow.addingReportingOverflow(low)
            remainder = Remainder(top: newTop &+ top.divisor &+ (carry ? 1 : 0), low: sum)
        }
        return quotient
    }
}

/// Divides by four limbs, the highest bit set. The remainder so far, as a word, is below the divisor.
@frozen @usableFromInline
struct FourLimbDivisor {
    @usableFromInline let top: TwoLimbDivisor
    @usableFromInline let low: UInt128

    @inlinable @inline(__always)
    init(normalised divisor: U256) {
        top = TwoLimbDivisor(normalised: divisor.hi)
        low = divisor.lo
    }

    /// As `ThreeLimbDivisor.step`.
    @inlinable @inline(__always)
    func step(_ remainder: inout U256, _ next: UInt64) -> UInt64 {
        let shifted = pair(remainder.lo.lower, next)
        if _slowPath(remainder.hi == top.divisor) {
            let divisor = U256(lo: low, hi: top.divisor)
            let window = U256(lo: shifted, hi: pair(remainder.hi.lower, remainder.lo.upper))
            let divisorShifted = U256(lo: pair(low.lower, 0), hi: pair(top.divisor.lower, low.upper))
            remainder = window &- divisorShifted &+ divisor
            return .max
        }
        var rest = remainder.hi
        var quotient = top.step(&rest, remainder.lo.upper)
        let lowProduct = product(quotient, low.lower)
        // The middle sum is at most (2^64 - 1)^2 + 2^64 - 1 < 2^128.
        let highProduct = product(quotient, low.upper) &+ UInt128(truncatingIfNeeded: lowProduct.upper)
        let (newLow, borrow) = shifted.subtractingReportingOverflow(pair(highProduct.lower, lowProduct.lower))
        let (newHigh, tooLarge) = rest.subtractingReportingOverflow(
            UInt128(truncatingIfNeeded: highProduct.upper) &+ (borrow ? 1 : 0))
        remainder = U256(lo: newLow, hi: newHigh)
        if tooLarge {
            quotient &-= 1
            remainder = remainder &+ U256(lo: low, hi: top.divisor)
        }
        return quotient
    }
}
