import Bundles
import EVMCodec
import EVMCrypto
import EVMTypes
import Paths
import Pools
import RiskRules
import TestSupport
import Testing

@testable import SearchCore

/// The same recorded events give the same decisions, bit for bit, and no plan promises more than its replay earns.
@Suite struct ReplayTests {
    typealias Script = ScriptedMarket
    static let ether = Script.ether

    /// Random but repeatable traffic: blocks that move prices, pending swaps, outcomes, pauses.
    static func traffic(seed: UInt64, blocks: Int) -> [Event] {
        var random = SeededGenerator(seed: seed), script = Script(), events: [Event] = []
        script.create(Script.pairs, 1, 2, ether * 1000, ether * 2_000_000)
        script.create(Script.otherPairs, 1, 2, ether * 800, ether * 1_600_000)
        script.create(Script.pairs, 2, 3, ether * 2_000_000, ether * 500)
        script.create(Script.otherPairs, 1, 3, ether * 2000, ether * 1000)
        script.createConcentrated(1, 3, tick: -6932, liquidity: ether * 4000)
        events.append(script.mine())
        var id: UInt64 = 0
        for _ in 0..<blocks {
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                id += 1
                let path = [[1, 2], [2, 1], [1, 2, 3], [3, 2], [2, 3]].randomElement(using: &random) ?? [1, 2]
                let unit = path[0] == 2 ? ether * 1000 : ether
                events.append(
                    script.pending(
                        Script.swap(id: id, unit * U256(UInt64.random(in: 1...60, using: &random)), path: path)))
            }
            switch Int.random(in: 0...20, using: &random) {
            case 0: events.append(.pause)
            case 1, 2: events.append(.resume)
            case 3: events.append(.senderNonce(Script.sender, UInt64.random(in: 3...4, using: &random)))
            case 4:
                events.append(
                    .outcome(
                        PlanOutcome(
                            result: .failed, pools: [PoolIndex.random(in: 0...4, using: &random)],
                            timeMilliseconds: Script.time(of: script.number))))
            default: break
            }
            if Bool.random(using: &random) {
                let skew = U256(UInt64.random(in: 950...1050, using: &random))
                script.sync(Script.pairs, 1, 2, ether * 1000, ether * 2000 * skew)
            }
            events.append(script.mine(nonce: UInt64.random(in: 0...9, using: &random)))
        }
        return events
    }

    static let limits = RiskLimits(
        netProfitMin: 1_000_000_000_000_000, plansPerBlockMax: 3, failuresInARowMax: 4, cooldownBlocks: 2)

    static func play(_ events: [Event], check: (Searcher, Event, Decision) -> Void = { _, _, _ in }) -> [Decision] {
        var core = Script.core(limits: limits), decisions: [Decision] = []
        for event in events {
            decisions.append(core.step(event))
            check(core, event, decisions[decisions.count - 1])
        }
        return decisions
    }

    /// What the core chose, as text: amounts and order, not the calldata and gas figures that `Bundles` tests of its
    /// own.
    static func line(_ decision: Decision) -> String {
        var parts = [
            decision.skipped.map { "\($0)" } ?? "plan", "\(decision.writes.count)", "\(decision.search.cycles)",
            "\(decision.search.refined)",
        ]
        if let plan = decision.plan, let cycle = decision.opportunity?.cycle {
            parts += [plan.replaces ? "replaces" : "first", plan.target.map { "\($0)" } ?? "head", "\(cycle.profit)"]
            parts += cycle.legs.map { "\($0.pool):\($0.zeroForOne ? ">" : "<"):\($0.amountIn):\($0.amountOut)" }
        }
        return parts.joined(separator: " ")
    }

    @Test func theSameEventsGiveTheSameDecisions() {
        var seed = SeededGenerator(seed: 51)
        for _ in 0..<5 {
            let events = Self.traffic(seed: seed.next(), blocks: 60)
            #expect(Self.play(events) == Self.play(events))
        }
    }

    @Test func aCopyOfTheCoreGoesOnAsTheOriginal() {
        let events = Self.traffic(seed: 52, blocks: 60)
        var core = Script.core(limits: Self.limits)
        for event in events.prefix(events.count / 2) { _ = core.step(event) }
        var copy = core
        for event in events.dropFirst(events.count / 2) {
            let (one, other) = (core.step(event), copy.step(event))
            #expect(one == other)
        }
    }

    @Test func noPlanPromisesMoreThanItsReplayEarns() {
        var plans = 0, behindTargets = 0
        for seed: UInt64 in 60..<66 {
            _ = Self.play(Self.traffic(seed: seed, blocks: 60)) { core, event, decision in
                guard let plan = decision.plan, let cycle = decision.opportunity?.cycle else { return }
                plans += 1
                var targets: [PendingTransaction] = []
                if case .pending(let pending, _) = event { targets = [pending] }
                behindTargets += targets.count
                #expect(plan.bundle.targets == targets.map(\.transaction))
                let earned = try? SearchCoreTests.replay(plan, cycle: cycle, targets: targets, core: core)
                #expect(earned == plan.bundle.grossProfit)
                #expect(plan.bundle.netProfitWei >= Self.limits.netProfitMin)
            }
        }
        #expect(plans > 100)
        #expect(behindTargets > 50)
    }

    /// Changes only when the meaning of the core changes; then look at the lines, and take the new value over on
    /// purpose.
    @Test func theGoldenTrafficGivesTheGoldenDecisions() {
        // MARTLET_SEED makes other traffic.
        guard SeededGenerator(seed: 0x6d61_7274).seed == 0x6d61_7274 else { return }
        let lines = Self.play(Self.traffic(seed: 0x6d61_7274, blocks: 40)).map(Self.line)
        let digest = Keccak256.hash(Array(lines.joined(separator: "\n").utf8))
        let plans = lines.count { $0.hasPrefix("plan") }
        #expect(lines.count == Golden.events)
        #expect(plans == Golden.plans)
        #expect(digest.hex == Golden.digest, "the first lines are: \(lines.prefix(12).joined(separator: "; "))")
    }
}

private enum Golden {
    static let events = 167
    static let plans = 58
    static let digest = "0xb39222d6c53356659e81560001ca6a3cff6a3c720d3a279e668195c1db3196ec"
}
