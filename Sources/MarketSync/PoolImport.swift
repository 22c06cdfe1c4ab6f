public import EVMTypes
public import PoolStore
public import Pools

/// Pools of a list that others made, put into a store before its sync.
///
/// A list says which pools there are; their state is read from the chain by the sync. Each pool is taken only when
/// CREATE2 on one of the configured exchanges gives its address.
public struct PoolImport {
    /// One row of a list.
    public struct Row: Hashable, Sendable {
        /// The pool.
        public var pool: Address
        let token0, token1: Address
        /// Its fee in pips (1e-6) where the list has it; V3 pools need it.
        public var feePips: UInt32?

        public init(pool: Address, token0: Address, token1: Address, feePips: UInt32?) {
            self.pool = pool
            (self.token0, self.token1) = token0 < token1 ? (token0, token1) : (token1, token0)
            self.feePips = feePips
        }
    }

    /// Spacings that the factories of Uniswap V3 and its forks set for their fees. Source: v3-core
    /// `UniswapV3Factory`, pancake-v3 `PancakeV3Factory`; `enableFeeAmount` may add others, which are read from logs.
    static let spacings: [UInt32: Int32] = [100: 1, 500: 10, 2_500: 50, 3_000: 60, 10_000: 200]

    private var market: MarketState
    private var mark: SyncMark
    private let store: PoolStore
    /// Pools taken.
    public private(set) var added = 0
    /// Pools that the store had.
    public private(set) var known = 0

    /// Throws `SyncError`: `.store` when the store already stands at a block, or does not read.
    public init(_ store: PoolStore, dexes: [DexConfig]) throws {
        if let head = store.head {
            throw SyncError(
                .store,
                "\(store.folder) stands at \(head) and knows its pools; import into a new data folder before the sync")
        }
        self.store = store
        var market = MarketState(dexes: dexes)
        do {
            try store.loadAll { try market.load($0) }
            let start = dexes.map(\.startBlock).min() ?? 0
            mark = try store.meta(SyncMark.key).flatMap { SyncMark($0) } ?? SyncMark(next: start)
        } catch {
            throw SyncError(.store, "\(store.folder): \(error); remove the folder to rebuild it from the chain")
        }
        self.market = market
    }

    /// The identity that makes `row` a pool of one of the exchanges: CREATE2 gives its address.
    public static func identity(of row: Row, on dexes: [DexConfig]) -> PoolIdentity? {
        for dex in dexes {
            var spacing: Int32 = 0, fee = dex.feePips ?? 0
            if dex.kind == .uniswapV3 {
                guard let own = row.feePips, let known = spacings[own] else { continue }
                (spacing, fee) = (known, own)
            }
            let identity = PoolIdentity(
                address: row.pool, token0: row.token0, token1: row.token1, dexID: dex.id, kind: dex.kind, feePips: fee,
                tickSpacing: spacing)
            if identity.fault(on: dex) == nil { return identity }
        }
        return nil
    }

    /// Takes one row. Throws why not: `.addressMismatch` when no exchange makes this pool.
    public mutating func add(_ row: Row) throws(PoolRefusal) {
        if market.index(of: row.pool) != nil {
            known += 1
            return
        }
        guard let identity = Self.identity(of: row, on: market.dexes) else { throw .addressMismatch }
        _ = try market.addPool(identity)
        added += 1
    }

    /// Stores what was taken. With `through` the list is complete up to that block: the sync looks for pools behind it.
    public mutating func finish(through block: UInt64?) throws {
        if let block { mark.next = max(mark.next, block + 1) }
        do { try store.stage(market.takeDirtyWrites(), meta: [mark.write]) } catch { throw SyncError(caught: error) }
    }
}

extension PoolStore {
    /// Fills an empty store with a whole market at a block, as an export says it.
    ///
    /// Throws `SyncError` (`.store`) when the store holds anything.
    public func restore(_ market: inout MarketState, at block: BlockRef) throws {
        do {
            var isEmpty = try head == nil && meta(SyncMark.key) == nil
            try loadAll { rows in if !rows.isEmpty { isEmpty = false } }
            guard isEmpty else {
                throw SyncError(.store, "\(folder) is not empty; import into a new data folder")
            }
            try commit(skippingTo: block, writes: market.takeDirtyWrites(), keepsUndo: false)
        } catch { throw SyncError(caught: error) }
    }
}
