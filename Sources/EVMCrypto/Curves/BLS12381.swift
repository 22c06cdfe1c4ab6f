/// The precompiles 0x0b to 0x11 on BLS12-381: EIP-2537.
///
/// A field element is 64 big-endian bytes, of which the first 16 must be zero and which must be below the prime; an
/// element of Fp2 is its real part, then its imaginary part; a point is x, then y, and all zeros is the point at
/// infinity. Points off the curve are invalid input, and so are, except in the two additions, points outside the groups
/// of prime order. Scalars are any 256-bit numbers. Not constant-time: the data is public.
public enum BLS12381 {
    /// Adds two points of G1's curve, 256 bytes in, 128 out. No subgroup check. About 3 us.
    ///
    /// False, and `output` untouched: invalid input, or lengths that are not 256 and 128.
    public static func g1Add(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count == 256, output.count == 128 else { return false }
        guard let a = point1(input, at: 0), let b = point1(input, at: 128) else { return false }
        store(a + b, &output)
        return true
    }

    /// Adds two points of G2's curve, 512 bytes in, 256 out. No subgroup check. About 5 us.
    ///
    /// False, and `output` untouched: invalid input, or lengths that are not 512 and 256.
    public static func g2Add(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count == 512, output.count == 256 else { return false }
        guard let a = point2(input, at: 0), let b = point2(input, at: 256) else { return false }
        store(a + b, &output)
        return true
    }

    /// The sum of k multiples in G1, 160 k bytes in (point, scalar), 128 out.
    ///
    /// False, and `output` untouched: invalid input, no pair, or a length that is not a multiple of 160 or 128.
    public static func g1MultiScalar(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count > 0, input.count % 160 == 0, output.count == 128 else { return false }
        var terms: [ScaledPoint<BLSFp>] = []
        terms.reserveCapacity(input.count / 80)
        for offset in stride(from: 0, to: input.count, by: 160) {
            guard let p = member1(input, at: offset) else { return false }
            terms += BLS12381Parameters.terms(p, input.bigEndianU256(at: offset + 128))
        }
        store(MultiScalar.sum(terms).affine, &output)
        return true
    }

    /// The sum of k multiples in G2, 288 k bytes in (point, scalar), 256 out.
    ///
    /// False, and `output` untouched: invalid input, no pair, or a length that is not a multiple of 288 or 256.
    public static func g2MultiScalar(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count > 0, input.count % 288 == 0, output.count == 256 else { return false }
        var terms: [ScaledPoint<BLSFp2>] = []
        terms.reserveCapacity(input.count / 72)
        for offset in stride(from: 0, to: input.count, by: 288) {
            guard let q = member2(input, at: offset) else { return false }
            terms += BLS12381Parameters.terms(q, input.bigEndianU256(at: offset + 256))
        }
        store(MultiScalar.sum(terms).affine, &output)
        return true
    }

    /// Whether the product of the pairings of k pairs (G1, G2) is 1, 384 k bytes in.
    ///
    /// Nil: invalid input, no pair, or a length that is not a multiple of 384.
    public static func pairingCheck(_ input: Span<UInt8>) -> Bool? {
        guard input.count > 0, input.count % 384 == 0 else { return nil }
        var product = PairingProduct<BLS12381Parameters>()
        for offset in stride(from: 0, to: input.count, by: 384) {
            guard let p = member1(input, at: offset), let q = member2(input, at: offset + 128) else { return nil }
            product.take(p, q)
        }
        return product.isOne()
    }

    /// Maps a field element to G1 (RFC 9380: simplified SWU, isogeny, cofactor), 64 bytes in, 128 out.
    ///
    /// False, and `output` untouched: not a field element, or lengths that are not 64 and 128.
    public static func mapToG1(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count == 64, output.count == 128, let u = element(input, at: 0) else { return false }
        store(BLS12381Map.toG1(u), &output)
        return true
    }

    /// Maps an element of Fp2 to G2, 128 bytes in, 256 out.
    ///
    /// False, and `output` untouched: not an element of Fp2, or lengths that are not 128 and 256.
    public static func mapToG2(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count == 128, output.count == 256, let u = element2(input, at: 0) else { return false }
        store(BLS12381Map.toG2(u), &output)
        return true
    }
}

// MARK: Bytes

extension BLS12381 {
    static func element(_ input: Span<UInt8>, at offset: Int) -> BLSFp? {
        guard input.bigEndianWord(at: offset) | input.bigEndianWord(at: offset + 8) == 0 else { return nil }
        let integer = input.bigEndianLimbs6(at: offset + 16)
        guard Limbs6.isLess(integer, BLS12381Parameters.modulus) else { return nil }
        return BLSFp(integer: integer)
    }

    private static func element2(_ input: Span<UInt8>, at offset: Int) -> BLSFp2? {
        guard let c0 = element(input, at: offset), let c1 = element(input, at: offset + 64) else { return nil }
        return Fp2(c0, c1)
    }

    /// A point of the curve, of any order.
    private static func point1(_ input: Span<UInt8>, at offset: Int) -> BLSPoint1? {
        guard let x = element(input, at: offset), let y = element(input, at: offset + 64) else { return nil }
        let point = AffinePoint(x, y)
        return point.isOnCurve(b: BLS12381Parameters.curveB) ? point : nil
    }

    private static func point2(_ input: Span<UInt8>, at offset: Int) -> BLSPoint2? {
        guard let x = element2(input, at: offset), let y = element2(input, at: offset + 128) else { return nil }
        let point = AffinePoint(x, y)
        return point.isOnCurve(b: BLS12381Parameters.twistB) ? point : nil
    }

    /// A point of the group of prime order.
    private static func member1(_ input: Span<UInt8>, at offset: Int) -> BLSPoint1? {
        guard let point = point1(input, at: offset) else { return nil }
        return point.isInfinity || BLS12381Parameters.isInSubgroup(point) ? point : nil
    }

    private static func member2(_ input: Span<UInt8>, at offset: Int) -> BLSPoint2? {
        guard let point = point2(input, at: offset) else { return nil }
        return point.isInfinity || BLS12381Parameters.isInSubgroup(point) ? point : nil
    }

    private static func store(_ point: BLSPoint1, _ output: inout MutableSpan<UInt8>) {
        store(point.x, &output, at: 0)
        store(point.y, &output, at: 64)
    }

    private static func store(_ point: BLSPoint2, _ output: inout MutableSpan<UInt8>) {
        store(point.x.c0, &output, at: 0)
        store(point.x.c1, &output, at: 64)
        store(point.y.c0, &output, at: 128)
        store(point.y.c1, &output, at: 192)
    }

    private static func store(_ element: BLSFp, _ output: inout MutableSpan<UInt8>, at offset: Int) {
        let integer = element.integer
        output.storeBigEndian(0, at: offset)
        output.storeBigEndian(0, at: offset + 8)
        for limb in 0..<6 { output.storeBigEndian(integer[5 - limb], at: offset + 16 + 8 * limb) }
    }
}
