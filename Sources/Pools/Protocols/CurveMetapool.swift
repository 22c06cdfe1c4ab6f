internal import EVMTypes

/// Stableswap pool of one coin (or more) against the pool token of another, the base pool.
///
/// Trades of its own coins are `pool`'s, with the cached virtual price as last rate; the answers here are those of the
/// views over the base pool's coins. Source: curvefi/curve-contract `pool-templates/meta/SwapTemplateMeta.vy`, RAI
/// `MetaPool`; base pool `calc_token_amount`, `calc_withdraw_one_coin`.
@frozen
public struct CurveMetapool: Hashable, Sendable {
    /// Its own balances and rates; the last coin is the base pool's token.
    public var pool: CurveStablePool
    public var base: CurveStablePool
    /// Total supply of the base pool's token.
    public var baseSupply: UInt128

    @inlinable
    public init(pool: CurveStablePool, base: CurveStablePool, baseSupply: UInt128) {
        (self.pool, self.base, self.baseSupply) = (pool, base, baseSupply)
    }

    /// How long, in seconds, metapools keep the base pool's virtual price before they ask for it again.
    public static let cacheSeconds: UInt64 = 600

    /// The virtual price a metapool uses at a block's time: the stored one for ten minutes, then the live one.
    public static func virtualPrice(cached: UInt128, cachedAt: UInt64, live: UInt128, now: UInt64) -> UInt128 {
        now > cachedAt &+ cacheSeconds ? live : cached
    }

    /// The answer of `get_dy_underlying`: coin 0.. of the pool itself, then the base pool's coins.
    public func underlyingView(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        let last = pool.balances.count - 1
        guard i != j, i >= 0, j >= 0, last >= 1, i < last + base.balances.count, j < last + base.balances.count else {
            throw .noLiquidity
        }
        if i >= last, j >= last { return try base.oldView(exactIn: amountIn, from: i - last, to: j - last) }
        if i < last, j < last { return try pool.quote(exactIn: amountIn, from: i, to: j) }
        if i < last {
            let (delta, _, _, _) = try pool.gross(amountIn, i, last)
            let kept = try delta.minus(delta.times(U256(pool.fee)).over(.tenBillion))
            let shares = try kept.times(.wad).over(U256(pool.rates[last])).amount()
            return try base.withdrawal(of: shares, supply: baseSupply, coin: j - last)
        }
        // The view prices the deposit without its fee and takes half the base pool's fee off instead.
        let shares = try U256(base.sharesView(depositing: amountIn, coin: i - last, supply: baseSupply))
        var added = try shares.times(U256(pool.rates[last])).over(.wad)
        added = try added.minus(added.times(U256(base.fee)).over(.tenBillion.times(U256(2 as UInt64))))
        let before = try pool.scaled()
        var after = before
        after[last] = try before[last].plus(added)
        let y = try pool.curve.balance(of: j, in: after, invariant: try pool.curve.invariant(before))
        let delta = try before[j].minus(y).minus(.one)
        let kept = try delta.minus(delta.times(U256(pool.fee)).over(.tenBillion))
        return try kept.times(.wad).over(U256(pool.rates[j])).amount()
    }
}

extension CurveStablePool {
    /// The answer of `calc_token_amount` for a deposit of one coin: pool tokens before any fee.
    public func sharesView(
        depositing amount: UInt128, coin: Int, supply: UInt128
    ) throws(QuoteError) -> UInt128 {
        guard coin >= 0, coin < balances.count else { throw .noLiquidity }
        var after = self
        after.balances[coin] = try U256(balances[coin]).plus(U256(amount)).amount()
        let before = try invariant()
        return try (try after.invariant()).minus(before).times(U256(supply)).over(before).amount()
    }

    /// The answer of `calc_withdraw_one_coin`: what pool tokens give in one coin, fee taken.
    public func withdrawal(of shares: UInt128, supply: UInt128, coin: Int) throws(QuoteError) -> UInt128 {
        guard coin >= 0, coin < balances.count, balances.count > 1, supply != 0 else { throw .noLiquidity }
        let amounts = try scaled()
        let before = try curve.invariant(amounts)
        let after = try before.minus(U256(shares).times(before).over(U256(supply)))
        let n = U256(UInt64(balances.count))
        let imbalanceFee = try U256(fee).times(n).over(U256(4 as UInt64).times(n.minus(.one)))
        let y = try curve.balance(of: coin, in: amounts, invariant: after)
        var reduced = amounts
        for index in 0..<balances.count {
            let share = try amounts[index].times(after).over(before)
            let moved = index == coin ? try share.minus(y) : try amounts[index].minus(share)
            reduced[index] = try amounts[index].minus(imbalanceFee.times(moved).over(.tenBillion))
        }
        let rest = try curve.balance(of: coin, in: reduced, invariant: after)
        let delta = try reduced[coin].minus(rest).minus(.one)
        return try delta.times(.wad).over(U256(rates[coin])).amount()
    }
}
