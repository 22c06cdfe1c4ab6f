/// What a peer's JSON-RPC error means, told by its code and the lower-case beginning of its text.
///
/// Clients share texts more than codes (geth answers -32000 for nearly everything), so texts are looked at first,
/// except for a revert, whose text belongs to a contract and is never trusted.
/// Source: geth `core/txpool/errors.go`, `core/error.go`, `rpc/errors.go`; reth `rpc-eth-types/src/error`;
/// execution-apis `src/error-groups`.
public enum RPCErrorClass: Hashable, Sendable {
    /// The peer has the transaction already: a success for a sender.
    case alreadyKnown
    /// The nonce was used by a mined transaction.
    case nonceTooLow
    /// The nonce leaves a gap (or the peer allows no more in-flight transactions of a delegated account).
    case nonceTooHigh
    /// The fee does not beat the pool's floor or the transaction it would replace.
    case underpriced
    /// The fee fields contradict the block's base fee, each other or the node's cap.
    case feeTooLow
    /// The sender cannot pay value plus gas.
    case insufficientFunds
    /// The gas limit is below the intrinsic cost or above the block's or the protocol's limit.
    case gas
    /// The peer's pool or the account's share of it is full.
    case capacity
    /// The peer could not read the request or the transaction (bad signature, oversized, not JSON-RPC).
    case malformed
    /// The EVM reverted; the bytes are the revert data (empty when the peer sent none).
    case reverted([UInt8])
    /// The peer does not have the method.
    case methodNotFound
    /// The parameters are wrong: ours to mend.
    case invalidParams
    /// A fixed limit of the peer (batch size, response size): ask for less.
    case limitExceeded
    /// Too many requests in a time: wait.
    case rateLimited
    /// `eth_getLogs` asked for too many blocks or results: bisect.
    case rangeTooWide
    /// The peer gave up computing.
    case timeout
    /// The peer has pruned what was asked for.
    case prunedHistory
    /// The peer does not know the block yet (or any more).
    case blockNotFound
    /// The peer says that it failed itself (-32603).
    case internalError
    /// Nothing of the above.
    case unknown

    /// A bounded name for metric labels, without any data.
    public var label: String {
        switch self {
        case .alreadyKnown: "already_known"
        case .nonceTooLow: "nonce_too_low"
        case .nonceTooHigh: "nonce_too_high"
        case .underpriced: "underpriced"
        case .feeTooLow: "fee_too_low"
        case .insufficientFunds: "insufficient_funds"
        case .gas: "gas"
        case .capacity: "capacity"
        case .malformed: "malformed"
        case .reverted: "reverted"
        case .methodNotFound: "method_not_found"
        case .invalidParams: "invalid_params"
        case .limitExceeded: "limit_exceeded"
        case .rateLimited: "rate_limited"
        case .rangeTooWide: "range_too_wide"
        case .timeout: "timeout"
        case .prunedHistory: "pruned_history"
        case .blockNotFound: "block_not_found"
        case .internalError: "internal_error"
        case .unknown: "unknown"
        }
    }

    /// Classifies one error object.
    ///
    /// - Parameters:
    ///   - code: the object's `code`.
    ///   - message: the object's `message`; case and wrappers such as `err: ` do not matter.
    ///   - data: the bytes of `data` when it was a hex string, else empty.
    ///   - method: the method that was called; range texts count only for log queries.
    /// - Returns: the class; `.unknown` when neither text nor code says more. Cost: a walk over a short table.
    public static func classify(code: Int, message: String, data: [UInt8] = [], method: String? = nil) -> RPCErrorClass
    {
        let text = normalised(message)
        if code == 3 || text.hasPrefix("execution reverted") { return .reverted(data) }
        if isRateLimit(code: code, text: text) { return .rateLimited }
        if let method, isLogQuery(method), let found = logQueryClass(code: code, text: text) { return found }
        for row in prefixes where text.hasPrefix(row.text) { return row.meaning }
        return byCode(code)
    }

    private static func isLogQuery(_ method: String) -> Bool {
        method == "eth_getLogs" || method == "eth_newFilter" || method == "eth_getFilterLogs"
    }

    /// Lower case without the wrappers that relays and some clients put in front. Bounded: texts are cut at 512 bytes.
    private static func normalised(_ message: String) -> String {
        var text = String(decoding: message.utf8.prefix(512), as: UTF8.self).lowercased()
        for wrapper in ["internal_error: ", "rpc error: ", "err: ", "invalid transaction: "]
        where text.hasPrefix(wrapper) {
            text.removeFirst(wrapper.count)
        }
        return text
    }

    private static func isRateLimit(code: Int, text: String) -> Bool {
        if code == 429 { return true }
        let words = [
            "rate limit", "too many requests", "requests per second", "request rate", "compute units per second",
            "throughput",
            "daily request count", "request count exceeded", "quota",
        ]
        return words.contains { text.contains($0) }
    }

    private static func logQueryClass(code: Int, text: String) -> RPCErrorClass? {
        if text.hasPrefix("block range extends beyond") { return .blockNotFound }
        if text.hasPrefix("invalid block range params") { return .invalidParams }
        if text.hasPrefix("exceed max addresses") || text.hasPrefix("exceed max topics") { return .invalidParams }
        if text.contains("pruned") { return .prunedHistory }
        let words = [
            "range", "limit", "results", "timeout", "timed out", "response size", "too many blocks", "too large",
        ]
        if code != -32601, words.contains(where: { text.contains($0) }) { return .rangeTooWide }
        return code == -32005 ? .rangeTooWide : nil
    }

    private static func byCode(_ code: Int) -> RPCErrorClass {
        switch code {
        case 4, -32002, -32016: .timeout
        case 4444: .prunedHistory
        case -32700, -32600: .malformed
        case -32601, -32004, -32006: .methodNotFound
        case -32602: .invalidParams
        case -32603: .internalError
        case -32005: .rateLimited
        case -32001, -39001: .blockNotFound
        case -38010: .nonceTooLow
        case -38011: .nonceTooHigh
        case -38012: .feeTooLow
        case -38013, -38015: .gas
        case -38014: .insufficientFunds
        case -38026: .limitExceeded
        default: .unknown
        }
    }

    /// Lower-case beginnings in the order in which they are tried.
    private static let prefixes: [(text: String, meaning: RPCErrorClass)] = [
        ("already known", .alreadyKnown), ("known transaction", .alreadyKnown), ("already imported", .alreadyKnown),
        ("alreadyknown", .alreadyKnown), ("transaction already in", .alreadyKnown),
        ("nonce too low", .nonceTooLow), ("oldnonce", .nonceTooLow),
        ("nonce too high", .nonceTooHigh), ("in-flight transaction limit reached", .nonceTooHigh),
        ("gapped-nonce tx", .nonceTooHigh), ("authority already reserved", .nonceTooHigh),
        ("transaction underpriced", .underpriced), ("replacement transaction underpriced", .underpriced),
        ("transaction gas price below minimum", .underpriced), ("transaction priority fee below minimum", .underpriced),
        ("feetoolow", .underpriced),
        ("max fee per gas less than block base fee", .feeTooLow), ("max priority fee per gas higher than", .feeTooLow),
        ("max fee per blob gas less than", .feeTooLow), ("tx fee (", .feeTooLow),
        ("insufficient funds", .insufficientFunds), ("insufficientfunds", .insufficientFunds),
        ("intrinsic gas too low", .gas), ("insufficient gas for floor data gas cost", .gas),
        ("exceeds block gas limit", .gas),
        ("exceeds max transaction gas limit", .gas), ("transaction gas limit too high", .gas),
        ("gas limit reached", .gas),
        ("intrinsic gas too high", .gas),
        ("txpool is full", .capacity), ("account limit exceeded", .capacity),
        ("future transaction tries to replace pending", .capacity),
        ("address already reserved", .capacity),
        ("invalid sender", .malformed), ("oversized data", .malformed), ("sender not an eoa", .malformed),
        ("sender is not an eoa", .malformed),
        ("failed to decode signed transaction", .malformed), ("rlp:", .malformed),
        ("only replay-protected", .malformed),
        ("transaction type not supported", .malformed), ("invalid chain id", .malformed),
        ("batch too large", .limitExceeded), ("response too large", .limitExceeded),
        ("exceeds the limit", .limitExceeded),
        ("empty batch", .malformed),
        ("request timed out", .timeout), ("execution aborted (timeout", .timeout), ("query timeout exceeded", .timeout),
        ("pruned history unavailable", .prunedHistory), ("missing trie node", .prunedHistory),
        ("historical state", .prunedHistory),
        ("required historical state unavailable", .prunedHistory), ("state is pruned", .prunedHistory),
        ("header not found", .blockNotFound), ("unknown block", .blockNotFound), ("block not found", .blockNotFound),
        ("header for hash not found", .blockNotFound), ("cannot query unfinalized data", .blockNotFound),
        ("the method", .methodNotFound), ("method not found", .methodNotFound), ("unsupported method", .methodNotFound),
        ("invalid argument", .invalidParams), ("missing value for required argument", .invalidParams),
        ("invalid params", .invalidParams),
    ]
}
