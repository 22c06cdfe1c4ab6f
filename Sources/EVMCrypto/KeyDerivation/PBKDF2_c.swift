internal import COpenSSL

/// PBKDF2 (RFC 8018) over HMAC-SHA-256 and HMAC-SHA-512, OpenSSL's code.
public enum PBKDF2 {
    /// The most iterations accepted: a hostile keystore must not stall the process for minutes.
    public static let iterationsMax = 10_000_000
    /// The longest key a derivation gives, in bytes.
    public static let lengthMax = 1024

    /// Derives `length` bytes (1...`lengthMax`) with HMAC-SHA-256. Blocks the thread: about 0.1 s for 262,144
    /// iterations.
    /// Throws `.parameterOutOfBounds`, `.tooMuchWork` above `iterationsMax`, `.libraryFailure`. Source: RFC 8018 §5.2.
    public static func deriveHMACSHA256(
        password: [UInt8], salt: [UInt8], iterations: Int, length: Int
    ) throws(CryptoError) -> SecretBytes {
        guard iterations >= 1, (1...lengthMax).contains(length), password.count <= Int(CInt.max),
            salt.count <= Int(CInt.max)
        else { throw .parameterOutOfBounds }
        // HMAC-SHA-256 gives 32 bytes a pass, so a longer key multiplies the work.
        guard iterations <= iterationsMax / ((length + 31) / 32) else { throw .tooMuchWork }
        return try stretched(password: password, salt: salt, iterations: iterations, length: length)
    }

    /// The same for callers of this target that bounded the work themselves (scrypt's long inner keys).
    static func stretched(
        password: [UInt8], salt: [UInt8], iterations: Int, length: Int
    ) throws(CryptoError) -> SecretBytes {
        return try unsafe SecretBytes(count: length) { (key) throws(CryptoError) in
            let start = unsafe key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let result = unsafe password.withUnsafeBytes { secret in
                unsafe salt.withUnsafeBufferPointer { salted in
                    // OpenSSL treats a nil password as the empty one.
                    let text = unsafe secret.baseAddress?.assumingMemoryBound(to: CChar.self)
                    return unsafe PKCS5_PBKDF2_HMAC(
                        text, CInt(secret.count), salted.baseAddress, CInt(salted.count), CInt(iterations),
                        EVP_sha256(),
                        CInt(key.count), start)
                }
            }
            guard result == 1 else { throw .libraryFailure }
        }
    }

    /// Derives `length` bytes (1...`lengthMax`) with HMAC-SHA-512, as BIP-39 does (2,048 iterations: about 1 ms).
    ///
    /// Throws as `deriveHMACSHA256`. Source: RFC 8018 §5.2, RFC 4231.
    public static func deriveHMACSHA512(
        password: borrowing SecretBytes, salt: borrowing SecretBytes, iterations: Int, length: Int
    ) throws(CryptoError) -> SecretBytes {
        guard iterations >= 1, (1...lengthMax).contains(length), password.count <= Int(CInt.max),
            salt.count <= Int(CInt.max)
        else { throw .parameterOutOfBounds }
        guard iterations <= iterationsMax / ((length + 63) / 64) else { throw .tooMuchWork }
        let made = unsafe SecretBytes.make(length) { key in
            let start = unsafe key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe password.withUnsafeBytes { secret in
                unsafe salt.withUnsafeBytes { salted in
                    let text = unsafe secret.baseAddress?.assumingMemoryBound(to: CChar.self)
                    let saltStart = unsafe salted.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    return unsafe PKCS5_PBKDF2_HMAC(
                        text, CInt(secret.count), saltStart, CInt(salted.count), CInt(iterations), EVP_sha512(),
                        CInt(key.count), start) == 1
                }
            }
        }
        guard let made else { throw .libraryFailure }
        return made
    }
}
