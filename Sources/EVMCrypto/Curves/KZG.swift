internal import EVMTypes

/// The precompile 0x0a: KZG point evaluation, EIP-4844.
public enum KZG {
    /// Whether `proof` shows that the polynomial behind `commitment` has the value y at z, and the versioned hash is
    /// the commitment's.
    ///
    /// 192 bytes: versioned hash 32, z 32, y 32, commitment 48, proof 48 (points of G1, compressed). z and y must be
    /// below the groups' order. False: the proof does not hold, any part is invalid, or the length is not 192.
    /// About 1.6 ms; the first call also prepares the lines of the two fixed points of G2.
    public static func verifyPointEvaluation(_ input: Span<UInt8>) -> Bool {
        guard input.count == 192 else { return false }
        let z = input.bigEndianU256(at: 32), y = input.bigEndianU256(at: 64)
        guard z < BLS12381Parameters.order, y < BLS12381Parameters.order else { return false }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(48)
        for i in 96..<144 { bytes.append(input[i]) }
        var hash = SHA256.hash(bytes).bytes
        hash[0] = 1  // the version of KZG commitments
        for i in 0..<32 where hash[i] != input[i] { return false }
        guard let commitment = compressedPoint(input, at: 96), let proof = compressedPoint(input, at: 144) else {
            return false
        }
        // e(proof, [tau - z] G2) = e(commitment - [y] G1, G2), with all work moved to G1:
        // e(commitment - [y] G1 + [z] proof, G2) e(-proof, [tau] G2) = 1.
        let minusY = y.isZero ? y : BLS12381Parameters.order - y
        let terms =
            BLS12381Parameters.terms(BLS12381Parameters.generator1, minusY) + BLS12381Parameters.terms(proof, z)
        let left = (MultiScalar.windowedSum(terms) + commitment).affine
        return Pairing.productIsOne([(left, generatorLines), (-proof, tauLines)])
    }

    private static let generatorLines = FixedLines(BLS12381Parameters.generator2)
    private static let tauLines = FixedLines(BLS12381Parameters.tau2)

    /// A point of G1 in 48 bytes: x, with three flags in the top bits (compressed, at infinity, larger y).
    private static func compressedPoint(_ input: Span<UInt8>, at offset: Int) -> BLSPoint1? {
        var x = input.bigEndianLimbs6(at: offset)
        let flags = x.l5 >> 61
        x.l5 &= ~0 >> 3
        guard flags & 4 != 0 else { return nil }
        if flags & 2 != 0 { return flags == 6 && x.isZero ? .infinity : nil }
        guard Limbs6.isLess(x, BLS12381Parameters.modulus) else { return nil }
        let element = BLSFp(integer: x)
        guard let root = (element.squared * element + BLS12381Parameters.curveB).squareRoot else { return nil }
        let point = AffinePoint(element, root.isLexicographicallyLarge == (flags & 1 != 0) ? root : -root)
        return BLS12381Parameters.isInSubgroup(point) ? point : nil
    }
}
