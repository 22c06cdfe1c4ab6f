/// Why the admin API could not start, or why a method refused. One struct for the target; only `code` is compared.
public struct AdminError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable, CaseIterable {
        /// HTTP may listen on this machine's loopback only.
        case notLoopback = "not-loopback"
        /// A socket path of more than 107 bytes.
        case pathTooLong = "path-too-long"
        /// Somebody answers on that socket already.
        case inUse = "in-use"
        /// Something that is no socket lies at that path.
        case notASocket = "not-a-socket"
        /// The secret file cannot be used.
        case badSecret = "bad-secret"
        /// The operating system refused.
        case io
        /// Nobody answers, or the answer is not JSON-RPC.
        case peer
        /// A method cannot be carried out now (for handlers).
        case unavailable
        /// What was asked for is not there (for handlers).
        case notFound = "not-found"
        /// A parameter that the schema allows and the handler cannot use (for handlers).
        case badParameter = "bad-parameter"
    }

    /// Whose fault it is.
    public enum Fault: String, Sendable { case ours, peer, user }

    /// The kind of failure; the only part that is compared.
    public let code: Code
    /// One line for people: what, where, what to do.
    public let message: String

    /// Makes an error. `message` must not contain a secret.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same call may work later without anybody changing anything.
    public var isRetryable: Bool { code == .peer || code == .unavailable }

    /// Whose fault it is.
    public var fault: Fault {
        switch code {
        case .io: .ours
        case .peer, .unavailable: .peer
        case .notLoopback, .pathTooLong, .inUse, .notASocket, .badSecret, .notFound, .badParameter: .user
        }
    }

    public var description: String { message }

    /// The JSON-RPC error code when a handler throws this.
    var rpcCode: Int {
        switch code {
        case .badParameter: RPCErrorCode.invalidParams
        case .notFound: RPCErrorCode.notFound
        case .unavailable: RPCErrorCode.unavailable
        default: RPCErrorCode.internalError
        }
    }
}
