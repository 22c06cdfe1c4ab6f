import Bundles
import EVM
import EVMCodec
import EVMTypes
import Paths
import Pools
import RiskRules

/// What plans are made from.
struct PlanSource {
    /// The transaction they follow; nil for the head's own gaps.
    var pending: PendingTransaction?
    /// Whether the overlay counts.
    var over: Bool
    /// How often this was taken up.
    var round: Int
    var timeMilliseconds: UInt64
    /// Whether the pools' states are known, not guessed from calldata.
    var isExact = true
}

// From cycles to a plan: bundle, risk, best of the block.
extension Searcher {
    /// Whether the core could plan at all.
    var canPlan: Bool { config.builder != nil && parent != nil && nonce != nil }

    /// Least gross profit worth an exact look, wei in Double: what the cheapest run would cost in gas.
    var profitFloor: Double {
        guard let parent, let builder = config.builder else { return 1 }
        let gas = builder.context.gasModel.estimate(
            kinds: [PoolKind.uniswapV2, .uniswapV2], ticksCrossed: 0, paysTip: false)
        let price = parent.baseFeePerGas.double * 0.875 + builder.policy.priorityFeePerGas.double
        return max(1, Double(gas) * price * 0.9)
    }

    mutating func consider(
        _ pending: PendingTransaction, round: Int, timeMilliseconds: UInt64, _ runner: inout StateRunner
    ) -> Decision {
        var decision = Decision()
        decision.round = round
        decision.skipped = reasonToIgnore(pending, isRetry: round > 0)
        guard decision.skipped == nil else { return decision }
        overlay.reset()
        var lent = LentTicks()
        defer { market.takeBack(lent) }
        decision.targetEffect = effect(of: pending, round: round, &lent, &runner, &decision)
        guard decision.skipped == nil else { return decision }
        guard !overlay.touchedPools.isEmpty else {
            decision.skipped = .noEffect
            return decision
        }
        let result = search.search(over: overlay, in: market, floor: profitFloor)
        decision.search = result.counters
        let source = PlanSource(
            pending: pending, over: true, round: round, timeMilliseconds: timeMilliseconds,
            isExact: decision.targetEffect == .run)
        choose(among: result.plans, source, &runner, &decision)
        return decision
    }

    /// Puts what the transaction would do to the pools on the overlay: by running it where the state is known, else by
    /// its calldata. Sets `decision.skipped` where there is nothing to follow.
    private mutating func effect(
        of pending: PendingTransaction, round: Int, _ lent: inout LentTicks, _ runner: inout StateRunner,
        _ decision: inout Decision
    ) -> TargetEffect {
        switch runner.run(pending.transaction, from: pending.from) {
        case .ran(let logs):
            do throws(PoolRefusal) {
                try overlay.apply(logs, in: &market, lent: &lent)
            } catch {
                decision.skipped = .noEffect
            }
            return .run
        case .reverts:
            decision.skipped = .targetReverts
            return .reverts
        case .rejected:
            decision.skipped = .cannotBeIncluded
            return .rejected
        case .missing(let needs):
            // Without calldata nothing but a payment happens: not worth a question.
            if !pending.transaction.data.isEmpty { ask(needs, for: pending, round: round, &decision) }
            decode(pending, &decision)
            return .cold
        case .unanswered:
            decode(pending, &decision)
            return .decoded
        }
    }

    private mutating func decode(_ pending: PendingTransaction, _ decision: inout Decision) {
        switch RouterDecoder.decode(pending.transaction, from: pending.from, routers: config.routers) {
        case .notARouter: decision.skipped = .notARouter
        case .unknownSelector: decision.skipped = .unknownSelector
        case .malformed: decision.skipped = .undecodable
        case .unsupported: decision.skipped = .unsupportedCall
        case .plan(let plan): if !applies(plan) { decision.skipped = .noEffect }
        }
    }

    /// Notes state to be read, once a candidate and step, unless it was asked for too often.
    private func ask(
        _ needs: [StateNeed], for pending: PendingTransaction?, round: Int, _ decision: inout Decision
    ) {
        guard let head, !needs.isEmpty, round < StateRunner.roundsMax else { return }
        let candidate = RetryCandidate(pending: pending, round: round + 1)
        if let last = decision.requests.indices.last {
            for need in needs where !decision.requests[last].needs.contains(need) {
                decision.requests[last].needs.append(need)
            }
        } else {
            decision.requests.append(StateRequest(head: head, needs: needs, candidate: candidate))
        }
    }

    private mutating func reasonToIgnore(_ pending: PendingTransaction, isRetry: Bool) -> SkipReason? {
        guard head != nil, let parent else { return .noHead }
        guard canPlan else { return .watchingOnly }
        let transaction = pending.transaction
        if let chain = transaction.chainID, chain != config.chainID { return .cannotBeIncluded }
        guard let fees = try? FeeChoice(parent: parent, policy: config.builder?.policy ?? FeePolicy()),
            transaction.effectiveTip(baseFee: fees.nextBaseFeePerGas) != nil
        else { return .cannotBeIncluded }
        switch senderNonces[pending.from] {
        case nil where config.dropsUnknownNonces: return .senderNonceUnknown
        case let next? where next != transaction.nonce: return .cannotBeIncluded
        default: return seen.insert(pending.hash) || isRetry ? nil : .seenBefore
        }
    }

    /// Applies the target's swaps to the overlay; false when it would revert or cannot be modelled.
    private mutating func applies(_ plan: RouterPlan) -> Bool {
        let outcome = overlay.apply(
            plan, timestamp: headTimestamp &+ config.blockSeconds, parentHash: head?.hash, in: market)
        if case .applied(let swaps) = outcome { return swaps > 0 }
        return false
    }

    /// Builds bundles of the best cycles, in order of gross profit, and keeps the one that nets most.
    ///
    /// Where the runner can, each is run first: its gas is then the run's, and one that does not earn what was
    /// predicted to the wei is dropped.
    mutating func choose(
        among plans: [CyclePlan], _ source: PlanSource, _ runner: inout StateRunner, _ decision: inout Decision
    ) {
        guard let head, let first = plans.first else {
            if decision.skipped == nil { decision.skipped = .noCycle }
            return
        }
        let target = source.pending?.hash
        decision.opportunity = Opportunity(cycle: first, head: head, target: target)
        var best: (bundle: BundlePlan, cycle: CyclePlan, isVerified: Bool)?
        for cycle in plans {
            switch bundle(cycle, source, &runner, &decision) {
            case .success(let (bundle, isVerified)):
                if best.map({ $0.bundle.netProfitWei < bundle.netProfitWei }) ?? true {
                    best = (bundle, cycle, isVerified)
                }
            case .failure(let refusal): if decision.skipped == nil { decision.skipped = refusal.reason }
            }
        }
        guard let best else { return }
        if let planned = bestNet, planned >= best.bundle.netProfitWei {
            decision.skipped = .worseThanPlanned
            return
        }
        decision.skipped = nil
        decision.opportunity = Opportunity(cycle: best.cycle, head: head, target: target)
        decision.plan = PlannedBundle(
            bundle: best.bundle, head: head, target: target, pools: best.cycle.legs.map(\.pool),
            replaces: bestNet != nil, isVerified: best.isVerified)
        bestNet = best.bundle.netProfitWei
        risk.notePlan(head: head.number, validUntil: best.bundle.validUntilBlock)
    }

    struct Refusal: Error { var reason: SkipReason }

    private mutating func bundle(
        _ cycle: CyclePlan, _ source: PlanSource, _ runner: inout StateRunner, _ decision: inout Decision
    ) -> Result<(BundlePlan, isVerified: Bool), Refusal> {
        guard let builder = config.builder, let parent, let nonce else {
            return .failure(Refusal(reason: .watchingOnly))
        }
        guard let costs else { return .failure(Refusal(reason: .costsUnknown)) }
        var request = BundleRequest(
            plan: cycle, pools: cycle.legs.map { market.identity($0.pool) },
            settlement: market.token(at: cycle.settlement),
            targets: source.pending.map { [$0.transaction] } ?? [], parent: parent, nonce: nonce,
            ticksCrossed: ticksCrossed(by: cycle, over: source.over), costs: costs)
        var isVerified = false
        let bundle: BundlePlan
        do throws(BundleError) {
            if runner.isReady {
                let draft = try builder.draft(for: request)
                switch judge(draft, cycle, source, &runner, &decision) {
                case .success(let gas):
                    isVerified = gas != nil
                    request.simulatedGas = gas
                case .failure(let refusal): return .failure(refusal)
                }
            }
            bundle = try builder.bundle(for: request)
        } catch {
            if case .unprofitable = error { return .failure(Refusal(reason: .unprofitable)) }
            return .failure(Refusal(reason: .bundle(error)))
        }
        let facts = RiskFacts(
            netProfitWei: bundle.netProfitWei, gasPriceWei: bundle.fees.worstGasPrice, gasLimit: bundle.gasLimit,
            input: U256(cycle.amountIn), baseFeeWei: bundle.fees.nextBaseFeePerGas, tokens: tokens(of: cycle))
        let reason = risk.check(
            facts, pools: cycle.legs.lazy.map(\.pool), head: parent.number, headTimeMilliseconds: headTimeMilliseconds,
            nowMilliseconds: source.timeMilliseconds, limits: config.limits)
        if let reason { return .failure(Refusal(reason: .risk(reason))) }
        return .success((bundle, isVerified))
    }

    /// The gas a plan's run uses when it earns what was predicted; nil when it cannot be run here.
    private mutating func judge(
        _ draft: BundlePlan, _ cycle: CyclePlan, _ source: PlanSource, _ runner: inout StateRunner,
        _ decision: inout Decision
    ) -> Result<UInt64?, Refusal> {
        switch runner.verify(draft, sender: source.pending?.from) {
        case .agrees(let gas):
            decision.verified += 1
            return .success(gas)
        case .differs(let difference):
            decision.differences.append(difference)
            // A prediction from calldata may be wrong about the target; one from the chain's state or a run may not.
            if source.isExact { for leg in cycle.legs { quarantine(leg.pool, .predictionDiffers) } }
            return .failure(Refusal(reason: .predictionDiffers))
        case .targetFails: return .failure(Refusal(reason: .targetReverts))
        case .rejected: return .failure(Refusal(reason: .cannotPay))
        case .missing(let needs):
            ask(needs, for: source.pending, round: source.round, &decision)
            return .failure(Refusal(reason: .stateMissing))
        case .unanswered(let why):
            decision.unverified = why
            return .success(nil)
        }
    }

    /// The tokens a cycle passes, for the operator's allow-list; empty where there is none.
    private func tokens(of cycle: CyclePlan) -> [Address] {
        guard config.limits.allowedTokens != nil else { return [] }
        return cycle.legs.map { leg in
            let (token0, token1) = market.tokens(of: leg.pool)
            return market.token(at: leg.zeroForOne ? token0 : token1)
        }
    }

    /// Initialised ticks that the V3 legs cross, for the gas estimate.
    private func ticksCrossed(by cycle: CyclePlan, over usesOverlay: Bool) -> UInt64 {
        var crossed: UInt64 = 0
        for leg in cycle.legs {
            let state = usesOverlay ? overlay.pool(leg.pool, in: market) : market.pool(leg.pool)
            guard case .uniswapV3(let pool) = state,
                let swap = try? market.concentratedSwap(
                    leg.pool, as: pool, exactIn: true, amount: U256(leg.amountIn), zeroForOne: leg.zeroForOne,
                    sqrtPriceLimitX96: nil)
            else { continue }
            crossed += UInt64(max(0, swap.ticksCrossed))
        }
        return crossed
    }
}
