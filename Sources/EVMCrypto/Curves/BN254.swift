/// The precompiles 0x06 to 0x08 on bn254 (alt_bn128): EIP-196 and EIP-197.
///
/// y^2 = x^3 + 3 over the prime of EIP-196. Numbers are 32 big-endian bytes; (0, 0) is the point at infinity.
/// Coordinates that are not below the prime and points off the curve are invalid input. Not constant-time: the data is
/// public.
public enum BN254 {
    /// EIP-196 addition of two points, 128 bytes in, 64 out. About 1.7 us, no allocation.
    ///
    /// False, and `output` untouched: an invalid point, or a length that is not 128 or 64.
    public static func add(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count == 128, output.count == 64 else { return false }
        guard let a = point(input, at: 0), let b = point(input, at: 64) else { return false }
        store(a + b, &output)
        return true
    }

    /// EIP-196 multiplication of a point by any 256-bit number, 96 bytes in, 64 out. About 50 us, no allocation.
    ///
    /// False, and `output` untouched: an invalid point, or a length that is not 96 or 64.
    public static func multiply(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count == 96, output.count == 64 else { return false }
        guard let a = point(input, at: 0) else { return false }
        store(BN254Parameters.multiply(a, by: input.bigEndianU256(at: 64)), &output)
        return true
    }

    /// EIP-197: whether the product of the pairings of k pairs is 1, 192 k bytes in; true for none. The points of the
    /// twist come imaginary part first and must have the groups' order. About 0.3 ms and 0.25 ms a pair, no allocation.
    ///
    /// Nil: an invalid point, or a length that is not a multiple of 192.
    public static func pairingCheck(_ input: Span<UInt8>) -> Bool? {
        guard input.count % 192 == 0 else { return nil }
        var product = PairingProduct<BN254Parameters>()
        for offset in stride(from: 0, to: input.count, by: 192) {
            guard let p = point(input, at: offset), let q = twistPoint(input, at: offset + 64) else { return nil }
            product.take(p, q)
        }
        return product.isOne()
    }

    // MARK: Bytes

    private static func element(_ input: Span<UInt8>, at offset: Int) -> BN254Fp? {
        let integer = Limbs4(
            input.bigEndianWord(at: offset + 24), input.bigEndianWord(at: offset + 16),
            input.bigEndianWord(at: offset + 8), input.bigEndianWord(at: offset))
        guard Limbs4.isLess(integer, BN254Parameters.modulus) else { return nil }
        return BN254Fp(integer: integer)
    }

    private static func point(_ input: Span<UInt8>, at offset: Int) -> AffinePoint<BN254Fp>? {
        guard let x = element(input, at: offset), let y = element(input, at: offset + 32) else { return nil }
        let point = AffinePoint(x, y)
        return point.isOnCurve(b: BN254Parameters.curveB) ? point : nil
    }

    private static func twistPoint(_ input: Span<UInt8>, at offset: Int) -> AffinePoint<BN254Fp2>? {
        guard let x1 = element(input, at: offset), let x0 = element(input, at: offset + 32),
            let y1 = element(input, at: offset + 64), let y0 = element(input, at: offset + 96)
        else { return nil }
        let point = AffinePoint(Fp2(x0, x1), Fp2(y0, y1))
        guard point.isOnCurve(b: BN254Parameters.twistB) else { return nil }
        return point.isInfinity || BN254Parameters.isInSubgroup(point) ? point : nil
    }

    private static func store(_ point: AffinePoint<BN254Fp>, _ output: inout MutableSpan<UInt8>) {
        store(point.x, &output, at: 0)
        store(point.y, &output, at: 32)
    }

    private static func store(_ element: BN254Fp, _ output: inout MutableSpan<UInt8>, at offset: Int) {
        let integer = element.integer
        for limb in 0..<4 { output.storeBigEndian(integer[3 - limb], at: offset + 8 * limb) }
    }
}
