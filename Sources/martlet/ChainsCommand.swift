import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMTypes
import Foundation
import Pools

/// `martlet chains`: what chains there are, what their files say, and overlays for local deployments.
struct ChainsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chains", abstract: "List, check and show chain files; describe a local deployment.",
        subcommands: [List.self, Check.self, Show.self, Overlay.self])

    /// The folder option that the verbs share.
    struct Folder: ParsableArguments {
        @Option(name: .customLong("chains-dir"), help: "Folder of chain files.")
        var chainsFolder: String?

        var directory: ChainDirectory {
            ConfigSources(chainName: "", chainsFolder: chainsFolder).chainDirectory
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the names and chain ids of all chain files.")
        @OptionGroup var folder: Folder
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            var rows: [JSON] = []
            for name in folder.directory.names() {
                let chain = try folder.directory.loaded(name)
                rows.append([
                    "name": .string(name), "chainId": .integer(chain.chainID), "symbol": .string(chain.nativeSymbol),
                ])
                if !json { Terminal.out("\(name)\t\(chain.chainID)\t\(chain.nativeSymbol)") }
            }
            if json { Terminal.out(JSON.array(rows).text) }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Validate chain files; every fault is one line. Exit 3 if there is one.")
        @OptionGroup var folder: Folder
        @Argument(help: "Names; all when none is given.") var names: [String] = []

        func run() async throws {
            var faults: [String] = []
            let all = names.isEmpty ? folder.directory.names() : names
            for name in all {
                do {
                    _ = try folder.directory.load(name)
                } catch {
                    faults.append(error.description)
                }
            }
            if !faults.isEmpty { throw CLIFailure(code: .badConfiguration, message: faults.joined(separator: "\n")) }
            Terminal.out("\(all.count) chain files are valid: \(all.joined(separator: ", "))")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print what a chain file says.")
        @OptionGroup var folder: Folder
        @Argument var name: String
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let chain = try folder.directory.loaded(name)
            if json { return Terminal.out(chain.json.text) }
            Terminal.out(
                "\(chain.name): id \(chain.chainID), \(chain.nativeSymbol), \(chain.blockTimeMilliseconds) ms a block"
            )
            Terminal.out(
                "fees \(chain.feeModel.rawValue), mempool \(chain.mempool.rawValue), reorg depth \(chain.reorgDepth)")
            for dex in chain.dexes { Terminal.out("dex \(dex.name): factory \(dex.config.factory)") }
            for router in chain.routers {
                Terminal.out("router \(router.name) (\(router.kind.rawValue)): \(router.address)")
            }
            for relay in chain.relays { Terminal.out("relay \(relay.name) (\(relay.kind.rawValue)): \(relay.url)") }
        }
    }

    struct Overlay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the [chain_overrides] for a local deployment described by a JSON file.")
        @Argument(help: "deployment.json of the local chain.") var deployment: String
        @Option(name: .customLong("relay-url"), help: "The relay's URL.") var relayURL: String?

        func run() async throws {
            guard let data = FileManager.default.contents(atPath: deployment) else {
                throw CLIFailure(code: .badConfiguration, message: "\(deployment): does not exist or cannot be read")
            }
            do {
                Terminal.out(
                    try DevnetOverlay.from(deploymentJSON: [UInt8](data), source: deployment, relayURL: relayURL).toml)
            } catch {
                throw CLIFailure(code: .badConfiguration, message: error.description)
            }
        }
    }
}

extension ChainDirectory {
    /// `load` with a fault turned into the command's exit code.
    fileprivate func loaded(_ name: String) throws -> Chain {
        do {
            return try load(name)
        } catch {
            throw CLIFailure(code: .badConfiguration, message: error.description)
        }
    }
}

extension Chain {
    /// The chain's main facts for `--json`.
    fileprivate var json: JSON {
        [
            "name": .string(name), "chainId": .integer(chainID), "nativeSymbol": .string(nativeSymbol),
            "wrappedNative": wrappedNative.map { .address($0) } ?? .null,
            "blockTimeMilliseconds": .integer(blockTimeMilliseconds), "reorgDepth": .integer(reorgDepth),
            "feeModel": .string(feeModel.rawValue), "mempool": .string(mempool.rawValue),
            "dexes": .array(
                dexes.map {
                    [
                        "name": .string($0.name), "factory": .address($0.config.factory),
                        "initCodeHash": .hash($0.config.initCodeHash), "startBlock": .integer($0.config.startBlock),
                    ]
                }),
            "routers": .array(
                routers.map {
                    ["name": .string($0.name), "kind": .string($0.kind.rawValue), "address": .address($0.address)]
                }),
            "relays": .array(relays.map { ["name": .string($0.name), "url": .string($0.url)] }),
            "settlementTokens": .array(settlementTokens.map { .address($0) }),
        ]
    }
}
