internal import COpenSSL

/// HMAC-SHA-512 (RFC 2104, FIPS 180-4), OpenSSL's code: the step of BIP-32.
public enum HMACSHA512 {
    /// The 64 bytes of code of `message` under `key`, kept as a secret. Both below 2^31 bytes (precondition).
    public static func authenticate(_ message: borrowing SecretBytes, key: borrowing SecretBytes) -> SecretBytes {
        precondition(key.count <= Int(CInt.max), "an HMAC key of 2 GiB or more")
        let made = unsafe SecretBytes.make(64) { out in
            var length: UInt32 = 0
            let start = unsafe out.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe key.withUnsafeBytes { secret in
                unsafe message.withUnsafeBytes { text in
                    // A nil key would mean "reuse the last one": give an address even when it is empty.
                    var none: UInt8 = 0
                    return unsafe withUnsafePointer(to: &none) { empty in
                        let keyStart = unsafe secret.baseAddress ?? UnsafeRawPointer(empty)
                        let textStart = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self)
                        let code = unsafe HMAC(
                            EVP_sha512(), keyStart, CInt(secret.count), textStart, text.count, start, &length)
                        return unsafe code != nil && length == 64
                    }
                }
            }
        }
        // One-shot HMAC with a built-in digest fails only when memory runs out, which Swift does not survive either.
        guard let made else { preconditionFailure("OpenSSL refused HMAC-SHA-512") }
        return made
    }
}
