import EVMTypes
import TestSupport
import Testing

@testable import Paths

@Suite struct TokenGraphTests {
    @Test func rowsAndSettlementListsEqualANaiveModelInAnyOrderOfAdding() {
        var random = SeededGenerator(seed: 31)
        for round in 0..<60 {
            var graph = TokenGraph(), pools: [(Int32, Int32, Int32)] = []
            let tokens = Int32.random(in: 2...(round % 10 == 0 ? 3000 : 12), using: &random)
            for pool in 0..<Int32.random(in: 1...(round % 10 == 0 ? 6000 : 80), using: &random) {
                if pool == 3 { graph.addSettlement(1) }
                let a = Int32.random(in: 0..<tokens, using: &random), b = Int32.random(in: 0..<tokens, using: &random)
                let added = graph.add(pool: pool, token0: a, token1: b)
                #expect(added == (a != b))
                if a != b { pools.append((pool, a, b)) }
            }
            graph.addSettlement(0)
            graph.addSettlement(1)
            #expect(graph.poolCount == pools.count)
            for token in tokens > 100
                ? (0..<40).map({ _ in Int32.random(in: 0..<tokens, using: &random) }) : Array(0..<tokens)
            {
                let row = graph.row(of: token).map { (graph.entry($0).id, graph.entry($0).to) }
                let expected = pools.compactMap { pool, a, b in
                    a == token ? (pool * 2 + 1, b) : b == token ? (pool * 2, a) : nil
                }
                #expect(row.map(\.0) == expected.map(\.0))
                #expect(row.map(\.1) == expected.map(\.1))
                for (slot, settlement) in graph.settlementTokens.enumerated() {
                    var listed: [Int32] = [], pool = graph.firstPool(slot: slot, token: token)
                    while pool >= 0 {
                        listed.append(pool)
                        pool = graph.nextSamePair[Int(pool)]
                    }
                    let joined = pools.filter {
                        ($0.1, $0.2) == (token, settlement) || ($0.2, $0.1) == (token, settlement)
                    }
                    #expect(listed == joined.map(\.0).reversed())
                }
            }
        }
    }

    @Test func aPoolIsAddedOnceAndNeverWithOneToken() {
        var graph = TokenGraph()
        let answers = [(4, 1, 2), (4, 1, 3), (5, 1, 1), (-1, 1, 2)].map {
            graph.add(pool: Int32($0.0), token0: Int32($0.1), token1: Int32($0.2))
        }
        #expect(answers == [true, false, false, false])
        #expect(graph.degree(of: 1) == 1)
        #expect(graph.degree(of: 99) == 0)
        #expect(!graph.contains(pool: 3))
    }
}

@Suite struct CycleMathTests {
    @Test func theClosedFormIsTheMaximumOfTheComposedSwaps() {
        var random = SeededGenerator(seed: 32)
        for _ in 0..<500 {
            var chain = MobiusChain(), hops: [(Double, Double)] = []
            for _ in 0..<Int.random(in: 2...4, using: &random) {
                let hop = (Double.random(in: 1e6...1e9, using: &random), Double.random(in: 1e6...1e9, using: &random))
                hops.append(hop)
                chain.append(price: 0.997 * hop.1 / hop.0, inverseDepth: 0.997 / hop.0)
            }
            func profit(_ x: Double) -> Double {
                hops.reduce(x) { 0.997 * $0 * $1.1 / ($1.0 + 0.997 * $0) } - x
            }
            let best = chain.optimalInput
            guard best > 0 else {
                #expect(profit(1) <= 0)
                continue
            }
            #expect(abs(profit(best) - chain.optimalProfit) <= 1e-6 * chain.optimalProfit)
            #expect(profit(best) >= profit(best * 1.01))
            #expect(profit(best) >= profit(best * 0.99))
            #expect(abs(chain.input(for: chain.output(best)) - best) < 1e-6 * best)
        }
    }

    @Test func wideProductsEqualWordProductsAndCompareAsTheyDo() {
        var random = SeededGenerator(seed: 33)
        for _ in 0..<500 {
            let a = UInt128.random(in: 0...UInt128.max, using: &random) >> UInt128.random(in: 0...100, using: &random)
            let b = UInt64.random(in: 0...UInt64.max, using: &random),
                c = UInt64.random(in: 0...UInt64.max, using: &random)
            let d = UInt128.random(in: 0...UInt128.max, using: &random)
            var left = WideProduct(), right = WideProduct()
            left.multiply(by: a)
            left.multiply(by: b)
            left.multiply(by: c)
            right.multiply(by: d)
            right.multiply(by: b)
            let (x, y) = (U256(a) * U256(b), U256(d) * U256(b))
            let exact = x.multipliedFullWidth(by: U256(c))
            #expect((left > right) == (exact.high > 0 || exact.low > y))
            var again = WideProduct()
            again.multiply(by: c)
            again.multiply(by: b)
            again.multiply(by: a)
            #expect(left == again)
        }
    }
}
