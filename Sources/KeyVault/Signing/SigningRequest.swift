public import EVMCodec
public import EVMCrypto
public import EVMTypes

/// How a signed transaction leaves the machine.
public enum SigningRoute: String, Sendable, CaseIterable {
    /// Inside a bundle for one block: several alternatives with one nonce are normal, one of them can land.
    case bundle
    /// Through a public mempool or an ordinary RPC.
    case `public`
}

/// What somebody asks a signer to sign. A class, so that asynchronous code hands over one reference.
public final class SigningRequest: Sendable {
    /// The kinds of content; what is signed is always a digest computed here from the content, never one handed in.
    public enum Content: Sendable {
        /// An unsigned transaction (EIP-155, 2930, 1559, 4844, 7702).
        case transaction(Transaction, SigningRoute)
        /// A personal message (EIP-191).
        case message([UInt8])
        /// Typed structured data (EIP-712); the digest is computed from the document.
        case typedData(JSON)
        /// An EIP-7702 delegation of the key's own account.
        case authorization(Authorization)
        /// A message to an Arbitrum sequencer's express lane: raw keccak of a fixed form, see `TimeboostMessage`.
        case timeboost(TimeboostMessage)
    }

    /// What is to be signed.
    public let content: Content
    /// The digest that the key signs.
    public let digest: Hash32

    /// Computes the digest. Throws `.malformedTypedData` for a document that is not EIP-712.
    public init(_ content: Content) throws(SigningRefusal) {
        self.content = content
        switch content {
        case .transaction(let transaction, _):
            var unsigned = transaction
            unsigned.signature = nil
            digest = unsigned.signingHash
        case .message(let message): digest = EIP191.personalHash(message)
        case .typedData(let json):
            do { digest = try EIP712.digest(json) } catch { throw .malformedTypedData }
        case .authorization(let authorization): digest = authorization.signingHash
        case .timeboost(let message): digest = message.digest
        }
    }

    /// A transaction on its way to `route`.
    public static func transaction(_ transaction: Transaction, _ route: SigningRoute) -> SigningRequest {
        SigningRequest(content: .transaction(transaction, route), digest: transaction.signingHash)
    }

    /// A personal message.
    public static func message(_ message: [UInt8]) -> SigningRequest {
        SigningRequest(content: .message(message), digest: EIP191.personalHash(message))
    }

    /// The bytes whose Keccak-256 is `digest`, for signers that hash themselves. Throws as `init`.
    public func preimage() throws(SigningRefusal) -> [UInt8] {
        switch content {
        case .transaction(let transaction, _):
            var unsigned = transaction
            unsigned.signature = nil
            return unsigned.signingPayload()
        case .message(let message): return SigningRequest.personal(message)
        case .timeboost(let message): return SigningRequest.personal(message.bytes)
        case .typedData(let json):
            do {
                let document = try EIP712.TypedData(json: json)
                return [0x19, 0x01] + (try document.domainSeparator().bytes) + (try document.messageHash().bytes)
            } catch {
                throw .malformedTypedData
            }
        case .authorization(let authorization): return authorization.signingPayload()
        }
    }

    private static func personal(_ message: [UInt8]) -> [UInt8] {
        Array("\u{19}Ethereum Signed Message:\n\(message.count)".utf8) + message
    }

    private init(content: Content, digest: Hash32) {
        self.content = content
        self.digest = digest
    }

    /// The kind's name, as the audit log writes it.
    public var kind: String {
        switch content {
        case .transaction: "transaction"
        case .message: "message"
        case .typedData: "typed-data"
        case .authorization: "authorization"
        case .timeboost: "timeboost"
        }
    }
}

/// The part of an express-lane submission that its controller signs on Arbitrum chains with Timeboost.
///
/// Digest: EIP-191 of keccak256 of the domain, chain id, auction contract, round, sequence number and raw transaction.
/// Source: nitro `timeboost/types.go` `ExpressLaneSubmission.ToMessageBytes`, facts/apis.md §6.3.
public struct TimeboostMessage: Sendable, Hashable {
    /// The chain.
    public var chainID: UInt64
    /// The auction contract of the chain.
    public var auction: Address
    /// The round whose express lane is used.
    public var round: UInt64
    /// Count of submissions in the round.
    public var sequence: UInt64
    /// The raw signed transaction.
    public var transaction: [UInt8]

    public init(chainID: UInt64, auction: Address, round: UInt64, sequence: UInt64, transaction: [UInt8]) {
        self.chainID = chainID
        self.auction = auction
        self.round = round
        self.sequence = sequence
        self.transaction = transaction
    }

    /// The bytes that are signed as a personal message: keccak256("TIMEBOOST_BID") as domain, then the numbers.
    public var bytes: [UInt8] {
        func word(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) } }
        return Keccak256.hash(Array("TIMEBOOST_BID".utf8)).bytes + U256(chainID).bigEndianBytes + auction.bytes
            + word(round) + word(sequence) + transaction
    }

    /// What the key signs.
    public var digest: Hash32 { EIP191.personalHash(bytes) }
}

/// What became of a request. One reference wide.
public indirect enum SigningOutcome: Sendable {
    /// The signature, low-s, checked to be the signer's.
    case signed(Signature)
    /// The policy (or a pause) said no.
    case refused(SigningRefusal)
    /// The signer could not be asked; try again later. The text names what is wrong.
    case unavailable(String)
    /// The signer answered something that is not a signature of this request by this key: an operator must look.
    case untrustworthy(String)

    /// The signature, when there is one.
    public var signature: Signature? { if case .signed(let signature) = self { signature } else { nil } }

    /// A reason code for logs and metrics; nil when it was signed.
    public var reason: String? {
        switch self {
        case .signed: nil
        case .refused(let refusal): refusal.rawValue
        case .unavailable: "signer-unavailable"
        case .untrustworthy: "signer-untrustworthy"
        }
    }

    /// One line for people; nil when it was signed.
    public var text: String? {
        switch self {
        case .signed: nil
        case .refused(let refusal): refusal.rawValue
        case .unavailable(let text), .untrustworthy(let text): text
        }
    }
}

/// Whoever signs for one account: a key in this process, another process, an HSM or a server. All behind one policy.
public protocol Signer: Sendable {
    /// The account it signs for.
    var address: Address { get }
    /// Whether signing is paused on this side.
    var isPaused: Bool { get }
    /// Stops signing on this side: when this returns no signature is handed out until `resume`.
    func pause()
    /// Allows signing again on this side.
    func resume()
    /// Asks for a signature.
    func sign(_ request: SigningRequest) async -> SigningOutcome
    /// Why the key's home cannot be asked now, found out without asking for a signature; nil when it can.
    func unavailability() async -> String?
}

extension Signer {
    /// Nil: for homes that can only be tried.
    public func unavailability() async -> String? { nil }
}

/// A signer that can also be asked from code that is not asynchronous; it holds the calling thread meanwhile.
public protocol BlockingSigner: Signer {
    /// As `sign(_:)`, on the calling thread.
    func answer(_ request: SigningRequest) -> SigningOutcome
}
