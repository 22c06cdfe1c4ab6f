import EVMCodec
public import Logging

/// The error codes of the API. Source: JSON-RPC 2.0 §5.1 for the reserved ones.
public enum RPCErrorCode {
    /// Not JSON.
    public static let parse = -32_700
    /// JSON, but no request.
    public static let invalidRequest = -32_600
    /// No such method.
    public static let methodNotFound = -32_601
    /// Parameters that do not fit the schema.
    public static let invalidParams = -32_602
    /// A fault of ours.
    public static let internalError = -32_603
    /// The node cannot do that now.
    public static let unavailable = -32_000
    /// What was asked for is not there.
    public static let notFound = -32_001
    /// Too many requests.
    public static let limitExceeded = -32_005
}

/// Turns request bytes into answer bytes: strict JSON-RPC 2.0 over the method table. The same for socket and HTTP.
public struct AdminDispatcher: Sendable {
    /// Most requests of one batch.
    public static let batchMax = 100
    /// Deepest nesting of a request.
    static let depthMax = 32

    /// What the node does.
    public let handlers: AdminHandlers
    private let logger: Logger

    /// Makes a dispatcher; `logger` receives faults of handlers.
    public init(handlers: AdminHandlers, logger: Logger) {
        self.handlers = handlers
        self.logger = logger
    }

    /// Answers one message. Nil when there is nothing to answer (notifications only). Never throws: every fault is an
    /// answer.
    public func answer(_ message: [UInt8]) async -> [UInt8]? {
        let json: JSON
        do { json = try JSON.parse(message, depthMax: AdminDispatcher.depthMax) } catch {
            return AdminDispatcher.failure(id: .null, RPCErrorCode.parse, "not JSON: \(error)").bytes
        }
        guard let batch = json.array else { return await answer(one: json)?.bytes }
        if batch.isEmpty { return AdminDispatcher.failure(id: .null, RPCErrorCode.invalidRequest, "empty batch").bytes }
        guard batch.count <= AdminDispatcher.batchMax else {
            let text = "batch too large: at most \(AdminDispatcher.batchMax) requests"
            return AdminDispatcher.failure(id: .null, RPCErrorCode.invalidRequest, text).bytes
        }
        var answers: [JSON] = []
        for request in batch {
            if let answer = await answer(one: request) { answers.append(answer) }
        }
        return answers.isEmpty ? nil : JSON.array(answers).bytes
    }

    /// An answer that says "too many requests", for transports that count.
    static let limitExceeded = failure(id: .null, RPCErrorCode.limitExceeded, "too many requests; slow down").bytes

    private func answer(one request: JSON) async -> JSON? {
        guard let object = request.object else {
            return AdminDispatcher.failure(id: .null, RPCErrorCode.invalidRequest, "a request must be an object")
        }
        let id: JSON
        switch object["id"] {
        case nil: id = .null
        case .null?, .string?, .number?: id = object["id"] ?? .null
        default:
            return AdminDispatcher.failure(
                id: .null, RPCErrorCode.invalidRequest, "id must be a string, a number or null")
        }
        guard object["jsonrpc"]?.string == "2.0" else {
            return AdminDispatcher.failure(id: id, RPCErrorCode.invalidRequest, "jsonrpc must be \"2.0\"")
        }
        guard let name = object["method"]?.string else {
            return AdminDispatcher.failure(id: id, RPCErrorCode.invalidRequest, "method must be a string")
        }
        let outcome = await run(name, object["params"])
        if object["id"] == nil { return nil }
        switch outcome {
        case .success(let result): return ["jsonrpc": "2.0", "id": id, "result": result]
        case .failure(let fault): return AdminDispatcher.failure(id: id, fault.code, fault.text)
        }
    }

    private struct Fault: Error {
        let code: Int
        let text: String
    }

    private func run(_ name: String, _ parameters: JSON?) async -> Result<JSON, Fault> {
        guard let method = AdminMethods.named(name) else {
            let shown = Schema.bounded(name)
            return .failure(Fault(code: RPCErrorCode.methodNotFound, text: "no method \(shown); see rpc.discover"))
        }
        let object: JSONObject
        switch AdminDispatcher.named(parameters, for: method) {
        case .success(let named): object = named
        case .failure(let fault): return .failure(fault)
        }
        do {
            let result = try await method.handle(handlers, object)
            if let fault = method.result.schema.fault(of: result, at: "result") {
                logger.error(
                    "an admin result does not fit its schema", metadata: ["method": "\(name)", "fault": "\(fault)"])
                return .failure(Fault(code: RPCErrorCode.internalError, text: "internal error: \(fault)"))
            }
            return .success(result)
        } catch let error as AdminError {
            return .failure(Fault(code: error.rpcCode, text: error.message))
        } catch {
            logger.error("an admin method failed", metadata: ["method": "\(name)", "error": "\(error)"])
            return .failure(Fault(code: RPCErrorCode.internalError, text: "internal error; see the node's log"))
        }
    }

    /// Parameters by name, whichever way they were given, checked against the row.
    private static func named(_ parameters: JSON?, for method: AdminMethod) -> Result<JSONObject, Fault> {
        var object = JSONObject()
        switch parameters {
        case nil: break
        case .object(let given)?: object = given
        case .array(let given)?:
            guard given.count <= method.parameters.count else {
                let text = "\(method.name) takes at most \(method.parameters.count) parameters, not \(given.count)"
                return .failure(Fault(code: RPCErrorCode.invalidParams, text: text))
            }
            // A null position means "not given", so that later ones can be.
            for (member, value) in zip(method.parameters, given) where !value.isNull { object[member.name] = value }
        default:
            return .failure(Fault(code: RPCErrorCode.invalidParams, text: "params must be an object or an array"))
        }
        let schema = Schema.object(method.parameters, isOpen: false)
        if let text = schema.fault(of: .object(object), at: "params") {
            return .failure(Fault(code: RPCErrorCode.invalidParams, text: text))
        }
        return .success(object)
    }

    static func failure(id: JSON, _ code: Int, _ message: String) -> JSON {
        ["jsonrpc": "2.0", "id": id, "error": ["code": .integer(code), "message": .string(message)]]
    }
}
