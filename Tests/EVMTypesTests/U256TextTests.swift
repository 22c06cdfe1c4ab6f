import BigInt
import EVMTypes
import TestSupport
import Testing

@Suite struct U256TextTests {
    @Test func decimalAndHexTextEqualBigIntAndReadBack() {
        var generator = SeededGenerator()
        let tens = (0...77).map { U256(truncating: BigUInt(10).power($0)) }
        let values = Operands.edges + tens + tens.map { $0 &- 1 } + (0..<2000).map { _ in Operands.word(&generator) }
        for a in values {
            let x = BigUInt(a)
            #expect(a.description == x.description)
            #expect(a.hex == "0x" + String(x, radix: 16))
            #expect(U256(decimal: a.description) == a && U256(decimal: "000" + a.description) == a)
            #expect(U256(hex: a.hex) == a && U256(hex: a.hex.dropFirst(2)) == a)
            #expect(U256(hex: a.paddedHex) == a && a.paddedHex.utf8.count == 66)
            #expect(U256(hex: a.paddedHex.dropFirst(2).uppercased()) == a)
        }
    }

    @Test(arguments: [
        "", "0x", "0x0x1", "x1", "0X1", " 1", "1 ", "-1", "+1", "1_000", "0xg", "0x1g", "\u{0661}", "0x\u{0661}",
        "\u{ff11}",
        "0x" + String(repeating: "0", count: 65), String(repeating: "f", count: 65), "1\u{0301}", "\0", "1\0",
    ])
    func hexTextThatIsNoWordIsRefused(_ text: String) { #expect(U256(hex: text) == nil) }

    @Test(arguments: [
        "", " ", "0x1", "a", " 1", "1 ", "-1", "-0", "+1", "1_000", "1.0", "1e3", "\u{0661}", "\u{ff11}", "1\u{0301}",
        "1\0",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "999999999999999999999999999999999999999999999999999999999999999999999999999999",
        String(repeating: "9", count: 10_000),
    ])
    func decimalTextThatIsNoWordIsRefused(_ text: String) { #expect(U256(decimal: text) == nil) }

    @Test func theLargestValueIsTheLastOneRead() {
        let max = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        #expect(U256(decimal: max) == .max)
        #expect(U256(decimal: String(repeating: "0", count: 5000) + max) == .max)
    }

    @Test func randomTextNeverTrapsAndReadsOnlyDigits() {
        var generator = SeededGenerator()
        let alphabet = Array("0123456789abcdefABCDEFxX-+ ._g\u{e9}")
        for _ in 0..<20_000 {
            let text = String(
                (0..<generator.next() % 70).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] })
            let isDecimal =
                !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } && BigUInt(text)! < Operands.modulus
            #expect((U256(decimal: text) != nil) == isDecimal, "\(text)")
            _ = (
                U256(hex: text), Hex.decode(text), Address(hex: text), Hash32(hex: text), I256(decimal: text),
                Hex.parseQuantity(text)
            )
        }
    }

    @Test func bytesReadBackAtEveryLength() {
        var generator = SeededGenerator()
        for count in 0...32 {
            for _ in 0..<20 {
                let bytes = (0..<count).map { _ in
                    UInt8(truncatingIfNeeded: generator.next() % 3 == 0 ? 0 : generator.next())
                }
                let value = U256(bigEndian: bytes)
                #expect(BigUInt(value) == bytes.reduce(BigUInt(0)) { $0 << 8 + BigUInt($1) })
                #expect(U256(bigEndian: bytes.span) == value)
                #expect(value.bigEndianBytes == [UInt8](repeating: 0, count: 32 - count) + bytes)
                #expect(value.minimalBigEndianBytes == Array(bytes.drop { $0 == 0 }))
            }
        }
    }

    /// Swift's own reading of decimal text rounds to the nearest double: the second implementation.
    @Test func doublesAreTheNearestOnes() throws {
        var generator = SeededGenerator()
        var values = Operands.edges + (0..<5000).map { _ in Operands.word(&generator) }
        // Halfway between two doubles, and one off, at every size.
        for shift in 0..<202 {
            let tie = (U256(1 << 54 | generator.next() >> 10 | 1)) << shift
            values += [tie, tie &- 1, tie &+ 1]
        }
        for value in values { #expect(value.double == Double(value.description), "\(value)") }
    }

    @Test func doublesTruncateToWords() {
        var generator = SeededGenerator()
        for bad in [-1, -0x1p-1074, .nan, .signalingNaN, .infinity, -.infinity, 0x1p256, .greatestFiniteMagnitude]
            as [Double]
        {
            #expect(U256(bad) == nil, "\(bad)")
        }
        #expect(U256(-0.0) == 0 && U256(0.999) == 0 && U256(1.5) == 1 && U256(0x1p256.nextDown) != nil)
        for _ in 0..<5000 {
            let value = Double(bitPattern: generator.next() >> 1)
            guard value < 0x1p256, let word = U256(value) else { continue }
            #expect(BigUInt(word) == BigUInt(value.rounded(.towardZero)), "\(value)")
        }
    }

    @Test func narrowingAnswersNilInPlaceOfCutting() {
        #expect(U256(UInt64.max).asUInt64 == .max && (U256(UInt64.max) + 1).asUInt64 == nil)
        #expect(U256(UInt128.max).asUInt128 == .max && (U256(UInt128.max) + 1).asUInt128 == nil)
        #expect(U256(Int.max).asInt == .max && (U256(Int.max) + 1).asInt == nil && U256.max.asInt == nil)
        for k in 64..<256 { #expect((U256.one << k).asUInt64 == nil && (U256.one << k).asInt == nil) }
    }
}
