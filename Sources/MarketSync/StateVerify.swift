import EVMTypes
public import NodeClient
public import PoolStore
public import Pools

/// Compares a whole market, or some of it, with what the contracts say at the market's block.
public struct StateVerify: Sendable {
    private let reader: StateRead
    private let peers: SyncPeers

    /// Throws `SyncError` for endpoints that cannot be used.
    public init(_ options: SyncOptions, at block: BlockRef) throws {
        do { peers = try SyncPeers(options) } catch { throw SyncError(caught: error) }
        reader = StateRead(peers: peers, block: .hash(block.hash))
    }

    /// The pools that differ. Throws `SyncError`; `.peer` also when the peers do not have the block's state.
    public func run(_ pools: [PoolIndex], of market: MarketState) async throws -> [StateDifference] {
        do {
            _ = try await peers.persist(attempts: 5) { try await peers.workers[0].check() }
            return try await reader.differences(of: pools, in: market)
        } catch { throw SyncError(caught: error) }
    }

    /// What was asked so far.
    public var traffic: TrafficCount { peers.traffic }

    /// Ends the connections.
    public func close() { peers.close() }
}
