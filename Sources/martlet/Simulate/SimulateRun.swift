import ChainCosts
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
    var fees: FeeSource
    /// What it is on the OP stack, when it is one: no signature, no fees, new ether first.
    var deposit: Deposit?
    var gasLeft: UInt64?
    var trace: TraceForm?
    /// Logs of the block before it that the overlay does not count.
    var logsBefore = 0

    private var options: ExecutionOptions { deposit == nil ? .consensus : Deposit.options }

    /// Runs it; the overlay keeps its changes when it is done. A trace is of a run of its own before, on the same
    /// state.
    func run(_ machine: inout Machine, _ state: borrowing PinnedState) -> SimulationAnswer<Simulated> {
        let start = machine.overlay.checkpoint()
        let answer = attempt(&machine, state)
        // What a deposit made must not be made again by the next attempt.
        if case .done = answer {} else { machine.overlay.revert(to: start) }
        return answer
    }

    private func attempt(_ machine: inout Machine, _ state: borrowing PinnedState) -> SimulationAnswer<Simulated> {
        if let deposit {
            switch machine.mint(deposit, on: state) {
            case .done: break
            case .missing(let needs): return .missing(needs)
            case .failed(let error): return .failed(error)
            }
        }
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
            transaction, from: sender, in: block, under: rules, on: state, options: options, blockGasLeft: gasLeft,
            fees: fees
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
