/// Hexadecimal text as Ethereum's JSON-RPC uses it.
public enum Hex {
    /// Lower-case digits of `bytes`, after `0x` unless `prefix` is false.
    public static func encode(_ bytes: some Sequence<UInt8>, prefix: Bool = true) -> String {
        // An array first: walking an unspecialised sequence across the module border allocates for every byte.
        let all = Array(bytes)
        var text: [UInt8] = []
        text.reserveCapacity(2 * all.count + 2)
        if prefix { text += [48, 120] }
        for byte in all {
            text.append(character(byte >> 4))
            text.append(character(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of an even number of hex digits of either case, with or without `0x`; nil for anything else.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var digits = Array(text.utf8)[...]
        if digits.starts(with: "0x".utf8) { digits = digits.dropFirst(2) }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var index = digits.startIndex
        while index < digits.endIndex {
            guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    /// The minimal quantity form: `0x0`, `0x1a`.
    public static func quantity(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    /// Reads a quantity of 1 to 16 digits after `0x`; nil for anything else.
    /// Leading zeros are let through, as some nodes send them.
    public static func parseQuantity(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.starts(with: "0x".utf8) else { return nil }
        return U256(hex: text)?.asUInt64
    }

    /// The value of one hex digit, either case.
    @inlinable
    public static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 97...102: character - 87
        case 65...70: character - 55
        default: nil
        }
    }

    /// The lower-case digit of a value below 16.
    @inlinable
    public static func character(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 87 + nibble }

    /// The number of bytes of text after a leading `0x`.
    static func digitCount(_ text: some StringProtocol) -> Int {
        text.utf8.count - (text.utf8.starts(with: "0x".utf8) ? 2 : 0)
    }

    /// `0x` and the lowest `digits` (1...64) digits of a word. One allocation.
    static func text(_ word: U256, digits: Int) -> String {
        unsafe String(unsafeUninitializedCapacity: digits + 2) { buffer in
            unsafe buffer[0] = 48
            unsafe buffer[1] = 120
            var low = word.lo, high = word.hi
            // From the last digit to the first; every index is below the capacity.
            for index in stride(from: digits + 1, through: 2, by: -1) {
                unsafe buffer[index] = character(UInt8(truncatingIfNeeded: low & 15))
                low = low &>> 4 | high &<< 124
                high = high &>> 4
            }
            return digits + 2
        }
    }
}
