import EVM
import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

/// Runs the official block tests: every block from its RLP, invalid ones must be refused and leave the chain as it was.
@Suite(.serialized) struct BlockTests {
    private struct Count {
        var cases = 0
        var valid = 0
        var refused = 0
        var gas: UInt64 = 0
        /// How often each expectation met each answer.
        var problems: [String: Int] = [:]
    }

    /// Runs one case; gives what is wrong with it, nil when nothing is.
    private func run(_ test: JSON, with machine: inout Machine, count: inout Count) throws -> String? {
        let network = try #require(test["network"]?.string)
        let schedule = try #require(BlockTestNetwork.schedule(network, config: test["config"]))
        let genesis = try Block(decoding: try #require(test["genesisRLP"]?.hexBytes))
        var chain = try Chain(
            head: genesis.header, state: try PinnedState(alloc: #require(test["pre"])), schedule: schedule)
        for (index, json) in try #require(test["blocks"]?.array).enumerated() {
            let bytes = try #require(json["rlp"]?.hexBytes)
            let expected = json["expectException"]?.string
            let before = chain.head
            do throws(BlockProblem) {
                let outcome = try chain.append(bytes, with: &machine)
                if let expected { return "block \(index) is accepted, expected \(expected)" }
                count.valid += 1
                count.gas += outcome.gasUsed
            } catch {
                guard let expected else { return "block \(index): \(error)" }
                guard error.isJudgement else { return "block \(index): \(error)" }
                guard chain.head == before, chain.state.stateRoot() == before.stateRoot else {
                    return "block \(index): a refused block changed the chain"
                }
                count.refused += 1
                count.problems["\(expected) -> \(Self.name(error))", default: 0] += 1
            }
        }
        if chain.head.hash != test["lastblockhash"]?.hash32 { return "the last block is another" }
        let state: Hash32? =
            if let post = test["postState"] { try PinnedState(alloc: post).stateRoot() } else {
                test["postStateHash"]?.hash32
            }
        if chain.state.stateRoot() != state { return "the state at the end is another" }
        count.cases += 1
        return nil
    }

    /// The error's case and, for nested ones, the inner case.
    private static func name(_ error: BlockProblem) -> String {
        switch error {
        case .header(.differs(let field, _, _)): "header.\(field.rawValue)"
        case .transaction(_, let rejection): "transaction.\("\(rejection)".dropFirst(21).prefix(40))"
        case .malformed(.transaction(_, let cause)): "malformed.\("\(cause)".dropFirst(21).prefix(40))"
        default: String("\(error)".prefix(60))
        }
    }

    @Test(arguments: [("block/eest", 2_227), ("block/ethtests", 332)])
    func `the official block tests pass`(folder: String, total: Int) throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: folder) else { return }
        let only = ProcessInfo.processInfo.environment["MARTLET_BLOCK_TEST"]
        var machine = Machine()
        var count = Count()
        var failures: [String] = []
        for file in files {
            let cases = try #require(parsedJSON(file).object)
            for (name, test) in zip(cases.keys, cases.values) where only == nil || name.contains(only ?? "") {
                if let failure = try run(test, with: &machine, count: &count) {
                    failures.append("\(file.lastPathComponent) \(name): \(failure)")
                }
            }
        }
        for failure in failures.prefix(10) { Issue.record("\(failure)") }
        let kinds = Dictionary(grouping: failures) { $0.components(separatedBy: "]: ").last ?? "" }.mapValues(\.count)
        for (kind, times) in kinds.sorted(by: { $0.key < $1.key }) { print("  \(times) fail: \(kind)") }
        #expect(failures.count == 0)
        #expect(only != nil || count.cases == total)
        print("block suite \(folder): \(count.cases) cases pass, \(count.valid) blocks taken, \(count.refused) refused")
        for (problem, times) in count.problems.sorted(by: { $0.key < $1.key }) { print("  \(times) x \(problem)") }
    }

    /// Blocks of at most this many million gas; `MARTLET_WORST_MGAS=150` runs all 322 (about 16 Ggas).
    @Test func `the worst blocks pass`() throws {
        let most = ProcessInfo.processInfo.environment["MARTLET_WORST_MGAS"].flatMap { Int($0) } ?? 1
        guard let files = try VectorArchive.worstBlocks.jsonFiles(under: "benchmark") else { return }
        var machine = Machine()
        var count = Count()
        var failures: [String] = []
        let clock = ContinuousClock()
        for file in files {
            let gas = count.gas
            let start = clock.now
            let cases = try #require(parsedJSON(file).object)
            for (name, test) in zip(cases.keys, cases.values) {
                let millions = name.firstMatch(of: /gas-value_(\d+)M/).flatMap { Int($0.1) } ?? 0
                guard millions <= most else { continue }
                if let failure = try run(test, with: &machine, count: &count) { failures.append("\(name): \(failure)") }
            }
            guard most > 10 else { continue }
            let speed = Double(count.gas - gas) / 1e6 / ((clock.now - start) / .seconds(1))
            print("worst blocks: \(file.lastPathComponent) \(Int(speed)) Mgas/s")
        }
        for failure in failures.prefix(10) { Issue.record("\(failure)") }
        #expect(failures.count == 0)
        print("worst blocks: \(count.cases) cases of at most \(most) Mgas pass")
    }
}
