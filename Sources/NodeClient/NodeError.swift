/// Why a node could not be asked, or what it answered instead of a result.
public struct NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure: the part to compare.
    public enum Code: Hashable, Sendable {
        /// The peer answered with an error object.
        case rpc(RPCErrorClass)
        /// HTTP 429, error -32005 or error 429 in a 200 body: too many requests.
        case rateLimited
        /// The peer answered with an HTTP status that is not 200 and no JSON-RPC body.
        case httpStatus(Int)
        /// No answer in time.
        case timeout
        /// The awaiting task was cancelled.
        case cancelled
        /// There is no connection now; the session is reconnecting.
        case notConnected
        /// The connection could not be made (name, route, TLS handshake or WebSocket upgrade).
        case connectFailed
        /// The connection broke while an answer was due.
        case connectionLost
        /// The answer was longer than the configured bound.
        case responseTooLarge
        /// The answer was not JSON, not JSON-RPC, or not of the promised shape.
        case malformedResponse
        /// The endpoint serves another chain.
        case wrongChain(expected: UInt64, got: UInt64)
        /// Our own queue is full.
        case overloaded
        /// The endpoint has not reached the block that was asked for; `head` is what it has.
        case behind(head: UInt64)
        /// Every endpoint is cooling down or refused.
        case noEndpoint
        /// The setting (URL, header, path) cannot be used.
        case configuration
        /// The client was closed.
        case closed
    }
    /// Whose fault it is.
    public enum Fault: String, Hashable, Sendable { case ours, peer, user }
    /// Whether the request can have had an effect at the peer: what a sender must know before it sends again.
    public enum Delivery: String, Hashable, Sendable { case notSent, unknown, answered }

    /// One reference, because Swift 6.3 breaks async functions that throw a typed error of several words: with enough
    /// parameters that the error's address is passed on the stack they jump to nowhere (docs of the workaround:
    /// Tests/NodeClientTests/TypedThrowTests).
    private final class Storage: Sendable {
        let body: Body
        init(_ body: Body) { self.body = body }
    }
    private struct Body: Hashable, Sendable {
        var code: Code
        var message: String
        var endpoint: String
        var method: String?
        var rpcCode: Int?
        var delivery: Delivery
        var retryAfter: Duration?
    }
    private var storage: Storage
    private var body: Body {
        get { storage.body }
        set { storage = Storage(newValue) }
    }

    public static func == (a: NodeError, b: NodeError) -> Bool { a.body == b.body }
    public func hash(into hasher: inout Hasher) { hasher.combine(body) }

    /// The kind of failure.
    public var code: Code {
        get { body.code }
        set { body.code = newValue }
    }
    /// One clear line for a person, without URL paths, credentials or bodies.
    public var message: String {
        get { body.message }
        set { body.message = newValue }
    }
    /// The endpoint's printable label (`scheme://host:port`), empty when none was involved.
    public var endpoint: String {
        get { body.endpoint }
        set { body.endpoint = newValue }
    }
    /// The method that was called, when there was one.
    public var method: String? {
        get { body.method }
        set { body.method = newValue }
    }
    /// The peer's error code when `code` is `.rpc` or `.rateLimited`.
    public var rpcCode: Int? {
        get { body.rpcCode }
        set { body.rpcCode = newValue }
    }
    /// Whether the request reached the peer.
    public var delivery: Delivery {
        get { body.delivery }
        set { body.delivery = newValue }
    }
    /// How long the peer asked us to wait (`Retry-After`).
    public var retryAfter: Duration? {
        get { body.retryAfter }
        set { body.retryAfter = newValue }
    }

    public init(
        _ code: Code, _ message: String, endpoint: String = "", method: String? = nil, rpcCode: Int? = nil,
        delivery: Delivery = .notSent, retryAfter: Duration? = nil
    ) {
        storage = Storage(
            Body(
                code: code, message: message, endpoint: endpoint, method: method, rpcCode: rpcCode, delivery: delivery,
                retryAfter: retryAfter))
    }

    /// `endpoint: method: message`, bounded by 700 bytes.
    public var description: String {
        let parts = [endpoint, method ?? "", message].filter { !$0.isEmpty }
        return String(decoding: parts.joined(separator: ": ").utf8.prefix(700), as: UTF8.self)
    }

    /// Whether an idempotent read may be asked again, there or elsewhere.
    public var isRetryable: Bool {
        switch code {
        case .rateLimited, .timeout, .notConnected, .connectFailed, .connectionLost, .malformedResponse, .overloaded,
            .behind, .noEndpoint:
            true
        case .httpStatus(let status): status == 408 || status >= 500 || status == 403 || status == 401 || status == 404
        case .rpc(let kind):
            switch kind {
            case .rateLimited, .timeout, .capacity, .blockNotFound, .internalError, .prunedHistory, .methodNotFound,
                .rangeTooWide,
                .limitExceeded:
                true
            default: false
            }
        case .cancelled, .responseTooLarge, .wrongChain, .configuration, .closed: false
        }
    }

    /// Whose fault it is: `user` for settings and wrong chains, `ours` for what we asked, `peer` for the rest.
    public var fault: Fault {
        switch code {
        case .configuration, .wrongChain: .user
        case .cancelled, .overloaded, .closed: .ours
        case .rpc(let kind):
            switch kind {
            case .invalidParams, .malformed, .nonceTooLow, .nonceTooHigh, .underpriced, .feeTooLow, .insufficientFunds,
                .gas, .reverted:
                .ours
            default: .peer
            }
        default: .peer
        }
    }

    /// The class of the peer's error object, when there was one.
    public var rpcClass: RPCErrorClass? {
        if case .rpc(let kind) = code { return kind }
        return code == .rateLimited ? .rateLimited : nil
    }

    /// A bounded name for metric labels.
    public var label: String {
        switch code {
        case .rpc(let kind): "rpc_\(kind.label)"
        case .rateLimited: "rate_limited"
        case .httpStatus(let status): "http_\(status)"
        case .timeout: "timeout"
        case .cancelled: "cancelled"
        case .notConnected: "not_connected"
        case .connectFailed: "connect_failed"
        case .connectionLost: "connection_lost"
        case .responseTooLarge: "response_too_large"
        case .malformedResponse: "malformed_response"
        case .wrongChain: "wrong_chain"
        case .overloaded: "overloaded"
        case .behind: "behind"
        case .noEndpoint: "no_endpoint"
        case .configuration: "configuration"
        case .closed: "closed"
        }
    }

    func at(_ endpoint: String, method: String? = nil) -> NodeError {
        var copy = self
        if copy.endpoint.isEmpty { copy.endpoint = endpoint }
        if copy.method == nil { copy.method = method }
        return copy
    }
}

extension NodeError {
    /// The node error that an untyped `catch` holds.
    ///
    /// Async functions of this package throw untyped although they only throw `NodeError` (or `CancellationError` of a
    /// sleep): Swift 6.3 breaks async functions with typed throws in release builds
    /// (docs/adr/0002-no-nonisolated-nonsending.md).
    public init(caught error: any Error) {
        if let known = error as? NodeError {
            self = known
        } else if error is CancellationError {
            self = NodeError(.cancelled, "cancelled")
        } else {
            self = NodeError(.malformedResponse, "\(error)")
        }
    }
}
