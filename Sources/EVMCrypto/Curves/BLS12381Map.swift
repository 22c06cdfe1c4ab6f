// RFC 9380: the simplified Shallue-van de Woestijne-Ulas map to a curve that is isogenous to ours (section 6.6.2 and
// 6.6.3), the isogeny (appendix E), the cofactor (section 7). One field element to one point; no hashing.

/// A coordinate field with square roots and a sign.
protocol MapField: CurveField {
    /// A square root, or nil if there is none.
    var squareRoot: Self? { get }
    /// RFC 9380's sgn0.
    var isOdd: Bool { get }
}

extension Fp: MapField where P == BLS12381Parameters {
    /// By the power (p + 1) / 4, as p is 3 modulo 4. About 25 us.
    var squareRoot: BLSFp? {
        let root = power(P.rootExponent)
        return root.squared == self ? root : nil
    }
}

extension Fp2: MapField where P == BLS12381Parameters {
    /// By two or three roots in Fp: with n^2 = c0^2 + c1^2 and r^2 = (c0 ± n) / 2, the root is r + c1 / (2 r) u.
    var squareRoot: BLSFp2? {
        guard let norm = (c0.squared + c1.squared).squareRoot else { return nil }
        if c1.isZero {
            if let root = c0.squareRoot { return Fp2(root, .zero) }
            // -1 is no square in Fp, so that -c0 is one.
            return (-c0).squareRoot.map { Fp2(.zero, $0) }
        }
        let half = (c0 + norm).halved
        guard let root = half.squareRoot ?? (half - norm).squareRoot else { return nil }
        return Fp2(root, c1 * root.doubled.inverse)
    }

    var isOdd: Bool { c0.isZero ? c1.isOdd : c0.isOdd }
}

extension BLS12381Map {
    static func toG1(_ u: BLSFp) -> BLSPoint1 {
        let point = simplifiedSWU(u, a: a1, b: b1, z: z1)
        let image = isogeny(point, xNumerator1, xDenominator1, yNumerator1, yDenominator1)
        return BLS12381Parameters.clearCofactor(image).affine
    }

    static func toG2(_ u: BLSFp2) -> BLSPoint2 {
        let point = simplifiedSWU(u, a: a2, b: b2, z: z2)
        let image = isogeny(point, xNumerator2, xDenominator2, yNumerator2, yDenominator2)
        return BLS12381Parameters.clearCofactor(image).affine
    }

    /// A point of y^2 = x^3 + a x + b. Variable time.
    private static func simplifiedSWU<F: MapField>(_ u: F, a: F, b: F, z: F) -> AffinePoint<F> {
        let zuu = z * u.squared
        let t = zuu.squared + zuu
        // x = -b / a (1 + 1 / t), and b / (z a) for t = 0.
        let x1 = t.isZero ? b * (z * a).inverse : -b * (t + .one) * (a * t).inverse
        let g1 = (x1.squared + a) * x1 + b
        var x = x1, y: F
        if let root = g1.squareRoot {
            y = root
        } else {
            x = zuu * x1
            // g(x2) = (z u^2)^3 g(x1) is a square when g(x1) is not: z is no square.
            y = ((x.squared + a) * x + b).squareRoot ?? .zero
        }
        if u.isOdd != y.isOdd { y = -y }
        return AffinePoint(x, y)
    }

    /// (xn / xd, y yn / yd) of the polynomials' values at x, without a division. A root of a denominator gives the
    /// point at infinity.
    private static func isogeny<F: CurveField>(
        _ point: AffinePoint<F>, _ xNumerator: [F], _ xDenominator: [F], _ yNumerator: [F], _ yDenominator: [F]
    ) -> JacobianPoint<F> {
        let xn = value(xNumerator, point.x), xd = value(xDenominator, point.x)
        let yn = value(yNumerator, point.x) * point.y, yd = value(yDenominator, point.x)
        let z = xd * yd
        // x = xn / xd = xn xd yd^2 / z^2, and y = yn / yd = yn xd^3 yd^2 / z^3.
        let ydSquared = yd.squared
        return JacobianPoint(xn * xd * ydSquared, yn * xd * xd.squared * ydSquared, z)
    }

    /// Horner's rule, highest power first.
    private static func value<F: CurveField>(_ polynomial: [F], _ x: F) -> F {
        var value = F.zero
        for coefficient in polynomial { value = value * x + coefficient }
        return value
    }
}
