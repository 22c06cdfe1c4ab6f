import Foundation
import Paths
import Pools

/// One pass over a stream: each swap is searched on an overlay, published, and the plan found is taken by the market.
struct StreamRun {
    var generated: GeneratedMarket
    let profile: String
    private var finder: PathFinder
    private var cold = 0.0
    private var proofs = Samples(), repairs = Samples(), firstAnswers = Samples(), optima = Samples(),
        blocks = Samples()
    private var gaps = Samples()
    private var net = 0.0, bound = 0.0, single = 0.0, plans = 0, exact = 0, losses = 0, below = 0
    private var deadlineMissed = 0
    private var cyclesPerSecond = 0.0

    init(generated: GeneratedMarket, profile: String, gas: Double) {
        self.generated = generated
        self.profile = profile
        var settings = PathFinderSettings()
        settings.gas = GasSchedule(constantProduct: gas, concentrated: gas)
        finder = PathFinder(native: 0, settings: settings)
    }

    mutating func measure(updates: Int) throws {
        for pool in 0..<PoolIndex(generated.market.poolCount) { finder.update(pool, from: generated.market) }
        let start = threadMicroseconds()
        let opened = finder.search(through: [], in: generated.market)
        cold = threadMicroseconds() - start
        try take(opened)
        var block: [MarketOverlay] = []
        for number in 0..<min(updates, generated.updatePool.count) {
            guard finder.isOnCycle(generated.updatePool[number]), let overlay = generated.swap(number) else { continue }
            try step(overlay)
            block.append(overlay)
            if block.count == 400 {
                try measureBlock(block)
                block.removeAll()
            }
        }
        measureCycles()
    }

    private mutating func step(_ overlay: MarketOverlay) throws {
        let market = generated.market
        var start = threadMicroseconds()
        let first = finder.search(over: overlay, in: market) { true }
        let firstTime = threadMicroseconds() - start
        let pool = overlay.touchedPools[0]
        try generated.publish(overlay)
        let before = finder.counters
        start = threadMicroseconds()
        finder.update(pool, from: generated.market, ticksChanged: false)
        let deadline = start + 5000
        let result = finder.search(through: [pool], in: generated.market) { threadMicroseconds() > deadline }
        let time = threadMicroseconds() - start
        let after = finder.counters
        if after.opportunities > before.opportunities {
            optima.add(time)
            if !first.opportunities.isEmpty { firstAnswers.add(firstTime) }
            if time > 5500 { deadlineMissed += 1 }
        } else if after.repaired > before.repaired {
            repairs.add(time)
        } else {
            proofs.add(time)
        }
        try take(result)
    }

    /// Counts what was offered and lets the market take it.
    private mutating func take(_ result: PathFinderResult) throws {
        for found in result.opportunities {
            plans += 1
            if found.plan.holds(in: generated.market) { exact += 1 }
            if found.net <= 0 { losses += 1 }
            net += found.net / 1e18
            bound += found.bound / 1e18
            single += max(0, found.singleNet) / 1e18
            if found.net < found.singleNet - 1e9 { below += 1 }
            if found.net > 1e15 { gaps.add(found.gap * 100) }
            var overlay = MarketOverlay()
            for leg in found.plan.legs {
                _ = try? overlay.swap(
                    leg.pool, exactIn: true, amount: leg.amountIn, zeroForOne: leg.zeroForOne, in: generated.market)
            }
            try generated.publish(overlay)
            for leg in found.plan.legs { finder.update(leg.pool, from: generated.market, ticksChanged: false) }
            _ = finder.search(through: found.plan.legs.map(\.pool), in: generated.market)
        }
    }

    /// The same updates once more as one block, on a copy.
    private mutating func measureBlock(_ block: [MarketOverlay]) throws {
        var copy = finder, moved = generated
        var pools: [PoolIndex] = []
        for overlay in block {
            try moved.publish(overlay)
            pools.append(contentsOf: overlay.touchedPools)
        }
        _ = copy.search(through: [], in: moved.market)
        let start = threadMicroseconds()
        for pool in pools { copy.update(pool, from: moved.market, ticksChanged: false) }
        _ = copy.search(through: pools, in: moved.market)
        blocks.add(threadMicroseconds() - start)
    }

    /// Cycles of up to three hops through the native token that the cycle search enumerates a second.
    private mutating func measureCycles() {
        var search = CycleSearch()
        search.addSettlement(0)
        let all = (0..<PoolIndex(generated.market.poolCount)).map { $0 }
        for pool in all { search.update(pool, from: generated.market) }
        let start = threadMicroseconds()
        let result = search.search(through: all, in: generated.market, floor: 1e30)
        cyclesPerSecond = Double(result.counters.cycles) / (threadMicroseconds() - start)
    }

    func report() {
        let c = finder.counters
        func row(_ name: String, _ target: String, _ figure: String) {
            print(name.padding(toLength: 34, withPad: " ", startingAt: 0), figure, " | target", target)
        }
        print(
            "\(profile): \(generated.market.poolCount) pools, \(generated.refused) refused; processor time of a thread"
        )
        row("T1 proof, nothing to do", "p50 0.15, p99 20 us", proofs.text)
        row("T1 proof, prices repaired", "p99 20 us (with the row above)", repairs.text)
        row("T2 first exact cycle", "p50 10, p99 80 us", firstAnswers.text)
        row("T3 joint optimum, certificate", "p50 150, p99 2000, max 5000 us", optima.text)
        row("T4 block of 400 updates", "p50 10000, p99 50000 us", blocks.text)
        row("T5 cold: rows, prices, all edges", "1000 us (big: 10000)", String(format: "%.0f us", cold))
        row("T6 cycles filtered a second", "800 M", String(format: "%.1f M (CycleSearch, <= 3 hops)", cyclesPerSecond))
        row(
            "T7 gap to the bound, total; single", "1 %; p99 5 %",
            String(
                format: "%.3f %%; p50 %.2f p99 %.1f %%", bound > 0 ? (bound - net) / bound * 100 : 0,
                gaps.quantile(0.5), gaps.quantile(0.99)))
        row(
            "T8 plans / best short cycles", ">= 100 % always",
            String(format: "%.4f / %.4f ETH = %.1f %%, below in %d", net, single, net / max(single, 1e-12) * 100, below)
        )
        row("T9 exact plans, losses", "all, 0", "\(exact) of \(plans), \(losses)")
        row("T10 memory", "60 MB (big: 200)", String(format: "%.1f MB", Double(finder.storageBytes) / 1e6))
        row(
            "T11 not converged, cut short", "< 0.1 %",
            "\(c.unconverged), \(c.cutShort) of \(c.opportunities); past the deadline \(deadlineMissed)")
    }
}
