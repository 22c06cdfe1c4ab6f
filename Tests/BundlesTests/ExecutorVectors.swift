import EVMCodec
import EVMTypes
import Foundation
import Paths
import Pools
import Testing

/// The committed vectors that `make contracts` ran on the compiled contract.
struct ExecutorVectors {
    struct Run: Sendable, CustomTestStringConvertible {
        var name: String
        var plan: CyclePlan
        var pools: [PoolIdentity]
        var settlement: Address
        var tipBps: UInt32
        var tip: U256
        var minProfit: UInt128
        var growth: UInt128
        var validUntilBlock: UInt64
        var gasUsed: UInt64
        var calldata: [UInt8]
        var testDescription: String { name }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Vectors/executor")
    static let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func json(_ url: URL) throws -> JSON { try JSON.parse([UInt8](Data(contentsOf: url))) }

    static func runs() throws -> [Run] {
        let rows = try #require(json(folder.appendingPathComponent("programs.json")).array)
        return try rows.map(run)
    }

    private static func run(_ row: JSON) throws -> Run {
        func text(_ key: String) throws -> String { try #require(row[key]?.string) }
        let rows = try #require(row["legs"]?.array)
        let legs = try rows.map { leg in
            CyclePlan.Leg(
                pool: 0, zeroForOne: leg["zeroForOne"] == .bool(true),
                amountIn: try #require(leg["amountIn"]?.string.flatMap { UInt128($0) }),
                amountOut: try #require(leg["amountOut"]?.string.flatMap { UInt128($0) }))
        }
        let pools = try rows.map { leg in
            PoolIdentity(
                address: try #require(leg["pool"]?.address), token0: try #require(leg["token0"]?.address),
                token1: try #require(leg["token1"]?.address), dexID: 1,
                kind: try #require(leg["kind"]?.int) == 3 ? .uniswapV3 : .uniswapV2,
                feePips: UInt32(try #require(leg["fee"]?.int)), tickSpacing: 0)
        }
        let profit = try #require(UInt128(try text("profit")))
        return Run(
            name: try text("name"), plan: CyclePlan(legs: legs, settlement: 0, profit: profit), pools: pools,
            settlement: try #require(row["settlement"]?.address), tipBps: UInt32(try #require(row["tipBps"]?.int)),
            tip: try #require(U256(decimal: try text("tip"))), minProfit: try #require(UInt128(try text("minProfit"))),
            growth: try #require(UInt128(try text("growth"))),
            validUntilBlock: try #require(row["validUntilBlock"]?.uint64),
            gasUsed: try #require(row["gasUsed"]?.uint64),
            calldata: try #require(row["calldata"]?.hexBytes))
    }
}
