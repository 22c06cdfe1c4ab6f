internal import EVMCodec
public import EVMTypes
public import NodeClient

/// A relay or builder that speaks Flashbots' bundle methods.
///
/// Source: flashbots-docs `rpc-endpoint.mdx`; builders that take the same methods unsigned are used without an
/// identity.
public struct FlashbotsRelay: Sendable {
    /// The name by which messages call it.
    public var name: String { endpoint.name }
    private let endpoint: EndpointConfig
    private let identity: RelayIdentity?
    private let http: HTTPClient

    /// - Parameters:
    ///   - endpoint: an `http` or `https` endpoint; its timeout bounds each request.
    ///   - identity: who signs the header; nil = unsigned requests.
    ///   - http: connections to share; nil = own ones.
    ///
    /// Throws `.configuration` for other schemes.
    public init(_ endpoint: EndpointConfig, identity: RelayIdentity?, http: HTTPClient? = nil) throws(RelayError) {
        guard endpoint.url.scheme == .http || endpoint.url.scheme == .https else {
            throw RelayError(.configuration, "a relay needs an http or https URL", relay: endpoint.name)
        }
        self.endpoint = endpoint
        self.identity = identity
        self.http = http ?? HTTPClient(workers: 2)
    }

    /// Submits a bundle once. Never throws: the outcome says what is known.
    public func send(_ bundle: BundleRequest) async -> SubmissionOutcome {
        if let fault = bundle.fault { return .notSent(RelayError(.invalidBundle, fault, relay: name)) }
        do {
            let json = try await request("eth_sendBundle", [bundle.json])
            // Builders answer with an object, a bare hash or null; only Flashbots promises `bundleHash`.
            return .accepted(hash: json["bundleHash"]?.hash32 ?? json.hash32 ?? bundle.bundleHash)
        } catch {
            let relayError = error as? RelayError
            return SubmissionOutcome(relayError ?? RelayError(NodeError(caught: error), relay: name))
        }
    }

    /// Runs a bundle on a block's state at the relay.
    ///
    /// - Parameters:
    ///   - state: the block on whose state it runs.
    ///   - timestamp: the simulated block's time, seconds since 1970; nil = the relay's choice.
    ///   - baseFee: the simulated block's base fee in wei; nil = the relay's choice.
    public func simulate(
        _ bundle: BundleRequest, on state: BlockID = .latest, timestamp: UInt64? = nil, baseFee: U256? = nil
    ) async throws -> BundleSimulation {
        if let fault = bundle.fault { throw RelayError(.invalidBundle, fault, relay: name) }
        if case .hash = state {
            throw RelayError(.configuration, "relays take a block number or a tag, not a hash", relay: name)
        }
        var object = JSONObject()
        object["txs"] = .array(bundle.transactions.map { .hex($0) })
        object["blockNumber"] = .quantity(bundle.blockNumber)
        object["stateBlockNumber"] = state.json
        object["timestamp"] = timestamp.map { .integer($0) }
        object["baseFee"] = baseFee.map { .number($0.description) }
        let json = try await request("eth_callBundle", [.object(object)])
        do { return try BundleSimulation(json: json) } catch {
            throw RelayError(
                .malformedAnswer, "the simulation's \(error.member) is missing or malformed", relay: name,
                delivery: .answered)
        }
    }

    /// Takes back every bundle under this id. What builders already hold may still land.
    public func cancel(replacementUUID: String) async throws {
        guard BundleRequest.isUUID4(replacementUUID) else {
            throw RelayError(.invalidBundle, "the replacement id is not a version 4 UUID", relay: name)
        }
        _ = try await request("eth_cancelBundle", [.object(["replacementUuid": .string(replacementUUID)])])
    }

    /// One signed exchange. The signature covers exactly the bytes that are sent.
    private func request(_ method: String, _ params: [JSON]) async throws -> JSON {
        let body = RPCRequest(method, params).encoded(id: 1)
        var headers = endpoint.headers.value
        if let identity {
            guard let header = identity.header(for: body) else {
                throw RelayError(.notSigned, "the relay key did not sign", relay: name)
            }
            headers.append(header)
        }
        do {
            let response = try await http.send(
                HTTPRequest(
                    .post, endpoint.url, body: body, headers: headers, timeout: endpoint.timeout,
                    connectTimeout: endpoint.connectTimeout,
                    responseBytesMax: endpoint.responseBytesMax, tlsRootsFile: endpoint.tlsRootsFile))
            return try RPCEnvelope.result(of: response, id: 1, method: method, endpoint: name)
        } catch let caught {
            let error = NodeError(caught: caught)
            throw RelayError(error, relay: name)
        }
    }
}
