public import NodeClient

/// The public mempool: for chains without relays, and for transactions that need no privacy.
public struct PublicSubmission: Sendable {
    /// The name by which messages call it.
    public var name: String
    private let sendRaw: @Sendable ([UInt8]) async -> SendOutcome

    /// Sends through `caller`, which sends nothing twice on doubt.
    public init(_ caller: some RPCCalling, name: String = "public mempool") {
        self.name = name
        sendRaw = { await caller.sendRawTransaction($0) }
    }

    /// Sends the transactions in order and stops at the first that is not taken.
    public func send(_ transactions: [[UInt8]]) async -> SubmissionOutcome {
        guard !transactions.isEmpty else {
            return .notSent(RelayError(.invalidBundle, "there is no transaction of ours to send", relay: name))
        }
        var last: SubmissionOutcome = .notSent(
            RelayError(.invalidBundle, "there is no transaction of ours to send", relay: name))
        for (position, raw) in transactions.enumerated() {
            last = outcome(await sendRaw(raw))
            guard last.isAccepted else { return position == 0 ? last : last.afterPart(name) }
        }
        return last
    }

    private func outcome(_ sent: SendOutcome) -> SubmissionOutcome {
        switch sent {
        case .accepted(let hash): .accepted(hash: hash)
        case .alreadyKnown: .accepted(hash: nil)
        case .refused(_, let error): .refused(RelayError(error, relay: name))
        case .uncertain(let error): .uncertain(RelayError(error, relay: name))
        case .notSent(let error): .notSent(RelayError(error, relay: name))
        }
    }
}

extension SubmissionOutcome {
    /// Something of ours went out before this failure, so the whole is uncertain.
    fileprivate func afterPart(_ relay: String) -> SubmissionOutcome {
        switch self {
        case .accepted: self
        case .refused(var error), .uncertain(var error), .notSent(var error):
            {
                error.message = "an earlier transaction went out, then: \(error.message)"
                return .uncertain(error)
            }()
        }
    }
}
