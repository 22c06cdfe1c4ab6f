import BigInt
import EVMTypes
import TestSupport
import Testing

@testable import Pools

/// Twocrypto NG against its invariant, evaluated exactly: no recorded answers of such a pool are at hand.
@Suite struct TwocryptoTests {
    private static func big(_ value: U256) -> BigInt { BigInt(BigUInt(value.hi) << 128 | BigUInt(value.lo)) }

    private func pool(_ generator: inout SeededGenerator) -> CurveTwocryptoPool? {
        let side = UInt128(10).power(Int.random(in: 19...25, using: &generator))
        let first = side * UInt128.random(in: 20...100, using: &generator) / 50
        let second = side * UInt128.random(in: 20...100, using: &generator) / 50
        let price = UInt128.random(in: 1 << 50...1 << 70, using: &generator)
        guard
            let balances = TokenAmounts([first, UInt128((U256(second) * .wad / U256(price)).lo)]),
            let precisions = TokenAmounts([1, 1] as [UInt128])
        else { return nil }
        let gamma =
            UInt128(10).power(Int.random(in: 11...15, using: &generator))
            * UInt128.random(in: 1...9, using: &generator)
        return CurveTwocryptoPool(
            balances: balances, precisions: precisions, priceScale: price,
            amplification: UInt128.random(in: 40_000...20_000_000, using: &generator), gamma: gamma,
            // Some D between twice the geometric mean and the sum: every such D is a pool's, whatever A and gamma.
            invariant: (first + second) / 1000 * UInt128.random(in: 990...1000, using: &generator),
            midFee: 3_000_000, outFee: 30_000_000, feeGamma: 5_000_000_000_000_000)
    }

    /// The sign of K*D*(x+y-D) + x*y - D^2/4, K = A*K0*gamma^2/(gamma+1-K0)^2, K0 = 4*x*y/D^2, in whole numbers.
    /// `amplification` is A * 2^2 * 10,000.
    private func invariantSign(_ pool: CurveTwocryptoPool, _ x: BigInt, _ y: BigInt) -> Int {
        let c = BigInt(10).power(18), d = BigInt(pool.invariant), g = BigInt(pool.gamma)
        let q = (g + c) * d * d - 4 * x * y * c
        let value =
            BigInt(pool.amplification) * x * y * g * g * d * d * d * (x + y - d)
            + (x * y - d * d / 4) * 10_000 * q * q
        return value.signum() < 0 ? -1 : value.isZero ? 0 : 1
    }

    @Test func theBalanceSolvesTheInvariant() throws {
        var generator = SeededGenerator()
        var solved = 0
        for _ in 0..<4000 {
            guard let pool = pool(&generator) else { continue }
            let math = CurveTwocryptoMath(pool), d = BigInt(pool.invariant)
            let x = U256(pool.invariant) * U256(UInt64.random(in: 200...900, using: &generator)) / U256(1000 as UInt64)
            guard let y = try? math.balance(opposite: x) else { continue }
            let tolerance = max(d, Self.big(y)) / BigInt(10).power(16) + 1000
            let low = invariantSign(pool, Self.big(x), Self.big(y) - tolerance)
            let high = invariantSign(pool, Self.big(x), Self.big(y) + tolerance)
            #expect(low <= 0 && high >= 0, "x \(x) y \(y) in \(pool)")
            solved += 1
        }
        print("twocrypto: \(solved) balances solve the invariant to 1e-16")
        #expect(solved > 2000)
    }

    @Test func quotesGrowAndNeverBeatTheInvariant() throws {
        var generator = SeededGenerator()
        var quotes = 0
        for _ in 0..<600 {
            guard var pool = pool(&generator) else { continue }
            // A pool at rest: both balances on the curve, at a price of one.
            let x = pool.invariant / 1000 * UInt128.random(in: 300...700, using: &generator)
            guard let y = try? CurveTwocryptoMath(pool).balance(opposite: U256(x)),
                let balances = TokenAmounts([x, y.lo])
            else { continue }
            (pool.balances, pool.priceScale) = (balances, 1_000_000_000_000_000_000)
            let (i, j) = Bool.random(using: &generator) ? (0, 1) : (1, 0)
            (pool.midFee, pool.outFee) = (0, 0)
            var last: UInt128 = 0
            for share in [10_000, 1_000, 100, 20] as [UInt128] {
                guard let out = try? pool.quote(exactIn: pool.balances[i] / share, from: i, to: j) else { continue }
                #expect(out >= last)
                last = out
                #expect(out < pool.balances[j])
                // Back again without a fee: not more than was paid, for the same D.
                var after = pool
                after.balances[i] += pool.balances[i] / share
                after.balances[j] -= out
                if let back = try? after.quote(exactIn: out, from: j, to: i) {
                    let slack = pool.balances[i] / 1_000_000_000_000_000 + 1000
                    #expect(back <= pool.balances[i] / share + slack)
                }
                guard let cost = try? pool.quote(exactOut: out, from: i, to: j) else { continue }
                #expect(try pool.quote(exactIn: cost, from: i, to: j) >= out)
                quotes += 1
            }
        }
        #expect(quotes > 500)
    }

    @Test func outOfBoundsIsNoQuoteAndNeverATrap() throws {
        var generator = SeededGenerator()
        for _ in 0..<3000 {
            func any() -> UInt128 {
                UInt128.random(in: 0...UInt128.max, using: &generator) >> UInt128.random(in: 0..<128, using: &generator)
            }
            guard let balances = TokenAmounts([any(), any()]), let precisions = TokenAmounts([any(), any()]) else {
                continue
            }
            let pool = CurveTwocryptoPool(
                balances: balances, precisions: precisions, priceScale: any(), amplification: any() >> 90,
                gamma: any() >> 60, invariant: any(), midFee: UInt64(truncatingIfNeeded: any()),
                outFee: UInt64(truncatingIfNeeded: any()), feeGamma: UInt64(truncatingIfNeeded: any()))
            _ = try? pool.quote(exactIn: any(), from: 0, to: 1)
            _ = try? pool.quote(exactOut: any(), from: 1, to: 0)
            _ = try? pool.quote(exactIn: any(), from: 2, to: 0)
        }
    }
}

extension UInt128 {
    fileprivate func power(_ exponent: Int) -> UInt128 { (0..<exponent).reduce(1) { value, _ in value * self } }
}
