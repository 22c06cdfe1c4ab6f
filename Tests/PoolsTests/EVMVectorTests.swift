import EVMTypes
import Foundation
import Pools
import TestSupport
import Testing

/// One pool of `shared/data/evm_vectors`, and its rows.
struct VectorPool {
    var pool: UniswapV3Pool
    var ticks: [Int32]
    var nets: [Int128]
    var rows: [Row]

    struct Row {
        var zeroForOne: Bool
        var exactIn: Bool
        var amount: U256
        /// The other amount; nil when the genuine quoter reverted.
        var other: U256?
        var sqrtPriceAfter: U256?
    }

    init(_ object: [String: Any]) throws {
        let fee = UInt32(try #require(object["fee"] as? Int))
        let spacing: Int32 = try #require([100: 1, 500: 10, 3000: 60, 10000: 200][fee])
        pool = UniswapV3Pool(
            sqrtPriceX96: try #require(U256(decimal: object["sqrtPriceX96"] as? String ?? "")),
            liquidity: try #require(UInt128(object["liquidity"] as? String ?? "")),
            tick: Int32(try #require(object["tick"] as? Int)), feePips: fee, tickSpacing: spacing)
        (ticks, nets, rows) = ([], [], [])
        for entry in try #require(object["ticks"] as? [[Any]]) {
            ticks.append(Int32(try #require(entry[0] as? Int)))
            nets.append(try #require(Int128(entry[2] as? String ?? "")))
        }
        for entry in try #require(object["vectors"] as? [[Any]]) {
            rows.append(
                Row(
                    zeroForOne: try #require(entry[0] as? Bool), exactIn: try #require(entry[1] as? Bool),
                    amount: try #require(U256(decimal: entry[2] as? String ?? "")),
                    other: (entry[3] as? String).flatMap { U256(decimal: $0) },
                    sqrtPriceAfter: entry.count > 4 ? (entry[4] as? String).flatMap { U256(decimal: $0) } : nil))
        }
    }

    static func all() throws -> [VectorPool]? {
        guard let data = try SharedData.data("data/evm_vectors/v3_pools_with_quotes.jsonl.gz") else { return nil }
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try VectorPool(try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any]))
        }
    }

    func quote(_ row: Row) throws(QuoteError) -> UInt128 {
        guard let amount = row.amount.asUInt128 else { throw .overflow }
        return row.exactIn
            ? try pool.quote(exactIn: amount, zeroForOne: row.zeroForOne, ticks: ticks.span, nets: nets.span)
            : try pool.quote(exactOut: amount, zeroForOne: row.zeroForOne, ticks: ticks.span, nets: nets.span)
    }

    func swap(_ row: Row) throws(QuoteError) -> UniswapV3Swap {
        try pool.swap(
            exactIn: row.exactIn, amount: row.amount, zeroForOne: row.zeroForOne, ticks: ticks.span, nets: nets.span)
    }
}

@Suite struct EVMVectorTests {
    @Test func theEngineEqualsTheGenuineQuoterOnEveryRow() throws {
        guard let pools = try VectorPool.all() else { return }
        var numeric = 0, none = 0, partial = 0
        for vector in pools {
            for row in vector.rows {
                guard let other = row.other else {
                    #expect(throws: QuoteError.self) { try vector.quote(row) }
                    none += 1
                    continue
                }
                let swap = try vector.swap(row)
                numeric += 1
                #expect((row.exactIn ? swap.amountOut : swap.amountIn) == other)
                #expect(swap.sqrtPriceAfterX96 == row.sqrtPriceAfter)
                #expect(swap.tickAfter == TickMath.tick(atSqrtPrice: swap.sqrtPriceAfterX96) || swap.ticksCrossed > 0)
                if swap.isFilled {
                    #expect(try vector.quote(row) == other.asUInt128)
                } else {
                    partial += 1
                    #expect(row.exactIn)
                    #expect(throws: QuoteError.insufficientLiquidity) { try vector.quote(row) }
                }
            }
        }
        print(
            "evm_vectors v3: \(numeric) numeric rows equal, of them \(partial) partial fills; \(none) without a quote")
        #expect(numeric == 1254 && none == 426 && partial == 253)
    }

    @Test func theSumOfNetLiquidityHoldsForEveryPool() throws {
        guard let pools = try VectorPool.all() else { return }
        for vector in pools {
            let below = zip(vector.ticks, vector.nets).filter { $0.0 <= vector.pool.tick }.reduce(0) { $0 + $1.1 }
            #expect(below == Int128(vector.pool.liquidity))
            #expect(vector.nets.reduce(0, +) == 0)
        }
        #expect(pools.count == 15)
    }
}
