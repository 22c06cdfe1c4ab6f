import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import Paths

/// The triangles of the recorded Uniswap V2 reserves of 2020 (shared data README §2): counts and top values of someone
/// else.
@Suite struct KnownTrianglesTests {
    static func market() throws -> SnapshotMarket? {
        guard let data = try SharedData.data("data/graph/eth_uniswap_v2_reserves_2020.csv.gz") else { return nil }
        var market = SnapshotMarket()
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            try market.addPool(
                address: #require(Address(hex: cells[1])), token0: #require(Address(hex: cells[2])),
                token1: #require(Address(hex: cells[5])), reserve0: #require(UInt128(cells[8])),
                reserve1: #require(UInt128(cells[9])), feePips: 3000)
        }
        return market
    }

    @Test func theTrianglesOfTheRecordedReservesAreTheKnownOnes() throws {
        guard let market = try Self.market() else { return }
        #expect(market.pools.count == 10_773)
        let weth = try #require(Address(hex: "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"))
        let start = try #require(market.tokenIndex(of: weth))
        let clock = ContinuousClock(), begin = clock.now
        let result = market.scan(start: start, settings: .everything(minHops: 3, maxHops: 3))
        print("scan: \(begin.duration(to: clock.now)) \(result.counters)")
        #expect(result.counters.cycles == 3064)
        #expect(result.counters.aboveOne == 1454)
        #expect(result.plans.count >= 978)
        let ether: UInt128 = 1_000_000_000_000_000_000
        #expect(result.plans.filter { $0.profit > ether / 100 }.count == 188)
        #expect(result.plans.filter { $0.profit > ether / 10 }.count == 24)
        #expect(result.plans.filter { $0.profit > ether }.count == 5)
        let known: [(UInt128, UInt128)] = [
            (708_881_228_645_677_605, 40_604_720_406_576_847_339),
            (10_459_795_509_241_116_350, 23_968_741_103_178_164_677),
            (940_193_986_456_409_867, 3_235_640_885_153_485_875),
            (802_926_025_076_787_808, 2_021_093_771_148_696_649),
            (692_483_707_032_904_944, 1_616_107_515_779_935_620),
        ]
        for (plan, (input, profit)) in zip(result.plans, known) {
            print(plan.amountIn, input, plan.profit, profit)
            #expect(plan.profit >= profit)
            #expect(plan.profit - profit < profit / 1_000_000_000)
        }
        let total = result.plans.reduce(UInt128(0)) { $0 + $1.profit }
        print("plans", result.plans.count, "total", total)
        #expect(total >= 82_621_142_132_867_553_758)
    }
}
