import ChainRegistry
import Foundation
import NodeClient

extension NodeConfig {
    /// The chain's endpoints as one pool; nothing is opened yet.
    ///
    /// An environment variable that is not set is passed over. Ends the command with code 3 when none is left or one
    /// cannot be used; messages name the variable or the host, never a URL's path.
    func endpointPool(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CLIFailure)
        -> EndpointPool
    {
        var found: [EndpointConfig] = []
        for endpoint in endpoints {
            switch endpoint {
            case .url(let text): found.append(EndpointConfig(try Self.url(text, named: endpoint.description)))
            case .environment(let name):
                guard let text = environment[name], !text.isEmpty else { continue }
                found.append(EndpointConfig(try Self.url(text, named: "$\(name)")))
            }
        }
        guard !found.isEmpty else {
            let names = endpoints.map(\.description).joined(separator: " or ")
            throw CLIFailure(
                code: .badConfiguration,
                message: "no endpoint of \(chain.name) is known: set \(names), or [node] endpoints in the --config file"
            )
        }
        do {
            return try EndpointPool(.init(chainID: chain.chainID, endpoints: found))
        } catch {
            throw CLIFailure(error)
        }
    }

    private static func url(_ text: String, named name: String) throws(CLIFailure) -> EndpointURL {
        do { return try EndpointURL(text) } catch {
            throw CLIFailure(code: .badConfiguration, message: "\(name): \(error.message)")
        }
    }
}

extension CLIFailure {
    /// A node's failure with its exit code: 3 for a setting or a wrong chain, 1 for what we asked, 4 for the peer.
    init(_ error: NodeError) {
        let status: ExitStatus =
            switch error.fault {
            case .user: .badConfiguration
            case .ours: .failed
            case .peer: .peerFailed
            }
        self.init(code: status, message: error.description)
    }

    /// Runs `body` and turns a node's failure into the command's exit.
    static func node<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failure as CLIFailure {
            throw failure
        } catch {
            throw CLIFailure(NodeError(caught: error))
        }
    }
}
