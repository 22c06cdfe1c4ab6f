import AdminAPI
import ArgumentParser
import EVMCodec
import Foundation
import NodeClient

/// `martlet admin METHOD [PARAMS]`: calls a running node's admin API and prints the result.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Call a running node: node_status, node_pause, node_resume, node_shutdown, pools_list, …",
        discussion: """
            Over the node's Unix socket (--socket, $MARTLET_ADMIN_SOCKET, or ~/.martlet/CHAIN/admin.sock), or with \
            --url and --jwt-secret over HTTP on this machine. `martlet admin rpc.discover` lists every \
            method. Exit codes: 1 the node refused, 2 wrong method or parameters, 3 bad secret file, 4 no node \
            answers, 5 the token was refused.
            """)
    @Argument(help: "The method, for example node_status.") var method: String
    @Argument(help: "Parameters as JSON, an object or an array, for example '{\"limit\": 5}'.") var parameters: String?
    @Option(help: "Path of the node's admin socket.") var socket: String?
    @Option(help: "Name of the node's chain, for the default socket; needed when nodes of several chains run.")
    var chain: String?
    @Option(help: "URL of the node's admin API, for example http://127.0.0.1:8550.") var url: String?
    @Option(name: .customLong("jwt-secret"), help: "With --url: file of mode 0600 with the secret.") var secretFile:
        String?
    @Option(help: "Seconds to wait for the answer.") var timeout = 30
    @Flag(help: "Print the result as one line of JSON.") var json = false

    func validate() throws {
        if url != nil, socket != nil { throw ValidationError("give --socket or --url, not both") }
        if (url == nil) != (secretFile == nil) { throw ValidationError("--url and --jwt-secret go together") }
        if !(1...3_600).contains(timeout) { throw ValidationError("--timeout must be 1 to 3600 seconds") }
    }

    func run() async throws {
        var request: JSONObject = ["jsonrpc": "2.0", "id": 1, "method": .string(method)]
        if let parameters {
            do { request["params"] = try JSON.parse(parameters) } catch {
                throw CLIFailure(code: .badUsage, message: "PARAMS is not JSON: \(error)")
            }
        }
        let message = JSON.object(request).bytes
        let answer = try await url == nil ? overSocket(message) : overHTTP(message)
        guard let json = try? JSON.parse(answer) else {
            throw CLIFailure(code: .peerFailed, message: "the answer is not JSON: is that a node's admin API?")
        }
        if let error = json["error"] { throw AdminCommand.failure(error) }
        guard let result = json["result"] else {
            throw CLIFailure(
                code: .peerFailed, message: "the answer has neither result nor error: is that a node's admin API?")
        }
        Terminal.out(self.json ? result.text : result.indented())
    }

    private func overSocket(_ message: [UInt8]) throws(CLIFailure) -> [UInt8] {
        let path = try socketPath()
        do {
            return try AdminSocketClient.call(message, socket: path, timeoutSeconds: timeout)
        } catch {
            throw CLIFailure(code: error.code == .pathTooLong ? .badUsage : .peerFailed, message: error.message)
        }
    }

    /// The named socket, else the one of the named chain, else the only one below ~/.martlet.
    private func socketPath() throws(CLIFailure) -> String {
        let environment = ProcessInfo.processInfo.environment
        if let socket { return socket }
        if let named = environment["MARTLET_ADMIN_SOCKET"], !named.isEmpty { return named }
        let home = "\(environment["HOME"] ?? ".")/.martlet"
        if let chain { return "\(home)/\(chain)/admin.sock" }
        let chains = ((try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []).sorted()
        let found = chains.map { "\(home)/\($0)/admin.sock" }.filter { FileManager.default.fileExists(atPath: $0) }
        if let only = found.first, found.count == 1 { return only }
        let several = "sockets of several nodes are there: name one with --socket or --chain"
        let none = "no node's socket is below \(home): name it with --socket, or start a node"
        throw CLIFailure(code: found.isEmpty ? .peerFailed : .badUsage, message: found.isEmpty ? none : several)
    }

    private func overHTTP(_ message: [UInt8]) async throws -> [UInt8] {
        let secret: JWTSecret
        do { secret = try JWTSecret(file: secretFile ?? "") } catch {
            throw CLIFailure(code: .badConfiguration, message: error.message)
        }
        let client = HTTPClient(workers: 1, queueMax: 1)
        defer { client.close() }
        let response: HTTPResponse
        do {
            let endpoint = try EndpointURL(url ?? "")
            guard endpoint.scheme == .http, AdminHTTPServer.isLoopback(endpoint.host) else {
                throw CLIFailure(
                    code: .badUsage, message: "--url must be http:// on loopback: the admin API is nowhere else")
            }
            response = try await client.send(request(to: endpoint, message, secret))
        } catch let error as CLIFailure {
            throw error
        } catch {
            throw CLIFailure(code: .peerFailed, message: "\(error)")
        }
        switch response.status {
        case 200: return response.body
        case 401:
            let reason = String(decoding: response.body.prefix(100), as: UTF8.self)
            throw CLIFailure(code: .refused, message: "the node refused the token: \(reason)")
        default: throw CLIFailure(code: .peerFailed, message: "the node answered HTTP \(response.status)")
        }
    }

    private func request(to endpoint: EndpointURL, _ message: [UInt8], _ secret: JWTSecret) -> HTTPRequest {
        let token = JWT.make(secret: secret, now: Int64(Date().timeIntervalSince1970))
        return HTTPRequest(
            .post, endpoint, body: message, headers: [HTTPHeader("Authorization", "Bearer \(token)")],
            timeout: .seconds(timeout))
    }

    private static func failure(_ error: JSON) -> CLIFailure {
        let message = error["message"]?.string ?? error.text
        switch error["code"]?.int {
        case RPCErrorCode.methodNotFound, RPCErrorCode.invalidParams, RPCErrorCode.invalidRequest:
            return CLIFailure(code: .badUsage, message: message)
        case RPCErrorCode.internalError, RPCErrorCode.parse: return CLIFailure(code: .peerFailed, message: message)
        default: return CLIFailure(code: .failed, message: message)
        }
    }
}

extension JSON {
    /// The value over several lines, two spaces a level, for people. Small objects and arrays stay on their line.
    func indented(_ level: Int = 0) -> String {
        let inner = String(repeating: "  ", count: level + 1), outer = String(repeating: "  ", count: level)
        switch self {
        case .object(let object) where !object.isEmpty && (level == 0 || text.utf8.count > 100):
            let members = zip(object.keys, object.values).map {
                "\(inner)\(JSON.string($0).text): \($1.indented(level + 1))"
            }
            return "{\n\(members.joined(separator: ",\n"))\n\(outer)}"
        case .array(let elements) where !elements.isEmpty && text.utf8.count > 100:
            return "[\n\(elements.map { inner + $0.indented(level + 1) }.joined(separator: ",\n"))\n\(outer)]"
        default: return text
        }
    }
}
