import BigInt
import EVMTypes
import Pools
import TestSupport
import Testing

@Suite struct QuotePropertyTests {
    private func amount(_ bits: ClosedRange<Int>, _ random: inout SeededGenerator) -> UInt128 {
        let width = Int.random(in: bits, using: &random)
        let value = UInt128(random.next()) << 64 | UInt128(random.next())
        return (value >> UInt128(128 - width)) | (1 << UInt128(width - 1))
    }

    @Test func pairQuotesEqualTheFormulaInUnboundedIntegers() throws {
        var random = SeededGenerator()
        for _ in 0..<20_000 {
            let fee = [0, 100, 2000, 2500, 3000, 3001, 17, 500_000].randomElement(using: &random) ?? 0
            let pair = UniswapV2Pool(
                reserve0: amount(1...112, &random), reserve1: amount(1...112, &random), feePips: UInt32(fee))
            let zeroForOne = Bool.random(using: &random)
            let (reserveIn, reserveOut) =
                zeroForOne ? (pair.reserve0, pair.reserve1) : (pair.reserve1, pair.reserve0)
            let given = amount(1...113, &random)
            let kept = BigInt(1_000_000 - fee)
            let out = BigInt(given) * kept * BigInt(reserveOut) / (BigInt(reserveIn) * 1_000_000 + BigInt(given) * kept)
            let expected: Result<UInt128, QuoteError> =
                BigInt(given) + BigInt(reserveIn) >= BigInt(1) << 112
                ? .failure(.insufficientLiquidity) : out == 0 ? .failure(.zeroAmount) : .success(UInt128(out))
            #expect(
                Result { () throws(QuoteError) in try pair.quote(exactIn: given, zeroForOne: zeroForOne) } == expected)
            guard given < reserveOut else {
                #expect(throws: QuoteError.insufficientLiquidity) {
                    try pair.quote(exactOut: given, zeroForOne: zeroForOne)
                }
                continue
            }
            let need = BigInt(reserveIn) * BigInt(given) * 1_000_000 / (BigInt(reserveOut - given) * kept) + 1
            let wanted: Result<UInt128, QuoteError> =
                need + BigInt(reserveIn) >= BigInt(1) << 112
                ? .failure(.insufficientLiquidity) : .success(UInt128(need))
            #expect(
                Result { () throws(QuoteError) in try pair.quote(exactOut: given, zeroForOne: zeroForOne) } == wanted)
        }
    }

    @Test func pairsRefuseWhatTheContractRefuses() {
        let pair = UniswapV2Pool(reserve0: 1 << 111, reserve1: 5, feePips: 3000)
        #expect(throws: QuoteError.zeroAmount) { try pair.quote(exactIn: 0, zeroForOne: true) }
        #expect(throws: QuoteError.zeroAmount) { try pair.quote(exactOut: 0, zeroForOne: true) }
        #expect(throws: QuoteError.zeroAmount) { try pair.quote(exactIn: 1, zeroForOne: true) }
        #expect(throws: QuoteError.insufficientLiquidity) { try pair.quote(exactIn: 1 << 111, zeroForOne: true) }
        #expect(throws: Never.self) { try pair.quote(exactIn: (1 << 111) - 1, zeroForOne: true) }
        #expect(throws: QuoteError.insufficientLiquidity) { try pair.quote(exactIn: .max, zeroForOne: true) }
        #expect(throws: QuoteError.insufficientLiquidity) { try pair.quote(exactOut: 5, zeroForOne: true) }
        let empty = UniswapV2Pool(reserve0: 0, reserve1: 5, feePips: 3000)
        #expect(throws: QuoteError.noLiquidity) { try empty.quote(exactIn: 1, zeroForOne: true) }
        let free = UniswapV2Pool(reserve0: 100, reserve1: 100, feePips: 1_000_000)
        #expect(throws: QuoteError.noLiquidity) { try free.quote(exactIn: 1, zeroForOne: true) }
    }

    @Test func outputsGrowWithInputsAndAreWorthTheirInput() throws {
        var random = SeededGenerator()
        for round in 0..<300 {
            let concentrated = try randomPool(&random)
            let pair = UniswapV2Pool(
                reserve0: amount(20...100, &random), reserve1: amount(20...100, &random), feePips: 3000)
            let zeroForOne = Bool.random(using: &random)
            let one = amount(2...90, &random), more = one + amount(1...90, &random)
            check(one, more, "pair, round \(round)") { (given, exactIn) throws(QuoteError) in
                exactIn
                    ? try pair.quote(exactIn: given, zeroForOne: zeroForOne)
                    : try pair.quote(exactOut: given, zeroForOne: zeroForOne)
            }
            check(one, more, "pool, round \(round)") { (given, exactIn) throws(QuoteError) in
                try concentrated.quote(exactIn: exactIn, given, zeroForOne: zeroForOne)
            }
        }
    }

    private func check(
        _ one: UInt128, _ more: UInt128, _ label: String,
        _ quote: (UInt128, Bool) throws(QuoteError) -> UInt128
    ) {
        guard let out = try? quote(one, true) else { return }
        if let larger = try? quote(more, true) { #expect(larger >= out, "\(label)") }
        // The least input for that output is not more than was paid.
        if out > 0 {
            let back = try? quote(out, false)
            #expect(back != nil && back ?? .max <= one, "\(label): \(one) gave \(out), which needs \(back ?? 0)")
        }
    }

    /// A pool with overlapping random positions around a random tick.
    private func randomPool(_ random: inout SeededGenerator) throws -> RecordedPool {
        let (fee, spacing) = [(100, 1), (500, 10), (3000, 60), (10000, 200)].randomElement(using: &random) ?? (500, 10)
        let tick = Int32.random(in: -200_000...200_000, using: &random)
        var nets: [Int32: Int128] = [:], liquidity: UInt128 = 0
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let base = tick / Int32(spacing) * Int32(spacing)
            let lower = base - Int32.random(in: 0...300, using: &random) * Int32(spacing)
            let upper = base + Int32.random(in: 1...300, using: &random) * Int32(spacing)
            let size = amount(20...80, &random)
            nets[lower, default: 0] += Int128(size)
            nets[upper, default: 0] -= Int128(size)
            if lower <= tick, tick < upper { liquidity += size }
        }
        let sorted = nets.sorted { $0.key < $1.key }.filter { $0.value != 0 }
        return RecordedPool(
            pool: UniswapV3Pool(
                sqrtPriceX96: TickMath.sqrtPrice(atTick: tick), liquidity: liquidity, tick: tick, feePips: UInt32(fee),
                tickSpacing: Int32(spacing)), ticks: sorted.map(\.key), nets: sorted.map(\.value))
    }

    @Test func splittingAConcentratedSwapNeverPaysMore() throws {
        var random = SeededGenerator()
        var compared = 0
        for _ in 0..<200 {
            var pool = try randomPool(&random)
            let zeroForOne = Bool.random(using: &random), whole = amount(10...70, &random)
            guard let all = try? pool.quote(exactIn: true, whole, zeroForOne: zeroForOne) else { continue }
            var parts: UInt128 = 0
            for part in [whole / 3, whole - whole / 3] {
                let swap = try pool.swap(exactIn: true, U256(part), zeroForOne: zeroForOne)
                parts += swap.amountOut.lo
                pool.pool = pool.pool.after(swap)
            }
            #expect(parts <= all)
            compared += 1
        }
        #expect(compared > 50)
    }

    @Test func aLimitInsideTheRangeStopsThePriceThere() throws {
        let pool = UniswapV3Pool(
            sqrtPriceX96: U256(lo: 1 << 96, hi: 0), liquidity: 1 << 80, tick: 0, feePips: 3000, tickSpacing: 60)
        let ticks: [Int32] = [-600, 600], nets: [Int128] = [1 << 80, -(1 << 80)]
        for tick: Int32 in [-60, -120, -599] {
            let limit = TickMath.sqrtPrice(atTick: tick)
            let swap = try pool.swap(
                exactIn: true, amount: U256(UInt128.max >> 1), zeroForOne: true, sqrtPriceLimitX96: limit,
                ticks: ticks.span, nets: nets.span)
            #expect(swap.sqrtPriceAfterX96 == limit && !swap.isFilled && swap.tickAfter == tick)
        }
        for limit in [pool.sqrtPriceX96, TickMath.minSqrtPrice, TickMath.maxSqrtPrice] {
            #expect(throws: QuoteError.insufficientLiquidity) {
                try pool.swap(
                    exactIn: true, amount: 5, zeroForOne: true, sqrtPriceLimitX96: limit, ticks: ticks.span,
                    nets: nets.span)
            }
        }
    }
}
