public import EVMTypes
public import NodeClient
public import Pools

/// A pool's whole state as its contract's views gave it after one block.
public struct PoolSnapshot: Sendable {
    /// The pool.
    public let identity: PoolIdentity
    /// Height of the block.
    public let block: UInt64
    let reading: PoolReading

    /// Where a market's state of the same pool differs; nil when it does not.
    public func difference(from market: borrowing MarketState, _ pool: PoolIndex) -> StateDifference? {
        StateDifference(identity.address, ours: market.reading(of: pool), chain: reading)
    }

    /// Makes it the market's state of the pool and lifts its quarantine. A state that does not hold together
    /// quarantines the pool instead; the reason comes back.
    public func install(in market: inout MarketState, _ pool: PoolIndex) -> PoolRefusal? {
        market.install(reading, in: pool, at: block)
    }

    /// Whole states at a block, in order. Throws `NodeError` when no endpoint answers.
    ///
    /// Cost: one call for a pair; for a V3 pool two and one for each bitmap word (`requests`) and tick.
    public static func read(
        _ pools: [PoolIdentity], at block: Hash32, number: UInt64, from endpoints: EndpointPool
    ) async throws -> [PoolSnapshot] {
        let reader = StateRead(peers: SyncPeers(endpoints), block: .hash(block))
        var snapshots: [PoolSnapshot] = []
        for pool in pools {
            let reading = try await reader.read([pool], layout: .views, worker: 0)[0]
            snapshots.append(PoolSnapshot(identity: pool, block: number, reading: reading))
        }
        return snapshots
    }

    /// Whether states of a kind can be read.
    public static func reads(_ kind: PoolKind) -> Bool { StateRead.reads(kind) }

    /// Calls that reading a pool takes, its ticks apart.
    public static func requests(_ pool: PoolIdentity) -> Int { StateRead.cost(pool) }
}
