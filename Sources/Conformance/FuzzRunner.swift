internal import EVM
internal import EVMCodec
internal import EVMTypes

/// Runs fuzz cases in three ways that must agree: everything translated, over one overlay; nothing translated, writing
/// the state after each transaction; and as usual, on a state that is asked for piece by piece.
///
/// The machines live as long as the runner, so whatever one case leaves behind in them would show in the next.
public struct FuzzRunner: ~Copyable {
    private enum Way: String {
        case whole, stepwise, asked
    }

    private var translating: Machine
    private var plain: Machine
    private var usual: Machine

    public init() {
        var limits = MachineLimits()
        usual = Machine(limits: limits)
        limits.runsBeforeTranslation = 0
        translating = Machine(limits: limits)
        limits.translates = false
        plain = Machine(limits: limits)
    }

    /// The answer of the first way, and where another disagrees.
    public mutating func run(_ fuzzCase: FuzzCase) -> FuzzAnswer {
        var answer = Self.run(fuzzCase, .whole, &translating)
        for way in [Way.stepwise, .asked] where answer.disagreement == nil {
            let other = way == .stepwise ? Self.run(fuzzCase, way, &plain) : Self.run(fuzzCase, way, &usual)
            answer.disagreement = other.disagreement ?? Self.difference(answer, other).map { "\(way): \($0)" }
        }
        return answer
    }

    private static func difference(_ a: FuzzAnswer, _ b: FuzzAnswer) -> String? {
        for (index, pair) in zip(a.outcomes, b.outcomes).enumerated() where !pair.0.agrees(with: pair.1) {
            return "transaction \(index): \(pair.0), \(pair.1)"
        }
        if a.logs != b.logs { return "logs \(a.logs), \(b.logs)" }
        return a.root == b.root ? nil : "root \(a.root), \(b.root)"
    }

    private static func run(_ fuzzCase: FuzzCase, _ way: Way, _ machine: inout Machine) -> FuzzAnswer {
        var complete = fuzzCase.state()
        var asked = PinnedState(unknown: .asked)
        var block = fuzzCase.block
        var gasLeft = block.gasLimit
        var logs: [ReceiptLog] = []
        var answer = FuzzAnswer(outcomes: [], logs: Hash32(.zero), root: Hash32(.zero))
        let rules = ExecutionRules.ethereum(fuzzCase.fork)
        machine.adopt(rules)
        machine.overlay.removeAll()
        for raw in fuzzCase.transactions {
            let transaction: Transaction
            do {
                transaction = try Transaction(decoding: raw, allowingHighS: fuzzCase.fork == .frontier)
            } catch {
                answer.outcomes.append(.rejected("\(error)"))
                continue
            }
            guard let sender = transaction.sender(allowingHighS: fuzzCase.fork == .frontier) else {
                answer.outcomes.append(.rejected("no sender"))
                continue
            }
            let result: ExecutionResult
            if way == .asked {
                let found = fill(&asked, from: complete, &machine) { machine, state in
                    machine.execute(transaction, from: sender, in: block, on: state, blockGasLeft: gasLeft)
                }
                guard let found else {
                    answer.disagreement = "asked: a need came twice"
                    return answer
                }
                result = found
            } else {
                result = machine.execute(transaction, from: sender, in: block, on: complete, blockGasLeft: gasLeft)
            }
            if case .executed(let outcome) = result {
                gasLeft -= outcome.gasUsed
                block.blobGasLeft -= rules.gasPerBlob * UInt64(transaction.blobVersionedHashes.count)
                logs += machine.logs(of: outcome)
            }
            answer.outcomes.append(FuzzOutcome(result, output: machine.output))
            if way == .stepwise { machine.overlay.commit(into: &complete) }
        }
        machine.overlay.commit(into: &complete)
        answer.logs = ReceiptLog.hash(logs)
        answer.root = complete.stateRoot()
        return answer
    }

    /// Runs until nothing is missing, giving the asked state what is asked for. Nil when a need comes twice.
    private static func fill(
        _ asked: inout PinnedState, from complete: borrowing PinnedState, _ machine: inout Machine,
        _ body: (inout Machine, borrowing PinnedState) -> ExecutionResult
    ) -> ExecutionResult? {
        var given = Set<StateNeed>()
        while true {
            let result = body(&machine, asked)
            guard case .missing(let needs) = result else { return result }
            if needs.isEmpty { return nil }
            for need in needs {
                guard given.insert(need).inserted else { return nil }
                asked.give(need, from: complete)
            }
        }
    }
}

extension FuzzOutcome {
    /// Whether the chain could not tell them apart. Which exceptional halt ended a frame is not on the chain:
    /// translated code takes a block's gas at its start, so it may run out of gas where an instruction of the block
    /// would have halted for another reason.
    func agrees(with other: FuzzOutcome) -> Bool {
        switch (self, other) {
        case (.executed(let gas, let halt, let output), .executed(let gas2, let halt2, let output2)):
            gas == gas2 && output == output2
                && (halt == halt2 || !halt.isSuccess && !halt2.isSuccess && halt != .revert && halt2 != .revert)
        case (.rejected, .rejected): true
        default: self == other
        }
    }

    init(_ result: ExecutionResult, output: [UInt8]) {
        switch result {
        case .executed(let outcome): self = .executed(gas: outcome.gasUsed, outcome.halt, output: output)
        case .rejected(let rejection): self = .rejected("\(rejection)")
        case .missing: self = .unanswered(.missingState)
        case .unanswered(let halt, _): self = .unanswered(halt)
        }
    }
}

extension PinnedState {
    /// Answers a need from a state that is given whole.
    mutating func give(_ need: StateNeed, from complete: borrowing PinnedState) {
        switch need {
        case .account(let address): setAccount(address, complete.account(address) ?? nil)
        case .slot(let address, let key): setStorage(address, key, complete.storage(address, key) ?? .zero)
        case .code(_, let hash): setCode(complete.code(hash) ?? [])
        case .blockHash(let number): setBlockHash(number, complete.blockHash(number) ?? Hash32(.zero))
        }
    }
}
