internal import EVMTypes

/// The two loops of Balancer's stable pools: stableswap with other roundings than Curve's.
///
/// Source: balancer-v2-monorepo `StableMath.sol` (`_calculateInvariant`,
/// `_getTokenBalanceGivenInvariantAndAllOtherBalances`),
/// balancer-v3-monorepo `StableMath.sol` (`computeInvariant`, `computeBalance`).
struct BalancerStableMath {
    /// Amplification times 1,000 times the number of tokens.
    let total: U256
    let version: BalancerStablePool.Version
    private static let precision = U256(1_000 as UInt64)

    init(count: Int, amplification: UInt64, version: BalancerStablePool.Version) {
        total = U256(amplification) &* U256(UInt64(count))
        self.version = version
    }

    /// D of the balances. Throws `.insufficientLiquidity` when 255 rounds do not settle it, as the contracts.
    func invariant(_ amounts: ScaledAmounts) throws(QuoteError) -> U256 {
        let count = U256(UInt64(amounts.count))
        let sum = try amounts.sum()
        guard !sum.isZero, total >= Self.precision else { throw .noLiquidity }
        let excess = total &- Self.precision
        var d = sum
        for _ in 0..<255 {
            let previous = d
            if version == .metaStable {
                var p = try count.times(amounts[0])
                for index in 1..<amounts.count {
                    p = try p.times(amounts[index]).times(count).overRoundingUp(previous)
                }
                let weighted = try total.times(sum).times(p).overRoundingUp(Self.precision)
                let upper = try count.times(previous).times(previous).plus(weighted)
                let lower = try (count &+ .one).times(previous).plus(excess.times(p).over(Self.precision))
                d = try upper.overRoundingUp(lower)
            } else {
                var p = previous
                for index in 0..<amounts.count { p = try p.times(previous).over(amounts[index].times(count)) }
                let upper = try total.times(sum).over(Self.precision).plus(p.times(count)).times(previous)
                let lower = try excess.times(previous).over(Self.precision).plus((count &+ .one).times(p))
                d = try upper.over(lower)
            }
            if d.distance(to: previous) <= .one { return d }
        }
        throw .insufficientLiquidity
    }

    /// The balance of `token` that keeps D, rounded up; its own balance must be above zero.
    func balance(of token: Int, in amounts: ScaledAmounts, invariant d: U256) throws(QuoteError) -> U256 {
        let count = U256(UInt64(amounts.count))
        var sum = amounts[0]
        var p = try amounts[0].times(count)
        for index in 1..<amounts.count {
            p = try p.times(amounts[index]).times(count).over(d)
            sum = try sum.plus(amounts[index])
        }
        sum = try sum.minus(amounts[token])
        let square = try d.times(d)
        // V3 multiplies by the precision before it divides, V2 after.
        let c =
            version == .v3
            ? try square.times(Self.precision).overRoundingUp(total.times(p)).times(amounts[token])
            : try square.overRoundingUp(total.times(p)).times(Self.precision).times(amounts[token])
        let b = try sum.plus(d.over(total).times(Self.precision))
        var balance = try square.plus(c).overRoundingUp(d.plus(b))
        for _ in 0..<255 {
            let previous = balance
            balance = try balance.times(balance).plus(c).overRoundingUp((balance &+ balance).plus(b).minus(d))
            if balance.distance(to: previous) <= .one { return balance }
        }
        throw .insufficientLiquidity
    }

    /// What leaves for `amountIn`, one unit less than the curve gives.
    func out(_ amountIn: U256, from i: Int, to j: Int, _ amounts: ScaledAmounts, invariant: U256) throws(QuoteError)
        -> U256
    {
        var after = amounts
        after[i] = try amounts[i].plus(amountIn)
        let rest = try balance(of: j, in: after, invariant: invariant)
        guard amounts[j] > rest else { throw .zeroAmount }
        return amounts[j] &- rest &- .one
    }

    /// What must come in for `amountOut`, one unit more than the curve asks.
    func input(_ amountOut: U256, from i: Int, to j: Int, _ amounts: ScaledAmounts, invariant: U256) throws(QuoteError)
        -> U256
    {
        guard amountOut < amounts[j] else { throw .insufficientLiquidity }
        var after = amounts
        after[j] = amounts[j] &- amountOut
        let next = try balance(of: i, in: after, invariant: invariant)
        return try next.minus(amounts[i]).plus(.one)
    }
}
