import EVMCodec
import EVMTypes

/// Where a request came in.
enum RequestOrigin: Sendable {
    case http
    case webSocket(ClientSink)
    /// The relay's path; the signer of the header.
    case relay(Address)
}

/// Bounds of one request. Source: geth `node/defaults.go`.
enum RequestLimits {
    static let batchMax = 1_000
    static let batchBytesMax = 25_000_000
    static let bodyBytesMax = 32 << 20
}

extension DevnetChain {
    /// Answers one JSON-RPC message, single or batch; nil when it has only notifications.
    func answer(_ body: [UInt8], from origin: RequestOrigin) async -> [UInt8]? {
        let json: JSON
        do throws(JSONError) { json = try JSON.parse(body) } catch {
            return Self.envelope(id: .null, error: DevnetError("parse error", code: -32_700))
        }
        guard let batch = json.array else { return await answer(one: json, from: origin) }
        guard !batch.isEmpty else { return Self.envelope(id: .null, error: DevnetError("empty batch", code: -32_600)) }
        guard batch.count <= RequestLimits.batchMax else {
            return Self.envelope(id: .null, error: DevnetError("batch too large", code: -32_600))
        }
        var answers: [UInt8] = [UInt8(ascii: "[")]
        for item in batch {
            var answer = await answer(one: item, from: origin)
            if answers.count > RequestLimits.batchBytesMax, answer != nil {
                answer = Self.envelope(id: item["id"] ?? .null, error: DevnetError("response too large", code: -32_003))
            }
            guard let answer else { continue }
            if answers.count > 1 { answers.append(UInt8(ascii: ",")) }
            answers += answer
        }
        guard answers.count > 1 else { return nil }
        answers.append(UInt8(ascii: "]"))
        return answers
    }

    private func answer(one request: JSON, from origin: RequestOrigin) async -> [UInt8]? {
        guard let object = request.object, let method = object["method"]?.string else {
            return Self.envelope(id: request["id"] ?? .null, error: DevnetError("invalid request", code: -32_600))
        }
        let id = object["id"]
        let result: JSON
        do throws(DevnetError) {
            if let id, id.array != nil || id.object != nil || id.bool != nil {
                throw DevnetError("invalid request", code: -32_600)
            }
            guard let params = Self.params(object["params"]) else { throw .params("non-array args") }
            result = try await perform(method, params, from: origin)
        } catch {
            return id.map { Self.envelope(id: $0.array == nil && $0.object == nil ? $0 : .null, error: error) }
        }
        return id.map { Self.envelope(id: $0, result: result) }
    }

    private static func params(_ value: JSON?) -> RPCParams? {
        guard let value, !value.isNull else { return RPCParams(values: []) }
        return value.array.map { RPCParams(values: $0) }
    }

    private func perform(
        _ name: String, _ given: RPCParams, from origin: RequestOrigin
    ) async throws(DevnetError) -> JSON {
        faults.count(name)
        if !name.hasPrefix("harness_"), faults.strikes(faults.errorRate) {
            throw DevnetError("injected failure", code: -32_603)
        }
        let method = MethodTable.canonical(name)
        var params = given
        if case .relay(let signer) = origin {
            guard MethodTable.relayNames.contains(method) else { throw Self.unknown(name) }
            params.signer = signer
        }
        if let short = MethodTable.short[method] {
            if source == nil { return try short(self, params) }
            let fixed = params
            return try await withState { chain throws(DevnetError) in try short(chain, fixed) }
        }
        if let long = MethodTable.long[method] {
            return try await long(self, params)
        }
        if method == "eth_subscribe" || method == "eth_unsubscribe" {
            guard case .webSocket(let sink) = origin else {
                throw DevnetError("notifications not supported", code: -32_601)
            }
            return method == "eth_subscribe" ? try subscribe(sink, params) : try unsubscribe(sink, params)
        }
        throw Self.unknown(name)
    }

    private static func unknown(_ name: String) -> DevnetError {
        DevnetError("the method \(name.prefix(200)) does not exist/is not available", code: -32_601)
    }

    private func subscribe(_ sink: ClientSink, _ params: RPCParams) throws(DevnetError) -> JSON {
        let kind: Observers.Kind
        switch try params.string(0) {
        case "newHeads": kind = .heads
        case "logs": kind = .logs(try LogQuery.filter(params[1] ?? .object([:])))
        case "newPendingTransactions": kind = try params.flag(1) ? .pendingBodies : .pendingHashes
        case "syncing": kind = .syncing
        case let name:
            throw DevnetError("no \"\(name.prefix(200))\" subscription in eth namespace", code: -32_601)
        }
        return .string(try observers.subscribe(sink, kind))
    }

    private func unsubscribe(_ sink: ClientSink, _ params: RPCParams) throws(DevnetError) -> JSON {
        guard observers.unsubscribe(try params.string(0), sink) else { throw DevnetError("subscription not found") }
        return true
    }

    // MARK: Envelopes

    private static func envelope(id: JSON, result: JSON) -> [UInt8] {
        var bytes = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
        id.write(to: &bytes)
        bytes += #","result":"#.utf8
        result.write(to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    static func envelope(id: JSON, error: DevnetError) -> [UInt8] {
        JSON.object(["jsonrpc": "2.0", "id": id, "error": error.json]).bytes
    }

    // MARK: Clients

    func connected(_ sink: ClientSink) { observers.connected(sink) }
    func disconnected(_ id: UInt64) { observers.disconnected(id) }

    /// How long a request is held up, and whether it is answered with HTTP 429.
    func faults(for body: [UInt8]) -> (latencyMs: Int, refuses: Bool) {
        let latency = faults.latencyMs
        guard faults.http429Rate > 0 else { return (latency, false) }
        let isHarness = String(decoding: body.prefix(4_096), as: UTF8.self).contains("harness_")
        return (latency, !isHarness && faults.strikes(faults.http429Rate))
    }
}
