/// The exact pass: from a proposed input to the best integer plan near it.
///
/// Every amount of a plan comes from forward quotes of the market itself, so a profit is never overstated. Rounding
/// makes the profit a staircase whose tallest steps belong to the token with the smallest numbers ("coarsest" amount):
/// neighbours of that amount are tried, each bought with the smallest input that reaches it.
struct CycleRefiner {
    /// Amounts along a cycle: `values[0]` in, `values[hops]` out, in settlement units at both ends.
    struct Amounts {
        var values = InlineArray<5, UInt128>(repeating: 0)
    }

    let edges: InlineArray<4, Int32>
    let hops: Int
    /// Neighbours tried on each side of the coarsest amount.
    let window: UInt128
    /// True to try the neighbours of every amount where those of the coarsest leave no profit.
    let allLevels: Bool
    private(set) var best = Amounts()
    private(set) var profit: UInt128 = 0

    init(edges: InlineArray<4, Int32>, hops: Int, window: UInt128, allLevels: Bool = false) {
        self.edges = edges
        self.hops = hops
        self.window = window
        self.allLevels = allLevels
    }

    /// Searches around `input`. Returns false when no input near it leaves a profit; else `best` and `profit` hold the
    /// plan.
    mutating func refine<M: MarketView>(around input: Double, in market: borrowing M) -> Bool {
        var start: UInt128 = input < 1 ? 1 : input >= 0x1p127 ? 1 << 127 : UInt128(input)
        // A proposal at the very end of a pool's liquidity may be a little too large for the exact quote.
        var amounts = quote(start, in: market)
        for shift in [40, 20, 10, 4, 2, 1] where amounts == nil && start > 1 {
            start -= max(1, start >> UInt128(shift))
            amounts = quote(start, in: market)
        }
        // A proposal that buys nothing is too small: begin with the least that comes back at all.
        if amounts == nil, let least = cheapestInput(level: hops, amount: 1, in: market) {
            amounts = quote(least, in: market)
        }
        guard let first = amounts else { return false }
        consider(first)
        tighten(first, in: market)
        let level = coarsest(of: first)
        search(level, around: first.values[level], in: market)
        if profit == 0, allLevels {
            for other in 0..<hops where other != level { search(other, around: first.values[other], in: market) }
        }
        if profit > 0, best.values[level] != first.values[level] {
            search(level, around: best.values[level], in: market)
        }
        return profit > 0
    }

    /// The position of the smallest number.
    private func coarsest(of amounts: Amounts) -> Int {
        var level = 0
        for i in 1...hops where amounts.values[i] < amounts.values[level] { level = i }
        return level
    }

    /// Tries the neighbours of one amount of the cycle.
    private mutating func search<M: MarketView>(_ level: Int, around centre: UInt128, in market: borrowing M) {
        // A small number is searched whole: from one unit to three times the proposal.
        // A step of a number above 2^32 is worth less than a billionth of the trade: two neighbours are plenty.
        let window = centre >> 32 > 0 && !allLevels ? min(window, 2) : window
        let whole = centre <= 2 * window
        let low = whole ? 1 : centre - window
        let high = whole ? 3 * centre + window : centre + window
        var target = low
        while target <= high {
            if let input = cheapestInput(level: level, amount: target, in: market),
                let reached = quote(input, in: market)
            {
                if consider(reached) { tighten(reached, in: market) }
            }
            target += 1
        }
    }

    /// Keeps the output of `amounts` and looks for the smallest input that still gives it.
    private mutating func tighten<M: MarketView>(_ amounts: Amounts, in market: borrowing M) {
        guard amounts.values[hops] > 0,
            let input = cheapestInput(level: hops, amount: amounts.values[hops], in: market),
            input < amounts.values[0], let tight = quote(input, in: market)
        else { return }
        consider(tight)
    }

    /// Keeps `amounts` when they are the best so far, and says so.
    @discardableResult
    private mutating func consider(_ amounts: Amounts) -> Bool {
        let (gain, loses) = amounts.values[hops].subtractingReportingOverflow(amounts.values[0])
        guard !loses, gain > profit else { return false }
        profit = gain
        best = amounts
        return true
    }

    /// The forward chain of exact quotes; nil when a pool cannot fill its part.
    private func quote<M: MarketView>(_ input: UInt128, in market: borrowing M) -> Amounts? {
        var amounts = Amounts()
        amounts.values[0] = input
        for i in 0..<hops {
            let edge = edges[i]
            guard
                let out = market.output(edge >> 1, zeroForOne: edge & 1 == 1, amountIn: amounts.values[i]), out > 0
            else { return nil }
            amounts.values[i + 1] = out
        }
        return amounts
    }

    /// The input of the whole cycle that makes its amount number `level` at least `amount`, as small as the pools'
    /// exact-output rounding shows (which may be one unit too much: that unit is tried too).
    private func cheapestInput<M: MarketView>(level: Int, amount: UInt128, in market: borrowing M) -> UInt128? {
        var needed = amount
        for i in stride(from: level - 1, through: 0, by: -1) {
            let edge = edges[i], zeroForOne = edge & 1 == 1
            guard let cost = market.input(edge >> 1, zeroForOne: zeroForOne, amountOut: needed), cost > 0 else {
                return nil
            }
            let less = cost > 1 ? market.output(edge >> 1, zeroForOne: zeroForOne, amountIn: cost - 1) : nil
            needed = less.map { $0 >= needed } == true ? cost - 1 : cost
        }
        return needed
    }
}
