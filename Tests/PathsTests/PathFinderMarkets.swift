import EVMTypes
import Foundation
import Pools
import TestSupport

@testable import Paths

/// Markets and checks shared by the tests of `PathFinder`.
enum PathFinderMarkets {
    /// Generators of a test: one in CI, as many as $MARTLET_PATH_SEEDS says in a long run.
    static func generators(_ seed: UInt64) -> [SeededGenerator] {
        let count = ProcessInfo.processInfo.environment["MARTLET_PATH_SEEDS"].flatMap { UInt64($0) } ?? 1
        return [SeededGenerator(seed: seed)] + (1..<max(1, count)).map { SeededGenerator(exactly: seed + 1000 * $0) }
    }

    /// The net of the plans that hold side by side: most net first, those that share a pool with one before left out.
    static func netSideBySide(_ opportunities: [Opportunity]) -> Double {
        var used: Set<PoolIndex> = [], net = 0.0
        for found in opportunities where !found.plan.legs.contains(where: { used.contains($0.pool) }) {
            used.formUnion(found.plan.legs.map(\.pool))
            net += found.net
        }
        return net
    }

    /// A finder over all pools of a market, settling in token 0, with gas in raw units of token 0.
    static func finder(over market: MarketState, gas: Double = 0, dust: Double = 0.01) -> PathFinder {
        var settings = PathFinderSettings()
        settings.gas = GasSchedule(constantProduct: gas, concentrated: gas)
        settings.dust = dust
        var finder = PathFinder(native: 0, settings: settings)
        for pool in 0..<PoolIndex(market.poolCount) { finder.update(pool, from: market) }
        return finder
    }

    /// A wide market: `tokens` tokens, each with a pool to a better known one, and as many extra pools again.
    static func wide(tokens: Int, using random: inout SeededGenerator) throws -> MarketState {
        var market = TestMarkets.empty(tokens: tokens)
        var value = (0..<tokens).map { _ in Double.random(in: -2...2, using: &random) }
        value[0] = 0
        func add(_ a: Int, _ b: Int) throws {
            let depth = Double.random(in: 17...22, using: &random)
            let tilt = Double.random(in: -0.001...0.001, using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                let (low, high) = (min(a, b), max(a, b))
                let tick = Int32(((value[low] - value[high]) / 0.000_099_995).rounded())
                let liquidity = UInt128(naturalPower(10, depth)), centre = tick / 60
                try TestMarkets.addConcentrated(
                    &market, low, high, tick: tick,
                    positions: [(centre - 40, centre + 40, liquidity), (centre - 300, centre + 20, liquidity / 3)])
            } else {
                try TestMarkets.addPair(
                    &market, a, b, UInt128(naturalPower(10, depth)),
                    UInt128(naturalPower(10, depth) * exponential(value[a] - value[b] + tilt)))
            }
        }
        for token in 1..<tokens { try add(token, Int.random(in: 0..<min(token, 8), using: &random)) }
        for _ in 0..<tokens {
            let a = Int.random(in: 1..<tokens, using: &random)
            let b = Int.random(in: 0..<2, using: &random) == 0 ? 0 : Int.random(in: 0..<tokens, using: &random)
            if a != b { try add(a, b) }
        }
        return market
    }

    static func naturalPower(_ base: Double, _ exponent: Double) -> Double { exponential(exponent * naturalLog(base)) }

    /// Moves one pool's price by a swap of a share of its depth. False when the pool refuses it.
    static func disturb(
        _ market: inout MarketState, _ pool: PoolIndex, share: Double, zeroForOne: Bool
    ) throws -> Bool {
        var overlay = MarketOverlay()
        let depth: Double
        switch market.pool(pool) {
        case .uniswapV2(let pair): depth = Double(zeroForOne ? pair.reserve0 : pair.reserve1)
        case .uniswapV3(let concentrated):
            let root = concentrated.sqrtPriceX96.double * 0x1p-96
            depth = Double(concentrated.liquidity) * (zeroForOne ? 1 / root : root)
        case .uniswapV4, .algebra, .solidly, .coins: return false
        }
        let amount = UInt128(max(1, min(depth * share, 1e30)))
        guard
            (try? overlay.swap(pool, exactIn: true, amount: amount, zeroForOne: zeroForOne, in: market)) != nil
        else { return false }
        switch overlay.pool(pool, in: market) {
        case .uniswapV2(let pair): try market.setReserves(pool, reserve0: pair.reserve0, reserve1: pair.reserve1)
        case .uniswapV3(let concentrated):
            let range = market.tickRange(of: pool)
            let ticks = range.map {
                TickState(
                    tick: market.ticks.indices[$0], liquidityNet: market.ticks.nets[$0],
                    liquidityGross: market.ticks.grosses[$0])
            }
            try market.setConcentrated(
                pool, sqrtPriceX96: concentrated.sqrtPriceX96, tick: concentrated.tick,
                liquidity: concentrated.liquidity, ticks: ticks)
        case .uniswapV4, .algebra, .solidly, .coins: return false
        }
        return true
    }

    /// Executes a plan on the market. False when a pool refuses or pays otherwise than planned.
    static func take(_ plan: JointPlan, in market: inout MarketState) throws -> Bool {
        var overlay = MarketOverlay()
        for leg in plan.legs {
            guard
                let moved = try? overlay.swap(
                    leg.pool, exactIn: true, amount: leg.amountIn, zeroForOne: leg.zeroForOne, in: market),
                moved.amountOut == leg.amountOut
            else { return false }
            switch overlay.pool(leg.pool, in: market) {
            case .uniswapV2(let pair):
                try market.setReserves(leg.pool, reserve0: pair.reserve0, reserve1: pair.reserve1)
            case .uniswapV3:
                _ = try disturbTo(overlay.pool(leg.pool, in: market), leg.pool, &market)
            case .uniswapV4, .algebra, .solidly, .coins: return false
            }
        }
        return true
    }

    private static func disturbTo(_ state: Pool, _ pool: PoolIndex, _ market: inout MarketState) throws -> Bool {
        guard case .uniswapV3(let concentrated) = state else { return false }
        let ticks = market.tickRange(of: pool).map {
            TickState(
                tick: market.ticks.indices[$0], liquidityNet: market.ticks.nets[$0],
                liquidityGross: market.ticks.grosses[$0])
        }
        try market.setConcentrated(
            pool, sqrtPriceX96: concentrated.sqrtPriceX96, tick: concentrated.tick,
            liquidity: concentrated.liquidity, ticks: ticks)
        return true
    }

    /// Whether any directed cycle of pools gains, by Bellman and Ford over the pools' own marginal prices.
    static func hasNegativeCycle(_ finder: PathFinder, slack: Double) -> Bool {
        let pools = finder.theta.indices.filter { finder.isPresent[$0] && finder.curves.count[$0] > 0 }
        var edges: [(from: Int, to: Int, cost: Double)] = []
        for pool in pools {
            let gains = finder.rawGains(Int32(pool))
            let a = Int(finder.prices.token0[pool]), b = Int(finder.prices.token1[pool])
            if gains.zeroForOne > -.infinity { edges.append((a, b, slack - gains.zeroForOne)) }
            if gains.oneForZero > -.infinity { edges.append((b, a, slack - gains.oneForZero)) }
        }
        var distance = [Double](repeating: 0, count: finder.prices.tokenCount)
        for _ in 0...finder.prices.tokenCount {
            var changed = false
            for edge in edges where distance[edge.from] + edge.cost < distance[edge.to] - 1e-13 {
                distance[edge.to] = distance[edge.from] + edge.cost
                changed = true
            }
            if !changed { return false }
        }
        return true
    }
}
