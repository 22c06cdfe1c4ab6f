public import EVM
public import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// What one state transition came to.
public struct StateTestResult: Hashable, Sendable {
    /// The case's name.
    public var name: String
    /// The fork's name in the file.
    public var fork: String
    /// Place in the fork's list.
    public var index: Int
    /// The root that came out; zero where none was computed.
    public var stateRoot: Hash32
    /// The first thing that is wrong; nil when it passed.
    public var mismatch: StateMismatch?
    /// Gas used; 0 when the transaction was refused.
    public var gasUsed: UInt64 = 0
    /// How its first frame ended; nil when the transaction was refused.
    public var halt: Halt?
    /// Why it was refused, as it was expected to be or not.
    public var refusal: String?

    /// Whether root, logs and refusal are as the test says.
    public var passed: Bool { mismatch == nil }
}

/// Which transitions of a file are run.
public struct StateTestSelection: Sendable {
    /// Only this fork.
    public var fork: Hardfork?
    /// Only cases whose name contains this text.
    public var nameContains: String?

    public init(fork: Hardfork? = nil, nameContains: String? = nil) {
        self.fork = fork
        self.nameContains = nameContains
    }
}

/// Runs state tests on one machine. Not thread-safe: one runner a thread.
///
/// Rules of the harness (geth, evmone; facts in docs/TESTING.md): the block has no calls of its own; BLOCKHASH knows the
/// last 256 blocks, each with the keccak of its decimal number; the coinbase is touched by every valid transaction; a
/// transaction that is to be refused leaves the state as it was.
public struct StateTestRunner: ~Copyable {
    var machine: Machine
    private var blockHashes: [UInt64: Hash32] = [:]
    private var decoded: [[UInt8]: SenderTransaction] = [:]

    public init(limits: MachineLimits = MachineLimits()) { machine = Machine(limits: limits) }

    /// Runs the selected transitions of one case, in the file's order.
    /// Throws when the file says something that cannot be run: an unknown fork, an index beyond its list.
    public mutating func run(
        _ test: StateTestCase, selection: StateTestSelection = StateTestSelection()
    ) throws(TestFileError) -> [StateTestResult] {
        var tracer = NoTracer()
        return try run(test, selection: selection, tracer: &tracer)
    }

    /// As above, and tells `tracer` every step.
    public mutating func run<Tracer: StepTracer & ~Copyable>(
        _ test: StateTestCase, selection: StateTestSelection, tracer: inout Tracer
    ) throws(TestFileError) -> [StateTestResult] {
        if let text = selection.nameContains, !test.name.contains(text) { return [] }
        var results: [StateTestResult] = []
        var state = PinnedState(unknown: .absent)
        var isSet = false
        decoded.removeAll(keepingCapacity: true)
        for post in test.posts {
            guard let fork = TestFork.named(post.fork) else {
                throw TestFileError(name: test.name, "post: fork \"\(post.fork)\" is not known")
            }
            if let wanted = selection.fork, wanted != fork { continue }
            if !isSet {
                state.set(test.pre)
                setBlockHashes(test.environment, &state)
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
    ) throws(TestFileError) -> StateTestResult {
        var result = StateTestResult(name: test.name, fork: post.fork, index: post.index, stateRoot: .zero)
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
        _ result: inout StateTestResult, _ logs: inout [ReceiptLog], _ tracer: inout Tracer
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
        _ post: StateTestPost, _ result: StateTestResult, _ logs: Hash32, _ state: borrowing PinnedState
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

    private mutating func setBlockHashes(_ environment: StateTestEnvironment, _ state: inout PinnedState) {
        for number in environment.number.subtractingOrZero(256)..<environment.number {
            if let known = blockHashes[number] {
                state.setBlockHash(number, known)
            } else {
                let hash = Keccak256.hash(Array(String(number).utf8))
                blockHashes[number] = hash
                state.setBlockHash(number, hash)
            }
        }
    }
}

extension UInt64 {
    fileprivate func subtractingOrZero(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}

extension StateTestCase {
    /// The block as instructions see it.
    func block(at fork: Hardfork, named name: String) -> BlockEnvironment {
        var block = BlockEnvironment(
            number: environment.number, timestamp: environment.timestamp, coinbase: environment.coinbase,
            gasLimit: environment.gasLimit, baseFee: fork >= .london ? environment.baseFee ?? .zero : .zero,
            difficultyOrRandao: fork >= .paris ? environment.random ?? .zero : environment.difficulty)
        guard fork >= .cancun else { return block }
        let schedule = blobSchedule?[name]
        let isPrague = fork >= .prague
        let fraction = schedule?["baseFeeUpdateFraction"]?.quantityU64 ?? (isPrague ? 5_007_716 : 3_338_477)
        let most = schedule?["max"]?.quantityU64 ?? (isPrague ? 9 : 6)
        block.blobBaseFee = Self.fakeExponential(environment.excessBlobGas ?? 0, fraction)
        block.blobGasLeft = most.multipliedReportingOverflow(by: 1 << 17).partialValue
        return block
    }

    private static func fakeExponential(_ numerator: UInt64, _ denominator: UInt64) -> U256 {
        guard denominator > 0, numerator / denominator < 100 else { return .max }
        var index: UInt64 = 1
        var output = U256.zero, term = U256(denominator)
        while !term.isZero {
            output = output &+ term
            term = term &* U256(numerator) / (U256(denominator) &* U256(index))
            index += 1
        }
        return output / U256(denominator)
    }
}
