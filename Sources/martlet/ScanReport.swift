import EVMCodec
import EVMCrypto
import EVMTypes
import Paths

/// What a scan found, as JSON for programs and as a table for people.
struct ScanReport {
    var file: String
    var list: PoolList
    var start: Int32
    var result: SearchResult
    var feeBps: Int
    var minHops: Int
    var maxHops: Int
    var minProfit: UInt128
    var limit: Int?
    var load: Duration
    var search: Duration

    /// 0.01, 0.1 and 1 of a token with 18 decimals.
    private static let thresholds: [UInt128] = [
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
    ]

    private var market: SnapshotMarket { list.market }

    /// Everything in one object; amounts are decimal strings of exact integers in the token's smallest unit.
    var json: JSON {
        var object = JSONObject()
        object["file"] = .string(file)
        object["start"] = .string(token(start))
        object["startSymbol"] = symbol(start)
        object["feeBps"] = .integer(feeBps)
        object["minHops"] = .integer(minHops)
        object["maxHops"] = .integer(maxHops)
        object["minProfitWei"] = .string(String(minProfit))
        object["rows"] = ["read": .integer(list.rowCount), "bad": .integer(list.badRows.count)]
        object["pools"] = .integer(market.pools.count)
        object["tokens"] = .integer(market.tokens.count)
        object["counts"] = counts
        object["totalProfitWei"] = .string(totalProfit.description)
        object["timing"] = ["loadSeconds": seconds(load), "searchSeconds": seconds(search)]
        object["cycles"] = .array(result.plans.prefix(limit ?? Int.max).map { cycle($0) })
        return .object(object)
    }

    private var counts: JSON {
        var thresholds = JSONObject()
        for threshold in Self.thresholds {
            thresholds[String(threshold)] = .integer(result.plans.count { $0.profit > threshold })
        }
        return [
            "directedCycles": .integer(result.counters.cycles),
            "marginalProductAboveOne": .integer(result.counters.aboveOne),
            "profitable": .integer(result.plans.count),
            "profitAboveWei": .object(thresholds),
            "cutByBounds": .integer(result.counters.candidatesCut + result.counters.poolsCut),
        ]
    }

    private var totalProfit: U256 { result.plans.reduce(.zero) { $0 + U256($1.profit) } }

    private func cycle(_ plan: CyclePlan) -> JSON {
        let path = tokens(of: plan)
        let legs = plan.legs.enumerated().map { position, leg -> JSON in
            [
                "pool": .string(address(leg.pool)), "zeroForOne": .bool(leg.zeroForOne),
                "direction": .string(leg.zeroForOne ? "token0->token1" : "token1->token0"),
                "tokenIn": .string(token(path[position])), "tokenOut": .string(token(path[position + 1])),
                "amountIn": .string(String(leg.amountIn)), "amountOut": .string(String(leg.amountOut)),
            ]
        }
        return [
            "profitWei": .string(String(plan.profit)), "optimalInputWei": .string(String(plan.amountIn)),
            "hops": .integer(plan.legs.count), "tokens": .array(path.map { .string(token($0)) }),
            "symbols": .array(path.map(symbol)),
            "pools": .array(plan.legs.map { .string(address($0.pool)) }), "legs": .array(legs),
        ]
    }

    /// The best cycles, one a block of lines.
    var table: String {
        let shown = result.plans.prefix(limit ?? 20)
        guard !shown.isEmpty else { return "no cycle with a profit of at least \(max(minProfit, 1))" }
        var lines: [String] = []
        for (rank, plan) in shown.enumerated() {
            let names = tokens(of: plan).map { list.symbols[$0] ?? token($0) }
            lines.append(
                "\(rank + 1). profit \(plan.profit)  input \(plan.amountIn)  \(names.joined(separator: " -> "))")
            for leg in plan.legs {
                let direction = leg.zeroForOne ? "0 -> 1" : "1 -> 0"
                lines.append("     \(address(leg.pool))  \(direction)  \(leg.amountIn) -> \(leg.amountOut)")
            }
        }
        let hidden = result.plans.count - shown.count
        if hidden > 0 { lines.append("(\(hidden) more; --limit shows them)") }
        return lines.joined(separator: "\n")
    }

    /// One line for stderr: counts and times.
    var summary: String {
        let counters = result.counters
        let cut = counters.candidatesCut + counters.poolsCut
        return "\(market.pools.count) pools (\(list.badRows.count) bad rows), \(counters.cycles) directed cycles, "
            + "\(counters.aboveOne) with a marginal product above 1, \(result.plans.count) profitable; "
            + (cut > 0 ? "\(cut) cut by the bounds; " : "")
            + "loaded in \(milliseconds(load)) ms, searched in \(milliseconds(search)) ms"
    }

    private func tokens(of plan: CyclePlan) -> [Int32] {
        var path = [plan.settlement]
        for leg in plan.legs {
            let pool = market.pools[Int(leg.pool)]
            path.append(leg.zeroForOne ? pool.token1 : pool.token0)
        }
        return path
    }

    private func token(_ index: Int32) -> String { market.tokens[Int(index)].checksummed }
    private func symbol(_ index: Int32) -> JSON { list.symbols[index].map { .string($0) } ?? .null }
    private func address(_ pool: Int32) -> String { market.pools[Int(pool)].address.checksummed }

    private func milliseconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(1) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func seconds(_ duration: Duration) -> JSON {
        let microseconds = Int((duration / .microseconds(1)).rounded())
        let fraction = String(microseconds % 1_000_000)
        return .number("\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction)
    }
}
