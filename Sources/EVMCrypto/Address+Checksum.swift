public import EVMTypes

extension Address {
    /// `0x` and 40 digits whose letters' case carries the checksum. Source: EIP-55.
    public var checksummed: String {
        var digits = Array(Hex.encode(bytes, prefix: false).utf8)
        let hash = Keccak256.hash(digits).bytes
        for index in digits.indices where digits[index] >= 97 {
            let nibble = index % 2 == 0 ? hash[index / 2] >> 4 : hash[index / 2] & 15
            if nibble >= 8 { digits[index] -= 32 }
        }
        return "0x" + String(decoding: digits, as: UTF8.self)
    }

    /// Reads 40 hex digits after `0x`. Letters of both cases must be those of the checksum; all of one case carry none
    /// and are taken.
    /// Nil for anything else. For addresses that people type. Source: EIP-55.
    public init?(checksummed text: some StringProtocol) {
        guard text.utf8.count == 42, text.utf8.starts(with: "0x".utf8), let address = Address(hex: text) else {
            return nil
        }
        let digits = text.utf8.dropFirst(2)
        let hasUpper = digits.contains { (65...70).contains($0) }
        let hasLower = digits.contains { (97...102).contains($0) }
        if hasUpper, hasLower, !address.checksummed.utf8.elementsEqual(text.utf8) { return nil }
        self = address
    }
}
