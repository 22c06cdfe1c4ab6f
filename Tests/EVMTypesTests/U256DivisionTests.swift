import BigInt
import EVMTypes
import TestSupport
import Testing

/// Division and what rests on it against BigInt, with operands made to break quotient estimates.
@Suite struct U256DivisionTests {
    static func checkDivision(_ a: U256, _ d: U256) {
        guard !d.isZero else { return }
        let (q, r) = a.quotientAndRemainder(dividingBy: d)
        let (x, y) = BigUInt(a).quotientAndRemainder(dividingBy: BigUInt(d))
        #expect(BigUInt(q) == x && BigUInt(r) == y, "\(a) / \(d)")
        #expect(a / d == q && a % d == r)
        #expect(BigUInt(a.dividedRoundingUp(by: d)) == (y == 0 ? x : x + 1), "\(a) / \(d) up")
    }

    static func checkFullWidth(_ high: U256, _ low: U256, _ d: U256) {
        guard high < d else { return }
        let (q, r) = U256.dividingFullWidth(high: high, low: low, by: d)
        let (x, y) = (BigUInt(high) << 256 + BigUInt(low)).quotientAndRemainder(dividingBy: BigUInt(d))
        #expect(BigUInt(q) == x && BigUInt(r) == y, "(\(high), \(low)) / \(d)")
    }

    static func checkProducts(_ a: U256, _ b: U256, _ d: U256) {
        let x = BigUInt(a), y = BigUInt(b), z = BigUInt(d)
        let floor = z == 0 ? nil : (x * y) / z
        let ceiling = z == 0 ? nil : (x * y + z - 1) / z
        let fits = { (value: BigUInt?) in value.flatMap { $0 < Operands.modulus ? $0 : nil } }
        #expect(U256.mulDiv(a, b, d).map { BigUInt($0) } == fits(floor), "\(a) * \(b) / \(d)")
        #expect(U256.mulDivRoundingUp(a, b, d).map { BigUInt($0) } == fits(ceiling), "\(a) * \(b) / \(d) up")
        #expect(BigUInt(U256.mulMod(a, b, d)) == (z == 0 ? 0 : (x * y) % z), "\(a) * \(b) mod \(d)")
        #expect(BigUInt(U256.addMod(a, b, d)) == (z == 0 ? 0 : (x + y) % z), "\(a) + \(b) mod \(d)")
    }

    @Test func divisionEqualsBigIntOnRandomOperands() {
        var generator = SeededGenerator()
        for _ in 0..<20_000 { Self.checkDivision(Operands.word(&generator), Operands.word(&generator)) }
    }

    @Test func divisionEqualsBigIntOnEveryPairOfEdges() {
        for a in Operands.edges { for d in Operands.edges { Self.checkDivision(a, d) } }
    }

    /// Dividends q * d + r with quotients of extreme limbs and remainders at both ends, for divisors of one to four
    /// limbs.
    @Test func multiplesOfTheDivisorAndTheirNeighboursDivideExactly() {
        var generator = SeededGenerator()
        for _ in 0..<20_000 {
            let d = Operands.word(&generator) >> Int(generator.next() % 4 * 64), q = Operands.word(&generator)
            guard !d.isZero, let product = d.multiplied(by: q) else { continue }
            for a in [product, product &- 1, product &+ 1, product &+ (d &- 1)] { Self.checkDivision(a, d) }
        }
    }

    /// 512-bit dividends just below, at and above multiples, among them those whose upper limbs equal the divisor's
    /// (the one case in which the reciprocal's estimate would not fit a limb).
    @Test func fullWidthDivisionEqualsBigInt() {
        var generator = SeededGenerator()
        for _ in 0..<10_000 {
            let d = Operands.word(&generator) >> Int(generator.next() % 4 * 64), low = Operands.word(&generator)
            guard !d.isZero else { continue }
            Self.checkFullWidth(Operands.word(&generator) % d, low, d)
            Self.checkFullWidth(d &- 1, low, d)
            Self.checkFullWidth(d &- 1, .max, d)
            // Equal upper limbs, smaller lower ones.
            for cut in [64, 128, 192] { Self.checkFullWidth((d >> cut) << cut, low, d) }
            let (high, product) = d.multipliedFullWidth(by: low)
            Self.checkFullWidth(high, product, d)
        }
    }

    @Test func fullWidthDivisionEqualsBigIntOnEveryTripleOfEdges() {
        let edges = Operands.edges.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        for d in edges where !d.isZero {
            for high in edges where high < d { for low in edges { Self.checkFullWidth(high, low, d) } }
        }
    }

    @Test func productsOverDivisorsEqualBigInt() {
        var generator = SeededGenerator()
        for _ in 0..<10_000 {
            Self.checkProducts(Operands.word(&generator), Operands.word(&generator), Operands.word(&generator))
        }
        let edges = Operands.edges.enumerated().filter { $0.offset % 4 == 0 }.map(\.element)
        for a in edges { for b in edges { for d in edges { Self.checkProducts(a, b, d) } } }
    }

    /// The rounding up of a quotient of exactly 2^256 - 1 with a remainder does not fit, and says so.
    @Test func roundingUpPastTheLargestValueIsRefused() {
        #expect(U256.mulDiv(.max, .max, .max) == .max)
        #expect(U256.mulDivRoundingUp(.max, .max, .max) == .max)
        let d: U256 = 3, a = U256.max, b = d  // a * b / d = 2^256 - 1 exactly
        #expect(U256.mulDiv(a, b, d) == .max && U256.mulDivRoundingUp(a, b, d) == .max)
        // 535006138814359 * 432862656469423142931042426214547535783388063929571229938474969 * 2 / 2^2 passes by the
        // remainder.
        let x: U256 = 535_006_138_814_359
        let y: U256 = 432_862_656_469_423_142_931_042_426_214_547_535_783_388_063_929_571_229_938_474_969
        #expect(U256.mulDiv(x, y, 2) == .max)
        #expect(U256.mulDivRoundingUp(x, y, 2) == nil)
        #expect(U256.mulDiv(1, 1, 0) == nil && U256.mulDivRoundingUp(0, 0, 0) == nil)
    }

    @Test func squareRootsAreFloors() {
        var generator = SeededGenerator()
        var values = Operands.edges + (0..<3000).map { _ in Operands.word(&generator) } + (0..<300).map { U256($0) }
        for _ in 0..<2000 {
            let root = Operands.word(&generator) >> 128
            values += [root &* root, (root &* root) &- 1, (root &* root) &+ 1]
        }
        for value in values {
            let root = value.squareRoot()
            #expect(root &* root <= value && root.hi == 0, "\(value)")
            let (high, low) = (root &+ 1).multipliedFullWidth(by: root &+ 1)
            #expect(!high.isZero || low > value, "\(value)")
        }
    }
}
