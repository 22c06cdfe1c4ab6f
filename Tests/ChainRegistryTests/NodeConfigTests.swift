import EVMTypes
import Foundation
import Pools
import Testing

@testable import ChainRegistry

@Suite struct NodeConfigTests {
    /// Loads with a configuration file of this text, in a folder of its own.
    private func load(
        _ config: String? = nil, chain: String = "ethereum", deployment: String? = nil, flags: [String: String] = [:],
        environment: [String: String] = [:]
    ) throws -> (config: NodeConfig, folder: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "martlet-config-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var sources = ConfigSources(
            chainName: chain, chainsFolder: Repository.chains.path, flags: flags,
            environment: environment.merging(["HOME": "/home/someone"]) { $1 }, currentFolder: "/",
            executable: "/bin/martlet")
        if let config {
            sources.configFile = folder.appendingPathComponent("martlet.toml").path
            try Data(config.utf8).write(to: folder.appendingPathComponent("martlet.toml"))
        }
        if let deployment {
            sources.deploymentFile = folder.appendingPathComponent("deployment.json").path
            try Data(deployment.utf8).write(to: folder.appendingPathComponent("deployment.json"))
        }
        return (try NodeConfig.load(sources), folder.path)
    }

    private func origin(_ config: NodeConfig, _ key: String) -> String? {
        config.settings.first { $0.key == key }?.origin.description
    }

    @Test func withoutAFileEveryValueIsTheDefault() throws {
        let (config, _) = try load()
        #expect(config.node.dataFolder == "/home/someone/.martlet/ethereum")
        #expect(config.admin.socket == "/home/someone/.martlet/ethereum/admin.sock")
        #expect(config.admin.httpPort == nil)
        #expect(config.endpoints == [.environment("ETHEREUM_WS_URL"), .environment("ETHEREUM_HTTP_URL")])
        #expect(config.keys.searcherKeystore == nil)
        #expect(config.limits.hopsMax == 3 && config.limits.gasLimitMax == 3_000_000)
        #expect(config.limits.inputMax == nil && config.limits.headAgeMaxMilliseconds == 48_000)
        #expect(origin(config, "limits.hops_max") == "default")
        #expect(origin(config, "chain.chain_id") == Repository.chains.appendingPathComponent("ethereum.toml").path)
    }

    @Test func flagsOverrideEnvironmentAndEnvironmentTheFile() throws {
        let file =
            """
            [node]
            log_level = "debug"
            data_dir = "data"
            endpoints = ["ws://127.0.0.1:8545"]
            [limits]
            hops_max = 2
            bundles_per_block = 1
            """
        let (config, folder) = try load(
            file, flags: ["node.log_level": "error"],
            environment: [
                "MARTLET_NODE_LOG_LEVEL": "trace", "MARTLET_LIMITS_BUNDLES_PER_BLOCK": "7",
                "MARTLET_NODE_ENDPOINTS": "A_URL, /run/geth.ipc",
            ])
        #expect(config.node.logLevel == .error && origin(config, "node.log_level") == "flag --log-level")
        #expect(config.limits.bundlesPerBlock == 7)
        #expect(origin(config, "limits.bundles_per_block") == "environment MARTLET_LIMITS_BUNDLES_PER_BLOCK")
        #expect(config.limits.hopsMax == 2 && origin(config, "limits.hops_max") == folder + "/martlet.toml")
        #expect(config.node.dataFolder == folder + "/data")
        #expect(config.endpoints == [.environment("A_URL"), .url("ipc:///run/geth.ipc")])
    }

    @Test func chainOverridesMergeRowsByNameAndAppendOthers() throws {
        let (config, folder) = try load(
            """
            [executor]
            address = "0x00000000000000000000000000000000000000e1"
            [chain_overrides]
            reorg_depth = 12
            [[chain_overrides.dex]]
            name = "defiswap-v2"
            enabled = false
            [[chain_overrides.dex]]
            name = "mine"
            protocol = "uniswap-v2"
            factory = "0x00000000000000000000000000000000000000f1"
            init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
            fee_pips = 100
            [[chain_overrides.relay]]
            name = "titan"
            url = "https://eu.rpc.titanbuilder.xyz"
            """)
        let plain = try load().config.chain
        #expect(config.chain.reorgDepth == 12 && origin(config, "chain.reorg_depth") == folder + "/martlet.toml")
        #expect(config.chain.executor == Address(hex: "0x00000000000000000000000000000000000000e1"))
        #expect(config.chain.dexes.count == plain.dexes.count)
        #expect(!config.chain.dexes.contains { $0.name == "defiswap-v2" })
        let mine = try #require(config.chain.dexes.first { $0.name == "mine" })
        #expect(
            mine.config.feePips == 100 && mine.config.create2Sender == mine.config.factory && mine.flashCallback == nil)
        // Switching a row off must not renumber the others: stored pools carry the id.
        #expect(Int(mine.config.id) == plain.dexes.count)
        #expect(config.chain.relays.first { $0.name == "titan" }?.url == "https://eu.rpc.titanbuilder.xyz")
        #expect(config.chain.relays.count == plain.relays.count)
    }

    @Test func faultsOfTheFileAndTheChainAreToldTogether() throws {
        let error = #expect(throws: ChainRegistryError.self) {
            try load(
                """
                nodes = 1
                [node]
                endpoints = ["wss://eth.example/v3/0123456789abcdef0123456789abcdef"]
                [limits]
                gas_limit_max = 20000000
                tip_share_bps = "half"
                [admin]
                http_port = 8551
                [chain_overrides]
                reorg_dept = 5
                chain_id = -1
                """, environment: ["MARTLET_HISTORY_RETENTION_DAYS": "many"])
        }
        let keys = Set(error?.faults.map(\.key) ?? [])
        #expect(
            keys == [
                "nodes", "node.endpoints", "limits.gas_limit_max", "limits.tip_share_bps", "admin.jwt_secret_file",
                "reorg_dept", "chain_id",
                "history.retention_days",
            ])
        let text = try #require(error).description
        #expect(text.contains("environment MARTLET_HISTORY_RETENTION_DAYS: history.retention_days is \"many\""))
        #expect(!text.contains("0123456789abcdef"))
        #expect(text.split(separator: "\n").count == 8)
    }

    @Test func unknownVariablesOfOurSectionsAreRefusedAndOthersLeftAlone() throws {
        #expect(throws: ChainRegistryError.self) { try load(environment: ["MARTLET_NODE_LOGLEVEL": "info"]) }
        _ = try load(environment: ["MARTLET_SEED": "5", "MARTLET_SHARED": "/x"])
    }

    @Test func aSocketPathTooLongForTheSystemIsRefused() throws {
        let error = #expect(throws: ChainRegistryError.self) {
            try load("[admin]\nsocket = \"/\(String(repeating: "s", count: 107))\"")
        }
        #expect(error?.faults.map(\.key) == ["admin.socket"])
    }

    @Test func aMissingConfigFileIsUnreadable() throws {
        var sources = ConfigSources(
            chainName: "ethereum", chainsFolder: Repository.chains.path, environment: [:], currentFolder: "/",
            executable: "/x")
        sources.configFile = "/nonexistent/martlet.toml"
        let error = #expect(throws: ChainRegistryError.self) { try NodeConfig.load(sources) }
        #expect(
            error?.code == .unreadable
                && error?.description.contains("/nonexistent/martlet.toml: does not exist") == true)
    }

    @Test func aDeploymentMakesTheDevnetUsable() throws {
        let (config, _) = try load(chain: "devnet", deployment: DevnetOverlayTests.deployment)
        #expect(config.chain.dexes.map(\.name) == ["v2-a", "v2-b", "v3"])
        #expect(config.chain.settlementTokens == [try #require(config.chain.wrappedNative)])
        #expect(config.chain.relays.first?.url == "http://127.0.0.1:8545/relay")
        #expect(config.chain.dexes[1].config.initCodeHash.hex.hasSuffix("1c94"))
    }

    @Test func endpointsAreNamesURLsOrSockets() {
        #expect(Endpoint("ETH_URL") == .environment("ETH_URL"))
        #expect(Endpoint("wss://node.example:8546/ws") == .url("wss://node.example:8546/ws"))
        #expect(Endpoint("/run/geth.ipc") == .url("ipc:///run/geth.ipc"))
        for bad in [
            "eth_url", "ftp://x", "ws://", "http://u:p@h", "http://h/?k=1", "http://h/ABCDEFGHIJ1234567890",
            "ws://h/#x", "http://:80",
        ] {
            #expect(Endpoint(bad) == nil, "\(bad)")
        }
        #expect(Endpoint.withoutSecrets("https://user:secret@host.example/abc") == "https://host.example/…")
    }
}
