internal import EVMTypes

/// Hex digits in a byte array, eight at a time. Every read is bounds-checked; nil means a byte that is no digit.
enum HexScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Eight bytes from `position`, first byte lowest. Precondition: they exist.
    @inline(__always)
    static func load8(_ bytes: [UInt8], _ position: Int) -> UInt64 {
        // The load is bounds-checked; `unsafe` only because any bit pattern is taken as an integer, which is fine.
        UInt64(littleEndian: unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// The four bytes that eight ASCII hex digits spell, first byte lowest; nil when one is no digit.
    @inline(__always)
    static func fourBytes(_ text: UInt64) -> UInt32? {
        // No lane carries into the next: each stays below 128.
        guard text & (ones &* 0x80) == 0 else { return nil }
        let letter = text >> 6 & ones
        let value = (text & (ones &* 0x0F)) &+ letter &* 9
        // A digit is exactly: text == '0' + value with value <= 9, or lower-cased text == 'a' + value - 10 with 10 <= value <= 15.
        let expected = value &+ ones &* 0x30 &+ letter &* 39
        let inRange = (value &+ (letter ^ ones) &* 6) & (ones &* 0xF0) == 0
        let isLetterValue = (value &+ letter &* 0x76) & (ones &* 0x80) == letter &* 0x80
        guard expected == text | letter &* 0x20, inRange, isLetterValue else { return nil }
        var packed = (value << 4 | value >> 8) & 0x00FF_00FF_00FF_00FF
        packed = (packed | packed >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: packed | packed >> 16)
    }

    /// The number that the digits `bytes[start..<end]` spell, at most 64 of them.
    static func word(_ bytes: [UInt8], from start: Int, to end: Int) -> U256? {
        guard end - start <= 64 else { return nil }
        var position = start
        var low: UInt128 = 0
        var high: UInt128 = 0
        while (end - position) % 8 != 0 {
            guard let digit = HexText.digit(bytes[position]) else { return nil }
            low = low << 4 | UInt128(digit)
            position += 1
        }
        while position < end {
            guard let four = fourBytes(load8(bytes, position)) else { return nil }
            high = high << 32 | low >> 96
            low = low << 32 | UInt128(four.byteSwapped)
            position += 8
        }
        return U256(lo: low, hi: high)
    }

    /// The bytes that the digits `bytes[start..<end]` spell; nil for an odd number of digits.
    static func bytes(_ bytes: [UInt8], from start: Int, to end: Int) -> [UInt8]? {
        guard (end - start) % 2 == 0 else { return nil }
        var isValid = true
        let out = [UInt8](capacity: (end - start) / 2) { out in
            var position = start
            while position + 8 <= end {
                guard let four = fourBytes(load8(bytes, position)) else { return isValid = false }
                out.append(UInt8(truncatingIfNeeded: four))
                out.append(UInt8(truncatingIfNeeded: four >> 8))
                out.append(UInt8(truncatingIfNeeded: four >> 16))
                out.append(UInt8(truncatingIfNeeded: four >> 24))
                position += 8
            }
            while position < end {
                guard let high = HexText.digit(bytes[position]), let low = HexText.digit(bytes[position + 1]) else {
                    return isValid = false
                }
                out.append(high << 4 | low)
                position += 2
            }
        }
        return isValid ? out : nil
    }
}
