public import EVM
public import EVMCodec
public import EVMTypes

/// One transaction as a simulation reports it.
public struct TransactionReport: Hashable, Sendable {
    public var transaction: Transaction
    public var sender: Address
    public var call: CallOutcome
    public var fees: Fees
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
        if let error = GethText.halt(outcome.halt) { members["error"] = .string(error) }
        if let reason = call.revertReason { members["revertReason"] = .string(reason.description) }
        return .object(members)
    }
}

extension Machine {
    /// Runs a transaction and reports everything that it did. On `.done` the overlay keeps its changes, so that others
    /// can follow. The rules must be the machine's own (`adopt`).
    public mutating func simulate(
        _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, under rules: ExecutionRules,
        on state: borrowing PinnedState, options: ExecutionOptions = .consensus, blockGasLeft: UInt64? = nil
    ) -> SimulationAnswer<TransactionReport> {
        var tracer = NoTracer()
        return simulate(
            transaction, from: sender, in: block, under: rules, on: state, options: options,
            blockGasLeft: blockGasLeft, tracer: &tracer)
    }

    /// As above, and tells `tracer` every step.
    public mutating func simulate<Tracer: StepTracer & ~Copyable>(
        _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, under rules: ExecutionRules,
        on state: borrowing PinnedState, options: ExecutionOptions, blockGasLeft: UInt64?, tracer: inout Tracer
    ) -> SimulationAnswer<TransactionReport> {
        let performed = perform(
            transaction, from: sender, in: block, under: rules, on: state, options: options,
            blockGasLeft: blockGasLeft, tracer: &tracer)
        switch performed {
        case .executed(let call):
            return .done(
                TransactionReport(
                    transaction: transaction, sender: sender, call: call,
                    fees: Fees(call.outcome, of: transaction, in: block, under: rules),
                    effects: Effects(changes: overlay.lastChanges(), logs: call.logs)))
        case .rejected(_, let text): return .failed(.refused(text))
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
    }
}
