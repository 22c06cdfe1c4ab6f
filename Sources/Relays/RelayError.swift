public import NodeClient

/// Why a relay did not do what was asked.
public struct RelayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure: the part to compare.
    public enum Code: Hashable, Sendable {
        /// The bundle breaks a rule of ours or of the relay's documentation and was not sent.
        case invalidBundle
        /// The signing function gave no signature.
        case notSigned
        /// The relay answered with an error object.
        case refused(RPCErrorClass)
        /// The relay turned the request away for its rate.
        case rateLimited
        /// The relay answered with something that is not the promised shape.
        case malformedAnswer
        /// The request or its answer was lost on the way.
        case transport
        /// The setting cannot be used.
        case configuration
    }
    /// One reference, for the reason that `NodeError` is.
    private final class Storage: Sendable {
        let body: Body
        init(_ body: Body) { self.body = body }
    }
    private struct Body: Hashable, Sendable {
        var code: Code
        var message: String
        var relay: String
        var delivery: NodeError.Delivery
        var retryAfter: Duration?
    }
    private var storage: Storage
    private var body: Body {
        get { storage.body }
        set { storage = Storage(newValue) }
    }

    public static func == (a: RelayError, b: RelayError) -> Bool { a.body == b.body }
    public func hash(into hasher: inout Hasher) { hasher.combine(body) }

    /// The kind of failure.
    public var code: Code { body.code }
    /// One clear line without bodies, signatures or keys.
    public var message: String {
        get { body.message }
        set { body.message = newValue }
    }
    /// The relay's printable name.
    public var relay: String { body.relay }
    /// Whether the relay can have acted on the request.
    public var delivery: NodeError.Delivery { body.delivery }
    /// How long the relay asked us to wait.
    public var retryAfter: Duration? { body.retryAfter }

    public init(
        _ code: Code, _ message: String, relay: String, delivery: NodeError.Delivery = .notSent,
        retryAfter: Duration? = nil
    ) {
        storage = Storage(Body(code: code, message: message, relay: relay, delivery: delivery, retryAfter: retryAfter))
    }

    init(_ error: NodeError, relay: String) {
        let code: Code =
            switch error.code {
            case .rpc(let kind): .refused(kind)
            case .rateLimited: .rateLimited
            case .malformedResponse, .responseTooLarge: .malformedAnswer
            case .httpStatus(let status) where status < 500: .refused(.unknown)
            case .configuration, .wrongChain: .configuration
            default: .transport
            }
        self.init(code, error.message, relay: relay, delivery: error.delivery, retryAfter: error.retryAfter)
    }

    /// `relay: message`.
    public var description: String { relay.isEmpty ? message : "\(relay): \(message)" }

    /// Whether the same request may succeed later. Sending a bundle again is harmless only while its block has not
    /// passed.
    public var isRetryable: Bool {
        switch code {
        case .rateLimited, .transport: true
        case .refused(let kind): kind == .timeout || kind == .internalError
        case .invalidBundle, .notSigned, .malformedAnswer, .configuration: false
        }
    }

    /// Whose fault it is.
    public var fault: NodeError.Fault {
        switch code {
        case .invalidBundle, .notSigned: .ours
        case .configuration: .user
        case .refused(let kind): kind == .unknown || kind == .internalError || kind == .timeout ? .peer : .ours
        case .rateLimited, .malformedAnswer, .transport: .peer
        }
    }
}
