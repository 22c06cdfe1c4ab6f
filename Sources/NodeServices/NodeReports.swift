import ChainRegistry
public import EVMCodec
public import EVMTypes
import History
import KeyVault
import NodeClient
import Pools
import SearchCore
import Synchronization

// What the operator sees: status, health, lists. Amounts are decimal strings of wei.
extension MartletNode {
    /// Where the node stands.
    public struct Standing: Sendable {
        /// The newest block that was taken in; nil before the first. The time is in seconds since 1970.
        public var head: (number: UInt64, hash: Hash32, timestamp: UInt64)?
        /// Whether signing is paused by a person.
        public var isPaused: Bool
        /// Since the start of the process.
        public var uptimeSeconds: UInt64
        /// Counts and totals, for `node_status`.
        public var details: JSONObject
    }

    /// The chain file's name.
    public var chainName: String { config.chain.name }
    /// EIP-155.
    public var chainID: UInt64 { config.chain.chainID }
    /// Whether bundles are really submitted.
    public var sendsBundles: Bool { isLive }

    /// How the node stands; asks its services one after the other.
    public func standing() async -> Standing {
        let phase = phase.withLock { $0 }, counts = counters.snapshot
        let market = await parts.host.run { core -> (pools: Int, usable: Int, quarantined: Int, tokens: Int) in
            let market = core.market
            var usable = 0, quarantined = 0, pools = 0
            for pool in 0..<PoolIndex(market.poolCount) where !market.isRemoved(pool) {
                pools += 1
                if market.isUsable(pool) { usable += 1 }
                if market.quarantineReason(pool) != nil { quarantined += 1 }
            }
            return (pools, usable, quarantined, market.tokenCount)
        }
        let totals = await parts.submitter?.totals ?? ProfitTotals()
        let inFlight = await parts.submitter?.inFlight ?? 0
        var details: JSONObject = [
            "nativeSymbol": .string(config.chain.nativeSymbol), "synced": .bool(phase.isSynced),
            "connected": .bool(phase.isConnected),
            "executor": config.chain.executor.map { .address($0) } ?? .null,
            "searcher": parts.signer.map { .address($0.address) } ?? .null,
            "pools": [
                "known": .integer(market?.pools ?? 0), "usable": .integer(market?.usable ?? 0),
                "quarantined": .integer(market?.quarantined ?? 0), "tokens": .integer(market?.tokens ?? 0),
            ],
            "mempool": [
                "seen": .integer(counts.pendingSeen), "decoded": .integer(counts.pendingDecoded),
                "dropped": .integer(parts.host.dropped), "run": .integer(counts.pendingRun),
                "reverting": .integer(counts.pendingReverts), "rejected": .integer(counts.pendingRejected),
                "cold": .integer(counts.pendingCold),
                "unrun": .integer(counts.pendingUnrun),
            ],
            "opportunities": [
                "found": .integer(counts.opportunitiesFound), "rejected": .integer(counts.opportunitiesRejected),
            ],
            "bundles": [
                "built": .integer(counts.bundlesBuilt), "simulated": .integer(counts.bundlesSimulated),
                "submitted": .integer(counts.bundlesSubmitted), "inFlight": .integer(inFlight),
                "landed": .integer(totals.landed), "reverted": .integer(totals.reverted),
                "expired": .integer(counts.bundlesExpired), "failed": .integer(counts.bundlesFailed),
                "stale": .integer(counts.bundlesStale),
            ],
            "profit": [
                "grossWei": .string("\(totals.gross)"), "tipWei": .string("\(totals.tips)"),
                "executorGrowthWei": .string("\(totals.growth)"), "gasPaidWei": .string("\(totals.gasPaid)"),
                "netWei": .string("\(totals.net)"),
            ],
        ]
        details["reorgs"] = .integer(counts.reorgs)
        details["headsMissed"] = .integer(counts.headsMissed)
        details["logsMissed"] = .integer(counts.logsMissed)
        details["reconnects"] = .integer(counts.reconnects)
        details["audits"] = ["done": .integer(counts.audits), "mismatches": .integer(counts.auditMismatches)]
        details["predictions"] = [
            "verified": .integer(counts.plansVerified), "differ": .integer(counts.predictedDiffers),
        ]
        details["state"] = ["slotsKept": .integer(counts.slotsKept), "slotsRead": .integer(counts.slotsRead)]
        details["signing"] = parts.signing.report
        details["skipped"] = .object(reasons(counts))
        details["lastFault"] = phase.lastFault.map { .string($0) } ?? .null
        let uptime = ContinuousClock.now - startedAt
        return Standing(
            head: phase.head.map { ($0.number, $0.hash, $0.timestamp) }, isPaused: phase.isPaused,
            uptimeSeconds: UInt64(max(0, uptime.components.seconds)), details: details)
    }

    private func reasons(_ counts: NodeCounters.Values) -> JSONObject {
        var object = JSONObject()
        for (reason, count) in counts.reasons.sorted(by: { $0.key < $1.key }) { object[reason] = .integer(count) }
        return object
    }

    /// Checks for `/health`: name, whether it holds, and the figure looked at.
    public func healthChecks() async -> [(name: String, isHealthy: Bool, detail: String)] {
        let phase = phase.withLock { $0 }, counts = counters.snapshot
        let age = phase.headSeenAt.map { ContinuousClock.now - $0 }
        let limit = Duration.milliseconds(Int(config.chain.blockTimeMilliseconds) * 8) + .seconds(10)
        let seconds = age.map { "\($0.components.seconds) s since the last head" } ?? "no head yet"
        return [
            ("synced", phase.isSynced, phase.isSynced ? "at the head" : "catching up"),
            ("head-age", age.map { $0 <= limit } ?? false, seconds),
            ("connected", phase.isConnected || parts.session == nil, phase.lastFault ?? "connected"),
            // Shown, not failed: a restart would not mend it, and the plan and its pools are out already.
            (
                "predictions", true,
                "\(counts.plansVerified) verified, \(counts.predictedDiffers) differ"
            ),
            signingCheck(phase.isPaused),
        ]
    }

    private func signingCheck(_ isPaused: Bool) -> (name: String, isHealthy: Bool, detail: String) {
        if isPaused { return ("signing", false, "paused by the operator") }
        guard let fault = parts.signing.fault else { return ("signing", true, "on") }
        return ("signing", false, fault)
    }

    // MARK: Lists

    /// Which pools `pools` lists.
    public struct PoolFilter: Sendable {
        /// Only pools with this token; nil for all.
        public var token: Address?
        /// Only pools of this factory's name; nil for all.
        public var dex: String?
        /// Only pools that are, or are not, in the search; nil for both.
        public var isUsable: Bool?
        /// Whether V3 pools are shown with all their ticks.
        public var includesTicks: Bool

        public init(token: Address?, dex: String?, isUsable: Bool?, includesTicks: Bool) {
            self.token = token
            self.dex = dex
            self.isUsable = isUsable
            self.includesTicks = includesTicks
        }
    }

    /// A page of pools in the order they were found; `next` is the index to go on after.
    public func pools(limit: Int, after: String?, filter: PoolFilter) async -> (items: [JSON], next: String?) {
        let start = after.flatMap { PoolIndex($0) }.map { $0 + 1 } ?? 0
        let page = await parts.host.run { core -> (items: [JSON], next: String?) in
            let market = core.market
            var items: [JSON] = [], index = max(0, start)
            while index < PoolIndex(market.poolCount), items.count < limit {
                if filter.accepts(index, market) {
                    items.append(PoolReport.json(index, market, ticks: filter.includesTicks))
                }
                index += 1
            }
            return (items, index < PoolIndex(market.poolCount) ? "\(index - 1)" : nil)
        }
        return page ?? ([], nil)
    }

    /// A page of bundles, newest first.
    public func bundles(limit: Int, after: String?, state: String?) async throws -> (items: [JSON], next: String?) {
        let page = try await parts.archive.page(limit: limit, after: after.flatMap { Int64($0) }, state: state)
        let live = Dictionary(
            (await parts.submitter?.newest ?? []).map { ($0.transaction, $0) }, uniquingKeysWith: { first, _ in first })
        return (page.records.map { (live[$0.transaction] ?? $0).json }, page.next.map { "\($0)" })
    }

    /// A page of opportunities, newest first, of one verdict when `state` is given.
    public func opportunities(limit: Int, after: String?, state: String?) async throws -> (items: [JSON], next: String?)
    {
        let rows = try await parts.archive.opportunities(limit: limit, after: after.flatMap { Int64($0) })
        let shown = rows.filter { state == nil || $0.decision?.verdict.rawValue == state }
        return (shown.map(PoolReport.json), rows.count == limit ? rows.last.map { "\($0.id)" } : nil)
    }
}

extension MartletNode.PoolFilter {
    func accepts(_ pool: PoolIndex, _ market: MarketState) -> Bool {
        if market.isRemoved(pool) { return false }
        let identity = market.identity(pool)
        if let token, identity.token0 != token, identity.token1 != token { return false }
        if let dex, market.dex(identity.dexID)?.name != dex { return false }
        if let isUsable, market.isUsable(pool) != isUsable { return false }
        return true
    }
}
