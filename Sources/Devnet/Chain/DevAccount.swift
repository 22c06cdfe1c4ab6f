internal import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// An account whose key the devnet holds, for development only: its key is derived from a number that everybody knows.
public struct DevAccount: Hashable, Sendable {
    /// Its address.
    public let address: Address
    /// Its secret key, 32 bytes.
    public let secret: [UInt8]

    /// Nil when the bytes are no secret key.
    public init?(secret: [UInt8]) {
        guard let key = PrivateKey(bytes: secret) else { return nil }
        self.secret = secret
        address = key.address
    }

    /// The account whose secret key is this number; nil for 0.
    public init?(number: UInt64) { self.init(secret: U256(number).bigEndianBytes) }

    /// The accounts of a seed: each key is the Keccak-256 of a text that names seed and index.
    public static func derived(seed: UInt64, count: Int) -> [DevAccount] {
        (0..<max(0, count)).compactMap { index in
            DevAccount(secret: Keccak256.hash(Array("martlet devnet \(seed) account \(index)".utf8)).bytes)
        }
    }

    /// The accounts of ../shared/realchain: keys 1 to 30, 90 and 91.
    public static var numbered: [DevAccount] {
        (Array(1...30) + [90, 91]).compactMap { DevAccount(number: UInt64($0)) }
    }

    /// Signs a digest with the account's key; nil never happens for an account that exists.
    func sign(_ digest: Hash32) -> Signature? {
        guard let key = PrivateKey(bytes: secret) else { return nil }
        return key.sign(digest)
    }

    /// Signs a transaction.
    func sign(_ transaction: Transaction) -> Transaction {
        var signed = transaction
        signed.signature = sign(transaction.signingHash)
        return signed
    }
}
