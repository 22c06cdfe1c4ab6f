/// Bounds of a search. Everything beyond a bound is counted in `SearchCounters`, never silently dropped.
public struct SearchSettings: Hashable, Sendable {
    /// Fewest swaps of a cycle; 2...4.
    public var minHops = 2
    /// Most swaps of a cycle; 2...4.
    public var maxHops = 3
    /// Graph edges looked at per search.
    public var maxEdgeVisits = 8_000_000
    /// Cycles kept for the exact pass per search, best estimate first.
    public var maxCandidates = 4096
    /// Cycles refined in exact integers per search.
    public var maxRefined = 16
    /// Plans returned per search.
    public var maxPlans = 1
    /// Price pieces (tick ranges) walked per cycle.
    public var maxPieces = 512
    /// Neighbours tried on each side of the coarsest amount in the integer search.
    public var integerWindow: UInt128 = 4
    /// True to try the neighbours of every amount of a cycle where those of the coarsest leave no profit.
    public var searchesAllAmounts = false

    public init() {}

    /// The bounds of a scan that wants every cycle and every wei: nothing is cut below `limit` cycles.
    public static func everything(minHops: Int, maxHops: Int, limit: Int = 4_000_000) -> SearchSettings {
        var settings = SearchSettings()
        settings.minHops = minHops
        settings.maxHops = maxHops
        settings.maxEdgeVisits = 4_000_000_000
        settings.maxCandidates = limit
        settings.maxRefined = limit
        settings.maxPlans = limit
        settings.integerWindow = 32
        settings.searchesAllAmounts = true
        return settings
    }
}

/// What one search looked at and what its bounds cut.
public struct SearchCounters: Hashable, Sendable {
    /// Graph edges looked at.
    public var edgeVisits = 0
    /// Directed cycles enumerated (both directions of one set of pools count as two).
    public var cycles = 0
    /// Of those, marginal product above 1 in Double.
    public var aboveOne = 0
    /// Of those, with an estimated profit of at least the floor given to the search.
    public var candidates = 0
    /// Candidates that went through the exact integer search.
    public var refined = 0
    /// Of those, with a positive profit in exact integers.
    public var profitable = 0
    /// Touched pools not searched to the end because `maxEdgeVisits` was reached.
    public var poolsCut = 0
    /// Candidates dropped by `maxCandidates` or `maxRefined` (the worst by estimate go first).
    public var candidatesCut = 0
    /// Cycles whose segment walk stopped at `maxPieces` (their size is too small, never wrong).
    public var walksCut = 0

    public init() {}
}

/// What a search found.
public struct SearchResult: Hashable, Sendable {
    /// Profitable plans, best value first, at most `maxPlans`.
    public var plans: [CyclePlan] = []
    public var counters = SearchCounters()
}

/// Finds the arbitrage cycles through changed pools, sizes them in Double and proves them in exact integers.
///
/// Holds the token graph and one price entry per pool; the caller reports every pool it adds or changes. Settlement
/// tokens are compared by `value`, the worth of one smallest unit in a common unit of the caller's choice.
/// Owns its scratch memory: give one to each thread.
public struct CycleSearch: Sendable {
    /// A pool's price entry, in Double.
    struct Price: Sendable {
        /// Marginal price of token1 in token0's way in, fee included, and the way back; 0 where nothing can be bought.
        var up = 0.0
        var down = 0.0
        /// Reserves and fee factor of a constant-product pool.
        var reserve0 = 0.0
        var reserve1 = 0.0
        var gamma = 0.0
        /// True for concentrated pools: their curve has pieces that the market must be asked for.
        var hasPieces = false
    }

    /// A cycle that passed the prefilter. Edges are in the order of execution.
    struct Candidate: Sendable {
        var edges: InlineArray<4, Int32>
        var hops: Int
        var slot: Int
        var input = 0.0
        /// Estimated profit times the settlement token's value.
        var value = 0.0
    }

    /// A path between the settlement token and an end of the touched pool, edges in the order of execution.
    struct HalfPath: Sendable {
        var edges: InlineArray<3, Int32>
        var length: Int
        /// Tokens strictly between the ends; -1 where there is none.
        var inner0: Int32 = -1
        var inner1: Int32 = -1
        var gain: Double
    }

    public var settings: SearchSettings
    public internal(set) var graph = TokenGraph()
    /// By slot: worth of one smallest unit of the settlement token in the common unit.
    public private(set) var values: [Double] = []
    var prices: [Price] = []
    /// By directed edge: the marginal price gamma * reserveOut / reserveIn; 0 for unusable pools. The prefilter
    /// multiplies these along a cycle: the same test as a sum of log prices, without a logarithm per update.
    var gains: [Double] = []

    // Scratch, empty between searches.
    var mark: [Int32] = []
    var heads: [HalfPath] = []
    var tails: [HalfPath] = []
    var found: [Candidate] = []
    var saved: [(pool: Int32, price: Price)] = []
    var counters = SearchCounters()
    var valueFloor = 0.0

    /// An empty search. Hops outside 2...4 are clamped into that range.
    public init(settings: SearchSettings = SearchSettings()) {
        self.settings = settings
        self.settings.minHops = min(max(settings.minHops, 2), 4)
        self.settings.maxHops = min(max(settings.maxHops, self.settings.minHops), 4)
    }

    /// Makes a token one that cycles start and end in; `value` is the worth of its smallest unit in the common unit.
    /// A second call for the same token only changes its value.
    public mutating func addSettlement(_ token: Int32, value: Double = 1) {
        if graph.addSettlement(token) {
            values.append(value)
        } else if let slot = graph.settlementTokens.firstIndex(of: token) {
            values[slot] = value
        }
    }

    /// Takes over the state of one pool, new or changed. O(1) amortised.
    mutating func adopt<M: MarketView>(_ pool: Int32, from market: borrowing M) {
        if !graph.contains(pool: pool) {
            let (a, b) = market.tokens(of: pool)
            guard graph.add(pool: pool, token0: a, token1: b) else { return }
            let missing = graph.token0.count - prices.count
            prices.append(contentsOf: repeatElement(Price(), count: missing))
            mark.append(contentsOf: repeatElement(0, count: missing))
            gains.append(contentsOf: repeatElement(0, count: missing * 2))
        }
        setPrice(pool, Self.price(of: pool, in: market))
    }

    private static func price<M: MarketView>(of pool: Int32, in market: borrowing M) -> Price {
        let up = market.curve(pool, zeroForOne: true)
        if let up, up.cursor.pool < 0 {
            return Price(
                up: up.price, down: up.gamma * up.reserveIn / up.reserveOut, reserve0: up.reserveIn,
                reserve1: up.reserveOut, gamma: up.gamma)
        }
        // Each direction has its own first piece: the price may stand at the edge of the liquidity.
        return Price(
            up: up?.price ?? 0, down: market.curve(pool, zeroForOne: false)?.price ?? 0, hasPieces: true)
    }

    private mutating func setPrice(_ pool: Int32, _ price: Price) {
        prices[Int(pool)] = price
        gains[Int(pool) * 2 + 1] = price.up
        gains[Int(pool) * 2] = price.down
    }

    /// Puts an overlay's prices in place of the base's for `pools`; `restorePrices` undoes it.
    mutating func overridePrices<M: MarketView>(of pools: [Int32], from market: borrowing M) {
        for pool in pools where graph.contains(pool: pool) {
            saved.append((pool, prices[Int(pool)]))
            setPrice(pool, Self.price(of: pool, in: market))
        }
    }

    mutating func restorePrices() {
        while let (pool, price) = saved.popLast() { setPrice(pool, price) }
    }
}
