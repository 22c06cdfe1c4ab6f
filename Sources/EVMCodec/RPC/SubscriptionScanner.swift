public import EVMTypes

/// The id a node gave a subscription. Hex ids (every common client) are held as a number, so that a frame costs no
/// `String`.
public enum SubscriptionID: Hashable, Sendable, CustomStringConvertible {
    /// `0x` + `digits` lower-case hex digits, at most 64.
    case hex(U256, digits: UInt8)
    /// Any other text, for example a UUID.
    case text(String)

    public init(_ text: String) {
        let bytes = text.utf8.count > 66 ? [] : Array(text.utf8)
        self = Self.hex(bytes, from: 0, to: bytes.count) ?? .text(text)
    }

    /// The id in `bytes[start..<end]` when it has the hex form.
    static func hex(_ bytes: [UInt8], from start: Int, to end: Int) -> SubscriptionID? {
        let digits = end - start - 2
        guard (1...64).contains(digits), bytes[start] == UInt8(ascii: "0"), bytes[start + 1] == UInt8(ascii: "x") else {
            return nil
        }
        for position in start + 2..<end where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(bytes[position]) {
            return nil
        }
        return HexScan.word(bytes.span, from: start + 2, to: end).map { .hex($0, digits: UInt8(digits)) }
    }

    /// The id as the node wrote it.
    public var description: String {
        switch self {
        case .hex(let value, let digits): "0x" + value.paddedHex.suffix(Int(digits))
        case .text(let text): text
        }
    }
}

/// Turns WebSocket frames into typed events.
///
/// One pass over the frame without a `String` for any field; whatever is unusual (an escape, a member in an unexpected
/// place,
/// a value of another shape) goes to the strict parser, whose answer is final. Both ways give the same result for every
/// frame.
public enum SubscriptionScanner {
    /// What a frame holds.
    public enum Message: Hashable, Sendable {
        /// A notification of one subscription.
        case notification(SubscriptionID, Event)
        /// Any other JSON: a response, a batch, an unknown method.
        case other(JSON)
    }

    /// What a notification tells. The bodies are boxed: one allocation costs less than moving a large value at every
    /// step.
    public enum Event: Hashable, Sendable {
        /// A full transaction body.
        indirect case pending(PendingTransaction)
        /// Only a hash: the body must be asked for.
        case pendingHash(Hash32)
        indirect case header(BlockHeader)
        indirect case log(Log)
        /// A result of another shape, for example `syncing`.
        case other(JSON)
    }

    /// Why a frame gave no message.
    public enum Failure: Error, Hashable, Sendable {
        /// Not JSON.
        case json(JSONError)
        /// A transaction, log or header that is refused; the subscription is named.
        case object(SubscriptionID, RPCObjectError)
    }

    /// Reads one frame. A pending transaction costs about the frame's bytes at a few GB/s plus one Keccak-256 of it.
    public static func scan(_ frame: [UInt8]) throws(Failure) -> Message {
        if let message = scanFast(frame) { return message }
        return try scanStrict(frame)
    }

    /// The one-pass way; nil when the frame is not of the usual shape or anything in it is wrong.
    static func scanFast(_ frame: [UInt8]) -> Message? {
        var scanner = FrameScanner(frame)
        return scanner.message()
    }

    /// The way through the strict parser.
    static func scanStrict(_ frame: [UInt8]) throws(Failure) -> Message {
        let json: JSON
        do throws(JSONError) { json = try JSON.parse(frame) } catch { throw .json(error) }
        guard let method = json["method"]?.string, method == "eth_subscription" || method == "subscribe",
            let parameters = json["params"]?.object, let name = parameters["subscription"]?.string,
            let result = parameters["result"]
        else { return .other(json) }
        let id = SubscriptionID(name)
        do throws(RPCObjectError) { return .notification(id, try event(result)) } catch { throw .object(id, error) }
    }

    private static func event(_ result: JSON) throws(RPCObjectError) -> Event {
        if let hash = result.hash32 { return .pendingHash(hash) }
        guard let object = result.object, let kind = RPCObjectError.Object(of: object) else { return .other(result) }
        switch kind {
        case .log: return .log(try Log(fields: object))
        case .header: return .header(try BlockHeader(fields: object))
        case .transaction: return .pending(try PendingTransaction(fields: object))
        }
    }
}

extension RPCObjectError.Object {
    /// Which object these members make: `topics` a log, `parentHash` a header, `nonce` with calldata a transaction.
    init?(of fields: some RPCFields) {
        if fields[.topics] != nil {
            self = .log
        } else if fields[.parentHash] != nil {
            self = .header
        } else if fields[.nonce] != nil, fields[.input] != nil || fields[.data] != nil {
            self = .transaction
        } else {
            return nil
        }
    }
}
