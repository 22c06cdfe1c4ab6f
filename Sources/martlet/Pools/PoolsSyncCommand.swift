import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import MarketSync
import NodeClient
import NodeServices
import PoolStore
import Pools

/// `martlet pools sync`: every pool of a chain's exchanges, with its state, up to the newest block.
struct PoolsSyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Find every pool of a chain's exchanges and read its state.",
        discussion: """
            Reads the factories' logs, checks each pool's CREATE2 address, reads all states at one block and compares \
            a sample with the contracts' own answers; then follows the chain to its newest block. It can be stopped at \
            any moment, by kill -9 too: the next run goes on where it was. A store that is complete is only brought \
            up to date. The node does the same when it starts.
            Exit codes: 0 done, 1 the sample differs from the chain, 2 bad usage, 3 bad configuration or another \
            process has the store, 4 no endpoint answered.
            """)

    @OptionGroup var options: PoolsOptions
    @OptionGroup var rpc: RPCOptions

    @Option(help: "Requests under way at once for each endpoint.")
    var workers: Int = 2

    @Option(name: .customLong("log-span"), help: "First number of blocks in one log query; it adapts.")
    var logSpan: UInt64 = 2_000

    @Option(help: "Pools compared with the contracts' own answers at the end.")
    var sample: Int = 64

    @Flag(name: .customLong("no-token-checks"), help: "Do not simulate transfers of the tokens.")
    var skipsTokens = false

    @Flag(help: "Print the report as JSON.") var json = false
    @Flag(help: "Show no progress.") var quiet = false

    func validate() throws {
        guard (1...64).contains(workers) else { throw ValidationError("--workers takes 1 to 64") }
        guard (1...1_000_000).contains(logSpan) else { throw ValidationError("--log-span takes 1 to 1000000") }
        guard (0...100_000).contains(sample) else { throw ValidationError("--sample takes 0 to 100000") }
    }

    func run() async throws {
        let config = try options.load()
        var settings = PoolCatchUp.options(config.chain, try rpc.endpoints(config))
        settings.workersPerEndpoint = workers
        settings.logSpanStart = logSpan
        settings.sampleSize = sample
        settings.checksTokens = !skipsTokens
        guard !settings.dexes.isEmpty else {
            throw CLIFailure(code: .badConfiguration, message: "chain \(config.chain.name) names no exchange to sync")
        }
        let store = try PoolsOptions.openStore(config, creating: true)
        let display = SyncDisplay(isQuiet: quiet), began = ContinuousClock.now
        let outcome: PoolCatchUp.Outcome
        do {
            outcome = try await PoolCatchUp.run(settings, store: store) { display.show($0) }
            display.end()
        } catch {
            display.end()
            try? store.close()
            throw Self.failure(error)
        }
        let market = try PoolsOptions.market(store, config, needsHead: false)
        let view = SyncView(outcome: outcome, chain: config.chain, market: market, took: ContinuousClock.now - began)
        if json { Terminal.out(view.json.text) } else { view.lines.forEach(Terminal.out) }
        do { try store.close() } catch { throw CLIFailure(code: .badConfiguration, message: "\(error)") }
    }

    private static func failure(_ error: any Error) -> CLIFailure {
        let failure = SyncError(caught: error), resume = "; what was done is kept, run it again to go on"
        switch failure.code {
        case .peer, .cancelled: return CLIFailure(code: .peerFailed, message: "sync: \(failure)\(resume)")
        case .configuration: return CLIFailure(code: .badConfiguration, message: "sync: \(failure)")
        case .store: return CLIFailure(code: .badConfiguration, message: "sync: \(failure)")
        case .mismatch: return CLIFailure(code: .failed, message: "sync: \(failure)")
        }
    }
}

/// A sync's outcome for people and for programs.
struct SyncView {
    let outcome: PoolCatchUp.Outcome
    let chain: Chain
    let market: MarketState
    let took: Duration

    private var traffic: TrafficCount { (outcome.sync?.traffic ?? TrafficCount()) + outcome.traffic }

    private func pools(_ dex: DexConfig) -> Int {
        (0..<PoolIndex(market.poolCount)).count { market.identity($0).dexID == dex.id && !market.isRemoved($0) }
    }

    private var seconds: Double {
        Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    }

    var lines: [String] {
        var lines: [String] = []
        for dex in chain.dexConfigs {
            let layout = outcome.sync?.layouts[dex.id].map { ", read by \($0)" } ?? ""
            lines.append("\(dex.name): \(pools(dex)) pools\(layout)")
        }
        if let sync = outcome.sync {
            let refused = sync.refused.sorted {
                ($0.key.dexID, $0.key.reason.rawValue) < ($1.key.dexID, $1.key.reason.rawValue)
            }
            for (row, count) in refused {
                let name = chain.dexConfigs.first { $0.id == row.dexID }?.name ?? "\(row.dexID)"
                lines.append("refused by \(name): \(count), \(row.reason)")
            }
            for row in sync.quarantined.prefix(20) {
                lines.append("quarantined: \(row.pool.address.checksummed), \(row.reason)")
            }
            if sync.quarantined.count > 20 { lines.append("quarantined: \(sync.quarantined.count - 20) more") }
            for row in sync.tokensRefused.prefix(20) {
                lines.append("token \(row.token.checksummed) \(row.finding)")
            }
            if sync.tokensRefused.count > 20 { lines.append("tokens: \(sync.tokensRefused.count - 20) more") }
            if sync.pairsMissedByLogs > 0 {
                lines.append("pairs that the logs left out and the factories list: \(sync.pairsMissedByLogs)")
            }
            if sync.withoutPrice > 0 { lines.append("pools without a price yet: \(sync.withoutPrice)") }
            if let block = sync.block {
                lines.append("state of block \(block.number), \(sync.checked) pools compared with the contracts")
            }
        }
        if let head = outcome.head {
            lines.append(
                "at block \(head.number), \(outcome.blocksApplied) blocks applied, \(outcome.blocksUndone) undone")
        } else {
            lines.append("the chain has no block to read yet")
        }
        lines.append(
            "\(traffic.calls) calls in \(traffic.messages) messages, \(traffic.bytesSent) bytes sent, "
                + "\(traffic.bytesReceived) bytes received, " + String(format: "%.1f s", seconds))
        return lines
    }

    var json: JSON {
        var members: JSONObject = [
            "chain": .string(chain.name),
            "head": outcome.head.map { ["number": .integer($0.number), "hash": .hash($0.hash)] } ?? .null,
            "blocksApplied": .integer(outcome.blocksApplied), "blocksUndone": .integer(outcome.blocksUndone),
            "dexes": .array(
                chain.dexConfigs.map { dex in
                    [
                        "name": .string(dex.name), "pools": .integer(pools(dex)),
                        "read": outcome.sync?.layouts[dex.id].map { .string("\($0)") } ?? .null,
                    ]
                }),
            "traffic": [
                "calls": .integer(traffic.calls), "messages": .integer(traffic.messages),
                "bytesSent": .integer(traffic.bytesSent), "bytesReceived": .integer(traffic.bytesReceived),
            ],
            "seconds": .number(String(format: "%.3f", seconds)),
        ]
        if let sync = outcome.sync {
            members["sync"] = [
                "block": sync.block.map { .integer($0.number) } ?? .null, "found": .integer(sync.created),
                "read": .integer(sync.read), "withoutPrice": .integer(sync.withoutPrice),
                "checked": .integer(sync.checked), "pairsMissedByLogs": .integer(sync.pairsMissedByLogs),
                "blockChanged": .integer(sync.repins), "tokensChecked": .integer(sync.tokensChecked),
                "tokensRefused": .array(
                    sync.tokensRefused.map { ["token": .address($0.token), "why": .string("\($0.finding)")] }),
                "refused": .array(
                    sync.refused.map { row, count in
                        [
                            "dex": .integer(row.dexID), "reason": .string("\(row.reason)"), "count": .integer(count),
                        ]
                    }),
                "quarantined": .array(
                    sync.quarantined.map { ["pool": .address($0.pool.address), "reason": .string("\($0.reason)")] }),
            ]
        }
        return .object(members)
    }
}
