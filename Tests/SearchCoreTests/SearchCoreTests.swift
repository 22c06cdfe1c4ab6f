import Bundles
import EVMCodec
import EVMTypes
import Paths
import Pools
import RiskRules
import TestSupport
import Testing

@testable import SearchCore

@Suite struct SearchCoreTests {
    typealias Script = ScriptedMarket
    static let ether = Script.ether

    /// Two exchanges at one price: nothing to earn until somebody trades.
    static func balanced(limits: RiskLimits = RiskLimits()) -> (core: Searcher, script: Script) {
        var core = Script.core(limits: limits), script = Script()
        script.create(Script.pairs, 1, 2, ether * 1000, ether * 2_000_000)
        script.create(Script.otherPairs, 1, 2, ether * 1000, ether * 2_000_000)
        script.create(Script.pairs, 2, 3, ether * 2_000_000, ether * 500)
        script.createConcentrated(1, 3, tick: -6932, liquidity: ether * 4000)
        let first = core.step(script.mine())
        #expect(first.logs.created == 4)
        #expect(first.logs.refused == 0)
        #expect(first.skipped == .noCycle || first.skipped == .unprofitable)
        return (core, script)
    }

    /// Executes target and plan leg by leg on an overlay and returns what the settlement token grew by.
    static func replay(_ plan: PlannedBundle, cycle: CyclePlan, targets: [PendingTransaction], core: Searcher) throws -> UInt128 {
        var overlay = MarketOverlay()
        for target in targets {
            guard case .plan(let routed) = RouterDecoder.decode(target.transaction, from: target.from, routers: core.config.routers)
            else { throw TestFailure.undecodable }
            let outcome = overlay.apply(routed, timestamp: 1_700_000_000, parentHash: nil, in: core.market)
            #expect(outcome == .applied(swaps: 1))
        }
        var amount = cycle.amountIn
        for leg in cycle.legs {
            let moved = try overlay.swap(leg.pool, exactIn: true, amount: amount, zeroForOne: leg.zeroForOne, in: core.market)
            #expect(moved.isFilled && moved.amountIn == leg.amountIn && moved.amountOut == leg.amountOut)
            amount = moved.amountOut
        }
        return amount - cycle.amountIn
    }

    enum TestFailure: Error { case undecodable }

    @Test func aSwapThatMovesOnePriceIsFollowedByExactlyOnePlanBehindIt() throws {
        var (core, script) = Self.balanced()
        let target = Script.swap(id: 1, Self.ether * 20, path: [1, 2])
        let decision = core.step(script.pending(target))
        let plan = try #require(decision.plan)
        #expect(decision.skipped == nil)
        #expect(plan.target == target.hash)
        #expect(plan.bundle.targets == [target.transaction])
        #expect(plan.head == core.head)
        #expect(!plan.replaces)
        #expect(plan.bundle.ours.nonce == 7)
        let cycle = try #require(decision.opportunity?.cycle)
        #expect(try Self.replay(plan, cycle: cycle, targets: [target], core: core) == plan.bundle.grossProfit)
        #expect(plan.bundle.netProfitWei + plan.bundle.tipWei + plan.bundle.gasCostWei == U256(plan.bundle.grossProfit))
        // Nothing of ours may stand before the target.
        #expect(plan.bundle.targets.count == 1)
    }

    @Test func theOverlayIsForgottenAfterEachPendingTransaction() throws {
        var (core, script) = Self.balanced()
        _ = core.step(script.pending(Script.swap(id: 1, Self.ether * 20, path: [1, 2])))
        // A trade too small to matter finds nothing, although the one before it would have left a gap.
        let decision = core.step(script.pending(Script.swap(id: 2, 1_000_000, path: [1, 2])))
        #expect(decision.plan == nil)
        #expect(decision.skipped == .noCycle)
    }

    @Test func aStandingGapIsPlannedWithoutTargetAndAgainUntilItIsGone() throws {
        var (core, script) = Self.balanced()
        script.sync(Script.pairs, 1, 2, Self.ether * 1000, Self.ether * 2_200_000)
        let first = try #require(core.step(script.mine()).plan)
        #expect(first.target == nil && first.bundle.targets.isEmpty)
        let again = try #require(core.step(script.mine()).plan, "the gap is still there on the next head")
        #expect(again.head.number == first.head.number + 1)
        #expect(again.bundle.grossProfit == first.bundle.grossProfit)
        script.sync(Script.pairs, 1, 2, Self.ether * 1000, Self.ether * 2_000_000)
        #expect(core.step(script.mine()).plan == nil)
        #expect(core.step(script.mine()).skipped == .noCycle)
    }

    @Test func aBetterPlanForTheSameBlockReplacesAndAWorseOneDoesNot() throws {
        var (core, script) = Self.balanced()
        let small = try #require(core.step(script.pending(Script.swap(id: 1, Self.ether * 20, path: [1, 2]))).plan)
        let large = try #require(core.step(script.pending(Script.swap(id: 2, Self.ether * 40, path: [1, 2]))).plan)
        #expect(!small.replaces && large.replaces)
        #expect(large.bundle.netProfitWei > small.bundle.netProfitWei)
        let worse = core.step(script.pending(Script.swap(id: 3, Self.ether * 30, path: [1, 2])))
        #expect(worse.plan == nil && worse.skipped == .worseThanPlanned)
        #expect(worse.opportunity != nil)
        // The next block starts anew.
        _ = core.step(script.mine(nonce: 8))
        let next = try #require(core.step(script.pending(Script.swap(id: 4, Self.ether * 20, path: [1, 2]))).plan)
        #expect(!next.replaces && next.bundle.ours.nonce == 8)
    }

    @Test func aPlanThatFailedGivesWayToTheNextBest() throws {
        var (core, script) = Self.balanced()
        let large = try #require(core.step(script.pending(Script.swap(id: 2, Self.ether * 40, path: [1, 2]))).plan)
        _ = core.step(
            .outcome(PlanOutcome(result: .failed, pools: large.pools, timeMilliseconds: Script.time(of: script.number))))
        let next = core.step(script.pending(Script.swap(id: 3, Self.ether * 30, path: [1, 2])))
        #expect(next.plan?.replaces == false)
    }

    @Test func aPausedCorePlansNothingAndFindsTheGapAfterItResumes() throws {
        var (core, script) = Self.balanced()
        _ = core.step(.pause)
        script.sync(Script.pairs, 1, 2, Self.ether * 1000, Self.ether * 2_200_000)
        let paused = core.step(script.mine())
        #expect(paused.plan == nil && paused.skipped == .risk(.paused))
        #expect(!paused.writes.isEmpty, "the market is kept while paused")
        #expect(core.step(script.pending(Script.swap(id: 1, Self.ether * 20, path: [1, 2]))).plan == nil)
        _ = core.step(.resume)
        #expect(core.step(script.mine()).plan != nil)
    }

    @Test func eachRefusalHasItsReason() {
        func reason(_ change: (inout Searcher, inout Script) -> PendingTransaction) -> SkipReason? {
            var (core, script) = Self.balanced()
            let pending = change(&core, &script)
            let decision = core.step(script.pending(pending))
            #expect(decision.plan == nil)
            return decision.skipped
        }
        let swap = Script.swap(id: 1, Self.ether * 20, path: [1, 2])
        #expect(reason { core, script in _ = core.step(script.pending(swap)); return swap } == .seenBefore)
        #expect(reason { _, _ in Script.swap(id: 1, Self.ether, path: [1, 2], chainID: 1) } == .cannotBeIncluded)
        #expect(reason { _, _ in Script.swap(id: 1, Self.ether, path: [1, 2], maxFee: 999_999_999) } == .cannotBeIncluded)
        #expect(reason { _, _ in Script.swap(id: 1, Self.ether, path: [1, 2], minOut: .max) } == .noEffect)
        #expect(reason { _, _ in Script.swap(id: 1, Self.ether, path: [1, 9]) } == .noEffect)
        #expect(reason { core, _ in _ = core.step(.senderNonce(Script.sender, 2)); return swap } == .cannotBeIncluded)
        func changed(_ change: (inout Transaction) -> Void) -> PendingTransaction {
            var pending = swap
            change(&pending.transaction)
            return pending
        }
        #expect(reason { _, _ in changed { $0.to = Script.sender } } == .notARouter)
        #expect(reason { _, _ in changed { $0.to = nil } } == .notARouter)
        #expect(reason { _, _ in changed { $0.data[0] = 0 } } == .unknownSelector)
        #expect(reason { _, _ in changed { $0.data.removeLast(64) } } == .undecodable)
        #expect(reason { core, script in _ = core.step(script.mine(nonce: nil)); return swap } == .watchingOnly)
        var empty = Script.core()
        #expect(empty.step(Script().pending(swap)).skipped == .noHead)
    }

    @Test func aHostThatWantsKnownNoncesOnlyGetsThem() {
        let (balanced, script) = Self.balanced()
        var config = Script.config()
        config.dropsUnknownNonces = true
        var core = Searcher(config: config, market: balanced.market, head: balanced.head), own = script
        _ = core.step(own.mine())
        let swap = Script.swap(id: 1, Self.ether * 20, path: [1, 2])
        #expect(core.step(own.pending(swap)).skipped == .senderNonceUnknown)
        _ = core.step(.senderNonce(Script.sender, 3))
        #expect(core.step(own.pending(swap)).plan != nil)
        _ = core.step(own.mine())
        #expect(core.step(own.pending(swap)).skipped == .senderNonceUnknown, "a new head may have used the nonce")
    }

    @Test func limitsOfRiskAreAppliedToPlans() {
        func reason(_ limits: RiskLimits) -> SkipReason? {
            var (core, script) = Self.balanced(limits: limits)
            return core.step(script.pending(Script.swap(id: 1, Self.ether * 20, path: [1, 2]))).skipped
        }
        #expect(reason(RiskLimits()) == nil)
        #expect(reason(RiskLimits(netProfitMin: Self.ether * 100)) == .risk(.netProfitTooSmall))
        #expect(reason(RiskLimits(inputMax: .one)) == .risk(.inputTooLarge))
        #expect(reason(RiskLimits(baseFeeMax: 999_999_999)) == .risk(.baseFeeTooHigh))
        #expect(reason(RiskLimits(gasPriceMax: 1_000_000_000)) == .risk(.gasPriceTooHigh))
        #expect(reason(RiskLimits(headAgeMaxMilliseconds: 999)) == .risk(.headTooOld))
        #expect(reason(RiskLimits(allowedTokens: [Script.token(1)])) == .risk(.tokenNotAllowed))
        #expect(reason(RiskLimits(allowedTokens: [Script.token(1), Script.token(2)])) == nil)
    }

    @Test func aHeadThatDoesNotFollowChangesNothing() {
        var (core, script) = Self.balanced()
        let before = core.market.records(of: 0)
        var stray = script
        stray.rewind(to: script.number, hash: Hash32(U256(UInt64(5))))
        stray.sync(Script.pairs, 1, 2, Self.ether, Self.ether)
        let decision = core.step(stray.mine())
        #expect(decision.skipped == .notTheNextBlock && decision.writes.isEmpty)
        #expect(core.market.records(of: 0) == before)
        #expect(core.head?.number == script.number)
    }

    @Test func anUndoneBlockLeavesNoTrace() throws {
        var (core, script) = Self.balanced()
        let head = try #require(core.head), pool = Script.pair(Script.pairs, 1, 2).address
        let index = try #require(core.market.index(of: pool))
        let stored = core.market.records(of: index)
        script.sync(Script.pairs, 1, 2, Self.ether * 1000, Self.ether * 2_200_000)
        script.create(Script.otherPairs, 2, 3, Self.ether * 2_000_000, Self.ether * 900)
        #expect(core.step(script.mine()).plan != nil)
        let created = Script.pair(Script.otherPairs, 2, 3).address
        _ = core.step(.undo(UndoEvent(head: head, pools: [pool, created], records: stored)))
        #expect(core.head == head)
        #expect(core.market.records(of: index) == stored)
        #expect(core.market.index(of: created) == nil)
        script.rewind(to: head.number, hash: head.hash)
        let next = core.step(script.mine(fork: 1))
        #expect(next.plan == nil && next.skipped != .notTheNextBlock)
        #expect(next.opportunity == nil || next.skipped == .unprofitable)
    }

    @Test func aQuarantinedPoolLeavesThePlans() throws {
        var (core, script) = Self.balanced()
        let plan = try #require(core.step(script.pending(Script.swap(id: 1, Self.ether * 20, path: [1, 2]))).plan)
        for pool in plan.pools { core.quarantine(pool, .stateMismatch) }
        let decision = core.step(script.pending(Script.swap(id: 2, Self.ether * 20, path: [1, 2])))
        #expect(decision.plan == nil)
    }

    @Test func oldBlocksInOneGoEqualTheSameBlocksOneByOne() {
        var script = Script(), one = Script.core(), many = Script.core()
        script.create(Script.pairs, 1, 2, Self.ether * 1000, Self.ether * 2_000_000)
        let first = script.mine(nonce: nil)
        script.create(Script.otherPairs, 1, 2, Self.ether * 900, Self.ether * 2_000_000)
        let second = script.mine(nonce: nil)
        var logs: [Log] = [], header: BlockHeader?
        for event in [first, second] {
            guard case .head(let head) = event else { continue }
            logs += head.logs
            header = head.header
            #expect(one.step(event).skipped == .watchingOnly)
        }
        guard let header else { return }
        let (writes, tally) = many.applyRange(logs, through: header)
        #expect(tally.created == 2 && tally.updated == 2)
        #expect(writes.count == 2)
        for pool: PoolIndex in 0..<2 { #expect(many.market.records(of: pool) == one.market.records(of: pool)) }
        #expect(many.step(script.mine()) == one.step(script.mineAgain()))
    }
}

extension ScriptedMarket {
    /// The same next block once more.
    mutating func mineAgain() -> Event {
        rewind(to: number - 1, hash: Hash32(U256(number - 1)))
        return mine()
    }
}
