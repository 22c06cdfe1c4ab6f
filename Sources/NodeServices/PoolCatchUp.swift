public import ChainRegistry
import EVMTypes
public import MarketSync
public import NodeClient
public import PoolStore
import Pools

/// Brings a pool store to the newest block: a full sync where it holds none, then block by block.
///
/// The node does the same when it starts, so that `martlet pools sync` before the first start only saves waiting.
public enum PoolCatchUp {
    /// What was done.
    public struct Outcome: Sendable {
        /// The full sync; nil where the store had a block already.
        public var sync: SyncReport?
        /// The block the store stands at now; nil on a chain that has none.
        public var head: BlockRef?
        /// Blocks applied by their logs.
        public var blocksApplied: UInt64 = 0
        /// Blocks taken back because the chain was reorganised.
        public var blocksUndone: UInt64 = 0
        /// What following by logs cost; the full sync's cost is in its report.
        public var traffic = TrafficCount()
    }

    /// The endpoints that configuration and environment name. Throws `NodeFailure` when there is none.
    public static func endpoints(_ config: NodeConfig, environment: [String: String]) throws -> [EndpointConfig] {
        try NodeSetup.endpoints(config, environment: environment)
    }

    /// What a full sync of a configured chain takes.
    public static func options(_ chain: Chain, _ endpoints: [EndpointConfig]) -> SyncOptions {
        SyncOptions(
            chainID: chain.chainID, dexes: chain.dexConfigs, endpoints: endpoints, reorgDepth: chain.reorgDepth)
    }

    /// Syncs when the store has no block, then follows to the head of the moment. Everything done is kept when it
    /// throws (`SyncError`, `NodeError`, `PoolStoreError` and others with one line).
    public static func run(
        _ options: SyncOptions, store: PoolStore,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws -> Outcome {
        var outcome = Outcome()
        if SyncRun.isNeeded(store) {
            outcome.sync = try await SyncRun(options, store: store, progress: progress).run()
        }
        let pool = try EndpointPool(.init(chainID: options.chainID, endpoints: options.endpoints))
        defer { pool.close() }
        _ = try await pool.check()
        let follower = BlockFollower(
            reader: NodeReader(pool: pool), sink: try StoreSink(store, dexes: options.dexes),
            reorgDepth: store.reorgDepth, startBlock: options.dexes.map(\.startBlock).min() ?? 0)
        var failures = 0
        while true {
            do {
                let done = try await follower.advance(to: try await follower.reader.latestHeader())
                outcome.blocksApplied += done.applied
                outcome.blocksUndone += done.undone
                break
            } catch let error as NodeError where error.code != .cancelled && failures < options.failuresMax {
                failures += 1
            } catch FollowError.blockMissing where failures < options.failuresMax {
                failures += 1
            }
            try await Task.sleep(for: .milliseconds(min(5_000, 50 << min(failures, 7))))
        }
        outcome.head = store.head
        outcome.traffic = pool.status.reduce(TrafficCount()) { $0 + $1.traffic }
        return outcome
    }
}
