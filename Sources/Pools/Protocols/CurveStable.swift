public import EVMTypes

/// Stableswap pool of Curve: the first generations, metapools (own coin against the base pool's token) and NG.
///
/// Templates differ by single units, so each difference is a field. Balances exclude admin fees.
/// Source: curvefi/curve-contract `pool-templates`, `pools/3pool`; curvefi/stableswap-ng `CurveStableSwapNG.vy`;
/// curvefi/curve-factory `Plain2Basic.vy`. Rounding: one unit less than the curve gives, then floors.
@frozen
public struct CurveStablePool: Hashable, Sendable {
    /// How D's product term is floored. All: start at the sum, stop at a step of at most one.
    @frozen
    public enum Product: UInt8, Hashable, Sendable, CaseIterable {
        /// P = P * D / (x * n), coin by coin: most pools before NG.
        case perCoin = 0
        /// P = P * D / (x * n + 1): pools that guard against an empty balance (stETH, aETH, …).
        case perCoinPlusOne = 1
        /// P = P * D / x, coin by coin, then once / n^n: NG and the optimised factory pools.
        case once = 2
    }

    /// What the pool holds, in each coin's smallest unit.
    public var balances: TokenAmounts
    /// Worth of a coin's unit times 10^36 over its decimals: 10^(36 - decimals), times a rate for tokens that grow. A
    /// metapool's last rate is the base pool's virtual price as the pool has it cached.
    public var rates: TokenAmounts
    /// A times `precision`, the value at the block's time while A ramps.
    public var amplification: UInt64
    /// A_PRECISION: 100, or 1 in the first pools.
    public var precision: UInt64
    /// Fee on the output, units of 1e-10.
    public var fee: UInt64
    /// NG: how much more fee a pool off its peg takes, units of 1e-10; up to 1e10 means a static fee.
    public var offpegFeeMultiplier: UInt64
    /// The owner's part of the fee, units of 1e-10.
    public var adminFee: UInt64
    public var product: Product

    @inlinable
    public init(
        balances: TokenAmounts, rates: TokenAmounts, amplification: UInt64, precision: UInt64 = 100, fee: UInt64,
        offpegFeeMultiplier: UInt64 = 0, adminFee: UInt64 = 5_000_000_000, product: Product = .perCoin
    ) {
        (self.balances, self.rates) = (balances, rates)
        (self.amplification, self.precision) = (amplification, precision)
        (self.fee, self.offpegFeeMultiplier, self.adminFee) = (fee, offpegFeeMultiplier, adminFee)
        self.product = product
    }

    /// The output of `exchange(i, j, amountIn, 0)`.
    ///
    /// Throws `.zeroAmount` for nothing in or out, `.noLiquidity` for an empty balance, equal or unknown coins, and
    /// where the contract reverts. No allocation; some tens of divisions.
    public func quote(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        let out = try trade(amountIn, i, j).out
        guard out != 0 else { throw .zeroAmount }
        return out
    }

    /// The least input that gives at least `amountOut`; found by search, some 40 quotes. Throws as the other.
    public func quote(exactOut amountOut: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        try check(i, j)
        guard amountOut < balances[j] else { throw .insufficientLiquidity }
        return try ExactOutput.leastInput(for: amountOut, guess: try inputGuess(amountOut, i, j), limit: .max >> 16) {
            (amountIn) throws(QuoteError) in try quote(exactIn: amountIn, from: i, to: j)
        }
    }

    /// What the view `get_dy` of old plain pools answers: it floors by the rate before the fee, `exchange` after it, so
    /// it may promise one unit more than is delivered. For comparing with recorded answers.
    public func oldView(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        let whole = try gross(amountIn, i, j).delta.times(.wad).over(U256(rates[j]))
        return try whole.minus(whole.times(U256(fee)).over(.tenBillion)).amount()
    }

    /// Quotes an exact input and books it, admin fee included. Unchanged when it throws.
    public mutating func swap(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        let traded = try trade(amountIn, i, j)
        guard traded.out != 0 else { throw .zeroAmount }
        let (sum, overflow) = balances[i].addingReportingOverflow(amountIn)
        guard !overflow else { throw .overflow }
        let left = try U256(balances[j]).minus(U256(traded.out)).minus(U256(traded.adminFee))
        balances[i] = sum
        balances[j] = left.lo
        return traded.out
    }

    /// The invariant D of the present balances.
    public func invariant() throws(QuoteError) -> U256 { try curve.invariant(try scaled()) }

    var curve: CurveStableMath {
        CurveStableMath(count: balances.count, amplification: amplification, precision: precision, product: product)
    }

    func check(_ i: Int, _ j: Int) throws(QuoteError) {
        let count = balances.count
        guard i != j, i >= 0, j >= 0, i < count, j < count, rates.count == count, precision != 0 else {
            throw .noLiquidity
        }
    }

    /// Balances at their rates, in units of 1e-18.
    func scaled() throws(QuoteError) -> ScaledAmounts {
        var scaled = ScaledAmounts(count: balances.count)
        for coin in 0..<balances.count {
            guard balances[coin] != 0, rates[coin] != 0 else { throw .noLiquidity }
            scaled[coin] = try U256(rates[coin]).times(U256(balances[coin])).over(.wad)
        }
        return scaled
    }

    /// What leaves coin j on the curve before the fee, and the scaled amounts that a dynamic fee looks at.
    func gross(_ amountIn: UInt128, _ i: Int, _ j: Int) throws(QuoteError) -> (
        delta: U256, before: ScaledAmounts, x: U256, y: U256
    ) {
        guard amountIn != 0 else { throw .zeroAmount }
        try check(i, j)
        let before = try scaled()
        let x = try before[i].plus(U256(amountIn).times(U256(rates[i])).over(.wad))
        var after = before
        after[i] = x
        let y = try curve.balance(of: j, in: after, invariant: try curve.invariant(before))
        // Below one unit the contract's subtraction reverts.
        guard before[j] > y else { throw .zeroAmount }
        return (before[j] &- y &- .one, before, x, y)
    }

    private func trade(_ amountIn: UInt128, _ i: Int, _ j: Int) throws(QuoteError) -> (out: UInt128, adminFee: UInt128)
    {
        let (delta, before, x, y) = try gross(amountIn, i, j)
        var rate = U256(fee)
        if offpegFeeMultiplier > 10_000_000_000 {
            rate = try dynamicFee((before[i].plus(x)) >> 1, (before[j].plus(y)) >> 1)
        }
        let cut = try delta.times(rate).over(.tenBillion)
        let out = try delta.minus(cut).times(.wad).over(U256(rates[j])).amount()
        let admin = try cut.times(U256(adminFee)).over(.tenBillion).times(.wad).over(U256(rates[j])).amount()
        return (out, admin)
    }

    /// The fee between two scaled amounts: higher the further the pool is from its peg. Source: NG `_dynamic_fee`.
    private func dynamicFee(_ a: U256, _ b: U256) throws(QuoteError) -> U256 {
        let multiplier = U256(offpegFeeMultiplier)
        let sum = try a.plus(b)
        let balance = try (multiplier &- .tenBillion).times(U256(4 as UInt64)).times(a).times(b).over(sum.times(sum))
        return try multiplier.times(U256(fee)).over(balance.plus(.tenBillion))
    }

    /// Where an exact-output search starts: the curve solved the other way, fee added.
    private func inputGuess(_ amountOut: UInt128, _ i: Int, _ j: Int) throws(QuoteError) -> UInt128 {
        let before = try scaled()
        let net = try U256(amountOut).times(U256(rates[j])).over(.wad)
        guard fee < 10_000_000_000 else { throw .noLiquidity }
        let taken = try net.times(.tenBillion).over(U256(10_000_000_000 - fee)).plus(.one)
        guard taken < before[j] else { return balances[i] }
        var after = before
        after[j] = before[j] &- taken
        let x = try curve.balance(of: i, in: after, invariant: try curve.invariant(before))
        guard x > before[i] else { return 1 }
        return try (x &- before[i]).times(.wad).over(U256(rates[i])).asUInt128 ?? balances[i]
    }
}

/// The two Newton loops of stableswap.
struct CurveStableMath {
    let count: Int
    /// Ann: A * precision * n.
    let total: U256
    let precision: U256
    let product: CurveStablePool.Product

    init(count: Int, amplification: UInt64, precision: UInt64, product: CurveStablePool.Product) {
        self.count = count
        total = U256(amplification) &* U256(UInt64(count))
        self.precision = U256(precision)
        self.product = product
    }

    private var n: U256 { U256(UInt64(count)) }

    /// D: (Ann*S/p + P*n) * D / ((Ann - p)*D/p + (n + 1)*P) until it moves by at most one; 255 rounds, then reverts.
    func invariant(_ amounts: ScaledAmounts) throws(QuoteError) -> U256 {
        let sum = try amounts.sum()
        guard !sum.isZero, total >= precision else { throw .noLiquidity }
        let weighted = try total.times(sum).over(precision)
        let power = n.pow(n)
        var d = sum
        for _ in 0..<255 {
            var p = d
            for coin in 0..<count {
                switch product {
                case .perCoin: p = try p.times(d).over(amounts[coin].times(n))
                case .perCoinPlusOne: p = try p.times(d).over(amounts[coin].times(n).plus(.one))
                case .once: p = try p.times(d).over(amounts[coin])
                }
            }
            if product == .once { p = p / power }
            let previous = d
            let upper = try weighted.plus(p.times(n)).times(d)
            d = try upper.over((total &- precision).times(d).over(precision).plus((n &+ .one).times(p)))
            if d.distance(to: previous) <= .one { return d }
        }
        throw .insufficientLiquidity
    }

    /// The balance of `coin` that keeps D, the others as given (its own is not looked at).
    func balance(of coin: Int, in amounts: ScaledAmounts, invariant d: U256) throws(QuoteError) -> U256 {
        var c = d
        var sum = U256.zero
        for other in 0..<count where other != coin {
            sum = try sum.plus(amounts[other])
            c = try c.times(d).over(amounts[other].times(n))
        }
        c = try c.times(d).times(precision).over(total.times(n))
        let b = try sum.plus(d.times(precision).over(total))
        var y = d
        for _ in 0..<255 {
            let previous = y
            y = try y.times(y).plus(c).over(y.plus(y).plus(b).minus(d))
            if y.distance(to: previous) <= .one { return y }
        }
        throw .insufficientLiquidity
    }
}
