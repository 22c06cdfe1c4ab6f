public import EVM
public import EVMCodec
public import EVMTypes

/// A traced run.
public struct TracedRun: Hashable, Sendable {
    /// Gas, output, logs.
    public var call: CallOutcome
    /// The tracer's result, in geth's form.
    public var json: JSON
}

extension Machine {
    /// `debug_traceCall`. Leaves the overlay as it was.
    public mutating func traceCall(
        _ request: CallRequest, config: TraceConfig, in context: CallContext, on state: borrowing PinnedState
    ) -> SimulationAnswer<TracedRun> {
        let start: OverlayCheckpoint
        switch open(context, on: state) {
        case .done(let checkpoint): start = checkpoint
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        let gas = cappedGas(request.gas, context)
        var block = context.environment
        if request.isFree { block.baseFee = .zero }
        let answer: SimulationAnswer<TracedRun>
        do {
            var options = ExecutionOptions.simulation
            options.checksBalance = true
            options.checksBaseFee = true
            let transaction = try request.transaction(under: context.rules, gasLimit: gas, nonce: 0)
            answer = trace(
                transaction, from: request.from, config: config, in: block, under: context.effectiveRules, on: state,
                options: options)
        } catch { answer = .failed(error) }
        overlay.revert(to: start)
        return answer
    }

    /// One transaction of `debug_traceTransaction` or `debug_traceBlock`. On `.done` the overlay keeps its changes, so
    /// that the block's next one can follow. The rules must be the machine's own (`adopt`).
    /// - Parameter logsBefore: the block's logs before it that the overlay does not count.
    public mutating func trace(
        _ transaction: Transaction, from sender: Address, config: TraceConfig, in block: BlockEnvironment,
        under rules: ExecutionRules, on state: borrowing PinnedState, options: ExecutionOptions = .consensus,
        blockGasLeft: UInt64? = nil, logsBefore: Int = 0
    ) -> SimulationAnswer<TracedRun> {
        let start = overlay.checkpoint()
        let performed: Performed
        var result = JSON.null
        switch config {
        case .calls(let wanted):
            var tracer = CallTracer(wanted, gasLimit: transaction.gasLimit, logsBefore: logsBefore)
            performed = perform(
                transaction, from: sender, in: block, under: rules, on: state, options: options,
                blockGasLeft: blockGasLeft, tracer: &tracer)
            if case .executed(let call) = performed {
                result = tracer.tree(gasUsed: call.outcome.gasUsed)?.json ?? .null
            }
        case .steps(let wanted):
            var tracer = StructLogger(wanted)
            performed = perform(
                transaction, from: sender, in: block, under: rules, on: state, options: options,
                blockGasLeft: blockGasLeft, tracer: &tracer)
            if case .executed(let call) = performed { result = Self.structLog(tracer, call) }
        case .prestate(let wanted):
            var tracer = PrestateTracer()
            tracer.meetFirst(transaction, from: sender, in: block)
            performed = perform(
                transaction, from: sender, in: block, under: rules, on: state, options: options,
                blockGasLeft: blockGasLeft, tracer: &tracer)
            if case .executed = performed {
                meetDelegates(&tracer, on: state)
                switch prestate(tracer, wanted, on: state) {
                case .done(let prestate): result = prestate.json
                case .missing(let needs):
                    overlay.revert(to: start)
                    return .missing(needs)
                case .failed(let error):
                    overlay.revert(to: start)
                    return .failed(error)
                }
            }
        }
        switch performed {
        case .executed(let call): return .done(TracedRun(call: call, json: result))
        case .rejected(_, let text): return .failed(.refused("tracing failed: \(text)"))
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
    }

    private static func structLog(_ tracer: StructLogger, _ call: CallOutcome) -> JSON {
        let isKept = call.outcome.isSuccess || call.outcome.halt == .revert
        return [
            "gas": .integer(call.outcome.gasUsed), "failed": .bool(!call.outcome.isSuccess),
            "returnValue": .hex(isKept ? call.output : []), "structLogs": tracer.json,
        ]
    }

    /// Adds whom the accounts that were called delegate to (EIP-7702); their code ran.
    private mutating func meetDelegates(_ tracer: inout PrestateTracer, on state: borrowing PinnedState) {
        for address in tracer.accounts {
            guard let held = account(address, on: state), let account = held,
                let code = code(account.codeHash, on: state), code.count == 23, code.starts(with: [0xef, 0x01, 0x00])
            else { continue }
            tracer.meet(Address(bytes: code[3...]))
        }
    }
}

extension PrestateTracer {
    /// Meets what every transaction looks at before its first instruction.
    mutating func meetFirst(_ transaction: Transaction, from sender: Address, in block: BlockEnvironment) {
        meet(sender)
        if let to = transaction.to { meet(to) }
        meet(block.coinbase)
        for authorization in transaction.authorizations {
            if let authority = authorization.authority() { meet(authority) }
        }
    }
}
