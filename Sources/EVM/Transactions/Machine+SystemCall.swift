public import EVMTypes

/// What a call outside of any transaction came to.
public enum CallResult: Hashable, Sendable {
    /// It ran. On success the overlay holds its changes; the output is the machine's `output`.
    case ended(Halt, gasUsed: UInt64)
    /// Nothing was changed: the pinned state lacks these.
    case missing([StateNeed])
    /// Nothing was changed: memory limit, or a contract that Martlet does not have.
    case unanswered(Halt, Address?)
}

extension Machine {
    /// Who makes the protocol's own calls (EIP-4788).
    public static var systemCaller: Address { Address(high: .max, low: .max - 1) }

    /// Calls a contract as the protocol does at a block's start and end: 30,000,000 gas, no fees, no nonce, no value.
    /// A target without code is left alone and gives `.stop` with no output. Source: EIP-4788, 2935, 7002, 7251.
    public mutating func systemCall(
        to address: Address, data: [UInt8], in block: BlockEnvironment, on state: borrowing PinnedState
    ) -> CallResult {
        begin(block, on: state)
        translates = limits.translates
        isTraced = false
        let outer = overlay.openCheckpoint()
        overlay.startRun(outer)
        origin = Self.systemCaller
        gasPrice = .zero
        blobHashes = []
        let target = overlay.account(address, base)
        let codeIndex = target < 0 ? -1 : code(of: target)
        guard codeIndex >= 0 else {
            overlay.takeBack(to: outer)
            return .missing(overlay.needs)
        }
        guard codes.records[Int(codeIndex)].count > 0 else {
            overlay.keep(outer)
            return .ended(.stop, gasUsed: 0)
        }
        _ = overlay.warmAccount(target)
        let gas: Int64 = 30_000_000
        pushRoot(
            code: codeIndex, account: target, caller: Self.systemCaller, value: .zero, input: data.span, gas: gas,
            isStatic: false, overlay.openCheckpoint())
        var observer = NoObserver()
        let halt = runFrames(&observer)
        if halt.isUnanswered {
            overlay.takeBack(to: outer)
            return halt == .missingState ? .missing(overlay.needs) : .unanswered(halt, unsupportedPrecompile)
        }
        endAccounts(since: outer)
        overlay.keep(outer)
        return .ended(halt, gasUsed: UInt64(gas - frames[0].gas))
    }
}
