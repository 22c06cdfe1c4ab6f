public import EVMTypes
public import NodeClient

/// Why the state of a fork could not be had. `message` is one line for people: what, where, what to do.
///
/// Async functions of this target throw untyped, and nothing but this (docs/adr/0002-no-nonisolated-nonsending.md);
/// `ForkStateError(caught:)` gives it back.
public struct ForkStateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure: the part to compare.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The node does not know the block.
        case unknownBlock
        /// The node knows the block, but no longer (or not yet) has its state.
        case prunedState
        /// The node only reads by number, and the number now has another block.
        case reorged
        /// The node's answer is not of the shape that the method promises.
        case badAnswer
        /// `verify`: the node's answer is disproved by its own block.
        case disproved
        /// `verify`: the node gives no proofs for this block.
        case proofsUnavailable
        /// The node could not be reached, or went away, and the cache does not have the answer.
        case peerFailed
        /// The node refuses the request: no such method, wrong parameters, an error of its own.
        case peerRefused
        /// The node serves another chain.
        case wrongChain
        /// There is no node (offline), and the cache does not have the answer.
        case offline
        /// A bound that the caller set on calls or bytes is used up.
        case budgetSpent
        /// The run asked for more rounds than are allowed.
        case tooManyRounds
        /// The run asked again for what it had been given.
        case noProgress
        /// The hash of a block at or after the pinned one, other than itself, or one that no run may see.
        case blockOutOfRange
        /// No rules for the chain or block, or a header without a field that its fork has.
        case noRules
        /// The caller gave it up.
        case cancelled
    }

    /// Whose mistake it is.
    public enum Fault: String, Hashable, Sendable { case ours, peer, user }

    // One reference: Swift 6.3 breaks async functions that throw wide values (see `NodeError`).
    private final class Storage: Sendable {
        let body: Body
        init(_ body: Body) { self.body = body }
    }
    private struct Body: Hashable, Sendable {
        var code: Code
        var message: String
        var endpoint: String
        var address: Address?
        var slot: U256?
        var node: NodeError?
    }
    private let storage: Storage

    public init(
        _ code: Code, _ message: String, endpoint: String = "", address: Address? = nil, slot: U256? = nil,
        node: NodeError? = nil
    ) {
        storage = Storage(
            Body(code: code, message: message, endpoint: endpoint, address: address, slot: slot, node: node))
    }

    public static func == (a: Self, b: Self) -> Bool { a.storage.body == b.storage.body }
    public func hash(into hasher: inout Hasher) { hasher.combine(storage.body) }

    /// The kind of failure.
    public var code: Code { storage.body.code }
    /// One line for people, without the endpoint.
    public var message: String { storage.body.message }
    /// The printable name of the node; empty when none was involved.
    public var endpoint: String { storage.body.endpoint }
    /// The account that it is about.
    public var address: Address? { storage.body.address }
    /// The slot that it is about.
    public var slot: U256? { storage.body.slot }
    /// What the node's client said.
    public var node: NodeError? { storage.body.node }

    /// Whether the same call may succeed later without anyone mending anything.
    public var isRetryable: Bool {
        switch code {
        case .peerFailed, .reorged: true
        case .peerRefused, .badAnswer: node?.isRetryable ?? false
        case .unknownBlock, .prunedState, .disproved, .proofsUnavailable, .wrongChain, .offline, .budgetSpent,
            .tooManyRounds, .noProgress, .blockOutOfRange, .noRules, .cancelled:
            false
        }
    }

    /// Whose mistake it is.
    public var fault: Fault {
        switch code {
        case .unknownBlock, .wrongChain, .offline, .budgetSpent, .noRules, .proofsUnavailable: .user
        case .prunedState, .reorged, .badAnswer, .disproved, .peerFailed, .peerRefused: .peer
        case .tooManyRounds, .noProgress, .blockOutOfRange, .cancelled: .ours
        }
    }

    /// `endpoint: message`, bounded by 700 bytes.
    public var description: String {
        let text = endpoint.isEmpty ? message : "\(endpoint): \(message)"
        return String(decoding: text.utf8.prefix(700), as: UTF8.self)
    }

    /// The error that an untyped `catch` holds.
    public init(caught error: any Error) {
        if let known = error as? ForkStateError {
            self = known
        } else {
            self.init(NodeError(caught: error), endpoint: "")
        }
    }
}

extension ForkStateError {
    /// What the node's client said, in the words of this target.
    init(_ error: NodeError, endpoint: String) {
        let name = error.endpoint.isEmpty ? endpoint : error.endpoint
        let text = error.method.map { "\($0): \(error.message)" } ?? error.message
        func make(_ code: Code, _ message: String) -> ForkStateError {
            ForkStateError(code, message, endpoint: name, node: error)
        }
        if error.isPrunedState {
            self = make(.prunedState, "no longer has the state of this block (\(text)); use an archive node")
            return
        }
        switch error.code {
        case .rpc(.blockNotFound): self = make(.unknownBlock, "does not know the block (\(text))")
        case .rpc: self = make(.peerRefused, "refused the request (\(text))")
        case .malformedResponse, .responseTooLarge: self = make(.badAnswer, "answered nonsense (\(text))")
        case .wrongChain: self = make(.wrongChain, error.message)
        case .cancelled: self = make(.cancelled, "cancelled")
        case .configuration: self = make(.peerRefused, text)
        case .rateLimited, .httpStatus, .timeout, .notConnected, .connectFailed, .connectionLost, .overloaded,
            .behind, .noEndpoint, .closed:
            self = make(.peerFailed, "cannot be asked (\(text))")
        }
    }
}

extension NodeError {
    /// Whether the peer says that it does not keep that block's state. Texts: geth `missing trie node`, `historical
    /// state … is not available`; erigon and reth `state … pruned`, `old data not available`; nethermind `no state
    /// available`; reth `distance to target block exceeds maximum proof window`.
    var isPrunedState: Bool {
        guard case .rpc(let kind) = code else { return false }
        if kind == .prunedHistory { return true }
        let text = message.lowercased()
        let words = [
            "missing trie node", "pruned", "historical state", "state not available", "state is not available",
            "no state available", "old data not available", "state unavailable", "maximum proof window",
            "state already pruned", "archive",
        ]
        return words.contains { text.contains($0) }
    }

    /// Whether the peer could not be asked at all, so that the cache may stand in for it.
    var isUnreachable: Bool {
        switch code {
        case .httpStatus, .timeout, .notConnected, .connectFailed, .connectionLost, .noEndpoint, .closed: true
        default: false
        }
    }
}
