import EVMCodec
import EVMTypes
import Foundation
import PoolVectors
import TestSupport
import Testing

@Suite struct VectorFileTests {
    private static func files(_ folder: String, _ suffix: String = ".gz") -> [String] {
        guard let root = SharedData.path("data/" + folder) else { return [] }
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map { "data/\(folder)/\($0)" }
    }

    private static func answer(_ name: String, states: [JSON] = []) throws -> VectorReport? {
        guard let data = try SharedData.data(name) else { return nil }
        return try VectorFile.answer(name: name, bytes: [UInt8](data), states: states)
    }

    /// Adds the rows up by protocol and prints them.
    private func totals(_ reports: [VectorReport]) -> [String: VectorTally] {
        var all: [String: VectorTally] = [:]
        for report in reports {
            for name in report.protocols {
                guard let tally = report.tallies[name] else { continue }
                var sum = all[name] ?? VectorTally()
                sum.exact += tally.exact
                sum.different += tally.different
                sum.noQuote += tally.noQuote
                sum.unfillable += tally.unfillable
                sum.examples += tally.examples
                sum.isSecondary = sum.isSecondary || tally.isSecondary
                all[name] = sum
            }
            for (name, rows) in report.refused.sorted(by: { $0.key < $1.key }) {
                print("refused by name: \(name), \(rows) rows of \(report.file)")
            }
        }
        for (name, tally) in all.sorted(by: { $0.key < $1.key }) {
            print(
                "\(name): \(tally.exact) exact, \(tally.different) different, \(tally.noQuote) no quote, "
                    + "\(tally.unfillable) unfillable\(tally.isSecondary ? " (secondary)" : "")")
            for example in tally.examples.prefix(3) {
                let (wanted, got) = (
                    example.expected.map(\.description) ?? "none", example.answer.map(\.description) ?? "none"
                )
                print("  \(example.row.prefix(160)): recorded \(wanted), ours \(got)")
            }
        }
        return all
    }

    @Test func everyVectorOfOurOwnIsAnsweredExactly() throws {
        let reports = try Self.files("evm_vectors").compactMap { try Self.answer($0) }
        guard !reports.isEmpty else { return }
        let all = totals(reports)
        let isClean = all.values.allSatisfy { $0.isClean }
        #expect(isClean)
        #expect(all["uniswap v3"]?.exact == 1_001 + 426 && all["uniswap v3"]?.unfillable == 253)
        #expect(all["curve stableswap ng"]?.exact == 700)
        #expect(all["curve stableswap ng, balances after"]?.exact == 666)
        #expect(all["curve tricrypto ng"]?.exact == 648)
        #expect(all["curve tricrypto ng, fee at rest"]?.exact == 18)
    }

    @Test func everyRecordedAnswerOfTheChainIsAnsweredExactly() throws {
        let states = try Self.files("degenbot/fixtures/chain_data").compactMap { name in
            try SharedData.data(name).map { try JSON.parse([UInt8]($0)) }
        }
        let reports = try Self.files("degenbot/golden/data").compactMap { name -> VectorReport? in
            guard name.contains("/test_") else { return nil }
            return try Self.answer(name, states: states)
        }
        guard !reports.isEmpty else { return }
        let all = totals(reports)
        let isClean = all.values.allSatisfy { $0.isClean }
        #expect(isClean)
        #expect(all["solidly stable"]?.exact == 26 && all["solidly volatile"]?.exact == 26)
        #expect(all["balancer v2 weighted"]?.exact == 321 && all["balancer v2 stable"]?.exact == 108)
        #expect(all["curve metapool"]?.exact == 6 && all["curve metapool, view over the base pool"]?.exact == 36)
        #expect(all["curve tricrypto, first generation"]?.exact == 18)
        #expect(all["curve stableswap, view get_dy"]?.exact == 18)
        #expect(all["curve stableswap, deposit view"]?.exact == 9)
        #expect(all["curve stableswap, withdrawal view"]?.exact == 9)
        #expect(all["uniswap v2"]?.exact == 24)
        #expect(all["uniswap v3"]?.exact == 69 && all["uniswap v3"]?.unfillable == 11)
        #expect(all["uniswap v4"]?.exact == 88)
    }

    @Test func balancerV3CasesAreAnsweredExactly() throws {
        let reports = try Self.files("balancer_v3").compactMap { try Self.answer($0) }
        guard !reports.isEmpty else { return }
        let all = totals(reports)
        #expect(all["balancer v3 weighted"]?.exact == 8 && all["balancer v3 stable"]?.exact == 2)
        let isClean = reports.allSatisfy { $0.isClean }
        #expect(isClean)
    }

    @Test func secondaryAnswersAreListedApart() throws {
        guard let report = try Self.answer("data/kyber/vectors.jsonl.gz") else { return }
        let all = totals([report])
        let isSecondary = all.values.allSatisfy { $0.isSecondary }
        #expect(isSecondary)
        #expect(report.isClean)
    }

    @Test func filesOfOtherFormatsAreRefusedByName() {
        #expect(throws: VectorFileError.self) { try VectorFile.answer(name: "x", bytes: Array("{}".utf8)) }
        #expect(throws: VectorFileError.self) { try VectorFile.answer(name: "x", bytes: Array("[1".utf8)) }
        #expect(throws: VectorFileError.self) { try VectorFile.answer(name: "x", bytes: []) }
        let row = #"{"kind":"stableswap-ng","vectors":[]}"#
        #expect(throws: VectorFileError.self) { try VectorFile.answer(name: "x", bytes: Array(row.utf8)) }
    }
}
