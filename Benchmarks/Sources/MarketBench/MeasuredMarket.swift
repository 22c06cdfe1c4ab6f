import CAllocationCounter
import EVMCodec
import EVMTypes
import Foundation
import PoolStore
import Pools

/// Figures of a market that was read back from its store; a line each: name, value, unit.
enum MeasuredMarket {
    static func measure(folder: String) throws {
        let start = now()
        let store = try PoolStore(folder: folder, chainID: BuiltMarket.chainID, reorgDepth: 64)
        var market = MarketState(dexes: BuiltMarket.dexes)
        try store.loadAll { try market.load($0) }
        guard market.quarantineInconsistentPools().isEmpty else {
            throw BenchFault(description: "the loaded market is not what was kept")
        }
        tell(Figure.restart, Double(now() - start) / 1e9, "s")
        tell(Figure.restartProcessor, Double(now(CLOCK_PROCESS_CPUTIME_ID)) / 1e9, "s")
        tell(Figure.memory, memory("VmRSS"), "MB")
        tell(Figure.peak, memory("VmHWM"), "MB")
        applyLogs(&market)
        try keepBlocks(&market, store, Figure.block, Figure.blockLast)
        try store.close()
        let unsynced = try PoolStore(folder: folder, chainID: BuiltMarket.chainID, reorgDepth: 64, syncCommits: false)
        try keepBlocks(&market, unsynced, Figure.blockUnsynced, nil)
        try unsynced.close()
    }

    private static func tell(_ name: String, _ value: Double, _ unit: String) { print("\(name)\t\(value)\t\(unit)") }

    private static func now(_ clock: clockid_t = CLOCK_MONOTONIC) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// A figure of this process in MB (10^6 bytes).
    private static func memory(_ field: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
        return Double(line.split { !$0.isNumber }.first ?? "").map { $0 * 1024 / 1e6 } ?? .nan
    }

    /// Logs of pools all over the market, nine `Sync` to one `Swap`; single applications are timed, so that each meets
    /// cold memory as in a block.
    private static func applyLogs(_ market: inout MarketState) {
        var logs = logs(of: market, count: 20_000, seed: 7)
        var times: [Int] = []
        times.reserveCapacity(logs.count * 5)
        var allocated: UInt64 = 0
        for round in 0..<6 {
            for index in logs.indices { logs[index].blockNumber = 2_000 + UInt64(round) }
            let before = martlet_allocation_count()
            for index in logs.indices {
                let start = now()
                let effect = market.apply(logs[index])
                let took = now() - start
                guard case .updated = effect else { fatalError("a log of the bench was not applied: \(effect)") }
                if round > 0 { times.append(took) }
            }
            if round > 0 { allocated += martlet_allocation_count() - before }
        }
        times.sort()
        tell(Figure.logMedian, Double(times[times.count / 2]), "ns")
        tell(Figure.logLast, Double(times[times.count * 99 / 100]), "ns")
        tell(Figure.logAllocations, Double(allocated) / Double(times.count), "")
        _ = market.takeDirtyWrites()
    }

    /// Blocks of 400 logs: applied, their rows taken and committed with their undo record.
    private static func keepBlocks(
        _ market: inout MarketState, _ store: PoolStore, _ name: String, _ lastName: String?
    ) throws {
        var times: [Int] = []
        for _ in 0..<60 {
            let number = (store.head?.number ?? 0) + 1
            var logs = logs(of: market, count: 400, seed: number)
            for index in logs.indices { logs[index].blockNumber = 1_000_000 + number }
            let start = now()
            for log in logs { _ = market.apply(log) }
            try store.commit(BuiltMarket.block(number), writes: market.takeDirtyWrites())
            times.append(now() - start)
        }
        times.sort()
        tell(name, Double(times[times.count / 2]) / 1e6, "ms")
        if let lastName { tell(lastName, Double(times[times.count * 99 / 100]) / 1e6, "ms") }
    }

    private static func logs(of market: MarketState, count: Int, seed: UInt64) -> [Log] {
        // Rows are read in the order of their addresses: pairs and pools are mixed.
        let all = (0..<PoolIndex(market.poolCount)).map { $0 }
        let pools = all.filter { market.identity($0).kind == .uniswapV3 }
        let pairs = all.filter { market.identity($0).kind == .uniswapV2 }
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Int(state >> 33)
            let pool = index % 10 == 9 ? pools[number % pools.count] : pairs[number % pairs.count]
            let (topics, words) = body(market.pool(pool), amount: state >> 20 | 1)
            return Log(
                address: market.identity(pool).address, topics: topics, data: words.flatMap(\.bigEndianBytes),
                blockNumber: 0, blockHash: .zero, transactionHash: .zero, transactionIndex: 0, logIndex: UInt32(index),
                removed: false)
        }
    }

    private static func body(_ state: Pool, amount: UInt64) -> (topics: [Hash32], words: [U256]) {
        guard let pool = state.concentrated else {
            return ([EventTopics.sync], [U256(amount), U256(amount ^ 0xffff)])
        }
        let one = Hash32(.one), tick = I256(Int(pool.tick)).bits
        return ([EventTopics.swap, one, one], [.one, .one, pool.sqrtPriceX96, U256(pool.liquidity), tick])
    }
}
