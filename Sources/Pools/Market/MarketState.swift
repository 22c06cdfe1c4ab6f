public import EVMTypes

/// Dense number of a pool within one `MarketState`; never reused for another address.
public typealias PoolIndex = Int32
/// Dense number of a token within one `MarketState`; never reused.
public typealias TokenIndex = Int32

/// Position of a log in the chain. Logs of one pool must come in this order.
@frozen
public struct LogCursor: Hashable, Comparable, Sendable {
    public var block: UInt64
    public var logIndex: UInt32

    @inlinable
    public init(block: UInt64, logIndex: UInt32) {
        self.block = block
        self.logIndex = logIndex
    }

    @inlinable
    public static func < (a: LogCursor, b: LogCursor) -> Bool {
        a.block != b.block ? a.block < b.block : a.logIndex < b.logIndex
    }
}

/// All pools of one chain: flat arrays under dense indices, kept up to date by logs.
///
/// ```
/// factory log -> CREATE2 check -> pool added        pool log -> state, ticks -> dirty rows -> one store batch a block
/// ```
/// One writer. Copying is cheap until one copy changes, and costs the whole market then: pass it `borrowing` or as an
/// ordinary argument, do not keep copies across events. Calling it through a class property or a captured variable
/// makes Swift retain and release every array (about 150 ns a call, measured); a struct's own property or an argument
/// does not. An index stays valid for ever: a pool whose creation was undone is marked removed and comes back under its
/// old index.
public struct MarketState: Sendable {
    /// What is known of a pool besides the state that quotes read.
    struct Entry: Sendable {
        var identity: PoolIdentity
        var token0, token1: TokenIndex
        var cursor = LogCursor(block: 0, logIndex: 0)
        var hasState = false
        var isRemoved = false
        var isVerified = true
        var isDirty = false
        var quarantine: PoolRefusal?
    }

    /// What names a pool to a router.
    struct PairKey: Hashable, Sendable {
        var token0, token1: TokenIndex
        var dexID: UInt16
        /// The fee, or what tells pools of two tokens apart in its place; 0 for V2.
        var feePips: UInt32

        init(token0: TokenIndex, token1: TokenIndex, dexID: UInt16, feePips: UInt32) {
            (self.token0, self.token1, self.dexID, self.feePips) = (token0, token1, dexID, feePips)
        }

        init(_ identity: PoolIdentity, _ token0: TokenIndex, _ token1: TokenIndex) {
            let mark: UInt32 =
                switch identity.kind {
                case .uniswapV2: 0
                case .slipstream: UInt32(truncatingIfNeeded: identity.tickSpacing)
                case .solidly: UInt32(identity.variant)
                case .uniswapV3, .uniswapV4, .algebra, .algebraIntegral, .pancakeInfinityCL, .curveStable,
                    .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable:
                    identity.feePips
                }
            self.init(token0: token0, token1: token1, dexID: identity.dexID, feePips: mark)
        }
    }

    /// The exchanges this market follows.
    public let dexes: [DexConfig]
    var dexPosition: [UInt16: Int] = [:]
    var factoryPosition: [Address: Int] = [:]

    var entries: [Entry] = []
    /// State by pool index. Read it through `pool(_:)` unless scanning all of them.
    public internal(set) var pools: [Pool] = []
    var extents: [TickTable.Extent] = []
    /// The initialised ticks of all pools that have any; `tickRange(of:)` tells which belong to a pool.
    public internal(set) var ticks = TickTable()

    /// The pools of several coins, by the number in `Pool.coins`.
    var coinPools: [CoinPool] = []

    var poolOfAddress: [Address: PoolIndex] = [:]
    var poolOfPair: [PairKey: PoolIndex] = [:]
    var tokens: [Address] = []
    var tokenOfAddress: [Address: TokenIndex] = [:]
    var poolsOfToken: [[PoolIndex]] = []

    var dirtyPools: [PoolIndex] = []
    var dirtyTicks: [DirtyTick] = []

    struct DirtyTick: Hashable, Sendable {
        var pool: PoolIndex
        var tick: Int32
    }

    /// An empty market. Of two exchanges with one id or one factory the first counts.
    public init(dexes: [DexConfig]) {
        self.dexes = dexes
        for (position, dex) in dexes.enumerated() {
            if dexPosition[dex.id] == nil { dexPosition[dex.id] = position }
            if factoryPosition[dex.factory] == nil { factoryPosition[dex.factory] = position }
        }
    }
}

// MARK: Looking things up

extension MarketState {
    /// How many indices are in use, removed pools included.
    public var poolCount: Int { entries.count }
    /// How many tokens are numbered.
    public var tokenCount: Int { tokens.count }

    /// The pool at an address (for a pool of a singleton `PoolIdentity.address(ofPoolID:)`); nil when unknown or
    /// removed.
    public borrowing func index(of address: Address) -> PoolIndex? {
        guard let index = poolOfAddress[address], !entries[Int(index)].isRemoved else { return nil }
        return index
    }

    /// The exchange with an id, or nil.
    public func dex(_ id: UInt16) -> DexConfig? { dexPosition[id].map { dexes[$0] } }

    /// The exchange whose factory is `address`, or nil.
    public func dex(factory address: Address) -> DexConfig? { factoryPosition[address].map { dexes[$0] } }

    public borrowing func identity(_ pool: PoolIndex) -> PoolIdentity { entries[Int(pool)].identity }

    /// The state of a pool: price and liquidity, without ticks.
    @inlinable public borrowing func pool(_ pool: PoolIndex) -> Pool { pools[Int(pool)] }

    /// The numbers of a pool's two tokens.
    public borrowing func tokens(of pool: PoolIndex) -> (token0: TokenIndex, token1: TokenIndex) {
        (entries[Int(pool)].token0, entries[Int(pool)].token1)
    }

    /// Positions in `ticks` of a pool's initialised ticks; empty for V2 and Solidly.
    public borrowing func tickRange(of pool: PoolIndex) -> Range<Int> { extents[Int(pool)].range }

    public func tokenIndex(of address: Address) -> TokenIndex? { tokenOfAddress[address] }

    public func token(at index: TokenIndex) -> Address { tokens[Int(index)] }

    /// The pools a token is in, in order of arrival, removed ones left out. Allocates only when some are removed.
    public func pools(ofToken token: TokenIndex) -> [PoolIndex] {
        let all = poolsOfToken[Int(token)]
        return all.contains { entries[Int($0)].isRemoved } ? all.filter { !entries[Int($0)].isRemoved } : all
    }

    /// The pool of two tokens, in either order, on an exchange; V2 pools have one fee, so theirs is not looked at.
    ///
    /// In place of a fee Slipstream's pools have their tick spacing, Solidly's 1 for stable, Algebra's 0. Of several
    /// pools of a singleton with one fee the first counts.
    public func pool(dexID: UInt16, _ tokenA: Address, _ tokenB: Address, feePips: UInt32) -> PoolIndex? {
        guard let dex = dex(dexID), let a = tokenOfAddress[tokenA], let b = tokenOfAddress[tokenB] else { return nil }
        let (token0, token1) = tokenA < tokenB ? (a, b) : (b, a)
        let key = PairKey(
            token0: token0, token1: token1, dexID: dexID, feePips: dex.kind == .uniswapV2 ? 0 : feePips)
        guard let index = poolOfPair[key], !entries[Int(index)].isRemoved else { return nil }
        return index
    }

    /// The last log that changed a pool; block 0 when none did.
    public func cursor(of pool: PoolIndex) -> LogCursor { entries[Int(pool)].cursor }

    /// Whether a pool may be quoted: it has state, is not quarantined and not removed.
    public borrowing func isUsable(_ pool: PoolIndex) -> Bool {
        let index = Int(pool)
        return entries[index].hasState && entries[index].quarantine == nil && !entries[index].isRemoved
    }

    /// Whether the creation of a pool was undone.
    public borrowing func isRemoved(_ pool: PoolIndex) -> Bool { entries[Int(pool)].isRemoved }

    /// Why a pool is set aside, or nil.
    public func quarantineReason(_ pool: PoolIndex) -> PoolRefusal? { entries[Int(pool)].quarantine }

    /// Whether the pool's address was proven by CREATE2.
    public func isVerified(_ pool: PoolIndex) -> Bool { entries[Int(pool)].isVerified }

    /// Sets a pool aside: it keeps following logs but is not quoted. The first reason stays.
    public mutating func quarantine(_ pool: PoolIndex, _ reason: PoolRefusal) {
        guard entries[Int(pool)].quarantine == nil else { return }
        entries[Int(pool)].quarantine = reason
        markDirty(pool)
    }

    /// Lifts a quarantine, after the state was set anew or checked.
    public mutating func release(_ pool: PoolIndex) {
        guard entries[Int(pool)].quarantine != nil else { return }
        entries[Int(pool)].quarantine = nil
        markDirty(pool)
    }

    mutating func markDirty(_ pool: PoolIndex) {
        guard !entries[Int(pool)].isDirty else { return }
        entries[Int(pool)].isDirty = true
        dirtyPools.append(pool)
    }
}
