internal import EVMCodec
internal import EVMTypes
internal import Pools

/// One recorded call of a degenbot golden file: `address|function|…|amount`.
struct GoldenCall {
    var key: String
    var address: String
    var function: String
    var middle: [String]
    var amount: U256
    /// Nil when the node reverted.
    var expected: U256?

    init(_ key: String, _ entry: JSON) throws(VectorFileError) {
        let fields = key.split(separator: "|").map(String.init)
        guard fields.count >= 4, let amount = U256(decimal: fields[fields.count - 1]) else {
            throw VectorFileError(.badField, key)
        }
        self.key = key
        address = fields[0].lowercased()
        function = fields[1]
        middle = Array(fields[2..<fields.count - 1])
        self.amount = amount
        expected = entry["value"]?.decimal
    }

    /// The two symbols of `A->B`.
    func symbols() throws(VectorFileError) -> (from: String, to: String) {
        guard let arrow = middle.last?.firstRange(of: "->"), let text = middle.last else {
            throw VectorFileError(.badField, key)
        }
        return (String(text[..<arrow.lowerBound]), String(text[arrow.upperBound...]))
    }

    /// The number behind `name=`.
    func index(_ name: String) throws(VectorFileError) -> Int {
        for field in middle where field.hasPrefix(name + "=") {
            if let value = Int(field.dropFirst(name.count + 1)) { return value }
        }
        throw VectorFileError(.badField, key)
    }

    func pair(_ symbols: [String]) throws(VectorFileError) -> (i: Int, j: Int) {
        let (from, to) = try self.symbols()
        guard let i = symbols.firstIndex(of: from), let j = symbols.firstIndex(of: to) else {
            throw VectorFileError(.badField, key)
        }
        return (i, j)
    }
}

extension VectorFile {
    /// degenbot `golden/data/**`: {entries: {KEY: {value} or {exception}}}, the pools' states in other files.
    static func answerGolden(
        _ json: JSON, states: [JSON], _ report: inout VectorReport
    ) throws(VectorFileError) {
        guard let entries = json["entries"]?.object else { throw VectorFileError(.unknownFormat, report.file) }
        let block = json["block_number"]?.uint64
        var stateOf: [String: JSON] = [:]
        for state in states where state["block"]?.uint64 == block || block == nil {
            for key in ["address", "pool", "pool_id"] {
                guard let text = state[key]?.string?.lowercased() else { continue }
                stateOf[text] = stateOf[text] ?? state
                if text.hasPrefix("0x") {
                    stateOf[String(text.dropFirst(2))] = stateOf[String(text.dropFirst(2))] ?? state
                }
            }
        }
        for (key, entry) in zip(entries.keys, entries.values) {
            let call = try GoldenCall(key, entry)
            guard let state = stateOf[call.address] else {
                report.refuse("\(call.function) of a pool without recorded state", rows: 1)
                continue
            }
            try answer(call, state, &report)
        }
    }

    private static func answer(_ call: GoldenCall, _ state: JSON, _ report: inout VectorReport) throws(VectorFileError)
    {
        switch call.function {
        case "getAmountOut", "getAmountsOut": try answerPair(call, state, &report)
        case "querySwap": try answerBalancerV2(call, state, &report)
        case "quoteExactInputSingle", "quoteExactOutputSingle": try answerConcentrated(call, state, &report)
        case "get_dy", "get_dy_underlying", "calc_token_amount", "calc_withdraw_one_coin":
            try answerCurve(call, state, &report)
        default: report.refuse(call.function, rows: 1)
        }
    }

    static func symbols(_ state: JSON, _ key: String = "tokens") throws(VectorFileError) -> [String] {
        try state.list(key).map { $0["symbol"]?.string ?? "" }
    }

    private static func answerPair(_ call: GoldenCall, _ state: JSON, _ report: inout VectorReport)
        throws(VectorFileError)
    {
        let token0 = try state.field("token0"), token1 = try state.field("token1")
        let zeroForOne = try call.pair([token0["symbol"]?.string ?? "", token1["symbol"]?.string ?? ""]).i == 0
        let reserve0 = try state.amount("reserves_token0"), reserve1 = try state.amount("reserves_token1")
        if let isStable = state["stable"]?.bool {
            let fee = UInt32(try state.small("fee_raw"))
            let pool = SolidlyPool(
                reserve0: reserve0, reserve1: reserve1, fee0: fee, fee1: fee,
                decimals0: UInt8(try token0.small("decimals")), decimals1: UInt8(try token1.small("decimals")),
                curve: isStable ? .stableByProduct : .volatile)
            report.add(isStable ? "solidly stable" : "solidly volatile", call.key, expected: call.expected) {
                () throws(QuoteError) in try pool.quote(exactIn: call.amount.asQuoteAmount(), zeroForOne: zeroForOne)
            }
            return
        }
        let denominator = try state.small("fee_denom")
        guard denominator != 0 else { throw VectorFileError(.badField, "fee_denom") }
        let pool = UniswapV2Pool(
            reserve0: reserve0, reserve1: reserve1,
            feePips: UInt32(try state.small("fee_numer") * 1_000_000 / denominator))
        report.add("uniswap v2", call.key, expected: call.expected) { () throws(QuoteError) in
            try pool.quote(exactIn: call.amount.asQuoteAmount(), zeroForOne: zeroForOne)
        }
    }

    private static func answerConcentrated(
        _ call: GoldenCall, _ json: JSON, _ report: inout VectorReport
    ) throws(VectorFileError) {
        let scalars = try json.field("scalars")
        var state = ConcentratedState(
            pool: UniswapV3Pool(
                sqrtPriceX96: try scalars.wide("sqrt_price_x96"), liquidity: try scalars.amount("liquidity"),
                tick: try scalars.signed("tick"), feePips: UInt32(try scalars.small("fee")),
                tickSpacing: try scalars.signed("tick_spacing")))
        let isV4 = json["pool_id"] != nil
        if isV4 {
            state.pool.feePips = UInt32(try scalars.small("lp_fee"))
            let low = try scalars.small("protocol_fee_zero_for_one"),
                high = try scalars.small("protocol_fee_one_for_zero")
            state.protocolFee = UInt32(low | high << 12)
        }
        var rows: [(tick: Int32, net: Int128)] = []
        guard let data = json["tick_data"]?.object else { throw VectorFileError(.badField, "tick_data") }
        for (key, entry) in zip(data.keys, data.values) {
            guard let tick = Int32(key), let net = (entry[1]?.numberText).flatMap({ Int128($0) }) else {
                throw VectorFileError(.badField, "tick_data")
            }
            rows.append((tick, net))
        }
        rows.sort { $0.tick < $1.tick }
        state.ticks = rows.map(\.tick)
        state.nets = rows.map(\.net)
        let first = json["token0"]?["symbol"]?.string ?? json["currency0"]?["symbol"]?.string
        let zeroForOne = try call.symbols().from == first ?? (isV4 ? "ETH" : "WBTC")
        state.answer(
            isV4 ? "uniswap v4" : "uniswap v3", call.key, exactIn: call.function == "quoteExactInputSingle",
            amount: call.amount, zeroForOne: zeroForOne, expected: call.expected, &report)
    }
}
