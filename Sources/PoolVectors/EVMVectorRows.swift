internal import EVMCodec
internal import EVMTypes
internal import Pools

/// A concentrated pool's state with its ticks, from whichever format.
struct ConcentratedState {
    var pool: UniswapV3Pool
    var ticks: [Int32] = []
    var nets: [Int128] = []
    var protocolFee: UInt32 = 0

    /// Answers one request and adds it to the report: the quote where the request can be filled, else the engine's
    /// partial amount.
    func answer(
        _ name: String, _ row: String, exactIn: Bool, amount: U256, zeroForOne: Bool, expected: U256?,
        _ report: inout VectorReport
    ) {
        let pool = UniswapV4Pool(concentrated: self.pool, protocolFee: protocolFee)
        let engine = pool.engine(zeroForOne: zeroForOne)
        if let expected,
            let swap = try? engine.swap(
                exactIn: exactIn, amount: amount, zeroForOne: zeroForOne, ticks: ticks.span, nets: nets.span),
            !swap.isFilled, (exactIn ? swap.amountOut : swap.amountIn) == expected
        {
            report.change(name) { $0.unfillable += 1 }
            return
        }
        report.add(name, row, expected: expected) { () throws(QuoteError) in
            let given = try amount.asQuoteAmount()
            return exactIn
                ? try pool.quote(exactIn: given, zeroForOne: zeroForOne, ticks: ticks.span, nets: nets.span)
                : try pool.quote(exactOut: given, zeroForOne: zeroForOne, ticks: ticks.span, nets: nets.span)
        }
    }
}

extension VectorFile {
    /// `evm_vectors/v3_pools_with_quotes`: [zeroForOne, exactIn, amount, other or null, …].
    static func answerV3(_ json: JSON, _ report: inout VectorReport) throws(VectorFileError) {
        let fee = try json.small("fee")
        guard let spacing: Int32 = [100: 1, 500: 10, 3000: 60, 10000: 200][fee] else {
            throw VectorFileError(.badField, "fee")
        }
        var state = ConcentratedState(
            pool: UniswapV3Pool(
                sqrtPriceX96: try json.wide("sqrtPriceX96"), liquidity: try json.amount("liquidity"),
                tick: try json.signed("tick"), feePips: UInt32(fee), tickSpacing: spacing))
        for entry in try json.list("ticks") {
            guard let tick = entry[0]?.int.flatMap({ Int32(exactly: $0) }),
                let net = entry[2]?.string.flatMap({ Int128($0) })
            else { throw VectorFileError(.badField, "ticks") }
            state.ticks.append(tick)
            state.nets.append(net)
        }
        for row in try json.list("vectors") {
            guard let zeroForOne = row[0]?.bool, let exactIn = row[1]?.bool else {
                throw VectorFileError(.badField, "vectors")
            }
            state.answer(
                "uniswap v3", row.text, exactIn: exactIn, amount: try row.amount(at: 2), zeroForOne: zeroForOne,
                expected: row[3]?.decimal, &report)
        }
    }

    /// `evm_vectors/curve_stableswap_ng_vectors`: [i, j, dx, dy, [balances after]].
    static func answerStableNG(_ json: JSON, _ report: inout VectorReport) throws(VectorFileError) {
        let pool = CurveStablePool(
            balances: try json.amounts("balances"), rates: try json.amounts("rates"),
            amplification: try json.small("A_precise"), fee: try json.small("fee"),
            offpegFeeMultiplier: try json.small("offpegFeeMultiplier"), product: .once)
        for row in try json.list("vectors") {
            let i = try row.index(at: 0), j = try row.index(at: 1)
            let given = try row.amount(at: 2)
            report.add("curve stableswap ng", row.text, expected: try row.amount(at: 3)) { () throws(QuoteError) in
                try pool.quote(exactIn: given.asQuoteAmount(), from: i, to: j)
            }
            // A swap that gives nothing still moves the contract's balance in; here it is no swap.
            guard let after = row[4]?.array, row[3]?.decimal != .zero else { continue }
            var moved = pool
            let amounts = try JSON.amounts(after, "balances after")
            report.change("curve stableswap ng, balances after") {
                let done = given.asUInt128.flatMap { try? moved.swap(exactIn: $0, from: i, to: j) } != nil
                if done, moved.balances == amounts { $0.exact += 1 } else { $0.different += 1 }
            }
        }
    }

    /// `evm_vectors/curve_tricrypto_ng_vectors`: [i, j, dx, dy, …], and the pool's fee at rest.
    static func answerTricryptoNG(_ json: JSON, _ report: inout VectorReport) throws(VectorFileError) {
        let decimals = try json.list("decimals").map { $0.int ?? 18 }
        let scale = try json.amounts("price_scale")
        guard decimals.count == 3, scale.count == 2, let precisions = TokenAmounts(decimals.map { U256.ten(18 - $0) })
        else { throw VectorFileError(.badField, "decimals") }
        let pool = CurveTricryptoPool(
            balances: try json.amounts("balances"), precisions: precisions, priceScale1: scale[0],
            priceScale2: scale[1], amplification: try json.amount("A"), gamma: try json.amount("gamma"),
            invariant: try json.amount("D"), midFee: try json.small("mid_fee"), outFee: try json.small("out_fee"),
            feeGamma: try json.small("fee_gamma"), generation: .ng)
        report.add("curve tricrypto ng, fee at rest", "fee", expected: try json.wide("fee")) { () throws(QuoteError) in
            UInt128(try pool.restingFee())
        }
        for row in try json.list("vectors") {
            let i = try row.index(at: 0), j = try row.index(at: 1)
            let given = try row.amount(at: 2)
            report.add("curve tricrypto ng", row.text, expected: try row.amount(at: 3)) { () throws(QuoteError) in
                try pool.quote(exactIn: given.asQuoteAmount(), from: i, to: j)
            }
        }
    }
}
