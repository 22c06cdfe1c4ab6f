public import EVMTypes

/// What pending swaps would make of a market: changed rows over a base that stays as it is.
///
/// Swaps never move ticks, so a changed pool is one small row. The base is passed to each call and never kept: an
/// overlay holds no copy of it. One overlay serves one event after another; `reset` costs the number of touched pools.
/// A transaction that turns out to revert is taken back with `mark` and `rollback`. After the first use nothing
/// allocates until more pools are touched at once than ever before.
public struct MarketOverlay: Sendable {
    /// Pools whose state differs from the base or was written equal to it, in the order of first touch.
    public private(set) var touchedPools: [PoolIndex] = []
    private var rows: [Pool] = []
    /// Position in `rows` by pool, -1 for untouched.
    private var rowOfPool: [Int32] = []
    private var journal: [Change] = []

    private struct Change: Sendable {
        var row: Int32
        /// The state before; nil when the row is new.
        var before: Pool?
    }

    /// A point to roll back to.
    @frozen
    public struct Mark: Hashable, Sendable {
        var depth: Int
    }

    public init() {}

    /// Forgets all rows. O(touched).
    public mutating func reset() {
        for pool in touchedPools { rowOfPool[Int(pool)] = -1 }
        touchedPools.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        journal.removeAll(keepingCapacity: true)
    }

    /// Where the overlay stands now.
    public var mark: Mark { Mark(depth: journal.count) }

    /// Takes back everything since `mark`, which must be of this overlay and not older than its last reset.
    public mutating func rollback(to mark: Mark) {
        precondition(mark.depth <= journal.count, "a mark from before the last reset")
        while journal.count > mark.depth {
            let change = journal.removeLast()
            if let before = change.before {
                rows[Int(change.row)] = before
            } else {
                rowOfPool[Int(touchedPools.removeLast())] = -1
                rows.removeLast()
            }
        }
    }

    /// Whether a pool has a row.
    public func isTouched(_ pool: PoolIndex) -> Bool { Int(pool) < rowOfPool.count && rowOfPool[Int(pool)] >= 0 }

    /// The state of a pool: its row, else the base's.
    public func pool(_ pool: PoolIndex, in base: borrowing MarketState) -> Pool {
        isTouched(pool) ? rows[Int(rowOfPool[Int(pool)])] : base.pool(pool)
    }

    /// The exact output for an exact input; throws as `MarketState.quote`. No allocation.
    public func quote(
        _ pool: PoolIndex, exactIn amountIn: UInt128, zeroForOne: Bool, in base: borrowing MarketState
    ) throws(QuoteError) -> UInt128 {
        guard base.isUsable(pool) else { throw .stale }
        return try base.quote(pool, as: self.pool(pool, in: base), exactIn: amountIn, zeroForOne: zeroForOne)
    }

    /// The exact input for an exact output; throws as `MarketState.quote`. No allocation.
    public func quote(
        _ pool: PoolIndex, exactOut amountOut: UInt128, zeroForOne: Bool, in base: borrowing MarketState
    ) throws(QuoteError) -> UInt128 {
        guard base.isUsable(pool) else { throw .stale }
        return try base.quote(pool, as: self.pool(pool, in: base), exactOut: amountOut, zeroForOne: zeroForOne)
    }

    /// What a swap moved.
    @frozen
    public struct Moved: Hashable, Sendable {
        public var amountIn: UInt128
        public var amountOut: UInt128
        /// False when a V3 price limit stopped it short.
        public var isFilled: Bool
    }

    /// Swaps as the pool's contract would, and keeps the state after it.
    ///
    /// Solidly has no exact output: the least input that gives it is swapped. V3 pools fill partly at the limit (the
    /// protocol's own when nil), as on the chain: look at `isFilled`. Throws,
    /// with nothing changed, where the contract reverts.
    public mutating func swap(
        _ pool: PoolIndex, exactIn: Bool, amount: UInt128, zeroForOne: Bool, sqrtPriceLimitX96: U256? = nil,
        in base: borrowing MarketState
    ) throws(QuoteError) -> Moved {
        guard base.isUsable(pool) else { throw .stale }
        switch self.pool(pool, in: base) {
        case .uniswapV2(var pair):
            let other =
                exactIn
                ? try pair.swap(exactIn: amount, zeroForOne: zeroForOne)
                : try pair.swap(exactOut: amount, zeroForOne: zeroForOne)
            set(pool, .uniswapV2(pair), in: base)
            return Moved(amountIn: exactIn ? amount : other, amountOut: exactIn ? other : amount, isFilled: true)
        case .solidly(var pair):
            let amountIn = exactIn ? amount : try pair.quote(exactOut: amount, zeroForOne: zeroForOne)
            let amountOut = try pair.swap(exactIn: amountIn, zeroForOne: zeroForOne)
            set(pool, .solidly(pair), in: base)
            return Moved(amountIn: amountIn, amountOut: amountOut, isFilled: true)
        // A trade moves more of it than an overlay holds.
        case .coins: throw .stale
        case .uniswapV3, .uniswapV4, .algebra:
            let state = self.pool(pool, in: base)
            guard let engine = state.engine(zeroForOne: zeroForOne) else { throw .stale }
            let swap = try base.concentratedSwap(
                pool, as: engine, exactIn: exactIn, amount: U256(amount), zeroForOne: zeroForOne,
                sqrtPriceLimitX96: sqrtPriceLimitX96)
            guard let amountIn = swap.amountIn.asUInt128, let amountOut = swap.amountOut.asUInt128 else {
                throw .overflow
            }
            // Periphery callbacks refuse a swap over empty ranges only, which would move the price for nothing.
            guard amountIn != 0 || amountOut != 0 else { throw .insufficientLiquidity }
            let after = state.at(
                sqrtPriceX96: swap.sqrtPriceAfterX96, tick: swap.tickAfter, liquidity: swap.liquidityAfter)
            set(pool, after, in: base)
            return Moved(amountIn: amountIn, amountOut: amountOut, isFilled: swap.isFilled)
        }
    }

    /// Books a V2 swap whose amounts were fixed before it, as routers do. Throws where the pair would refuse.
    public mutating func book(
        _ pool: PoolIndex, amountIn: UInt128, amountOut: UInt128, zeroForOne: Bool, in base: borrowing MarketState
    ) throws(QuoteError) {
        guard base.isUsable(pool), case .uniswapV2(var pair) = self.pool(pool, in: base) else { throw .stale }
        try pair.book(amountIn: amountIn, amountOut: amountOut, zeroForOne: zeroForOne)
        set(pool, .uniswapV2(pair), in: base)
    }

    /// Gives a pool a state of the caller's, for "what if" questions.
    public mutating func set(_ pool: PoolIndex, _ state: Pool, in base: borrowing MarketState) {
        if rowOfPool.count < base.poolCount {
            rowOfPool.append(contentsOf: repeatElement(-1, count: base.poolCount - rowOfPool.count))
        }
        let row = rowOfPool[Int(pool)]
        if row >= 0 {
            journal.append(Change(row: row, before: rows[Int(row)]))
            rows[Int(row)] = state
        } else {
            rowOfPool[Int(pool)] = Int32(rows.count)
            journal.append(Change(row: Int32(rows.count), before: nil))
            rows.append(state)
            touchedPools.append(pool)
        }
    }
}
