/// A signed 256-bit integer in two's complement: the EVM's signed word.
///
/// Range: -2^255 ... 2^255 - 1. Operators with `&` wrap modulo 2^256; `+ - * / %`, prefix `-` trap on overflow like
/// Swift's own integers; `adding`, `subtracting`, `multiplied(by:)`, `negated()` answer nil instead. No operation but
/// text allocates.
@frozen
public struct I256: Hashable, Sendable {
    /// The two's complement bits.
    public var bits: U256

    /// Reads the bits as two's complement.
    @inlinable public init(bits: U256) { self.bits = bits }

    /// Makes zero.
    @inlinable public init() { bits = .zero }

    /// Makes the value of an `Int`. Cannot fail.
    @inlinable
    public init(_ value: Int) { self.init(bits: value < 0 ? .zero &- U256(UInt64(value.magnitude)) : U256(value)) }

    /// The same number; nil when it is 2^255 or more.
    @inlinable
    public init?(exactly value: U256) {
        self.init(bits: value)
        if isNegative { return nil }
    }

    /// Sign and magnitude; nil when the magnitude does not fit (2^255 fits only when negative). The sign of zero is
    /// ignored.
    @inlinable
    public init?(magnitude: U256, isNegative: Bool) {
        let limit = U256.one << 255
        guard isNegative ? magnitude <= limit : magnitude < limit else { return nil }
        self.init(bits: isNegative ? .zero &- magnitude : magnitude)
    }

    /// 0.
    @inlinable public static var zero: I256 { I256(bits: .zero) }
    /// 1.
    @inlinable public static var one: I256 { I256(bits: .one) }
    /// -2^255.
    @inlinable public static var min: I256 { I256(bits: U256(lo: 0, hi: 1 << 127)) }
    /// 2^255 - 1.
    @inlinable public static var max: I256 { I256(bits: U256(lo: .max, hi: .max >> 1)) }

    /// Whether the value is below zero.
    @inlinable public var isNegative: Bool { bits.hi >> 127 == 1 }
    /// Whether the value is zero.
    @inlinable public var isZero: Bool { bits.isZero }
    /// The absolute value; 2^255 for the lowest number.
    @inlinable public var magnitude: U256 { isNegative ? .zero &- bits : bits }
    /// The value when it is not negative.
    @inlinable public var asU256: U256? { isNegative ? nil : bits }

    /// The value when it fits `Int`.
    @inlinable public var asInt: Int? {
        let low = Int(truncatingIfNeeded: bits.w0)
        return I256(low) == self ? low : nil
    }

    /// The nearest double, ties to even.
    @inlinable public var double: Double { isNegative ? -magnitude.double : magnitude.double }
}

extension I256: Comparable {
    /// Orders by value: negative numbers first.
    @inlinable
    public static func < (a: I256, b: I256) -> Bool {
        a.isNegative != b.isNegative ? a.isNegative : a.bits < b.bits
    }
}

extension I256: ExpressibleByIntegerLiteral {
    /// Makes a literal in range; a larger or smaller literal traps.
    @inlinable
    public init(integerLiteral value: StaticBigInt) {
        precondition(value.bitWidth <= 256, "literal does not fit I256")
        self.init(bits: U256(limbs: UInt64(value[0]), UInt64(value[1]), UInt64(value[2]), UInt64(value[3])))
    }
}

extension I256: CustomStringConvertible {
    /// Decimal digits after `-` when negative.
    public var description: String { (isNegative ? "-" : "") + magnitude.description }

    /// Reads decimal digits after at most one `-`; nil for anything else (no `+`, no spaces) or a value out of range.
    public init?(decimal text: some StringProtocol) {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        guard let magnitude = U256(decimal: text.dropFirst(isNegative ? 1 : 0)) else { return nil }
        self.init(magnitude: magnitude, isNegative: isNegative)
    }
}

// MARK: Bits

extension I256 {
    /// Bitwise and.
    @inlinable public static func & (a: I256, b: I256) -> I256 { I256(bits: a.bits & b.bits) }
    /// Bitwise or.
    @inlinable public static func | (a: I256, b: I256) -> I256 { I256(bits: a.bits | b.bits) }
    /// Bitwise exclusive or.
    @inlinable public static func ^ (a: I256, b: I256) -> I256 { I256(bits: a.bits ^ b.bits) }
    /// Bitwise not, which is -a - 1.
    @inlinable public static prefix func ~ (a: I256) -> I256 { I256(bits: ~a.bits) }

    /// Shifts left, dropping what passes bit 255; a shift of 256 or more gives 0. The amount must not be negative
    /// (traps).
    @inlinable public static func << (a: I256, n: Int) -> I256 { I256(bits: a.bits << n) }

    /// Shifts right, filling with the sign: floor(a / 2^n). A shift of 256 or more gives 0 or -1. The amount must not
    /// be negative (traps). Source: EIP-145 SAR.
    @inlinable
    public static func >> (a: I256, n: Int) -> I256 {
        // For a negative number ~a is not negative, and ~(~a >> n) has the ones that must come in.
        a.isNegative ? I256(bits: ~(~a.bits >> n)) : I256(bits: a.bits >> n)
    }
}
