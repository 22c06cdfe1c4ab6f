internal import EVMTypes

typealias BN254Fp = Fp<BN254Parameters>
typealias BN254Fp2 = Fp2<BN254Parameters>
typealias BN254Fp12 = Fp12<BN254Parameters>

extension BN254Parameters: PairingParameters {
    typealias Limbs = Limbs4

    // MARK: xi = 9 + u

    static func timesXi(_ a: BN254Fp2) -> BN254Fp2 {
        Fp2(ninefold(a.c0, plus: -a.c1), ninefold(a.c1, plus: a.c0))
    }

    static func timesXi(_ a: Fp2Wide<BN254Parameters>) -> Fp2Wide<BN254Parameters> {
        Fp2Wide(c0: ninefold(a.c0) - a.c1, c1: ninefold(a.c1) + a.c0)
    }

    /// 9 a + b.
    @inline(__always)
    private static func ninefold(_ a: BN254Fp, plus b: BN254Fp) -> BN254Fp {
        let (low, high) = a.limbs.scaled(by: 9)
        let (sum, carry) = Limbs4.adding(low, b.limbs)
        return Fp(montgomery: reduced(sum, over: high &+ carry))
    }

    /// 9 a before reduction: the high half modulo p.
    @inline(__always)
    private static func ninefold(_ a: FpWide<BN254Parameters>) -> FpWide<BN254Parameters> {
        let (low, carry) = a.value.low.scaled(by: 9)
        let (high, over) = a.value.high.scaled(by: 9)
        let (sum, overflow) = Limbs4.adding(high, Limbs4(carry, 0, 0, 0))
        return FpWide(value: Wide(low: low, high: reduced(sum, over: over &+ overflow)))
    }

    /// (over 2^256 + low) modulo p, for values up to 10 p. The quotient is estimated from the top 26 bits and is at
    /// most one too small.
    @inline(__always)
    private static func reduced(_ low: Limbs4, over: UInt64) -> Limbs4 {
        let top = over &<< 24 | low.l3 &>> 40
        // 2^40 / (p / 2^232 + 1), rounded down.
        let quotient = (top &* ((1 << 40) / 0x30644f)) &>> 40
        let multiple = modulus.scaled(by: quotient).low
        return Limbs4.subtracting(low, multiple).difference.reducedOnce(modulus)
    }

    // MARK: Pairing

    static var isDTwist: Bool { true }

    /// 6 x + 2 in non-adjacent form, without the leading 1.
    static let loopDigits = SignedDigits(6 * UInt128(x) + 2, width: 2).loop

    static let xDigits = SignedDigits(UInt128(x), width: 4)

    /// The two lines through psi(Q) and -psi^2(Q).
    static func finish(_ f: inout BN254Fp12, _ pair: inout MillerPair<BN254Parameters>) {
        let first = psi(pair.q)
        f.take(pair.add(first), at: pair.p)
        f.take(pair.add(-psi(first)), at: pair.p)
    }

    /// Frobenius seen on the twist.
    static func psi(_ a: AffinePoint<BN254Fp2>) -> AffinePoint<BN254Fp2> {
        AffinePoint(a.x.conjugate * psiX, a.y.conjugate * psiY)
    }

    static func psi(_ a: JacobianPoint<BN254Fp2>) -> JacobianPoint<BN254Fp2> {
        JacobianPoint(a.x.conjugate * psiX, a.y.conjugate * psiY, a.z.conjugate)
    }

    /// The easy part, then Fuentes-Castaneda, Knapp and Rodriguez-Henriquez 2011: the exponent
    /// l0 + l1 p + l2 p^2 + l3 p^3 with l2 = 12 x^3 + 6 x^2 + 6 x, l1 = l2 - 2 x, l0 = l2 + 6 x^2 + 1, l3 = l1 - 1,
    /// which is 2 x (6 x^2 + 3 x + 1) times the hard part.
    static func finalExponentiation(_ given: BN254Fp12) -> BN254Fp12 {
        let easy = given.conjugate * given.inverse
        let f = easy.frobeniusSquared * easy
        let f2x = f.cyclotomicPower(xDigits).cyclotomicSquared
        let f6x = f2x.cyclotomicSquared * f2x
        let f6x2 = f6x.cyclotomicPower(xDigits)
        let f12x3 = f6x2.cyclotomicSquared.cyclotomicPower(xDigits)
        let l2 = f12x3 * f6x2 * f6x
        let l1 = l2 * f2x.conjugate
        let l0 = l2 * f6x2 * f
        let l3 = l1 * f.conjugate
        return l0 * l1.frobenius * l2.frobeniusSquared * l3.frobeniusSquared.frobenius
    }

    /// Whether a point of the twist has the groups' order: [x + 1] Q + psi([x] Q) + psi^2([x] Q) = psi^3([2 x] Q)
    /// (El Housni, Guillevic and Piellard 2022, "Cofactor clearing and subgroup membership testing").
    static func isInSubgroup(_ q: AffinePoint<BN254Fp2>) -> Bool {
        let xq = MultiScalar.windowedSum(ScaledPoint(point: q, scalar: UInt128(x)), nil)
        let once = psi(xq)
        let twice = psi(once)
        let right = psi(twice).doubled
        return (xq + q + once + twice + -right).isInfinity
    }

    // MARK: Multiples

    /// [k] a by the endomorphism (x, y) -> (beta x, y): two multiples of 127 bits with shared doublings (Gallant,
    /// Lambert and Vanstone 2001).
    static func multiply(_ a: AffinePoint<BN254Fp>, by scalar: U256) -> AffinePoint<BN254Fp> {
        let k = scalar % order
        let c1 = k.multipliedFullWidth(by: firstRounding).high
        let c2 = k.multipliedFullWidth(by: secondRounding).high
        let a1 = U256(firstA), b1 = U256(firstB), a2 = U256(secondA), b2 = U256(secondB)
        // Both are small and may be negative: modulo 2^256 in two's complement.
        let k1 = k &- c1 &* a1 &- c2 &* a2
        let k2 = c1 &* b1 &- c2 &* b2
        let image = AffinePoint(a.x * beta, a.y)
        return MultiScalar.windowedSum(signed(a, k1), signed(image, k2)).affine
    }

    private static func signed(_ a: AffinePoint<BN254Fp>, _ k: U256) -> ScaledPoint<BN254Fp> {
        k.hi >> 127 == 1
            ? ScaledPoint(point: -a, scalar: (U256.zero &- k).lo) : ScaledPoint(point: a, scalar: k.lo)
    }
}
