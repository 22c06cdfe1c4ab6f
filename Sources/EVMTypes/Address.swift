/// A 20-byte account address.
///
/// Ordered as the 160-bit number it is, which is also the order of `token0 < token1` in Uniswap pools.
@frozen
public struct Address: Hashable, Sendable {
    /// The first (most significant) 4 bytes.
    public var high: UInt32
    // Limbs instead of one UInt128, for the reason given at `U256`.
    @usableFromInline var limb0: UInt64
    @usableFromInline var limb1: UInt64

    /// The last 16 bytes.
    @inlinable public var low: UInt128 {
        get { UInt128(_low: limb0, _high: limb1) }
        set {
            limb0 = newValue._low
            limb1 = newValue._high
        }
    }

    /// Makes the address of the 160-bit number `high * 2^128 + low`.
    @inlinable
    public init(high: UInt32, low: UInt128) {
        self.high = high
        limb0 = low._low
        limb1 = low._high
    }

    /// Takes exactly 20 bytes; another count is a programming error and traps.
    @inlinable
    public init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == 20, "an address has 20 bytes")
        let word = U256(bigEndian: bytes)
        self.init(high: UInt32(truncatingIfNeeded: word.hi), low: word.lo)
    }

    /// Reads exactly 40 hex digits of any case, with or without `0x`. The checksum of mixed case is not looked at:
    /// `Address(checksummed:)` in EVMCrypto does that.
    public init?(hex text: some StringProtocol) {
        guard Hex.digitCount(text) == 40, let word = U256(hex: text) else { return nil }
        self.init(word: word)
    }

    /// The low 160 bits of a word whose top 96 bits are zero; nil when they are not.
    @inlinable
    public init?(word: U256) {
        guard word.hi >> 32 == 0 else { return nil }
        self.init(high: UInt32(truncatingIfNeeded: word.hi), low: word.lo)
    }

    /// The address of 20 zero bytes.
    @inlinable public static var zero: Address { Address(high: 0, low: 0) }
    /// Whether all bytes are zero.
    @inlinable public var isZero: Bool { high == 0 && low == 0 }
    /// The address as a word, left padded with zeros.
    @inlinable public var word: U256 { U256(lo: low, hi: UInt128(high)) }
    /// The 20 bytes. Two allocations.
    public var bytes: [UInt8] { Array(word.bigEndianBytes.suffix(20)) }
    /// `0x` and 40 lower-case digits.
    public var hex: String { Hex.text(word, digits: 40) }
}

extension Address: Comparable, CustomStringConvertible {
    /// Orders by the 160-bit number.
    @inlinable
    public static func < (a: Address, b: Address) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }
    /// The same text as `hex`.
    public var description: String { hex }
}

/// A 32-byte value such as a hash, a topic or a storage key.
@frozen
public struct Hash32: Hashable, Sendable {
    /// The bytes read as a big-endian number.
    public var word: U256

    /// Makes the hash whose bytes, read big-endian, are `word`.
    @inlinable public init(_ word: U256) { self.word = word }

    /// Takes exactly 32 bytes; another count is a programming error and traps.
    @inlinable
    public init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == 32, "a hash has 32 bytes")
        word = U256(bigEndian: bytes)
    }

    /// Reads exactly 64 hex digits, with or without `0x`; nil for anything else.
    public init?(hex text: some StringProtocol) {
        guard Hex.digitCount(text) == 64, let word = U256(hex: text) else { return nil }
        self.init(word)
    }

    /// The hash of 32 zero bytes.
    @inlinable public static var zero: Hash32 { Hash32(.zero) }
    /// The 32 bytes. One allocation.
    public var bytes: [UInt8] { word.bigEndianBytes }
    /// `0x` and 64 lower-case digits.
    public var hex: String { word.paddedHex }
}

extension Hash32: Comparable, CustomStringConvertible {
    /// Orders by the 256-bit number, which is the order of the bytes.
    @inlinable public static func < (a: Hash32, b: Hash32) -> Bool { a.word < b.word }
    /// The same text as `hex`.
    public var description: String { hex }
}
