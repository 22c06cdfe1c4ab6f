internal import COpenSSL

/// Random bytes for keys, salts and nonces from OpenSSL's generator, which seeds itself from the kernel.
public enum SecureRandom {
    /// The most bytes one call draws.
    public static let countMax = 1 << 20

    /// Draws `count` public random bytes (salts, identifiers). Range: 0...`countMax`.
    /// Throws `.parameterOutOfBounds`, or `.libraryFailure` when the random source fails: never weak bytes.
    public static func bytes(count: Int) throws(CryptoError) -> [UInt8] {
        guard (0...countMax).contains(count) else { throw .parameterOutOfBounds }
        var bytes = [UInt8](repeating: 0, count: count)
        let drawn = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // The count fits CInt: it is at most 2^20.
            buffer.count == 0 ? 1 : unsafe RAND_bytes(buffer.baseAddress, CInt(buffer.count))
        }
        guard drawn == 1 else { throw .libraryFailure }
        return bytes
    }

    /// Draws `count` secret random bytes (keys) from the generator OpenSSL keeps apart for them. Range and errors as
    /// `bytes(count:)`.
    public static func secret(count: Int) throws(CryptoError) -> SecretBytes {
        guard (0...countMax).contains(count) else { throw .parameterOutOfBounds }
        return try unsafe SecretBytes(count: count) { (buffer) throws(CryptoError) in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let drawn = buffer.count == 0 ? 1 : unsafe RAND_priv_bytes(start, CInt(buffer.count))
            guard drawn == 1 else { throw .libraryFailure }
        }
    }
}
