import EVM
import EVMCodec
import EVMTypes
import ForkState
import NodeClient
import Simulation

/// A call at a block, or a transaction in a block on top of it.
struct SimulateOnTop {
    let session: ForkSession
    let command: SimulateCommand
    let output: SimulateOutput

    /// As `eth_call`: in the block itself, on the state after it.
    func run(_ request: Simulation.CallRequest) async throws {
        let overrides = try command.overrides()
        let fork = try await session.source.pin(session.block)
        var context = CallContext(
            rules: try session.rules.execution(fork.header), block: try session.rules.environment(fork.header))
        context.stateOverrides = overrides.state
        context.blockOverrides = overrides.block
        let here = context
        let runner = try session.runner(on: fork, for: fork.header)
        let report = try await runner.run { machine, state in
            try Attempt(machine.simulateCall(request, in: here, on: state))
        }
        var simulated = Simulated(report: report)
        if let trace = command.trace {
            guard trace != .steps else { throw usage("--trace=steps does not go with --call; use calls or prestate") }
            let config = try TraceConfig(["tracer": .string(trace == .calls ? "callTracer" : "prestateTracer")])
            simulated.trace = try await runner.run { machine, state in
                try Attempt(machine.traceCall(request, config: config, in: here, on: state))
            }.json
        }
        let found = command.compare ? try await Comparison.call(report, request, command, fork, session) : nil
        output.print(simulated, place: ["block": .integer(fork.number)], differences: found)
    }

    /// By the rules of a block, in the one after `--block`.
    func run(_ transaction: Transaction, from sender: Address) async throws {
        let overrides = try command.overrides()
        let fork = try await session.source.pin(session.block)
        let header = try session.rules.next(after: fork.header)
        let block = overrides.block.applied(to: try session.rules.environment(header))
        var context = CallContext(rules: try session.rules.execution(header), block: block)
        context.stateOverrides = overrides.state
        let run = SimulateRun(
            transaction: transaction, sender: sender, block: block, rules: context.rules,
            fees: try await session.fees(on: fork, for: header), trace: command.trace)
        let runner = try session.runner(on: fork, for: header)
        let simulated = try await runner.run { machine, state -> Attempt<Simulated> in
            let needs = machine.apply(overrides.state, on: state)
            if !needs.isEmpty { return .missing(needs) }
            return try Attempt(run.run(&machine, state))
        }
        var found: [String]?
        if command.compare {
            var bundle = BundleRequest()
            bundle.transactions = [BundleTransaction(transaction, from: sender)]
            found = try await Comparison.bundle([simulated.report], bundle, block, fork, session)
        }
        output.print(simulated, place: ["block": .integer(block.number)], differences: found)
    }
}
