public import Bundles
import ChainCosts
import EVMCodec
public import EVMTypes
public import Paths
public import Pools
public import RiskRules

/// Fixed settings of one core.
public struct SearchConfig: Sendable {
    /// Tokens that cycles start and end in; the first is the wrapped native token.
    public var settlementTokens: [Address]
    /// Contracts whose calldata is decoded.
    public var routers: RouterTable
    /// Builds bundles; nil: the core keeps the market and finds opportunities, but plans nothing.
    public var builder: BundleBuilder?
    /// What is refused before anything is signed.
    public var limits: RiskLimits
    /// How cycles are looked for.
    public var search: SearchSettings
    /// Pending hashes remembered, so that a transaction seen twice is looked at once a block.
    public var seenMax: Int
    /// Seconds from a block to the next, for the deadlines of targets.
    public var blockSeconds: UInt64
    /// EIP-155.
    public var chainID: UInt64
    /// True drops targets whose sender's next nonce was not told by `.senderNonce` since the newest head. False takes
    /// them on trust; a nonce that was told is heeded either way.
    public var dropsUnknownNonces = false

    public init(
        chainID: UInt64, settlementTokens: [Address], routers: RouterTable, builder: BundleBuilder?, limits: RiskLimits,
        search: SearchSettings = SearchSettings(), seenMax: Int = 8_192, blockSeconds: UInt64
    ) {
        self.chainID = chainID
        self.settlementTokens = settlementTokens
        self.routers = routers
        self.builder = builder
        self.limits = limits
        self.search = search
        self.seenMax = seenMax
        self.blockSeconds = blockSeconds
    }
}

/// The deterministic heart: market, search and risk as one synchronous state machine.
///
/// `step` is the only way in. It reads no clock, no file and no network, and the same events give the same decisions.
/// One writer: the core is moved to one thread and stays there. Scratch memory is kept between steps.
public struct Searcher: Sendable {
    /// As it was started with.
    public let config: SearchConfig
    /// The exact state of all pools at `head`.
    public internal(set) var market: MarketState
    /// The block the market stands at; nil before the first.
    public internal(set) var head: HeadID?
    public internal(set) var risk = RiskState()

    var search: CycleSearch
    var overlay = MarketOverlay()
    var parent: ParentBlock?
    var nonce: UInt64?
    var headTimeMilliseconds: UInt64 = 0
    var headTimestamp: UInt64 = 0
    /// Net profit of the best plan given out for the next block.
    var bestNet: U256?
    /// Pools of opportunities that were there at the last head: looked at again until they are gone.
    var standing: [PoolIndex] = []
    var seen: SeenRing
    /// Next nonces of senders as told since the newest head; at most `seenMax`.
    var senderNonces: [Address: UInt64] = [:]
    var needsFullSearch = true
    /// Cycles that stood in the head's state when it came: looked at again when more of that state is known.
    var headPlans: [CyclePlan] = []
    /// What fees beside gas follow from; nil when the head did not say.
    var costs: ChainParameters?

    /// Takes over a market, which stands at `head` (as loaded from the store), or an empty one with a nil head.
    public init(config: SearchConfig, market: MarketState, head: HeadID?) {
        self.config = config
        self.market = market
        self.head = head
        search = CycleSearch(settings: config.search)
        seen = SeenRing(capacity: config.seenMax)
        for pool in 0..<PoolIndex(market.poolCount) { search.update(pool, from: market) }
        adoptSettlementTokens()
    }

    /// Takes one event. Never throws and never traps on what a peer sent.
    public mutating func step(_ event: Event) -> Decision {
        var none = StateRunner()
        return step(event, &none)
    }

    /// As `step`, with a runner that says what transactions really do.
    mutating func step(_ event: Event, _ runner: inout StateRunner) -> Decision {
        switch event {
        case .head(let event): apply(event, &runner)
        case .undo(let event): undo(event, &runner)
        case .pending(let pending, let time): consider(pending, round: 0, timeMilliseconds: time, &runner)
        case .state(let patch, let time): take(patch, nil, timeMilliseconds: time, &runner)
        case .retry(let patch, let candidate, let time): take(patch, candidate, timeMilliseconds: time, &runner)
        case .senderNonce(let sender, let nonce): note(sender, nonce)
        case .outcome(let outcome): note(outcome)
        case .pause: setPaused(true)
        case .resume: setPaused(false)
        }
    }

    /// Sets a pool's state anew by `install`, which says why it could not; the next block's commit stores it.
    public mutating func repair(
        _ pool: PoolIndex, _ install: (inout MarketState) -> PoolRefusal?
    ) -> PoolRefusal? {
        let refusal = install(&market)
        search.update(pool, from: market)
        needsFullSearch = true
        return refusal
    }

    /// Takes a pool out of use because its state disagreed with the chain; the next block's commit stores that.
    public mutating func quarantine(_ pool: PoolIndex, _ reason: PoolRefusal) {
        market.quarantine(pool, reason)
        search.update(pool, from: market)
    }

    private mutating func setPaused(_ paused: Bool) -> Decision {
        if paused { risk.isPaused = true } else { risk.resume() }
        if !paused { needsFullSearch = true }
        var decision = Decision()
        decision.skipped = .operatorEvent
        return decision
    }

    private mutating func note(_ outcome: PlanOutcome) -> Decision {
        switch outcome.result {
        case .submitted, .expired: break
        // The next best plan may take its place.
        case .dropped: bestNet = nil
        // A dry run has no landing: a passed simulation is its success.
        case .simulated, .landed: risk.noteSuccess()
        case .failed, .reverted:
            risk.noteFailure(
                pools: outcome.pools, head: head?.number ?? 0, nowMilliseconds: outcome.timeMilliseconds,
                limits: config.limits)
            // What was planned will not land as it is: the next best may take its place.
            bestNet = nil
        }
        if let net = outcome.netWei { risk.noteResult(netWei: net, nowMilliseconds: outcome.timeMilliseconds) }
        var decision = Decision()
        decision.skipped = .operatorEvent
        return decision
    }

    private mutating func note(_ sender: Address, _ nonce: UInt64) -> Decision {
        if senderNonces[sender] != nil || senderNonces.count < config.seenMax { senderNonces[sender] = nonce }
        var decision = Decision()
        decision.skipped = .operatorEvent
        return decision
    }

    /// Settlement tokens get their index when the first pool with them appears.
    mutating func adoptSettlementTokens() {
        // Only the wrapped native token has a value in native coin that is certain; others need a rate (a later issue).
        guard let native = config.settlementTokens.first, let index = market.tokenIndex(of: native) else { return }
        search.addSettlement(index, value: 1)
    }
}

/// A fixed ring of hashes with membership in O(1).
struct SeenRing: Sendable {
    private var order: [Hash32] = []
    private var members: Set<Hash32> = []
    private var next = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        order.reserveCapacity(self.capacity)
        members.reserveCapacity(self.capacity)
    }

    /// False when the hash was among the last `capacity` ones.
    mutating func insert(_ hash: Hash32) -> Bool {
        guard members.insert(hash).inserted else { return false }
        if order.count < capacity {
            order.append(hash)
        } else {
            members.remove(order[next])
            order[next] = hash
            next = (next + 1) % capacity
        }
        return true
    }

    mutating func removeAll() {
        order.removeAll(keepingCapacity: true)
        members.removeAll(keepingCapacity: true)
        next = 0
    }
}
