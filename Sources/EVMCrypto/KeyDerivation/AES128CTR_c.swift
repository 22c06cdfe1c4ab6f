internal import COpenSSL

/// AES-128 in counter mode (NIST SP 800-38A), the cipher of Web3 keystores. It does not authenticate: check the MAC
/// first.
public enum AES128CTR {
    /// Encrypts or decrypts `data` (the same operation) with a 16-byte key and a 16-byte initial counter block,
    /// big-endian.
    /// The result has the length of `data`. Throws `.parameterOutOfBounds` for other sizes, `.libraryFailure`.
    public static func apply(
        _ data: [UInt8], key: borrowing SecretBytes, counter: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        guard key.count == 16, counter.count == 16, data.count <= 1 << 20 else { throw .parameterOutOfBounds }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .libraryFailure }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let ready = unsafe key.withUnsafeBytes { secret in
            unsafe counter.withUnsafeBufferPointer { block in
                let start = unsafe secret.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, start, block.baseAddress)
            }
        }
        guard ready == 1 else { throw .libraryFailure }
        if data.isEmpty { return SecretBytes(copying: []) }
        return try unsafe SecretBytes(count: data.count) { (out) throws(CryptoError) in
            let start = unsafe out.baseAddress?.assumingMemoryBound(to: UInt8.self)
            var written: CInt = 0
            let result = unsafe data.withUnsafeBufferPointer { text in
                unsafe EVP_EncryptUpdate(context, start, &written, text.baseAddress, CInt(text.count))
            }
            guard result == 1, Int(written) == data.count else { throw .libraryFailure }
        }
    }

    /// The same for data that is to be public (an encrypted keystore's ciphertext) with the key in a plain array.
    public static func encrypt(_ data: borrowing SecretBytes, key: borrowing SecretBytes, counter: [UInt8])
        throws(CryptoError) -> [UInt8]
    {
        var plain = data.withBytes { span in (0..<span.count).map { span[$0] } }
        defer { wipe(&plain) }
        let sealed = try apply(plain, key: key, counter: counter)
        return sealed.withBytes { span in (0..<span.count).map { span[$0] } }
    }
}
