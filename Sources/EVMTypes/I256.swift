/// A signed 256-bit integer in two's complement: the EVM's signed word.
@frozen
public struct I256: Hashable, Sendable {
    /// The two's complement bits.
    public var bits: U256

    @inlinable public init(bits: U256) { self.bits = bits }
    @inlinable
    public init(_ value: Int) { self.init(bits: value < 0 ? .zero &- U256(UInt64(value.magnitude)) : U256(value)) }

    /// Sign and magnitude; nil when the magnitude does not fit (2^255 fits only when negative).
    @inlinable
    public init?(magnitude: U256, isNegative: Bool) {
        let limit = U256.one << 255
        guard isNegative ? magnitude <= limit : magnitude < limit else { return nil }
        self.init(bits: isNegative ? .zero &- magnitude : magnitude)
    }

    @inlinable public static var zero: I256 { I256(bits: .zero) }
    @inlinable public var isNegative: Bool { bits.hi >> 127 == 1 }
    /// The absolute value; 2^255 for the lowest number.
    @inlinable public var magnitude: U256 { isNegative ? .zero &- bits : bits }
    /// Wrapping negation: the lowest number is its own.
    @inlinable public static prefix func - (a: I256) -> I256 { I256(bits: .zero &- a.bits) }
    @inlinable public static func &+ (a: I256, b: I256) -> I256 { I256(bits: a.bits &+ b.bits) }
    @inlinable public static func &- (a: I256, b: I256) -> I256 { I256(bits: a.bits &- b.bits) }
}

extension I256: Comparable, CustomStringConvertible {
    @inlinable
    public static func < (a: I256, b: I256) -> Bool {
        a.isNegative != b.isNegative ? a.isNegative : a.bits < b.bits
    }
    public var description: String { (isNegative ? "-" : "") + magnitude.description }
}
