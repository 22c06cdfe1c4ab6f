import BigInt
import EVMTypes
import TestSupport
import Testing

/// The signed word against BigInt.
@Suite struct I256Tests {
    static let low = BigInt(-1) << 255, high = BigInt(1) << 255

    /// The value modulo 2^256 in the signed range.
    static func wrap(_ value: BigInt) -> BigInt {
        let modulus = BigInt(1) << 256
        let rest = ((value % modulus) + modulus) % modulus
        return rest >= high ? rest - modulus : rest
    }

    static func check(_ a: I256, _ b: I256) {
        let x = BigInt(a), y = BigInt(b)
        for (ours, exact, wrapped, checked) in [
            (a.addingReportingOverflow(b), x + y, a &+ b, a.adding(b)),
            (a.subtractingReportingOverflow(b), x - y, a &- b, a.subtracting(b)),
            (a.multipliedReportingOverflow(by: b), x * y, a &* b, a.multiplied(by: b)),
        ] {
            let fits = exact >= low && exact < high
            #expect(BigInt(wrapped) == wrap(exact), "\(a), \(b)")
            #expect(ours.partialValue == wrapped && ours.overflow == !fits, "\(a), \(b)")
            #expect(checked == (fits ? wrapped : nil))
        }
        if x + y >= low, x + y < high { #expect(a + b == a &+ b) }
        if x - y >= low, x - y < high { #expect(a - b == a &- b) }
        if x * y >= low, x * y < high { #expect(a * b == a &* b) }
        #expect((a < b) == (x < y) && (a == b) == (x == y))
        // BigInt 6.0.1 goes wrong in `& | ^ >>` of some negative numbers: they are checked through non-negative ones.
        let u = BigUInt(a.bits), v = BigUInt(b.bits)
        #expect(BigUInt((a & b).bits) == u & v && BigUInt((a | b).bits) == u | v && BigUInt((a ^ b).bits) == u ^ v)
        if !b.isZero {
            let (q, r) = a.quotientAndRemainder(dividingBy: b)
            #expect(BigInt(q) == wrap(x / y) && BigInt(r) == x % y, "\(a) / \(b)")
            if x / y < high { #expect(a / b == q) }
            #expect(a % b == r)
        }
    }

    static let edges: [I256] = Operands.edges.map { I256(bits: $0) } + Operands.edges.map { I256(bits: .zero &- $0) }

    @Test func operatorsEqualBigIntOnRandomOperands() {
        var generator = SeededGenerator()
        for _ in 0..<4000 { Self.check(I256(bits: Operands.word(&generator)), I256(bits: Operands.word(&generator))) }
    }

    @Test func operatorsEqualBigIntOnPairsOfEdges() {
        for a in Self.edges { for b in Self.edges.enumerated() where b.offset % 3 == 0 { Self.check(a, b.element) } }
        for a in [I256.min, .max, 0, 1, -1] { for b in [I256.min, .max, 0, 1, -1] { Self.check(a, b) } }
    }

    @Test func everySmallPairEqualsNativeArithmetic() {
        for x in -20...20 {
            for y in -20...20 {
                let a = I256(x), b = I256(y)
                #expect(a + b == I256(x + y) && a - b == I256(x - y) && a * b == I256(x * y) && (a < b) == (x < y))
                if y != 0 { #expect(a / b == I256(x / y) && a % b == I256(x % y)) }
            }
        }
    }

    @Test func shiftsKeepTheSign() {
        var generator = SeededGenerator()
        for a in Self.edges + (0..<30).map({ _ in I256(bits: Operands.word(&generator)) }) {
            for n in stride(from: 0, through: 260, by: 13) {
                let x = BigInt(a), divisor = BigInt(1) << n
                let floor = x < 0 ? (x - divisor + 1) / divisor : x / divisor
                #expect(BigInt(a >> n) == floor, "\(a) >> \(n)")
                #expect(BigInt(a << n) == Self.wrap(BigInt(a) << n), "\(a) << \(n)")
            }
            #expect(a >> Int.max == (a.isNegative ? -1 : 0) && a << Int.max == 0)
            #expect(BigInt(~a) == -BigInt(a) - 1)
        }
    }

    @Test func signsMagnitudesAndTextRoundTrip() {
        var generator = SeededGenerator()
        for a in Self.edges + (0..<1000).map({ _ in I256(bits: Operands.word(&generator)) }) {
            #expect(a.description == BigInt(a).description && I256(decimal: a.description) == a)
            #expect(I256(magnitude: a.magnitude, isNegative: a.isNegative) == a)
            #expect(a.negated() == (a == .min ? nil : I256(decimal: (-BigInt(a)).description)))
            #expect(a.asU256 == (a.isNegative ? nil : a.bits) && I256(exactly: a.bits) == (a.isNegative ? nil : a))
            #expect(a.asInt == Int(exactly: BigInt(a)))
            #expect(a.double == Double(a.description))
        }
        #expect(I256(magnitude: U256.one << 255, isNegative: false) == nil)
        #expect(I256(magnitude: U256.one << 255, isNegative: true) == .min)
        #expect(I256(magnitude: (U256.one << 255) + 1, isNegative: true) == nil)
        #expect(I256(magnitude: 0, isNegative: true) == 0)
        #expect(
            I256.min.description == "-57896044618658097711785492504343953926634992332820282019728792003956564819968")
    }

    @Test(arguments: [
        "", "-", "--1", "+1", "- 1", "1-", "0x1", "-0x1",
        "57896044618658097711785492504343953926634992332820282019728792003956564819968",
        "-57896044618658097711785492504343953926634992332820282019728792003956564819969",
    ])
    func textThatIsNoSignedWordIsRefused(_ text: String) { #expect(I256(decimal: text) == nil) }

    @Test func theLowestNumberOverMinusOneWrapsAsInTheEVM() {
        let (q, r) = I256.min.quotientAndRemainder(dividingBy: -1)
        #expect(q == .min && r == 0)
    }

    @Test func operatorsTrapWhereTheirCommentsSaySo() async {
        await #expect(processExitsWith: .failure) { print(I256.max + 1) }
        await #expect(processExitsWith: .failure) { print(I256.min - 1) }
        await #expect(processExitsWith: .failure) { print(I256.min * -1) }
        await #expect(processExitsWith: .failure) { print(I256.min / -1) }
        await #expect(processExitsWith: .failure) { print(-I256.min) }
        await #expect(processExitsWith: .failure) { print(I256.one % 0) }
    }
}
