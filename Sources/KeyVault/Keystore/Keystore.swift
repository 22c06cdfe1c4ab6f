public import EVMTypes

/// One Web3 Secret Storage file of version 3: an encrypted private key and how to open it. Holds no secret in the
/// clear.
///
/// Reading is lenient where clients differ (member order, `Crypto` with a capital, `0x` before hex, unknown members)
/// and strict where a hostile file could hurt (all lengths and all derivation parameters are bounded before any work
/// is done).
/// Source: Web3 Secret Storage Definition, version 3; go-ethereum `accounts/keystore/passphrase.go` for what is
/// written.
public struct Keystore: Sendable, Equatable {
    /// How the password becomes the cipher key and the mac key.
    public enum Derivation: Sendable, Equatable {
        /// scrypt with cost `n` (a power of two), block size `r`, parallelism `p`; takes 128 * n * r bytes of memory.
        case scrypt(n: Int, r: Int, p: Int)
        /// PBKDF2-HMAC-SHA256 with `iterations` rounds.
        case pbkdf2(iterations: Int)
    }

    /// What a keystore written here costs to open.
    public enum Strength: Sendable, Equatable {
        /// scrypt n = 262,144, r = 8, p = 1: 256 MiB and about a second. For keys that hold value.
        case standard
        /// scrypt n = 4,096, r = 8, p = 6: 4 MiB and a fraction of a second. For tests and throw-away keys.
        case light

        var derivation: Derivation {
            switch self {
            case .standard: .scrypt(n: 262_144, r: 8, p: 1)
            case .light: .scrypt(n: 4_096, r: 8, p: 6)
            }
        }
    }

    /// UUID of the file, as written in it (not checked).
    public let id: String
    /// The address the file states; nil in files that state none.
    public let address: Address?
    /// Key derivation and its parameters, within `Limits`.
    public let derivation: Derivation
    /// Salt of the derivation.
    public let salt: [UInt8]
    /// Initial counter of AES-128-CTR: 16 bytes.
    public let initialVector: [UInt8]
    /// The encrypted key: 1 to 32 bytes (old clients dropped leading zero bytes).
    public let ciphertext: [UInt8]
    /// keccak256(derived[16..<32] ‖ ciphertext).
    public let mac: [UInt8]

    init(
        id: String, address: Address, derivation: Derivation, salt: [UInt8], initialVector: [UInt8],
        ciphertext: [UInt8],
        mac: [UInt8]
    ) {
        self.id = id
        self.address = address
        self.derivation = derivation
        self.salt = salt
        self.initialVector = initialVector
        self.ciphertext = ciphertext
        self.mac = mac
    }

    /// Bounds on what a file may ask of this process.
    public enum Limits {
        /// Largest keystore file read, in bytes.
        public static let fileBytesMax = 65_536
        /// Most memory scrypt may take (128 * n * r), in bytes: twice geth's standard.
        public static let scryptMemoryBytesMax = 536_870_912
        /// Largest n * r * p: eight times geth's standard work.
        public static let scryptWorkMax = 16_777_216
        /// Largest r and p of scrypt.
        public static let scryptBlockMax = 64
        /// Most rounds of PBKDF2.
        public static let pbkdf2IterationsMax = 10_000_000
        /// Longest salt in bytes.
        public static let saltBytesMax = 1_024
    }
}

extension Keystore.Derivation {
    /// Refuses parameters that would take too much memory or time, or that the function does not define. O(1).
    func validate() throws(KeyVaultError) {
        switch self {
        case .scrypt(let n, let r, let p):
            let block = 1...Keystore.Limits.scryptBlockMax
            guard n > 1, n <= 1 << 24, n & (n - 1) == 0, block.contains(r), block.contains(p) else {
                throw KeyVaultError(
                    .parametersOutOfBounds,
                    "scrypt n \(n), r \(r), p \(p): n must be a power of two up to 2^24, r and p 1 to 64")
            }
            // Cannot overflow: n <= 2^24, r and p <= 2^6.
            guard 128 * n * r <= Keystore.Limits.scryptMemoryBytesMax, n * r * p <= Keystore.Limits.scryptWorkMax else {
                throw KeyVaultError(
                    .parametersOutOfBounds,
                    "scrypt n \(n), r \(r), p \(p) asks for more than 512 MiB or 8 times the standard work")
            }
        case .pbkdf2(let iterations):
            guard (1...Keystore.Limits.pbkdf2IterationsMax).contains(iterations) else {
                throw KeyVaultError(.parametersOutOfBounds, "pbkdf2 c \(iterations): must be 1 to 10,000,000")
            }
        }
    }
}
