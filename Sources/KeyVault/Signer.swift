public import EVMCodec
public import EVMCrypto
public import EVMTypes
import Synchronization

/// The one holder of an opened private key. It signs what its policy allows, and nothing while paused.
///
/// Thread rule: any thread; signatures are made one at a time under a lock (about 21 us each). No network code, no
/// logging.
/// Invariant: once `pause()` has returned, no signature is made or handed out until `resume()`.
public final class Signer: Sendable {
    /// How often the signer was asked, and what it answered. All counts since start.
    public struct Counters: Sendable, Equatable {
        /// Transactions signed.
        public internal(set) var transactionsSigned: UInt64 = 0
        /// Personal messages signed.
        public internal(set) var messagesSigned: UInt64 = 0
        /// Refusals by reason.
        public internal(set) var refusals: [SigningRefusal: UInt64] = [:]
    }

    private let key: PrivateKey
    private let paused = Atomic<Bool>(false)
    private let counters = Mutex(Counters())

    /// The key's address.
    public let address: Address
    /// What may be signed; fixed for the life of the signer.
    public let policy: SigningPolicy

    /// Takes the key over. Throws `.wellKnownKey` when the key is published and the policy names a chain that is not
    /// local.
    public init(key: consuming PrivateKey, policy: SigningPolicy) throws(KeyVaultError) {
        let address = key.address
        let open = policy.chainIDs.subtracting(WellKnownKeys.localChainIDs)
        if !open.isEmpty, WellKnownKeys.contains(address) {
            throw KeyVaultError(
                .wellKnownKey,
                "\(address.checksummed) is a published development key: refused on chain \(open.sorted()[0]). "
                    + "Make one with `martlet keys new`")
        }
        self.address = address
        self.policy = policy
        self.key = key
    }

    /// Whether signing is paused. Lock-free.
    public var isPaused: Bool { paused.load(ordering: .sequentiallyConsistent) }

    /// Stops signing. When this returns no signature is under way: one that had begun is finished first (tens of
    /// microseconds).
    public func pause() {
        paused.store(true, ordering: .sequentiallyConsistent)
        counters.withLock { _ in }
    }

    /// Allows signing again.
    public func resume() { paused.store(false, ordering: .sequentiallyConsistent) }

    /// What was signed and refused since start.
    public var snapshot: Counters { counters.withLock { $0 } }

    /// Checks the policy, then signs. Throws the reason of the refusal; the transaction is not changed then.
    public func sign(_ transaction: Transaction) throws(SigningRefusal) -> Transaction {
        try signing(refusal: policy.refusal(of: transaction), count: \.transactionsSigned) {
            transaction.signed(by: key)
        }
    }

    /// Signs `message` as EIP-191 personal message (v 27/28 in `bytes65`). Throws `.paused` or `.messageNotAllowed`.
    ///
    /// The prefix of EIP-191 keeps such a signature from ever being one of a transaction.
    public func signPersonalMessage(_ message: [UInt8]) throws(SigningRefusal) -> Signature {
        try signing(refusal: policy.allowsMessages ? nil : .messageNotAllowed, count: \.messagesSigned) {
            key.sign(EIP191.personalHash(message))
        }
    }

    /// The one door to the key: pause flag and policy answer are looked at under the lock that `pause()` waits for.
    private func signing<Signed>(
        refusal: SigningRefusal?, count: WritableKeyPath<Counters, UInt64>, _ make: () -> Signed
    ) throws(SigningRefusal) -> Signed {
        let outcome: Result<Signed, SigningRefusal> = counters.withLock { counters in
            let reason = paused.load(ordering: .sequentiallyConsistent) ? .paused : refusal
            if let reason {
                counters.refusals[reason, default: 0] += 1
                return .failure(reason)
            }
            counters[keyPath: count] += 1
            return .success(make())
        }
        return try outcome.get()
    }
}
