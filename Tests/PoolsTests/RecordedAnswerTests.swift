import EVMCodec
import EVMTypes
import Foundation
import Pools
import TestSupport
import Testing

/// A V3 state and its ticks as the recorded files give them.
struct RecordedPool {
    var pool: UniswapV3Pool
    var ticks: [Int32] = []
    var nets: [Int128] = []

    init(pool: UniswapV3Pool, ticks: [Int32], nets: [Int128]) {
        (self.pool, self.ticks, self.nets) = (pool, ticks, nets)
    }

    /// Reads {scalars: …, tick_data: {tick: [gross, net, block]}} or the flat form with objects.
    init(_ json: JSON) throws {
        let scalars = json["scalars"] ?? json
        pool = UniswapV3Pool(
            sqrtPriceX96: try #require(scalars["sqrt_price_x96"]?.decimal),
            liquidity: try #require(scalars["liquidity"]?.uint128), tick: try #require(scalars["tick"]?.tick),
            feePips: UInt32(try #require((scalars["fee"] ?? scalars["fee_token0"] ?? scalars["fee_currency0"])?.int)),
            tickSpacing: try #require(scalars["tick_spacing"]?.tick))
        let data = try #require(json["tick_data"]?.object)
        let sorted = try zip(data.keys, data.values).map { (try #require(Int32($0)), $1) }.sorted { $0.0 < $1.0 }
        for (tick, entry) in sorted {
            let net = entry[1]?.numberText ?? entry["liquidity_net"]?.string ?? ""
            ticks.append(tick)
            nets.append(try #require(Int128(net)))
        }
    }

    func swap(exactIn: Bool, _ amount: U256, zeroForOne: Bool) throws(QuoteError) -> UniswapV3Swap {
        try pool.swap(exactIn: exactIn, amount: amount, zeroForOne: zeroForOne, ticks: ticks.span, nets: nets.span)
    }

    func quote(exactIn: Bool, _ amount: UInt128, zeroForOne: Bool) throws(QuoteError) -> UInt128 {
        exactIn
            ? try pool.quote(exactIn: amount, zeroForOne: zeroForOne, ticks: ticks.span, nets: nets.span)
            : try pool.quote(exactOut: amount, zeroForOne: zeroForOne, ticks: ticks.span, nets: nets.span)
    }
}

@Suite struct RecordedAnswerTests {
    private func json(_ relative: String) throws -> JSON? {
        try SharedData.data("data/" + relative).map { try JSON.parse([UInt8]($0)) }
    }

    @Test func theMainnetQuotersRecordedAnswersAreReproduced() throws {
        let golden = "degenbot/golden/data/uniswap/v3/test_uniswap_v3_onchain_parity/"
        guard let answers = try json(golden + "test_cached_calculations_v3_wbtc_weth.json.gz"),
            let state = try json("degenbot/fixtures/chain_data/1/uniswap_v3_wbtc_weth_block_24407242.json.gz")
        else { return }
        let pool = try RecordedPool(state)
        var filled = 0, unfilledIn = 0, unfilledOut = 0
        let entries = try #require(answers["entries"]?.object)
        for (key, entry) in zip(entries.keys, entries.values) {
            let fields = key.split(separator: "|").map(String.init)
            let exactIn = fields[1] == "quoteExactInputSingle", zeroForOne = fields[2] == "WBTC->WETH"
            let amount = try #require(U256(decimal: fields[3])), value = try #require(entry["value"]?.decimal)
            let swap = try pool.swap(exactIn: exactIn, amount, zeroForOne: zeroForOne)
            #expect((exactIn ? swap.amountOut : swap.amountIn) == value, "\(key)")
            if swap.isFilled {
                filled += 1
                #expect(
                    try pool.quote(exactIn: exactIn, try #require(amount.asUInt128), zeroForOne: zeroForOne)
                        == value.asUInt128)
            } else {
                if exactIn { unfilledIn += 1 } else { unfilledOut += 1 }
                // Some of these amounts pass 128 bits, which no quote takes.
                guard let small = amount.asUInt128 else { continue }
                #expect(throws: QuoteError.insufficientLiquidity) {
                    try pool.quote(exactIn: exactIn, small, zeroForOne: zeroForOne)
                }
            }
        }
        print("degenbot v3: \(filled) quotes equal, \(unfilledIn) + \(unfilledOut) unfillable requests have no quote")
        #expect(filled == 69 && unfilledIn == 2 && unfilledOut == 9)
    }

    @Test func thePancakeRoutersRecordedAnswersAreReproduced() throws {
        let golden = "degenbot/golden/data/pancakeswap/test_pancakeswap_v2_onchain_parity/"
        guard let answers = try json(golden + "test_pancakeswap_v2_router_get_amounts_out.json.gz"),
            let state = try json("degenbot/fixtures/chain_data/8453/pancakeswap_v2_weth_usdbc_block_46875151.json.gz")
        else { return }
        let pair = UniswapV2Pool(
            reserve0: try #require(state["reserves_token0"]?.uint128),
            reserve1: try #require(state["reserves_token1"]?.uint128), feePips: 2500)
        var equal = 0
        let entries = try #require(answers["entries"]?.object)
        for (key, entry) in zip(entries.keys, entries.values) {
            let fields = key.split(separator: "|").map(String.init)
            let amount = try #require(UInt128(fields[3])), value = try #require(entry["value"]?.uint128)
            let zeroForOne = fields[2] == "WETH->USDbC"
            if value == 0 {
                // The router's view answers 0; the swap itself would revert, so it is no quote.
                #expect(throws: QuoteError.zeroAmount) { try pair.quote(exactIn: amount, zeroForOne: zeroForOne) }
            } else {
                #expect(try pair.quote(exactIn: amount, zeroForOne: zeroForOne) == value, "\(key)")
            }
            equal += 1
        }
        print("degenbot pancake v2: \(equal) router answers equal")
        #expect(equal == 24)
    }

    @Test func realPairSwapsFollowTheFormula() throws {
        guard let rows = try json("mev_blocks/v2_swaps_with_reserves.json.gz")?.array else { return }
        var seen = Set<JSON>(), counts: [String: Int] = [:]
        for row in rows where seen.insert(row).inserted {
            let pair = UniswapV2Pool(
                reserve0: try #require(row["reserveIn"]?.uint128), reserve1: try #require(row["reserveOut"]?.uint128),
                feePips: 3000)
            let amountIn = try #require(row["amountIn"]?.uint128), amountOut = try #require(row["amountOut"]?.uint128)
            let quote = try pair.quote(exactIn: amountIn, zeroForOne: true)
            let formula = quote == amountOut ? "eq" : quote > amountOut ? "less" : "more"
            #expect(formula == row["formula"]?.string)
            counts[formula, default: 0] += 1
        }
        print("mev_blocks v2 swaps with reserves: \(counts["eq"] ?? 0) equal, \(counts["less"] ?? 0) took less")
        #expect(counts == ["eq": 340, "less": 65, "more": 3])
    }

    @Test func theRecordedPathIsReproducedHopByHop() throws {
        guard let path = try json("degenbot/fixtures/path110302_v3v4v2_block25711761.json.gz") else { return }
        let first = try RecordedPool(try path.at("pools").at("v3_0")), last = try path.at("pools").at("v2_2")
        let solve = try path.at("recorded_solve")
        let outputs = try #require(solve["hop_outputs"]?.array).map { try #require($0.uint128) }
        let zeroForOne = try #require(path["path"]?[0]?["zero_for_one"]?.bool as Bool?)
        let input = try #require(solve["optimal_input"]?.uint128)
        #expect(try first.quote(exactIn: true, input, zeroForOne: zeroForOne) == outputs[0])
        let pair = UniswapV2Pool(
            reserve0: try #require(last["reserve0"]?.uint128), reserve1: try #require(last["reserve1"]?.uint128),
            feePips: 3000)
        let isPairZeroForOne = try #require(solve["v2_zero_for_one"]?.bool as Bool?)
        #expect(try pair.quote(exactIn: outputs[1], zeroForOne: isPairZeroForOne) == solve["v2_actual"]?.uint128)
        // The recorded plan asked for more than the delivered amount buys, and reverted.
        #expect(try pair.quote(exactOut: outputs[2], zeroForOne: isPairZeroForOne) == outputs[1] + 1)
    }

    @Test func recordedStatesPassOrFailTheNetSumCheckAsTheyShould() throws {
        guard let path = try json("degenbot/fixtures/path110302_v3v4v2_block25711761.json.gz"),
            let crossing = try json("degenbot/fixtures/v4_crossing_9a5c1d2f_block25673381.json.gz")
        else { return }
        #expect(try accepts(try RecordedPool(try path.at("pools").at("v3_0"))))
        let broken = try #require(crossing["pools"]?.object)
        var refused = 0
        for pool in broken.values where pool["tick_data"] != nil {
            if try !accepts(try RecordedPool(pool)) { refused += 1 }
        }
        #expect(refused == 3)
    }

    private func accepts(_ recorded: RecordedPool) throws -> Bool {
        var market = MarketState(dexes: [])
        let index = try market.addUnverifiedPool(
            PoolIdentity(
                address: Address(high: 0, low: 9), token0: Address(high: 0, low: 1), token1: Address(high: 0, low: 2),
                dexID: 0, kind: .uniswapV3, feePips: recorded.pool.feePips, tickSpacing: recorded.pool.tickSpacing))
        let states = zip(recorded.ticks, recorded.nets).map {
            TickState(tick: $0, liquidityNet: $1, liquidityGross: $1.magnitude)
        }
        do throws(PoolRefusal) {
            try market.setConcentrated(
                index, sqrtPriceX96: recorded.pool.sqrtPriceX96, tick: recorded.pool.tick,
                liquidity: recorded.pool.liquidity, ticks: states.filter { $0.liquidityNet != 0 })
            #expect(market.invariantHolds(index))
            return true
        } catch {
            #expect(error == .netSumMismatch || error == .ticksInvalid || error == .priceInvalid)
            return false
        }
    }
}
