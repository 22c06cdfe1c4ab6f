internal import CSecp256k1
public import EVMTypes

/// A secp256k1 secret key: one owner, never copied, overwritten with zeros when its owner ends, never printed.
///
/// May move between threads; signing takes about 21 us and does not change the key.
public struct PrivateKey: ~Copyable, Sendable {
    private let secret: SecretBytes
    /// The public half, computed once at `init`.
    public let publicKey: PublicKey
    /// The account address, computed once at `init`.
    public let address: Address

    /// Copies 32 big-endian bytes of a number in 1..<`Secp256k1.order`; nil for anything else. The caller wipes its own
    /// copy.
    public init?(bytes: [UInt8]) {
        self.init(secret: SecretBytes(copying: bytes))
    }

    /// Takes over 32 secret bytes in range, as `init(bytes:)`; nil wipes them.
    public init?(secret: consuming SecretBytes) {
        guard secret.count == 32 else { return nil }
        var point = secp256k1_pubkey()
        // Creating the point also checks the range.
        let inRange = unsafe secret.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)  // 32 bytes: never nil
            return unsafe secp256k1_ec_pubkey_create(Secp256k1.context.pointer, &point, start) == 1
        }
        guard inRange else { return nil }
        publicKey = PublicKey(point)
        address = publicKey.address
        self.secret = secret
    }

    /// Draws a new key from the system's random source. Throws `.libraryFailure` when that fails.
    public static func random() throws(CryptoError) -> PrivateKey {
        // A draw is out of range with probability 2^-128; eight in a row mean a broken source.
        for _ in 0..<8 {
            if let key = PrivateKey(secret: try SecureRandom.secret(count: 32)) { return key }
        }
        throw .libraryFailure
    }

    /// Lends the 32 bytes for the time of `body`: for sealing a keystore, nothing else.
    public borrowing func withBytes<R: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> R
    ) throws(Failure) -> R {
        try secret.withBytes(body)
    }

    /// A copy of the 32 secret bytes with its own owner: for sealing a keystore.
    public borrowing func secretBytes() -> SecretBytes { secret.slice(0..<32) }

    /// Signs a 32-byte digest. The same key and digest always give the same signature (RFC 6979, HMAC-SHA-256), `s` is
    /// low (EIP-2).
    /// Cannot fail for a key that exists. No allocation of ours.
    public borrowing func sign(_ digest: Hash32) -> Signature {
        var made = secp256k1_ecdsa_recoverable_signature()
        var compact = (Digest32(), Digest32())
        var recovery: CInt = 0
        let signed = unsafe secret.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)  // 32 bytes: never nil
            return unsafe digest.word.withUnsafeBigEndianBytes { message in
                unsafe secp256k1_ecdsa_sign_recoverable(Secp256k1.context.pointer, &made, message, start, nil, nil) == 1
            }
        }
        // It fails for a key out of range only, and `init` refused those.
        precondition(signed, "libsecp256k1 refused to sign")
        unsafe withUnsafeMutableBytes(of: &compact) { out in
            let start = unsafe out.baseAddress!.assumingMemoryBound(to: UInt8.self)  // 64 bytes: never nil
            _ = unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
                Secp256k1.context.pointer, start, &recovery, &made)
        }
        // 2 and 3 mean that the nonce point's x passed the order: probability about 2^-127, no Ethereum signature can
        // say it.
        precondition(recovery < 2, "a signature that Ethereum cannot carry")
        return Signature(r: compact.0.word, s: compact.1.word, yParity: UInt8(recovery))
    }

    /// The key `self + tweak` modulo the order: BIP-32's child. `tweak` is 32 big-endian bytes.
    ///
    /// Nil when `tweak` has another size or is not below the order, or when the sum is zero (probability 2^-127: BIP-32
    /// says to go on with the next index).
    public borrowing func adding(tweak: borrowing SecretBytes) -> PrivateKey? {
        guard tweak.count == 32 else { return nil }
        let sum = unsafe SecretBytes.make(32) { out in
            unsafe secret.withUnsafeBytes { own in
                unsafe out.copyMemory(from: own)
                return unsafe tweak.withUnsafeBytes { added in
                    // Both have 32 bytes: never nil.
                    let key = unsafe out.baseAddress!.assumingMemoryBound(to: UInt8.self)
                    let number = unsafe added.baseAddress!.assumingMemoryBound(to: UInt8.self)
                    return unsafe secp256k1_ec_seckey_tweak_add(Secp256k1.context.pointer, key, number) == 1
                }
            }
        }
        guard let sum else { return nil }
        return PrivateKey(secret: sum)
    }

    /// Whether the key's memory is locked against swapping (`SecretBytes.isLocked`).
    public borrowing func isLocked() -> Bool { secret.isLocked }
}
