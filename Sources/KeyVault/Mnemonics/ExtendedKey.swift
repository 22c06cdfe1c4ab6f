public import EVMCrypto
import EVMTypes

/// A private key with its chain code: a node of BIP-32's tree.
///
/// Source: BIP-32, "Private parent key -> private child key", "Serialization format".
public struct ExtendedKey: ~Copyable, Sendable {
    /// The node's private key.
    public let key: PrivateKey
    private let chainCode: SecretBytes
    /// Levels below the master key.
    public let depth: UInt8
    /// First four bytes of the parent's identifier; 0 for the master key.
    let parentFingerprint: UInt32
    /// The number by which the parent made it; 0 for the master key.
    let childNumber: UInt32

    /// The master key of a seed of 16 to 64 bytes. Throws `.badInput` for other sizes, `.invalidKey` for the one in
    /// 2^127
    /// seeds that has none.
    public init(seed: borrowing SecretBytes) throws(KeyVaultError) {
        guard (16...64).contains(seed.count) else {
            throw KeyVaultError(.badInput, "a seed of \(seed.count) bytes; BIP-32 has 16 to 64")
        }
        let label = SecretBytes(copying: Array("Bitcoin seed".utf8))
        let code = HMACSHA512.authenticate(seed, key: label)
        guard let key = PrivateKey(secret: code.slice(0..<32)) else {
            throw KeyVaultError(.invalidKey, "this seed has no master key")
        }
        self.key = key
        chainCode = code.slice(32..<64)
        (depth, parentFingerprint, childNumber) = (0, 0, 0)
    }

    private init(
        key: consuming PrivateKey, chainCode: consuming SecretBytes, depth: UInt8, parent: UInt32, number: UInt32
    ) {
        self.key = key
        self.chainCode = chainCode
        self.depth = depth
        parentFingerprint = parent
        childNumber = number
    }

    /// Child `number`, hardened when its top bit is set. About 50 us.
    ///
    /// Throws `.invalidKey` for the one number in 2^127 that has no child, and below depth 255.
    public borrowing func child(_ number: UInt32) throws(KeyVaultError) -> ExtendedKey {
        guard depth < 255 else { throw KeyVaultError(.invalidKey, "BIP-32 has 255 levels at most") }
        var message: [UInt8] = []
        message.reserveCapacity(37)
        if number & DerivationPath.hardened != 0 {
            message.append(0)
            key.withBytes { span in for index in 0..<span.count { message.append(span[index]) } }
        } else {
            message += key.publicKey.compressedBytes
        }
        message += [3, 2, 1, 0].map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        let secret = SecretBytes(taking: &message)
        let code = HMACSHA512.authenticate(secret, key: chainCode)
        guard let child = key.adding(tweak: code.slice(0..<32)) else {
            throw KeyVaultError(.invalidKey, "there is no child \(number) here; take the next number")
        }
        return ExtendedKey(
            key: child, chainCode: code.slice(32..<64), depth: depth + 1, parent: fingerprint(), number: number)
    }

    /// The node at `path` below this one. About 50 us a level.
    public borrowing func derive(_ path: DerivationPath) throws(KeyVaultError) -> PrivateKey {
        guard let first = path.indices.first else {
            guard let copy = PrivateKey(secret: key.secretBytes()) else {
                throw KeyVaultError(.invalidKey, "not a private key of secp256k1")
            }
            return copy
        }
        let rest = Array(path.indices.dropFirst())
        let next = try child(first)
        guard let below = DerivationPath(indices: rest) else {
            throw KeyVaultError(.invalidKey, "BIP-32 has 255 levels at most")
        }
        return try next.derive(below)
    }

    /// First four bytes of RIPEMD-160(SHA-256(compressed public key)).
    private borrowing func fingerprint() -> UInt32 {
        let digest = SHA256.hash(key.publicKey.compressedBytes).bytes
        let identifier = RIPEMD160.hash(digest.span)
        return (0..<4).reduce(0) { $0 << 8 | UInt32(identifier[$1]) }
    }

    /// The 78 bytes of BIP-32's serialization with four bytes of checksum, before Base58: for comparison with the
    /// standard's vectors.
    borrowing func serialized(isPrivate: Bool) -> [UInt8] {
        func word(_ value: UInt32) -> [UInt8] { [3, 2, 1, 0].map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        var bytes = word(isPrivate ? 0x0488_ade4 : 0x0488_b21e) + [depth] + word(parentFingerprint) + word(childNumber)
        chainCode.withBytes { span in for index in 0..<32 { bytes.append(span[index]) } }
        if isPrivate {
            bytes.append(0)
            key.withBytes { span in for index in 0..<32 { bytes.append(span[index]) } }
        } else {
            bytes += key.publicKey.compressedBytes
        }
        return bytes + SHA256.hash(SHA256.hash(bytes).bytes).bytes[0..<4]
    }
}
