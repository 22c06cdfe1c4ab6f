import Conformance
import EVM
import EVMCodec
import EVMTypes
import ForkState
import Simulation

/// One transaction, its block and how it is to be run.
struct SimulateRun: Sendable {
    var transaction: Transaction
    var sender: Address
    var block: BlockEnvironment
    var rules: ExecutionRules
    var options = ExecutionOptions.consensus
    var gasLeft: UInt64?
    var trace: TraceForm?
    /// Logs of the block before it that the overlay does not count.
    var logsBefore = 0

    /// Runs it; the overlay keeps its changes when it is done. A trace is of a run of its own before, on the same
    /// state.
    func run(_ machine: inout Machine, _ state: borrowing PinnedState) -> SimulationAnswer<Simulated> {
        var traced: JSON?
        var lines: [UInt8] = []
        if let trace {
            let start = machine.overlay.checkpoint()
            // Until it is done without one: then all the state that the trace needs is there.
            let first = machine.simulate(
                transaction, from: sender, in: block, under: rules, on: state, options: options, blockGasLeft: gasLeft)
            machine.overlay.revert(to: start)
            guard case .done = first else { return first.map { Simulated(report: $0) } }
            if trace == .steps {
                lines = steps(&machine, state)
                machine.overlay.revert(to: start)
            } else {
                let config = trace == .calls ? Self.calls : TraceConfig.prestate(Prestate.Options())
                let answer = machine.trace(
                    transaction, from: sender, config: config, in: block, under: rules, on: state, options: options,
                    blockGasLeft: gasLeft, logsBefore: logsBefore)
                machine.overlay.revert(to: start)
                guard case .done(let run) = answer else {
                    switch answer {
                    case .missing(let needs): return .missing(needs)
                    case .failed(let error): return .failed(error)
                    case .done: break
                    }
                    return .failed(.refused("tracing failed"))
                }
                traced = run.json
            }
        }
        return machine.simulate(
            transaction, from: sender, in: block, under: rules, on: state, options: options, blockGasLeft: gasLeft
        ).map { Simulated(report: $0, trace: traced, lines: lines) }
    }

    private static var calls: TraceConfig {
        var options = CallTracer.Options()
        options.withLog = true
        return .calls(options)
    }

    /// The EIP-3155 lines.
    private func steps(_ machine: inout Machine, _ state: borrowing PinnedState) -> [UInt8] {
        let sink = LineSink()
        var writer = StepTraceWriter { sink.bytes += $0 }
        _ = machine.simulate(
            transaction, from: sender, in: block, under: rules, on: state, options: options, blockGasLeft: gasLeft,
            tracer: &writer)
        writer.flush()
        return sink.bytes
    }

    private final class LineSink {
        var bytes: [UInt8] = []
    }
}
