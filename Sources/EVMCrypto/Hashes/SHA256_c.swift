internal import COpenSSL
public import EVMTypes

/// SHA-256 (FIPS 180-4), OpenSSL's code.
public enum SHA256 {
    /// The digest of `bytes`. Never fails; no allocation.
    public static func hash(_ bytes: [UInt8]) -> Hash32 { hash(bytes.span) }

    /// The digest of `bytes`. Never fails; no allocation.
    public static func hash(_ bytes: Span<UInt8>) -> Hash32 {
        var state = SHA256_CTX()
        var digest = Digest32()
        // The three functions fail only for a nil state.
        _ = unsafe SHA256_Init(&state)
        unsafe bytes.withUnsafeBytes { raw in
            // No bytes may have no address.
            if raw.count > 0 { _ = unsafe SHA256_Update(&state, raw.baseAddress, raw.count) }
        }
        unsafe digest.withUnsafeMutableBytes { out in _ = unsafe SHA256_Final(out, &state) }
        return digest.hash
    }
}

/// HMAC-SHA-256 (RFC 2104), OpenSSL's code.
public enum HMACSHA256 {
    /// The code of `message` under `key`, of any length below 2^31 bytes (precondition). Compare codes with
    /// `constantTimeEquals`.
    public static func authenticate(_ message: [UInt8], key: [UInt8]) -> Hash32 {
        precondition(key.count <= Int(CInt.max), "an HMAC key of 2 GiB or more")
        var digest = Digest32()
        var done = false
        unsafe digest.withUnsafeMutableBytes { out in
            var length: UInt32 = 0
            let result = unsafe key.withUnsafeBytes { secret in
                unsafe message.withUnsafeBufferPointer { text in
                    // A nil key would mean "reuse the last one": give an address even when it is empty.
                    var none: UInt8 = 0
                    return unsafe withUnsafePointer(to: &none) { empty in
                        let start = unsafe secret.baseAddress ?? UnsafeRawPointer(empty)
                        return unsafe HMAC(
                            EVP_sha256(), start, CInt(secret.count), text.baseAddress, text.count, out, &length)
                    }
                }
            }
            done = unsafe result != nil && length == 32
        }
        // One-shot HMAC with a built-in digest fails only when memory runs out, which Swift does not survive either.
        precondition(done, "OpenSSL refused HMAC-SHA-256")
        return digest.hash
    }
}

/// 32 bytes on the stack that a C function fills, read back as a big-endian word.
@safe struct Digest32 {
    private var high: UInt128 = 0
    private var low: UInt128 = 0

    mutating func withUnsafeMutableBytes(_ body: (UnsafeMutablePointer<UInt8>) -> Void) {
        unsafe Swift.withUnsafeMutableBytes(of: &self) { buffer in
            // The struct has a fixed size of 32, so its buffer always has an address.
            unsafe body(buffer.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }

    var word: U256 { U256(lo: UInt128(bigEndian: low), hi: UInt128(bigEndian: high)) }
    var hash: Hash32 { Hash32(word) }
}

extension U256 {
    /// Lends the word's 32 big-endian bytes from the stack.
    func withUnsafeBigEndianBytes<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R {
        let halves = (hi.bigEndian, lo.bigEndian)
        return unsafe withUnsafeBytes(of: halves) { buffer in
            // A tuple of two 16-byte integers is 32 bytes, so its buffer always has an address.
            unsafe body(buffer.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }
}
