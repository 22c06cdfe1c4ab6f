// Text, bytes and floating point.

extension U256: CustomStringConvertible {
    /// Decimal digits, no separators.
    public var description: String {
        if let small = asUInt64 { return String(small) }
        let tenToThe19 = U256(10_000_000_000_000_000_000 as UInt64)
        var parts: [String] = [], rest = self
        while !rest.isZero {
            let (q, r) = rest.quotientAndRemainder(dividingBy: tenToThe19)
            let digits = String(r.w0)
            parts.append(q.isZero ? digits : String(repeating: "0", count: 19 - digits.utf8.count) + digits)
            rest = q
        }
        return parts.reversed().joined()
    }

    /// Reads 1 or more decimal digits and nothing else (no sign, no spaces; leading zeros are let through); nil for any
    /// other character or a value of 2^256 or more.
    public init?(decimal text: some StringProtocol) {
        guard !text.isEmpty else { return nil }
        var value = U256.zero
        // Up to 19 digits are gathered in one limb, then taken into the value at once.
        var chunk: UInt64 = 0, scale: UInt64 = 1
        for byte in text.utf8 {
            guard byte >= 48, byte <= 57 else { return nil }
            // Cannot wrap: fewer than 19 digits so far, so both stay below 10^19 < 2^64.
            chunk = chunk &* 10 &+ UInt64(byte &- 48)
            scale = scale &* 10
            if scale == 10_000_000_000_000_000_000 {
                guard let next = value.appending(chunk, scale) else { return nil }
                (value, chunk, scale) = (next, 0, 1)
            }
        }
        guard let whole = value.appending(chunk, scale) else { return nil }
        self = whole
    }

    /// `self * scale + chunk`, or nil when it passes 2^256 - 1.
    private func appending(_ chunk: UInt64, _ scale: UInt64) -> U256? {
        multiplied(by: U256(scale))?.adding(U256(chunk))
    }

    /// Reads 1 to 64 hex digits of either case, with or without `0x`; nil for anything else.
    public init?(hex text: some StringProtocol) {
        let count = text.utf8.count, prefixed = text.utf8.starts(with: "0x".utf8)
        var left = prefixed ? count - 2 : count
        guard left >= 1, left <= 64 else { return nil }
        var low: UInt128 = 0, high: UInt128 = 0
        for byte in text.utf8.dropFirst(prefixed ? 2 : 0) {
            guard let digit = Hex.digit(byte) else { return nil }
            if left > 32 { high = high &<< 4 | UInt128(digit) } else { low = low &<< 4 | UInt128(digit) }
            left -= 1
        }
        self.init(lo: low, hi: high)
    }

    /// The minimal quantity form of JSON-RPC: `0x0`, `0x1a`; no leading zeros.
    public var hex: String { Hex.text(self, digits: Swift.max(1, (bitWidthUsed + 3) / 4)) }

    /// `0x` and 64 digits.
    public var paddedHex: String { Hex.text(self, digits: 64) }
}

extension U256 {
    /// Reads at most 32 bytes, most significant first; fewer are as if padded with zeros on the left. More trap.
    @inlinable
    public init(bigEndian bytes: some Collection<UInt8>) {
        var left = bytes.count
        precondition(left <= 32, "more than 32 bytes")
        var low: UInt128 = 0, high: UInt128 = 0
        for byte in bytes {
            if left > 16 {
                high = high &<< 8 | UInt128(truncatingIfNeeded: byte)
            } else {
                low = low &<< 8 | UInt128(truncatingIfNeeded: byte)
            }
            left &-= 1
        }
        self.init(lo: low, hi: high)
    }

    /// Reads at most 32 bytes, as the initialiser from a collection. A whole word costs two loads.
    @inlinable
    public init(bigEndian bytes: Span<UInt8>) {
        precondition(bytes.count <= 32, "more than 32 bytes")
        if bytes.count == 32 {
            let raw = unsafe bytes.bytes
            // Both loads are inside by the check above; any bits are a valid integer.
            self.init(
                lo: UInt128(bigEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt128.self)),
                hi: UInt128(bigEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt128.self)))
            return
        }
        var value = U256.zero
        for index in 0..<bytes.count { value = value << 8 | U256(UInt64(bytes[index])) }
        self = value
    }

    /// 32 bytes, most significant first. One allocation.
    public var bigEndianBytes: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            // Two stores of 16 bytes fill the capacity of 32.
            unsafe raw.storeBytes(of: hi.bigEndian, toByteOffset: 0, as: UInt128.self)
            unsafe raw.storeBytes(of: lo.bigEndian, toByteOffset: 16, as: UInt128.self)
            count = 32
        }
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

    /// The nearest double, ties to even.
    @inlinable public var double: Double {
        let extra = bitWidthUsed - 64
        if extra <= 0 { return Double(w0) }
        // The top 64 bits, the last of them set when anything below is: 64 > 53 + 1 bits, so the one rounding is right.
        let top = (self >> extra).w0
        let sticky: UInt64 = trailingZeroBitCount < extra ? 1 : 0
        // The scale 2^extra is exact, extra being at most 192.
        return Double(top | sticky) * Double(bitPattern: UInt64(1023 + extra) << 52)
    }
}
