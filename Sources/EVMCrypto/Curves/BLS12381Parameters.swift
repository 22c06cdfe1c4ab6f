internal import EVMTypes

typealias BLSFp = Fp<BLS12381Parameters>
typealias BLSFp2 = Fp2<BLS12381Parameters>
typealias BLSFp12 = Fp12<BLS12381Parameters>
typealias BLSPoint1 = AffinePoint<BLSFp>
typealias BLSPoint2 = AffinePoint<BLSFp2>

extension BLS12381Parameters: PairingParameters {
    typealias Limbs = Limbs6

    // MARK: xi = 1 + u

    static func timesXi(_ a: BLSFp2) -> BLSFp2 { Fp2(a.c0 - a.c1, a.c0 + a.c1) }

    static func timesXi(_ a: Fp2Wide<BLS12381Parameters>) -> Fp2Wide<BLS12381Parameters> {
        Fp2Wide(c0: a.c0 - a.c1, c1: a.c0 + a.c1)
    }

    // MARK: Pairing

    static var isDTwist: Bool { false }

    /// |x| in non-adjacent form: its few set bits are never neighbours but at the top. Without the leading 1.
    static let loopDigits = xDigits.loop

    static let xDigits = SignedDigits(UInt128(x), width: 2)

    /// x is negative, so the loop's value would have to be inverted here; whether a product is 1 does not depend on it.
    static func finish(_ f: inout BLSFp12, _ pair: inout MillerPair<BLS12381Parameters>) {}

    /// The easy part, then Hayashida, Hayasaka and Teruya 2020: (x - 1)^2 (x + p)(x^2 + p^2 - 1) + 3, which is three
    /// times the hard part.
    static func finalExponentiation(_ given: BLSFp12) -> BLSFp12 {
        let easy = given.conjugate * given.inverse
        let f = easy.frobeniusSquared * easy
        let a = powerX(f) * f.conjugate
        let b = powerX(a) * a.conjugate
        let c = powerX(b) * b.frobenius
        let d = powerX(powerX(c)) * c.frobeniusSquared * c.conjugate
        return d * f.cyclotomicSquared * f
    }

    /// a^x in the cyclotomic subgroup, where the conjugate is the inverse.
    private static func powerX(_ a: BLSFp12) -> BLSFp12 { a.cyclotomicPower(xDigits).conjugate }

    // MARK: Endomorphisms

    static func phi(_ a: BLSPoint1) -> BLSPoint1 { AffinePoint(a.x * beta, a.y) }

    static func psi(_ a: BLSPoint2) -> BLSPoint2 {
        AffinePoint(a.x.conjugate * psiX, a.y.conjugate * psiY)
    }

    static func psi(_ a: JacobianPoint<BLSFp2>) -> JacobianPoint<BLSFp2> {
        JacobianPoint(a.x.conjugate * psiX, a.y.conjugate * psiY, a.z.conjugate)
    }

    /// Whether a point of the curve is in the group of prime order: phi(P) = [-x^2] P (Scott 2021, "A note on group
    /// membership tests for G1, G2 and GT on BLS pairing-friendly curves").
    static func isInSubgroup(_ p: BLSPoint1) -> Bool {
        let xp = multipliedByX(p)
        return (-xp.multiplied(bySparse: x)).equals(phi(p))
    }

    /// The same on the twist: psi(Q) = [x] Q.
    static func isInSubgroup(_ q: BLSPoint2) -> Bool { (-multipliedByX(q)).equals(psi(q)) }

    /// [|x|] a by additions of an affine point.
    static func multipliedByX<F: CurveField>(_ a: AffinePoint<F>) -> JacobianPoint<F> {
        var result = JacobianPoint(a)
        for bit in (0..<63).reversed() {
            result = result.doubled
            if x &>> UInt64(bit) & 1 == 1 { result = result + a }
        }
        return result
    }

    /// [1 - x] P: sends every point of the curve into the group (RFC 9380, section 8.8.1).
    static func clearCofactor(_ p: JacobianPoint<BLSFp>) -> JacobianPoint<BLSFp> {
        p.multiplied(bySparse: x) + p
    }

    /// [x^2 - x - 1] Q + [x - 1] psi(Q) + psi^2(2 Q): the same on the twist (Budroni and Pintore 2017; RFC 9380,
    /// appendix G.3).
    static func clearCofactor(_ q: JacobianPoint<BLSFp2>) -> JacobianPoint<BLSFp2> {
        let psiQ = psi(q)
        let minusXQ = q.multiplied(bySparse: x)
        // [-x]([-x] Q - psi(Q)) = [x^2] Q + [x] psi(Q).
        let high = (minusXQ + -psiQ).multiplied(bySparse: x)
        return high + minusXQ + -q + -psiQ + psi(psi(q.doubled))
    }

    // MARK: Multiples of points of the groups

    /// [k] P as two terms with 128-bit factors: k = k0 + k1 x^2, and [x^2] P = -phi(P).
    static func terms(_ p: BLSPoint1, _ scalar: U256) -> [ScaledPoint<BLSFp>] {
        let square = U256(UInt128(x) * UInt128(x))
        let (k1, k0) = (scalar % order).quotientAndRemainder(dividingBy: square)
        return [ScaledPoint(point: p, scalar: k0.lo), ScaledPoint(point: -phi(p), scalar: k1.lo)]
    }

    /// [k] Q as four terms with 64-bit factors: k in base |x|, and [|x|] Q = -psi(Q).
    static func terms(_ q: BLSPoint2, _ scalar: U256) -> [ScaledPoint<BLSFp2>] {
        var rest = scalar % order, point = q
        var terms: [ScaledPoint<BLSFp2>] = []
        terms.reserveCapacity(4)
        for _ in 0..<4 {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: U256(x))
            terms.append(ScaledPoint(point: point, scalar: digit.lo))
            rest = quotient
            point = -psi(point)
        }
        return terms
    }
}
