import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault

/// The wire form between a node and its signer process: length (4 bytes, big-endian), version, kind, id (8 bytes),
/// body.
///
/// A request for a signature carries the whole content, never a digest: the signer computes what it signs.
struct SignerFrame: Equatable {
    enum Kind: UInt8 {
        /// Which accounts are there? Body empty.
        case accounts = 1
        /// A signature, please. Body: account (20 bytes), content.
        case sign = 2
        /// Answer to `accounts`: 20 bytes each.
        case accountList = 0x81
        /// Answer: r, s, parity (65 bytes).
        case signed = 0x82
        /// Answer: the raw value of a `SigningRefusal`.
        case refused = 0x83
        /// Answer: what was wrong with the frame, as text. The connection is closed behind it.
        case malformed = 0x84
        /// Answer: why the key's home could not sign, as text.
        case unavailable = 0x85
    }

    static let version: UInt8 = 1
    /// Bytes behind the length: version, kind, id.
    static let headBytes = 10
    /// Longest frame, in bytes behind the length: a transaction of 128 KiB is the most that nodes pass on.
    static let bytesMax = 262_144

    var kind: Kind
    var id: UInt64
    var body: [UInt8] = []

    var bytes: [UInt8] {
        SignerFrame.word(UInt64(SignerFrame.headBytes + body.count), 4) + [SignerFrame.version, kind.rawValue]
            + SignerFrame.word(id, 8) + body
    }

    /// Reads what follows the length; nil for another version or kind.
    init?(_ bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count >= SignerFrame.headBytes, bytes[start] == SignerFrame.version,
            let kind = Kind(rawValue: bytes[start + 1])
        else { return nil }
        self.kind = kind
        id = SignerFrame.number(bytes[start + 2..<start + 10])
        body = Array(bytes[(start + 10)...])
    }

    init(_ kind: Kind, id: UInt64, body: [UInt8] = []) {
        self.kind = kind
        self.id = id
        self.body = body
    }

    static func word(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}

/// The content of a request as bytes.
enum SignerContent {
    /// Nil for a transaction that has no wire form.
    static func encode(_ content: SigningRequest.Content) -> [UInt8]? {
        switch content {
        case .transaction(let transaction, let route):
            // A signed envelope is the one form that the strict decoder reads; the signature is a placeholder.
            var carried = transaction
            guard transaction.signature == nil else { return nil }
            carried.signature = placeholder
            return [0, route == .bundle ? 0 : 1] + carried.encoded()
        case .message(let message): return [1] + message
        case .typedData(let json): return [2] + json.bytes
        case .authorization(let authorization):
            return [3] + authorization.chainID.bigEndianBytes + authorization.address.bytes
                + SignerFrame.word(authorization.nonce, 8)
        case .timeboost(let message):
            return [4] + SignerFrame.word(message.chainID, 8) + message.auction.bytes
                + SignerFrame.word(message.round, 8) + SignerFrame.word(message.sequence, 8) + message.transaction
        }
    }

    /// Nil for anything `encode` does not write.
    static func decode(_ bytes: ArraySlice<UInt8>) -> SigningRequest? {
        guard let kind = bytes.first else { return nil }
        let rest = bytes.dropFirst()
        switch kind {
        case 0:
            guard let route = rest.first, route <= 1,
                var transaction = try? Transaction(decoding: Array(rest.dropFirst())),
                transaction.signature == placeholder
            else { return nil }
            transaction.signature = nil
            return .transaction(transaction, route == 0 ? .bundle : .public)
        case 1: return .message(Array(rest))
        case 2:
            guard let json = try? JSON.parse(Array(rest)) else { return nil }
            return try? SigningRequest(.typedData(json))
        case 3:
            guard rest.count == 60 else { return nil }
            let all = Array(rest)
            return try? SigningRequest(
                .authorization(
                    Authorization(
                        chainID: U256(bigEndian: all[0..<32]), address: Address(bytes: all[32..<52]),
                        nonce: SignerFrame.number(all[52..<60]))))
        case 4:
            guard rest.count >= 44 else { return nil }
            let all = Array(rest)
            return try? SigningRequest(
                .timeboost(
                    TimeboostMessage(
                        chainID: SignerFrame.number(all[0..<8]), auction: Address(bytes: all[8..<28]),
                        round: SignerFrame.number(all[28..<36]), sequence: SignerFrame.number(all[36..<44]),
                        transaction: Array(all[44...]))))
        default: return nil
        }
    }

    private static let placeholder = Signature(r: 1, s: 1, yParity: 0)
}
