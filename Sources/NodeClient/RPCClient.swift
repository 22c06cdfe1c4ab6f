public import EVMCodec
import EVMTypes
internal import Synchronization

/// JSON-RPC to one endpoint, over HTTP or over a `SocketSession`.
public struct RPCClient: RPCCalling {
    private enum Transport: Sendable {
        case http(HTTPExchange)
        case socket(SocketSession)
    }
    private let transport: Transport

    /// A client of an `http` or `https` endpoint with threads of its own (or those of `http`).
    ///
    /// Throws `.configuration` for other schemes: those need a `SocketSession`.
    public init(_ endpoint: EndpointConfig, http: HTTPClient? = nil) throws(NodeError) {
        guard endpoint.url.scheme == .http || endpoint.url.scheme == .https else {
            throw NodeError(.configuration, "not an HTTP endpoint: open a SocketSession", endpoint: endpoint.name)
        }
        guard endpoint.headers.value.allSatisfy(\.isSafe) else {
            throw NodeError(.configuration, "a header holds a control character", endpoint: endpoint.name)
        }
        transport = .http(HTTPExchange(config: endpoint, http: http ?? HTTPClient()))
    }

    /// A client over a session, which its owner starts and closes.
    public init(_ session: SocketSession) { transport = .socket(session) }

    /// The endpoint that is asked.
    public var endpoint: EndpointConfig {
        switch transport {
        case .http(let http): http.config
        case .socket(let session): session.config
        }
    }

    /// What was asked so far.
    public var traffic: TrafficCount {
        switch transport {
        case .http(let http): http.traffic.value
        case .socket(let session): session.traffic.value
        }
    }

    public func call(_ method: String, _ params: [JSON]) async throws -> JSON {
        switch transport {
        case .http(let http): try await http.single(RPCRequest(method, params))
        case .socket(let session): try await session.call(method, params)
        }
    }

    public func batch(_ requests: [RPCRequest]) async throws -> [Result<JSON, NodeError>] {
        switch transport {
        case .http(let http): try await http.batched(requests)
        case .socket(let session): try await session.batch(requests)
        }
    }
}

/// Request numbers, never repeated within a process's client.
final class IDCounter: Sendable {
    private let last = Atomic<UInt64>(0)
    /// The first of `count` fresh ids.
    func take(_ count: Int = 1) -> UInt64 { last.add(UInt64(count), ordering: .relaxed).oldValue + 1 }
}

/// JSON-RPC messages as HTTP exchanges.
struct HTTPExchange: RPCExchanging {
    let config: EndpointConfig
    let http: HTTPClient
    let ids = IDCounter()
    let traffic = Traffic()

    func exchange(_ requests: [RPCRequest]) async throws -> [Result<JSON, RPCErrorObject>?] {
        let first = ids.take(requests.count)
        let parts = requests.enumerated().map { $1.encoded(id: first + UInt64($0)) }
        let body = parts.count == 1 ? parts[0] : BatchPlan.join(parts)
        traffic.sent(calls: requests.count, bytes: body.count)
        let response = try await http.send(
            HTTPRequest(
                .post, config.url, body: body, headers: config.headers.value, timeout: config.timeout,
                connectTimeout: config.connectTimeout,
                responseBytesMax: config.responseBytesMax, tlsRootsFile: config.tlsRootsFile))
        traffic.received(response.body.count)
        return try Self.answers(in: response, first: first, count: requests.count, endpoint: config.name)
    }

    /// Matches the answers in a response to the ids `first ..< first + count`, whatever the HTTP status was.
    static func answers(
        in response: HTTPResponse, first: UInt64, count: Int, endpoint: String
    ) throws(NodeError) -> [Result<JSON, RPCErrorObject>?] {
        if response.status == 429 {
            throw NodeError(
                .rateLimited, "too many requests (HTTP 429)", endpoint: endpoint, delivery: .answered,
                retryAfter: response.retryAfter)
        }
        let responses: [RPCResponse]
        do { responses = try Self.read(response.body) } catch {
            guard (200..<300).contains(response.status) else {
                // The body is not quoted: error pages repeat the URL, and URLs hold keys.
                throw NodeError(
                    .httpStatus(response.status), "HTTP status \(response.status) without a JSON-RPC body",
                    endpoint: endpoint,
                    delivery: .answered, retryAfter: response.retryAfter)
            }
            throw NodeError(.malformedResponse, error.text, endpoint: endpoint, delivery: .answered)
        }
        var out: [Result<JSON, RPCErrorObject>?] = Array(repeating: nil, count: count)
        for answer in responses {
            guard let id = answer.id else {
                // An error under a null id speaks for the whole message.
                if responses.count == 1, case .failure = answer.result {
                    out = Array(repeating: answer.result, count: count)
                }
                continue
            }
            guard id >= first, id - first < UInt64(count), out[Int(id - first)] == nil else { continue }
            out[Int(id - first)] = answer.result
        }
        return out
    }

    private struct Unreadable: Error { var text: String }

    /// The answers in a body; throws what is wrong with it as one line.
    private static func read(_ body: [UInt8]) throws(Unreadable) -> [RPCResponse] {
        let json: JSON
        do { json = try JSON.parse(body) } catch {
            throw Unreadable(text: "the answer is not JSON (\(error.code.rawValue) at byte \(error.offset))")
        }
        guard let items = json.array else {
            guard let one = RPCResponse(json) else { throw Unreadable(text: "the answer is JSON but not JSON-RPC") }
            return [one]
        }
        let responses = items.compactMap { RPCResponse($0) }
        guard responses.count == items.count else {
            throw Unreadable(text: "the batch's answer holds something that is not JSON-RPC")
        }
        return responses
    }
}

/// Reading a JSON-RPC answer from an HTTP response, for callers that must control the request's exact bytes (relays).
public enum RPCEnvelope {
    /// The result under `id`, whatever the HTTP status was; an error object throws with its class.
    public static func result(
        of response: HTTPResponse, id: UInt64, method: String, endpoint: String
    ) throws(NodeError) -> JSON {
        switch try HTTPExchange.answers(in: response, first: id, count: 1, endpoint: endpoint)[0] {
        case .success(let value): return value
        case .failure(let object):
            throw object.nodeError(method: method, endpoint: endpoint, retryAfter: response.retryAfter)
        case nil:
            throw NodeError(
                .malformedResponse, "the answer does not hold this request's id", endpoint: endpoint, method: method,
                delivery: .answered)
        }
    }
}
