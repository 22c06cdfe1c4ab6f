import Bundles
public import EVMCodec
import EVMTypes
import Paths
public import Pools
import RiskRules

// Heads and reorgs: the only events that change the market.
extension Searcher {
    mutating func apply(_ event: HeadEvent, _ runner: inout StateRunner) -> Decision {
        var decision = Decision()
        if let head, event.header.parentHash != head.hash || event.header.number != head.number + 1 {
            decision.skipped = .notTheNextBlock
            return decision
        }
        let touched = applyLogs(event.logs, &decision.logs)
        decision.writes = market.takeDirtyWrites()
        become(event, &runner)
        guard canPlan, event.nonce != nil else {
            decision.skipped = .watchingOnly
            return decision
        }
        var pools = needsFullSearch ? Array(0..<PoolIndex(market.poolCount)) : touched
        // The search takes a pool that is named twice once.
        if !needsFullSearch { pools += standing }
        needsFullSearch = false
        let result = search.search(through: pools, in: market, floor: profitFloor)
        decision.search = result.counters
        standing.removeAll(keepingCapacity: true)
        for plan in result.plans {
            for leg in plan.legs where !standing.contains(leg.pool) { standing.append(leg.pool) }
        }
        headPlans = result.plans
        let source = PlanSource(pending: nil, over: false, round: 0, timeMilliseconds: event.timeMilliseconds)
        choose(among: result.plans, source, &runner, &decision)
        return decision
    }

    /// Applies old blocks in one go, without a search: `header` is the last of them. Rows to commit come back.
    public mutating func applyRange(_ logs: [Log], through header: BlockHeader) -> (
        writes: [StoreWrite], tally: LogTally
    ) {
        var tally = LogTally()
        _ = applyLogs(logs, &tally)
        head = HeadID(number: header.number, hash: header.hash)
        parent = nil
        needsFullSearch = true
        return (market.takeDirtyWrites(), tally)
    }

    /// Applies logs in order and takes the pools they changed into the search, each once, in the order of first change.
    private mutating func applyLogs(_ logs: [Log], _ tally: inout LogTally) -> [PoolIndex] {
        var touched = TouchedPools()
        var hasNewPool = false
        for log in logs {
            switch market.apply(log) {
            case .created(let pool):
                tally.created += 1
                hasNewPool = true
                touched.insert(pool)
            case .updated(let pool):
                tally.updated += 1
                touched.insert(pool)
            case .ignored: tally.ignored += 1
            case .refused:
                tally.refused += 1
                // A known pool whose log is refused is quarantined: its prices must leave the search.
                if let pool = market.index(of: log.address) { touched.insert(pool) }
            }
        }
        for pool in touched.pools { search.update(pool, from: market) }
        if hasNewPool { adoptSettlementTokens() }
        return touched.pools
    }

    /// Takes parts of the state over, then looks at what waited for them: a pending transaction, or the head's gaps.
    mutating func take(
        _ patch: StatePatch, _ candidate: RetryCandidate?, timeMilliseconds: UInt64, _ runner: inout StateRunner
    ) -> Decision {
        var decision = Decision()
        decision.skipped = .operatorEvent
        runner.fill(patch)
        // An answer of another head is worthless, and so is what waited for it.
        guard let head, patch.head == head.hash, canPlan else { return decision }
        let round = candidate?.round ?? 0
        if let pending = candidate?.pending {
            return consider(pending, round: round, timeMilliseconds: timeMilliseconds, &runner)
        }
        guard !headPlans.isEmpty else { return decision }
        decision.skipped = nil
        let source = PlanSource(pending: nil, over: false, round: round, timeMilliseconds: timeMilliseconds)
        choose(among: headPlans, source, &runner, &decision)
        return decision
    }

    private mutating func become(_ event: HeadEvent, _ runner: inout StateRunner) {
        let header = event.header
        head = HeadID(number: header.number, hash: header.hash)
        parent = ParentBlock(
            number: header.number, baseFeePerGas: header.baseFeePerGas ?? .zero, gasUsed: header.gasUsed,
            gasLimit: header.gasLimit)
        nonce = event.nonce
        costs = event.costs
        headPlans.removeAll(keepingCapacity: true)
        let baseFee = header.baseFeePerGas ?? .zero
        let rule = config.builder?.policy.baseFeeRule ?? .constant
        let next = try? rule.next(baseFee: baseFee, gasUsed: header.gasUsed, gasLimit: header.gasLimit)
        runner.pin(header, nextBaseFee: next ?? baseFee)
        headTimeMilliseconds = event.timeMilliseconds
        headTimestamp = header.timestamp
        bestNet = nil
        risk.noteHead(header.number)
        senderNonces.removeAll(keepingCapacity: true)
        overlay.reset()
        // A pending transaction announced again after a head may now do something else.
        seen.removeAll()
    }

    mutating func undo(_ event: UndoEvent, _ runner: inout StateRunner) -> Decision {
        var decision = Decision()
        decision.skipped = .operatorEvent
        do throws(PoolRecordError) {
            try market.reload(event.pools, from: event.records)
        } catch {
            // Rows that do not read back leave the market as it was: no plan may rest on it.
            for address in event.pools {
                if let pool = market.index(of: address) { market.quarantine(pool, .stateMismatch) }
            }
            decision.skipped = .notTheNextBlock
        }
        for address in event.pools {
            if let pool = market.index(of: address) { search.update(pool, from: market) }
        }
        head = event.head
        parent = nil
        nonce = nil
        runner.unpin()
        headPlans.removeAll(keepingCapacity: true)
        bestNet = nil
        standing.removeAll(keepingCapacity: true)
        needsFullSearch = true
        senderNonces.removeAll(keepingCapacity: true)
        overlay.reset()
        seen.removeAll()
        return decision
    }
}

/// Pools in the order of first touch, each once, in O(1) a touch.
private struct TouchedPools {
    private(set) var pools: [PoolIndex] = []
    private var members: Set<PoolIndex> = []

    mutating func insert(_ pool: PoolIndex) {
        if members.insert(pool).inserted { pools.append(pool) }
    }
}
