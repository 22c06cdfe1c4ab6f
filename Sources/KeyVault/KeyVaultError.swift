/// Why a key could not be read, written or used. One struct for the target; only `code` is compared.
public struct KeyVaultError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as a closed set. Raw values are stable: they appear in `--json` output and metric labels.
    public enum Code: String, Sendable, CaseIterable {
        /// The bytes are no keystore: JSON fault, missing member, wrong length.
        case malformed
        /// A keystore of another version than 3.
        case unsupportedVersion = "unsupported-version"
        /// A cipher other than aes-128-ctr.
        case unsupportedCipher = "unsupported-cipher"
        /// A key derivation other than scrypt and PBKDF2-HMAC-SHA256.
        case unsupportedDerivation = "unsupported-derivation"
        /// Derivation parameters outside the bounds that protect this process.
        case parametersOutOfBounds = "parameters-out-of-bounds"
        /// The mac does not match: another password, or a damaged file.
        case wrongPassword = "wrong-password"
        /// The decrypted key does not yield the address that the file states.
        case addressMismatch = "address-mismatch"
        /// The decrypted or given bytes are no key of secp256k1.
        case invalidKey = "invalid-key"
        /// A secret file that others than its owner may open.
        case looseMode = "loose-mode"
        /// No file, or no key of that address.
        case notFound = "not-found"
        /// Several files hold the same address.
        case ambiguous
        /// The file to be written exists.
        case exists
        /// A password or message source that cannot be used as given.
        case badInput = "bad-input"
        /// The person at the terminal cancelled.
        case cancelled
        /// A key that the whole world knows, on a chain with value.
        case wellKnownKey = "well-known-key"
        /// Another process holds the audit log.
        case busy
        /// The audit log was changed, cut or damaged.
        case auditBroken = "audit-broken"
        /// A signer that cannot be reached or used.
        case signerUnavailable = "signer-unavailable"
        /// The operating system refused.
        case io
        /// The C library under us failed (out of memory in scrypt).
        case cryptoFailure = "crypto-failure"
    }

    /// Whose fault it is.
    public enum Fault: String, Sendable { case ours, user }

    /// The kind of failure; the only part that is compared.
    public let code: Code
    /// One line for people: what, and what to do. Never contains a secret.
    public let message: String
    /// The file or folder it is about, when there is one.
    public let path: String?

    /// Makes an error. `message` must not contain a secret.
    public init(_ code: Code, _ message: String, path: String? = nil) {
        self.code = code
        self.message = message
        self.path = path
    }

    /// Key errors do not go away by waiting.
    public var isRetryable: Bool { false }

    /// `ours` for failures of the machine, `user` for everything a person can put right.
    public var fault: Fault {
        switch code {
        case .io, .cryptoFailure: .ours
        default: .user
        }
    }

    public var description: String { path.map { "\($0): \(message)" } ?? message }

    /// The same error, about the file at `path` (kept when one is already named).
    func about(_ path: String) -> KeyVaultError { self.path == nil ? KeyVaultError(code, message, path: path) : self }
}
