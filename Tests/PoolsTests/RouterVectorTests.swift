import EVMCodec
import EVMTypes
import Pools
import TestSupport
import Testing

@Suite struct RouterVectorTests {
    @Test func transactionsThroughGenuineRoutersDoWhatTheOverlaySays() throws {
        let file = try UniswapVectors.file("routers.json")
        let wrapped = try #require(file["wrappedNative"]?.address), sender = try #require(file["sender"]?.address)
        var market = MarketState(dexes: [
            try UniswapVectors.dex(try file.at("v2"), id: 1, kind: .uniswapV2, feePips: 3000),
            try UniswapVectors.dex(try file.at("v3"), id: 2, kind: .uniswapV3, feePips: nil),
        ])
        let routers = RouterTable(
            [
                RouterEntry(
                    address: try #require(file["router02v2"]?.address), kind: .uniswapV2Router02, v2DexID: 1,
                    v3DexID: nil),
                RouterEntry(
                    address: try #require(file["swapRouter"]?.address), kind: .uniswapV3SwapRouter, v2DexID: nil,
                    v3DexID: 2),
                RouterEntry(
                    address: try #require(file["swapRouter02"]?.address), kind: .swapRouter02, v2DexID: 1, v3DexID: 2),
            ], wrappedNative: wrapped)
        for log in try UniswapVectors.logs(file, block: 1) {
            if case .refused(let reason) = market.apply(log) { Issue.record("\(reason)") }
        }
        #expect(market.poolCount == 9)
        var overlay = MarketOverlay(), outcomes: [String: Int] = [:]
        for (number, entry) in try #require(file["transactions"]?.array).enumerated() {
            let data = try #require(entry["data"]?.hexBytes), value = try #require(entry["value"]?.decimal)
            let decoding = RouterDecoder.decode(
                to: try #require(entry["to"]?.address), value: value, data: data, from: sender, routers: routers)
            guard case .plan(let plan) = decoding else {
                Issue.record("transaction \(number): \(decoding)")
                continue
            }
            overlay.reset()
            let outcome = overlay.apply(
                plan, timestamp: try #require(file["timestamp"]?.uint64), parentHash: nil, in: market)
            let reverted = try #require(entry["reverted"]?.bool as Bool?)
            switch outcome {
            case .applied:
                #expect(!reverted, "transaction \(number) reverts: \(plan.steps)")
                outcomes["applied", default: 0] += 1
                try compare(overlay, market, entry, number)
            case .reverts:
                #expect(reverted, "transaction \(number) does not revert: \(outcome)")
                #expect(overlay.touchedPools.isEmpty)
                outcomes["reverts", default: 0] += 1
            case .unmodelled(let gap):
                // Only a V2 path through one pair twice is left out.
                #expect(gap == .repeatedPool && overlay.touchedPools.isEmpty)
                outcomes["unmodelled", default: 0] += 1
            }
            for log in try UniswapVectors.logs(entry, block: UInt64(number + 2)) {
                if case .refused(let reason) = market.apply(log) { Issue.record("transaction \(number): \(reason)") }
            }
        }
        print("Vectors/uniswap routers: \(outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })")
        #expect(outcomes["applied", default: 0] + outcomes["reverts", default: 0] == 240)
    }

    private func compare(_ overlay: MarketOverlay, _ market: MarketState, _ entry: JSON, _ number: Int) throws {
        let changed = try #require(entry["changed"]?.object)
        var expected = Set<PoolIndex>()
        for (key, state) in zip(changed.keys, changed.values) {
            let pool = try #require(Address(hex: key).flatMap { market.index(of: $0) })
            expected.insert(pool)
            switch overlay.pool(pool, in: market) {
            case .uniswapV2(let pair):
                #expect(pair.reserve0 == state[0]?.uint128, "transaction \(number)")
                #expect(pair.reserve1 == state[1]?.uint128, "transaction \(number)")
            case .uniswapV3(let concentrated):
                #expect(concentrated.sqrtPriceX96 == state[0]?.decimal, "transaction \(number)")
                #expect(concentrated.tick == state[1]?.tick, "transaction \(number)")
                #expect(concentrated.liquidity == state[2]?.uint128, "transaction \(number)")
            case .uniswapV4, .algebra, .solidly, .coins: Issue.record("a pool of another protocol in the vectors")
            }
        }
        let moved = overlay.touchedPools.filter { overlay.pool($0, in: market) != market.pool($0) }
        #expect(Set(moved) == expected, "transaction \(number)")
    }
}
