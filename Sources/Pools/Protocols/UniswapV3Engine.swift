internal import EVMTypes

/// The loop of a V3 swap, kept apart from the pool so that a quote pays only for what it needs.
///
/// Source: v3-core `UniswapV3Pool.swap`, `TickBitmap.nextInitializedTickWithinOneWord`, `LiquidityMath.addDelta`.
struct UniswapV3Engine {
    let pool: UniswapV3Pool
    let exactIn: Bool
    let zeroForOne: Bool
    let amount: U256
    let limit: U256
    /// True when the limit is the default, which is no tick's price: empty stretches may then be jumped over whole.
    let hasDefaultLimit: Bool

    var price: U256
    var liquidity: UInt128
    var tick: Int32
    /// Whether `tick` is behind `price` and must be computed from it.
    var tickIsStale = false
    var remaining: U256
    var calculated = U256.zero
    var ticksCrossed: Int32 = 0

    init(
        pool: UniswapV3Pool, exactIn: Bool, amount: U256, zeroForOne: Bool, limit: U256?
    ) throws(QuoteError) {
        guard !amount.isZero else { throw .zeroAmount }
        guard amount.hi >> 127 == 0 else { throw .overflow }
        guard !pool.sqrtPriceX96.isZero, pool.feePips < 1_000_000, pool.tickSpacing > 0 else { throw .noLiquidity }
        self.limit = limit ?? (zeroForOne ? TickMath.minSqrtPrice &+ .one : TickMath.maxSqrtPrice &- .one)
        // The contract's SPL check: the limit lies strictly between the price and the end of the range.
        guard
            zeroForOne
                ? self.limit < pool.sqrtPriceX96 && self.limit > TickMath.minSqrtPrice
                : self.limit > pool.sqrtPriceX96 && self.limit < TickMath.maxSqrtPrice
        else { throw .insufficientLiquidity }
        hasDefaultLimit = limit == nil
        self.pool = pool
        self.exactIn = exactIn
        self.zeroForOne = zeroForOne
        self.amount = amount
        price = pool.sqrtPriceX96
        liquidity = pool.liquidity
        tick = pool.tick
        remaining = amount
    }

    /// Runs to the end of the amount or to the limit.
    mutating func run(ticks: Span<Int32>, nets: Span<Int128>) throws(QuoteError) {
        precondition(ticks.count == nets.count, "one net for each tick")
        // Index of the next initialised tick in the direction of the swap; -1 or count when there is none.
        var cursor = Self.firstIndex(in: ticks, above: tick) - (zeroForOne ? 1 : 0)
        while !remaining.isZero, price != limit {
            let candidate = cursor >= 0 && cursor < ticks.count ? ticks[cursor] : nil
            let (next, isInitialised) = nextTick(candidate)
            let nextPrice = TickMath.sqrtPrice(atTick: next)
            let isPastLimit = zeroForOne ? nextPrice < limit : nextPrice > limit
            guard
                let step = SwapMath.step(
                    price: price, target: isPastLimit ? limit : nextPrice, liquidity: liquidity, remaining: remaining,
                    feePips: pool.feePips, exactIn: exactIn)
            else { throw .overflow }
            try settle(step)
            if step.sqrtPrice == nextPrice {
                if isInitialised {
                    try cross(net: nets[cursor])
                    cursor += zeroForOne ? -1 : 1
                }
                tick = zeroForOne ? next - 1 : next
                tickIsStale = false
            } else if step.sqrtPrice != price {
                tickIsStale = true
            }
            price = step.sqrtPrice
        }
    }

    func result() throws(QuoteError) -> UniswapV3Swap {
        var tickAfter = tick
        if tickIsStale {
            guard let exact = TickMath.tick(atSqrtPrice: price) else { throw .overflow }
            tickAfter = exact
        }
        let given = amount &- remaining
        return UniswapV3Swap(
            amountIn: exactIn ? given : calculated, amountOut: exactIn ? calculated : given, sqrtPriceAfterX96: price,
            tickAfter: tickAfter, liquidityAfter: liquidity, ticksCrossed: ticksCrossed, isFilled: remaining.isZero)
    }

    /// The next step's tick: the initialised one if it lies in the same bitmap word, else the word's edge.
    @inline(__always)
    private func nextTick(_ candidate: Int32?) -> (tick: Int32, isInitialised: Bool) {
        let spacing = pool.tickSpacing
        if !pool.stepsByWord || (liquidity == 0 && hasDefaultLimit) {
            // Nothing can move over an empty stretch, so where it is split makes no difference to any result.
            return candidate.map { ($0, true) } ?? (zeroForOne ? TickMath.minTick : TickMath.maxTick, false)
        }
        let compressed = Self.floorDivided(tick, by: spacing)
        if zeroForOne {
            let edge = (compressed & ~255) * spacing
            if let candidate, candidate >= edge { return (candidate, true) }
            return (max(edge, TickMath.minTick), false)
        }
        let edge = ((compressed + 1) | 255) * spacing
        if let candidate, candidate <= edge { return (candidate, true) }
        return (min(edge, TickMath.maxTick), false)
    }

    @inline(__always)
    private mutating func settle(_ step: SwapStep) throws(QuoteError) {
        guard let paid = step.amountIn.adding(step.fee) else { throw .overflow }
        let (used, made) = exactIn ? (paid, step.amountOut) : (step.amountOut, paid)
        guard let rest = remaining.subtracting(used), let total = calculated.adding(made), total.hi >> 127 == 0 else {
            throw .overflow
        }
        remaining = rest
        calculated = total
    }

    @inline(__always)
    private mutating func cross(net: Int128) throws(QuoteError) {
        let isAdded = (net >= 0) != zeroForOne
        let (sum, overflow) =
            isAdded
            ? liquidity.addingReportingOverflow(net.magnitude) : liquidity.subtractingReportingOverflow(net.magnitude)
        guard !overflow else { throw .overflow }
        liquidity = sum
        ticksCrossed += 1
    }

    /// Floor division; Swift's `/` truncates, which is wrong for negative ticks that are no multiple.
    @inline(__always)
    static func floorDivided(_ value: Int32, by divisor: Int32) -> Int32 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The index of the first element above `tick`, or the count.
    static func firstIndex(in ticks: Span<Int32>, above tick: Int32) -> Int {
        var low = 0, high = ticks.count
        while low < high {
            let middle = (low + high) / 2
            if ticks[middle] <= tick { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
