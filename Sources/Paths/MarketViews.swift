public import Pools

/// The live market: usable pools only, quoted by their protocols.
extension MarketState: MarketView {
    func output(_ pool: Int32, zeroForOne: Bool, amountIn: UInt128) -> UInt128? {
        try? quote(pool, exactIn: amountIn, zeroForOne: zeroForOne)
    }

    func input(_ pool: Int32, zeroForOne: Bool, amountOut: UInt128) -> UInt128? {
        try? quote(pool, exactOut: amountOut, zeroForOne: zeroForOne)
    }

    func curve(_ pool: Int32, zeroForOne: Bool) -> LegCurve? {
        isUsable(pool) ? curve(pool, as: self.pool(pool), zeroForOne: zeroForOne) : nil
    }

    func nextPiece(_ leg: inout LegCurve) -> Bool {
        guard leg.cursor.pool >= 0 else { return false }
        let range = tickRange(of: leg.cursor.pool)
        return leg.nextPiece(ticks: ticks.indices.span.extracting(range), nets: ticks.nets.span.extracting(range))
    }

    func curve(_ pool: Int32, as state: Pool, zeroForOne: Bool) -> LegCurve? {
        switch state {
        case .uniswapV2(let pair): return LegCurve(pair, zeroForOne: zeroForOne)
        case .uniswapV3(let concentrated):
            let range = tickRange(of: pool)
            return LegCurve(
                concentrated, index: pool, zeroForOne: zeroForOne, ticks: ticks.indices.span.extracting(range),
                nets: ticks.nets.span.extracting(range))
        // Quoted, not routed.
        case .uniswapV4, .algebra, .solidly, .coins: return nil
        }
    }
}

/// A market as pending swaps would leave it. Holds both only for the length of a search.
struct OverlayView: MarketView {
    let base: MarketState
    let overlay: MarketOverlay

    func output(_ pool: Int32, zeroForOne: Bool, amountIn: UInt128) -> UInt128? {
        try? overlay.quote(pool, exactIn: amountIn, zeroForOne: zeroForOne, in: base)
    }

    func input(_ pool: Int32, zeroForOne: Bool, amountOut: UInt128) -> UInt128? {
        try? overlay.quote(pool, exactOut: amountOut, zeroForOne: zeroForOne, in: base)
    }

    func curve(_ pool: Int32, zeroForOne: Bool) -> LegCurve? {
        guard base.isUsable(pool) else { return nil }
        return base.curve(pool, as: overlay.pool(pool, in: base), zeroForOne: zeroForOne)
    }

    func nextPiece(_ leg: inout LegCurve) -> Bool { base.nextPiece(&leg) }

    func tokens(of pool: Int32) -> (token0: Int32, token1: Int32) { base.tokens(of: pool) }
}

extension CycleSearch {
    /// Takes over the state of one pool, new or changed, quarantined or removed. To be called for every pool that a
    /// block touched. O(1) amortised; a V3 pool costs a binary search over its ticks.
    public mutating func update(_ pool: PoolIndex, from market: MarketState) { adopt(pool, from: market) }

    /// Searches the cycles through `touched` in the market as it is.
    ///
    /// `floor` is the least value (profit times settlement value) worth an exact pass. Plans are quoted by `market`
    /// itself and never overstate. Allocates for the plans only, once the scratch has grown.
    public mutating func search(through touched: [PoolIndex], in market: MarketState, floor: Double) -> SearchResult {
        run(through: touched, floor: floor, in: market)
    }

    /// Searches the cycles through the pools that `overlay` changed, at the prices it would leave.
    public mutating func search(over overlay: MarketOverlay, in market: MarketState, floor: Double) -> SearchResult {
        let view = OverlayView(base: market, overlay: overlay)
        overridePrices(of: overlay.touchedPools, from: view)
        defer { restorePrices() }
        return run(through: overlay.touchedPools, floor: floor, in: view)
    }
}

extension CyclePlan {
    /// Whether every leg is what `market` quotes now, the legs join up, and the last output less the first input is
    /// `profit`.
    ///
    /// Exact integers; one quote a leg.
    public func holds(in market: MarketState) -> Bool { isConsistent(in: market) }

    /// As `holds(in:)`, at the prices an overlay would leave.
    public func holds(over overlay: MarketOverlay, in market: MarketState) -> Bool {
        isConsistent(in: OverlayView(base: market, overlay: overlay))
    }

    private func isConsistent<M: MarketView>(in market: borrowing M) -> Bool {
        guard let first = legs.first, let last = legs.last, legs.count >= 2 else { return false }
        var token = settlement, amount = first.amountIn
        for leg in legs {
            let (token0, token1) = market.tokens(of: leg.pool)
            guard leg.amountIn == amount, (leg.zeroForOne ? token0 : token1) == token,
                market.output(leg.pool, zeroForOne: leg.zeroForOne, amountIn: amount) == leg.amountOut
            else { return false }
            token = leg.zeroForOne ? token1 : token0
            amount = leg.amountOut
        }
        return token == settlement && last.amountOut > first.amountIn && last.amountOut - first.amountIn == profit
    }
}
