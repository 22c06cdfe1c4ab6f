import EVMTypes
import Foundation
import Pools
import Testing

@testable import ChainRegistry

@Suite struct DevnetOverlayTests {
    static let deployment = """
        {"chainId": 1337, "deployer": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
         "tokens": {"WETH": {"address": "0xF2E246BB76DF876Cef8b38ae84130F4F55De395b", "decimals": 18},
                    "USDC": {"address": "0x2946259E0334f33A064106302415aD3391BeD384", "decimals": 6}},
         "v2": {
           "A": {"factory": "0x6D411e0A54382eD43F02410Ce1c7a7c122afA6E1",
                 "router": "0x3e86c53c05db06803fc56eb6bB6ff0e95Da9a8Be",
                 "initCodeHash": "0x8a1861e3cef8b973c5cfa3a2fb2e737ecf0ffd9dbf7c0acedd82a54ebeb01c94"},
           "B": {"factory": "0x00000000000000000000000000000000000000b1",
                 "router": "0x00000000000000000000000000000000000000b2",
                 "initCodeHash": "0x8a1861e3cef8b973c5cfa3a2fb2e737ecf0ffd9dbf7c0acedd82a54ebeb01c94"}},
         "pools": [], "multicall": "0x00000000000000000000000000000000000000c1",
         "v3": {"factory": "0x00000000000000000000000000000000000000d1",
                "positionManager": "0x00000000000000000000000000000000000000d2",
                "router": "0x00000000000000000000000000000000000000d3",
                "quoter": "0x00000000000000000000000000000000000000d4",
                "router02": "0x00000000000000000000000000000000000000d5",
                "pairFlash": "0x00000000000000000000000000000000000000d6"},
         "searcher": "0x00000000000000000000000000000000000000e1",
         "relaySigner": "0x00000000000000000000000000000000000000e2", "seedBlock": 71}
        """

    private func devnet(_ overlay: DevnetOverlay) throws -> Chain {
        var table = try SettingTable(toml: try Repository.text("devnet"), origin: .chainFile("devnet.toml"))
        table.merge(overlay.table)
        return try Chain.validated(table, named: "devnet", origin: .chainFile("devnet.toml"), notebook: Notebook())
    }

    @Test func theDeploymentBecomesDexesRoutersAndTokens() throws {
        let overlay = try DevnetOverlay.from(
            deploymentJSON: Array(Self.deployment.utf8), relayURL: "http://127.0.0.1:9545/relay")
        let chain = try devnet(overlay)
        #expect(overlay.searcher?.hex == "0x00000000000000000000000000000000000000e1")
        #expect(overlay.relaySigner?.hex == "0x00000000000000000000000000000000000000e2")
        #expect(chain.dexConfigs.map(\.feePips) == [3000, 3000, nil])
        #expect(
            chain.dexConfigs[2].initCodeHash.hex == "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        )
        #expect(chain.routers.map(\.name) == ["v2-a", "v2-b", "v3", "v3-router02"])
        #expect(chain.routers[3].v2DexID == 0 && chain.routers[3].v3DexID == 2)
        // The last two are the chain file's own; those of the deployment have taken the place of its others.
        #expect(chain.tokens.map(\.symbol) == ["WETH", "USDC", "DAI", "WBTC"])
        #expect(chain.tokens[1].address.hex == "0x2946259e0334f33a064106302415ad3391bed384")
        #expect(chain.multicall?.hex == "0x00000000000000000000000000000000000000c1")
        #expect(chain.relays.map(\.url) == ["http://127.0.0.1:9545/relay"])
    }

    @Test func theOverlayAsTextReadsBackEqual() throws {
        let overlay = try DevnetOverlay.from(
            deploymentJSON: Array(Self.deployment.utf8), relayURL: "http://127.0.0.1:9545/relay")
        let parsed = try SettingTable(toml: overlay.toml, origin: .configFile("martlet.toml"))
        guard case .table(let inner)? = parsed["chain_overrides"]?.value else {
            Issue.record("no [chain_overrides] in the text")
            return
        }
        var table = try SettingTable(toml: try Repository.text("devnet"), origin: .chainFile("devnet.toml"))
        table.merge(inner)
        let chain = try Chain.validated(table, named: "devnet", origin: .chainFile("devnet.toml"), notebook: Notebook())
        #expect(chain == (try devnet(overlay)))
    }

    @Test func faultsOfADeploymentAreToldAtOnce() throws {
        let broken = #"{"tokens": {"WETH": {"address": "0x12"}}, "v2": {"A": {"factory": 5, "initCodeHash": "0x00"}}}"#
        let error = #expect(throws: ChainRegistryError.self) {
            try DevnetOverlay.from(deploymentJSON: Array(broken.utf8))
        }
        #expect(
            Set(error?.faults.map(\.key) ?? []) == [
                "tokens.WETH.decimals", "v2.A.factory", "v2.A.initCodeHash", "chainId",
            ])
        for text in ["", "[]", "{", "null"] {
            let error = #expect(throws: ChainRegistryError.self) {
                try DevnetOverlay.from(deploymentJSON: Array(text.utf8))
            }
            #expect(error?.code == .malformed)
        }
    }

    @Test func textIsQuotedForTOML() throws {
        let table = try SettingTable(toml: "a = " + TOMLText.quoted("x\"\\\n\u{7f}é"), origin: .standard)
        #expect(table["a"]?.value == .text("x\"\\\n\u{7f}é"))
    }
}

extension DevnetOverlayTests {
    /// With `MARTLET_DEPLOYMENT` naming the file that a running local chain wrote.
    @Test func aRealDeploymentIsAccepted() throws {
        guard let path = ProcessInfo.processInfo.environment["MARTLET_DEPLOYMENT"] else { return }
        let sources = ConfigSources(
            chainName: "devnet", chainsFolder: Repository.chains.path, deploymentFile: path, environment: [:],
            currentFolder: "/", executable: "/x")
        let chain = try NodeConfig.load(sources).chain
        #expect(chain.dexes.map(\.name) == ["v2-a", "v2-b", "v3"] && chain.routers.count == 4)
        #expect(chain.tokens.map(\.symbol).sorted() == ["DAI", "USDC", "WBTC", "WETH"])
        #expect(chain.settlementTokens == [try #require(chain.wrappedNative)] && chain.multicall != nil)
    }
}
