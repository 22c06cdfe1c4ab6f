/// Repairing one broken edge, or finding the cycle it closes.
extension ShadowPrices {
    /// How a search over one edge ended.
    enum Repair {
        /// The edge had no violation left.
        case nothing
        /// Prices moved; the edge's reduced cost is not negative any more.
        case repaired
        /// The edge closes a negative cycle: `scratch.cycle`. Prices are as before.
        case cycle
    }

    /// Restores c >= 0 for `edge`, or finds the cheapest negative cycle through it.
    ///
    /// Dijkstra on reduced costs from the end with fewer pools, no farther than the violation; negative costs of other
    /// edges count as zero, so that several broken edges may be repaired one after the other. Shifting each settled
    /// token by (violation - distance) leaves no cost below where it was. O(settled * their degrees).
    mutating func repair(_ edge: Int32) -> Repair {
        let violation = -cost(edge)
        guard violation > Self.tolerance else { return .nothing }
        let u = source(edge), v = target(edge)
        let backwards = degree(v) > degree(u)
        let from = backwards ? u : v, goal = backwards ? v : u
        let reached = explore(from: from, goal: goal, radius: violation, backwards: backwards)
        if reached < violation - Self.tolerance {
            readCycle(closing: edge, from: goal, backwards: backwards)
            return .cycle
        }
        for token in scratch.settled {
            let shift = violation - scratch.distance[Int(token)]
            guard shift > 0 else { continue }
            setPrice(token, price[Int(token)] + (backwards ? shift : -shift))
        }
        return .repaired
    }

    /// The way from one token to another with the least loss, as edges in order; false when there is none.
    mutating func path(from start: Int32, to goal: Int32, into edges: inout [Int32]) -> Bool {
        guard explore(from: start, goal: goal, radius: .infinity, backwards: false) < .infinity else { return false }
        var token = goal
        while scratch.parent[Int(token)] >= 0 {
            edges.append(scratch.parent[Int(token)])
            token = source(scratch.parent[Int(token)])
        }
        edges.reverse()
        return true
    }

    /// Distance of `goal`, or infinity when it is `radius` away or more. Settled tokens are in `scratch.settled`.
    private mutating func explore(from: Int32, goal: Int32, radius: Double, backwards: Bool) -> Double {
        prepareScratch()
        var radius = radius
        label(from, 0, by: -1)
        while let entry = scratch.popLeast() {
            let x = entry.token
            if entry.key > scratch.distance[Int(x)] || entry.key >= radius && x != goal { continue }
            scratch.settled.append(x)
            if x == goal { return entry.key }
            let own = price[Int(x)], first = slackStart[Int(x)], positions = row(x)
            scratch.edgesScanned += positions.count
            if first >= 0 {
                relaxHub(x, key: entry.key, goal: goal, radius: &radius, backwards: backwards)
                continue
            }
            for position in positions {
                let edge = backwards ? rowEdge[position] ^ 1 : rowEdge[position], y = rowTo[position]
                let ahead = own - price[Int(y)]
                let cost = (backwards ? -ahead : ahead) - gain[Int(edge)]
                relax(y, entry.key + max(cost, 0), by: edge, goal: goal, radius: &radius)
            }
        }
        return .infinity
    }

    private mutating func relaxHub(
        _ x: Int32, key: Double, goal: Int32, radius: inout Double, backwards: Bool
    ) {
        let own = price[Int(x)], first = Int(slackStart[Int(x)]), positions = row(x)
        // The goal first: its distance bounds everything else that is worth labelling.
        for position in rowPositions(of: goal, in: positions) {
            relaxSlack(position, first, positions.lowerBound, own, key, goal, &radius, backwards)
        }
        let limit = radius - key + (backwards ? own : -own)
        var hits = scratch.takeHits()
        let range = first..<first + positions.count
        Self.forEachBelow(backwards ? slackIn : slackOut, range, limit) { hits.append(Int32($0)) }
        for i in hits {
            let position = Int(i) - first + positions.lowerBound
            relaxSlack(position, first, positions.lowerBound, own, key, goal, &radius, backwards)
        }
        scratch.giveHits(hits)
    }

    @inline(__always) private mutating func relaxSlack(
        _ position: Int, _ first: Int, _ rowFirst: Int, _ own: Double, _ key: Double, _ goal: Int32,
        _ radius: inout Double, _ backwards: Bool
    ) {
        let i = first + position - rowFirst
        let cost = backwards ? slackIn[i] - own : slackOut[i] + own
        let edge = backwards ? rowEdge[position] ^ 1 : rowEdge[position]
        relax(rowTo[position], key + max(cost, 0), by: edge, goal: goal, radius: &radius)
    }

    @inline(__always) private mutating func relax(
        _ token: Int32, _ distance: Double, by edge: Int32, goal: Int32, radius: inout Double
    ) {
        guard distance < radius else { return }
        let t = Int(token)
        if scratch.stamp[t] == scratch.current, scratch.distance[t] <= distance { return }
        label(token, distance, by: edge)
        // Nothing at this distance or beyond can shorten the way to the goal.
        if token == goal { radius = distance }
    }

    private mutating func label(_ token: Int32, _ distance: Double, by edge: Int32) {
        scratch.distance[Int(token)] = distance
        scratch.stamp[Int(token)] = scratch.current
        scratch.parent[Int(token)] = edge
        scratch.push(SearchScratch.Entry(key: distance, token: token))
    }

    private mutating func prepareScratch() {
        let missing = tokenCount - scratch.stamp.count
        if missing > 0 {
            scratch.distance.append(contentsOf: repeatElement(0, count: missing))
            scratch.stamp.append(contentsOf: repeatElement(0, count: missing))
            scratch.parent.append(contentsOf: repeatElement(-1, count: missing))
        }
        scratch.current &+= 1
        if scratch.current == 0 {
            for i in scratch.stamp.indices { scratch.stamp[i] = 0 }
            scratch.current = 1
        }
        scratch.heap.removeAll(keepingCapacity: true)
        scratch.settled.removeAll(keepingCapacity: true)
    }

    private mutating func readCycle(closing edge: Int32, from goal: Int32, backwards: Bool) {
        scratch.cycle.removeAll(keepingCapacity: true)
        scratch.cycle.append(edge)
        var token = goal
        while scratch.parent[Int(token)] >= 0 {
            let step = scratch.parent[Int(token)]
            scratch.cycle.append(step)
            token = backwards ? target(step) : source(step)
        }
        if !backwards { scratch.cycle[1...].reverse() }
    }

    /// The positions of a row that lead to one token; rows are sorted by it. O(log degree).
    func rowPositions(of token: Int32, in positions: Range<Int>) -> Range<Int> {
        var low = positions.lowerBound, high = positions.upperBound
        while low < high {
            let middle = (low + high) / 2
            if rowTo[middle] < token { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < positions.upperBound, rowTo[end] == token { end += 1 }
        return low..<end
    }
}

extension ShadowPrices.SearchScratch {
    mutating func push(_ entry: Entry) {
        var i = heap.count
        heap.append(entry)
        while i > 0 {
            let up = (i - 1) >> 1
            if heap[up].key <= entry.key { break }
            heap[i] = heap[up]
            i = up
        }
        heap[i] = entry
    }

    mutating func popLeast() -> Entry? {
        guard let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return last }
        let least = heap[0], n = heap.count
        var i = 0
        while true {
            var child = 2 * i + 1
            if child >= n { break }
            if child + 1 < n, heap[child + 1].key < heap[child].key { child += 1 }
            if heap[child].key >= last.key { break }
            heap[i] = heap[child]
            i = child
        }
        heap[i] = last
        return least
    }

    mutating func takeHits() -> [Int32] {
        var list: [Int32] = []
        swap(&list, &hits)
        list.removeAll(keepingCapacity: true)
        return list
    }

    mutating func giveHits(_ list: consuming [Int32]) { hits = list }
}
