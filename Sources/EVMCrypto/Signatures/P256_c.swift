internal import COpenSSL
import EVMTypes

/// ECDSA verification over the curve P-256 (secp256r1), OpenSSL's arithmetic.
///
/// The group is made once for the process (see `prepare`); all functions may be called from any thread.
public enum P256 {
    /// The order of the group. Source: FIPS 186-4, D.1.2.3.
    private static let order = U256(
        lo: 0xbce6_faad_a717_9e84_f3b9_cac2_fc63_2551, hi: 0xffff_ffff_0000_0000_ffff_ffff_ffff_ffff)
    /// The field's prime. Source: FIPS 186-4, D.1.2.3.
    private static let prime = U256(
        lo: 0x0000_0000_ffff_ffff_ffff_ffff_ffff_ffff, hi: 0xffff_ffff_0000_0001_0000_0000_0000_0000)

    /// Makes the group now, so that the first verification does not pay for it.
    public static func prepare() { _ = unsafe group.curve }

    /// Whether the 160 bytes `digest ‖ r ‖ s ‖ x ‖ y` are a valid signature of the digest by the key (x, y).
    ///
    /// False for any other length, for r or s outside 1..<order, for a coordinate not below the prime, for a point that
    /// is not on the curve or is (0, 0), when the computed point is infinity, and when its x modulo the order is not
    /// r. Any s is accepted, high or low. Source: EIP-7951.
    public static func verify(precompileInput input: Span<UInt8>) -> Bool {
        guard input.count == 160 else { return false }
        let r = word(input, 1), s = word(input, 2), x = word(input, 3), y = word(input, 4)
        guard !r.isZero, r < order, !s.isZero, s < order, x < prime, y < prime, !(x.isZero && y.isZero) else {
            return false
        }
        var inverse = InlineArray<32, UInt8>(repeating: 0)
        var span = inverse.mutableSpan
        guard ModularExponentiation.inverse(of: input.extracting(field(2)), modulus: orderBytes.span, into: &span)
        else {
            return false
        }
        guard let scratch = Scratch() else { preconditionFailure("OpenSSL gave no numbers: out of memory") }
        return scratch.verifies(input, inverse: inverse.span)
    }

    private static func word(_ input: Span<UInt8>, _ index: Int) -> U256 {
        U256(bigEndian: input.extracting(field(index)))
    }

    /// Where one of the five fields lies.
    fileprivate static func field(_ index: Int) -> Range<Int> { index &* 32..<index &* 32 &+ 32 }

    private static let orderBytes = InlineArray<32, UInt8> { UInt8(truncatingIfNeeded: (order >> ((31 - $0) * 8)).w0) }

    /// The curve and its order in the library's form. Only read after `init`, which the library allows from any thread.
    @safe fileprivate struct Group: @unchecked Sendable {
        let curve: OpaquePointer
        let order: OpaquePointer

        init() {
            guard let made = unsafe EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1),
                let order = unsafe EC_GROUP_get0_order(made)
            else { preconditionFailure("OpenSSL gave no P-256 group") }
            unsafe curve = made
            unsafe self.order = order
        }
    }

    fileprivate static let group = Group()
}

/// The library's numbers for one verification, freed with it. Eight small allocations, about 1 us.
@safe private struct Scratch: ~Copyable {
    private let context: OpaquePointer
    private let key: OpaquePointer
    private let sum: OpaquePointer

    init?() {
        let made = unsafe BN_CTX_new()
        let points = unsafe (EC_POINT_new(P256.group.curve), EC_POINT_new(P256.group.curve))
        guard let context = unsafe made, let key = unsafe points.0, let sum = unsafe points.1 else {
            unsafe EC_POINT_free(points.0)
            unsafe EC_POINT_free(points.1)
            unsafe BN_CTX_free(made)
            return nil
        }
        unsafe self.context = context
        unsafe self.key = key
        unsafe self.sum = sum
        unsafe BN_CTX_start(context)
    }

    deinit {
        unsafe BN_CTX_end(context)
        unsafe EC_POINT_free(sum)
        unsafe EC_POINT_free(key)
        unsafe BN_CTX_free(context)
    }

    /// The equation: (digest / s) G + (r / s) Q has r as its x modulo the order. `inverse` is 1 / s.
    borrowing func verifies(_ input: Span<UInt8>, inverse: Span<UInt8>) -> Bool {
        let curve = unsafe P256.group.curve, order = unsafe P256.group.order
        guard let digest = unsafe number(input.extracting(P256.field(0))),
            let r = unsafe number(input.extracting(P256.field(1))),
            let x = unsafe number(input.extracting(P256.field(3))),
            let y = unsafe number(input.extracting(P256.field(4))),
            let inverse = unsafe number(inverse)
        else { preconditionFailure("OpenSSL gave no numbers: out of memory") }
        // Refuses a point that is not on the curve.
        guard unsafe EC_POINT_set_affine_coordinates(curve, key, x, y, context) == 1 else {
            ERR_clear_error()
            return false
        }
        // From here on x and y are scratch.
        guard unsafe BN_mod_mul(x, digest, inverse, order, context) == 1,
            unsafe BN_mod_mul(y, r, inverse, order, context) == 1,
            unsafe EC_POINT_mul(curve, sum, x, key, y, context) == 1
        else { preconditionFailure("OpenSSL could not multiply: out of memory") }
        if unsafe EC_POINT_is_at_infinity(curve, sum) == 1 { return false }
        guard unsafe EC_POINT_get_affine_coordinates(curve, sum, x, nil, context) == 1,
            unsafe BN_nnmod(y, x, order, context) == 1
        else { preconditionFailure("OpenSSL could not reduce: out of memory") }
        return unsafe BN_cmp(y, r) == 0
    }

    /// A number of the context, valid until `deinit`; nil when memory runs out.
    private borrowing func number(_ bytes: Span<UInt8>) -> OpaquePointer? {
        guard let fresh = unsafe BN_CTX_get(context) else { return nil }
        return unsafe bytes.withUnsafeBufferPointer { unsafe BN_bin2bn($0.baseAddress, CInt($0.count), fresh) }
    }
}
