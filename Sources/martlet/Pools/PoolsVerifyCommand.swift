import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMTypes
import MarketSync
import NodeClient
import NodeServices
import PoolStore
import Pools

/// `martlet pools verify`: the stored state beside the contracts' own answers at the same block.
struct PoolsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compare stored pools with the chain at the store's block.",
        discussion: """
            Everything that quotes depend on is compared: reserves; price, tick, liquidity and every initialised tick. \
            The endpoint must still have the block's state: an archive, or a store that was synced lately.
            Exit codes: 0 all equal, 1 a pool differs (each on a line), 3 bad configuration, 4 no answer.
            """)

    @OptionGroup var options: PoolsOptions
    @OptionGroup var rpc: RPCOptions
    @OptionGroup var filter: PoolFilterOptions
    @Option(help: "Compare so many pools, drawn at random; else all.") var sample: Int?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if let sample, sample < 1 { throw ValidationError("--sample takes 1 or more") }
    }

    func run() async throws {
        let config = try options.load(), filter = try filter.filter(config.chain)
        let settings = PoolCatchUp.options(config.chain, try rpc.endpoints(config))
        let store = try PoolsOptions.openStore(config)
        let market = try PoolsOptions.market(store, config)
        guard let block = store.head else { return }
        var pools = filter.indices(market)
        if let sample { pools = pools.shuffled().prefix(sample).sorted() }
        guard !pools.isEmpty else { throw CLIFailure(code: .failed, message: "pools verify: no pool fits") }
        let differences: [StateDifference], calls: UInt64
        do {
            let verify = try StateVerify(settings, at: block)
            defer { verify.close() }
            differences = try await verify.run(pools, of: market)
            calls = verify.traffic.calls
        } catch {
            let failure = SyncError(caught: error)
            let code: ExitStatus = failure.code == .configuration ? .badConfiguration : .peerFailed
            throw CLIFailure(code: code, message: "verify: \(failure)")
        }
        if json {
            let answer: JSON = [
                "block": .integer(block.number), "compared": .integer(pools.count), "calls": .integer(calls),
                "differences": .array(
                    differences.map {
                        [
                            "pool": .address($0.pool), "field": .string($0.field), "ours": .string($0.ours),
                            "chain": .string($0.chain),
                        ]
                    }),
            ]
            Terminal.out(answer.text)
        } else {
            for difference in differences { Terminal.out("\(difference)") }
            Terminal.out("\(pools.count) pools compared at block \(block.number), \(differences.count) differ")
        }
        if !differences.isEmpty {
            throw CLIFailure(
                code: .failed,
                message: "verify: \(differences.count) of \(pools.count) pools differ from the chain at \(block)")
        }
    }
}
