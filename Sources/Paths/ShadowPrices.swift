/// A log value per token such that no pool sells anything below it: the proof that no arbitrage exists.
///
/// The value of one raw unit of token t is exp(price[t]). A directed edge u -> v of a pool has gain
/// ln((1 - fee) * marginal price) - theta and reduced cost c = price[u] - price[v] - gain. All c >= 0 holds just when
/// no cycle of any length has a positive sum of gains (potentials of difference constraints; Ramalingam, Song,
/// Joskowicz and Miller 1999). A pool's change breaks at most its own two edges: a bounded Dijkstra either repairs the
/// prices or ends in a negative cycle. Theta takes edges out that could not pay their gas.
/// Only the 2-core of the market has rows: a pool with an end that no other pool touches is on no cycle.
/// Rows of well-connected tokens also keep their edges' slack in one run of memory, tested several at a time.
struct ShadowPrices: Sendable {
    /// Reduced costs down to this count as zero.
    static let tolerance = 1e-10
    /// Rows of at least this many edges keep a slack array.
    static let hubDegree = 48

    // By pool.
    var token0: [Int32] = []
    var token1: [Int32] = []
    var isLive: [Bool] = []
    /// Position of the pool in token0's and token1's row; valid when live.
    var place0: [Int32] = []
    var place1: [Int32] = []

    /// By directed edge, pool * 2 + (zeroForOne ? 1 : 0): the gain that the proof uses; -infinity where nothing sells.
    var gain: [Double] = []

    // By token.
    var price: [Double] = []
    var isPriced: [Bool] = []
    var rowStart: [Int32] = [0]
    /// First slack of the token's row, or -1.
    var slackStart: [Int32] = []

    // By row position.
    var rowTo: [Int32] = []
    /// The edge that leads from the row's token to `rowTo`.
    var rowEdge: [Int32] = []
    /// Where the same pool's slack lies in the row of `rowTo`, or -1.
    var mirror: [Int32] = []

    // By slack position of token x, for its neighbour y.
    /// -price[y] - gain(x -> y).
    var slackOut: [Double] = []
    /// price[y] - gain(y -> x).
    var slackIn: [Double] = []

    var scratch = SearchScratch()

    /// What `setPrice` and `setGains` overwrote since journaling began, so that it can be taken back.
    var journal: [Change] = []
    var isJournaling = false

    struct Change: Sendable {
        /// A token, or -1 - pool.
        var subject: Int32
        var first: Double
        var second: Double
    }

    /// Room of one search; entries are valid when their stamp is the search's.
    struct SearchScratch: Sendable {
        struct Entry: Sendable {
            var key: Double
            var token: Int32
        }
        var distance: [Double] = []
        var stamp: [UInt32] = []
        var parent: [Int32] = []
        var current: UInt32 = 0
        var heap: [Entry] = []
        var settled: [Int32] = []
        var hits: [Int32] = []
        /// Edges of the cycle of the last search that found one, in the order of execution.
        var cycle: [Int32] = []
        var edgesScanned = 0
    }

    var tokenCount: Int { price.count }

    func degree(_ token: Int32) -> Int { Int(rowStart[Int(token) + 1] - rowStart[Int(token)]) }

    func row(_ token: Int32) -> Range<Int> { Int(rowStart[Int(token)])..<Int(rowStart[Int(token) + 1]) }

    func source(_ edge: Int32) -> Int32 { edge & 1 == 1 ? token0[Int(edge >> 1)] : token1[Int(edge >> 1)] }

    func target(_ edge: Int32) -> Int32 { edge & 1 == 1 ? token1[Int(edge >> 1)] : token0[Int(edge >> 1)] }

    /// Reduced cost of a directed edge; infinity where nothing sells.
    func cost(_ edge: Int32) -> Double {
        let j = Int(edge >> 1), ahead = price[Int(token0[j])] - price[Int(token1[j])]
        return (edge & 1 == 1 ? ahead : -ahead) - gain[Int(edge)]
    }

    mutating func growPools(to total: Int) {
        let missing = total - token0.count
        guard missing > 0 else { return }
        token0.append(contentsOf: repeatElement(-1, count: missing))
        token1.append(contentsOf: repeatElement(-1, count: missing))
        isLive.append(contentsOf: repeatElement(false, count: missing))
        place0.append(contentsOf: repeatElement(0, count: missing))
        place1.append(contentsOf: repeatElement(0, count: missing))
        gain.append(contentsOf: repeatElement(-.infinity, count: missing * 2))
    }

    mutating func growTokens(to total: Int) {
        let missing = total - price.count
        guard missing > 0 else { return }
        price.append(contentsOf: repeatElement(0, count: missing))
        isPriced.append(contentsOf: repeatElement(false, count: missing))
        slackStart.append(contentsOf: repeatElement(-1, count: missing))
        rowStart.append(contentsOf: repeatElement(rowStart[rowStart.count - 1], count: missing))
    }

    /// Sets the gains of a live pool's two edges. O(1).
    mutating func setGains(_ pool: Int32, zeroForOne: Double, oneForZero: Double) {
        let j = Int(pool)
        if isJournaling { journal.append(Change(subject: -1 - pool, first: gain[2 * j + 1], second: gain[2 * j])) }
        gain[2 * j + 1] = zeroForOne
        gain[2 * j] = oneForZero
        guard isLive[j] else { return }
        writeSlack(Int(place0[j]), of: token0[j])
        writeSlack(Int(place1[j]), of: token1[j])
    }

    /// Rewrites the slack of one row position, if its row has any.
    @inline(__always) private mutating func writeSlack(_ position: Int, of token: Int32) {
        let first = slackStart[Int(token)]
        guard first >= 0 else { return }
        let i = Int(first) + position - Int(rowStart[Int(token)])
        let value = price[Int(rowTo[position])], edge = Int(rowEdge[position])
        slackOut[i] = -value - gain[edge]
        slackIn[i] = value - gain[edge ^ 1]
    }

    /// Moves a token's price. O(degree).
    mutating func setPrice(_ token: Int32, _ value: Double) {
        if isJournaling { journal.append(Change(subject: token, first: price[Int(token)], second: 0)) }
        price[Int(token)] = value
        for position in row(token) {
            let i = Int(mirror[position])
            guard i >= 0 else { continue }
            let edge = Int(rowEdge[position])
            slackOut[i] = -value - gain[edge ^ 1]
            slackIn[i] = value - gain[edge]
        }
    }

    /// Takes back everything after the first `depth` changes of the journal.
    mutating func rollback(to depth: Int) {
        let wasJournaling = isJournaling
        isJournaling = false
        while journal.count > depth {
            let change = journal.removeLast()
            if change.subject >= 0 {
                setPrice(change.subject, change.first)
            } else {
                setGains(-1 - change.subject, zeroForOne: change.first, oneForZero: change.second)
            }
        }
        isJournaling = wasJournaling
    }

    /// The least reduced cost of all live edges; infinity without any. For tests: O(pools).
    var leastCost: Double {
        var least = Double.infinity
        for pool in token0.indices where isLive[pool] {
            least = min(least, cost(Int32(pool) * 2), cost(Int32(pool) * 2 + 1))
        }
        return least
    }

    /// Appends the edges around a token whose reduced cost is below zero by more than the tolerance.
    mutating func appendViolated(around token: Int32, to list: inout [Int32]) {
        let own = price[Int(token)], first = slackStart[Int(token)], positions = row(token)
        scratch.edgesScanned += positions.count
        if first >= 0 {
            let range = Int(first)..<Int(first) + positions.count
            let offset = positions.lowerBound - range.lowerBound
            Self.forEachBelow(slackOut, range, -Self.tolerance - own) { list.append(rowEdge[$0 + offset]) }
            Self.forEachBelow(slackIn, range, -Self.tolerance + own) { list.append(rowEdge[$0 + offset] ^ 1) }
            return
        }
        for position in positions {
            let ahead = own - price[Int(rowTo[position])], edge = rowEdge[position]
            if ahead - gain[Int(edge)] < -Self.tolerance { list.append(edge) }
            if -ahead - gain[Int(edge ^ 1)] < -Self.tolerance { list.append(edge ^ 1) }
        }
    }

    /// Calls `body` with each index of `range` whose value is below `limit`. Eight values a step.
    @inline(__always)
    static func forEachBelow(_ values: [Double], _ range: Range<Int>, _ limit: Double, _ body: (Int) -> Void) {
        var i = range.lowerBound
        let limits = SIMD8<Double>(repeating: limit)
        let wide = range.upperBound - 8
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        unsafe values.withUnsafeBytes { bytes in
            while i <= wide {
                let lanes = unsafe bytes.loadUnaligned(fromByteOffset: i * 8, as: SIMD8<Double>.self)
                let below = lanes .< limits
                if any(below) {
                    for lane in 0..<8 where below[lane] { body(i + lane) }
                }
                i += 8
            }
        }
        while i < range.upperBound {
            if values[i] < limit { body(i) }
            i += 1
        }
    }
}
