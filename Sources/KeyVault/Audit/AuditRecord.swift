public import EVMCodec
import EVMCrypto
public import EVMTypes

/// One line of the audit log: what was asked, when, what was decided and why, chained to the line before.
public struct AuditRecord: Sendable, Equatable {
    /// Position in the log, from 1.
    public var sequence: UInt64
    /// Milliseconds since 1970 by this machine's clock.
    public var time: UInt64
    /// The key asked for.
    public var key: Address
    /// "transaction", "message", "typed-data", "authorization", "timeboost", or "note" for a line of the operator's.
    public var kind: String
    /// The digest that was to be signed; zero for a note.
    public var digest: Hash32
    /// "signed", "refused", "failed" (allowed, but the signer could not), or "note".
    public var decision: String
    /// The reason of a refusal or failure, or the note's text.
    public var reason: String
    /// Figures of a transaction; absent otherwise.
    public var transaction: Figures?
    /// SHA-256 of the record before; zero for the first.
    public var previous: Hash32

    /// What the rolling limits and nonce rules need to know again after a restart.
    public struct Figures: Sendable, Equatable {
        public var chainID: UInt64
        public var nonce: UInt64
        public var route: SigningRoute
        /// Nil for a creation.
        public var to: Address?
        /// First four bytes of calldata, when there are four.
        public var selector: UInt32?
        public var value: U256
        /// value + gas limit * fee per gas.
        public var cost: U256
        public var fee: U256
        public var tip: U256
    }

    /// The record as one JSON object without its hash.
    public var json: JSON {
        var object: JSONObject = [
            "n": .integer(sequence), "t": .integer(time), "key": .address(key), "kind": .string(kind),
            "digest": .hash(digest), "decision": .string(decision), "reason": .string(reason),
        ]
        if let transaction {
            object["chain"] = .integer(transaction.chainID)
            object["nonce"] = .integer(transaction.nonce)
            object["route"] = .string(transaction.route.rawValue)
            object["to"] = transaction.to.map { .address($0) } ?? .null
            object["selector"] = transaction.selector.map { .integer($0) } ?? .null
            object["value"] = .quantity(transaction.value)
            object["cost"] = .quantity(transaction.cost)
            object["fee"] = .quantity(transaction.fee)
            object["tip"] = .quantity(transaction.tip)
        }
        object["previous"] = .hash(previous)
        return .object(object)
    }

    /// Reads what `body` wrote; nil for anything else.
    init?(_ json: JSON) {
        guard let sequence = json["n"]?.uint64, let time = json["t"]?.uint64, let key = json["key"]?.address,
            let kind = json["kind"]?.string, let digest = json["digest"]?.hash32,
            let decision = json["decision"]?.string, let reason = json["reason"]?.string,
            let previous = json["previous"]?.hash32
        else { return nil }
        var figures: Figures?
        if let chainID = json["chain"]?.uint64 {
            guard let nonce = json["nonce"]?.uint64, let route = json["route"]?.string.flatMap(SigningRoute.init),
                let value = json["value"]?.quantityU256, let cost = json["cost"]?.quantityU256,
                let fee = json["fee"]?.quantityU256, let tip = json["tip"]?.quantityU256
            else { return nil }
            figures = Figures(
                chainID: chainID, nonce: nonce, route: route, to: json["to"]?.address,
                selector: json["selector"]?.uint64.flatMap { UInt32(exactly: $0) }, value: value, cost: cost, fee: fee,
                tip: tip)
        }
        self.init(
            sequence: sequence, time: time, key: key, kind: kind, digest: digest, decision: decision, reason: reason,
            transaction: figures, previous: previous)
    }

    init(
        sequence: UInt64, time: UInt64, key: Address, kind: String, digest: Hash32, decision: String, reason: String,
        transaction: Figures?, previous: Hash32
    ) {
        self.sequence = sequence
        self.time = time
        self.key = key
        self.kind = kind
        self.digest = digest
        self.decision = decision
        self.reason = reason
        self.transaction = transaction
        self.previous = previous
    }

    static let hashMember = #","hash":""#

    /// A line taken apart: the record, its stated hash and code, and the bytes that were hashed.
    struct Line {
        var record: AuditRecord
        var hash: Hash32
        var mac: Hash32?
        var body: [UInt8]

        /// Nil when it is not the exact form that `line` writes.
        init?(_ bytes: ArraySlice<UInt8>) {
            // `,"hash":"0x` + 64 + `"` then optionally `,"mac":"0x` + 64 + `"`, then `}`.
            let withCode = AuditRecord.hashMember.utf8.count + 66 + 9 + 66 + 2
            let plain = AuditRecord.hashMember.utf8.count + 66 + 2
            let member = Array(AuditRecord.hashMember.utf8)
            for length in [withCode, plain] where bytes.count > length {
                let start = bytes.endIndex - length
                guard bytes[start..<start + member.count].elementsEqual(member) else { continue }
                body = Array(bytes[..<start]) + [0x7d]
                guard let whole = try? JSON.parse(Array(bytes)), let hash = whole["hash"]?.hash32,
                    let inner = try? JSON.parse(body), let record = AuditRecord(inner)
                else { return nil }
                self.hash = hash
                mac = whole["mac"]?.hash32
                self.record = record
                guard record.line(hash, mac: mac).elementsEqual(bytes) else { return nil }
                return
            }
            return nil
        }
    }
}
