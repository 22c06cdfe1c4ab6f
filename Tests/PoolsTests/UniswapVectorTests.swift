import EVMCodec
import EVMTypes
import Pools
import Testing

@Suite struct UniswapVectorTests {
    @Test func pairsQuoteAsTheContractAndFollowItsLogs() throws {
        var (market, file, _) = try UniswapVectors.market()
        var quotes = 0
        for entry in try #require(file["pairs"]?.array) {
            let pairAddress = try #require(entry["pair"]?.address)
            for (number, step) in try #require(entry["steps"]?.array).enumerated() {
                if let amountIn = step["amountIn"]?.uint128 {
                    let pool = try #require(market.index(of: pairAddress))
                    let amountOut = try #require(step["amountOut"]?.uint128)
                    let zeroForOne = try #require(step["zeroForOne"]?.bool as Bool?)
                    if step["exactIn"]?.bool == true {
                        #expect(try market.quote(pool, exactIn: amountIn, zeroForOne: zeroForOne) == amountOut)
                    } else {
                        #expect(try market.quote(pool, exactOut: amountOut, zeroForOne: zeroForOne) == amountIn)
                        #expect(step["isLeast"]?.bool == true)
                    }
                    quotes += 1
                    var overlay = MarketOverlay()
                    try overlay.book(
                        pool, amountIn: amountIn, amountOut: amountOut, zeroForOne: zeroForOne, in: market)
                    let after = overlay.pool(pool, in: market)
                    try apply(step, number, to: &market)
                    #expect(market.pool(pool) == after)
                } else {
                    try apply(step, number, to: &market)
                }
                let pool = try #require(market.index(of: pairAddress))
                if let reserve0 = step["reserve0"]?.uint128 {
                    let expected = UniswapV2Pool(
                        reserve0: reserve0, reserve1: try #require(step["reserve1"]?.uint128), feePips: 3000)
                    #expect(market.pool(pool) == .uniswapV2(expected))
                }
            }
        }
        print("Vectors/uniswap v2: \(quotes) swaps equal the pair contract")
        #expect(quotes == 152)
    }

    @Test func concentratedPoolsSwapAsTheContractAndFollowItsLogs() throws {
        var (market, _, file) = try UniswapVectors.market()
        var swaps = 0, reverts = 0
        for entry in try #require(file["pools"]?.array) {
            let address = try #require(entry["pool"]?.address)
            for (number, step) in try #require(entry["steps"]?.array).enumerated() {
                if step["op"]?.string == "swap" {
                    try compare(step, market, try #require(market.index(of: address)), &swaps, &reverts)
                }
                try apply(step, number, to: &market)
                let pool = try #require(market.index(of: address))
                guard step["undone"] == nil, step["reverted"] == nil, let price = step["price"]?.decimal else {
                    continue
                }
                guard case .uniswapV3(let state) = market.pool(pool) else { continue }
                #expect(state.sqrtPriceX96 == price)
                #expect(state.tick == step["tick"]?.tick)
                #expect(state.liquidity == step["liquidity"]?.uint128)
                #expect(market.invariantHolds(pool))
            }
            let pool = try #require(market.index(of: address))
            let expected = try #require(entry["ticks"]?.array).map {
                TickState(
                    tick: try #require($0[0]?.tick), liquidityNet: try #require(Int128($0[2]?.string ?? "")),
                    liquidityGross: try #require($0[1]?.uint128))
            }
            #expect(market.tickStates(of: pool) == expected)
            #expect(market.isUsable(pool))
        }
        print("Vectors/uniswap v3: \(swaps) swaps equal the pool contract, \(reverts) reverts are refused")
        #expect(swaps == 192 && reverts == 8)
    }

    private func compare(
        _ step: JSON, _ market: MarketState, _ pool: PoolIndex, _ swaps: inout Int, _ reverts: inout Int
    ) throws {
        guard case .uniswapV3(let state) = market.pool(pool) else { return }
        let exactIn = try #require(step["exactIn"]?.bool as Bool?),
            zeroForOne = try #require(step["zeroForOne"]?.bool as Bool?)
        let amount = try #require(step["amount"]?.uint128)
        let limit = try #require(step["limit"]?.decimal)
        let swap = Result {
            try market.concentratedSwap(
                pool, as: state, exactIn: exactIn, amount: U256(amount), zeroForOne: zeroForOne,
                sqrtPriceLimitX96: limit.isZero ? nil : limit)
        }
        let fits = (try? swap.get()).map { $0.amountIn.hi == 0 && $0.amountOut.hi == 0 } ?? true
        var overlay = MarketOverlay()
        let moved = Result {
            try overlay.swap(
                pool, exactIn: exactIn, amount: amount, zeroForOne: zeroForOne,
                sqrtPriceLimitX96: limit.isZero ? nil : limit, in: market)
        }
        if step["reverted"] != nil {
            // The router insists on a whole exact output; its callback refuses a swap that moves nothing.
            #expect((try? moved.get()) == nil || (!exactIn && limit.isZero && (try? moved.get().isFilled) == false))
            reverts += 1
            return
        }
        let answer = try swap.get()
        #expect(answer.amountIn == step["amountIn"]?.decimal)
        #expect(answer.amountOut == step["amountOut"]?.decimal)
        let after = state.after(answer)
        #expect(after.sqrtPriceX96 == step["price"]?.decimal)
        #expect(after.tick == step["tick"]?.tick)
        #expect(after.liquidity == step["liquidity"]?.uint128)
        if fits {
            #expect(try moved.get().amountIn == answer.amountIn.asUInt128)
            #expect(try moved.get().amountOut == answer.amountOut.asUInt128)
            #expect(overlay.pool(pool, in: market) == .uniswapV3(after))
        }
        swaps += 1
    }

    private func apply(_ step: JSON, _ number: Int, to market: inout MarketState) throws {
        for log in try UniswapVectors.logs(step, block: UInt64(number + 1)) {
            let effect = market.apply(log)
            if case .refused(let reason) = effect { Issue.record("step \(number): \(reason)") }
            // The same log again changes nothing.
            if case .updated = effect { #expect(market.apply(log) == .ignored(.alreadyApplied)) }
        }
    }
}
