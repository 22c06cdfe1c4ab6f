import EVMTypes
import Pools
import TestSupport
import Testing

@testable import Paths

/// The joint plan against every set of pools of small markets, each set's optimum by another method.
@Suite struct ExhaustiveOptimumTests {
    /// One constant-product pool in Double.
    private struct Pair {
        var a: Int, b: Int
        var reserveA: Double, reserveB: Double, gamma: Double
    }

    /// The dual of joint arbitrage over constant-product pools, minimised token by token by bisection.
    ///
    /// A pool's best trade at values va, vb is worth (sqrt(vb Rb) - sqrt(va Ra / gamma))^2 one way (arXiv 2204.05238).
    private struct Oracle {
        var pairs: [Pair]
        var tokens: Int

        func answer(_ pair: Pair, _ value: [Double]) -> (a: Double, b: Double) {
            func sell(_ x: Double, _ y: Double, _ vx: Double, _ vy: Double) -> (paid: Double, got: Double)? {
                let input = (vy / vx * pair.gamma * x * y).squareRoot() - x
                guard input > 0 else { return nil }
                return (input / pair.gamma, y * input / (x + input))
            }
            if let t = sell(pair.reserveA, pair.reserveB, value[pair.a], value[pair.b]) { return (-t.paid, t.got) }
            if let t = sell(pair.reserveB, pair.reserveA, value[pair.b], value[pair.a]) { return (t.got, -t.paid) }
            return (0, 0)
        }

        /// Whether every token of a set but the first has two pools and a way to the first: else a pool earns nothing.
        func isClosed(_ set: [Pair]) -> Bool {
            for token in 1..<tokens where set.count(where: { $0.a == token || $0.b == token }) == 1 { return false }
            var reached: Set<Int> = [0]
            for _ in set {
                for pair in set where reached.contains(pair.a) || reached.contains(pair.b) {
                    reached.formUnion([pair.a, pair.b])
                }
            }
            return set.allSatisfy { reached.contains($0.a) }
        }

        /// The best gross of a set of pools, and how many of them trade.
        /// Nil where the bisection did not settle.
        func optimum(of set: [Pair]) -> (gross: Double, used: Int)? {
            var value = [Double](repeating: 1, count: tokens)
            let inUse = Set(set.flatMap { [$0.a, $0.b] })
            func flow(_ token: Int) -> Double {
                set.reduce(0) {
                    guard $1.a == token || $1.b == token else { return $0 }
                    let t = answer($1, value)
                    return $0 + ($1.a == token ? t.a : t.b)
                }
            }
            for _ in 0..<400 {
                var moved = 0.0
                for token in inUse where token != 0 {
                    let before = value[token]
                    var low = before / 4, high = before * 4
                    for _ in 0..<56 {
                        value[token] = (low * high).squareRoot()
                        if flow(token) < 0 { low = value[token] } else { high = value[token] }
                    }
                    // Where nothing trades the bisection runs to one end: stay instead.
                    value[token] = high
                    if flow(token) == 0 { value[token] = before }
                    if flow(token) != 0 { value[token] = high }
                    moved = max(moved, abs(value[token] / before - 1))
                }
                if moved < 1e-13 { break }
            }
            let rest = inUse.reduce(0) { $1 == 0 ? $0 : $0 + abs(flow($1)) * value[$1] }
            let gross = set.reduce(0) {
                let t = answer($1, value)
                return $0 + t.a * value[$1.a] + t.b * value[$1.b]
            }
            guard rest <= 1e-5 * gross + 1e10 else { return nil }
            return (gross, set.count { answer($0, value) != (0, 0) })
        }
    }

    private func market(using random: inout SeededGenerator) throws -> (MarketState, Oracle) {
        let tokens = Int.random(in: 3...6, using: &random)
        var market = TestMarkets.empty(tokens: tokens), pairs: [Pair] = []
        for n in 0..<Int.random(in: 4...7, using: &random) {
            // The first three close a triangle through the native token.
            let a = n < 3 ? n : Int.random(in: 0..<tokens, using: &random)
            let b = n < 3 ? (n + 1) % 3 : (a + Int.random(in: 1..<tokens, using: &random)) % tokens
            let reserve = Double.random(in: 1e20...1e22, using: &random).rounded()
            let other = (reserve * Double.random(in: 0.97...1.03, using: &random)).rounded()
            try TestMarkets.addPair(&market, a, b, UInt128(reserve), UInt128(other))
            pairs.append(Pair(a: a, b: b, reserveA: reserve, reserveB: other, gamma: 0.997))
        }
        return (market, Oracle(pairs: pairs, tokens: tokens))
    }

    @Test func withoutGasThePlanIsTheOptimum() throws {
        var compared = 0, worst = 0.0, worstGap = 0.0
        for var random in PathFinderMarkets.generators(71) {
            for round in 0..<400 {
                let (market, oracle) = try market(using: &random)
                var finder = PathFinderMarkets.finder(over: market, dust: 1e6)
                let result = finder.search(through: (0..<PoolIndex(market.poolCount)).map { $0 }, in: market)
                guard let best = oracle.optimum(of: oracle.pairs)?.gross, best > 1e15 else { continue }
                let plan = PathFinderMarkets.netSideBySide(result.opportunities), bound = finder.wholeMarketBound()
                compared += 1
                worst = max(worst, 1 - plan / best)
                worstGap = max(worstGap, 1 - plan / bound)
                #expect(abs(plan / best - 1) <= 1e-6, "seed \(random.seed) round \(round): \(plan) \(best)")
                #expect(
                    plan >= bound * (1 - 1e-6) && plan <= bound,
                    "seed \(random.seed) round \(round): \(plan) \(bound)"
                )
            }
        }
        print("exhaustive, no gas: \(compared) markets, worst shortfall \(worst), worst certified gap \(worstGap)")
        #expect(compared > 300)
    }

    @Test func withGasThePlanIsTheBestSubset() throws {
        var compared = 0, unsettled = 0, worst = 0.0
        for var random in PathFinderMarkets.generators(72) {
            for round in 0..<60 {
                let (market, oracle) = try market(using: &random)
                let gas = PathFinderMarkets.naturalPower(10, Double.random(in: 14...17.5, using: &random))
                var finder = PathFinderMarkets.finder(over: market, gas: gas, dust: 1e6)
                let result = finder.search(through: (0..<PoolIndex(market.poolCount)).map { $0 }, in: market)
                let plan = PathFinderMarkets.netSideBySide(result.opportunities)
                guard let most = bestSubset(oracle, gas: gas) else {
                    unsettled += 1
                    continue
                }
                let place = "seed \(random.seed) round \(round)"
                #expect(
                    finder.wholeMarketBound() >= most * (1 - 1e-7), "the bound is below what can be earned, \(place)")
                #expect(plan <= most * (1 + 1e-6), "\(plan) \(most) \(place)")
                guard most > 1e15 else { continue }
                compared += 1
                worst = max(worst, 1 - plan / most)
                #expect(plan >= most * (1 - 1e-6), "\(plan) \(most) \(place)")
            }
        }
        print("exhaustive, gas: \(compared) markets, worst \(worst); the oracle did not settle in \(unsettled)")
        #expect(compared > 20)
    }

    /// The best net of all sets of pools; nil where the oracle did not settle for one.
    private func bestSubset(_ oracle: Oracle, gas: Double) -> Double? {
        var most = 0.0
        for mask in 1..<(1 << oracle.pairs.count) {
            let set = oracle.pairs.indices.filter { mask >> $0 & 1 == 1 }.map { oracle.pairs[$0] }
            guard set.count >= 2, oracle.isClosed(set) else { continue }
            guard let (gross, used) = oracle.optimum(of: set) else { return nil }
            most = max(most, gross - gas * Double(used))
        }
        return most
    }
}
