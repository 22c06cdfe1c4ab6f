/// Enumeration: every simple cycle through a touched pool that starts and ends in a settlement token.
///
/// A cycle is a path from the settlement token to one end of the pool, the pool, and a path back from the other end.
/// Paths are grown outwards from the pool's ends and closed by the graph's settlement lists, so a hub's own row is
/// read only when the hub is an end of the touched pool and not the settlement token itself.
extension CycleSearch {
    /// Slack of the prefilter for rounding in at most four multiplications and divisions per edge.
    private static var gainFloor: Double { 1 - 1e-12 }

    /// Fills `found` with sized candidates through `touched`. A cycle through several touched pools is found once.
    mutating func enumerate<M: MarketView>(through touched: [Int32], in market: borrowing M) {
        var order: Int32 = 0
        for pool in touched where graph.contains(pool: pool) && mark[Int(pool)] == 0 {
            order += 1
            mark[Int(pool)] = order
        }
        order = 0
        for pool in touched where graph.contains(pool: pool) && mark[Int(pool)] == order + 1 {
            order += 1
            guard counters.edgeVisits < settings.maxEdgeVisits else {
                counters.poolsCut += 1
                continue
            }
            let (a, b) = (graph.token0[Int(pool)], graph.token1[Int(pool)])
            guard graph.degree(of: a) > 1, graph.degree(of: b) > 1 else { continue }
            for slot in graph.settlementTokens.indices {
                enumerate(edge: pool &* 2 &+ 1, order: order, slot: slot, in: market)
                enumerate(edge: pool &* 2, order: order, slot: slot, in: market)
            }
            if counters.edgeVisits >= settings.maxEdgeVisits { counters.poolsCut += 1 }
        }
        for pool in touched where graph.contains(pool: pool) { mark[Int(pool)] = 0 }
    }

    private mutating func enumerate<M: MarketView>(edge: Int32, order: Int32, slot: Int, in market: borrowing M) {
        let gain = gains[Int(edge)]
        guard gain > 0 else { return }
        let settlement = graph.settlementTokens[slot]
        let from = graph.source(of: edge), to = graph.source(of: edge ^ 1)
        heads.removeAll(keepingCapacity: true)
        tails.removeAll(keepingCapacity: true)
        let others = settings.maxHops - 1
        if from == settlement {
            collect(slot, from: to, avoiding: from, forward: true, upTo: others, order: order)
            let none = HalfPath(edges: .init(repeating: -1), length: 0, gain: 1)
            for i in tails.indices { join(none, edge, gain, tails[i], slot, in: market) }
        } else if to == settlement {
            collect(slot, from: from, avoiding: to, forward: false, upTo: others, order: order)
            let none = HalfPath(edges: .init(repeating: -1), length: 0, gain: 1)
            for i in heads.indices { join(heads[i], edge, gain, none, slot, in: market) }
        } else if others >= 2 {
            collect(slot, from: from, avoiding: to, forward: false, upTo: others - 1, order: order)
            guard !heads.isEmpty else { return }
            collect(slot, from: to, avoiding: from, forward: true, upTo: others - 1, order: order)
            for h in heads.indices {
                for t in tails.indices where heads[h].length + tails[t].length <= others {
                    join(heads[h], edge, gain, tails[t], slot, in: market)
                }
            }
        }
    }

    /// Joins two half paths over the touched edge when they share no token, and keeps the cycle if it may pay.
    private mutating func join<M: MarketView>(
        _ head: HalfPath, _ edge: Int32, _ gain: Double, _ tail: HalfPath, _ slot: Int, in market: borrowing M
    ) {
        let hops = head.length + 1 + tail.length
        guard hops >= settings.minHops, !overlap(head, tail) else { return }
        counters.cycles += 1
        guard head.gain * gain * tail.gain > Self.gainFloor else { return }
        var candidate = Candidate(edges: .init(repeating: -1), hops: hops, slot: slot)
        for i in 0..<head.length { candidate.edges[i] = head.edges[i] }
        candidate.edges[head.length] = edge
        for i in 0..<tail.length { candidate.edges[head.length + 1 + i] = tail.edges[i] }
        guard market.isAboveOne(candidate.edges, hops: hops) else { return }
        counters.aboveOne += 1
        keep(candidate, in: market)
    }

    private func overlap(_ a: HalfPath, _ b: HalfPath) -> Bool {
        if a.inner0 >= 0, a.inner0 == b.inner0 || a.inner0 == b.inner1 { return true }
        return a.inner1 >= 0 && (a.inner1 == b.inner0 || a.inner1 == b.inner1)
    }

    /// True when the pool of `edge` may be part of a cycle through the touched pool of rank `order`: it is usable and
    /// was not itself searched before.
    private func isOpen(_ edge: Int32, order: Int32) -> Bool {
        let rank = mark[Int(edge >> 1)]
        return gains[Int(edge)] > 0 && (rank == 0 || rank > order)
    }

    /// Collects the paths between `x` and the settlement token: `x -> settlement` into `tails` when `forward`, else
    /// `settlement -> x` into `heads`.
    private mutating func collect(
        _ slot: Int, from x: Int32, avoiding end: Int32, forward: Bool, upTo length: Int, order: Int32
    ) {
        let settlement = graph.settlementTokens[slot]
        let flip: Int32 = forward ? 0 : 1
        close(slot, x, prefix: HalfPath(edges: .init(repeating: -1), length: 0, gain: 1), forward, order)
        guard length >= 2 else { return }
        for position in graph.row(of: x) {
            counters.edgeVisits &+= 1
            let first = graph.entry(position)
            guard first.to != settlement, first.to != end, isOpen(first.id ^ flip, order: order) else { continue }
            var path = HalfPath(edges: .init(repeating: -1), length: 1, gain: gains[Int(first.id ^ flip)])
            path.edges[0] = first.id ^ flip
            path.inner0 = first.to
            close(slot, first.to, prefix: path, forward, order)
            guard length >= 3 else { continue }
            guard counters.edgeVisits < settings.maxEdgeVisits else { return }
            for inner in graph.row(of: first.to) {
                counters.edgeVisits &+= 1
                let second = graph.entry(inner)
                guard second.to != settlement, second.to != end, second.to != x, isOpen(second.id ^ flip, order: order)
                else { continue }
                var longer = path
                longer.edges[1] = second.id ^ flip
                longer.inner1 = second.to
                longer.length = 2
                longer.gain *= gains[Int(second.id ^ flip)]
                close(slot, second.to, prefix: longer, forward, order)
            }
        }
    }

    /// Ends a path that has reached `token` by every pool that joins it to the settlement token.
    private mutating func close(_ slot: Int, _ token: Int32, prefix: HalfPath, _ forward: Bool, _ order: Int32) {
        var pool = graph.firstPool(slot: slot, token: token)
        while pool >= 0 {
            counters.edgeVisits &+= 1
            let out = graph.edge(from: token, pool: pool), edge = forward ? out : out ^ 1
            if isOpen(edge, order: order) {
                var path = prefix
                path.edges[prefix.length] = edge
                path.length += 1
                path.gain *= gains[Int(edge)]
                if forward {
                    tails.append(path)
                } else {
                    // Grown from the pool outwards: execution runs the other way.
                    if path.length == 2 { path.edges.swapAt(0, 1) }
                    if path.length == 3 { path.edges.swapAt(0, 2) }
                    heads.append(path)
                }
            }
            pool = graph.nextSamePair[Int(pool)]
        }
    }
}
