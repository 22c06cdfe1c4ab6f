public import EVMTypes

/// Typed reads of one JSON value: nil when it has another shape, never a guess.
///
/// Hex quantities need the `0x` prefix and at least one digit and must fit the type. Leading zeros and either letter
/// case
/// are accepted because clients differ there and the value is the same (`vectors/README.md` "Traps of the format").
extension JSON {
    /// True for `null`.
    public var isNull: Bool { self == .null }
    /// The text of a string.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The value of `true` or `false`.
    public var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    /// The elements of an array.
    public var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    /// The members of an object.
    public var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
    /// The exact text of a number.
    public var numberText: String? { if case .number(let text) = self { text } else { nil } }
    /// A number that is a whole number in `Int` (no fraction, no exponent).
    public var int: Int? { numberText.flatMap { Int($0) } }
    /// A number that is a whole number in 0...2^64-1 (no fraction, no exponent).
    public var uint64: UInt64? { numberText.flatMap { UInt64($0) } }
    /// A number as the nearest `Double`; not for money.
    public var double: Double? { numberText.flatMap { Double($0) } }

    /// The member `key` of an object; nil when absent or when this is no object.
    public subscript(key: String) -> JSON? { object?[key] }
    /// The element at `position` of an array; nil when out of range or when this is no array.
    public subscript(position: Int) -> JSON? {
        guard let array, array.indices.contains(position) else { return nil }
        return array[position]
    }

    /// A `"0x…"` quantity of at most 64 bits.
    public var quantityU64: UInt64? { quantityU256?.asUInt64 }
    /// A `"0x…"` quantity of at most 256 bits (1 to 64 digits).
    public var quantityU256: U256? { string.flatMap { HexText.quantity($0) } }
    /// `"0x"` + an even number of digits.
    public var hexBytes: [UInt8]? { string.flatMap { HexText.bytes($0) } }
    /// `"0x"` + exactly 40 digits, any case (no checksum check).
    public var address: Address? { string.flatMap { HexText.fixedWord($0, digits: 40) }.flatMap { Address(word: $0) } }
    /// `"0x"` + exactly 64 digits.
    public var hash32: Hash32? { string.flatMap { HexText.fixedWord($0, digits: 64) }.map { Hash32($0) } }

    /// The minimal quantity text, for example `"0x1a"`.
    public static func quantity(_ value: UInt64) -> JSON { .string(Hex.quantity(value)) }
    /// The minimal quantity text, for example `"0x1a"`.
    public static func quantity(_ value: U256) -> JSON { .string(value.hex) }
    /// `"0x"` + two digits a byte.
    public static func hex(_ bytes: some Sequence<UInt8>) -> JSON { .string(Hex.encode(bytes)) }
    /// `"0x"` + 40 lower-case digits.
    public static func address(_ value: Address) -> JSON { .string(value.hex) }
    /// `"0x"` + 64 lower-case digits.
    public static func hash(_ value: Hash32) -> JSON { .string(value.hex) }
    /// A number from an integer.
    public static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }
}
