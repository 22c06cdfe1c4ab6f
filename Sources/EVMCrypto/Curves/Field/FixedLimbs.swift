/// An unsigned integer of a fixed number of 64-bit limbs: the storage of a prime field.
///
/// Only what Montgomery arithmetic needs. Two types have it, `Limbs4` (256 bits) and `Limbs6` (384 bits); everything
/// above them is written once. Nothing here is constant-time: the precompiles work on public data.
protocol FixedLimbs: Equatable, Sendable, BitwiseCopyable {
    /// How many limbs there are.
    static var count: Int { get }
    /// 0.
    static var zero: Self { get }
    /// Whether the value is 0.
    var isZero: Bool { get }
    /// A limb, least significant first. Precondition: the index is below `count`.
    subscript(_ index: Int) -> UInt64 { get set }

    /// The sum modulo 2^(64 count), and the bit that left it.
    static func adding(_ a: Self, _ b: Self) -> (sum: Self, carry: UInt64)
    /// The sum with a carry from below, which the caller knows to fit.
    static func adding(_ a: Self, _ b: Self, carry: UInt64) -> Self
    /// The difference modulo 2^(64 count), and 1 if it was negative.
    static func subtracting(_ a: Self, _ b: Self) -> (difference: Self, borrow: UInt64)
    /// The same with a borrow from below.
    static func subtracting(_ a: Self, _ b: Self, borrow: UInt64) -> (difference: Self, borrow: UInt64)
    /// `self` if `mask` is all ones, 0 if it is 0.
    func masked(_ mask: UInt64) -> Self
    /// `other` if `mask` is all ones, `self` if it is 0, without a jump.
    func replaced(by other: Self, mask: UInt64) -> Self
    /// `self` times a word: the low limbs and the limb above them.
    func scaled(by word: UInt64) -> (low: Self, high: UInt64)
    /// Shifted right by one bit with `top` coming in at the top.
    func halved(top: UInt64) -> Self

    /// The whole product.
    static func multiplyWide(_ a: Self, _ b: Self) -> Wide<Self>
    /// The whole square.
    static func squareWide(_ a: Self) -> Wide<Self>
    /// a b / 2^(64 count) modulo p, below 2 p, for a b < p 2^(64 count). `inverse` is -1/p modulo 2^64; p's top limb
    /// must be below 2^62, so that no row of the product overflows (the "no-carry" form of CIOS).
    static func montgomeryMultiply(_ a: Self, _ b: Self, modulus: Self, inverse: UInt64) -> Self
    /// x / 2^(64 count) modulo p, below 2 p, for x < p 2^(64 count).
    static func montgomeryReduce(_ x: Wide<Self>, modulus: Self, inverse: UInt64) -> Self
}

/// A product of two integers before its reduction.
struct Wide<L: FixedLimbs>: BitwiseCopyable, Sendable {
    var low: L
    var high: L
}

extension FixedLimbs {
    /// `self` if it is below `modulus`, else `self - modulus`.
    @inline(__always)
    func reducedOnce(_ modulus: Self) -> Self {
        let (less, borrow) = Self.subtracting(self, modulus)
        return less.replaced(by: self, mask: 0 &- borrow)
    }

    /// Whether the value is below another.
    @inline(__always)
    static func isLess(_ a: Self, _ b: Self) -> Bool { subtracting(a, b).borrow != 0 }
}

// MARK: Words

/// t + a b + carry, which never overflows two words; the high word becomes the next carry.
@inline(__always)
func multiplyAdd(_ t: UInt64, _ a: UInt64, _ b: UInt64, _ carry: inout UInt64) -> UInt64 {
    let wide =
        UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b)
        &+ UInt128(truncatingIfNeeded: t) &+ UInt128(truncatingIfNeeded: carry)
    carry = UInt64(truncatingIfNeeded: wide &>> 64)
    return UInt64(truncatingIfNeeded: wide)
}

/// a + b + carry; the carry stays 0 or 1.
@inline(__always)
func addCarry(_ a: UInt64, _ b: UInt64, _ carry: inout UInt64) -> UInt64 {
    let wide =
        UInt128(truncatingIfNeeded: a) &+ UInt128(truncatingIfNeeded: b) &+ UInt128(truncatingIfNeeded: carry)
    carry = UInt64(truncatingIfNeeded: wide &>> 64)
    return UInt64(truncatingIfNeeded: wide)
}

/// a - b - borrow; the borrow stays 0 or 1. Written so that it becomes one `sbb`: with 128-bit subtraction a constant b
/// does not, and with `? :` on the flags Swift 6.3 makes jumps.
@inline(__always)
func subtractBorrow(_ a: UInt64, _ b: UInt64, _ borrow: inout UInt64) -> UInt64 {
    let (first, under) = a.subtractingReportingOverflow(b)
    let (second, underAgain) = first.subtractingReportingOverflow(borrow)
    borrow = word(under) | word(underAgain)
    return second
}

/// 1 for true, 0 for false, without a jump.
@inline(__always)
private func word(_ flag: Bool) -> UInt64 {
    // A Bool is one byte, 0 or 1.
    UInt64(truncatingIfNeeded: unsafe unsafeBitCast(flag, to: UInt8.self))
}
