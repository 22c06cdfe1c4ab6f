import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Paths

/// `martlet scan FILE`: the arbitrage cycles of a list of pools, each as if it were the only one executed.
struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Finds arbitrage cycles in a file of constant-product pools.",
        discussion: """
            FILE is CSV, plain or gzip, with a header that names pair (or pool), token0, token1, reserve0, reserve1 \
            and perhaps fee (in pips, 1e-6), symbol0 and symbol1. Bad rows are reported by line number and left out. \
            Amounts are exact integers in the token's smallest unit. Cycles are listed best profit first; each is \
            sized alone, so cycles that share a pool do not add up.
            Exit codes: 0 found, 1 nothing found, 2 bad usage or not a list of pools.
            """)

    @Argument(help: "The list of pools.")
    var file: String

    @Option(help: "Swap fee in basis points of pools whose row names no fee.")
    var feeBps: Int = 30

    @Option(help: "Address of the token that cycles start and end in.")
    var start: String

    @Option(help: "Fewest swaps of a cycle, 2 to 4.")
    var minHops: Int = 2

    @Option(help: "Most swaps of a cycle, 2 to 4. Four hops over a large list take long.")
    var maxHops: Int = 3

    @Option(help: "Leave out cycles with less profit, in the start token's smallest unit.")
    var minProfit: String = "1"

    @Option(help: "List at most this many cycles; the counts cover all. [default: 20, with --json all]")
    var limit: Int?

    @Flag(help: "Print one JSON object with every cycle instead of a table.")
    var json = false

    func run() throws {
        let query = try checked()
        let clock = ContinuousClock()
        let began = clock.now
        let list = try PoolList.read(path: file, feePips: UInt32(feeBps) * 100)
        let loaded = clock.now
        for row in list.badRows { Terminal.error("\(file): \(row)") }
        guard list.badRows.count < list.rowCount || list.rowCount == 0 else {
            throw CLIFailure(code: .badUsage, message: "\(file): none of its \(list.rowCount) rows is a pool")
        }
        guard let startIndex = list.market.tokenIndex(of: query.start) else {
            throw CLIFailure(
                code: .failed, message: "\(file): no pool holds the start token \(query.start.checksummed)")
        }
        let result = list.market.scan(
            start: startIndex, settings: .everything(minHops: minHops, maxHops: maxHops), minProfit: query.minProfit)
        let searched = clock.now
        let report = ScanReport(
            file: file, list: list, start: startIndex, result: result, feeBps: feeBps, minHops: minHops,
            maxHops: maxHops, minProfit: query.minProfit, limit: limit, load: began.duration(to: loaded),
            search: loaded.duration(to: searched))
        Terminal.out(json ? report.json.text : report.table)
        Terminal.error(report.summary)
        if result.plans.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    /// The arguments that need more than a type.
    private func checked() throws -> (start: Address, minProfit: UInt128) {
        func refuse(_ message: String) -> CLIFailure { CLIFailure(code: .badUsage, message: message) }
        guard let address = Address(checksummed: start) else {
            throw refuse(
                Address(hex: start) == nil
                    ? "--start takes a token address (0x and 40 hex digits), not \"\(PoolList.printable(start))\""
                    : "--start \(start): the mixed-case checksum does not match; check for a typing error")
        }
        guard (0..<10_000).contains(feeBps) else { throw refuse("--fee-bps must be 0 to 9999, not \(feeBps)") }
        guard (2...4).contains(minHops), (2...4).contains(maxHops) else {
            throw refuse("--min-hops and --max-hops must be 2 to 4, not \(minHops) and \(maxHops)")
        }
        guard minHops <= maxHops else { throw refuse("--min-hops \(minHops) is above --max-hops \(maxHops)") }
        guard minProfit.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let least = UInt128(minProfit) else {
            throw refuse("--min-profit takes a whole number below 2^128, not \"\(PoolList.printable(minProfit))\"")
        }
        if let limit, limit < 0 { throw refuse("--limit must not be negative") }
        return (address, least)
    }
}
