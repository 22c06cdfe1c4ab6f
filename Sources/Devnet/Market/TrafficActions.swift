import EVMCodec
import EVMTypes

/// What a random user does: swaps through every router, transfers, and now and then new liquidity.
struct TrafficActions: Sendable {
    let deployment: MarketDeployment
    private static let always = U256(UInt64(1) << 40)

    init(deployment: MarketDeployment) { self.deployment = deployment }

    /// The smallest units of a token that are worth so much.
    private func amount(_ token: Int, _ money: TradeSize) -> U256 {
        let row = deployment.tokens[token]
        let unit = U256(10).pow(U256(row.decimals))
        return U256.mulDiv(U256(money.cents), unit, U256(row.dollars * 100)) ?? .zero
    }

    private func address(_ token: Int) -> Address { deployment.tokens[token].address }

    /// One action of `user`, unsigned.
    func make(_ user: DevAccount, _ dice: inout MarketDice) throws(ABIError) -> MarketScript.Step {
        let pool = dice.pick(deployment.pools)
        let (x, y) = dice.percent(50) ? (pool.a, pool.b) : (pool.b, pool.a)
        let money = dice.dollars()
        let amountIn = amount(x, money)
        // Three in ten take any price, the others no worse than a fifth below par.
        let least = dice.percent(30) ? U256.zero : amount(y, TradeSize(cents: money.cents * 4 / 5))
        switch dice.below(100) {
        case 0..<6:
            return .init(
                account: user, to: dice.pick(deployment.traders), data: [], value: 1_000_000_000_000_000, gas: 21_000)
        case 6..<12:
            let data = MarketCalls.transfer(dice.pick(deployment.traders), amountIn / 100)
            return .init(account: user, to: address(x), data: data, gas: 90_000)
        case 12..<15 where pool.venue == nil: return position(user, pool, money)
        default: break
        }
        if let venue = pool.venue { return swapV2(user, pool, venue, x, y, amountIn, least, &dice) }
        return try swapV3(user, pool, x, y, amountIn, least, &dice)
    }

    private func swapV2(
        _ user: DevAccount, _ pool: MarketDeployment.Pool, _ venue: Int, _ x: Int, _ y: Int, _ amountIn: U256,
        _ least: U256, _ dice: inout MarketDice
    ) -> MarketScript.Step {
        var path = [x, y], least = least
        if dice.percent(25), let third = next(after: y, notThrough: pool, { $0.venue == venue }, &dice)?.token {
            path.append(third)
            least = .zero
        }
        let router = deployment.venues[venue].router, tokens = path.map(address)
        if x == 0, dice.percent(40) {
            let data = MarketCalls.swapV2Native(
                least: least, path: tokens, to: user.address, deadline: Self.always)
            return .init(account: user, to: router, data: data, value: amountIn, gas: 500_000)
        }
        let data = MarketCalls.swapV2(amountIn, least: least, path: tokens, to: user.address, deadline: Self.always)
        return .init(account: user, to: router, data: data, gas: 500_000)
    }

    private func swapV3(
        _ user: DevAccount, _ pool: MarketDeployment.Pool, _ x: Int, _ y: Int, _ amountIn: U256, _ least: U256,
        _ dice: inout MarketDice
    ) throws(ABIError) -> MarketScript.Step {
        let to = user.address, fee = pool.feePips
        let (tokenIn, tokenOut) = (address(x), address(y))
        if dice.percent(40) {
            let inner = MarketCalls.swapV3(tokenIn, tokenOut, fee: fee, to: to, amountIn, least: least, deadline: nil)
            let data = try MarketCalls.multicall([inner], deadline: Self.always)
            return .init(account: user, to: deployment.swapRouter02, data: data, gas: 900_000)
        }
        if dice.percent(30) {
            var tokens = [tokenIn, tokenOut], fees = [fee], least = least
            if dice.percent(50), let hop = next(after: y, notThrough: pool, { $0.venue == nil }, &dice), hop.token != x
            {
                tokens.append(address(hop.token))
                fees.append(hop.pool.feePips)
                least = .zero
            }
            let data = try MarketCalls.swapV3Path(
                tokens, fees: fees, to: to, amountIn, least: least, deadline: Self.always)
            return .init(account: user, to: deployment.swapRouter, data: data, gas: 1_400_000)
        }
        let data = MarketCalls.swapV3(
            tokenIn, tokenOut, fee: fee, to: to, amountIn, least: least, deadline: Self.always)
        return .init(account: user, to: deployment.swapRouter, data: data, gas: 900_000)
    }

    /// Another pool that trades token `y`, and what it trades it for.
    private func next(
        after y: Int, notThrough pool: MarketDeployment.Pool, _ wanted: (MarketDeployment.Pool) -> Bool,
        _ dice: inout MarketDice
    ) -> (pool: MarketDeployment.Pool, token: Int)? {
        let found = deployment.pools.filter { wanted($0) && $0 != pool && ($0.a == y || $0.b == y) }
        guard !found.isEmpty else { return nil }
        let hop = dice.pick(found)
        return (hop, hop.a == y ? hop.b : hop.a)
    }

    /// New liquidity over the whole range of ticks: never out of range, wherever the price went.
    private func position(
        _ user: DevAccount, _ pool: MarketDeployment.Pool, _ money: TradeSize
    ) -> MarketScript.Step {
        let (a, b) = (address(pool.a), address(pool.b))
        let (x, y) = a < b ? (pool.a, pool.b) : (pool.b, pool.a)
        let edge = 887_272 / pool.tickSpacing * pool.tickSpacing
        let data = MarketCalls.mint(
            .init(
                token0: min(a, b), token1: max(a, b), fee: pool.feePips, lower: -edge, upper: edge,
                amount0: amount(x, money), amount1: amount(y, money), owner: user.address, deadline: Self.always))
        return .init(account: user, to: deployment.positionManager, data: data, gas: 900_000)
    }
}
