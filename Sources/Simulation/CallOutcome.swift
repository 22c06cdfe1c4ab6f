public import EVM
public import EVMCodec

/// What one simulated transaction did.
public struct CallOutcome: Hashable, Sendable {
    /// Gas, price, halt.
    public var outcome: Outcome
    /// Return or revert data; the deployed code for a creation.
    public var output: [UInt8]
    /// Its logs; none when it failed.
    public var logs: [ReceiptLog]
    /// What it said when it reverted; nil for success and for exceptional halts.
    public var revertReason: RevertReason? { outcome.halt == .revert ? RevertReason(output) : nil }
    /// The RPC error of one that failed, as `eth_call` gives it; nil for success.
    public var error: SimulationError? {
        if outcome.halt == .revert { return GethText.revert(output) }
        return outcome.halt.gethText.map { .refused($0) }
    }

    public init(outcome: Outcome, output: [UInt8], logs: [ReceiptLog]) {
        self.outcome = outcome
        self.output = output
        self.logs = logs
    }
}
