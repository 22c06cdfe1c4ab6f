import EVM
import EVMCodec
import EVMTypes
import ForkState
import NodeClient
import Simulation

/// A bundle in the block after the one whose state it is given.
struct SimulateBundle {
    let session: ForkSession
    let command: SimulateCommand
    let output: SimulateOutput

    func run(_ bundle: BundleRequest) async throws {
        let overrides = try command.overrides()
        let fork = try await session.source.pin(session.block)
        let header = try session.rules.next(after: fork.header)
        let rules = try session.rules.execution(header)
        let block = bundle.overrides.applied(to: overrides.block.applied(to: try session.rules.environment(header)))
        var context = CallContext(rules: rules, block: block)
        context.stateOverrides = overrides.state
        let here = context
        let runner = try session.runner(on: fork, for: header)
        try await runner.prepare(
            Set(bundle.transactions.flatMap { [$0.sender, $0.transaction.to ?? $0.sender] } + [block.coinbase]).sorted()
                .map { .account($0) })
        let simulation = try await runner.run { machine, state in
            try Attempt(machine.callBundle(bundle, in: here, stateBlockNumber: fork.number, on: state))
        }
        let fees = try await session.fees(on: fork, for: header)
        var environment = block
        var gasLeft = block.gasLimit
        var all: [Simulated] = []
        for (index, item) in bundle.transactions.enumerated() {
            let run = SimulateRun(
                transaction: item.transaction, sender: item.sender, block: environment, rules: rules, fees: fees,
                gasLeft: gasLeft,
                trace: command.trace)
            let isFirst = index == 0
            let simulated = try await runner.run { machine, state -> Attempt<Simulated> in
                if isFirst {
                    let needs = machine.apply(here.stateOverrides, on: state)
                    if !needs.isEmpty { return .missing(needs) }
                }
                return try Attempt(run.run(&machine, state))
            }
            gasLeft -= min(gasLeft, simulated.report.call.outcome.gasUsed)
            environment.blobGasLeft -= min(
                environment.blobGasLeft, UInt64(item.transaction.blobVersionedHashes.count) * rules.gasPerBlob)
            all.append(simulated)
        }
        for (index, simulated) in all.enumerated() {
            output.print(
                simulated, place: ["block": .integer(block.number), "index": .integer(index)], differences: nil)
        }
        let found =
            command.compare
            ? try await Comparison.bundle(all.map(\.report), bundle, block, fork, session, simulation) : nil
        output.print(simulation.json, named: "bundle", differences: found)
    }

    /// An opportunity: the target, fetched where only its hash is known, and ours.
    ///
    /// Members: `bundle` (raw transactions, may be empty), `target` (hash) or `targetRaw`, `headNumber` for people.
    func run(opportunity json: JSON) async throws {
        guard json.object != nil else { throw usage("--opportunity: not an object") }
        var raws: [JSON] = []
        if let raw = json["targetRaw"], !raw.isNull {
            raws.append(raw)
        } else if let hash = json["target"]?.hash32 {
            let answer = try await session.source.call(RPCRequest("eth_getTransactionByHash", [.hash(hash)]))
            guard !answer.isNull else {
                throw CLIFailure(
                    code: .failed, message: "simulate: \(session.source.label) does not know the target \(hash)")
            }
            do { raws.append(.hex(try PendingTransaction(json: answer).transaction.encoded())) } catch {
                throw ForkStateError(
                    .badAnswer, "answered a transaction that cannot be read (\(error))", endpoint: session.source.label)
            }
        }
        raws += json["bundle"]?.array ?? []
        let bundle: BundleRequest
        do { bundle = try BundleRequest(["txs": .array(raws)]) } catch {
            throw usage("--opportunity: \(error.message)")
        }
        try await run(bundle)
    }
}
