internal import EVMTypes

/// Weighted pool of Balancer V2.
///
/// Balances are raw, weights have 18 decimals, all in the pool's token order. Source: balancer-v2-monorepo
/// `WeightedPool.sol`, `BaseMinimalSwapInfoPool.onSwap`, `WeightedMath.sol`. The fee is taken on the raw input, which
/// is then scaled (floor); outputs are scaled back down, inputs up.
@frozen
public struct BalancerWeightedPool: Hashable, Sendable {
    public var balances: TokenAmounts
    /// 18 decimals, sum one.
    public var weights: TokenAmounts
    /// 10^(18 - decimals) of each token.
    public var scales: TokenAmounts
    /// Swap fee, 18 decimals, below one.
    public var fee: UInt64
    public var pow: BalancerFixedPoint.PowVersion

    @inlinable
    public init(
        balances: TokenAmounts, weights: TokenAmounts, scales: TokenAmounts, fee: UInt64,
        pow: BalancerFixedPoint.PowVersion
    ) {
        (self.balances, self.weights, self.scales, self.fee, self.pow) = (balances, weights, scales, fee, pow)
    }

    /// The output of a given-in swap. Throws `.zeroAmount` for nothing in or out, `.insufficientLiquidity` beyond 30 %
    /// of the balance, `.noLiquidity` for equal or unknown tokens. No allocation.
    public func quote(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        try check(i, j)
        let raw = U256(amountIn)
        let net = try raw.minus(BalancerFixedPoint.mulUp(raw, U256(fee)))
        let out = try BalancerMath.weightedOut(
            balanceIn: scaled(i), weightIn: U256(weights[i]), balanceOut: scaled(j), weightOut: U256(weights[j]),
            amountIn: net.times(U256(scales[i])), pow: pow
        ).over(U256(scales[j]))
        guard !out.isZero else { throw .zeroAmount }
        return try out.amount()
    }

    /// The input of a given-out swap, fee included. Throws as the other quote.
    public func quote(exactOut amountOut: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        try check(i, j)
        let net = try BalancerMath.weightedIn(
            balanceIn: scaled(i), weightIn: U256(weights[i]), balanceOut: scaled(j), weightOut: U256(weights[j]),
            amountOut: U256(amountOut).times(U256(scales[j])), pow: pow
        ).overRoundingUp(U256(scales[i]))
        return try BalancerFixedPoint.divUp(net, BalancerFixedPoint.complement(U256(fee))).amount()
    }

    /// Quotes an exact input and books it; the fee stays in the pool.
    public mutating func swap(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        let out = try quote(exactIn: amountIn, from: i, to: j)
        let (sum, overflow) = balances[i].addingReportingOverflow(amountIn)
        guard !overflow, out <= balances[j] else { throw .overflow }
        balances[i] = sum
        balances[j] -= out
        return out
    }

    private func check(_ i: Int, _ j: Int) throws(QuoteError) {
        let count = balances.count
        guard i != j, i >= 0, j >= 0, i < count, j < count, weights.count == count, scales.count == count,
            fee < 1_000_000_000_000_000_000, weights[i] != 0, weights[j] != 0, scales[i] != 0, scales[j] != 0
        else { throw .noLiquidity }
        guard balances[i] != 0, balances[j] != 0 else { throw .noLiquidity }
    }

    private func scaled(_ index: Int) throws(QuoteError) -> U256 {
        try U256(balances[index]).times(U256(scales[index]))
    }
}

/// Stable pool of Balancer V2, without its own pool token: MetaStable and ComposableStable.
///
/// A composable pool's list of tokens has the pool token in it: leave it out of these arrays. Swaps against it are
/// joins and exits and have no quote here. Source: balancer-v2-monorepo `StableMath.sol`, `ComposableStablePool.sol`,
/// `MetaStablePool.sol`.
@frozen
public struct BalancerStablePool: Hashable, Sendable {
    /// Which generation of the arithmetic; they differ by units.
    @frozen
    public enum Version: UInt8, Hashable, Sendable, CaseIterable {
        /// Curve's loop for D: composable pools.
        case composable = 1
        /// D rounded up: MetaStable pools.
        case metaStable = 2
        /// Balancer V3: as composable, one division later in the balance loop.
        case v3 = 3
    }

    public var balances: TokenAmounts
    /// 10^(18 - decimals) times the token's rate, 18 decimals; the rate as the pool has it cached.
    public var scalingFactors: TokenAmounts
    /// Amplification times 1,000, the value at the block's time.
    public var amplification: UInt64
    /// Swap fee, 18 decimals, below one.
    public var fee: UInt64
    public var version: Version

    @inlinable
    public init(
        balances: TokenAmounts, scalingFactors: TokenAmounts, amplification: UInt64, fee: UInt64, version: Version
    ) {
        (self.balances, self.scalingFactors) = (balances, scalingFactors)
        (self.amplification, self.fee, self.version) = (amplification, fee, version)
    }

    /// The output of a given-in swap. Throws as the weighted pool's quote, and where the loops do not settle.
    public func quote(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        let amounts = try scaled(i, j)
        let raw = U256(amountIn)
        let net = try raw.minus(BalancerFixedPoint.mulUp(raw, U256(fee)))
        let math = BalancerStableMath(count: amounts.count, amplification: amplification, version: version)
        let out = try math.out(
            BalancerFixedPoint.mulDown(net, U256(scalingFactors[i])), from: i, to: j, amounts,
            invariant: math.invariant(amounts))
        let amount = try BalancerFixedPoint.divDown(out, U256(scalingFactors[j])).amount()
        guard amount != 0 else { throw .zeroAmount }
        guard amount < balances[j] else { throw .insufficientLiquidity }
        return amount
    }

    /// The input of a given-out swap, fee included.
    public func quote(exactOut amountOut: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        let amounts = try scaled(i, j)
        let math = BalancerStableMath(count: amounts.count, amplification: amplification, version: version)
        let net = try math.input(
            BalancerFixedPoint.mulDown(U256(amountOut), U256(scalingFactors[j])), from: i, to: j, amounts,
            invariant: math.invariant(amounts))
        let raw = try BalancerFixedPoint.divUp(net, U256(scalingFactors[i]))
        return try BalancerFixedPoint.divUp(raw, BalancerFixedPoint.complement(U256(fee))).amount()
    }

    private func scaled(_ i: Int, _ j: Int) throws(QuoteError) -> ScaledAmounts {
        let count = balances.count
        guard i != j, i >= 0, j >= 0, i < count, j < count, scalingFactors.count == count,
            fee < 1_000_000_000_000_000_000
        else { throw .noLiquidity }
        var amounts = ScaledAmounts(count: count)
        for index in 0..<count {
            guard balances[index] != 0, scalingFactors[index] != 0 else { throw .noLiquidity }
            amounts[index] = try BalancerFixedPoint.mulDown(U256(balances[index]), U256(scalingFactors[index]))
        }
        return amounts
    }
}
