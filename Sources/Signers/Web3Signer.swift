import EVMCodec
import EVMCrypto
public import EVMTypes
public import KeyVault
public import NodeClient
import Synchronization

/// A key behind web3signer (eth1 mode), by JSON-RPC or REST, with a gate of our own before it.
///
/// Nothing that comes back is believed: a returned transaction is decoded and compared with the request field by field,
/// and every signature is recovered against the account. REST hashes what it is sent, so it signs every content;
/// JSON-RPC cannot express access lists, delegations and express-lane messages, which are then refused by name.
/// Source: web3signer `openapi-specs/eth1/web3signer.yaml`, `EthSendTransactionJsonParameters.java`; facts/apis.md
/// §7.2.
public final class Web3Signer: Signer {
    /// Which of its two doors is used.
    public enum Door: String, Sendable, CaseIterable {
        case jsonRPC = "json-rpc"
        case rest
    }

    /// Where it is and how to talk to it.
    public struct Configuration: Sendable {
        /// Base address, for example `https://signer.internal:9000`.
        public var url: String
        public var door: Door
        /// PEM file of the authorities to trust instead of the system's.
        public var tlsRootsFile: String?
        /// Our own certificate.
        public var clientCertificate: ClientCertificate?
        /// Longest wait for one answer.
        public var timeout: Duration

        public init(
            url: String, door: Door = .rest, tlsRootsFile: String? = nil, clientCertificate: ClientCertificate? = nil,
            timeout: Duration = .seconds(3)
        ) {
            self.url = url
            self.door = door
            self.tlsRootsFile = tlsRootsFile
            self.clientCertificate = clientCertificate
            self.timeout = timeout
        }
    }

    /// The account it signs for.
    public let address: Address
    private let gate: PolicyGate
    private let configuration: Configuration
    private let client = HTTPClient(workers: 4, queueMax: 256)
    /// REST names keys by their public half; found once by asking for the list.
    private let publicKey = Mutex<String?>(nil)

    /// Nothing is opened yet. Throws `.badInput` for an address that is not http or https.
    public init(_ configuration: Configuration, gate: PolicyGate) throws(KeyVaultError) {
        var text = configuration.url
        while text.hasSuffix("/") { text.removeLast() }
        guard let base = try? EndpointURL(text), base.scheme == .http || base.scheme == .https else {
            throw KeyVaultError(.badInput, "the web3signer's address is no http or https URL")
        }
        var settled = configuration
        settled.url = text
        self.configuration = settled
        self.gate = gate
        address = gate.policy.address
    }

    /// Whether signing is paused on this side.
    public var isPaused: Bool { gate.isPaused }
    /// Stops signing on this side; an answer under way is not handed out.
    public func pause() { gate.pause() }
    /// Allows signing again on this side.
    public func resume() { gate.resume() }

    /// Asks the gate, then the server, then looks at what came back.
    public func sign(_ request: SigningRequest) async -> SigningOutcome {
        if configuration.door == .jsonRPC, let missing = Self.inexpressible(request.content) {
            return .unavailable("web3signer's JSON-RPC cannot sign \(missing); use its REST door")
        }
        if let refusal = gate.allow(request) { return .refused(refusal) }
        let outcome: SigningOutcome
        do {
            switch configuration.door {
            case .rest: outcome = try await signByREST(request)
            case .jsonRPC: outcome = try await signByRPC(request)
            }
        } catch let fault as Fault {
            outcome =
                fault.isTheirs ? .untrustworthy("web3signer: \(fault.text)") : .unavailable("web3signer: \(fault.text)")
        } catch {
            outcome = .unavailable("web3signer: \(NodeError(caught: error).message)")
        }
        if let reason = outcome.text { gate.noteFailure(request, String(reason.prefix(200))) }
        return isPaused && outcome.signature != nil ? .refused(.paused) : outcome
    }

    /// Asks `/upcheck`, or for the accounts through JSON-RPC. Any answer but a server's failure means that it is there.
    public func unavailability() async -> String? {
        do {
            switch configuration.door {
            case .rest:
                let status = try await exchange(.get, "/upcheck", []).status
                return status >= 500 ? "web3signer: status \(status)" : nil
            case .jsonRPC:
                _ = try await call("eth_accounts", [])
                return nil
            }
        } catch let fault as Fault {
            return "web3signer: \(fault.text)"
        } catch {
            return "web3signer: \(NodeError(caught: error).message)"
        }
    }

    /// What went wrong on the way. `isTheirs`: it answered a falsehood, which waiting does not mend.
    private struct Fault: Error {
        var text: String
        var isTheirs = false
    }

    private static func inexpressible(_ content: SigningRequest.Content) -> String? {
        switch content {
        case .transaction(let transaction, _):
            if !transaction.accessList.isEmpty { return "access lists" }
            switch transaction.kind {
            case .legacy, .dynamicFee, .blob: return nil
            case .accessList: return "transactions of type 1"
            case .setCode: return "transactions of type 4"
            }
        case .message, .typedData: return nil
        case .authorization: return "EIP-7702 delegations"
        case .timeboost: return "express-lane messages"
        }
    }

    // MARK: REST

    private func signByREST(_ request: SigningRequest) async throws -> SigningOutcome {
        guard let preimage = try? request.preimage(), Keccak256.hash(preimage) == request.digest else {
            throw Fault(text: "the request has no bytes to send")
        }
        let name = try await keyName()
        let body = JSON.object(["data": .hex(preimage)]).bytes
        let response = try await exchange(.post, "/api/v1/eth1/sign/\(name)", body)
        guard response.status == 200 else {
            throw Fault(
                text: response.status == 404 ? "it has no key of \(address.checksummed)" : "status \(response.status)")
        }
        let text = String(decoding: response.body, as: UTF8.self).filter { !$0.isWhitespace && $0 != "\"" }
        return try checked(text, request)
    }

    /// The public key of our account, as the server lists it.
    private func keyName() async throws -> String {
        if let known = publicKey.withLock({ $0 }) { return known }
        let response = try await exchange(.get, "/api/v1/eth1/publicKeys", [])
        guard response.status == 200, let list = try? JSON.parse(response.body), let names = list.array else {
            throw Fault(text: "no list of keys (status \(response.status))")
        }
        for name in names.prefix(10_000).compactMap(\.string) {
            guard var bytes = Hex.decode(name) else { continue }
            if bytes.count == 65, bytes[0] == 4 { bytes.removeFirst() }
            guard bytes.count == 64,
                let key = PublicKey(x: U256(bigEndian: bytes[0..<32]), y: U256(bigEndian: bytes[32..<64])),
                key.address == address
            else { continue }
            // Only the characters of hexadecimal text reach the path.
            let clean = Hex.encode(Hex.decode(name) ?? [])
            publicKey.withLock { $0 = clean }
            return clean
        }
        throw Fault(text: "it has no key of \(address.checksummed)")
    }

    // MARK: JSON-RPC

    private func signByRPC(_ request: SigningRequest) async throws -> SigningOutcome {
        switch request.content {
        case .transaction(let transaction, _):
            let raw = try await call("eth_signTransaction", [Self.parameters(transaction, from: address)])
            guard let bytes = raw.hexBytes, let signed = try? Transaction(decoding: bytes) else {
                throw Fault(text: "its answer is no signed transaction", isTheirs: true)
            }
            if let difference = Self.difference(signed, transaction) {
                throw Fault(text: "it signed another transaction: \(difference) differs", isTheirs: true)
            }
            guard let signature = signed.signature, Secp256k1.recover(request.digest, signature) == address else {
                throw Fault(text: "the signature is not of \(address.checksummed)", isTheirs: true)
            }
            return .signed(signature)
        case .message(let message):
            return try checked(try await call("eth_sign", [.address(address), .hex(message)]).string ?? "", request)
        case .typedData(let json):
            let answer = try await call("eth_signTypedData", [.address(address), .string(json.text)])
            return try checked(answer.string ?? "", request)
        case .authorization, .timeboost: throw Fault(text: "not expressible by JSON-RPC")
        }
    }

    /// The request's fields as web3signer reads them.
    static func parameters(_ transaction: Transaction, from: Address) -> JSON {
        var object: JSONObject = [
            "from": .address(from), "gas": .quantity(transaction.gasLimit), "nonce": .quantity(transaction.nonce),
            "value": .quantity(transaction.value), "data": .hex(transaction.data),
        ]
        object["to"] = transaction.to.map { .address($0) }
        if transaction.kind == .legacy {
            object["gasPrice"] = .quantity(transaction.gasPrice)
        } else {
            object["maxFeePerGas"] = .quantity(transaction.maxFeePerGas)
            object["maxPriorityFeePerGas"] = .quantity(transaction.maxPriorityFeePerGas)
        }
        if transaction.kind == .blob {
            object["maxFeePerBlobGas"] = .quantity(transaction.maxFeePerBlobGas)
            object["blobVersionedHashes"] = .array(transaction.blobVersionedHashes.map { .hash($0) })
        }
        return .object(object)
    }

    /// The first field in which `signed` is not `wanted`; nil when only the signature was added.
    static func difference(_ signed: Transaction, _ wanted: Transaction) -> String? {
        let fields: [(String, Bool)] = [
            ("type", signed.kind == wanted.kind), ("chainId", signed.chainID == wanted.chainID),
            ("nonce", signed.nonce == wanted.nonce), ("to", signed.to == wanted.to),
            ("value", signed.value == wanted.value), ("data", signed.data == wanted.data),
            ("gas", signed.gasLimit == wanted.gasLimit), ("gasPrice", signed.gasPrice == wanted.gasPrice),
            ("maxFeePerGas", signed.maxFeePerGas == wanted.maxFeePerGas),
            ("maxPriorityFeePerGas", signed.maxPriorityFeePerGas == wanted.maxPriorityFeePerGas),
            ("maxFeePerBlobGas", signed.maxFeePerBlobGas == wanted.maxFeePerBlobGas),
            ("blobVersionedHashes", signed.blobVersionedHashes == wanted.blobVersionedHashes),
            ("accessList", signed.accessList == wanted.accessList),
            ("authorizationList", signed.authorizations == wanted.authorizations),
        ]
        return fields.first { !$0.1 }?.0
    }

    private func call(_ method: String, _ parameters: [JSON]) async throws -> JSON {
        let body: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .array(parameters)]
        let response = try await exchange(.post, "", body.bytes)
        guard let answer = try? JSON.parse(response.body) else {
            throw Fault(text: "status \(response.status), no JSON")
        }
        if let error = answer["error"], !error.isNull {
            throw Fault(text: "\(method): \((error["message"]?.string ?? "error").prefix(120))".printable)
        }
        guard let result = answer["result"] else { throw Fault(text: "\(method): no result") }
        return result
    }

    // MARK: Both

    /// The signature of `0x` r, s, v, once it is seen to be ours.
    private func checked(_ text: String, _ request: SigningRequest) throws(Fault) -> SigningOutcome {
        guard let bytes = Hex.decode(text), let signature = Signature(bytes65: bytes) else {
            throw Fault(text: "its answer is no signature", isTheirs: true)
        }
        guard signature.isLowS, Secp256k1.recover(request.digest, signature) == address else {
            throw Fault(text: "the signature is not of \(address.checksummed) over what was asked", isTheirs: true)
        }
        return .signed(signature)
    }

    private func exchange(_ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]) async throws -> HTTPResponse {
        let url = try EndpointURL(configuration.url + path)
        let request = HTTPRequest(
            method, url, body: body, timeout: configuration.timeout, connectTimeout: configuration.timeout,
            responseBytesMax: 4 << 20, tlsRootsFile: configuration.tlsRootsFile,
            clientCertificate: configuration.clientCertificate)
        return try await client.send(request)
    }
}
