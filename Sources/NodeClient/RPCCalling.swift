public import EVMCodec

/// Something that answers JSON-RPC: one endpoint (`RPCClient`),
/// one connection (`SocketSession`) or many with failover (`EndpointPool`).
public protocol RPCCalling: Sendable {
    /// Makes one call and returns its `result` (which may be `.null`).
    /// An error object throws `.rpc(class)` or `.rateLimited`.
    func call(_ method: String, _ params: [JSON]) async throws -> JSON

    /// Makes one call that may have an effect: tried again only when it provably did not leave,
    /// or was turned away for its rate.
    func callOnce(_ method: String, _ params: [JSON]) async throws -> JSON

    /// Makes idempotent reads in as few requests as the endpoint's limits allow.
    /// The answers stand in the order of `requests`.
    ///
    /// Throws only when nothing could be asked; what happened to one request alone is in its place.
    func batch(_ requests: [RPCRequest]) async throws -> [Result<JSON, NodeError>]
}

extension RPCCalling {
    /// One endpoint never tries again by itself, so this is `call`.
    public func callOnce(_ method: String, _ params: [JSON]) async throws -> JSON {
        try await call(method, params)
    }

    /// Makes one call without parameters.
    public func call(_ method: String) async throws -> JSON { try await call(method, []) }
}

/// Sends requests in one message and returns what came back for each; nil where the peer left one out.
protocol RPCExchanging: Sendable {
    var config: EndpointConfig { get }
    func exchange(_ requests: [RPCRequest]) async throws -> [Result<JSON, RPCErrorObject>?]
}

extension RPCExchanging {
    /// One call over `exchange`.
    func single(_ request: RPCRequest) async throws -> JSON {
        let answer: Result<JSON, RPCErrorObject>?
        do { answer = try await exchange([request])[0] } catch {
            throw NodeError(caught: error).at(config.name, method: request.method)
        }
        switch answer {
        case .success(let value): return value
        case .failure(let object): throw object.nodeError(method: request.method, endpoint: config.name)
        case nil: throw Self.missing(request, config)
        }
    }

    /// Reads in batches. A batch that the peer finds too large (by count or by the size of its answer) is halved and
    /// asked again.
    func batched(_ requests: [RPCRequest]) async throws -> [Result<JSON, NodeError>] {
        guard !requests.isEmpty else { return [] }
        // 40 bytes beside method and parameters: jsonrpc, id and braces.
        let sizes = requests.map { $0.encoded(id: UInt64.max).count }
        var open = BatchPlan.split(sizes, itemsMax: config.batchItemsMax, bytesMax: config.batchBytesMax).map(
            Array.init)
        open.reverse()
        var out: [Result<JSON, NodeError>?] = Array(repeating: nil, count: requests.count)
        var isFirst = true
        while let positions = open.popLast() {
            let asked = positions.map { requests[$0] }
            let answers: [Result<JSON, RPCErrorObject>?]
            do { answers = try await exchange(asked) } catch let caught {
                let error = NodeError(caught: caught)
                if isFirst || error.code == .cancelled { throw error.at(config.name) }
                for position in positions {
                    out[position] = .failure(error.at(config.name, method: requests[position].method))
                }
                continue
            }
            isFirst = false
            let left = settle(positions, answers, requests, &out)
            guard !left.isEmpty else { continue }
            let middle = (left.count + 1) / 2
            if middle < left.count { open.append(Array(left[middle...])) }
            open.append(Array(left[..<middle]))
        }
        return out.enumerated().map { $1 ?? .failure(Self.missing(requests[$0], config)) }
    }

    /// Stores what is settled; returns the positions to ask again in smaller batches.
    private func settle(
        _ positions: [Int], _ answers: [Result<JSON, RPCErrorObject>?], _ requests: [RPCRequest],
        _ out: inout [Result<JSON, NodeError>?]
    ) -> [Int] {
        var tooLarge: [Int] = []
        var missing: [Int] = []
        for (position, answer) in zip(positions, answers) {
            let request = requests[position]
            switch answer {
            case .success(let value): out[position] = .success(value)
            case .failure(let object):
                let error = object.nodeError(method: request.method, endpoint: config.name)
                out[position] = .failure(error)
                if error.code == .rpc(.limitExceeded) { tooLarge.append(position) }
            case nil:
                out[position] = .failure(Self.missing(request, config))
                missing.append(position)
            }
        }
        // geth refuses a whole batch by one error under the first id; the others are then simply missing.
        guard positions.count > 1, !tooLarge.isEmpty else { return [] }
        return (tooLarge + missing).sorted()
    }

    private static func missing(_ request: RPCRequest, _ config: EndpointConfig) -> NodeError {
        NodeError(
            .malformedResponse, "the peer's answer does not hold this request's id", endpoint: config.name,
            method: request.method,
            delivery: .unknown)
    }
}
