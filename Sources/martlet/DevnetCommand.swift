import ArgumentParser
import Devnet
import EVMCodec
import EVMTypes
import Foundation
import NodeClient
import UnixSignals

/// `martlet devnet`: a local chain on Martlet's own EVM.
struct DevnetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devnet",
        abstract: "Runs a local chain: HTTP, WebSocket and a bundle relay on one port.",
        discussion: """
            A block is made for every transaction, unless --block-time or --no-mining is given. The same options and \
            inputs give the same chain: timestamps are the parent's and a fixed step (--block-time, rounded up to \
            whole seconds; else 1), beginning at --genesis-time. With --clock wall they are the machine's instead. \
            The accounts' keys are derived from numbers that everybody knows: never send them anything of worth. \
            The relay is at /relay (signed requests) and its methods also at / (unsigned).
            """)

    @Option(help: "Port on 127.0.0.1 for HTTP and WebSocket; 0 takes a free one.")
    var port = 8545

    @Option(help: "Address to listen on. Whoever reaches it can do everything.")
    var host = "127.0.0.1"

    @Option(help: "EIP-155 chain id. [default: 1337, or the forked chain's]")
    var chainID: UInt64?

    @Option(
        help: "Rules of all blocks: paris, shanghai, cancun, prague or osaka. [default: prague, or the forked block's]")
    var hardfork: String?

    @Option(help: "Names the accounts and PREVRANDAO.")
    var seed: UInt64 = 1

    @Option(
        help:
            "Accounts that hold ether: a count of keys derived from the seed, or \"numbers\" for keys 1 to 30, 90, 91.")
    var accounts = "10"

    @Option(help: "Ether of each account.")
    var balance: UInt64 = 10_000

    @Option(help: "Gas of a block.")
    var gasLimit: UInt64 = 30_000_000

    @Option(help: "Wei a gas of the first block.")
    var baseFee: UInt64 = 1_000_000_000

    @Option(help: "Seconds between blocks; 0.01 to 86400. Without it a block is made for every transaction.")
    var blockTime: Double?

    @Flag(help: "Make blocks only on evm_mine.")
    var noMining = false

    @Option(help: "Timestamps: fixed (parent and step) or wall (the machine's clock).")
    var clock = "fixed"

    @Option(help: "Timestamp of the genesis block, seconds since 1970.")
    var genesisTime: UInt64 = 1_767_225_600

    @Option(help: "Blocks whose state, transactions and receipts are kept; at least 256.")
    var keepBlocks = 100_000

    @Option(help: "Least tip of a transaction, wei a gas.")
    var minTip: UInt64 = 0

    @Option(help: "Begin with the state in this file.")
    var loadState: String?

    @Option(help: "Write the state to this file at the end.")
    var dumpState: String?

    @Option(help: "Stand on the state of this node's chain (http or https), fetched as it is needed.")
    var forkURL: String?

    @Option(help: "The block of it. [default: latest]")
    var forkBlock: UInt64?

    @Option(help: "Folder that keeps what was fetched between runs.")
    var forkCache: String?

    @Flag(help: "Everybody may send for every account without a signature.")
    var autoImpersonate = false

    @OptionGroup(title: "Market")
    var marketOptions: DevnetMarketOptions

    @Flag(help: "Print nothing but the line that the chain is ready.")
    var quiet = false

    func run() async throws {
        let config = try configuration()
        let server: DevnetServer
        let chain = try await makeChain(config)
        if let loadState { try await load(loadState, into: chain) }
        let deployment = try await marketOptions.deploy(on: chain)
        do {
            server = try await DevnetServer.start(chain, host: host, port: port)
        } catch { throw CLIFailure(code: .failed, message: error.message) }
        if !quiet {
            announce(config)
            if let deployment { marketOptions.announce(deployment) }
        }
        let made = await chain.config
        Terminal.out(
            "ready: http://\(host):\(server.port) and ws://\(host):\(server.port), relay http://\(host):\(server.port)"
                + "/relay, chain \(made.chainID), \(made.fork)")
        let users = try marketOptions.start(on: chain, deployment, seed: seed)
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
        users?.cancel()
        await server.stop()
        if let dumpState { try await dump(chain, to: dumpState) }
    }

    private func makeChain(_ config: DevnetConfig) async throws -> DevnetChain {
        do {
            guard let forkURL else { return try DevnetChain(config) }
            let url: EndpointURL
            do { url = try EndpointURL(forkURL) } catch { throw Self.usage("--fork-url: \(error)") }
            return try await DevnetChain.forking(
                config, at: EndpointConfig(url), block: forkBlock, cacheFolder: forkCache,
                keepsChainID: chainID != nil, keepsFork: hardfork != nil)
        } catch let error as DevnetError {
            throw CLIFailure(code: forkURL == nil ? .badUsage : .peerFailed, message: error.message)
        }
    }

    private func configuration() throws -> DevnetConfig {
        var config = DevnetConfig()
        let forks: [Hardfork] = [.paris, .shanghai, .cancun, .prague, .osaka]
        guard let fork = forks.first(where: { "\($0)" == (hardfork ?? "prague").lowercased() }) else {
            throw Self.usage("--hardfork is paris, shanghai, cancun, prague or osaka, not \(hardfork ?? "")")
        }
        config.fork = fork
        guard (0...65_535).contains(port) else { throw Self.usage("--port is 0 to 65535, not \(port)") }
        let chainID = chainID ?? 1_337
        guard chainID > 0, chainID < 1 << 53 else { throw Self.usage("--chain-id is 1 to 2^53, not \(chainID)") }
        if forkURL == nil, forkBlock != nil || forkCache != nil {
            throw Self.usage("--fork-block and --fork-cache need --fork-url")
        }
        guard gasLimit >= 100_000, gasLimit <= 1 << 40 else { throw Self.usage("--gas-limit is 100000 to 2^40") }
        guard keepBlocks >= 256 else { throw Self.usage("--keep-blocks is at least 256, not \(keepBlocks)") }
        guard genesisTime < 1 << 40 else { throw Self.usage("--genesis-time is below 2^40") }
        config.chainID = chainID
        config.seed = seed
        config.gasLimit = gasLimit
        config.baseFee = U256(baseFee)
        config.genesisTime = genesisTime
        config.keepBlocks = keepBlocks
        config.minimumTip = U256(minTip)
        config.impersonatesAll = autoImpersonate
        config.balance = U256(balance) * U256(1_000_000_000_000_000_000 as UInt64)
        if accounts == "numbers" {
            config.accounts = DevAccount.numbered
        } else {
            guard let count = Int(accounts), (0...10_000).contains(count) else {
                throw Self.usage("--accounts is 0 to 10000 or \"numbers\", not \(accounts)")
            }
            config.accounts = DevAccount.derived(seed: seed, count: count)
        }
        switch clock {
        case "fixed": config.clock = .fixed
        case "wall": config.clock = .wall
        default: throw Self.usage("--clock is fixed or wall, not \(clock)")
        }
        if noMining, blockTime != nil { throw Self.usage("--no-mining and --block-time exclude each other") }
        if noMining { config.mining = .manual }
        if let blockTime {
            guard (0.01...86_400).contains(blockTime) else { throw Self.usage("--block-time is 0.01 to 86400 seconds") }
            config.mining = .interval(.milliseconds(Int64(blockTime * 1_000)))
            config.timeStep = UInt64(blockTime.rounded(.up))
        }
        if marketOptions.market {
            // Its deployer is key 1, an account that has a history on every public chain.
            if forkURL != nil { throw Self.usage("--market and --fork-url exclude each other") }
            Market.prepare(&config)
        }
        return config
    }

    private func announce(_ config: DevnetConfig) {
        guard !config.accounts.isEmpty else { return }
        let ether = config.balance / U256(1_000_000_000_000_000_000 as UInt64)
        Terminal.out("accounts of \(ether) ether each; keys that everybody knows:")
        for account in config.accounts {
            Terminal.out("  \(account.address.hex)  \(Hex.encode(account.secret))")
        }
    }

    private func load(_ path: String, into chain: DevnetChain) async throws {
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw CLIFailure(code: .badUsage, message: "--load-state \(path): \(error.localizedDescription)")
        }
        do {
            try await chain.load(try JSON.parse([UInt8](data)))
        } catch { throw CLIFailure(code: .badUsage, message: "--load-state \(path): \(error)") }
    }

    private func dump(_ chain: DevnetChain, to path: String) async throws {
        do {
            try Data(try await chain.dump().bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch { throw CLIFailure(code: .failed, message: "--dump-state \(path): \(error)") }
    }

    private static func usage(_ message: String) -> CLIFailure { CLIFailure(code: .badUsage, message: message) }
}
