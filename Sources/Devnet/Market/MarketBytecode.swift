import EVMCrypto
import EVMTypes

/// Creation code of the market's contracts, written by contracts/build.py. Cold: decoded where it is deployed.
enum MarketBytecode {
    /// The bytes of one of the texts beside this file.
    static func bytes(_ hex: String) -> [UInt8] { Hex.decode(hex) ?? [] }

    /// What creates a contract that only holds `code` for a factory to copy.
    ///
    /// Source: ERC-5202; the eleven bytes before it return all that follows them.
    static func blueprint(_ code: [UInt8]) -> [UInt8] {
        let held = [0xfe, 0x71, 0x00] + code
        return [0x61, UInt8(held.count >> 8), UInt8(held.count & 0xff), 0x3d, 0x81, 0x60, 0x0a, 0x3d, 0x39, 0xf3] + held
    }

    /// What CREATE2 hashes for every pair or pool: their constructors take no words.
    static func initCodeHash(_ hex: String) -> Hash32 { Keccak256.hash(bytes(hex)) }
}
