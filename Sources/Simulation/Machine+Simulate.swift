public import ChainCosts
public import EVM
public import EVMCodec
public import EVMTypes

/// One transaction as a simulation reports it.
public struct TransactionReport: Hashable, Sendable {
    /// What was run.
    public var transaction: Transaction
    /// Who sent it.
    public var sender: Address
    /// Gas, output, logs.
    public var call: CallOutcome
    /// What it paid, by part, in wei; of layer 2 chains also what their `FeeSource` charges.
    public var fees: TransactionFees
    /// Balances before and after.
    public var effects: Effects

    /// Wei that the coinbase gained by calls; tips are in `fees`.
    public var coinbaseTransfers: I256 {
        let amount = I256(bits: call.outcome.coinbaseTransfers)
        return call.outcome.coinbaseLost ? I256.zero &- amount : amount
    }

    /// Everything, for `--json`.
    public var json: JSON {
        let outcome = call.outcome
        var members: JSONObject = [
            "status": .quantity(UInt64(outcome.isSuccess ? 1 : 0)), "from": .address(sender),
            "to": transaction.to.map { .address($0) } ?? .null, "gasUsed": .integer(outcome.gasUsed),
            "gasRefunded": .integer(outcome.gasRefunded), "gasPrice": .string(outcome.gasPrice.description),
            "fees": fees.json,
            "coinbase": [
                "tips": .string(outcome.tips.description), "transfers": .string(coinbaseTransfers.description),
                "total": .string((I256(bits: outcome.tips) &+ coinbaseTransfers).description),
            ],
            "output": .hex(call.output), "logs": .array(call.logs.map { DecodedLog($0).json }),
            "effects": effects.json,
        ]
        if let created = outcome.created { members["contractAddress"] = .address(created) }
        if transaction.signature != nil { members["hash"] = .hash(transaction.hash) }
        if let error = outcome.halt.gethText { members["error"] = .string(error) }
        if let reason = call.revertReason { members["revertReason"] = .string(reason.description) }
        return .object(members)
    }
}

extension Machine {
    /// Runs a transaction and reports everything that it did. On `.done` the overlay keeps its changes, so that others
    /// can follow. The rules must be the machine's own (`adopt`).
    public mutating func simulate(
        _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, under rules: ExecutionRules,
        on state: borrowing PinnedState, options: ExecutionOptions = .consensus, blockGasLeft: UInt64? = nil,
        fees: FeeSource = .known(.gasOnly)
    ) -> SimulationAnswer<TransactionReport> {
        var tracer = NoTracer()
        return simulate(
            transaction, from: sender, in: block, under: rules, on: state, options: options,
            blockGasLeft: blockGasLeft, fees: fees, tracer: &tracer)
    }

    /// As `call`, and reports everything that it did. Leaves the overlay as it was.
    public mutating func simulateCall(
        _ request: CallRequest, in context: CallContext, on state: borrowing PinnedState
    ) -> SimulationAnswer<TransactionReport> {
        let start: OverlayCheckpoint
        switch open(context, on: state) {
        case .done(let checkpoint): start = checkpoint
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        defer { overlay.revert(to: start) }
        let rules = context.effectiveRules
        var block = context.environment, options = ExecutionOptions.simulation
        if request.isFree { block.baseFee = .zero }
        options.checksBalance = true
        options.checksBaseFee = true
        let gas = cappedGas(request.gas, context)
        do {
            let transaction = try request.transaction(under: rules, gasLimit: gas, nonce: 0)
            return simulate(transaction, from: request.from, in: block, under: rules, on: state, options: options)
        } catch { return .failed(error) }
    }

    /// As above, and tells `tracer` every step.
    public mutating func simulate<Tracer: StepTracer & ~Copyable>(
        _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, under rules: ExecutionRules,
        on state: borrowing PinnedState, options: ExecutionOptions, blockGasLeft: UInt64?,
        fees source: FeeSource = .known(.gasOnly), tracer: inout Tracer
    ) -> SimulationAnswer<TransactionReport> {
        let parameters: ChainParameters
        switch self.parameters(of: source, on: state) {
        case .done(let read): parameters = read
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        let start = overlay.checkpoint()
        let performed = perform(
            transaction, from: sender, in: block, under: rules, on: state, options: options,
            blockGasLeft: blockGasLeft, tracer: &tracer)
        switch performed {
        case .executed(let call):
            let fees: TransactionFees
            do throws(CostProblem) {
                fees = try parameters.fees(
                    of: ChargedGas(call.outcome, of: transaction, in: block, under: rules),
                    encoded: parameters == .gasOnly ? [] : transaction.encoded())
            } catch {
                overlay.revert(to: start)
                return .failed(.refused("fees: \(error)"))
            }
            let charged = charge(fees, from: sender, under: parameters, on: state)
            if case .done = charged {} else { overlay.revert(to: start) }
            return charged.map {
                TransactionReport(
                    transaction: transaction, sender: sender, call: call, fees: fees,
                    effects: Effects(changes: overlay.lastChanges(), logs: call.logs))
            }
        case .rejected(_, let text): return .failed(.refused(text))
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
    }
}
