internal import EVMTypes

/// Words to and from big-endian bytes without intermediate arrays.
enum BigEndian {
    /// 32 bytes from `position`. Precondition: they exist.
    static func word(_ bytes: Span<UInt8>, at position: Int) -> U256 {
        U256(
            lo: UInt128(limb(bytes, position + 16)) << 64 | UInt128(limb(bytes, position + 24)),
            hi: UInt128(limb(bytes, position)) << 64 | UInt128(limb(bytes, position + 8)))
    }

    /// 20 bytes from `position`. Precondition: they exist.
    static func address(_ bytes: Span<UInt8>, at position: Int) -> Address {
        var high: UInt32 = 0
        for offset in 0..<4 { high = high << 8 | UInt32(bytes[position + offset]) }
        return Address(
            high: high, low: UInt128(limb(bytes, position + 4)) << 64 | UInt128(limb(bytes, position + 12)))
    }

    /// The number in `count` bytes from `position`, at most 32. Precondition: they exist.
    static func word(_ bytes: Span<UInt8>, at position: Int, count: Int) -> U256 {
        if count == 32 { return word(bytes, at: position) }
        var low: UInt128 = 0
        var high: UInt128 = 0
        for offset in 0..<count {
            high = high << 8 | low >> 120
            low = low << 8 | UInt128(bytes[position + offset])
        }
        return U256(lo: low, hi: high)
    }

    /// Appends the lowest `count` bytes of `word`, most significant first; `count` is 0 to 32.
    static func append(_ word: U256, count: Int, to out: inout [UInt8]) {
        var left = count
        if left > 24 { left = append(word.w3, from: left - 24, then: 24, to: &out) }
        if left > 16 { left = append(word.w2, from: left - 16, then: 16, to: &out) }
        if left > 8 { left = append(word.w1, from: left - 8, then: 8, to: &out) }
        _ = append(word.w0, from: left, then: 0, to: &out)
    }

    /// Appends the lowest `count` bytes of one limb and gives `rest`.
    private static func append(_ limb: UInt64, from count: Int, then rest: Int, to out: inout [UInt8]) -> Int {
        var shift = 8 * count
        while shift > 0 {
            shift -= 8
            out.append(UInt8(truncatingIfNeeded: limb >> UInt64(shift)))
        }
        return rest
    }

    private static func limb(_ bytes: Span<UInt8>, _ position: Int) -> UInt64 {
        HexScan.load8(bytes, position).byteSwapped
    }
}
