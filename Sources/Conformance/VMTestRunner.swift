public import EVM
internal import EVMCodec
internal import EVMTypes

/// Runs the oldest official tests ("VMTests"): one frame with no transaction around it, at Frontier's or Homestead's
/// prices by the block's number. Not thread-safe: one runner a thread.
///
/// Source: ethereum/tests documentation, "VM Tests".
public struct VMTestRunner: ~Copyable, FileRunner {
    private var machine: Machine
    private var blockHashes = TestBlockHashes()
    /// Mainnet's first Homestead block.
    private static let homesteadBlock: UInt64 = 1_150_000

    public init(limits: MachineLimits = MachineLimits()) { machine = Machine(limits: limits) }

    mutating func run(file: String, _ options: ConformanceOptions) throws(TestFileError) -> FileAnswer {
        var answer = FileAnswer()
        let cases = try JSON.cases(try TestPaths.read(file))
        for (name, test) in zip(cases.keys, cases.values) where options.selection.includes(name: name) {
            do throws(TestFileError) {
                let result = try run(name, test, options.selection)
                if let result { answer.results.append(result) }
            } catch {
                answer.problems.append(TestFileError(file: file, name: name, error.problem))
            }
        }
        return answer
    }

    private mutating func run(
        _ name: String, _ test: JSON, _ selection: CaseSelection
    ) throws(TestFileError) -> CaseResult? {
        let environment: StateTestEnvironment
        do { environment = try StateTestEnvironment(try test.member("env")) } catch {
            throw TestFileError("env: \(error.problem)")
        }
        let fork: Hardfork = environment.number < Self.homesteadBlock ? .frontier : .homestead
        var result = CaseResult(name: name, fork: TestFork.name(of: fork))
        guard selection.includes(fork: result.fork) else { return nil }
        var state = PinnedState(unknown: .absent)
        state.set(try TestAccount.all(try test.member("pre"), in: "pre"))
        blockHashes.set(before: environment.number, in: &state)
        machine.adopt(.ethereum(fork))
        machine.overlay.removeAll()
        let block = BlockEnvironment(
            number: environment.number, timestamp: environment.timestamp, coinbase: environment.coinbase,
            gasLimit: environment.gasLimit, difficultyOrRandao: environment.difficulty)
        let call = try Self.call(try test.member("exec"))
        switch machine.run(call, in: block, on: state) {
        case .ended(let halt, let gasUsed):
            result.halt = halt
            result.gasUsed = gasUsed
        case .missing, .unanswered:
            result.mismatch = StateMismatch(.halt, expected: "an answer", got: "none")
            return result
        }
        try judge(test, call, state, &result)
        return result
    }

    private static func call(_ json: JSON) throws(TestFileError) -> FrameCall {
        do throws(TestFileError) {
            return FrameCall(
                code: try json.bytes("code"), input: try json.bytes("data"), gas: try json.number("gas"),
                receiver: try json.address("address"), sender: try json.address("caller"),
                origin: try json.address("origin"), value: try json.word("value"),
                gasPrice: try json.word("gasPrice"))
        } catch { throw TestFileError("exec: \(error.problem)") }
    }

    private mutating func judge(
        _ test: JSON, _ call: FrameCall, _ before: borrowing PinnedState, _ result: inout CaseResult
    ) throws(TestFileError) {
        guard let halt = result.halt else { return }
        guard test["post"] != nil else {
            if halt.isSuccess { result.mismatch = StateMismatch(.halt, expected: "a failure", got: "\(halt)") }
            return
        }
        guard halt.isSuccess else {
            result.mismatch = StateMismatch(.halt, expected: "success", got: "\(halt)")
            return
        }
        let left = try test.number("gas"), output = try test.bytes("out"), got = machine.output
        let logs = try test.hash("logs"), gotLogs = ReceiptLog.hash(machine.allLogs)
        var after = before.copy()
        machine.overlay.commit(into: &after)
        result.stateRoot = after.stateRoot()
        let accounts = try TestAccount.all(try test.member("post"), in: "post")
        if let wrong = StateMismatch.first(expected: accounts, got: after) {
            result.mismatch = wrong
        } else if call.gas - result.gasUsed != left {
            result.mismatch = StateMismatch(.gas, expected: "\(left) left", got: "\(call.gas - result.gasUsed)")
        } else if output != got {
            result.mismatch = StateMismatch(
                .output, expected: StateMismatch.brief(output), got: StateMismatch.brief(got))
        } else if logs != gotLogs {
            result.mismatch = StateMismatch(.logs, expected: logs.hex, got: gotLogs.hex)
        }
    }
}
