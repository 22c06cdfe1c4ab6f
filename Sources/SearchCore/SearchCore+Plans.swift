import Bundles
import EVMCodec
import EVMTypes
import Paths
import Pools
import RiskRules

// From cycles to a plan: bundle, risk, best of the block.
extension Searcher {
    /// Whether the core could plan at all.
    var canPlan: Bool { config.builder != nil && parent != nil && nonce != nil }

    /// Least gross profit worth an exact look, wei in Double: what the cheapest run would cost in gas.
    var profitFloor: Double {
        guard let parent, let builder = config.builder else { return 1 }
        let gas = builder.context.gasModel.estimate(kinds: [PoolKind.uniswapV2, .uniswapV2], ticksCrossed: 0, paysTip: false)
        let price = parent.baseFeePerGas.double * 0.875 + builder.policy.priorityFeePerGas.double
        return max(1, Double(gas) * price * 0.9)
    }

    mutating func consider(_ pending: PendingTransaction, timeMilliseconds: UInt64) -> Decision {
        var decision = Decision()
        decision.skipped = reasonToIgnore(pending)
        guard decision.skipped == nil else { return decision }
        switch RouterDecoder.decode(pending.transaction, from: pending.from, routers: config.routers) {
        case .notARouter: decision.skipped = .notARouter
        case .unknownSelector: decision.skipped = .unknownSelector
        case .malformed: decision.skipped = .undecodable
        case .unsupported: decision.skipped = .unsupportedCall
        case .plan(let plan):
            overlay.reset()
            guard applies(plan), !overlay.touchedPools.isEmpty else {
                decision.skipped = .noEffect
                break
            }
            let result = search.search(over: overlay, in: market, floor: profitFloor)
            decision.search = result.counters
            choose(among: result.plans, target: pending, over: true, timeMilliseconds: timeMilliseconds, &decision)
        }
        return decision
    }

    private mutating func reasonToIgnore(_ pending: PendingTransaction) -> SkipReason? {
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
        default: return seen.insert(pending.hash) ? nil : .seenBefore
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
    mutating func choose(
        among plans: [CyclePlan], target: PendingTransaction?, over usesOverlay: Bool, timeMilliseconds: UInt64,
        _ decision: inout Decision
    ) {
        guard let head, let first = plans.first else {
            decision.skipped = .noCycle
            return
        }
        decision.opportunity = Opportunity(cycle: first, head: head, target: target?.hash)
        var best: (bundle: BundlePlan, cycle: CyclePlan)?
        for cycle in plans {
            switch bundle(cycle, target: target, over: usesOverlay, timeMilliseconds: timeMilliseconds) {
            case .success(let bundle):
                if best.map({ $0.bundle.netProfitWei < bundle.netProfitWei }) ?? true { best = (bundle, cycle) }
            case .failure(let refusal): if decision.skipped == nil { decision.skipped = refusal.reason }
            }
        }
        guard let best else { return }
        if let planned = bestNet, planned >= best.bundle.netProfitWei {
            decision.skipped = .worseThanPlanned
            return
        }
        decision.skipped = nil
        decision.opportunity = Opportunity(cycle: best.cycle, head: head, target: target?.hash)
        decision.plan = PlannedBundle(
            bundle: best.bundle, head: head, target: target?.hash, pools: best.cycle.legs.map(\.pool),
            replaces: bestNet != nil)
        bestNet = best.bundle.netProfitWei
        risk.notePlan(head: head.number, validUntil: best.bundle.validUntilBlock)
    }

    struct Refusal: Error { var reason: SkipReason }

    private func bundle(
        _ cycle: CyclePlan, target: PendingTransaction?, over usesOverlay: Bool, timeMilliseconds: UInt64
    ) -> Result<BundlePlan, Refusal> {
        guard let builder = config.builder, let parent, let nonce else { return .failure(Refusal(reason: .watchingOnly)) }
        let request = BundleRequest(
            plan: cycle, pools: cycle.legs.map { market.identity($0.pool) }, settlement: market.token(at: cycle.settlement),
            targets: target.map { [$0.transaction] } ?? [], parent: parent, nonce: nonce,
            ticksCrossed: ticksCrossed(by: cycle, over: usesOverlay))
        let bundle: BundlePlan
        do throws(BundleError) {
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
            nowMilliseconds: timeMilliseconds, limits: config.limits)
        return reason.map { .failure(Refusal(reason: .risk($0))) } ?? .success(bundle)
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
