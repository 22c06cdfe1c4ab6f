import Logging
import SearchCore
import Synchronization

/// Where every decision of the searcher goes: counted, its plan handed on, its missing state asked for.
final class DecisionDesk: Sendable {
    private let counters: NodeCounters
    private let logger: Logger
    private let plans: AsyncStream<Decision>.Continuation
    private let asks: AsyncStream<StateRequest>.Continuation
    /// What candidates wait for; the newest are kept when it runs over.
    let requests: AsyncStream<StateRequest>

    init(counters: NodeCounters, logger: Logger, plans: AsyncStream<Decision>.Continuation) {
        self.counters = counters
        self.logger = logger
        self.plans = plans
        (requests, asks) = AsyncStream.makeStream(of: StateRequest.self, bufferingPolicy: .bufferingNewest(256))
    }

    func take(_ decision: Decision) {
        let isFirst = decision.round == 0
        if isFirst, decision.wasDecoded, decision.targetEffect != nil {
            counters.add(\.pendingDecoded, "pending.decoded")
        }
        switch decision.targetEffect {
        case .run: counters.add(\.pendingRun, "pending.run")
        case .reverts: counters.add(\.pendingReverts, "pending.reverts")
        case .rejected: counters.add(\.pendingRejected, "pending.rejected")
        case .cold: if isFirst { counters.add(\.pendingCold, "pending.cold") }
        case .decoded: counters.add(\.pendingUnrun, "pending.unrun")
        case nil: break
        }
        counters.add(\.plansVerified, "plans.verified", UInt64(decision.verified))
        for difference in decision.differences {
            counters.add(\.predictedDiffers, "predicted_differs")
            logger.error("a plan's run differs from its prediction", metadata: ["difference": "\(difference)"])
        }
        if let why = decision.unverified { counters.reason("unverified.\(why.prefix(40))") }
        for request in decision.requests {
            if case .dropped = asks.yield(request) { counters.reason("state.requestDropped") }
        }
        plans.yield(decision)
    }
}
