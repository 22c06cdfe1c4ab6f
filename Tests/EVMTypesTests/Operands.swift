import BigInt
import EVMTypes
import TestSupport

/// Operands for property tests, with many at the edges of limbs and halves, and the bridge to BigInt, the second
/// implementation.
enum Operands {
    static let modulus = BigUInt(1) << 256

    /// Limbs that make carries, borrows and quotient estimates go wrong if anything can.
    private static func limb(_ generator: inout SeededGenerator) -> UInt64 {
        switch generator.next() % 8 {
        case 0, 1: 0
        case 2: 1
        case 3: .max
        case 4: .max - 1
        case 5: 1 << 63
        default: generator.next()
        }
    }

    static func word(_ generator: inout SeededGenerator) -> U256 {
        let raw = U256(limbs: generator.next(), generator.next(), generator.next(), generator.next())
        switch generator.next() % 8 {
        case 0: return raw
        case 1: return raw >> Int(generator.next() % 257)
        case 2: return U256.one << Int(generator.next() % 256)
        case 3: return (U256.one << Int(generator.next() % 256)) &- U256(generator.next() % 3)
        case 4: return (U256.one << Int(generator.next() % 256)) &+ U256(generator.next() % 3)
        case 5: return U256.max &- U256(generator.next() % 3)
        case 6: return U256(generator.next() % 4)
        default:
            let limbs = U256(limbs: limb(&generator), limb(&generator), limb(&generator), limb(&generator))
            return limbs >> Int(generator.next() % 5 * 64)
        }
    }

    /// 0, 1, 2 and 2^k - 1, 2^k, 2^k + 1 at and around limb borders, and the largest values.
    static let edges: [U256] = {
        let powers = [1, 2, 8, 31, 32, 63, 64, 65, 96, 127, 128, 129, 160, 191, 192, 193, 224, 254, 255]
        let around = powers.flatMap { k in [(U256.one << k) &- 1, U256.one << k, (U256.one << k) &+ 1] }
        return Array(Set([0, 1, 2, 3, .max, .max &- 1, .max &- 2] + around)).sorted()
    }()
}

extension BigUInt {
    init(_ word: U256) { self = BigUInt(words: [word.w0, word.w1, word.w2, word.w3].map { UInt($0) }) }
}

extension BigInt {
    init(_ value: I256) { self = BigInt(sign: value.isNegative ? .minus : .plus, magnitude: BigUInt(value.magnitude)) }
}

extension U256 {
    /// The value modulo 2^256.
    init(truncating value: BigUInt) {
        let words = value.words.map { UInt64($0) } + [0, 0, 0, 0]
        self.init(limbs: words[0], words[1], words[2], words[3])
    }
}
