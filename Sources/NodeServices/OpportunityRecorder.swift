import Bundles
import EVMTypes
import History
import Logging
import Paths
import Pools
import RiskRules
import SearchCore

/// Writes every opportunity with the decision on it to the history. A full disk is logged once a minute, and never
/// stops the search.
actor OpportunityRecorder {
    private let archive: NodeArchive
    private let host: SearchHost
    private let logger: Logger
    private let isLive: Bool
    private let retentionDays: UInt64
    private var lastFault: ContinuousClock.Instant?
    private var written: UInt64 = 0

    init(archive: NodeArchive, host: SearchHost, isLive: Bool, retentionDays: UInt64, logger: Logger) {
        self.archive = archive
        self.host = host
        self.isLive = isLive
        self.retentionDays = retentionDays
        self.logger = logger
    }

    func record(_ opportunity: SearchCore.Opportunity, plan: PlannedBundle?, skipped: SkipReason?) async {
        let cycle = opportunity.cycle
        let names = await host.run { core in
            (
                pools: cycle.legs.map { core.core.market.identity($0.pool).address },
                token: core.core.market.token(at: cycle.settlement)
            )
        }
        guard let names else { return }
        let now = MarketKeeper.nowMilliseconds()
        let row = History.Opportunity(
            seenAt: now, headNumber: opportunity.head.number, target: opportunity.target, settlementToken: names.token,
            amountIn: U256(cycle.amountIn), grossProfit: U256(cycle.profit), pools: names.pools)
        let verdict: History.Decision.Verdict = plan == nil ? .rejected : (isLive ? .accepted : .dryRun)
        let decision = History.Decision(
            decidedAt: now, verdict: verdict, reasonCode: Self.code(skipped), reason: skipped.map { "\($0)" } ?? "",
            gasLimit: plan?.bundle.gasLimit ?? 0, tip: plan?.bundle.tipWei ?? .zero,
            netProfit: plan.flatMap { I256(magnitude: $0.bundle.netProfitWei, isNegative: false) } ?? .zero)
        do {
            try await archive.record(row, decision: decision)
            written += 1
            if written % 1_000 == 0 { try await archive.prune(olderThanDays: retentionDays) }
        } catch {
            if lastFault.map({ ContinuousClock.now - $0 > .seconds(60) }) ?? true {
                lastFault = .now
                logger.error("opportunities are not being recorded", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The risk rule's number; 255 for a reason that is no rule.
    private static func code(_ skipped: SkipReason?) -> UInt8 {
        switch skipped {
        case nil: 0
        case .risk(let reason): reason.rawValue
        default: 255
        }
    }
}
