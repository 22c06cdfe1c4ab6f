public import EVMTypes
public import NodeClient
public import PoolStore
public import Pools

/// What one run of a sync did.
public struct SyncReport: Sendable {
    /// The block whose state the store holds.
    public var block: BlockRef?
    /// Pools of each exchange, by `DexConfig.id`.
    public var poolsOfDex: [UInt16: Int] = [:]
    /// Pools found by this run.
    public var created = 0
    /// Announced pools that were not taken, by exchange and reason.
    public var refused: [Refusal: Int] = [:]
    /// Pools whose state was read by this run.
    public var read = 0
    /// Pools that exist but were never given a price.
    public var withoutPrice = 0
    /// Pools set aside because their state does not hold together, with the reason.
    public var quarantined: [(pool: PoolIdentity, reason: PoolRefusal)] = []
    /// Pairs that no log had announced and that the factory's list named.
    public var pairsMissedByLogs = 0
    /// Exchanges whose factory has no list to count by.
    public var uncounted: [UInt16] = []
    /// How each exchange's state was read.
    public var layouts: [UInt16: PoolLayout] = [:]
    /// Tokens whose transfers this run simulated.
    public var tokensChecked = 0
    /// Tokens whose pools are set aside, with what was found.
    public var tokensRefused: [(token: Address, finding: TokenFinding)] = []
    /// Pools compared by `eth_call`.
    public var checked = 0
    /// Times the block was changed because the peers no longer had its state.
    public var repins = 0
    /// What it cost.
    public var traffic = TrafficCount()

    /// An exchange's reason not to take a pool.
    public struct Refusal: Hashable, Sendable {
        public var dexID: UInt16
        public var reason: PoolRefusal
    }
}
