public import EVM
internal import EVMCodec
internal import EVMTypes

extension Machine {
    /// `eth_estimateGas`: a gas limit with which the call succeeds, at most 1.5 % above the least one.
    ///
    /// Searches as geth does (`eth/gasestimator`): first the highest limit, then used gas, refund and stipend times
    /// 64/63, then halves between the least known to fail and the lowest known to do. A call that reverts fails with
    /// code 3 and its data; one that needs more than it may have with "gas required exceeds allowance".
    public mutating func estimateGas(
        _ request: CallRequest, in context: CallContext, on state: borrowing PinnedState
    ) -> SimulationAnswer<UInt64> {
        let start: OverlayCheckpoint
        switch open(context, on: state) {
        case .done(let checkpoint): start = checkpoint
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        var search = GasSearch(request: request, context: context)
        let answer = search.run(&self, on: state)
        overlay.revert(to: start)
        return answer
    }
}

/// One search for a gas limit.
private struct GasSearch {
    let request: CallRequest
    let context: CallContext
    private let errorRatio = 0.015

    init(request: CallRequest, context: CallContext) {
        self.request = request
        self.context = context
    }

    /// What a try came to.
    private enum Try {
        case succeeded(CallOutcome)
        /// With more or less gas it may do.
        case failed(CallOutcome?)
        case ended(SimulationAnswer<UInt64>)
    }

    mutating func run(_ machine: inout Machine, on state: borrowing PinnedState) -> SimulationAnswer<UInt64> {
        var high = context.environment.gasLimit
        if let gas = request.gas, gas >= 21_000 { high = gas }
        if let most = context.rules.transactionGasMax { high = min(high, most) }
        switch allowance(&machine, on: state) {
        case .done(let most): high = min(high, most)
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        if context.gasCap != 0 { high = min(high, context.gasCap) }
        if request.data.isEmpty, let to = request.to {
            guard let account = machine.account(to, on: state) else { return .missing([.account(to)]) }
            if account?.codeHash ?? AccountState.emptyCodeHash == AccountState.emptyCodeHash {
                if case .succeeded = attempt(21_000, &machine, on: state) { return .done(21_000) }
            }
        }
        let first: CallOutcome
        switch attempt(high, &machine, on: state) {
        case .succeeded(let outcome): first = outcome
        case .ended(let answer): return answer
        case .failed(let outcome?) where outcome.outcome.halt != .outOfGas:
            return .failed(outcome.error ?? .refused("execution failed"))
        case .failed: return .failed(.refused("gas required exceeds allowance (\(high))"))
        }
        return narrow(first.outcome, high, &machine, on: state)
    }

    private func narrow(
        _ first: Outcome, _ highest: UInt64, _ machine: inout Machine, on state: borrowing PinnedState
    ) -> SimulationAnswer<UInt64> {
        var high = highest, low = first.gasUsed - 1
        // Both terms are far below 2^57: a block's gas.
        let hopeful = (first.gasUsed + first.gasRefunded + 2_300) * 64 / 63
        var next: UInt64? = hopeful < high ? hopeful : nil
        while low + 1 < high {
            if next == nil, Double(high - low) / Double(high) < errorRatio { break }
            let middle = next ?? min(low + (high - low) / 2, low * 2)
            next = nil
            switch attempt(middle, &machine, on: state) {
            case .succeeded: high = middle
            case .failed: low = middle
            case .ended(let answer): return answer
            }
        }
        return .done(high)
    }

    /// The most gas that the sender can pay for; no bound without a price.
    private func allowance(_ machine: inout Machine, on state: borrowing PinnedState) -> SimulationAnswer<UInt64> {
        let price = request.feeCap
        if price.isZero { return .done(.max) }
        guard let account = machine.account(request.from, on: state) else { return .missing([.account(request.from)]) }
        var available = account?.balance ?? .zero
        if let value = request.value, !value.isZero {
            guard value < available else { return .failed(.refused("insufficient funds for transfer")) }
            available -= value
        }
        return .done((available / price).asUInt64 ?? .max)
    }

    private func attempt(_ gas: UInt64, _ machine: inout Machine, on state: borrowing PinnedState) -> Try {
        let moment = machine.overlay.checkpoint()
        var tracer = NoTracer()
        let result = machine.perform(request, gas: gas, in: context, on: state, tracer: &tracer)
        machine.overlay.revert(to: moment)
        switch result {
        case .executed(let outcome): return outcome.outcome.isSuccess ? .succeeded(outcome) : .failed(outcome)
        case .rejected(.malformed(.intrinsicGasTooLow), _), .rejected(.malformed(.gasLimitTooHigh), _):
            return .failed(nil)
        case .rejected(_, let text): return .ended(.failed(.refused("failed with \(gas) gas: \(text)")))
        case .missing(let needs): return .ended(.missing(needs))
        case .failed(let error): return .ended(.failed(error))
        }
    }
}
