/// Which pools join which tokens, as flat arrays that grow in place when a pool is added.
///
/// Tokens and pools are dense `Int32` indices of a market. A directed edge is `pool * 2 + 1` for token0 -> token1 and
/// `pool * 2` for the way back. Every token has one contiguous row of its edges; a full row moves to the end of the
/// edge array with twice the room, so adding is O(1) amortised and a row scan touches one run of memory.
/// Settlement tokens also keep, per other token, the list of pools that join the two: closing a cycle is one look-up.
public struct TokenGraph: Sendable {
    /// One entry of a token's row: the token reached and the directed edge that leads there.
    struct Edge: Sendable {
        var to: Int32
        var id: Int32
    }

    /// The tokens of each pool, by pool index; -1 where the index is not in the graph.
    private(set) var token0: [Int32] = []
    private(set) var token1: [Int32] = []
    /// The next pool with the same two tokens, or -1.
    private(set) var nextSamePair: [Int32] = []
    /// The tokens that cycles start and end in, by slot.
    public private(set) var settlementTokens: [Int32] = []
    /// Pools in the graph.
    public private(set) var poolCount = 0

    private var start: [Int32] = []
    private var count: [Int32] = []
    private var capacity: [Int32] = []
    private var edges: [Edge] = []
    /// Entries of `edges` that no row owns any more.
    private var wasted = 0
    /// By token, then by slot: the first pool that joins the token and the settlement token, or -1.
    private var firstPool: [Int32] = []

    public init() {}

    /// Tokens that have a row (the highest token index seen, plus one).
    public var tokenCount: Int { start.count }

    /// Pools that touch `token`; 0 for a token never seen.
    public func degree(of token: Int32) -> Int { Int(token) < count.count ? Int(count[Int(token)]) : 0 }

    /// True when `pool` was added.
    public func contains(pool: Int32) -> Bool { pool >= 0 && Int(pool) < token0.count && token0[Int(pool)] >= 0 }

    /// The directed edge of `pool` that takes `token` in.
    func edge(from token: Int32, pool: Int32) -> Int32 { pool &* 2 &+ (token0[Int(pool)] == token ? 1 : 0) }

    /// The token a directed edge takes in.
    func source(of edge: Int32) -> Int32 { edge & 1 == 1 ? token0[Int(edge >> 1)] : token1[Int(edge >> 1)] }

    /// The range of `token`'s row in the edge array.
    func row(of token: Int32) -> Range<Int> {
        guard Int(token) < start.count else { return 0..<0 }
        let first = Int(start[Int(token)])
        return first..<(first + Int(count[Int(token)]))
    }

    /// One entry of a row.
    func entry(_ position: Int) -> Edge { edges[position] }

    /// The first pool joining the settlement token of `slot` and `token`, or -1; go on with `nextSamePair`.
    func firstPool(slot: Int, token: Int32) -> Int32 {
        Int(token) < start.count ? firstPool[Int(token) &* settlementTokens.count &+ slot] : -1
    }

    /// Adds one pool. False when the index is already there, negative, or both tokens are the same. O(1) amortised.
    @discardableResult
    public mutating func add(pool: Int32, token0 a: Int32, token1 b: Int32) -> Bool {
        guard pool >= 0, a >= 0, b >= 0, a != b, !contains(pool: pool) else { return false }
        growPools(to: Int(pool) + 1)
        growTokens(to: Int(max(a, b)) + 1)
        token0[Int(pool)] = a
        token1[Int(pool)] = b
        poolCount += 1
        append(Edge(to: b, id: pool &* 2 &+ 1), to: a)
        append(Edge(to: a, id: pool &* 2), to: b)
        linkPair(pool, a, b)
        return true
    }

    /// Makes `token` one that cycles may start and end in. False when it already is. O(tokens + degree of the token).
    @discardableResult
    public mutating func addSettlement(_ token: Int32) -> Bool {
        guard token >= 0, !settlementTokens.contains(token) else { return false }
        growTokens(to: Int(token) + 1)
        let slots = settlementTokens.count
        var wider = [Int32](repeating: -1, count: start.count * (slots + 1))
        for t in start.indices {
            for slot in 0..<slots { wider[t * (slots + 1) + slot] = firstPool[t * slots + slot] }
        }
        // Later pools of a pair go in front, as `linkPair` does, so lists shared by two settlement tokens stay one
        // list.
        for position in row(of: token) {
            let pool = edges[position].id >> 1, place = Int(edges[position].to) * (slots + 1) + slots
            nextSamePair[Int(pool)] = wider[place]
            wider[place] = pool
        }
        firstPool = wider
        settlementTokens.append(token)
        return true
    }

    private mutating func linkPair(_ pool: Int32, _ a: Int32, _ b: Int32) {
        let slots = settlementTokens.count
        for slot in 0..<slots {
            let other: Int32
            if settlementTokens[slot] == a {
                other = b
            } else if settlementTokens[slot] == b {
                other = a
            } else {
                continue
            }
            // When both tokens settle, the two lists hold the same pools in the same order: one link serves both.
            let place = Int(other) * slots + slot
            nextSamePair[Int(pool)] = firstPool[place]
            firstPool[place] = pool
        }
    }

    private mutating func growPools(to newCount: Int) {
        guard newCount > token0.count else { return }
        let missing = newCount - token0.count
        token0.append(contentsOf: repeatElement(-1, count: missing))
        token1.append(contentsOf: repeatElement(-1, count: missing))
        nextSamePair.append(contentsOf: repeatElement(-1, count: missing))
    }

    private mutating func growTokens(to newCount: Int) {
        guard newCount > start.count else { return }
        let missing = newCount - start.count
        start.append(contentsOf: repeatElement(0, count: missing))
        count.append(contentsOf: repeatElement(0, count: missing))
        capacity.append(contentsOf: repeatElement(0, count: missing))
        firstPool.append(contentsOf: repeatElement(-1, count: missing * settlementTokens.count))
    }

    private mutating func append(_ edge: Edge, to token: Int32) {
        let t = Int(token)
        if count[t] == capacity[t] { moveToEnd(t) }
        edges[Int(start[t] + count[t])] = edge
        count[t] += 1
    }

    private mutating func moveToEnd(_ t: Int) {
        let old = Int(start[t])..<Int(start[t] + count[t])
        let room = max(2, Int(capacity[t]) * 2)
        wasted += Int(capacity[t])
        start[t] = Int32(edges.count)
        capacity[t] = Int32(room)
        edges.reserveCapacity(edges.count + room)
        for position in old { edges.append(edges[position]) }
        edges.append(contentsOf: repeatElement(Edge(to: -1, id: -1), count: room - old.count))
        if wasted > edges.count / 2, edges.count > 4096 { compact() }
    }

    private mutating func compact() {
        var packed: [Edge] = []
        packed.reserveCapacity(edges.count - wasted)
        for t in start.indices {
            let old = Int(start[t])..<Int(start[t] + capacity[t])
            start[t] = Int32(packed.count)
            packed.append(contentsOf: edges[old])
        }
        edges = packed
        wasted = 0
    }
}
