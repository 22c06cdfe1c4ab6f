import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Pools

/// `martlet chains`: what chains there are, what their files say, and overlays for local deployments.
struct ChainsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chains", abstract: "List, check and show chain files; describe a local deployment.",
        subcommands: [List.self, ChainsCheckCommand.self, Show.self, Overlay.self])

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
            for token in chain.tokens {
                Terminal.out("token \(token.symbol): \(token.address.checksummed), \(token.decimals) decimals")
            }
            for dex in chain.dexes {
                let fee = dex.config.feePips.map { "fee \($0) pips" } ?? "fee by pool"
                let sender = dex.config.create2Sender
                let maker = sender == dex.config.factory ? "" : ", pools made by \(sender.checksummed)"
                Terminal.out(
                    "dex \(dex.name) (\(PoolText.name(dex.config.kind))): factory \(dex.config.factory.checksummed)"
                        + "\(maker), \(fee), from block \(dex.config.startBlock)")
            }
            for router in chain.routers {
                Terminal.out("router \(router.name) (\(router.kind.rawValue)): \(router.address)")
            }
            for lender in chain.flashLenders {
                Terminal.out("flash lender \(lender.name) (\(lender.kind.rawValue)): \(lender.address.checksummed)")
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
                        "name": .string($0.name), "protocol": .string(PoolText.name($0.config.kind)),
                        "factory": .address($0.config.factory), "create2Sender": .address($0.config.create2Sender),
                        "feePips": $0.config.feePips.map { .integer($0) } ?? .null,
                        "initCodeHash": .hash($0.config.initCodeHash), "startBlock": .integer($0.config.startBlock),
                    ]
                }),
            "tokens": .array(
                tokens.map {
                    [
                        "symbol": .string($0.symbol), "address": .address($0.address),
                        "decimals": .integer($0.decimals),
                    ]
                }),
            "flashLenders": .array(
                flashLenders.map {
                    ["name": .string($0.name), "kind": .string($0.kind.rawValue), "address": .address($0.address)]
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
