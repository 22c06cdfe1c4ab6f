public import EVM
internal import EVMCodec
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

    public init(limits: MachineLimits = MachineLimits(), allocationCount: (@Sendable () -> UInt64)? = nil) {
        machine = Machine(limits: limits)
        self.allocationCount = allocationCount
    }

    /// Runs a case once to warm up and `samples` times to measure; the best sample counts.
    public mutating func measure(_ workload: Workload, samples: Int) -> Result {
        let state = workload.state()
        machine.adopt(.ethereum(workload.fork))
        var result = Result(name: workload.name, nanoseconds: .infinity, gas: 0, logs: 0)
        check(workload, state, &result)
        if result.problem != nil { return result }
        for sample in 0..<max(1, samples) {
            let before = allocationCount?()
            let time = time(workload, state)
            result.nanoseconds = min(result.nanoseconds, time)
            guard sample == max(1, samples) - 1, let before, let after = allocationCount?() else { continue }
            let runs = workload.kind == .call ? batch : workload.iterations
            result.allocations = Double(after - before) / Double(runs)
        }
        machine.overlay.removeAll()
        return result
    }

    /// Runs the case once and compares what came of it; leaves the code cache warm.
    private mutating func check(_ workload: Workload, _ state: borrowing PinnedState, _ result: inout Result) {
        machine.overlay.removeAll()
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

    /// One sample's nanoseconds an iteration.
    private mutating func time(_ workload: Workload, _ state: borrowing PinnedState) -> Double {
        if workload.kind == .call {
            let start = clock.now
            for _ in 0..<batch {
                machine.overlay.removeAll()
                _ = machine.execute(workload.transaction, from: workload.caller, in: workload.block, on: state)
            }
            return (clock.now - start) / .nanoseconds(1) / Double(batch)
        }
        machine.overlay.removeAll()
        let start = clock.now
        _ = machine.execute(workload.transaction, from: workload.caller, in: workload.block, on: state)
        return (clock.now - start) / .nanoseconds(1) / Double(workload.iterations)
    }
}
