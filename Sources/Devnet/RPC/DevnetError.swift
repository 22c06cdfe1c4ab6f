public import EVM
internal import EVMCodec
internal import EVMTypes

/// Why the devnet did not do what was asked, as JSON-RPC says it: geth's codes and texts.
public struct DevnetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// JSON-RPC code; -32000 for everything without its own.
    public var code: Int
    /// One line.
    public var message: String
    /// What a reverted call gave back, or a transaction's hash.
    public var data: [UInt8]?
    /// What the fork's source must be asked before the same can be tried again; empty when trying again is of no use.
    public var needs: [StateNeed]

    public init(_ message: String, code: Int = -32_000, data: [UInt8]? = nil, needs: [StateNeed] = []) {
        self.code = code
        self.message = message
        self.data = data
        self.needs = needs
    }

    /// -32602.
    static func params(_ message: String) -> DevnetError { DevnetError(message, code: -32_602) }

    /// The state lacks these.
    static func missing(_ needs: [StateNeed]) -> DevnetError {
        DevnetError("the forked state lacks \(needs.count) items", code: -32_603, needs: needs)
    }

    /// A run that Martlet's EVM cannot finish.
    static func unanswered(_ halt: Halt, _ address: Address?) -> DevnetError {
        DevnetError("execution not supported: \(halt) at \(address.map(\.hex) ?? "the transaction")", code: -32_603)
    }

    /// The same text as `message`.
    public var description: String { message }

    /// The `error` member of an answer.
    var json: JSON {
        var object: JSONObject = ["code": .integer(code), "message": .string(message)]
        if let data { object["data"] = .hex(data) }
        return .object(object)
    }
}
