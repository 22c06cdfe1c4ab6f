import EVMCodec
import EVMTypes
import Foundation
import Pools
import Testing

/// The committed vectors of `Tests/Vectors/uniswap` (see SOURCE.md there).
enum UniswapVectors {
    static func file(_ name: String) throws -> JSON {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try JSON.parse([UInt8](Data(contentsOf: folder.appendingPathComponent("Vectors/uniswap/\(name)"))))
    }

    static func logs(_ step: JSON, block: UInt64) throws -> [Log] {
        try (step["logs"]?.array ?? []).enumerated().map { index, entry in
            Log(
                address: try #require(entry[0]?.address), topics: try #require(entry[1]?.array).compactMap(\.hash32),
                data: try #require(entry[2]?.hexBytes), blockNumber: block, logIndex: UInt32(index))
        }
    }

    static func dex(_ file: JSON, id: UInt16, kind: PoolKind, feePips: UInt32?) throws -> DexConfig {
        let factory = try #require(file["factory"]?.address)
        return DexConfig(
            id: id, name: "\(kind)", kind: kind, factory: factory, create2Sender: factory,
            initCodeHash: try #require(file["initCodeHash"]?.hash32), feePips: feePips, startBlock: 0)
    }

    static func market() throws -> (market: MarketState, v2: JSON, v3: JSON) {
        let v2 = try file("v2.json"), v3 = try file("v3.json")
        let dexes = [
            try dex(v2, id: 20, kind: .uniswapV2, feePips: 3000), try dex(v3, id: 30, kind: .uniswapV3, feePips: nil),
        ]
        return (MarketState(dexes: dexes), v2, v3)
    }
}

extension JSON {
    var decimal: U256? { string.flatMap { U256(decimal: $0) } ?? numberText.flatMap { U256(decimal: $0) } }
    var uint128: UInt128? { decimal?.asUInt128 }
    var tick: Int32? { int.flatMap { Int32(exactly: $0) } }
    func at(_ key: String) throws -> JSON { try #require(self[key]) }
}
