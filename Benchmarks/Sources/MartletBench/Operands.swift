import BigInt
import EVMTypes

/// Repeatable random operands (SplitMix64), 1,024 of each kind, so that branch predictors see no pattern.
struct Operands {
    static let count = 1024
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Words of exactly `bits` bits.
    mutating func words(bits: Int) -> [U256] {
        (0..<Self.count).map { _ in
            let word = U256(limbs: next(), next(), next(), next()) >> (256 - bits)
            return word | U256.one << (bits - 1)
        }
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

extension BigUInt {
    init(_ word: U256) { self = BigUInt(words: [word.w0, word.w1, word.w2, word.w3].map { UInt($0) }) }
}

extension U256 {
    /// All limbs in one, so that none of a result's parts is dead code.
    var folded: UInt64 { w0 ^ w1 ^ w2 ^ w3 }
}
