/// Finds arbitrage over the whole market: proof that none exists, or a first cycle, the joint optimum and its bound.
///
/// Holds one price curve per pool and one shadow price per token (`ShadowPrices`). The caller reports every pool it
/// adds or changes, then asks about the changed ones. An opportunity that was returned stays open: its pools count as
/// traded until one of them changes, so that later answers tell what is new. Double proposes; `JointPlan`s are exact.
/// A value: a copy is independent (and costs the arrays on first change); give one to each thread. The same calls give
/// the same answers.
public struct PathFinder: Sendable {
    public let settings: PathFinderSettings
    /// The token that values are expressed in.
    public let native: Int32
    /// Tokens that plans may settle in; the native token always is.
    public private(set) var settlementTokens: [Int32]
    public internal(set) var counters = PathFinderCounters()

    var curves = LiquidityCurves()
    var prices = ShadowPrices()

    // By pool.
    var theta: [Double] = []
    var gas: [Double] = []
    /// Where each pool's gains stand: raw, or as after the plan of the open opportunity `group`.
    var group: [Int32] = []
    var isPresent: [Bool] = []

    /// Open opportunities by number; empty when closed.
    var groups: [OpenGroup] = []
    var freeGroups: [Int32] = []
    var needsLayout = false
    /// Openings of the last `process` that nothing leads out of.
    var unsettledNow = 0
    /// Group numbers overwritten while the shadow prices journal.
    var groupJournal: [(pool: Int32, number: Int32)] = []

    var dual = LocalDual()
    var candidate = LocalDual()
    var growth = GrowthRoom()

    /// The pools and tokens of an opportunity that nobody has taken yet.
    struct OpenGroup: Sendable {
        var pools: [Int32] = []
        var tokens: [Int32] = []
    }

    /// Room of one growth, kept between calls.
    struct GrowthRoom: Sendable {
        var members: [Int32] = []
        /// Position in `members` by token, or -1.
        var place: [Int32] = []
        var pools: [Int32] = []
        var violated: [Int32] = []
        var merged: [Int32] = []
        var firstCycle: [Int32] = []
        /// Edges from a token of the first cycle to a settlement token; empty where one is on it.
        var exit: [Int32] = []
        /// True while pools of the growth count as after their trades, before they are a group.
        var isSolved = false
        var violation = 0.0
        var settlement: Int32 = -1
        var solution = LocalDual.Solution()
    }

    /// An empty market. `native` is the token whose raw units values are in.
    public init(native: Int32, settlementTokens: [Int32] = [], settings: PathFinderSettings = PathFinderSettings()) {
        self.settings = settings
        self.native = native
        self.settlementTokens = [native] + settlementTokens.filter { $0 != native }
        prices.growTokens(to: Int(([native] + settlementTokens).max() ?? 0) + 1)
    }

    /// Worth of one raw unit of a token at the shadow prices, in raw units of the native token.
    public func worth(of token: Int32) -> Double {
        exponential(prices.price[Int(token)] - prices.price[Int(native)])
    }

    /// Whether a pool can be on a cycle at all.
    public func isOnCycle(_ pool: Int32) -> Bool {
        pool >= 0 && Int(pool) < prices.isLive.count && prices.isLive[Int(pool)]
    }

    /// Names a pool. It takes part after the next search, which then lays out the rows anew: O(pools).
    mutating func addPool(_ pool: Int32, _ token0: Int32, _ token1: Int32, gamma: Double, isConcentrated: Bool) {
        guard pool >= 0, token0 >= 0, token1 >= 0, token0 != token1 else { return }
        prices.addPool(pool, token0, token1)
        let total = prices.token0.count
        curves.grow(to: total)
        curves.setGamma(pool, gamma)
        let missing = total - theta.count
        if missing > 0 {
            theta.append(contentsOf: repeatElement(0, count: missing))
            gas.append(contentsOf: repeatElement(0, count: missing))
            group.append(contentsOf: repeatElement(-1, count: missing))
            isPresent.append(contentsOf: repeatElement(false, count: missing))
        }
        gas[Int(pool)] = isConcentrated ? settings.gas.concentrated : settings.gas.constantProduct
        isPresent[Int(pool)] = true
        needsLayout = true
    }

    /// Takes a pool out of all further answers.
    public mutating func remove(_ pool: Int32) {
        guard pool >= 0, Int(pool) < isPresent.count, isPresent[Int(pool)] else { return }
        isPresent[Int(pool)] = false
        prices.setGains(pool, zeroForOne: -.infinity, oneForZero: -.infinity)
    }

    /// Recomputes how much a pool's fee is raised so that depths which cannot pay their gas drop out.
    ///
    /// A cycle's profit is at most a * (sqrt(rho) - 1)^2 with a the least depth on it, so it pays gas g only beyond
    /// ln rho = 2 ln(1 + sqrt(g / a)); by Cauchy a share of 1.386 sqrt(g / a) / sqrt(hops) per edge is safe.
    mutating func setTheta(_ pool: Int32) {
        let j = Int(pool), cost = gas[j]
        guard cost > 0, curves.root[j] > 0 else {
            theta[j] = 0
            return
        }
        let depth = curves.greatestLiquidity(pool) / curves.root[j] * worth(of: prices.token0[j])
        let share = depth > 0 ? min((cost / depth).squareRoot(), 1) : 1
        theta[j] = 1.386 * share / Double(settings.pruningHops).squareRoot()
    }

    /// Log gains of a pool's two directions at its own state, theta taken off.
    func rawGains(_ pool: Int32) -> (zeroForOne: Double, oneForZero: Double) {
        let j = Int(pool)
        guard isPresent[j] else { return (-.infinity, -.infinity) }
        let base = naturalLog(curves.gamma[j]) - theta[j]
        let down = curves.edgeRoot(pool, zeroForOne: true), up = curves.edgeRoot(pool, zeroForOne: false)
        if let down, let up, down == up {
            let log = 2 * naturalLog(down)
            return (base + log, base - log)
        }
        return (
            down.map { base + 2 * naturalLog($0) } ?? -.infinity, up.map { base - 2 * naturalLog($0) } ?? -.infinity
        )
    }

    /// Puts a pool's own state into the proof.
    mutating func refreshGains(_ pool: Int32) {
        let gains = rawGains(pool)
        prices.setGains(pool, zeroForOne: gains.zeroForOne, oneForZero: gains.oneForZero)
    }

    /// Puts a pool into the proof as after its part of a plan, a trade to `target`: the residual edges.
    ///
    /// Onwards it sells at the price reached. Backwards the plan takes less of the pool, which gives back what the last
    /// unit paid, fee included: the exact opposite. With both reduced costs at zero or above, the shadow prices and the
    /// plan are optimal together (complementary slackness), and a negative cycle means that the plan itself can be
    /// bettered.
    mutating func setTradedGains(_ pool: Int32, target: Double) {
        let base = naturalLog(curves.gamma[Int(pool)]) - theta[Int(pool)], falls = target < curves.root[Int(pool)]
        let ends = curves.residualRoots(pool, target: target)
        let back = 2 * naturalLog(ends.back), onward = ends.onward.map { 2 * naturalLog($0) }
        if falls {
            prices.setGains(pool, zeroForOne: onward.map { base + $0 } ?? -.infinity, oneForZero: -base - back)
        } else {
            prices.setGains(pool, zeroForOne: back - base, oneForZero: onward.map { base - $0 } ?? -.infinity)
        }
    }

    mutating func setGroup(_ pool: Int32, _ number: Int32) {
        if prices.isJournaling { groupJournal.append((pool, group[Int(pool)])) }
        group[Int(pool)] = number
    }

    /// Closes the open opportunity a pool belongs to: its pools count at their own states again.
    mutating func reopen(_ pool: Int32, into changed: inout [Int32]) {
        let number = group[Int(pool)]
        guard number >= 0 else { return }
        for other in groups[Int(number)].pools where group[Int(other)] == number {
            setGroup(other, -1)
            refreshGains(other)
            changed.append(other)
        }
        groups[Int(number)] = OpenGroup()
        freeGroups.append(number)
    }
}
