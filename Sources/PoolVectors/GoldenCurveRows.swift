internal import EVMCodec
internal import EVMTypes
internal import Pools

extension VectorFile {
    static func answerCurve(_ call: GoldenCall, _ state: JSON, _ report: inout VectorReport) throws(VectorFileError) {
        if state["gamma"] != nil {
            let pool = try tricrypto(state)
            let (i, j) = try call.pair(try symbols(state))
            report.add("curve tricrypto, first generation", call.key, expected: call.expected) {
                () throws(QuoteError) in
                try pool.quote(exactIn: call.amount.asQuoteAmount(), from: i, to: j)
            }
            return
        }
        if state["base_pool"] != nil { return try answerMetapool(call, state, &report) }
        let pool = try plain(state)
        let supply = try state.amount("lp_token_total_supply")
        switch call.function {
        case "get_dy":
            let (i, j) = try call.pair(try symbols(state))
            report.add("curve stableswap, view get_dy", call.key, expected: call.expected) { () throws(QuoteError) in
                try pool.oldView(exactIn: call.amount.asQuoteAmount(), from: i, to: j)
            }
        case "calc_token_amount":
            let coin = try call.index("i")
            report.add("curve stableswap, deposit view", call.key, expected: call.expected) { () throws(QuoteError) in
                try pool.sharesView(depositing: call.amount.asQuoteAmount(), coin: coin, supply: supply)
            }
        case "calc_withdraw_one_coin":
            let coin = try call.index("i")
            report.add("curve stableswap, withdrawal view", call.key, expected: call.expected) {
                () throws(QuoteError) in
                try pool.withdrawal(of: call.amount.asQuoteAmount(), supply: supply, coin: coin)
            }
        default: report.refuse("curve \(call.function)", rows: 1)
        }
    }

    private static func answerMetapool(
        _ call: GoldenCall, _ state: JSON, _ report: inout VectorReport
    ) throws(VectorFileError) {
        let baseState = try state.field("base_pool")
        let price = CurveMetapool.virtualPrice(
            cached: try state.amount("base_virtual_price"), cachedAt: try state.small("base_cache_updated"),
            live: try baseState.amount("virtual_price"), now: try state.small("block_timestamp"))
        guard let rates = TokenAmounts([try state.amount("redemption_price"), price]) else {
            throw VectorFileError(.badField, "redemption_price")
        }
        let metapool = CurveMetapool(
            pool: CurveStablePool(
                balances: try state.amounts("balances"), rates: rates,
                amplification: try state.small("a_coefficient") * 100, fee: try state.small("fee")),
            base: try plain(baseState), baseSupply: try baseState.amount("lp_token_total_supply"))
        if call.function == "get_dy" {
            let (i, j) = try call.pair(try symbols(state))
            report.add("curve metapool", call.key, expected: call.expected) { () throws(QuoteError) in
                try metapool.pool.quote(exactIn: call.amount.asQuoteAmount(), from: i, to: j)
            }
        } else {
            let (i, j) = try call.pair(try symbols(state, "tokens_underlying"))
            report.add("curve metapool, view over the base pool", call.key, expected: call.expected) {
                () throws(QuoteError) in
                try metapool.underlyingView(exactIn: call.amount.asQuoteAmount(), from: i, to: j)
            }
        }
    }

    /// A pool of the first generation: A without precision, rates by decimals.
    private static func plain(_ state: JSON) throws(VectorFileError) -> CurveStablePool {
        let decimals = try state.list("tokens").map { $0["decimals"]?.int ?? 18 }
        guard let rates = TokenAmounts(decimals.map { U256.ten(36 - $0) }) else {
            throw VectorFileError(.badField, "tokens")
        }
        return CurveStablePool(
            balances: try state.amounts("balances"), rates: rates, amplification: try state.small("a_coefficient"),
            precision: 1, fee: try state.small("fee"), adminFee: try state.small("admin_fee"))
    }

    private static func tricrypto(_ state: JSON) throws(VectorFileError) -> CurveTricryptoPool {
        let decimals = try state.list("tokens").map { $0["decimals"]?.int ?? 18 }
        let scale = try state.amounts("price_scale")
        guard scale.count == 2, let precisions = TokenAmounts(decimals.map { U256.ten(18 - $0) }) else {
            throw VectorFileError(.badField, "price_scale")
        }
        return CurveTricryptoPool(
            balances: try state.amounts("balances"), precisions: precisions, priceScale1: scale[0],
            priceScale2: scale[1], amplification: try state.amount("a_coefficient"), gamma: try state.amount("gamma"),
            invariant: try state.amount("d"), midFee: try state.small("mid_fee"), outFee: try state.small("out_fee"),
            feeGamma: try state.small("fee_gamma"), generation: .first)
    }

    static func answerBalancerV2(_ call: GoldenCall, _ state: JSON, _ report: inout VectorReport)
        throws(VectorFileError)
    {
        var (i, j) =
            call.middle.contains { $0.hasPrefix("i=") }
            ? (try call.index("i"), try call.index("j")) : try call.pair(try symbols(state))
        let fee = try fraction(state)
        if state["amp"] != nil {
            let skipped = state["bpt_idx"]?.int
            func kept(_ list: [JSON]) -> [JSON] { list.enumerated().filter { $0.offset != skipped }.map(\.element) }
            guard i != skipped, j != skipped else { return report.refuse("balancer v2 pool token swaps", rows: 1) }
            if let skipped {
                if i > skipped { i -= 1 }
                if j > skipped { j -= 1 }
            }
            let version: BalancerStablePool.Version =
                try state.small("invariant_version") == 1 ? .composable : .metaStable
            let pool = BalancerStablePool(
                balances: try JSON.amounts(kept(try state.list("balances")), "balances"),
                scalingFactors: try JSON.amounts(kept(try state.list("resolved_scaling_factors")), "scaling"),
                amplification: try state.small("amp"), fee: fee, version: version)
            let (from, to) = (i, j)
            report.add("balancer v2 stable", call.key, expected: call.expected) { () throws(QuoteError) in
                try pool.quote(exactIn: call.amount.asQuoteAmount(), from: from, to: to)
            }
            return
        }
        let decimals = try state.list("tokens").map { $0["decimals"]?.int ?? 18 }
        guard let scales = TokenAmounts(decimals.map { U256.ten(18 - $0) }) else {
            throw VectorFileError(.badField, "tokens")
        }
        let pool = BalancerWeightedPool(
            balances: try state.amounts("balances"), weights: try state.amounts("weights"), scales: scales, fee: fee,
            pow: state["pow_version"]?.string == "v2" ? .v2 : .v1)
        let (from, to) = (i, j)
        report.add("balancer v2 weighted", call.key, expected: call.expected) { () throws(QuoteError) in
            try pool.quote(exactIn: call.amount.asQuoteAmount(), from: from, to: to)
        }
    }

    /// A fee written as "3/1000", in 18 decimals.
    private static func fraction(_ state: JSON) throws(VectorFileError) -> UInt64 {
        let parts = (state["fee"]?.string ?? "").split(separator: "/").map { U256(decimal: String($0)) }
        guard parts.count == 2, let above = parts[0], let below = parts[1], !below.isZero,
            let fee = U256.mulDiv(above, U256(U256.ten(18)), below)?.asUInt64
        else { throw VectorFileError(.badField, "fee") }
        return fee
    }
}
