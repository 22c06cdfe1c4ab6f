public import EVM
public import EVMCodec
internal import EVMTypes

/// One run of `martlet evm run`: some code on a small state, and what came of it.
public struct FrameRun: Sendable {
    /// What runs.
    public var call: FrameCall
    /// The rules.
    public var fork = Hardfork.osaka
    /// The state before.
    public var accounts: [TestAccount] = []
    /// The block.
    public var block = BlockEnvironment(number: 1, timestamp: 1, blobBaseFee: .one)

    public init(call: FrameCall) { self.call = call }

    /// What came of it.
    public struct Answer: Sendable {
        /// How it ended.
        public var halt: Halt
        /// What it returned or reverted with.
        public var output: [UInt8]
        /// Without any refund.
        public var gasUsed: UInt64
        /// Logs that it wrote.
        public var logs: [ReceiptLog]
        /// Accounts and slots that differ.
        public var changes: [AccountChange]

        /// `{output, gasUsed, error?, logs, changes}`; the first three are also the last line of an EIP-3155 trace.
        public var json: JSON {
            var line = lastTraceLine.object ?? JSONObject()
            line["halt"] = .string("\(halt)")
            line["logs"] = .array(
                logs.map { log in
                    [
                        "address": .address(log.address), "topics": .array(log.topics.map { .hash($0) }),
                        "data": .hex(log.data),
                    ]
                })
            line["changes"] = .array(
                changes.flatMap { change in
                    change.storage.map { slot in
                        [
                            "address": .address(change.address), "slot": .quantity(slot.key),
                            "before": .quantity(slot.before), "after": .quantity(slot.after),
                        ]
                    }
                })
            return .object(line)
        }

        /// `{output, gasUsed, error?}`: the last line of an EIP-3155 trace.
        public var lastTraceLine: JSON {
            var line: JSONObject = ["output": .hex(output), "gasUsed": .quantity(gasUsed)]
            if let error = halt.gethText { line["error"] = .string(error) }
            return .object(line)
        }
    }

    /// Runs it; with `trace` every step is given to it as EIP-3155 lines, and a last line.
    /// Throws when there is no answer: memory limit, or a precompiled contract that Martlet does not have.
    public func run(withMemory: Bool = false, trace: (([UInt8]) -> Void)?) throws(TestFileError) -> Answer {
        var machine = Machine(rules: .ethereum(fork))
        var state = PinnedState(unknown: .absent)
        state.set(accounts)
        guard let trace else {
            return try Self.answer(machine.run(call, in: block, on: state), machine, state)
        }
        var writer = StepTraceWriter(withMemory: withMemory, sink: trace)
        let result = machine.run(call, in: block, on: state, tracer: &writer)
        let answer = try Self.answer(result, machine, state)
        writer.end(answer.lastTraceLine.text)
        return answer
    }

    private static func answer(
        _ result: CallResult, _ machine: borrowing Machine, _ state: borrowing PinnedState
    ) throws(TestFileError) -> Answer {
        switch result {
        case .ended(let halt, let gasUsed):
            return Answer(
                halt: halt, output: machine.output, gasUsed: gasUsed, logs: machine.allLogs,
                changes: machine.overlay.changes(on: state))
        case .missing: throw TestFileError("the run needs state that is not there")
        case .unanswered(let halt, let address):
            let place = address.map { " (\($0.hex))" } ?? ""
            throw TestFileError("no answer: \(halt.gethText ?? "\(halt)")\(place)")
        }
    }
}
