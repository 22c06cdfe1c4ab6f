public import EVM
public import EVMCodec
internal import EVMTypes

/// Runs workloads on one machine and times them.
///
/// A sample of a loop is one transaction with an empty overlay; time for an iteration is its time over `iterations`.
/// A sample of a single cold transaction is `batch` fresh transactions on one pinned state, the overlay emptied before
/// each and that inside the measured time. The code cache is warm in both, as it is in a node; nothing else is kept.
public struct WorkloadRunner: ~Copyable {
    /// Figures of one case.
    public struct Result: Sendable {
        /// The case.
        public var name: String
        /// The fastest sample's nanoseconds an iteration.
        public var nanoseconds: Double
        /// Gas the transaction paid.
        public var gas: UInt64
        /// Logs the transaction made.
        public var logs: Int
        /// Heap blocks an iteration asks for after the warm-up; nil where nobody counts.
        public var allocations: Double?
        /// What is wrong with the outcome, nil when gas, logs and success are as they must be.
        public var problem: String?
    }

    /// Transactions in a sample of a single cold transaction.
    public var batch = 100
    /// The machine that runs all of them.
    public var machine: Machine
    /// Gives the count of heap blocks asked for so far in this process.
    private let allocationCount: (@Sendable () -> UInt64)?
    private let clock = ContinuousClock()
    private var workload: Workload?
    private var state = PinnedState(unknown: .absent)
    private var result = Result(name: "", nanoseconds: .infinity, gas: 0, logs: 0)

    public init(limits: MachineLimits = MachineLimits(), allocationCount: (@Sendable () -> UInt64)? = nil) {
        machine = Machine(limits: limits)
        self.allocationCount = allocationCount
    }

    /// Loads a case, runs it once to warm up and `samples` times to measure; the best sample counts.
    public mutating func measure(_ workload: Workload, samples: Int) -> Result {
        load(workload)
        for _ in 0..<samples { sample() }
        return current
    }

    /// The figures of the loaded case so far.
    public var current: Result { result }

    /// Makes the case's state and runs the case once, comparing what comes of it.
    public mutating func load(_ workload: Workload) {
        self.workload = workload
        state = workload.state()
        machine.adopt(.ethereum(workload.fork))
        machine.overlay.removeAll()
        result = Result(name: workload.name, nanoseconds: .infinity, gas: 0, logs: 0)
        let answer = machine.execute(workload.transaction, from: workload.caller, in: workload.block, on: state)
        guard case .executed(let outcome) = answer else {
            result.problem = "not executed: \(answer)"
            return
        }
        result.gas = outcome.gasUsed
        result.logs = outcome.logs.count
        if !outcome.isSuccess {
            result.problem = "halted with \(outcome.halt)"
        } else if outcome.gasUsed != workload.expectedGas {
            result.problem = "gas \(outcome.gasUsed), must be \(workload.expectedGas)"
        } else if outcome.logs.count != workload.expectedLogs {
            result.problem = "\(outcome.logs.count) logs, must be \(workload.expectedLogs)"
        }
    }

    /// Times the loaded case once more. Nothing is timed when its outcome is wrong.
    public mutating func sample() {
        guard let workload, result.problem == nil else { return }
        let runs = workload.kind == .call ? batch : 1
        let allocationsBefore = allocationCount?()
        if workload.kind != .call { machine.overlay.removeAll() }
        let start = clock.now
        for _ in 0..<runs {
            if workload.kind == .call { machine.overlay.removeAll() }
            _ = machine.execute(workload.transaction, from: workload.caller, in: workload.block, on: state)
        }
        let time = clock.now - start
        let iterations = Double(runs * workload.iterations)
        result.nanoseconds = min(result.nanoseconds, time / .nanoseconds(1) / iterations)
        if let allocationsBefore, let after = allocationCount?() {
            result.allocations = Double(after - allocationsBefore) / iterations
        }
    }
}

extension WorkloadRunner.Result {
    /// The figures as one JSON object; a figure that was not taken is null.
    public var json: JSON {
        [
            "name": .string(name), "gas": .integer(gas), "logs": .integer(logs),
            "ns": nanoseconds.isFinite ? .number(Self.text(nanoseconds)) : .null,
            "allocations": allocations.map { .number(Self.text($0)) } ?? .null,
            "problem": problem.map { .string($0) } ?? .null,
        ]
    }

    /// Three digits behind the point.
    static func text(_ value: Double) -> String {
        let thousandths = Int64((value * 1000).rounded())
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
