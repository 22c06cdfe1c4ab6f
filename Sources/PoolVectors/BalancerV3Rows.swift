internal import EVMCodec
internal import EVMTypes
internal import Pools

extension VectorFile {
    /// `balancer_v3`: {swaps: [{swapKind 0 in / 1 out, amountRaw, tokenIn, tokenOut, outputRaw}], pool}.
    static func answerBalancerV3(_ json: JSON, _ report: inout VectorReport) throws(VectorFileError) {
        let pool = try json.field("pool"), swaps = try json.list("swaps")
        let kind = pool["poolType"]?.string ?? ""
        let tokens = try pool.list("tokens").compactMap(\.address)
        switch kind {
        case "WEIGHTED", "STABLE", "LIQUIDITY_BOOTSTRAPPING":
            let curve: BalancerV3Pool.Curve =
                kind == "STABLE"
                ? .stable(amplification: try pool.small("amp")) : .weighted(try pool.amounts("weights"))
            let state = BalancerV3Pool(
                liveBalances: try pool.amounts("balancesLiveScaled18"), scales: try pool.amounts("scalingFactors"),
                rates: try pool.amounts("tokenRates"), fee: try pool.small("swapFee"), minimumTradeAmount: 0,
                curve: curve)
            let name = kind == "STABLE" ? "balancer v3 stable" : "balancer v3 weighted"
            for swap in swaps {
                let (i, j, given, exactIn) = try request(swap, tokens)
                report.add(name, swap.text, expected: try swap.wide("outputRaw")) { () throws(QuoteError) in
                    exactIn
                        ? try state.quote(exactIn: given, from: i, to: j)
                        : try state.quote(exactOut: given, from: i, to: j)
                }
            }
        case "Buffer":
            let wrapped = WrappedTokenRate(rate: try pool.amount("rate"))
            // Buffers of the chain were recorded with a rate of fewer digits than they use.
            let isSynthetic = pool["chainId"]?.string == "11155111"
            for swap in swaps {
                let (i, _, given, exactIn) = try request(swap, tokens)
                report.add(
                    "balancer v3 buffer", swap.text, expected: try swap.wide("outputRaw"), isSecondary: !isSynthetic
                ) { () throws(QuoteError) in
                    exactIn
                        ? try wrapped.quote(exactIn: given, isWrap: i == 1)
                        : try wrapped.quote(exactOut: given, isWrap: i == 1)
                }
            }
        default: report.refuse("balancer v3 \(kind)", rows: swaps.count)
        }
        for other in ["adds", "removes"] {
            if let count = json[other]?.array?.count, count > 0 { report.refuse("balancer v3 \(other)", rows: count) }
        }
    }

    private static func request(
        _ swap: JSON, _ tokens: [Address]
    ) throws(VectorFileError) -> (i: Int, j: Int, amount: UInt128, exactIn: Bool) {
        guard let from = swap["tokenIn"]?.address, let to = swap["tokenOut"]?.address,
            let i = tokens.firstIndex(of: from), let j = tokens.firstIndex(of: to)
        else { throw VectorFileError(.badField, "tokenIn") }
        return (i, j, try swap.amount("amountRaw"), try swap.small("swapKind") == 0)
    }
}
