import EVMTypes

/// The text of a revert, for people.
enum RevertReason {
    /// The message of `Error(string)`, the code of `Panic(uint256)`, else the selector; nil for empty data.
    /// Source: Solidity documentation, "Error handling".
    static func text(_ data: [UInt8]) -> String? {
        guard data.count >= 4 else { return nil }
        let selector = Hex.encode(data.prefix(4))
        if selector == "0x08c379a0", data.count >= 68, let length = U256(bigEndian: data[36..<68]).asInt,
            length <= data.count - 68
        {
            return String(decoding: data[68..<68 + length], as: UTF8.self)
        }
        if selector == "0x4e487b71", data.count == 36 { return "Panic(\(U256(bigEndian: data[4...]).hex))" }
        return "reverted with \(selector)"
    }
}
