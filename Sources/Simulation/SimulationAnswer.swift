public import EVM
public import EVMCodec

/// What came of asking for a simulation.
public enum SimulationAnswer<Value: Sendable>: Sendable {
    /// It was run.
    case done(Value)
    /// The pinned state lacks these; ask again when it has them. Nothing was changed.
    case missing([StateNeed])
    /// It cannot be run, for a reason that geth would give too, or one named in the message.
    case failed(SimulationError)

    /// The same with another value.
    public func map<Other: Sendable>(_ body: (Value) -> Other) -> SimulationAnswer<Other> {
        switch self {
        case .done(let value): .done(body(value))
        case .missing(let needs): .missing(needs)
        case .failed(let error): .failed(error)
        }
    }
}

/// A JSON-RPC error: geth's code and text where geth has one.
public struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// -32602 bad parameters, -32000 refused, 3 reverted, -38010 to -38026 of eth_simulateV1.
    public var code: Int
    /// One line.
    public var message: String
    /// Revert data; nil where there is none to give.
    public var data: [UInt8]?

    public init(_ code: Int, _ message: String, data: [UInt8]? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// Parameters that cannot be read (-32602).
    public static func invalid(_ message: String) -> SimulationError { SimulationError(-32602, message) }
    /// Refused (-32000).
    public static func refused(_ message: String) -> SimulationError { SimulationError(-32000, message) }

    public var description: String { message }
    /// The `error` member of a JSON-RPC response.
    public var json: JSON {
        var members: JSONObject = ["code": .integer(code), "message": .string(message)]
        if let data { members["data"] = .hex(data) }
        return .object(members)
    }
}
