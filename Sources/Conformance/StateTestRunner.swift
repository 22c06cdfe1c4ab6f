public import EVM
internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes

/// Runs state tests on one machine. Not thread-safe: one runner a thread.
///
/// Rules of the harness (geth, evmone; facts in docs/TESTING.md): the block has no calls of its own; BLOCKHASH knows
/// the last 256 blocks, each with the keccak of its decimal number; the coinbase is touched by every valid transaction;
/// a transaction that is to be refused leaves the state as it was.
public struct StateTestRunner: ~Copyable {
    var machine: Machine
    private var blockHashes = TestBlockHashes()
    private var decoded: [[UInt8]: SenderTransaction] = [:]

    public init(limits: MachineLimits = MachineLimits()) { machine = Machine(limits: limits) }

    /// What the last transaction returned or reverted with.
    var lastOutput: [UInt8] { machine.output }

    /// Runs the selected transitions of one case, in the file's order.
    /// Throws when the file says something that cannot be run: an unknown fork, an index beyond its list.
    public mutating func run(
        _ test: StateTestCase, selection: CaseSelection = CaseSelection()
    ) throws(TestFileError) -> [CaseResult] {
        var tracer = NoTracer()
        return try run(test, selection: selection, tracer: &tracer)
    }

    /// As above, and tells `tracer` every step.
    public mutating func run<Tracer: StepTracer & ~Copyable>(
        _ test: StateTestCase, selection: CaseSelection, tracer: inout Tracer
    ) throws(TestFileError) -> [CaseResult] {
        guard selection.includes(name: test.name) else { return [] }
        var results: [CaseResult] = []
        var state = PinnedState(unknown: .absent)
        var isSet = false
        decoded.removeAll(keepingCapacity: true)
        for post in test.posts {
            guard let fork = TestFork.named(post.fork) else {
                throw TestFileError(name: test.name, "post: fork \"\(post.fork)\" is not known")
            }
            guard selection.includes(fork: post.fork) else { continue }
            if !isSet {
                state.set(test.pre)
                blockHashes.set(before: test.environment.number, in: &state)
                isSet = true
            }
            do {
                results.append(try run(test, post, fork, state, &tracer))
            } catch {
                throw TestFileError(name: test.name, error.problem)
            }
        }
        return results
    }

    private mutating func run<Tracer: StepTracer & ~Copyable>(
        _ test: StateTestCase, _ post: StateTestPost, _ fork: Hardfork, _ pre: borrowing PinnedState,
        _ tracer: inout Tracer
    ) throws(TestFileError) -> CaseResult {
        var result = CaseResult(name: test.name, fork: post.fork, index: post.index)
        var logs: [ReceiptLog] = []
        machine.overlay.removeAll()
        do throws(TransactionFailure) {
            let transaction = try transaction(test, post, fork)
            execute(test, transaction, fork, pre, &result, &logs, &tracer)
        } catch {
            switch error {
            case .unusable(let cause): throw cause
            case .refused(let cause): result.refusal = cause.description
            case .wrong(let mismatch): result.mismatch = mismatch
            }
        }
        if result.mismatch != nil { return result }
        var after = pre.copy()
        machine.overlay.commit(into: &after)
        result.stateRoot = after.stateRoot()
        result.mismatch = try judge(post, result, ReceiptLog.hash(logs), after)
        return result
    }

    private mutating func transaction(
        _ test: StateTestCase, _ post: StateTestPost, _ fork: Hardfork
    ) throws(TransactionFailure) -> SenderTransaction {
        // A high s makes Frontier's answer differ from the other forks'.
        guard let bytes = post.transactionBytes, fork > .frontier else {
            return try test.transaction(of: post, at: fork)
        }
        if let known = decoded[bytes] { return known }
        let made = try test.transaction(of: post, at: fork)
        decoded[bytes] = made
        return made
    }

    private mutating func execute<Tracer: StepTracer & ~Copyable>(
        _ test: StateTestCase, _ transaction: SenderTransaction, _ fork: Hardfork, _ pre: borrowing PinnedState,
        _ result: inout CaseResult, _ logs: inout [ReceiptLog], _ tracer: inout Tracer
    ) {
        machine.adopt(.ethereum(fork, chainID: test.chainID))
        let block = test.block(at: fork, named: result.fork)
        let answer = machine.execute(
            transaction.transaction, from: transaction.sender, in: block, on: pre, options: .consensus,
            blockGasLeft: nil, tracer: &tracer)
        switch answer {
        case .executed(let outcome):
            result.gasUsed = outcome.gasUsed
            result.halt = outcome.halt
            logs = machine.logs(of: outcome)
        case .rejected(let why): result.refusal = why.description
        case .missing(let needs):
            result.mismatch = StateMismatch(.halt, expected: "an answer", got: "missing state: \(needs)")
        case .unanswered(let halt, let address):
            result.halt = halt
            let place = address.map { " at \($0.hex)" } ?? ""
            result.mismatch = StateMismatch(.halt, expected: "an answer", got: "\(halt)\(place)")
        }
    }

    /// Compares with the post. The whole state is read only when the root is wrong.
    private func judge(
        _ post: StateTestPost, _ result: CaseResult, _ logs: Hash32, _ state: borrowing PinnedState
    ) throws(TestFileError) -> StateMismatch? {
        switch (post.exception, result.refusal) {
        case (let exception?, nil): return StateMismatch(.exception, expected: exception, got: "the transaction ran")
        case (nil, let refusal?): return StateMismatch(.rejection, expected: "the transaction runs", got: refusal)
        default: break
        }
        if result.stateRoot != post.root {
            if let expected = post.state,
                let wrong = StateMismatch.first(expected: try TestAccount.all(expected, in: "state"), got: state)
            {
                return wrong
            }
            return StateMismatch(.stateRoot, expected: post.root.hex, got: result.stateRoot.hex)
        }
        if logs != post.logs { return StateMismatch(.logs, expected: post.logs.hex, got: logs.hex) }
        return nil
    }

}

extension StateTestRunner: FileRunner {
    mutating func run(file: String, _ options: ConformanceOptions) throws(TestFileError) -> FileAnswer {
        var answer = FileAnswer()
        for test in try StateTestFile(try TestPaths.read(file)).cases {
            do { answer.results += try run(test, selection: options.selection) } catch {
                answer.problems.append(TestFileError(file: file, name: test.name, error.problem))
            }
        }
        return answer
    }
}

/// Hashes of a test's earlier blocks: keccak256 of the number in decimal ASCII, as in geth and evmone.
struct TestBlockHashes {
    private var known: [UInt64: Hash32] = [:]

    /// Sets the last 256 hashes before block `number`.
    mutating func set(before number: UInt64, in state: inout PinnedState) {
        for earlier in (number > 256 ? number - 256 : 0)..<number {
            let hash = known[earlier] ?? Keccak256.hash(Array(String(earlier).utf8))
            known[earlier] = hash
            state.setBlockHash(earlier, hash)
        }
    }
}

extension StateTestCase {
    /// The block as instructions see it.
    func block(at fork: Hardfork, named name: String) -> BlockEnvironment {
        var block = BlockEnvironment(
            number: environment.number, timestamp: environment.timestamp, coinbase: environment.coinbase,
            gasLimit: environment.gasLimit, baseFee: fork >= .london ? environment.baseFee ?? .zero : .zero,
            difficultyOrRandao: fork >= .paris ? environment.random ?? .zero : environment.difficulty)
        guard fork >= .cancun else { return block }
        let standard = fork >= .prague ? BlobParameters.prague : .cancun
        let parameters = (blobSchedule?[name]).flatMap { BlobParameters($0) } ?? standard
        block.blobBaseFee = parameters.baseFee(excessBlobGas: environment.excessBlobGas ?? 0)
        block.blobGasLeft = parameters.maxGas
        return block
    }
}

extension BlobParameters {
    /// Reads one entry of a `blobSchedule`; nil when it is not complete.
    init?(_ json: JSON) {
        guard let target = json["target"]?.quantityU64, let max = json["max"]?.quantityU64,
            let fraction = json["baseFeeUpdateFraction"]?.quantityU64, let target = UInt32(exactly: target),
            let max = UInt32(exactly: max)
        else { return nil }
        self.init(target: target, max: max, updateFraction: fraction)
    }
}
