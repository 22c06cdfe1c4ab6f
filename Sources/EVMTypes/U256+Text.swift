// Text, bytes and floating point.

extension U256: CustomStringConvertible {
    /// Decimal digits, no separators.
    public var description: String {
        if let small = asUInt64 { return String(small) }
        let billion = U256(10_000_000_000_000_000_000 as UInt64)
        var parts: [String] = [], rest = self
        while !rest.isZero {
            let (q, r) = rest.quotientAndRemainder(dividingBy: billion)
            let digits = String(r.w0)
            parts.append(q.isZero ? digits : String(repeating: "0", count: 19 - digits.utf8.count) + digits)
            rest = q
        }
        return parts.reversed().joined()
    }

    /// Reads 1 or more decimal digits and nothing else; nil for any other character or a value of 2^256 or more.
    public init?(decimal text: some StringProtocol) {
        guard !text.isEmpty else { return nil }
        var value = U256.zero
        for byte in text.utf8 {
            guard byte >= 48, byte <= 57, let shifted = value.multiplied(by: 10),
                let next = shifted.adding(U256(UInt64(byte - 48)))
            else { return nil }
            value = next
        }
        self = value
    }

    /// Reads 1 to 64 hex digits of either case, with or without `0x`; nil for anything else.
    public init?(hex text: some StringProtocol) {
        var digits = Substring(text).utf8
        if digits.starts(with: "0x".utf8) { digits = digits.dropFirst(2) }
        guard !digits.isEmpty, digits.count <= 64 else { return nil }
        var value = U256.zero
        for byte in digits {
            guard let digit = Hex.digit(byte) else { return nil }
            value = value << 4 | U256(UInt64(digit))
        }
        self = value
    }

    /// The minimal quantity form of JSON-RPC: `0x0`, `0x1a`; no leading zeros.
    public var hex: String {
        "0x" + (hi == 0 ? String(lo, radix: 16) : String(hi, radix: 16) + Hex.padded(String(lo, radix: 16), to: 32))
    }

    /// `0x` and 64 digits.
    public var paddedHex: String { "0x" + Hex.padded(String(hex.dropFirst(2)), to: 64) }
}

extension U256 {
    /// Reads at most 32 bytes, most significant first; fewer are as if padded with zeros on the left. More trap.
    @inlinable
    public init(bigEndian bytes: some Collection<UInt8>) {
        precondition(bytes.count <= 32, "more than 32 bytes")
        var low: UInt128 = 0, high: UInt128 = 0
        for byte in bytes {
            high = high << 8 | low >> 120
            low = low << 8 | UInt128(byte)
        }
        self.init(lo: low, hi: high)
    }

    /// 32 bytes, most significant first.
    public var bigEndianBytes: [UInt8] {
        [UInt8](bigEndian32: self)
    }

    /// The bytes without leading zeros: none for zero (the form RLP integers have).
    public var minimalBigEndianBytes: [UInt8] { Array(bigEndianBytes.suffix((bitWidthUsed + 7) / 8)) }

    /// Truncates a finite, non-negative double below 2^256; nil for all others.
    public init?(_ value: Double) {
        guard value >= 0, value < 0x1p256 else { return nil }
        if value < 0x1p64 {
            self.init(UInt64(value))
            return
        }
        let exponent = Int(value.exponent)
        self = U256(UInt64(value.significandBitPattern | 1 << 52)) << (exponent - 52)
    }

    /// The nearest double, within one rounding of each half.
    @inlinable public var double: Double { Double(hi) * 0x1p128 + Double(lo) }
}

extension [UInt8] {
    /// The 32 bytes of `value`, most significant first.
    init(bigEndian32 value: U256) {
        self.init(repeating: 0, count: 32)
        var low = value.lo, high = value.hi
        for index in 0..<16 {
            self[31 - index] = UInt8(truncatingIfNeeded: low)
            self[15 - index] = UInt8(truncatingIfNeeded: high)
            low >>= 8
            high >>= 8
        }
    }
}
