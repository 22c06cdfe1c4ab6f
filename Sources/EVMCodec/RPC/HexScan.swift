internal import EVMTypes

/// Hex digits in bytes, eight at a time. Every read is bounds-checked; nil means a byte that is no digit.
enum HexScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Eight bytes from `position`, first byte lowest. Precondition: they exist.
    @inline(__always)
    static func load8(_ bytes: Span<UInt8>, _ position: Int) -> UInt64 {
        // The load is bounds-checked; `unsafe` only because any bit pattern is taken as an integer, which is fine.
        UInt64(littleEndian: unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// The value of one digit.
    @inline(__always)
    static func digit(_ byte: UInt8) -> UInt8? {
        let decimal = byte &- UInt8(ascii: "0")  // wraps below "0": meant
        if decimal < 10 { return decimal }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    /// The four bytes that eight ASCII hex digits spell, first byte lowest; nil when one is no digit.
    @inline(__always)
    static func fourBytes(_ text: UInt64) -> UInt32? {
        // No lane carries into the next: each stays below 128.
        guard text & (ones &* 0x80) == 0 else { return nil }
        let letter = text >> 6 & ones
        let value = (text & (ones &* 0x0F)) &+ letter &* 9
        // A digit is exactly: text == '0' + value with value <= 9, or lower-cased text == 'a' + value - 10 with 10 <=
        // value <= 15.
        let expected = value &+ ones &* 0x30 &+ letter &* 39
        let inRange = (value &+ (letter ^ ones) &* 6) & (ones &* 0xF0) == 0
        let isLetterValue = (value &+ letter &* 0x76) & (ones &* 0x80) == letter &* 0x80
        guard expected == text | letter &* 0x20, inRange, isLetterValue else { return nil }
        var packed = (value << 4 | value >> 8) & 0x00FF_00FF_00FF_00FF
        packed = (packed | packed >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: packed | packed >> 16)
    }

    /// The number that the digits `bytes[start..<end]` spell, at most 64 of them.
    static func word(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> U256? {
        if end - start <= 16 { return short(bytes, from: start, to: end).map { U256($0) } }
        guard end - start <= 64 else { return nil }
        var position = start
        var limbs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        guard let head = short(bytes, from: start, to: start + (end - start) % 16) else { return nil }
        limbs.0 = head
        position += (end - start) % 16
        while position < end {
            guard let high = fourBytes(load8(bytes, position)), let low = fourBytes(load8(bytes, position + 8)) else {
                return nil
            }
            limbs = (UInt64(high.byteSwapped) << 32 | UInt64(low.byteSwapped), limbs.0, limbs.1, limbs.2)
            position += 16
        }
        return U256(
            lo: UInt128(limbs.1) << 64 | UInt128(limbs.0), hi: UInt128(limbs.3) << 64 | UInt128(limbs.2))
    }

    /// The number that at most 16 digits spell; 0 for none.
    private static func short(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> UInt64? {
        var value: UInt64 = 0
        for position in start..<end {
            guard let digit = digit(bytes[position]) else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    /// The bytes that the digits `bytes[start..<end]` spell; nil for an odd number of digits.
    static func bytes(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> [UInt8]? {
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
                guard let high = digit(bytes[position]), let low = digit(bytes[position + 1]) else {
                    return isValid = false
                }
                out.append(high << 4 | low)
                position += 2
            }
        }
        return isValid ? out : nil
    }
}

/// Hex text with a mandatory `0x`, read from a string's UTF-8 without forming a `Character`.
enum HexText {
    /// A quantity of 1 to 64 digits.
    static func quantity(_ text: String) -> U256? {
        let span = text.utf8Span.span
        guard hasPrefix(span), span.count > 2 else { return nil }
        return HexScan.word(span, from: 2, to: span.count)
    }

    /// A value of exactly `digits` digits, `digits` at most 64.
    static func fixedWord(_ text: String, digits: Int) -> U256? {
        let span = text.utf8Span.span
        guard hasPrefix(span), span.count == digits + 2 else { return nil }
        return HexScan.word(span, from: 2, to: span.count)
    }

    /// Any whole number of bytes, also none (`0x`).
    static func bytes(_ text: String) -> [UInt8]? {
        let span = text.utf8Span.span
        guard hasPrefix(span) else { return nil }
        return HexScan.bytes(span, from: 2, to: span.count)
    }

    private static func hasPrefix(_ span: Span<UInt8>) -> Bool {
        span.count >= 2 && span[0] == UInt8(ascii: "0") && span[1] == UInt8(ascii: "x")
    }
}
