public import EVM
internal import EVMCodec
internal import EVMTypes

// Calls on a pinned state. Each leaves the machine's overlay as it was (but for what it has read), so that on a devnet
// the overlay may hold changes of a block that is being made.
extension Machine {
    /// `eth_call`. A call that fails is `.done` too: see `CallOutcome.error`.
    public mutating func call(
        _ request: CallRequest, in context: CallContext, on state: borrowing PinnedState
    ) -> SimulationAnswer<CallOutcome> {
        var tracer = NoTracer()
        return call(request, in: context, on: state, tracer: &tracer)
    }

    /// As above, and tells `tracer` every step.
    public mutating func call<Tracer: StepTracer & ~Copyable>(
        _ request: CallRequest, in context: CallContext, on state: borrowing PinnedState, tracer: inout Tracer
    ) -> SimulationAnswer<CallOutcome> {
        let start: OverlayCheckpoint
        switch open(context, on: state) {
        case .done(let checkpoint): start = checkpoint
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        let gas = cappedGas(request.gas, context)
        let result = perform(request, gas: gas, in: context, on: state, tracer: &tracer)
        overlay.revert(to: start)
        switch result {
        case .executed(let outcome): return .done(outcome)
        case .rejected(_, let text): return .failed(.refused("err: \(text) (supplied gas \(gas))"))
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
    }

    // MARK: Parts that the other simulations share

    /// Adopts the rules and puts the overrides. What is put is taken back by `overlay.revert(to:)` the answer.
    mutating func open(
        _ context: CallContext, on state: borrowing PinnedState
    ) -> SimulationAnswer<OverlayCheckpoint> {
        adopt(context.effectiveRules)
        let start = overlay.checkpoint()
        let needs = apply(context.stateOverrides, on: state)
        if needs.isEmpty { return .done(start) }
        overlay.revert(to: start)
        return .missing(needs)
    }

    /// The gas a call starts with: what it asks for, at most the cap.
    func cappedGas(_ asked: UInt64?, _ context: CallContext) -> UInt64 {
        let cap = context.gasCap == 0 ? UInt64(Int64.max) : context.gasCap
        return min(asked ?? cap, cap)
    }

    /// Runs a request over the overlay, which keeps its changes.
    mutating func perform<Tracer: StepTracer & ~Copyable>(
        _ request: CallRequest, gas: UInt64, in context: CallContext, on state: borrowing PinnedState,
        tracer: inout Tracer
    ) -> Performed {
        let rules = context.effectiveRules
        var block = context.environment
        if request.isFree { block.baseFee = .zero }
        if !request.blobVersionedHashes.isEmpty, (request.maxFeePerBlobGas ?? .zero).isZero {
            block.blobBaseFee = .zero
        }
        let transaction: Transaction
        do {
            transaction = try request.transaction(under: rules, gasLimit: gas, nonce: 0)
        } catch { return .failed(error) }
        var options = ExecutionOptions.simulation
        options.checksBalance = true
        options.checksBaseFee = true
        return perform(
            transaction, from: request.from, in: block, under: rules, on: state, options: options, tracer: &tracer)
    }

    /// Runs a transaction over the overlay, which keeps its changes.
    mutating func perform<Tracer: StepTracer & ~Copyable>(
        _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, under rules: ExecutionRules,
        on state: borrowing PinnedState, options: ExecutionOptions, blockGasLeft: UInt64? = nil, tracer: inout Tracer
    ) -> Performed {
        let result = execute(
            transaction, from: sender, in: block, on: state, options: options, blockGasLeft: blockGasLeft,
            tracer: &tracer)
        switch result {
        case .executed(let outcome):
            return .executed(CallOutcome(outcome: outcome, output: output, logs: logs(of: outcome)))
        case .rejected(let rejection):
            let text = GethText.rejection(rejection, of: transaction, from: sender, in: block, under: rules)
            return .rejected(rejection, text)
        case .missing(let needs): return .missing(needs)
        case .unanswered(let halt, let address): return .failed(.unanswered(halt, address, rules))
        }
    }
}

/// What came of running one transaction.
enum Performed {
    case executed(CallOutcome)
    /// Refused, and geth's text for it.
    case rejected(Rejection, String)
    case missing([StateNeed])
    case failed(SimulationError)
}

extension SimulationError {
    /// A run that Martlet cannot give the chain's answer for.
    static func unanswered(_ halt: Halt, _ address: Address?, _ rules: ExecutionRules) -> SimulationError {
        let text = halt.gethText ?? "no answer"
        guard let address else { return .refused(text) }
        let name = rules.precompiles.unsupportedName(address) ?? "a program for another machine"
        return .refused("\(text): \(name) at \(address.hex)")
    }
}
