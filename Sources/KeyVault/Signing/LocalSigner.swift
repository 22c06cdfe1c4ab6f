public import EVMCodec
public import EVMCrypto
public import EVMTypes

/// A key in this process, behind its gate. It signs what its policy allows, and nothing while paused.
///
/// Thread rule: any thread; signatures are made one at a time under a lock (about 21 us each). No network code, no
/// logging. The key is never printed: it lies in pages of its own, see `SecretBytes`.
public final class LocalSigner: BlockingSigner {
    private let key: PrivateKey
    private let gate: PolicyGate

    /// The key's address.
    public let address: Address

    /// Takes the key over, with rules for one sitting and no record. Throws `.wellKnownKey` when the key is published
    /// and the policy names a chain that is not local.
    public convenience init(key: consuming PrivateKey, policy: SigningPolicy) throws(KeyVaultError) {
        let rules = policy.keyPolicy(key.address)
        try self.init(key: key, policy: rules)
    }

    /// Takes the key over. `audit`, `stopFile`, `clock` and errors as `PolicyGate`; the log's codes are made with a key
    /// derived from the signing key. Throws `.addressMismatch` for the policy of another key.
    public init(
        key: consuming PrivateKey, policy: KeyPolicy, audit: String? = nil, stopFile: String? = nil,
        clock: @escaping @Sendable () -> UInt64 = PolicyGate.systemClock
    ) throws(KeyVaultError) {
        guard key.address == policy.address else {
            throw KeyVaultError(
                .addressMismatch,
                "the policy is for \(policy.address.checksummed), the key is \(key.address.checksummed)")
        }
        address = key.address
        let auditKey = Self.auditKey(of: key)
        gate = try PolicyGate(
            policy: policy, audit: audit, auditKey: auditKey, stopFile: stopFile, clock: clock)
        self.key = key
    }

    /// The key of an audit log's codes: HMAC-SHA-512 of a label under the signing key, its first half.
    public static func auditKey(of key: borrowing PrivateKey) -> SecretBytes {
        let label = SecretBytes(copying: Array("martlet audit log 1".utf8))
        return HMACSHA512.authenticate(label, key: key.secretBytes()).slice(0..<32)
    }

    /// What may be signed.
    public var policy: KeyPolicy { gate.policy }
    /// Whether signing is paused. Lock-free.
    public var isPaused: Bool { gate.isPaused }
    /// Stops signing. When this returns no signature is under way.
    public func pause() { gate.pause() }
    /// Allows signing again.
    public func resume() { gate.resume() }
    /// What was signed and refused since start.
    public var snapshot: PolicyGate.Counters { gate.snapshot }
    /// Brings the audit log to the disk.
    public func sync() { gate.sync() }
    /// Number and hash of the audit log's last entry; nil without a log.
    public var auditHead: (count: UInt64, hash: Hash32)? { gate.auditHead }

    /// Asks the gate, then signs at once; never waits for anything but the gate's lock.
    public func sign(_ request: SigningRequest) async -> SigningOutcome { answer(request) }

    /// As `sign(_:)`, for code that is not asynchronous.
    public func answer(_ request: SigningRequest) -> SigningOutcome {
        do { return .signed(try gate.signing(request) { key.sign(request.digest) }) } catch { return .refused(error) }
    }

    /// Checks the policy, then signs. Throws the reason of the refusal; the transaction is not changed then.
    public func sign(_ transaction: Transaction, _ route: SigningRoute = .public) throws(SigningRefusal) -> Transaction
    {
        let request = SigningRequest.transaction(transaction, route)
        var signed = transaction
        signed.signature = try gate.signing(request) { key.sign(request.digest) }
        return signed
    }

    /// Signs `message` as EIP-191 personal message (v 27/28 in `bytes65`). Throws `.paused` or `.messageNotAllowed`.
    ///
    /// The prefix of EIP-191 keeps such a signature from ever being one of a transaction.
    public func signPersonalMessage(_ message: [UInt8]) throws(SigningRefusal) -> Signature {
        let request = SigningRequest.message(message)
        return try gate.signing(request) { key.sign(request.digest) }
    }
}
