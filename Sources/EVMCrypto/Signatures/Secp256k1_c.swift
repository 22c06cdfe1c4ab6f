internal import CSecp256k1
public import EVMTypes

/// The curve secp256k1: recovery, verification and the parameters of its group. libsecp256k1's constant-time code.
///
/// One library context serves the process; it is made and blinded with random bytes on first use (about 20 us, see
/// `prepare`).
/// All functions may be called from any thread.
public enum Secp256k1 {
    /// The order of the group. Source: SEC 2 v2, §2.4.1.
    @inlinable public static var order: U256 {
        U256(lo: 0xbaae_dce6_af48_a03b_bfd2_5e8c_d036_4141, hi: 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe)
    }

    /// floor(order / 2): the largest `s` that EIP-2 accepts.
    @inlinable public static var halfOrder: U256 {
        U256(lo: 0x5d57_6e73_57a4_501d_dfe9_2f46_681b_20a0, hi: 0x7fff_ffff_ffff_ffff_ffff_ffff_ffff_ffff)
    }

    /// Makes and blinds the library context now, so that the first signature does not pay for it. Call once at start.
    public static func prepare() { _ = unsafe context.pointer }

    /// The address whose key signed `digest`, as the ecrecover precompile answers; about 33 us.
    ///
    /// Nil when r or s is zero or not below `order`, when `yParity` is above 1, or when no such point exists.
    /// A high `s` is accepted here: whoever decodes transactions must also ask `Signature.isLowS`.
    public static func recover(_ digest: Hash32, _ signature: Signature) -> Address? {
        recoverPublicKey(digest, signature)?.address
    }

    /// As `recover`, giving the point.
    public static func recoverPublicKey(_ digest: Hash32, _ signature: Signature) -> PublicKey? {
        guard signature.isValid else { return nil }
        var point = secp256k1_pubkey()
        var parsed = secp256k1_ecdsa_recoverable_signature()
        let found = unsafe signature.withUnsafeCompactBytes { compact in
            unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
                context.pointer, &parsed, compact, CInt(signature.yParity)) == 1
        }
        guard found else { return nil }
        let recovered = unsafe digest.word.withUnsafeBigEndianBytes { message in
            unsafe secp256k1_ecdsa_recover(context.pointer, &point, &parsed, message) == 1
        }
        return recovered ? PublicKey(point) : nil
    }

    /// Whether `signature` over `digest` is by `key`; about 28 us. High `s` is accepted, as by `recover`; `yParity` is
    /// not looked at.
    public static func verify(_ digest: Hash32, _ signature: Signature, by key: PublicKey) -> Bool {
        guard Signature(r: signature.r, s: signature.s, yParity: 0).isValid, var point = key.point else { return false }
        var parsed = secp256k1_ecdsa_signature()
        var low = secp256k1_ecdsa_signature()
        let readable = unsafe signature.withUnsafeCompactBytes { compact in
            unsafe secp256k1_ecdsa_signature_parse_compact(context.pointer, &parsed, compact) == 1
        }
        guard readable else { return false }
        // The library verifies low s only; (r, n - s) is the same signature.
        _ = unsafe secp256k1_ecdsa_signature_normalize(context.pointer, &low, &parsed)
        return unsafe digest.word.withUnsafeBigEndianBytes { message in
            unsafe secp256k1_ecdsa_verify(context.pointer, &low, message, &point) == 1
        }
    }

    /// The library's context. After `init` it is only read, which the library allows from any thread.
    @safe struct Context: @unchecked Sendable {
        let pointer: OpaquePointer

        init() {
            guard let made = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
                preconditionFailure("libsecp256k1 gave no context: out of memory")
            }
            // Blinding guards the secret scalar against side channels. Without random bytes no key is safe: stop.
            guard let seed = try? SecureRandom.secret(count: 32) else {
                preconditionFailure("the system's random source failed")
            }
            let blinded = unsafe seed.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)  // 32 bytes: never nil
                return unsafe secp256k1_context_randomize(made, start)
            }
            precondition(blinded == 1, "libsecp256k1 refused to blind its context")
            unsafe pointer = made
        }
    }

    static let context = Context()
}

extension Signature {
    /// Lends the 64 bytes `r ‖ s` from the stack.
    func withUnsafeCompactBytes<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R {
        let words = (r.hi.bigEndian, r.lo.bigEndian, s.hi.bigEndian, s.lo.bigEndian)
        return unsafe withUnsafeBytes(of: words) { buffer in
            // Four 16-byte integers: the buffer always has an address.
            unsafe body(buffer.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }
}

extension PublicKey {
    /// Takes coordinates from outside; nil when they are no point of the curve.
    public init?(x: U256, y: U256) {
        self.init(uncheckedX: x, y: y)
        guard point != nil else { return nil }
    }

    /// Reads a point that the library made.
    init(_ point: secp256k1_pubkey) {
        var point = point
        var coordinates = InlineArray<65, UInt8>(repeating: 0)
        var count = 65
        var span = coordinates.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { out in
            // Serialising a valid point into 65 bytes cannot fail, and 65 bytes always have an address.
            _ = unsafe secp256k1_ec_pubkey_serialize(
                Secp256k1.context.pointer, out.baseAddress!, &count, &point, UInt32(SECP256K1_EC_UNCOMPRESSED))
        }
        let bytes = coordinates.span
        self.init(
            uncheckedX: U256(bigEndian: bytes.extracting(1..<33)), y: U256(bigEndian: bytes.extracting(33..<65)))
    }

    /// The library's form of this point; nil when it is not on the curve.
    var point: secp256k1_pubkey? {
        var point = secp256k1_pubkey()
        let encoded: [UInt8] = [4] + bytes
        let readable = unsafe encoded.withUnsafeBufferPointer { bytes in
            // 65 bytes: the buffer always has an address.
            unsafe secp256k1_ec_pubkey_parse(Secp256k1.context.pointer, &point, bytes.baseAddress!, 65) == 1
        }
        return readable ? point : nil
    }
}
