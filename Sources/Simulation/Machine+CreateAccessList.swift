public import EVM
public import EVMCodec
internal import EVMTypes

/// What `eth_createAccessList` answers.
public struct AccessListOutcome: Hashable, Sendable {
    /// Addresses and keys in ascending order.
    public var list: [AccessListEntry]
    /// Gas of the run with that list.
    public var gasUsed: UInt64
    /// geth's text when the run failed.
    public var error: String?

    /// The result member of the response.
    public var json: JSON {
        var members: JSONObject = ["accessList": CallRequest.json(list)]
        if let error { members["error"] = .string(error) }
        members["gasUsed"] = .quantity(gasUsed)
        return .object(members)
    }
}

extension Machine {
    /// `eth_createAccessList`: runs the call with the list that its last run gave until the list stays the same.
    ///
    /// As geth, it leaves out sender, recipient (of a creation the new contract), precompiled contracts and signers of
    /// authorizations, but names their slots, and the coinbase; unlike geth it does not fill in a price where none is
    /// named. At most 16 rounds.
    public mutating func createAccessList(
        _ request: CallRequest, in context: CallContext, on state: borrowing PinnedState
    ) -> SimulationAnswer<AccessListOutcome> {
        let start: OverlayCheckpoint
        switch open(context, on: state) {
        case .done(let checkpoint): start = checkpoint
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        defer { overlay.revert(to: start) }
        guard let sender = account(request.from, on: state) else { return .missing([.account(request.from)]) }
        var request = request
        request.nonce = request.nonce ?? sender?.nonce ?? 0
        let gas = cappedGas(request.gas, context)
        guard UInt64(request.authorizations.count) <= gas / 25_000 else {
            return .failed(.refused("insufficient gas to process all authorizations"))
        }
        let excluded = excluded(from: request, under: context.rules)
        var last = AccessListTracer(request.accessList ?? [], excluding: excluded)
        for _ in 0..<16 {
            request.accessList = last.list
            var tracer = AccessListTracer(last.list, excluding: excluded)
            let moment = overlay.checkpoint()
            let result = perform(request, gas: gas, in: context, on: state, tracer: &tracer)
            overlay.revert(to: moment)
            switch result {
            case .executed(let call):
                if tracer.touched == last.touched {
                    let error = call.outcome.halt.gethText
                    return .done(AccessListOutcome(list: last.list, gasUsed: call.outcome.gasUsed, error: error))
                }
                last = tracer
            case .rejected(_, let text): return .failed(.refused("failed to apply transaction: err: \(text)"))
            case .missing(let needs): return .missing(needs)
            case .failed(let error): return .failed(error)
            }
        }
        return .failed(.refused("the access list does not settle in 16 rounds"))
    }

    private func excluded(from request: CallRequest, under rules: ExecutionRules) -> Set<Address> {
        var excluded: Set<Address> = [request.from]
        excluded.insert(request.to ?? Self.contract(of: request.from, nonce: request.nonce ?? 0))
        excluded.formUnion(rules.precompiles.addresses)
        for authorization in request.authorizations {
            guard authorization.chainID.isZero || authorization.chainID == U256(rules.chainID),
                authorization.nonce != .max, let authority = authorization.authority()
            else { continue }
            excluded.insert(authority)
        }
        return excluded
    }
}
