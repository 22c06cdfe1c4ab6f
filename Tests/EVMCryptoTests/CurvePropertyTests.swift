import EVMTypes
import TestSupport
import Testing

@testable import EVMCrypto

/// What must hold whatever the input: algebra, agreement of our own two ways, no trap.
@Suite struct CurvePropertyTests {
    static func element<P: PrimeParameters>(_ type: P.Type, _ random: inout SeededGenerator) -> Fp<P> {
        var limbs = P.Limbs.zero
        for i in 0..<P.Limbs.count { limbs[i] = random.next() }
        // Products with R^2 bring any integer below R into range.
        return Fp(integer: limbs)
    }

    static func checkField<P: PrimeParameters>(_ type: P.Type) {
        var random = SeededGenerator()
        var samples = [Fp<P>.zero, .one, -.one, Fp(2), Fp<P>.one.halved]
        for _ in 0..<40 { samples.append(element(type, &random)) }
        for a in samples {
            #expect(a.halved.doubled == a && a + -a == .zero && a - a == .zero)
            #expect(a.isZero ? a.inverse.isZero : a * a.inverse == .one)
            #expect(Fp(integer: a.integer) == a)
            for b in samples {
                #expect((a + b) * (a - b) == a.squared - b.squared)
                #expect(Fp.wideMultiply(a, b).reduced == a * b)
                #expect((Fp.wideMultiply(a, b) - Fp.wideMultiply(b, b)).reduced == (a - b) * b)
                #expect((Fp.wideMultiply(a, b) + Fp.wideMultiply(b, b)).reduced == (a + b) * b)
            }
        }
        // Fermat's inverse, the other way.
        var exponent = P.modulus
        exponent[0] -= 2
        for a in samples { #expect(a.power(exponent) == a.inverse) }
    }

    static func checkTower<P: TowerParameters>(_ type: P.Type) {
        var random = SeededGenerator()
        func two() -> Fp2<P> { Fp2(element(type, &random), element(type, &random)) }
        func six() -> Fp6<P> { Fp6(two(), two(), two()) }
        for _ in 0..<20 {
            let a = Fp12<P>(six(), six()), b = Fp12<P>(six(), six()), c = Fp12<P>(six(), six())
            #expect((a * b) * c == a * (b * c))
            #expect(a.squared == a * a && a * a.inverse == .one)
            let l0 = two(), l1 = two(), l3 = two()
            let dLine = Fp12<P>(Fp6(l0, .zero, .zero), Fp6(l1, l3, .zero))
            let mLine = Fp12<P>(Fp6(l0, l1, .zero), Fp6(.zero, l3, .zero))
            #expect(a.multiplied(byDLine: l0, l1, l3) == a * dLine)
            #expect(a.multiplied(byMLine: l0, l1, l3) == a * mLine)
            #expect((a * b).frobenius == a.frobenius * b.frobenius)
            #expect(a.frobenius.frobenius == a.frobeniusSquared)
            var six = a
            for _ in 0..<3 { six = six.frobeniusSquared }
            #expect(six == a.conjugate)
            let easy = a.conjugate * a.inverse
            let member = easy.frobeniusSquared * easy
            #expect(member.cyclotomicSquared == member.squared && member * member.conjugate == .one)
            #expect(a.c0.c0.timesXi.timesXi - a.c0.c0.timesXi * Fp2<P>.one.timesXi == .zero)
        }
    }

    @Test func fieldsObeyTheirLaws() {
        Self.checkField(BN254Parameters.self)
        Self.checkField(BLS12381Parameters.self)
    }

    @Test func towersObeyTheirLaws() {
        Self.checkTower(BN254Parameters.self)
        Self.checkTower(BLS12381Parameters.self)
    }

    @Test func signedDigitsGiveTheNumberBack() {
        var random = SeededGenerator()
        var values: [UInt128] = [0, 1, 2, 3, .max, .max - 1, 1 << 127, (1 << 127) - 1, .max - 14, .max - 16]
        for shift in 0..<128 { values.append(UInt128(random.next()) << 64 | UInt128(random.next()) >> UInt128(shift)) }
        for value in values {
            for width in 2...6 {
                var sum: UInt128 = 0
                let expansion = SignedDigits(value, width: width)
                let digits = (0..<expansion.count).map { expansion[$0] }
                for (i, digit) in digits.enumerated() where i < 128 {
                    sum &+= UInt128(truncatingIfNeeded: Int(digit)) << UInt128(i)
                }
                #expect(sum == value && digits.count <= 129)
                #expect(digits.allSatisfy { abs(Int($0)) < 1 << (width - 1) && ($0 == 0 || abs(Int($0)) % 2 == 1) })
            }
        }
    }

    @Test func sumsByTablesAndByBucketsAgree() {
        var random = SeededGenerator()
        let g = BLS12381Parameters.generator1, h = BLS12381Parameters.generator2
        for count in [1, 2, 3, 9, 40, 150, 300] {
            var terms: [ScaledPoint<BLSFp>] = [], terms2: [ScaledPoint<BLSFp2>] = []
            var p = JacobianPoint(g), q = JacobianPoint(h)
            for i in 0..<count {
                p = i % 5 == 3 ? -p : p.doubled + g
                q = i % 5 == 3 ? -q : q.doubled + h
                let scalar =
                    [0, 1, .max, 1 << 127, UInt128(random.next()) << 64 | UInt128(random.next())][
                        min(Int(random.next() % 16), 4)]
                terms.append(ScaledPoint(point: i % 7 == 6 ? .infinity : p.affine, scalar: scalar))
                terms2.append(ScaledPoint(point: i % 7 == 6 ? .infinity : q.affine, scalar: scalar >> 64))
            }
            #expect(MultiScalar.windowedSum(terms).affine == MultiScalar.bucketSum(terms).affine)
            #expect(MultiScalar.windowedSum(terms2).affine == MultiScalar.bucketSum(terms2).affine)
            guard count <= 2 else { continue }
            let second = count == 2 ? terms[1] : nil
            #expect(MultiScalar.windowedSum(terms[0], second).affine == MultiScalar.bucketSum(terms).affine)
        }
    }

    /// e(a P, b Q) e(-ab P, Q) = 1 and e(a P, b Q) e(-(ab + 1) P, Q) is not, for random a and b.
    @Test func pairingsAreBilinear() {
        var random = SeededGenerator()
        for _ in 0..<8 {
            let a = random.next() >> 1, b = random.next() >> 1
            let ab = U256(a).multiplied(by: U256(b))!
            func check<P: PairingParameters>(
                _ g: AffinePoint<Fp<P>>, _ h: AffinePoint<Fp2<P>>, _ type: P.Type
            ) {
                let aP = MultiScalar.windowedSum([ScaledPoint(point: g, scalar: UInt128(a))]).affine
                let bQ = MultiScalar.windowedSum([ScaledPoint(point: h, scalar: UInt128(b))]).affine
                let abP = -MultiScalar.windowedSum([ScaledPoint(point: g, scalar: ab.lo)]).affine
                func product(_ pairs: [(AffinePoint<Fp<P>>, AffinePoint<Fp2<P>>)]) -> Bool {
                    var product = PairingProduct<P>()
                    for pair in pairs { product.take(pair.0, pair.1) }
                    return product.isOne()
                }
                #expect(product([(aP, bQ), (abP, h)]))
                #expect(!product([(aP, bQ), (abP + g, h)]))
                #expect(!product([(aP, bQ)]))
                // More than one batch of pairs, and points at infinity between them.
                let many = [(aP, bQ), (abP, h), (.infinity, h), (g, .infinity)]
                #expect(product(many + many + many + many + many + many))
                #expect(!product(many + many + many + many + many + many + [(g, h)]))
            }
            check(BLS12381Parameters.generator1, BLS12381Parameters.generator2, BLS12381Parameters.self)
            check(AffinePoint(BN254Fp(1), BN254Fp(2)), Self.bnTwistGenerator, BN254Parameters.self)
        }
    }

    /// The generator of EIP-197.
    static let bnTwistGenerator: AffinePoint<BN254Fp2> = {
        func fp(_ x: U256) -> BN254Fp { Fp(integer: Limbs4(x.w0, x.w1, x.w2, x.w3)) }
        return AffinePoint(
            Fp2(
                fp(0x1800_deef_121f_1e76_426a_0066_5e5c_4479_6743_22d4_f75e_dadd_46de_bd5c_d992_f6ed),
                fp(0x198e_9393_920d_483a_7260_bfb7_31fb_5d25_f1aa_4933_35a9_e712_97e4_85b7_aef3_12c2)),
            Fp2(
                fp(0x12c8_5ea5_db8c_6deb_4aab_7180_8dcb_408f_e3d1_e769_0c43_d37b_4ce6_cc01_66fa_7daa),
                fp(0x0906_89d0_585f_f075_ec9e_99ad_690c_3395_bc4b_3133_70b3_8ef3_55ac_dadc_d122_975b)))
    }()

    /// Random bytes of random lengths, whole and near-valid ones too, into every function: an answer, never a trap.
    @Test func noInputTraps() throws {
        var random = SeededGenerator()
        var seeds: [String: [[UInt8]]] = [:]
        for file in ["bn254.txt", "bls12381.txt", "kzg.txt"] {
            for vector in try OwnVectors.fields("curves/\(file)") {
                seeds[vector[0], default: []].append(try OwnVectors.bytes(vector[1]))
            }
        }
        for name in CurveFunctions.names {
            let known = try #require(seeds[name])
            for _ in 0..<150 {
                var noise = [UInt8](repeating: 0, count: Int(random.next() % 900))
                for i in noise.indices { noise[i] = UInt8(truncatingIfNeeded: random.next()) }
                _ = CurveFunctions.call(name, noise)
                var near = known[Int(random.next() % UInt64(known.count))]
                if near.isEmpty { continue }
                near[Int(random.next() % UInt64(near.count))] ^= 1 << UInt8(random.next() % 8)
                if random.next() % 4 == 0 { near.removeLast(Int(random.next() % UInt64(near.count))) }
                _ = CurveFunctions.call(name, near)
            }
            // An output of the wrong size is refused too.
            var short = [UInt8](repeating: 0, count: 63)
            var span = short.mutableSpan
            #expect(!BN254.add([UInt8](repeating: 0, count: 128).span, into: &span))
            #expect(!BLS12381.mapToG1([UInt8](repeating: 0, count: 64).span, into: &span))
        }
    }
}
