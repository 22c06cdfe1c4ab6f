// Signed arithmetic over the unsigned word.

extension I256 {
    /// Wrapping sum modulo 2^256.
    @inlinable public static func &+ (a: I256, b: I256) -> I256 { I256(bits: a.bits &+ b.bits) }
    /// Wrapping difference modulo 2^256.
    @inlinable public static func &- (a: I256, b: I256) -> I256 { I256(bits: a.bits &- b.bits) }
    /// Wrapping product modulo 2^256.
    @inlinable public static func &* (a: I256, b: I256) -> I256 { I256(bits: a.bits &* b.bits) }

    /// The sum modulo 2^256, and whether the true sum is out of range.
    @inlinable
    public func addingReportingOverflow(_ b: I256) -> (partialValue: I256, overflow: Bool) {
        let sum = self &+ b
        return (sum, isNegative == b.isNegative && sum.isNegative != isNegative)
    }

    /// The difference modulo 2^256, and whether the true difference is out of range.
    @inlinable
    public func subtractingReportingOverflow(_ b: I256) -> (partialValue: I256, overflow: Bool) {
        let difference = self &- b
        return (difference, isNegative != b.isNegative && difference.isNegative != isNegative)
    }

    /// The product modulo 2^256, and whether the true product is out of range.
    @inlinable
    public func multipliedReportingOverflow(by b: I256) -> (partialValue: I256, overflow: Bool) {
        let (magnitude, overflow) = magnitude.multipliedReportingOverflow(by: b.magnitude)
        let exact = overflow ? nil : I256(magnitude: magnitude, isNegative: isNegative != b.isNegative)
        return (self &* b, exact == nil)
    }

    /// The sum, or nil when it is out of range.
    @inlinable
    public func adding(_ b: I256) -> I256? {
        let (sum, overflow) = addingReportingOverflow(b)
        return overflow ? nil : sum
    }

    /// The difference, or nil when it is out of range.
    @inlinable
    public func subtracting(_ b: I256) -> I256? {
        let (difference, overflow) = subtractingReportingOverflow(b)
        return overflow ? nil : difference
    }

    /// The product, or nil when it is out of range.
    @inlinable
    public func multiplied(by b: I256) -> I256? {
        let (product, overflow) = multipliedReportingOverflow(by: b)
        return overflow ? nil : product
    }

    /// The negative, or nil for the lowest number, which has none.
    @inlinable
    public func negated() -> I256? { self == .min ? nil : I256(bits: .zero &- bits) }

    /// The quotient rounded towards zero and the remainder with the sign of the dividend; a zero divisor traps.
    /// The lowest number divided by -1 wraps to itself, as the EVM's SDIV does. Source: Yellow Paper, appendix H.
    @inlinable
    public func quotientAndRemainder(dividingBy d: I256) -> (quotient: I256, remainder: I256) {
        let (q, r) = magnitude.quotientAndRemainder(dividingBy: d.magnitude)
        return (
            I256(bits: isNegative != d.isNegative ? .zero &- q : q),
            I256(bits: isNegative ? .zero &- r : r)
        )
    }

    /// The negative. Traps for the lowest number.
    @inlinable
    public static prefix func - (a: I256) -> I256 {
        precondition(a != .min, "I256 negation overflows")
        return I256(bits: .zero &- a.bits)
    }

    /// The sum. Traps when it is out of range.
    @inlinable
    public static func + (a: I256, b: I256) -> I256 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        precondition(!overflow, "I256 addition overflows")
        return sum
    }

    /// The difference. Traps when it is out of range.
    @inlinable
    public static func - (a: I256, b: I256) -> I256 {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        precondition(!overflow, "I256 subtraction overflows")
        return difference
    }

    /// The product. Traps when it is out of range.
    @inlinable
    public static func * (a: I256, b: I256) -> I256 {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        precondition(!overflow, "I256 multiplication overflows")
        return product
    }

    /// The quotient rounded towards zero. Traps for a zero divisor and for the lowest number by -1.
    @inlinable
    public static func / (a: I256, b: I256) -> I256 {
        precondition(!(a == .min && b == I256(-1)), "I256 division overflows")
        return a.quotientAndRemainder(dividingBy: b).quotient
    }

    /// The remainder with the sign of `a`. Traps for a zero divisor.
    @inlinable
    public static func % (a: I256, b: I256) -> I256 { a.quotientAndRemainder(dividingBy: b).remainder }

    /// Adds in place; traps when the sum is out of range.
    @inlinable public static func += (a: inout I256, b: I256) { a = a + b }
    /// Subtracts in place; traps when the difference is out of range.
    @inlinable public static func -= (a: inout I256, b: I256) { a = a - b }
}
