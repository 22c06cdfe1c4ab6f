import EVMTypes
import Pools
import TestSupport

/// Small made-up markets of V2 and V3 pools for oracle tests.
enum TestMarkets {
    static func address(_ n: Int) -> Address { Address(high: 0xaaaa_0000, low: UInt128(n)) }

    /// Token numbers are their indices: token i has address i + 1.
    static func empty(tokens: Int) -> MarketState {
        var market = MarketState(dexes: [])
        for token in 0..<tokens { _ = market.intern(address(token + 1)) }
        return market
    }

    @discardableResult
    static func addPair(
        _ market: inout MarketState, _ a: Int, _ b: Int, _ reserveA: UInt128, _ reserveB: UInt128,
        feePips: UInt32 = 3000
    ) throws -> PoolIndex {
        let (low, high) = (min(a, b), max(a, b))
        let pool = try market.addUnverifiedPool(
            PoolIdentity(
                address: address(1000 + market.poolCount), token0: address(low + 1), token1: address(high + 1),
                dexID: 1,
                kind: .uniswapV2, feePips: feePips, tickSpacing: 0))
        try market.setReserves(
            pool, reserve0: a < b ? reserveA : reserveB, reserve1: a < b ? reserveB : reserveA)
        return pool
    }

    /// A concentrated pool with positions (lower, upper, liquidity) in multiples of the spacing, price at `tick`.
    @discardableResult
    static func addConcentrated(
        _ market: inout MarketState, _ a: Int, _ b: Int, tick: Int32, spacing: Int32 = 60, feePips: UInt32 = 3000,
        positions: [(Int32, Int32, UInt128)]
    ) throws -> PoolIndex {
        let (low, high) = (min(a, b), max(a, b))
        let pool = try market.addUnverifiedPool(
            PoolIdentity(
                address: address(1000 + market.poolCount), token0: address(low + 1), token1: address(high + 1),
                dexID: 2,
                kind: .uniswapV3, feePips: feePips, tickSpacing: spacing))
        var nets: [Int32: Int128] = [:], grosses: [Int32: UInt128] = [:], liquidity: UInt128 = 0
        for (lower, upper, amount) in positions {
            nets[lower * spacing, default: 0] += Int128(amount)
            nets[upper * spacing, default: 0] -= Int128(amount)
            grosses[lower * spacing, default: 0] += amount
            grosses[upper * spacing, default: 0] += amount
            if lower * spacing <= tick, tick < upper * spacing { liquidity += amount }
        }
        let states = nets.keys.sorted().map {
            TickState(tick: $0, liquidityNet: nets[$0] ?? 0, liquidityGross: grosses[$0] ?? 0)
        }
        try market.setConcentrated(
            pool, sqrtPriceX96: TickMath.sqrtPrice(atTick: tick), tick: tick, liquidity: liquidity, ticks: states)
        return pool
    }

    /// A random market of 3 to 6 tokens with prices near 1 and shallow pools, so that every input can be tried.
    static func random(
        using random: inout SeededGenerator, concentratedShare: Double, depth: UInt128 = 3000
    ) throws -> MarketState {
        let tokens = Int.random(in: 3...6, using: &random)
        var market = empty(tokens: tokens)
        for _ in 0..<Int.random(in: tokens...tokens + 4, using: &random) {
            let a = Int.random(in: 0..<tokens, using: &random)
            let b = (a + Int.random(in: 1..<tokens, using: &random)) % tokens
            let fee: UInt32 = [100, 500, 3000, 10_000].randomElement(using: &random) ?? 3000
            if Double.random(in: 0..<1, using: &random) < concentratedShare {
                let tick = Int32.random(in: -1500...1500, using: &random)
                var positions: [(Int32, Int32, UInt128)] = []
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let lower = Int32.random(in: -60...30, using: &random)
                    let upper = lower + Int32.random(in: 1...40, using: &random)
                    positions.append((lower, upper, UInt128.random(in: depth...depth * 20, using: &random)))
                }
                try addConcentrated(&market, a, b, tick: tick, feePips: fee, positions: positions)
            } else {
                let reserve = UInt128.random(in: depth / 10...depth, using: &random)
                let percent = UInt128.random(in: 80...125, using: &random)
                try addPair(&market, a, b, reserve, max(1, reserve * percent / 100), feePips: fee)
            }
        }
        return market
    }
}

/// Every simple cycle through one token and, by trying every input, its best profit.
struct CycleOracle {
    let market: MarketState
    let settlement: TokenIndex
    let hops: ClosedRange<Int>
    let inputs: UInt128

    struct Cycle: Hashable {
        var pools: [PoolIndex]
        var directions: [Bool]
    }

    /// Best profit by cycle, only where positive.
    func profits() -> [Cycle: UInt128] {
        var best: [Cycle: UInt128] = [:]
        for cycle in cycles() {
            let profit = bestProfit(of: cycle)
            if profit > 0 { best[cycle] = profit }
        }
        return best
    }

    func cycles() -> [Cycle] {
        var all: [Cycle] = []
        extend(Cycle(pools: [], directions: []), at: settlement, visited: [settlement], into: &all)
        return all
    }

    private func extend(_ path: Cycle, at token: TokenIndex, visited: Set<TokenIndex>, into all: inout [Cycle]) {
        for pool in 0..<PoolIndex(market.poolCount) where !path.pools.contains(pool) {
            let (a, b) = market.tokens(of: pool)
            guard a == token || b == token else { continue }
            let next = a == token ? b : a
            let longer = Cycle(pools: path.pools + [pool], directions: path.directions + [a == token])
            if next == settlement {
                if hops.contains(longer.pools.count) { all.append(longer) }
            } else if longer.pools.count < hops.upperBound, !visited.contains(next) {
                extend(longer, at: next, visited: visited.union([next]), into: &all)
            }
        }
    }

    func output(of cycle: Cycle, input: UInt128) -> UInt128? {
        var amount = input
        for (pool, zeroForOne) in zip(cycle.pools, cycle.directions) {
            guard let out = try? market.quote(pool, exactIn: amount, zeroForOne: zeroForOne), out > 0 else {
                return nil
            }
            amount = out
        }
        return amount
    }

    private func bestProfit(of cycle: Cycle) -> UInt128 {
        var best: UInt128 = 0, input: UInt128 = 1
        while input <= inputs {
            if let out = output(of: cycle, input: input), out > input { best = max(best, out - input) }
            input += 1
        }
        return best
    }
}
