import BigInt
import EVMTypes
import TestSupport
import Testing

@testable import Pools

@Suite struct TickMathTests {
    private func big(_ value: U256) -> BigInt { BigInt(value.description) ?? 0 }

    /// floor(sqrt(n)) by the library of others.
    private func root(_ value: BigInt) -> BigInt { value.squareRoot() }

    @Test func factorsAreTheRoundedRootsOfTheirDefinition() {
        // 2^128 / 1.0001^(2^i / 2) = sqrt(2^256 * 10000^(2^i) / 10001^(2^i)), rounded to nearest.
        // Beyond bit 12 the powers are carried as fractions of 2^700 instead of exactly.
        let scale = BigInt(1) << 700
        var power = scale * 10_000 / 10_001
        for bit in 0..<20 {
            let doubled = root((power << 258) / scale)  // 2 * the value, floored
            #expect((doubled + 1) / 2 == BigInt(TickMath.factor(bit)), "bit \(bit)")
            power = power * power / scale
        }
    }

    @Test func theEndsOfTheRangeAreTheProtocols() {
        #expect(TickMath.sqrtPrice(atTick: TickMath.minTick) == TickMath.minSqrtPrice)
        #expect(TickMath.sqrtPrice(atTick: TickMath.maxTick) == TickMath.maxSqrtPrice)
        #expect(TickMath.sqrtPrice(atTick: 0) == U256(lo: 1 << 96, hi: 0))
        #expect(TickMath.tick(atSqrtPrice: TickMath.minSqrtPrice) == TickMath.minTick)
        #expect(TickMath.tick(atSqrtPrice: TickMath.maxSqrtPrice) == nil)
        #expect(TickMath.tick(atSqrtPrice: TickMath.maxSqrtPrice &- .one) == TickMath.maxTick - 1)
        #expect(TickMath.tick(atSqrtPrice: TickMath.minSqrtPrice &- .one) == nil)
        #expect(TickMath.tick(atSqrtPrice: .zero) == nil && TickMath.tick(atSqrtPrice: .max) == nil)
    }

    @Test func aTicksOwnPriceAndItsNeighboursGiveTheRightTick() {
        var random = SeededGenerator()
        var ticks: [Int32] = [-887_271, -887_000, -256, -2, -1, 0, 1, 2, 255, 256, 887_000, 887_271]
        for _ in 0..<20_000 { ticks.append(Int32.random(in: -887_271...887_271, using: &random)) }
        for tick in ticks {
            let price = TickMath.sqrtPrice(atTick: tick)
            #expect(TickMath.tick(atSqrtPrice: price) == tick)
            #expect(TickMath.tick(atSqrtPrice: price &- .one) == tick - 1)
            let next = TickMath.sqrtPrice(atTick: tick + 1)
            #expect(next > price)
            #expect(TickMath.tick(atSqrtPrice: next &- .one) == tick)
            #expect(TickMath.tick(atSqrtPrice: price &+ (next &- price) >> 1) == tick)
        }
    }

    @Test func pricesAreWithinTheProtocolsToleranceOfTheRealPower() {
        var random = SeededGenerator()
        for _ in 0..<200 {
            // A price of both signs multiplies to 2^192 but for the rounding of each.
            let tick = Int32.random(in: 1...887_272, using: &random)
            let up = big(TickMath.sqrtPrice(atTick: tick)), down = big(TickMath.sqrtPrice(atTick: -tick))
            let product = up * down, one = BigInt(1) << 192
            #expect(product >= one - one >> 90 && product <= one + up * 2 + one >> 90)
        }
    }

    @Test func flooredDivisionGoesDownForNegativeTicks() {
        #expect(UniswapV3Engine.floorDivided(-1, by: 60) == -1)
        #expect(UniswapV3Engine.floorDivided(-60, by: 60) == -1)
        #expect(UniswapV3Engine.floorDivided(-61, by: 60) == -2)
        #expect(UniswapV3Engine.floorDivided(59, by: 60) == 0)
    }
}
