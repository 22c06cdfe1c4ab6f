import BigInt
import EVMTypes
import TestSupport
import Testing

/// Every operator but division against BigInt.
@Suite struct U256ArithmeticTests {
    static func check(_ a: U256, _ b: U256) {
        let x = BigUInt(a), y = BigUInt(b), modulus = Operands.modulus
        #expect(BigUInt(a &+ b) == (x + y) % modulus, "\(a) + \(b)")
        #expect(BigUInt(a &- b) == (x + modulus - y) % modulus, "\(a) - \(b)")
        #expect(BigUInt(a &* b) == (x * y) % modulus, "\(a) * \(b)")
        let full = a.multipliedFullWidth(by: b)
        #expect(BigUInt(full.high) << 256 + BigUInt(full.low) == x * y, "\(a) * \(b)")

        let sum = a.addingReportingOverflow(b), difference = a.subtractingReportingOverflow(b)
        let product = a.multipliedReportingOverflow(by: b)
        #expect(sum.partialValue == a &+ b && sum.overflow == (x + y >= modulus))
        #expect(difference.partialValue == a &- b && difference.overflow == (x < y))
        #expect(product.partialValue == a &* b && product.overflow == (x * y >= modulus))
        #expect(a.adding(b) == (sum.overflow ? nil : a &+ b))
        #expect(a.subtracting(b) == (difference.overflow ? nil : a &- b))
        #expect(a.multiplied(by: b) == (product.overflow ? nil : a &* b))
        if !sum.overflow { #expect(a + b == a &+ b) }
        if !difference.overflow { #expect(a - b == a &- b) }
        if !product.overflow { #expect(a * b == a &* b) }

        #expect((a < b) == (x < y) && (a > b) == (x > y) && (a == b) == (x == y))
        #expect(BigUInt(a & b) == x & y && BigUInt(a | b) == x | y && BigUInt(a ^ b) == x ^ y)
    }

    @Test func operatorsEqualBigIntOnRandomOperands() {
        var generator = SeededGenerator()
        for _ in 0..<4000 { Self.check(Operands.word(&generator), Operands.word(&generator)) }
    }

    @Test func operatorsEqualBigIntOnEveryPairOfEdges() {
        for a in Operands.edges { for b in Operands.edges { Self.check(a, b) } }
    }

    @Test func everySmallPairEqualsNativeArithmetic() {
        for x in 0..<UInt64(40) {
            for y in 0..<UInt64(40) {
                let a = U256(x), b = U256(y)
                #expect(a + b == U256(x + y) && a * b == U256(x * y))
                #expect(a.subtracting(b) == (x < y ? nil : U256(x &- y)))
                #expect(a.pow(b) == U256(truncating: BigUInt(x).power(Int(y))))
                if y > 0 { #expect(a / b == U256(x / y) && a % b == U256(x % y)) }
            }
        }
    }

    @Test func everyShiftEqualsBigInt() {
        var generator = SeededGenerator()
        for _ in 0..<40 {
            let a = Operands.word(&generator), x = BigUInt(a)
            for n in 0...260 {
                #expect(BigUInt(a << n) == (x << n) % Operands.modulus, "\(a) << \(n)")
                #expect(BigUInt(a >> n) == x >> n, "\(a) >> \(n)")
            }
            #expect(a << Int.max == .zero && a >> Int.max == .zero)
        }
    }

    @Test func bitCountsEqualBigInt() {
        var generator = SeededGenerator()
        for a in Operands.edges + (0..<500).map({ _ in Operands.word(&generator) }) {
            let x = BigUInt(a)
            #expect(a.bitWidthUsed == x.bitWidth && a.leadingZeroBitCount == 256 - x.bitWidth)
            #expect(a.trailingZeroBitCount == (a.isZero ? 256 : x.trailingZeroBitCount))
            #expect(~a == U256.max &- a && a.isZero == (x == 0))
            #expect(U256(limbs: a.w0, a.w1, a.w2, a.w3) == a)
        }
    }

    @Test func powersWrapLikeBigInt() {
        var generator = SeededGenerator()
        for _ in 0..<40 {
            let base = Operands.word(&generator), exponent = Operands.word(&generator)
            let expected = BigUInt(base).power(BigUInt(exponent), modulus: Operands.modulus)
            #expect(BigUInt(base.pow(exponent)) == expected, "\(base) ^ \(exponent)")
        }
        #expect(U256.zero.pow(0) == 1 && U256.zero.pow(5) == 0 && U256.max.pow(.max) == .max)
    }

    @Test func literalsOfAnySizeAreRead() {
        #expect((0 as U256).isZero)
        let max: U256 = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff
        #expect(max == .max)
        let large: U256 =
            115_792_089_237_316_195_423_570_985_008_687_907_852_837_564_279_074_904_382_605_163_141_518_161_494_337
        #expect(large.hex == "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
    }

    /// Each result is printed: the optimiser may drop an operation that traps when nobody uses its result.
    @Test func operatorsTrapWhereTheirCommentsSaySo() async {
        await #expect(processExitsWith: .failure) { print(U256.max + 1) }
        await #expect(processExitsWith: .failure) { print(U256.zero - 1) }
        await #expect(processExitsWith: .failure) { print((U256.one << 128) * (U256.one << 128)) }
        await #expect(processExitsWith: .failure) { print(U256.one / 0) }
        await #expect(processExitsWith: .failure) { print(U256.one % 0) }
        await #expect(processExitsWith: .failure) { print(U256.one << -1) }
        await #expect(processExitsWith: .failure) { print(U256(-1)) }
        await #expect(processExitsWith: .failure) { print(U256.dividingFullWidth(high: 5, low: 0, by: 5)) }
        await #expect(processExitsWith: .failure) { print(U256(bigEndian: [UInt8](repeating: 0, count: 33))) }
    }
}
