public import EVMCodec

/// One JSON-RPC call.
public struct RPCRequest: Sendable, Hashable {
    /// The method.
    public var method: String
    /// The positional parameters.
    public var params: [JSON]

    public init(_ method: String, _ params: [JSON] = []) {
        self.method = method
        self.params = params
    }

    /// The request's UTF-8 with `id`: the exact bytes that are sent.
    public func encoded(id: UInt64) -> [UInt8] {
        var out: [UInt8] = []
        out.append(contentsOf: #"{"jsonrpc":"2.0","id":"#.utf8)
        out.append(contentsOf: String(id).utf8)
        out.append(contentsOf: #","method":"#.utf8)
        JSON.string(method).write(to: &out)
        out.append(contentsOf: #","params":"#.utf8)
        JSON.array(params).write(to: &out)
        out.append(UInt8(ascii: "}"))
        return out
    }
}

/// One answer object, matched to its request by `id` only.
struct RPCResponse {
    /// nil when the peer could not read the request's id, or echoed something that is not ours.
    var id: UInt64?
    var result: Result<JSON, RPCErrorObject>

    /// Reads an object with `result` or `error`; nil when it has neither.
    init?(_ json: JSON) {
        guard let members = json.object else { return nil }
        id = members["id"].flatMap { $0.uint64 ?? $0.string.flatMap { UInt64($0) } }
        if let error = members["error"], !error.isNull {
            result = .failure(RPCErrorObject(error))
        } else if let value = members["result"] {
            result = .success(value)
        } else {
            return nil
        }
    }
}

/// The `error` member of an answer.
struct RPCErrorObject: Error, Hashable {
    var code: Int
    var message: String
    var data: [UInt8]

    init(_ json: JSON) {
        code = json["code"]?.int ?? json["code"]?.string.flatMap { Int($0) } ?? 0
        message = json["message"]?.string ?? json.string ?? "the peer sent an error without a message"
        let data = json["data"]
        self.data = data?.hexBytes ?? data?["data"]?.hexBytes ?? []
    }

    /// The error as ours, with its class.
    func nodeError(method: String, endpoint: String, retryAfter: Duration? = nil) -> NodeError {
        let kind = RPCErrorClass.classify(code: code, message: message, data: data, method: method)
        return NodeError(
            kind == .rateLimited ? .rateLimited : .rpc(kind), "\(message) (code \(code))", endpoint: endpoint,
            method: method, rpcCode: code,
            delivery: .answered, retryAfter: retryAfter)
    }
}

/// How a list of requests is cut into batches.
enum BatchPlan {
    /// Consecutive ranges of at most `itemsMax` items and `bytesMax` bytes; an item above the byte bound stands alone.
    static func split(_ sizes: [Int], itemsMax: Int, bytesMax: Int) -> [Range<Int>] {
        var out: [Range<Int>] = []
        var start = 0
        var bytes = 2
        for (position, size) in sizes.enumerated() {
            let isFull = position - start >= itemsMax || bytes + size + 1 > bytesMax
            if isFull, position > start {
                out.append(start..<position)
                start = position
                bytes = 2
            }
            bytes += size + 1
        }
        if start < sizes.count { out.append(start..<sizes.count) }
        return out
    }

    /// `[a,b,…]`.
    static func join(_ parts: some Sequence<[UInt8]>) -> [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "[")]
        for part in parts {
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: part)
        }
        out.append(UInt8(ascii: "]"))
        return out
    }
}
