/// Rows and first prices after pools were added.
extension PathFinder {
    /// Lays out the rows, prices tokens never seen before along their deepest pools, and refreshes all gains.
    ///
    /// Returns the pools whose edges may be violated: all live ones. O(pools log pools).
    mutating func layOut() -> [Int32] {
        needsLayout = false
        let count = curves.count
        prices.layOut { isPresent[$0] && count[$0] > 0 }
        growth.place.append(contentsOf: repeatElement(-1, count: prices.tokenCount - growth.place.count))
        priceNewTokens()
        var live: [Int32] = []
        for pool in theta.indices where prices.isLive[pool] {
            setTheta(Int32(pool))
            if group[pool] < 0 { refreshGains(Int32(pool)) }
            live.append(Int32(pool))
        }
        return live
    }

    /// Values one token's side of a pool, in raw units of the native token.
    private func sideWorth(_ pool: Int32, _ token: Int32) -> Double {
        let depth = curves.currentLiquidity(pool), root = curves.root[Int(pool)]
        return (prices.token0[Int(pool)] == token ? depth / root : depth * root) * worth(of: token)
    }

    /// Prim's maximum spanning tree from the priced tokens, by depth: a new token is priced by its deepest pool.
    private mutating func priceNewTokens() {
        if !prices.isPriced[Int(native)] {
            prices.isPriced[Int(native)] = true
            prices.setPrice(native, 0)
        }
        var heap = ShadowPrices.SearchScratch()
        func offer(_ token: Int32, _ heap: inout ShadowPrices.SearchScratch) {
            for position in prices.row(token) where !prices.isPriced[Int(prices.rowTo[position])] {
                let edge = prices.rowEdge[position], depth = sideWorth(edge >> 1, token)
                if depth > 0 { heap.push(.init(key: -depth, token: edge)) }
            }
        }
        for token in 0..<Int32(prices.tokenCount) where prices.isPriced[Int(token)] { offer(token, &heap) }
        while let next = heap.popLeast() {
            let from = prices.source(next.token), to = prices.target(next.token)
            guard !prices.isPriced[Int(to)] else { continue }
            let log = 2 * naturalLog(curves.root[Int(next.token >> 1)])
            prices.isPriced[Int(to)] = true
            prices.setPrice(to, prices.price[Int(from)] + (next.token & 1 == 1 ? -log : log))
            offer(to, &heap)
        }
    }

    /// Sets the shadow prices from outside: one log value per token, in raw units of the native token.
    mutating func seed(logValues: [Double]) {
        prices.growTokens(to: logValues.count)
        for (token, value) in logValues.enumerated() {
            prices.price[token] = value
            prices.isPriced[token] = true
        }
        needsLayout = true
    }

    /// Bytes that the arrays of the market hold, scratch and spare room left out.
    public var storageBytes: Int {
        func bytes<T>(_ array: [T]) -> Int { array.count * MemoryLayout<T>.stride }
        let state =
            bytes(curves.root) + bytes(curves.range) + bytes(curves.gamma) + bytes(curves.start) * 3
            + bytes(curves.liquidity) + bytes(curves.lower) + bytes(theta) + bytes(gas) + bytes(group)
        let graph =
            bytes(prices.token0) * 4 + bytes(prices.isLive) + bytes(prices.gain) + bytes(prices.price)
            + bytes(prices.rowStart) * 2 + bytes(prices.rowTo) * 3 + bytes(prices.slackOut) * 2
        return state + graph + prices.tokenCount * 20
    }
}
