internal import EVMCodec
public import EVMTypes

/// What became of a transaction that was handed to a peer.
public enum SendOutcome: Sendable, Hashable {
    /// The peer took it; the hash is the peer's, equal to ours unless it misread us.
    case accepted(Hash32)
    /// The peer has it already: as good as accepted.
    case alreadyKnown
    /// The peer refused it; it has not entered its pool.
    case refused(RPCErrorClass, NodeError)
    /// It may have arrived: look for it by hash before anything else.
    case uncertain(NodeError)
    /// It never left.
    case notSent(NodeError)

    /// Whether the peer has the transaction for certain.
    public var isThere: Bool {
        switch self {
        case .accepted, .alreadyKnown: true
        case .refused, .uncertain, .notSent: false
        }
    }

    init(_ error: NodeError) {
        switch (error.code, error.delivery) {
        case (.rpc(.alreadyKnown), _): self = .alreadyKnown
        case (.rpc(let kind), _) where kind != .timeout && kind != .internalError: self = .refused(kind, error)
        case (.rateLimited, _): self = .refused(.rateLimited, error)
        case (_, .notSent): self = .notSent(error)
        default: self = .uncertain(error)
        }
    }
}

extension RPCCalling {
    /// Hands a signed transaction to the peer's public pool, once: nothing is sent again on doubt.
    public func sendRawTransaction(_ raw: [UInt8]) async -> SendOutcome {
        do {
            let json = try await callOnce("eth_sendRawTransaction", [.hex(raw)])
            guard let hash = json.hash32 else {
                return .uncertain(
                    NodeError(
                        .malformedResponse, "the answer is not a hash", method: "eth_sendRawTransaction",
                        delivery: .answered))
            }
            return .accepted(hash)
        } catch let caught {
            let error = NodeError(caught: caught)
            return SendOutcome(error)
        }
    }
}
