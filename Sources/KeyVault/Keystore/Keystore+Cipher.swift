public import EVMCrypto
import EVMTypes

extension Keystore {
    /// Opens the keystore: derives, checks the mac in constant time, decrypts, checks the address. About a second for
    /// `standard`.
    ///
    /// Throws `.wrongPassword` when the mac differs (nothing is decrypted then), `.invalidKey`, `.addressMismatch`,
    /// `.cryptoFailure`.
    public func decrypt(password: borrowing SecretBytes) throws(KeyVaultError) -> PrivateKey {
        let derived = try Keystore.derive(derivation, salt: salt, password: password)
        guard constantTimeEquals(Keystore.authenticate(derived, ciphertext), mac) else {
            throw KeyVaultError(.wrongPassword, "wrong password (or a damaged file: the mac does not match)")
        }
        let plain = try Keystore.checked { () throws(CryptoError) in
            try AES128CTR.apply(ciphertext, key: derived.slice(0..<16), counter: initialVector)
        }
        var bytes = plain.withBytes { span in
            (0..<32).map { $0 < 32 - span.count ? 0 : span[$0 - (32 - span.count)] }
        }
        defer { wipe(&bytes) }
        guard let key = PrivateKey(bytes: bytes) else {
            throw KeyVaultError(.invalidKey, "the decrypted number is no private key of secp256k1")
        }
        if let address, address != key.address {
            throw KeyVaultError(
                .addressMismatch, "states address \(address) but holds the key of \(key.address); do not use it")
        }
        return key
    }

    /// Encrypts `key` under `password` with fresh salt, counter and id from the system's random source.
    ///
    /// Throws `.badInput` for an empty password, `.cryptoFailure` when randomness or memory is refused.
    public init(
        encrypting key: borrowing PrivateKey, password: borrowing SecretBytes, strength: Strength = .standard
    ) throws(KeyVaultError) {
        guard password.count > 0 else {
            throw KeyVaultError(.badInput, "an empty password is refused for a new key file")
        }
        let random = try Keystore.checked { () throws(CryptoError) in try SecureRandom.bytes(count: 64) }
        let salt = Array(random[0..<32])
        let initialVector = Array(random[32..<48])
        let derived = try Keystore.derive(strength.derivation, salt: salt, password: password)
        let sealed = try Keystore.checked { () throws(CryptoError) in
            try AES128CTR.encrypt(key.secretBytes(), key: derived.slice(0..<16), counter: initialVector)
        }
        self.init(
            id: Keystore.uuid(Array(random[48..<64])), address: key.address, derivation: strength.derivation,
            salt: salt, initialVector: initialVector, ciphertext: sealed, mac: Keystore.authenticate(derived, sealed))
    }

    /// The 32 bytes that password and salt give: bytes 0..<16 are the cipher's key, 16..<32 the mac's.
    private static func derive(
        _ derivation: Derivation, salt: [UInt8], password: borrowing SecretBytes
    ) throws(KeyVaultError) -> SecretBytes {
        try derivation.validate()
        var secret = password.withBytes { span in (0..<span.count).map { span[$0] } }
        defer { wipe(&secret) }
        do {
            switch derivation {
            case .scrypt(let n, let r, let p):
                let parameters = Scrypt.Parameters(n: n, r: r, p: p)
                return try Scrypt.derive(password: secret, salt: salt, parameters: parameters, length: 32)
            case .pbkdf2(let iterations):
                return try PBKDF2.deriveHMACSHA256(password: secret, salt: salt, iterations: iterations, length: 32)
            }
        } catch {
            throw KeyVaultError(.cryptoFailure, "the password could not be stretched: \(error)")
        }
    }

    /// keccak256(derived[16..<32] ‖ ciphertext).
    private static func authenticate(_ derived: borrowing SecretBytes, _ ciphertext: [UInt8]) -> [UInt8] {
        var message = derived.withBytes { span in (16..<32).map { span[$0] } }
        defer { wipe(&message) }
        message += ciphertext
        return Keccak256.hash(message).bytes
    }

    private static func checked<Value: ~Copyable>(
        _ body: () throws(CryptoError) -> Value
    ) throws(KeyVaultError) -> Value {
        do { return try body() } catch { throw KeyVaultError(.cryptoFailure, "the crypto library refused: \(error)") }
    }

    /// A version 4 UUID of 16 random bytes. Source: RFC 9562 §5.4.
    private static func uuid(_ random: [UInt8]) -> String {
        var bytes = random
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let text = Array(Hex.encode(bytes, prefix: false))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
    }
}
