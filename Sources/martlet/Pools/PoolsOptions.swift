import ArgumentParser
import ChainRegistry
import EVMTypes
import Foundation
import NodeClient
import NodeServices
import PoolStore
import Pools

/// Which chain, and where its pools are kept.
struct PoolsOptions: ParsableArguments {
    @Option(name: .customLong("chain"), help: "Name of a chain file, for example ethereum or devnet.")
    var chain: String?

    @Option(name: .customLong("chain-file"), help: "A chain file by its path, in place of --chain.")
    var chainFile: String?

    @Option(name: .customLong("chains-dir"), help: "Folder of chain files.")
    var chainsFolder: String?

    @Option(name: .customLong("config"), help: "martlet.toml: data folder, endpoints, overrides.")
    var config: String?

    @Option(name: .customLong("deployment"), help: "JSON that describes the contracts of a local chain.")
    var deployment: String?

    @Option(name: .customLong("data-dir"), help: "The data folder, in place of [node] data_dir.")
    var dataFolder: String?

    func validate() throws {
        guard (chain == nil) != (chainFile == nil) else {
            throw ValidationError("name the chain: either --chain NAME or --chain-file FILE")
        }
        if chainFile != nil, chainsFolder != nil {
            throw ValidationError("--chain-file already says where the file is; leave --chains-dir out")
        }
    }

    /// Chain file and configuration; every fault is one line and the exit code is 3.
    func load() throws -> NodeConfig {
        var name = chain ?? "", folder = chainsFolder
        if let chainFile {
            let url = URL(fileURLWithPath: chainFile)
            guard url.pathExtension == "toml", FileManager.default.fileExists(atPath: chainFile) else {
                throw CLIFailure(code: .badConfiguration, message: "--chain-file \(chainFile): no such .toml file")
            }
            (name, folder) = (url.deletingPathExtension().lastPathComponent, url.deletingLastPathComponent().path)
        }
        var flags: [String: String] = [:]
        if let dataFolder { flags["node.data_dir"] = URL(fileURLWithPath: dataFolder).path }
        do {
            return try NodeConfig.load(
                ConfigSources(
                    chainName: name, chainsFolder: folder, configFile: config, deploymentFile: deployment, flags: flags)
            )
        } catch {
            throw CLIFailure(code: .badConfiguration, message: error.description)
        }
    }

    /// Opens the store; only `creating` may make one.
    static func openStore(_ config: NodeConfig, creating: Bool = false) throws -> PoolStore {
        let folder = config.node.dataFolder + "/pools"
        guard creating || FileManager.default.fileExists(atPath: folder) else {
            throw CLIFailure(
                code: .failed,
                message: "\(folder): no pool store; make one with `martlet pools sync --chain \(config.chain.name)`")
        }
        do {
            return try PoolStore(
                folder: folder, chainID: config.chain.chainID, reorgDepth: config.chain.reorgDepth,
                syncCommits: config.node.syncCommits)
        } catch {
            throw CLIFailure(code: .badConfiguration, message: "\(error)")
        }
    }

    /// The stored market. With `needsHead` a store whose sync is unfinished is refused.
    static func market(_ store: PoolStore, _ config: NodeConfig, needsHead: Bool = true) throws -> MarketState {
        if needsHead, store.head == nil {
            throw CLIFailure(
                code: .failed,
                message: "\(store.folder): its sync is not finished; go on with `martlet pools sync`")
        }
        var market = MarketState(dexes: config.chain.dexConfigs)
        do {
            try store.loadAll { try market.load($0) }
        } catch {
            throw CLIFailure(
                code: .failed, message: "\(store.folder): \(error); remove the folder to rebuild it from the chain")
        }
        return market
    }
}

/// The endpoints of a command that asks the chain.
struct RPCOptions: ParsableArguments {
    @Option(
        name: .customLong("rpc"), parsing: .upToNextOption,
        help: "Endpoints (http, https, ws, wss or a socket path), all asked at once; else those of the configuration.")
    var urls: [String] = []

    @Option(name: .customLong("batch"), help: "Most requests in one message.")
    var batch: Int = 100

    @Option(name: .customLong("timeout"), help: "Seconds to wait for one answer.")
    var timeout: Int = 20

    func validate() throws {
        guard (1...10_000).contains(batch) else { throw ValidationError("--batch takes 1 to 10000") }
        guard (1...600).contains(timeout) else { throw ValidationError("--timeout takes 1 to 600 seconds") }
    }

    func endpoints(_ config: NodeConfig) throws -> [EndpointConfig] {
        var found: [EndpointConfig] = []
        for text in urls {
            do {
                found.append(EndpointConfig(try EndpointURL(text)))
            } catch {
                throw CLIFailure(code: .badUsage, message: "--rpc: \(error.message)")
            }
        }
        if found.isEmpty {
            do {
                found = try PoolCatchUp.endpoints(config, environment: ProcessInfo.processInfo.environment)
            } catch let failure as NodeFailure {
                throw CLIFailure(code: .badConfiguration, message: "\(failure.message); or give --rpc URL")
            }
        }
        for index in found.indices {
            found[index].batchItemsMax = batch
            found[index].timeout = .seconds(timeout)
        }
        return found
    }
}
