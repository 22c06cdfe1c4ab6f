public import EVM
internal import EVMCodec
internal import EVMTypes

/// Runs official block tests: imports each block from its RLP on the chain that the genesis begins.
///
/// Invalid blocks must be refused, and the chain goes on from the head before them. At the end the head's hash and the
/// state must be the test's. Which rule an invalid block broke is not compared. Not thread-safe: one runner a thread.
public struct BlockTestRunner: ~Copyable, FileRunner {
    private var machine: Machine

    public init(limits: MachineLimits = MachineLimits()) { machine = Machine(limits: limits) }

    mutating func run(file: String, _ options: ConformanceOptions) throws(TestFileError) -> FileAnswer {
        var answer = FileAnswer()
        let cases = try JSON.cases(try TestPaths.read(file))
        for (name, test) in zip(cases.keys, cases.values) where options.selection.includes(name: name) {
            do throws(TestFileError) {
                guard let network = try test.member("network").string else {
                    throw TestFileError("network is no text")
                }
                guard options.selection.includes(fork: network) else { continue }
                answer.results.append(try run(name, network, test))
            } catch {
                answer.problems.append(TestFileError(file: file, name: name, error.problem))
            }
        }
        return answer
    }

    private mutating func run(_ name: String, _ network: String, _ test: JSON) throws(TestFileError) -> CaseResult {
        var result = CaseResult(name: name, fork: network)
        guard let schedule = TestNetwork.schedule(network, config: test["config"]) else {
            throw TestFileError("network \"\(network)\" is not known")
        }
        let genesis: Block
        do { genesis = try Block(decoding: try test.bytes("genesisRLP")) } catch {
            throw TestFileError("genesisRLP: \(error)")
        }
        var state = PinnedState(unknown: .absent)
        state.set(try TestAccount.all(try test.member("pre"), in: "pre"))
        var chain: Chain
        do { chain = try Chain(head: genesis.header, state: state, schedule: schedule) } catch {
            throw TestFileError("genesis: \(error)")
        }
        for (index, block) in try test.list("blocks").enumerated() {
            do throws(TestFileError) {
                try append(block, at: index, to: &chain, &result)
            } catch { throw TestFileError("blocks[\(index)]: \(error.problem)") }
            if !result.passed { return result }
        }
        try judge(test, chain, &result)
        return result
    }

    private mutating func append(
        _ json: JSON, at index: Int, to chain: inout Chain, _ result: inout CaseResult
    ) throws(TestFileError) {
        let bytes = try json.bytes("rlp")
        let exception = json["expectException"]?.string
        let before = chain.head
        do throws(BlockProblem) {
            result.gasUsed &+= try chain.append(bytes, with: &machine).gasUsed
            if let exception {
                result.mismatch = StateMismatch(.block, index: index, expected: exception, got: "accepted")
            }
        } catch {
            if exception == nil || !error.isJudgement {
                result.mismatch = StateMismatch(
                    .block, index: index, expected: exception ?? "accepted", got: error.description)
            } else if chain.head != before || chain.state.stateRoot() != before.stateRoot {
                result.mismatch = StateMismatch(
                    .block, index: index, expected: "the chain as before", got: "a refused block changed the chain")
            }
        }
    }

    private func judge(_ test: JSON, _ chain: borrowing Chain, _ result: inout CaseResult) throws(TestFileError) {
        result.stateRoot = chain.state.stateRoot()
        if test["postState"] != nil {
            let accounts = try TestAccount.all(try test.member("postState"), in: "postState")
            result.mismatch = StateMismatch.first(expected: accounts, got: chain.state)
        } else {
            let root = try test.hash("postStateHash")
            if root != result.stateRoot {
                result.mismatch = StateMismatch(.stateRoot, expected: root.hex, got: result.stateRoot.hex)
            }
        }
        if !result.passed { return }
        let last = try test.hash("lastblockhash"), head = chain.head.hash
        if last != head { result.mismatch = StateMismatch(.lastBlock, expected: last.hex, got: head.hex) }
    }
}
