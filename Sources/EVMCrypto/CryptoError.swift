/// Why a key derivation, cipher or random draw was refused. No payload: parameters may come from a secret's file.
public enum CryptoError: UInt8, Error, Hashable, Sendable {
    /// A count, length or cost is outside its documented range (for scrypt: `n` no power of two, `r * p` too large).
    case parameterOutOfBounds = 1
    /// The derivation would need more memory than the caller's limit.
    case tooMuchMemory
    /// The derivation would need more work than the caller's limit: a hostile file must not stall the process.
    case tooMuchWork
    /// OpenSSL itself refused, for example because memory ran out or the random source failed.
    case libraryFailure
}

extension CryptoError: CustomStringConvertible {
    /// One plain clause for a message to the user.
    public var description: String {
        switch self {
        case .parameterOutOfBounds: "a parameter is out of bounds"
        case .tooMuchMemory: "the key derivation needs more memory than the limit"
        case .tooMuchWork: "the key derivation needs more work than the limit"
        case .libraryFailure: "the crypto library failed"
        }
    }
}
