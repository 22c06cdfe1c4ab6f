import Dispatch
public import EVMCrypto
public import EVMTypes
public import KeyVault
import Synchronization

/// A key on a PKCS#11 token (HSM, smart card, SoftHSM2), with a gate of our own before it.
///
/// Tokens give r and s only, often with a high s: the lower of s and n - s is taken, and the parity is found by trying
/// both against the known key. A session that broke is opened anew once. Requests go one at a time on their own thread.
public final class PKCS11Signer: BlockingSigner {
    /// Where the key is.
    public struct Configuration: Sendable, Hashable {
        /// Path of the module, for example `/usr/lib/softhsm/libsofthsm2.so`.
        public var module: String
        /// The token's label; slot numbers change.
        public var token: String
        /// The label of the key pair.
        public var key: String

        public init(module: String, token: String, key: String) {
            self.module = module
            self.token = token
            self.key = key
        }
    }

    /// Guarded by the signer's lock.
    private final class Session: @unchecked Sendable {
        let token: PKCS11Token
        init(_ token: consuming PKCS11Token) { self.token = token }
    }

    /// The account it signs for.
    public let address: Address
    private let gate: PolicyGate
    private let configuration: Configuration
    private let pin: SecretBytes
    private let queue = DispatchQueue(label: "martlet.pkcs11", qos: .userInteractive)
    private let session: Mutex<Session?>

    /// Opens the token, which must hold the key of the gate's policy. Throws as `account(_:pin:)`, and
    /// `.addressMismatch`.
    public init(
        _ configuration: Configuration, pin: consuming SecretBytes, gate: PolicyGate
    ) throws(KeyVaultError) {
        let opened = try Self.open(configuration, pin)
        let found = opened.token.publicKey.address
        guard found == gate.policy.address else {
            throw KeyVaultError(
                .addressMismatch,
                "the token's key is \(found.checksummed), the policy is for \(gate.policy.address.checksummed)")
        }
        address = found
        self.gate = gate
        self.configuration = configuration
        self.pin = pin
        session = Mutex(opened)
    }

    /// The account of a token's key. Throws `.signerUnavailable`, `.wrongPassword`, `.ambiguous`, `.invalidKey`.
    public static func account(_ configuration: Configuration, pin: borrowing SecretBytes) throws(KeyVaultError)
        -> Address
    {
        try open(configuration, pin).token.publicKey.address
    }

    /// Whether signing is paused on this side.
    public var isPaused: Bool { gate.isPaused }
    /// Stops signing on this side; an answer under way is not handed out.
    public func pause() { gate.pause() }
    /// Allows signing again on this side.
    public func resume() { gate.resume() }

    /// Asks the gate, then the token.
    public func sign(_ request: SigningRequest) async -> SigningOutcome {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.answer(request)) }
        }
    }

    /// As `sign(_:)`, on the calling thread.
    public func answer(_ request: SigningRequest) -> SigningOutcome {
        if let refusal = gate.allow(request) { return .refused(refusal) }
        let outcome = ask(request.digest)
        if let reason = outcome.text { gate.noteFailure(request, String(reason.prefix(200))) }
        return isPaused && outcome.signature != nil ? .refused(.paused) : outcome
    }

    private func ask(_ digest: Hash32) -> SigningOutcome {
        session.withLock { session in
            var code: UInt = 0
            for _ in 0..<2 {
                if session == nil {
                    do throws(KeyVaultError) { session = try Self.open(configuration, pin) } catch {
                        return .unavailable("pkcs11: \(error)")
                    }
                }
                guard let open = session else { break }
                let (bytes, result) = open.token.sign(digest)
                if let bytes {
                    guard let signature = Self.completed(bytes, digest, address) else {
                        return .untrustworthy("pkcs11: the signature is not of \(address.checksummed)")
                    }
                    return .signed(signature)
                }
                code = result
                session = nil
            }
            return .unavailable("pkcs11: the token did not sign (code \(code))")
        }
    }

    /// r and s as Ethereum wants them: s in the lower half, and the parity that recovers `address`; nil when neither
    /// does.
    public static func completed(_ bytes: [UInt8], _ digest: Hash32, _ address: Address) -> Signature? {
        guard bytes.count == 64 else { return nil }
        let r = U256(bigEndian: bytes[0..<32]), given = U256(bigEndian: bytes[32..<64])
        guard !given.isZero, given < Secp256k1.order else { return nil }
        let s = given > Secp256k1.halfOrder ? Secp256k1.order - given : given
        for parity: UInt8 in [0, 1] {
            let signature = Signature(r: r, s: s, yParity: parity)
            if Secp256k1.recover(digest, signature) == address { return signature }
        }
        return nil
    }

    private static func open(_ configuration: Configuration, _ pin: borrowing SecretBytes) throws(KeyVaultError)
        -> Session
    {
        Session(
            try PKCS11Token.open(
                module: configuration.module, token: configuration.token, key: configuration.key, pin: pin))
    }
}
