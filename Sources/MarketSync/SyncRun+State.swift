import EVMCodec
import EVMTypes
import NodeClient
import PoolStore
import Pools

extension SyncRun {
    /// Requests of one group of pools, about.
    private static let groupCost = 6_000
    private static let groupPools = 400
    /// Pools that an exchange's layout is judged on.
    private static let layoutSample = 12

    private struct Group: Sendable {
        var pools: [PoolIndex]
        var identities: [PoolIdentity]
        var layout: PoolLayout
    }

    private struct Done: Sendable {
        var worker: Int
        var pools: [PoolIndex]
        var readings: [PoolReading]
    }

    /// Reads the state of every pool that has none yet, by all workers at once; each group is staged when it is there.
    func readStates(at target: BlockRef) async throws {
        begin(.state)
        let all = (0..<PoolIndex(market.poolCount)).filter { !market.isRemoved($0) }
        let open = all.filter { !isRead($0) }
        guard !open.isEmpty else { return }
        let reader = StateRead(peers: peers, block: .hash(target.hash))
        var groups = try await groups(open, reader).reversed() as [Group]
        var done = UInt64(all.count - open.count)
        let before = done
        report.withoutPrice = 0
        try await withThrowingTaskGroup(of: Done.self) { tasks in
            var free = Array(peers.workers.indices.reversed())
            func launch() {
                while let worker = free.popLast() {
                    guard let group = groups.popLast() else { return free.append(worker) }
                    tasks.addTask { try await Self.read(group, reader, worker) }
                }
            }
            launch()
            while let result = try await tasks.next() {
                free.append(result.worker)
                try install(result.readings, in: result.pools, at: target)
                done += UInt64(result.pools.count)
                tell(done: done, total: UInt64(all.count), before: before)
                launch()
            }
        }
    }

    /// A group whose storage does not hold together is read again by the views before anything is concluded.
    private static func read(_ group: Group, _ reader: StateRead, _ worker: Int) async throws -> Done {
        let readings = try await reader.read(group.identities, layout: group.layout, worker: worker)
        return Done(worker: worker, pools: group.pools, readings: readings)
    }

    private func install(_ readings: [PoolReading], in pools: [PoolIndex], at target: BlockRef) throws {
        for (pool, reading) in zip(pools, readings) {
            if reading == .withoutPrice { report.withoutPrice += 1 } else { report.read += 1 }
            if let reason = market.install(reading, in: pool, at: target.number) {
                report.quarantined.append((market.identity(pool), reason))
            }
        }
        try stage()
    }

    private func groups(_ open: [PoolIndex], _ reader: StateRead) async throws -> [Group] {
        var groups: [Group] = []
        for (dexID, pools) in Dictionary(grouping: open, by: { market.identity($0).dexID }).sorted(by: {
            $0.key < $1.key
        }) {
            let layout = try await layout(of: dexID, reader)
            var group = Group(pools: [], identities: [], layout: layout), cost = 0
            for pool in pools {
                let identity = market.identity(pool), next = StateRead.cost(identity)
                if !group.pools.isEmpty, cost + next > Self.groupCost || group.pools.count >= Self.groupPools {
                    groups.append(group)
                    group = Group(pools: [], identities: [], layout: layout)
                    cost = 0
                }
                group.pools.append(pool)
                group.identities.append(identity)
                cost += next
            }
            if !group.pools.isEmpty { groups.append(group) }
        }
        return groups
    }

    /// Judged once a run for each exchange, on pools spread over its history.
    private func layout(of dexID: UInt16, _ reader: StateRead) async throws -> PoolLayout {
        if let known = report.layouts[dexID] { return known }
        let pools = (0..<PoolIndex(market.poolCount)).filter { market.identity($0).dexID == dexID }
        let step = max(1, pools.count / Self.layoutSample)
        let sample = stride(from: 0, to: pools.count, by: step).prefix(Self.layoutSample).map {
            market.identity(pools[$0])
        }
        guard let kind = sample.first?.kind else { return .views }
        let layout = try await reader.layout(of: sample, kind: kind)
        report.layouts[dexID] = layout
        return layout
    }

    // MARK: Checks

    /// Compares the number of pairs with each factory's own list and adds what no log had announced.
    func countPairs(at target: BlockRef) async throws {
        let count = PairCount(peers: peers, block: .hash(target.hash))
        report.uncounted = []
        for dex in options.dexes where dex.kind == .uniswapV2 {
            guard let listed = try await count.count(of: dex.factory) else {
                report.uncounted.append(dex.id)
                continue
            }
            let held = (0..<PoolIndex(market.poolCount)).count {
                market.identity($0).dexID == dex.id && !market.isRemoved($0)
            }
            guard listed > held + (mark.refused[dex.id] ?? 0) else { continue }
            let known = market
            let missing = try await count.missing(of: dex.factory, count: listed) { known.index(of: $0) != nil }
            add(missing, dex, listed: listed, at: target)
            try stage()
        }
    }

    private func add(
        _ missing: [(pair: Address, token0: Address, token1: Address)], _ dex: DexConfig, listed: Int,
        at target: BlockRef
    ) {
        var refused = 0
        for (pair, token0, token1) in missing {
            let identity = PoolIdentity(
                address: pair, token0: token0, token1: token1, dexID: dex.id, kind: .uniswapV2,
                feePips: dex.feePips ?? 0, tickSpacing: 0)
            do throws(PoolRefusal) {
                _ = try market.addPool(identity)
                report.pairsMissedByLogs += 1
            } catch {
                refused += 1
                if refused > mark.refused[dex.id] ?? 0 { note(error, dex.id) }
            }
        }
    }

    /// Compares a sample with what the contracts' views say at the block; a difference ends the sync.
    func checkSample(at target: BlockRef) async throws {
        begin(.check)
        let usable = (0..<PoolIndex(market.poolCount)).filter { market.isUsable($0) }
        let sample = usable.shuffled().prefix(options.sampleSize).sorted()
        let reader = StateRead(peers: peers, block: .hash(target.hash))
        let differences = try await reader.differences(of: Array(sample), in: market)
        report.checked = sample.count
        tell(done: UInt64(sample.count), total: UInt64(sample.count), before: 0)
        if let first = differences.first {
            throw SyncError(
                .mismatch,
                "\(differences.count) of \(sample.count) pools of the sample differ from the chain at \(target), first "
                    + "\(first); remove the folder \(store.folder) and sync again")
        }
    }
}
