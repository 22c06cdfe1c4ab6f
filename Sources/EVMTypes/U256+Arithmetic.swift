// Addition, subtraction, multiplication and the operators built on them.

extension U256 {
    /// The sum modulo 2^256, and whether the true sum is larger than 2^256 - 1.
    @inlinable
    public func addingReportingOverflow(_ b: U256) -> (partialValue: U256, overflow: Bool) {
        let (low, carry) = lo.addingReportingOverflow(b.lo)
        let (sum, over) = hi.addingReportingOverflow(b.hi)
        let (high, over2) = sum.addingReportingOverflow(carry ? 1 : 0)
        return (U256(lo: low, hi: high), over || over2)
    }

    /// The difference modulo 2^256, and whether the true difference is below zero.
    @inlinable
    public func subtractingReportingOverflow(_ b: U256) -> (partialValue: U256, overflow: Bool) {
        let (low, borrow) = lo.subtractingReportingOverflow(b.lo)
        let (difference, under) = hi.subtractingReportingOverflow(b.hi)
        let (high, under2) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
        return (U256(lo: low, hi: high), under || under2)
    }

    /// The product's low 256 bits, and whether the whole product is larger.
    @inlinable
    public func multipliedReportingOverflow(by b: U256) -> (partialValue: U256, overflow: Bool) {
        let (high, low) = multipliedFullWidth(by: b)
        return (low, !high.isZero)
    }

    /// The whole 512-bit product.
    @inlinable
    public func multipliedFullWidth(by b: U256) -> (high: U256, low: U256) {
        let ll = lo.multipliedFullWidth(by: b.lo)
        let lh = lo.multipliedFullWidth(by: b.hi)
        let hl = hi.multipliedFullWidth(by: b.lo)
        let hh = hi.multipliedFullWidth(by: b.hi)
        let (m1, c1) = lh.low.addingReportingOverflow(hl.low)
        let (mid, c2) = m1.addingReportingOverflow(ll.high)
        // The carries are at most 2 in all, and the top half of a 512-bit product cannot overflow.
        let carry = (c1 ? 1 : 0 as UInt128) &+ (c2 ? 1 : 0)
        let (t1, c3) = lh.high.addingReportingOverflow(hl.high)
        let (t2, c4) = t1.addingReportingOverflow(hh.low)
        let (t3, c5) = t2.addingReportingOverflow(carry)
        let top = hh.high &+ (c3 ? 1 : 0) &+ (c4 ? 1 : 0) &+ (c5 ? 1 : 0)
        return (U256(lo: t3, hi: top), U256(lo: ll.low, hi: mid))
    }

    /// Wrapping sum modulo 2^256.
    @inlinable @inline(__always)
    public static func &+ (a: U256, b: U256) -> U256 {
        let (low, carry) = a.lo.addingReportingOverflow(b.lo)
        return U256(lo: low, hi: a.hi &+ b.hi &+ (carry ? 1 : 0))
    }

    /// Wrapping difference modulo 2^256.
    @inlinable @inline(__always)
    public static func &- (a: U256, b: U256) -> U256 {
        let (low, borrow) = a.lo.subtractingReportingOverflow(b.lo)
        return U256(lo: low, hi: a.hi &- b.hi &- (borrow ? 1 : 0))
    }

    /// Wrapping product modulo 2^256. Six full and four half multiplications of limbs, row by row.
    @inlinable @inline(__always)
    public static func &* (a: U256, b: U256) -> U256 {
        let (a0, a1, a2) = (a.limb0, a.limb1, a.limb2)
        let (b0, b1, b2) = (b.limb0, b.limb1, b.limb2)
        let p00 = a0.timesPlus(b0, 0, 0)
        let p01 = a0.timesPlus(b1, p00.high, 0)
        let p02 = a0.timesPlus(b2, p01.high, 0)
        let p10 = a1.timesPlus(b0, p01.low, 0)
        let p11 = a1.timesPlus(b1, p02.low, p10.high)
        let p20 = a2.timesPlus(b0, p11.low, 0)
        let top = a0 &* b.limb3 &+ a1 &* b2 &+ a2 &* b1 &+ a.limb3 &* b0
        return U256(
            limbs: p00.low, p10.low, p20.low, top &+ p02.high &+ p11.high &+ p20.high)
    }

    /// The sum, or nil when it passes 2^256 - 1.
    @inlinable
    public func adding(_ b: U256) -> U256? {
        let (sum, overflow) = addingReportingOverflow(b)
        return overflow ? nil : sum
    }

    /// The difference, or nil when `b` is larger.
    @inlinable
    public func subtracting(_ b: U256) -> U256? {
        let (difference, overflow) = subtractingReportingOverflow(b)
        return overflow ? nil : difference
    }

    /// The product, or nil when it passes 2^256 - 1.
    @inlinable
    public func multiplied(by b: U256) -> U256? {
        let (product, overflow) = multipliedReportingOverflow(by: b)
        return overflow ? nil : product
    }

    /// The sum. Traps when it passes 2^256 - 1.
    @inlinable
    public static func + (a: U256, b: U256) -> U256 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        precondition(!overflow, "U256 addition overflows")
        return sum
    }

    /// The difference. Traps when it is below zero.
    @inlinable
    public static func - (a: U256, b: U256) -> U256 {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        precondition(!overflow, "U256 subtraction underflows")
        return difference
    }

    /// The product. Traps when it passes 2^256 - 1.
    @inlinable
    public static func * (a: U256, b: U256) -> U256 {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        precondition(!overflow, "U256 multiplication overflows")
        return product
    }

    /// Adds in place; traps as `+` does.
    @inlinable public static func += (a: inout U256, b: U256) { a = a + b }
    /// Subtracts in place; traps as `-` does.
    @inlinable public static func -= (a: inout U256, b: U256) { a = a - b }
    /// Multiplies in place; traps as `*` does.
    @inlinable public static func *= (a: inout U256, b: U256) { a = a * b }

    /// `self` to the power `exponent`, modulo 2^256 (EVM EXP): 0^0 is 1.
    @inlinable
    public func pow(_ exponent: U256) -> U256 {
        var result = U256.one, base = self, rest = exponent
        while !rest.isZero {
            if rest.lo & 1 == 1 { result = result &* base }
            base = base &* base
            rest = rest >> 1
        }
        return result
    }
}

extension UInt64 {
    /// `self * factor + x + y` as two limbs; it always fits.
    @inlinable @inline(__always)
    func timesPlus(_ factor: UInt64, _ x: UInt64, _ y: UInt64) -> (low: UInt64, high: UInt64) {
        let sum =
            UInt128(truncatingIfNeeded: self) &* UInt128(truncatingIfNeeded: factor)
            &+ UInt128(truncatingIfNeeded: x) &+ UInt128(truncatingIfNeeded: y)
        return (UInt64(truncatingIfNeeded: sum), UInt64(truncatingIfNeeded: sum &>> 64))
    }
}
