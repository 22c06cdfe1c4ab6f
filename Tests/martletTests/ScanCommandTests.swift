import ArgumentParser
import EVMCodec
import EVMTypes
import Foundation
import Paths
import Pools
import TestSupport
import Testing

@testable import martlet

@Suite struct ScanCommandTests {
    static let vectors = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Vectors/scan/pools.csv")
    static let start = "0x1111111111111111111111111111111111111111"
    static let weth = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"

    private func scan(_ list: PoolList, start: String, hops: ClosedRange<Int>) throws -> SearchResult {
        let token = try #require(Address(hex: start).flatMap { list.market.tokenIndex(of: $0) })
        let settings = SearchSettings.everything(minHops: hops.lowerBound, maxHops: hops.upperBound)
        return list.market.scan(start: token, settings: settings)
    }

    private func exitCode(_ arguments: [String]) throws -> Int32 {
        do {
            let command = try ScanCommand.parse(arguments)
            try command.run()
            return 0
        } catch let failure as CLIFailure {
            #expect(!failure.message.contains("\n"))
            return failure.code.rawValue
        } catch let code as ExitCode {
            return code.rawValue
        }
    }

    @Test func theSmallListGivesTheBruteForceOptima() throws {
        let list = try PoolList.read(path: Self.vectors.path, feePips: 3000)
        #expect(list.rowCount == 11)
        #expect(list.market.pools.count == 7)
        #expect(
            list.badRows == [
                "line 5: pool is not an address: \"0xnothex\"",
                "line 7: reserve0 is not a whole number below 2^112: \"12x\"",
                "line 12: pool 0xb2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2 has the same token on both sides",
                "line 13: 2 fields where the header has 8",
            ])
        let result = try scan(list, start: Self.start, hops: 2...3)
        #expect(result.counters.cycles == 10)
        #expect(result.counters.aboveOne == 5)
        #expect(result.plans.map(\.profit) == [854, 681, 137, 59, 58])
        #expect(result.plans.map(\.legs.count) == [3, 3, 3, 3, 2])
    }

    @Test func gzipAndPlainFilesReadTheSame() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-scan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // No .gz in the name: the content decides.
        let copy = folder.appendingPathComponent("list")
        try FileManager.default.copyItem(at: Self.vectors, to: copy)
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", copy.path]
        try gzip.run()
        gzip.waitUntilExit()
        let packed = folder.appendingPathComponent("list.gz")
        let list = try PoolList.read(path: packed.path, feePips: 3000)
        #expect(list.market.pools == (try PoolList.read(path: Self.vectors.path, feePips: 3000)).market.pools)
        // A cut gzip stream is refused, not half read.
        let bytes = try Data(contentsOf: packed)
        try bytes.prefix(bytes.count / 2).write(to: packed)
        #expect(try exitCode([packed.path, "--start", Self.start]) == 2)
    }

    @Test func theFeeOfARowGoesBeforeTheOptionAndAnEmptyOneUsesIt() throws {
        let list = try PoolList.read(path: Self.vectors.path, feePips: 100)
        #expect(list.market.pools.map(\.state.feePips) == [100, 100, 500, 2500, 100, 100, 100])
    }

    @Test func exitCodesSayWhatHappened() throws {
        let file = Self.vectors.path
        #expect(try exitCode([file, "--start", Self.start]) == 0)
        #expect(try exitCode([file, "--start", Self.start, "--json", "--limit", "1"]) == 0)
        #expect(try exitCode([file, "--start", Self.start, "--min-profit", "855"]) == 1)
        #expect(try exitCode([file, "--start", Self.weth]) == 1)
        #expect(try exitCode([file, "--start", "0x12"]) == 2)
        #expect(try exitCode([file, "--start", "0xc02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"]) == 2)
        #expect(try exitCode([file, "--start", Self.start, "--fee-bps", "10000"]) == 2)
        #expect(try exitCode([file, "--start", Self.start, "--min-hops", "3", "--max-hops", "2"]) == 2)
        #expect(try exitCode([file, "--start", Self.start, "--max-hops", "5"]) == 2)
        #expect(try exitCode([file, "--start", Self.start, "--min-profit", "+1"]) == 2)
        #expect(try exitCode([file + ".absent", "--start", Self.start]) == 2)
    }

    @Test func aHeaderWithoutWhatIsNeededIsRefusedByName() {
        func message(_ text: String) -> String? {
            do {
                _ = try PoolList.parse(Array(text.utf8), name: "f.csv", feePips: 3000)
                return nil
            } catch {
                return (error as? CLIFailure)?.message
            }
        }
        #expect(message("") == "f.csv has no header line; expected \(PoolList.Columns.expected)")
        #expect(
            message("pool,created_block,token0,token1,fee\n")
                == "f.csv: the header lacks reserve0, reserve1; expected \(PoolList.Columns.expected)")
        #expect(
            message("token0,token1,reserve0,reserve1\n")
                == "f.csv: the header lacks pair (or pool); expected \(PoolList.Columns.expected)")
        #expect(message("pair,token0,token1,reserve0,reserve1,token0\n") == "f.csv: the header names \"token0\" twice")
    }

    @Test func hostileTextIsNotEchoedToTheTerminal() {
        #expect(PoolList.printable("\u{1b}[31m\u{202e}x\n") == "?[31m?x?")
        #expect(PoolList.printable(String(repeating: "y", count: 50)).count == 40)
    }

    @Test func theJSONListsExactAmountsAsText() throws {
        let list = try PoolList.read(path: Self.vectors.path, feePips: 3000)
        let result = try scan(list, start: Self.start, hops: 2...3)
        let report = ScanReport(
            file: "f", list: list, start: 0, result: result, feeBps: 30, minHops: 2, maxHops: 3, minProfit: 1,
            limit: nil, load: .milliseconds(1500), search: .microseconds(7))
        let json = try JSON.parse(report.json.text)
        #expect(json["counts"]?["profitable"]?.int == 5)
        #expect(json["timing"]?["loadSeconds"]?.numberText == "1.500000")
        #expect(json["timing"]?["searchSeconds"]?.numberText == "0.000007")
        #expect(json["totalProfitWei"]?.string == "1789")
        let best = try #require(json["cycles"]?[0])
        #expect(best["profitWei"]?.string == "854")
        #expect(best["legs"]?.array?.count == 3)
        #expect(best["tokens"]?[0]?.string == best["tokens"]?[3]?.string)
        #expect(best["legs"]?[0]?["amountIn"] == best["optimalInputWei"])
    }

    @Test func theKnownTrianglesOf2020AreFound() throws {
        guard let url = SharedData.path("data/graph/eth_uniswap_v2_reserves_2020.csv.gz") else { return }
        let list = try PoolList.read(path: url.path, feePips: 3000)
        #expect(list.badRows.isEmpty)
        let result = try scan(list, start: Self.weth, hops: 3...3)
        #expect(result.counters.aboveOne == 1454)
        #expect(result.plans.count >= 978)
        #expect(result.plans.count { $0.profit > 10_000_000_000_000_000 } == 188)
    }
}
