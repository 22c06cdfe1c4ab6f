internal import EVMCrypto
public import EVMTypes

/// Personal messages.
///
/// Source: EIP-191, version byte 0x45.
public enum EIP191 {
    /// keccak256(0x19 ‖ "Ethereum Signed Message:\n" ‖ decimal length ‖ message): what `personal_sign` signs.
    public static func personalHash(_ message: [UInt8]) -> Hash32 {
        Keccak256.hash(Array("\u{19}Ethereum Signed Message:\n\(message.count)".utf8) + message)
    }
}
