internal import EVMCodec
public import EVMTypes
internal import NodeClient

/// What is known after a submission.
public enum SubmissionOutcome: Sendable, Hashable {
    /// The peer took it: a relay's bundle hash or a node's transaction hash; nil when the peer names none.
    case accepted(hash: Hash32?)
    /// The peer said no.
    case refused(RelayError)
    /// It may have been taken: follow the chain before sending anything with the same nonce.
    case uncertain(RelayError)
    /// It never left.
    case notSent(RelayError)

    /// Whether the peer took it for certain.
    public var isAccepted: Bool { if case .accepted = self { true } else { false } }

    /// The reason when it was not accepted.
    public var error: RelayError? {
        switch self {
        case .accepted: nil
        case .refused(let error), .uncertain(let error), .notSent(let error): error
        }
    }

    init(_ error: RelayError) {
        switch (error.code, error.delivery) {
        case (.refused(.timeout), _), (.refused(.internalError), _): self = .uncertain(error)
        case (.refused, _), (.rateLimited, _): self = .refused(error)
        case (_, .notSent): self = .notSent(error)
        default: self = .uncertain(error)
        }
    }
}

/// What is to be submitted, in both forms: the whole bundle for relays, our own transactions for public pools.
public struct SubmissionOrder: Sendable, Hashable {
    /// Target and ours, in order.
    public var bundle: BundleRequest
    /// Only what we signed: all that a public pool needs, as the target is there already.
    public var ours: [[UInt8]]

    public init(bundle: BundleRequest, ours: [[UInt8]]) {
        self.bundle = bundle
        self.ours = ours
    }
}

/// A way to get transactions into a block. Closed: a new kind is a file and a case.
public enum Submission: Sendable {
    case flashbots(FlashbotsRelay)
    case publicMempool(PublicSubmission)

    /// The name by which messages call it.
    public var name: String {
        switch self {
        case .flashbots(let relay): relay.name
        case .publicMempool(let pool): pool.name
        }
    }

    /// Submits once.
    public func submit(_ order: SubmissionOrder) async -> SubmissionReport {
        let began = ContinuousClock.now
        let outcome =
            switch self {
            case .flashbots(let relay): await relay.send(order.bundle)
            case .publicMempool(let pool): await pool.send(order.ours)
            }
        return SubmissionReport(via: name, outcome: outcome, took: began.duration(to: .now))
    }

    /// Submits to all at once; reports in the order of `submissions`.
    public static func submit(_ order: SubmissionOrder, to submissions: [Submission]) async -> [SubmissionReport] {
        await withTaskGroup(of: (Int, SubmissionReport).self) { group in
            for (position, submission) in submissions.enumerated() {
                group.addTask { (position, await submission.submit(order)) }
            }
            var reports: [(Int, SubmissionReport)] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

/// One submission's end.
public struct SubmissionReport: Sendable, Hashable {
    /// Which way it went.
    public var via: String
    /// What is known.
    public var outcome: SubmissionOutcome
    /// From the call to the answer.
    public var took: Duration
}
