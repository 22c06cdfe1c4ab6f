internal import EVMTypes

/// A fixed-price exchange between two forms of one asset: cheap edges that close many cycles.
///
/// Amounts are exact integers; outputs round down. `isForward` is from the plain asset to the wrapped one.
@frozen
public enum WrapPool: Hashable, Sendable {
    /// WETH9 and its like: one for one.
    case native
    /// Shares of a pot of assets: wstETH (stETH's shares and pooled ether), ERC-4626 vaults without fees or offsets.
    /// Source: lido-dao `StETH.getSharesByPooledEth`, `WstETH.sol`; EIP-4626.
    case shares(totalAssets: UInt128, totalShares: UInt128)
    /// Maker's peg stability module: forward sells the gem for the stablecoin, backward buys it. Fees have 18 decimals,
    /// `gemScale` is 10^(18 - gem decimals). Source: dss-lite-psm `DssLitePsm.sol` (`sellGem`, `buyGem`).
    case pegStability(gemScale: UInt128, sellFee: UInt64, buyFee: UInt64)

    /// What exactly `amountIn` gives. A module buys whole gem units only, so backward answers the most units whose
    /// price `amountIn` covers. Throws `.zeroAmount` for nothing in or out, `.noLiquidity` for an empty pot.
    public func quote(exactIn amountIn: UInt128, isForward: Bool) throws(QuoteError) -> UInt128 {
        guard amountIn != 0 else { throw .zeroAmount }
        let given = U256(amountIn)
        let out: U256
        switch self {
        case .native: out = given
        case .shares(let assets, let shares):
            guard assets != 0, shares != 0 else { throw .noLiquidity }
            out = isForward ? given &* U256(shares) / U256(assets) : given &* U256(assets) / U256(shares)
        case .pegStability(let scale, let sellFee, let buyFee):
            guard scale != 0 else { throw .noLiquidity }
            if isForward {
                let whole = given &* U256(scale)
                out = try whole.minus(whole.times(U256(sellFee)).over(.wad))
            } else {
                out = try gems(for: given, scale: U256(scale), fee: U256(buyFee))
            }
        }
        guard !out.isZero else { throw .zeroAmount }
        return try out.amount()
    }

    /// The least input that gives at least `amountOut`.
    public func quote(exactOut amountOut: UInt128, isForward: Bool) throws(QuoteError) -> UInt128 {
        guard amountOut != 0 else { throw .zeroAmount }
        let wanted = U256(amountOut)
        switch self {
        case .native: return amountOut
        case .shares(let assets, let shares):
            guard assets != 0, shares != 0 else { throw .noLiquidity }
            let need =
                isForward
                ? (wanted &* U256(assets)).dividedRoundingUp(by: U256(shares))
                : (wanted &* U256(shares)).dividedRoundingUp(by: U256(assets))
            return try need.amount()
        case .pegStability(let scale, let sellFee, let buyFee):
            guard scale != 0 else { throw .noLiquidity }
            if !isForward { return try price(of: wanted, scale: U256(scale), fee: U256(buyFee)).amount() }
            guard sellFee < 1_000_000_000_000_000_000 else { throw .noLiquidity }
            let whole = try wanted.times(.wad).overRoundingUp(U256.wad.minus(U256(sellFee)))
            // The contract floors the fee, so one gem less may do.
            let least = whole.dividedRoundingUp(by: U256(scale))
            if least > .one, let fewer = (least &- .one).asUInt128,
                let out = try? quote(exactIn: fewer, isForward: true), out >= amountOut
            {
                return fewer
            }
            return try least.amount()
        }
    }

    /// What `gems` cost: their worth and the fee on it, rounded down.
    private func price(of gems: U256, scale: U256, fee: U256) throws(QuoteError) -> U256 {
        let worth = try gems.times(scale)
        return try worth.plus(worth.times(fee).over(.wad))
    }

    /// The most gems whose price is at most `paid`.
    private func gems(for paid: U256, scale: U256, fee: U256) throws(QuoteError) -> U256 {
        var gems = try paid.times(.wad).over(scale.times(U256.wad.plus(fee)))
        while try price(of: gems.plus(.one), scale: scale, fee: fee) <= paid { gems = gems &+ .one }
        return gems
    }
}
