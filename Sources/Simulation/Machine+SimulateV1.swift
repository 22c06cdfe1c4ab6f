public import EVM
internal import EVMCodec
public import EVMTypes

extension Machine {
    /// `eth_simulateV1`: blocks of calls on top of `context.block`, each call on what the ones before it changed.
    /// Leaves the overlay as it was.
    ///
    /// `context.block` is the block whose state this is; the simulated ones follow it, 12 seconds apart unless they say
    /// otherwise, gaps filled with empty blocks. BLOCKHASH of a simulated block is not known and gives `.missing`.
    /// - Parameter nextBaseFee: what the first block's base fee is with `validation`; without it base fees are zero.
    public mutating func simulateV1(
        _ request: SimulateV1Request, in context: CallContext, nextBaseFee: U256, on state: borrowing PinnedState
    ) -> SimulationAnswer<[SimulatedBlock]> {
        adopt(context.rules)
        let start = overlay.checkpoint()
        let answer = simulate(request, context, nextBaseFee, on: state)
        overlay.revert(to: start)
        return answer
    }

    private mutating func simulate(
        _ request: SimulateV1Request, _ context: CallContext, _ nextBaseFee: U256, on state: borrowing PinnedState
    ) -> SimulationAnswer<[SimulatedBlock]> {
        var done: [SimulatedBlock] = []
        var last = context.block
        var fee = request.validation ? nextBaseFee : U256.zero
        for block in request.blocks {
            let number = block.blockOverrides.number ?? last.number + 1
            guard number > last.number else {
                return .failed(
                    SimulationError(-38020, "block numbers must be in order: \(number) <= \(last.number)"))
            }
            guard number - context.block.number <= UInt64(SimulateV1Request.blocksMax) else {
                return .failed(SimulationError(-38026, "too many blocks"))
            }
            while last.number + 1 < number {
                last = following(last, fee)
                done.append(SimulatedBlock(environment: last))
                fee = Self.baseFee(after: last, used: 0)
            }
            var environment = following(last, fee)
            if let time = block.blockOverrides.timestamp, time <= last.timestamp {
                return .failed(
                    SimulationError(-38021, "block timestamps must be in order: \(time) <= \(last.timestamp)"))
            }
            environment = block.blockOverrides.applied(to: environment)
            last = environment
            var here = context
            here.block = environment
            here.blockOverrides = BlockOverrides()
            here.stateOverrides = block.stateOverrides
            var simulated = SimulatedBlock(environment: environment)
            adopt(here.effectiveRules)
            let needs = apply(block.stateOverrides, on: state)
            if !needs.isEmpty { return .missing(needs) }
            for call in block.calls {
                switch simulate(call, request, here, &simulated, on: state) {
                case nil: break
                case .missing(let needs)?: return .missing(needs)
                case .failed(let error)?: return .failed(error)
                case .done?: break
                }
            }
            done.append(simulated)
            fee = Self.baseFee(after: environment, used: simulated.gasUsed)
        }
        return .done(done)
    }

    private func following(_ last: BlockEnvironment, _ baseFee: U256) -> BlockEnvironment {
        var block = last
        block.number += 1
        block.timestamp &+= 12
        block.baseFee = baseFee
        return block
    }

    /// EIP-1559; a base fee of zero stays zero.
    private static func baseFee(after block: BlockEnvironment, used: UInt64) -> U256 {
        if block.baseFee.isZero { return .zero }
        return BaseFee.next(parentBaseFee: block.baseFee, parentGasLimit: block.gasLimit, parentGasUsed: used)
            ?? block.baseFee
    }

    /// Runs one call and adds it to its block; nil when that went well.
    private mutating func simulate(
        _ call: CallRequest, _ request: SimulateV1Request, _ context: CallContext, _ block: inout SimulatedBlock,
        on state: borrowing PinnedState
    ) -> SimulationAnswer<Never>? {
        guard let sender = account(call.from, on: state) else { return .missing([.account(call.from)]) }
        let left = block.environment.gasLimit - min(block.environment.gasLimit, block.gasUsed)
        let gas = call.gas ?? (context.gasCap == 0 ? left : min(left, context.gasCap))
        guard gas <= left else {
            return .failed(
                SimulationError(
                    -38015, "block gas limit reached: \(block.gasUsed) >= \(block.environment.gasLimit)"))
        }
        let transaction: Transaction
        do {
            transaction = try call.transaction(under: context.rules, gasLimit: gas, nonce: sender?.nonce ?? 0)
        } catch { return .failed(error) }
        var options = ExecutionOptions.simulation
        options.checksNonce = request.validation
        options.checksBalance = true
        options.checksBaseFee = request.validation || !call.isFree
        options.checksTransactionGasMax = false
        var tracer = TransferTracer()
        let performed =
            request.traceTransfers
            ? perform(
                transaction, from: call.from, in: block.environment, under: context.rules, on: state, options: options,
                tracer: &tracer)
            : perform(
                transaction, from: call.from, in: block.environment, under: context.rules, on: state, options: options)
        switch performed {
        case .executed(let outcome):
            block.gasUsed += outcome.outcome.gasUsed
            let logs = request.traceTransfers ? tracer.logs : outcome.logs
            block.calls.append(SimulatedBlock.Call(outcome: outcome, logs: logs))
            return nil
        case .rejected(let rejection, let text): return .failed(SimulationError(Self.code(rejection), text))
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
    }

    private mutating func perform(
        _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, under rules: ExecutionRules,
        on state: borrowing PinnedState, options: ExecutionOptions
    ) -> Performed {
        var tracer = NoTracer()
        return perform(
            transaction, from: sender, in: block, under: rules, on: state, options: options, tracer: &tracer)
    }

    /// Source: execution-apis `src/error-groups`.
    private static func code(_ rejection: Rejection) -> Int {
        switch rejection {
        case .nonce(let expected, let got): got < expected ? -38010 : -38011
        case .feeCapBelowBaseFee: -38012
        case .malformed(.intrinsicGasTooLow): -38013
        case .insufficientFunds, .costOverflow: -38014
        case .blockGasExceeded: -38015
        case .senderHasCode: -38024
        case .malformed(.initCodeTooLarge): -38025
        default: -32602
        }
    }
}
