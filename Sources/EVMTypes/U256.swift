/// An unsigned 256-bit integer: the EVM's word.
///
/// Worked on as two native 128-bit halves, because those compile to plain add/adc chains, and held as four 64-bit
/// limbs, because Swift 6.3 on x86-64 breaks async functions that take a `UInt128` by value and return more than four
/// words: they jump to nowhere on return (`TypedThrowTests` of NodeClient shows the cases). Operators with `&` wrap
/// modulo 2^256; `+ - * / %` trap on overflow as Swift's do; `adding`, `subtracting`, `multiplied(by:)` answer nil
/// instead. No operation allocates, except the text ones.
@frozen
public struct U256: Hashable, Sendable {
    @usableFromInline var limb0: UInt64
    @usableFromInline var limb1: UInt64
    @usableFromInline var limb2: UInt64
    @usableFromInline var limb3: UInt64

    /// Bits 0 to 127.
    @inlinable public var lo: UInt128 {
        get { UInt128(_low: limb0, _high: limb1) }
        set {
            limb0 = newValue._low
            limb1 = newValue._high
        }
    }
    /// Bits 128 to 255.
    @inlinable public var hi: UInt128 {
        get { UInt128(_low: limb2, _high: limb3) }
        set {
            limb2 = newValue._low
            limb3 = newValue._high
        }
    }

    /// Makes `hi * 2^128 + lo`.
    @inlinable
    public init(lo: UInt128, hi: UInt128) {
        limb0 = lo._low
        limb1 = lo._high
        limb2 = hi._low
        limb3 = hi._high
    }

    /// Makes zero.
    @inlinable public init() { self.init(lo: 0, hi: 0) }
    /// Makes the same number. Cannot fail.
    @inlinable public init(_ value: UInt64) { self.init(lo: UInt128(value), hi: 0) }
    /// Makes the same number. Cannot fail.
    @inlinable public init(_ value: UInt128) { self.init(lo: value, hi: 0) }
    /// Makes the value of a non-negative `Int`; a negative one is a programming error and traps.
    @inlinable public init(_ value: Int) { self.init(lo: UInt128(value), hi: 0) }
    /// Makes the value of four 64-bit limbs, least significant first.
    @inlinable
    public init(limbs w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64) {
        self.init(lo: UInt128(w1) << 64 | UInt128(w0), hi: UInt128(w3) << 64 | UInt128(w2))
    }

    /// 0.
    @inlinable public static var zero: U256 { U256(lo: 0, hi: 0) }
    /// 1.
    @inlinable public static var one: U256 { U256(lo: 1, hi: 0) }
    /// 2^256 - 1.
    @inlinable public static var max: U256 { U256(lo: .max, hi: .max) }

    /// Whether the value is zero.
    @inlinable public var isZero: Bool { limb0 | limb1 | limb2 | limb3 == 0 }

    // By limbs, not by halves or by chance: a 16-byte load right after the 8-byte stores of a result waits for them to
    // reach the cache.
    /// Whether both are the same number.
    @inlinable
    public static func == (a: U256, b: U256) -> Bool {
        (a.limb0 ^ b.limb0) | (a.limb1 ^ b.limb1) | (a.limb2 ^ b.limb2) | (a.limb3 ^ b.limb3) == 0
    }

    /// The number of zero bits above the highest set bit; 256 for zero.
    @inlinable public var leadingZeroBitCount: Int { hi != 0 ? hi.leadingZeroBitCount : 128 + lo.leadingZeroBitCount }
    /// The number of zero bits below the lowest set bit; 256 for zero.
    @inlinable public var trailingZeroBitCount: Int {
        lo != 0 ? lo.trailingZeroBitCount : 128 + hi.trailingZeroBitCount
    }
    /// The number of bits needed to write the value: 0 for zero, 256 at most.
    @inlinable public var bitWidthUsed: Int { 256 - leadingZeroBitCount }

    /// Bits 0 to 63.
    @inlinable public var w0: UInt64 { limb0 }
    /// Bits 64 to 127.
    @inlinable public var w1: UInt64 { limb1 }
    /// Bits 128 to 191.
    @inlinable public var w2: UInt64 { limb2 }
    /// Bits 192 to 255.
    @inlinable public var w3: UInt64 { limb3 }

    /// The value when it fits 64 bits.
    @inlinable public var asUInt64: UInt64? { hi == 0 && lo >> 64 == 0 ? UInt64(truncatingIfNeeded: lo) : nil }
    /// The value when it fits 128 bits.
    @inlinable public var asUInt128: UInt128? { hi == 0 ? lo : nil }
    /// The value when it fits `Int`.
    @inlinable public var asInt: Int? { asUInt64.flatMap { Int(exactly: $0) } }
}

extension U256: Comparable {
    /// Orders by value.
    @inlinable @inline(__always)
    public static func < (a: U256, b: U256) -> Bool { a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo }
}

extension U256: ExpressibleByIntegerLiteral {
    /// Makes a literal of any size up to 256 bits; a negative or larger literal traps.
    @inlinable
    public init(integerLiteral value: StaticBigInt) {
        precondition(value.signum() >= 0 && value.bitWidth <= 257, "literal does not fit U256")
        self.init(
            limbs: UInt64(value[0]), UInt64(value[1]), UInt64(value[2]), UInt64(value[3]))
    }
}

// MARK: Bits

extension U256 {
    /// Bitwise and.
    @inlinable @inline(__always) public static func & (a: U256, b: U256) -> U256 {
        U256(lo: a.lo & b.lo, hi: a.hi & b.hi)
    }
    /// Bitwise or.
    @inlinable @inline(__always) public static func | (a: U256, b: U256) -> U256 {
        U256(lo: a.lo | b.lo, hi: a.hi | b.hi)
    }
    /// Bitwise exclusive or.
    @inlinable @inline(__always) public static func ^ (a: U256, b: U256) -> U256 {
        U256(lo: a.lo ^ b.lo, hi: a.hi ^ b.hi)
    }
    /// Bitwise not, which is 2^256 - 1 - a.
    @inlinable @inline(__always) public static prefix func ~ (a: U256) -> U256 { U256(lo: ~a.lo, hi: ~a.hi) }

    /// Shifts left, dropping what passes bit 255; a shift of 256 or more gives 0. The amount must not be negative.
    @inlinable
    public static func << (a: U256, n: Int) -> U256 {
        precondition(n >= 0, "negative shift")
        if n == 0 { return a }
        if n >= 256 { return .zero }
        if n >= 128 { return U256(lo: 0, hi: a.lo << UInt128(n - 128)) }
        return U256(lo: a.lo << UInt128(n), hi: a.hi << UInt128(n) | a.lo >> UInt128(128 - n))
    }

    /// Shifts right, filling with zeros; a shift of 256 or more gives 0. The amount must not be negative.
    @inlinable
    public static func >> (a: U256, n: Int) -> U256 {
        precondition(n >= 0, "negative shift")
        if n == 0 { return a }
        if n >= 256 { return .zero }
        if n >= 128 { return U256(lo: a.hi >> UInt128(n - 128), hi: 0) }
        return U256(lo: a.lo >> UInt128(n) | a.hi << UInt128(128 - n), hi: a.hi >> UInt128(n))
    }
}
