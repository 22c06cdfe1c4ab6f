import EVMTypes
import TestSupport
import Testing

@testable import Pools

/// What must hold of every exact model: more in never gives less, a quote never beats the curve, an exact output's
/// input is the least that gives it, a round trip never earns.
@Suite struct ProtocolPropertyTests {
    private func number(_ bits: ClosedRange<Int>, _ random: inout SeededGenerator) -> UInt128 {
        let width = Int.random(in: bits, using: &random)
        let value = UInt128(random.next()) << 64 | UInt128(random.next())
        return (value >> UInt128(128 - width)) | (1 << UInt128(width - 1))
    }

    typealias Quote = (UInt128) throws(QuoteError) -> UInt128

    /// Checks one direction of one pool; answers how many requests had a quote.
    private func check(
        _ label: String, amounts: [UInt128], exactIn: Quote, exactOut: Quote, isLeast: Bool = true
    ) -> Int {
        var quoted = 0
        var previous: UInt128 = 0
        for amount in amounts.sorted() {
            guard let out = try? exactIn(amount) else { continue }
            quoted += 1
            #expect(out >= previous || !isLeast, "\(label): \(amount) gives less than a smaller amount")
            previous = out
            guard let need = try? exactOut(out) else { continue }
            let delivered = (try? exactIn(need)) ?? 0
            #expect(delivered >= out || !isLeast, "\(label): \(need) does not give \(out)")
            guard isLeast else { continue }
            #expect(need <= amount, "\(label): \(need) asked where \(amount) sufficed")
            if need > 1, let less = try? exactIn(need - 1) { #expect(less < out, "\(label): \(need) is not the least") }
        }
        return quoted
    }

    @Test func solidlyPools() throws {
        var random = SeededGenerator()
        var quoted = 0, small = 0, fell = 0
        for _ in 0..<300 {
            let decimals: [UInt8] = [6, 8, 18]
            let d0 = decimals.randomElement(using: &random) ?? 18, d1 = decimals.randomElement(using: &random) ?? 18
            let whole = number(8...30, &random)
            let skew = UInt128.random(in: 50...150, using: &random)
            let curve = SolidlyPool.Curve.allCases.randomElement(using: &random) ?? .volatile
            let newton: SolidlyPool.Newton = curve == .stableByProduct ? .leastSufficient : .smallStep
            let pool = SolidlyPool(
                reserve0: whole * U256(10 as UInt64).pow(U256(UInt64(d0))).lo,
                reserve1: whole * skew / 100 * U256(10 as UInt64).pow(U256(UInt64(d1))).lo,
                fee0: UInt32.random(in: 0...100, using: &random), fee1: 4, decimals0: d0, decimals1: d1, curve: curve,
                newton: newton)
            for zeroForOne in [true, false] {
                let amounts = (0..<6).map { _ in number(20...80, &random) }
                // Newton that stops at a step of one may fall by a unit; only the exact search is monotone.
                guard newton != .smallStep || curve == .volatile else {
                    for amount in amounts {
                        var moved = pool
                        guard (try? moved.swap(exactIn: amount, zeroForOne: zeroForOne)) != nil else { continue }
                        small += 1
                        if try invariant(moved) < invariant(pool) { fell += 1 }
                    }
                    continue
                }
                quoted += check(
                    "solidly \(pool)", amounts: amounts,
                    exactIn: { (a) throws(QuoteError) in try pool.quote(exactIn: a, zeroForOne: zeroForOne) },
                    exactOut: { (a) throws(QuoteError) in try pool.quote(exactOut: a, zeroForOne: zeroForOne) })
                for amount in amounts {
                    var moved = pool
                    guard (try? moved.swap(exactIn: amount, zeroForOne: zeroForOne)) != nil else { continue }
                    #expect(try invariant(moved) >= invariant(pool), "solidly: k fell, \(pool) \(amount)")
                }
            }
        }
        print("solidly properties: \(quoted) quotes; \(fell) of \(small) small-step quotes would fail the K check")
        #expect(quoted > 500)
    }

    private func invariant(_ pool: SolidlyPool) throws -> U256 {
        guard pool.curve != .volatile else { return U256(pool.reserve0) * U256(pool.reserve1) }
        return try SolidlyMath.byProduct(
            U256(pool.reserve0) * .wad / SolidlyMath.scale(pool.decimals0),
            U256(pool.reserve1) * .wad / SolidlyMath.scale(pool.decimals1))
    }

    @Test func curveStablePools() throws {
        var random = SeededGenerator()
        var quoted = 0
        for _ in 0..<150 {
            let count = Int.random(in: 2...4, using: &random)
            let whole = number(10...30, &random)
            var balances: [UInt128] = [], rates: [UInt128] = []
            for _ in 0..<count {
                let decimals = [6, 18].randomElement(using: &random) ?? 18
                let unit = U256(10 as UInt64).pow(U256(UInt64(decimals))).lo
                balances.append(whole * UInt128.random(in: 40...160, using: &random) / 100 * unit + 1)
                rates.append(U256(10 as UInt64).pow(U256(UInt64(36 - decimals))).lo)
            }
            let product = CurveStablePool.Product.allCases.randomElement(using: &random) ?? .once
            let pool = CurveStablePool(
                balances: try #require(TokenAmounts(balances)), rates: try #require(TokenAmounts(rates)),
                amplification: UInt64.random(in: 1_000...200_000, using: &random), fee: 4_000_000,
                offpegFeeMultiplier: product == .once ? 20_000_000_000 : 0, product: product)
            let i = Int.random(in: 0..<count, using: &random)
            let j = (i + Int.random(in: 1..<count, using: &random)) % count
            let amounts = (0..<6).map { _ in number(20...88, &random) }
            quoted += check(
                "curve \(pool)", amounts: amounts,
                exactIn: { (a) throws(QuoteError) in try pool.quote(exactIn: a, from: i, to: j) },
                exactOut: { (a) throws(QuoteError) in try pool.quote(exactOut: a, from: i, to: j) },
                // A fee that grows away from the peg makes a larger input give less in the end, as on the chain.
                isLeast: product != .once)
            for amount in amounts {
                var moved = pool
                guard let out = try? moved.swap(exactIn: amount, from: i, to: j) else { continue }
                // Without the admin's part D may only grow.
                moved.balances[j] = pool.balances[j] - out
                // Beyond some imbalance the contract cannot compute D either.
                guard let after = try? moved.invariant() else { continue }
                #expect(try after >= pool.invariant(), "curve: D fell")
            }
        }
        print("curve stableswap properties: \(quoted) quotes")
        #expect(quoted > 300)
    }

    @Test func balancerPools() throws {
        var random = SeededGenerator()
        var quoted = 0
        for _ in 0..<150 {
            let weight = UInt128.random(in: 5...95, using: &random) * 10_000_000_000_000_000
            let balances = try #require(TokenAmounts([number(60...90, &random), number(60...90, &random)]))
            let scales = try #require(TokenAmounts([1, 1]))
            let weighted = BalancerWeightedPool(
                balances: balances, weights: try #require(TokenAmounts([weight, 1_000_000_000_000_000_000 - weight])),
                scales: scales, fee: 3_000_000_000_000_000, pow: .v2)
            let amounts = (0..<6).map { _ in number(30...88, &random) }
            // Exact output is the contract's own function, rounded up: it may ask a little more than the least.
            quoted += check(
                "weighted", amounts: amounts,
                exactIn: { (a) throws(QuoteError) in try weighted.quote(exactIn: a, from: 0, to: 1) },
                exactOut: { (a) throws(QuoteError) in try weighted.quote(exactOut: a, from: 0, to: 1) }, isLeast: false)
            for amount in amounts {
                var there = weighted
                guard let out = try? there.swap(exactIn: amount, from: 0, to: 1) else { continue }
                let back = (try? there.quote(exactIn: out, from: 1, to: 0)) ?? 0
                #expect(back <= amount, "weighted: a round trip earns")
            }
            let unit: UInt128 = 1_000_000_000_000_000_000
            let whole = number(10...30, &random)
            let stable = BalancerStablePool(
                balances: try #require(TokenAmounts([whole * unit, whole * unit * 3 / 2, whole * unit / 2 + 1])),
                scalingFactors: try #require(TokenAmounts([unit, unit, unit])), amplification: 200_000,
                fee: 400_000_000_000_000, version: .composable)
            quoted += check(
                "stable", amounts: amounts,
                exactIn: { (a) throws(QuoteError) in try stable.quote(exactIn: a, from: 0, to: 1) },
                exactOut: { (a) throws(QuoteError) in try stable.quote(exactOut: a, from: 0, to: 1) }, isLeast: false)
        }
        print("balancer properties: \(quoted) quotes")
        #expect(quoted > 300)
    }

    @Test func nothingCrashesOnAnyState() throws {
        var random = SeededGenerator()
        for _ in 0..<2_000 {
            let values = try #require(TokenAmounts((0..<3).map { _ in number(1...128, &random) }))
            let others = try #require(TokenAmounts((0..<3).map { _ in number(1...128, &random) }))
            let amount = number(1...128, &random)
            let (i, j) = (Int.random(in: -1...3, using: &random), Int.random(in: -1...3, using: &random))
            let small = UInt64(truncatingIfNeeded: number(1...64, &random))
            let curve = CurveStablePool(
                balances: values, rates: others, amplification: small, precision: small % 200, fee: small,
                offpegFeeMultiplier: small, product: CurveStablePool.Product.allCases.randomElement(using: &random)!)
            _ = try? curve.quote(exactIn: amount, from: i, to: j)
            _ = try? curve.quote(exactOut: amount, from: i, to: j)
            _ = try? CurveTricryptoPool(
                balances: values, precisions: others, priceScale1: amount, priceScale2: values[0],
                amplification: UInt128(small), gamma: values[1], invariant: values[2] >> 20, midFee: small,
                outFee: small, feeGamma: small, generation: .ng
            ).quote(exactIn: amount, from: i, to: j)
            let weighted = BalancerWeightedPool(
                balances: values, weights: others, scales: values, fee: small, pow: .v1)
            _ = try? weighted.quote(exactIn: amount, from: i, to: j)
            _ = try? weighted.quote(exactOut: amount, from: i, to: j)
            let v3 = BalancerV3Pool(
                liveBalances: values, scales: others, rates: values, fee: small, curve: .stable(amplification: small))
            _ = try? v3.quote(exactIn: amount, from: i, to: j)
            _ = try? v3.quote(exactOut: amount, from: i, to: j)
            let solidly = SolidlyPool(
                reserve0: values[0], reserve1: values[1], fee0: UInt32(truncatingIfNeeded: small), fee1: 0,
                decimals0: UInt8(truncatingIfNeeded: small), decimals1: 18,
                curve: SolidlyPool.Curve.allCases.randomElement(using: &random)!, newton: .leastSufficientRescaled)
            _ = try? solidly.quote(exactIn: amount, zeroForOne: i > 0)
            _ = try? solidly.quote(exactOut: amount, zeroForOne: i > 0)
        }
    }
}
