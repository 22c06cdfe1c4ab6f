import EVMTypes
import Foundation
import Pools
import TestSupport
import Testing

@testable import ChainRegistry

enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let chains = root.appendingPathComponent("chains")

    static func chainNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: chains.path).filter { $0.hasSuffix(".toml") }.map {
            String($0.dropLast(5))
        }.sorted()
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: chains.appendingPathComponent("\(name).toml"), encoding: .utf8)
    }
}

@Suite struct ChainFilesTests {
    private let directory = ChainDirectory(explicit: Repository.chains.path, environment: [:], currentFolder: "/")

    @Test func everyChainFileLoads() throws {
        let names = try Repository.chainNames()
        #expect(names == ["arbitrum", "base", "bsc", "devnet", "ethereum", "optimism", "polygon"])
        for name in names {
            let chain = try directory.load(name)
            #expect(chain.name == name)
            #expect(
                name == "devnet" || (!chain.dexes.isEmpty && !chain.routers.isEmpty && !chain.settlementTokens.isEmpty))
            #expect(chain.dexes.map(\.config.id) == (0..<chain.dexes.count).map { UInt16($0) })
        }
    }

    @Test func builtInChainFilesEqualTheFiles() throws {
        let names = try Repository.chainNames()
        #expect(EmbeddedChains.files.keys.sorted() == names)
        for name in names {
            let same = try EmbeddedChains.files[name] == Repository.text(name)
            #expect(same, "chains/\(name).toml was edited: run chains/embed.sh")
        }
    }

    @Test func chainIDsAreThoseOfEIP155() throws {
        let expected: [String: UInt64] = [
            "ethereum": 1, "optimism": 10, "bsc": 56, "polygon": 137, "devnet": 1337, "base": 8453, "arbitrum": 42161,
        ]
        for (name, id) in expected { #expect(try directory.load(name).chainID == id) }
    }

    @Test func everyChainFilesRelaysHaveAKindThatSubmissionNames() throws {
        for name in try Repository.chainNames() {
            let chain = try directory.load(name)
            #expect(chain.relays.allSatisfy { chain.submission.contains($0.kind) })
            if let wrapped = chain.wrappedNative { #expect(chain.token(at: wrapped)?.decimals == 18) }
        }
    }

    /// Rows of the shared table of deployments: `chain,family,factory` to sender, hash and fee in bps.
    private struct Deployment {
        let sender, hash: String
        let feeBps: Int?
        let verification: String
    }

    private func deployments() throws -> [String: [Deployment]]? {
        guard let data = try SharedData.data("data/dex_deployments.csv") else { return nil }
        var found: [String: [Deployment]] = [:]
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard cells.count >= 8 else { continue }
            let key = "\(cells[0]),\(cells[1]),\(cells[3].lowercased())"
            found[key, default: []].append(
                Deployment(
                    sender: cells[4].lowercased(), hash: cells[5], feeBps: Int(cells[6]),
                    verification: cells[7...].joined(separator: ",")))
        }
        return found
    }

    @Test func everyDexEqualsARowOfTheDeploymentTable() throws {
        guard let table = try deployments() else { return }
        // The table has no row of chain 8453.
        for name in try Repository.chainNames() where name != "base" && name != "devnet" {
            let chain = try directory.load(name)
            for dex in chain.dexes {
                let config = dex.config
                // The table has PancakeSwap's V3, with its deployer, as a family of its own.
                let families = config.feePips == nil ? ["univ3", "pancakev3"] : ["univ2"]
                let rows = families.flatMap { table["\(chain.chainID),\($0),\(config.factory.hex)"] ?? [] }
                try #require(!rows.isEmpty, "\(name) \(dex.name)")
                let match = rows.contains {
                    $0.hash == config.initCodeHash.hex
                        && ($0.feeBps.map { UInt32($0 * 100) } ?? config.feePips) == config.feePips
                        && !$0.verification.contains("WRONG")
                        && ($0.sender.isEmpty || $0.sender == config.create2Sender.hex)
                }
                #expect(match, "\(name) \(dex.name)")
            }
        }
    }

    @Test func everyAddressStandsInTheFactSheets() throws {
        guard let facts = try SharedData.data("facts/chains.md"),
            let table = try SharedData.data("data/dex_deployments.csv")
        else { return }
        let known = (String(decoding: facts, as: UTF8.self) + String(decoding: table, as: UTF8.self)).lowercased()
        // The devnet's addresses are our own deployment's; a test of Devnet compares them.
        for name in try Repository.chainNames() where name != "devnet" {
            var count = 0
            // Known pools are proven by CREATE2 when the file is read.
            let text = try Repository.text(name).replacing(/known_pools = \[[^\]]*\]/, with: "")
            for match in text.matches(of: /0x[0-9a-fA-F]{40}\b/) {
                #expect(known.contains(match.output.lowercased()), "\(name): \(match.output)")
                count += 1
            }
            #expect(count > 10)
        }
    }

    @Test func anExplicitFolderHidesTheBuiltInFiles() throws {
        let empty = ChainDirectory(explicit: "/nonexistent-chains", environment: [:], currentFolder: "/")
        #expect(empty.names().isEmpty)
        let error = #expect(throws: ChainRegistryError.self) { try empty.load("ethereum") }
        #expect(error?.code == .unknownChain)
    }

    @Test func theProgramWorksWithoutAnyChainFolder() throws {
        let alone = ChainDirectory(
            environment: [:], currentFolder: "/nonexistent", executable: "/nonexistent/bin/martlet")
        #expect(try alone.load("ethereum") == directory.load("ethereum"))
        #expect(try alone.names() == Repository.chainNames())
    }

    @Test func anUnknownChainIsAnsweredWithTheKnownOnes() throws {
        for name in ["solana", "../etc/passwd", "", "Ethereum"] {
            let error = #expect(throws: ChainRegistryError.self) { try directory.load(name) }
            #expect(error?.code == .unknownChain)
            #expect(error?.description.contains("arbitrum, base, bsc, devnet, ethereum, optimism, polygon") == true)
        }
    }
}
