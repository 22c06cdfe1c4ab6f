internal import EVMCodec
internal import EVMTypes
internal import Pools

extension VectorFile {
    /// `kyber/vectors`: {pool, vectors: [[i, j, in, out or null]]}. Another library's answers: secondary evidence.
    static func answerKyber(_ json: JSON, _ report: inout VectorReport) throws(VectorFileError) {
        let pool = try json.field("pool"), rows = try json.list("vectors")
        let type = pool["type"]?.string ?? ""
        let answers = rows.filter { $0[3]?.isNull == true || $0[3]?.decimal != nil }
        if answers.count < rows.count {
            report.refuse("rows without a number (\(type))", rows: rows.count - answers.count)
        }
        guard let extra = pool["extra"]?.string.flatMap({ try? JSON.parse($0) }),
            ["curve-base", "curve-stable-plain", "curve-stable-ng", "curve-tricrypto-ng"].contains(type)
        else { return report.refuse(type, rows: answers.count) }
        let precision = pool["staticExtra"]?.string.flatMap { try? JSON.parse($0) }
        let name = "\(type) (kyber)"
        if type == "curve-tricrypto-ng" {
            let state = try kyberTricrypto(pool, extra)
            for row in answers {
                let (i, j, given) = (try row.index(at: 0), try row.index(at: 1), try row.amount(at: 2))
                report.add(name, row.text, expected: row[3]?.decimal, isSecondary: true) { () throws(QuoteError) in
                    try state.quote(exactIn: given.asQuoteAmount(), from: i, to: j)
                }
            }
            return
        }
        let state = try kyberStable(pool, extra, precision, isNG: type == "curve-stable-ng")
        for row in answers {
            let (i, j, given) = (try row.index(at: 0), try row.index(at: 1), try row.amount(at: 2))
            report.add(name, row.text, expected: row[3]?.decimal, isSecondary: true) { () throws(QuoteError) in
                try state.quote(exactIn: given.asQuoteAmount(), from: i, to: j)
            }
        }
    }

    /// A value that ramps from `initial` to `future`, at `now`; the final one when no times are given.
    static func ramped(initial: UInt128, future: UInt128, from start: UInt64, to end: UInt64, now: UInt64) -> UInt128 {
        guard end > start, now < end else { return future }
        guard now > start else { return initial }
        let (passed, whole) = (UInt128(now - start), UInt128(end - start))
        return future > initial
            ? initial + (future - initial) * passed / whole : initial - (initial - future) * passed / whole
    }

    private static func either(_ json: JSON, _ upper: String) -> JSON? {
        json[upper] ?? json[upper.prefix(1).lowercased() + upper.dropFirst()]
    }

    private static func kyberStable(
        _ pool: JSON, _ extra: JSON, _ fixed: JSON?, isNG: Bool
    ) throws(VectorFileError) -> CurveStablePool {
        let tokens = try pool.list("tokens")
        let reserves = try pool.list("reserves").prefix(tokens.count)
        let rates: TokenAmounts
        if let given = either(extra, "RateMultipliers")?.array {
            rates = try JSON.amounts(given, "RateMultipliers")
        } else {
            let values = tokens.map { U256.ten(36 - ($0["decimals"]?.int ?? 18)) }
            guard let made = TokenAmounts(values) else { throw VectorFileError(.badField, "tokens") }
            rates = made
        }
        func number(_ key: String) -> UInt128? { either(extra, key)?.decimal?.asUInt128 }
        guard let initial = number("InitialA"), let future = number("FutureA"), let fee = number("SwapFee"),
            let adminFee = number("AdminFee")
        else { throw VectorFileError(.badField, "FutureA") }
        let amplification = ramped(
            initial: initial, future: future, from: UInt64(number("InitialATime") ?? 0),
            to: UInt64(number("FutureATime") ?? 0), now: (try? pool.small("timestamp")) ?? .max)
        let precision = fixed.flatMap { either($0, "APrecision") }?.decimal?.asUInt64 ?? 1
        return CurveStablePool(
            balances: try JSON.amounts(Array(reserves), "reserves"), rates: rates,
            amplification: UInt64(truncatingIfNeeded: amplification), precision: precision,
            fee: UInt64(truncatingIfNeeded: fee),
            offpegFeeMultiplier: UInt64(truncatingIfNeeded: number("OffpegFeeMultiplier") ?? 0),
            adminFee: UInt64(truncatingIfNeeded: adminFee), product: isNG ? .once : .perCoin)
    }

    private static func kyberTricrypto(_ pool: JSON, _ extra: JSON) throws(VectorFileError) -> CurveTricryptoPool {
        let decimals = try pool.list("tokens").map { $0["decimals"]?.int ?? 18 }
        let scale = try extra.amounts("PriceScale")
        guard scale.count == 2, let precisions = TokenAmounts(decimals.map { U256.ten(18 - $0) }) else {
            throw VectorFileError(.badField, "PriceScale")
        }
        return CurveTricryptoPool(
            balances: try pool.amounts("reserves"), precisions: precisions, priceScale1: scale[0],
            priceScale2: scale[1], amplification: try extra.amount("FutureA"), gamma: try extra.amount("FutureGamma"),
            invariant: try extra.amount("D"), midFee: try extra.small("MidFee"), outFee: try extra.small("OutFee"),
            feeGamma: try extra.small("FeeGamma"), generation: .ng)
    }
}
