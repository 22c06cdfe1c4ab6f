/// Laying out the rows of the 2-core.
extension ShadowPrices {
    /// Names a pool. Rows know it after the next `layOut`.
    mutating func addPool(_ pool: Int32, _ a: Int32, _ b: Int32) {
        growPools(to: Int(pool) + 1)
        growTokens(to: Int(max(a, b)) + 1)
        token0[Int(pool)] = a
        token1[Int(pool)] = b
    }

    /// Finds the 2-core of the pools that `takesPart` admits and lays out its rows. O(pools + tokens).
    ///
    /// Rows are sorted by neighbour, then by pool, so their order does not depend on the order of arrival.
    mutating func layOut(where takesPart: (Int) -> Bool) {
        let tokens = tokenCount, pools = token0.count
        for j in 0..<pools { isLive[j] = token0[j] >= 0 && takesPart(j) }
        var (start, adjacent) = adjacency()
        prune(start, adjacent)
        (start, adjacent) = adjacency()
        rowStart = start
        rowTo = [Int32](repeating: -1, count: adjacent.count)
        rowEdge = rowTo
        mirror = rowTo
        var fill = start
        for t in 0..<tokens {
            for p in Int(start[t])..<Int(start[t + 1]) {
                let pool = adjacent[p], isZero = token0[Int(pool)] == Int32(t)
                let other = isZero ? token1[Int(pool)] : token0[Int(pool)], position = Int(fill[Int(other)])
                fill[Int(other)] += 1
                rowTo[position] = Int32(t)
                rowEdge[position] = pool * 2 + (isZero ? 0 : 1)
                if isZero { place1[Int(pool)] = Int32(position) } else { place0[Int(pool)] = Int32(position) }
            }
        }
        layOutSlack()
    }

    private mutating func layOutSlack() {
        var total = 0
        for t in 0..<tokenCount {
            let n = degree(Int32(t))
            slackStart[t] = n >= Self.hubDegree ? Int32(total) : -1
            if n >= Self.hubDegree { total += n }
        }
        slackOut = [Double](repeating: .infinity, count: total)
        slackIn = slackOut
        for t in 0..<tokenCount {
            for position in row(Int32(t)) {
                let pool = Int(rowEdge[position] >> 1), other = rowTo[position]
                let theirs = token0[pool] == other ? place0[pool] : place1[pool]
                let first = slackStart[Int(other)]
                mirror[position] = first < 0 ? -1 : first + theirs - rowStart[Int(other)]
            }
        }
        for t in 0..<tokenCount { setPrice(Int32(t), price[t]) }
    }

    /// Live pools by token: where each token's run begins, and the runs.
    private func adjacency() -> (start: [Int32], pools: [Int32]) {
        var start = [Int32](repeating: 0, count: tokenCount + 1)
        for j in token0.indices where isLive[j] {
            start[Int(token0[j]) + 1] += 1
            start[Int(token1[j]) + 1] += 1
        }
        for t in 0..<tokenCount { start[t + 1] += start[t] }
        var fill = start, pools = [Int32](repeating: 0, count: Int(start[tokenCount]))
        for j in token0.indices where isLive[j] {
            for t in [token0[j], token1[j]] {
                pools[Int(fill[Int(t)])] = Int32(j)
                fill[Int(t)] += 1
            }
        }
        return (start, pools)
    }

    /// Takes out pools with an end of degree 1 until none is left.
    private mutating func prune(_ start: [Int32], _ pools: [Int32]) {
        var left = (0..<tokenCount).map { start[$0 + 1] - start[$0] }
        var open = (0..<tokenCount).filter { left[$0] == 1 }
        while let t = open.popLast() {
            for p in Int(start[t])..<Int(start[t + 1]) where isLive[Int(pools[p])] {
                let j = Int(pools[p])
                isLive[j] = false
                for end in [Int(token0[j]), Int(token1[j])] {
                    left[end] -= 1
                    if left[end] == 1 { open.append(end) }
                }
            }
        }
    }
}
