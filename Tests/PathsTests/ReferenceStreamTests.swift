import Foundation
import TestSupport
import Testing

@testable import Paths

/// A market and swap stream of shared/pathfinder-reference, as scripts/pathfinder-markets.sh writes it.
struct ReferenceMarket {
    let token0, token1, updatePool: [Int32]
    let kind: [Int8]
    let updateZeroForOne: [UInt8]
    let updateETH: [Double]
    private(set) var finder: PathFinder

    /// Nil, with one printed line, when the files are not here.
    init?(profile: String, gasETH: Double, for test: String = #function) throws {
        guard let root = ProcessInfo.processInfo.environment["MARTLET_PATHFINDER_MARKETS"] else {
            print("skipped: \(test) needs MARTLET_PATHFINDER_MARKETS (scripts/pathfinder-markets.sh writes the folder)")
            return nil
        }
        let folder = URL(fileURLWithPath: root).appendingPathComponent(profile)
        guard FileManager.default.fileExists(atPath: folder.appendingPathComponent("manifest.json").path) else {
            print("skipped: \(test) needs \(folder.path)")
            return nil
        }
        func array<T>(_ name: String, _ type: T.Type) throws -> [T] {
            let data = try Data(contentsOf: folder.appendingPathComponent(name + ".bin"))
            return data.withUnsafeBytes { Array($0.bindMemory(to: T.self)) }
        }
        token0 = try array("t0", Int32.self)
        token1 = try array("t1", Int32.self)
        kind = try array("kind", Int8.self)
        updatePool = try array("upd_pool", Int32.self)
        updateZeroForOne = try array("upd_zfo", UInt8.self)
        updateETH = try array("upd_eth", Double.self)
        let fee = try array("fee", Int32.self), root0 = try array("sqrtp", Double.self)
        let reserve0 = try array("r0", Double.self), reserve1 = try array("r1", Double.self)
        let concentrated = try array("v3_idx", Int32.self), offsets = try array("tick_off", Int64.self)
        let ticks = try array("ticks", Int32.self), liquidities = try array("liqs", Double.self)
        let price = try array("price", Double.self), decimals = try array("decimals", Int8.self)
        var settings = PathFinderSettings()
        settings.gas = GasSchedule(constantProduct: gasETH * 1e18, concentrated: gasETH * 1e18)
        settings.settlesAnywhere = true
        finder = PathFinder(native: 0, settings: settings)
        for pool in token0.indices {
            finder.addPool(
                Int32(pool), token0[pool], token1[pool], gamma: 1 - Double(fee[pool]) * 1e-6,
                isConcentrated: kind[pool] == 3)
            if kind[pool] == 2 { finder.curves.setReserves(Int32(pool), reserve0[pool], reserve1[pool]) }
        }
        for (q, pool) in concentrated.enumerated() {
            let low = Int(offsets[q]), high = Int(offsets[q + 1])
            finder.curves.setRanges(
                pool, bounds: ticks[low..<high].map { pow(1.0001, Double($0) / 2) },
                liquidities: liquidities[(low + q)..<(high + q + 1)])
            finder.curves.setRoot(pool, root0[Int(pool)])
        }
        finder.seed(logValues: zip(price, decimals).map { log($0) - Double($1) * log(10.0) + 18 * log(10.0) })
        _ = finder.process([], stop: { false })
        finder.counters = PathFinderCounters()
    }

    struct Totals {
        var net = 0.0, bound = 0.0, single = 0.0, leastCost = 0.0, aboveBound = 0, belowSingle = 0, wholeBoundAbove = 0
    }

    /// Runs the stream; the market takes each joint optimum and goes on, as in the reference model.
    mutating func run(updates: Int) -> Totals {
        var totals = Totals()
        for q in 0..<min(updates, updatePool.count) {
            let pool = updatePool[q], zeroForOne = updateZeroForOne[q] == 1
            guard finder.isOnCycle(pool) else {
                finder.counters.outside += 1
                continue
            }
            let amount = updateETH[q] * 1e18 / finder.worth(of: zeroForOne ? token0[Int(pool)] : token1[Int(pool)])
            let before = finder.curves.state(of: pool)
            finder.curves.setRoot(pool, finder.curves.quote(pool, zeroForOne: zeroForOne, amountIn: amount).root)
            let found = finder.process([pool], stop: { false })
            var taken: [Int32] = []
            for draft in found {
                guard draft.end == .optimum else {
                    // The reference model takes such a swap back.
                    finder.curves.restore(pool, before)
                    taken.append(pool)
                    continue
                }
                totals.net += max(0, draft.best.net) / 1e18
                totals.bound += draft.bound / 1e18
                totals.single += max(0, draft.shortCycle.net) / 1e18
                if draft.best.net > draft.bound { totals.aboveBound += 1 }
                if max(0, draft.best.net) < draft.shortCycle.net { totals.belowSingle += 1 }
                if finder.wholeMarketBound() > draft.bound * (1 + 1e-9) + 1e10 { totals.wholeBoundAbove += 1 }
                for target in draft.targets {
                    finder.curves.setRoot(target.pool, target.root)
                    taken.append(target.pool)
                }
            }
            let counters = finder.counters
            if !taken.isEmpty { _ = finder.process(taken, stop: { false }) }
            finder.counters = counters
            totals.leastCost = min(totals.leastCost, finder.prices.leastCost)
        }
        return totals
    }
}

/// The streams of the reference model (seed 7), with the totals its README gives.
@Suite struct ReferenceStreamTests {
    private func compare(updates: Int, gas: Double, net: Double, gap: Double) throws {
        guard var market = try ReferenceMarket(profile: "small", gasETH: gas) else { return }
        let totals = market.run(updates: updates), counters = market.finder.counters
        print("reference small \(updates) gas \(gas): \(totals); the model's net \(net); \(counters)")
        #expect(totals.net >= net, "less than the model's total")
        #expect(totals.bound - totals.net <= gap * totals.bound)
        #expect(totals.aboveBound == 0 && totals.belowSingle == 0 && totals.wholeBoundAbove == 0)
        #expect(totals.leastCost >= -1e-9)
        #expect(Double(counters.unconverged) < 0.001 * Double(counters.opportunities))
    }

    @Test func smallMarketWithGas() throws { try compare(updates: 3000, gas: 0.0003, net: 28.0649, gap: 0.01) }

    @Test func smallMarketWithoutGas() throws { try compare(updates: 4000, gas: 0, net: 36.4831, gap: 1e-6) }
}
