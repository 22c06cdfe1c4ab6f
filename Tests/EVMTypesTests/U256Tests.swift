import BigInt
import EVMTypes
import TestSupport
import Testing

@Suite struct U256Tests {
    /// Operands that sit on the edges of limbs and halves, and random ones of every length.
    static func operand(_ generator: inout SeededGenerator) -> U256 {
        let raw = U256(limbs: generator.next(), generator.next(), generator.next(), generator.next())
        switch generator.next() % 6 {
        case 0: return raw
        case 1: return raw >> Int(generator.next() % 257)
        case 2: return U256.one << Int(generator.next() % 256)
        case 3: return (U256.one << Int(generator.next() % 256)) &- U256(generator.next() % 3)
        case 4: return U256.max &- U256(generator.next() % 3)
        default: return U256(generator.next() % 4)
        }
    }

    static func big(_ value: U256) -> BigUInt {
        BigUInt(value.bigEndianBytes.reduce(into: BigUInt(0)) { $0 = $0 << 8 + BigUInt($1) })
    }

    @Test func arithmeticEqualsBigInt() {
        var generator = SeededGenerator()
        let modulus = BigUInt(1) << 256
        for _ in 0..<4000 {
            let a = Self.operand(&generator), b = Self.operand(&generator), d = Self.operand(&generator)
            let x = Self.big(a), y = Self.big(b), z = Self.big(d)
            #expect(Self.big(a &+ b) == (x + y) % modulus)
            #expect(Self.big(a &- b) == (x + modulus - y) % modulus)
            #expect(Self.big(a &* b) == (x * y) % modulus)
            let full = a.multipliedFullWidth(by: b)
            #expect(Self.big(full.high) << 256 + Self.big(full.low) == x * y)
            if !b.isZero {
                let (q, r) = a.quotientAndRemainder(dividingBy: b)
                #expect(Self.big(q) == x / y && Self.big(r) == x % y)
            }
            let floor = z == 0 ? nil : (x * y) / z
            #expect(U256.mulDiv(a, b, d).map(Self.big) == floor.flatMap { $0 < modulus ? $0 : nil }, "\(a) \(b) \(d)")
            let ceiling = z == 0 ? nil : (x * y + z - 1) / z
            #expect(U256.mulDivRoundingUp(a, b, d).map(Self.big) == ceiling.flatMap { $0 < modulus ? $0 : nil })
            #expect(Self.big(U256.mulMod(a, b, d)) == (z == 0 ? 0 : (x * y) % z))
            #expect(Self.big(U256.addMod(a, b, d)) == (z == 0 ? 0 : (x + y) % z))
            #expect(a.squareRoot() == U256(decimal: x.squareRoot().description))
            #expect(U256(decimal: a.description) == a && a.description == x.description)
            #expect(U256(hex: a.hex) == a && U256(hex: a.paddedHex) == a)
        }
    }
}
