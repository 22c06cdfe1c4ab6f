import EVMCrypto
import EVMTypes

/// PREVRANDAO of a block: a hash of seed, height and how often the chain was reorganised.
enum Randao {
    static func value(seed: UInt64, number: UInt64, branch: UInt64) -> Hash32 {
        Keccak256.hash(Array("martlet devnet \(seed) block \(number) branch \(branch)".utf8))
    }
}
