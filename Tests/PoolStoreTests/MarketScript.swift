import EVMCodec
import EVMTypes
import Pools

@testable import PoolStore

/// A chain of pools of several protocols whose blocks follow from their number (and a fork tag) alone: any process can
/// tell what the market is at a head.
enum MarketScript {
    static let pairs = dex(1, .uniswapV2, fee: 3000)
    static let concentrated = dex(2, .uniswapV3)
    static let stable = dex(3, .solidly, solidly: .velodromeV2)
    static let singleton = dex(4, .uniswapV4)
    static let dexes = [pairs, concentrated, stable, singleton]
    /// Blocks that the store can take back.
    static let depth: UInt64 = 8

    private static func dex(
        _ id: UInt16, _ kind: PoolKind, fee: UInt32? = nil, solidly: SolidlyTerms? = nil
    ) -> DexConfig {
        DexConfig(
            id: id, name: "\(kind)", kind: kind, factory: Address(high: 9, low: UInt128(id)),
            create2Sender: Address(high: 9, low: UInt128(id)), initCodeHash: Hash32(U256(UInt64(id))), feePips: fee,
            startBlock: 0, solidly: solidly)
    }

    /// The pools of number `number` of every protocol: a new set comes every tenth block.
    static func identities(_ number: UInt64) -> [PoolIdentity] {
        let token0 = Address(high: 1, low: UInt128(number)), token1 = Address(high: 2, low: UInt128(number))
        return [
            PoolIdentity(creating: token0, token1, feePips: 3000, tickSpacing: 0, on: pairs),
            PoolIdentity(creating: token0, token1, feePips: 500, tickSpacing: 10, on: concentrated),
            PoolIdentity(creating: token0, token1, feePips: 0, tickSpacing: 0, on: stable, variant: 1),
            PoolIdentity(creating: token0, token1, feePips: 3000, tickSpacing: 60, on: singleton),
        ]
    }

    /// What block `number` does to a market that stands at the block before it.
    static func apply(_ number: UInt64, fork: UInt64 = 0, to market: inout MarketState) throws {
        var generator = FixedGenerator(state: number &* 0x9e37_79b9_7f4a_7c15 &+ fork)
        let newest = number / 10
        if number % 10 == 0 {
            for identity in identities(newest) { try create(identity, number, in: &market) }
        }
        for index in 1..<UInt32.random(in: 2...20, using: &generator) where newest > 0 {
            let set = identities(.random(in: 1...newest, using: &generator))
            let identity = set[Int.random(in: 0..<set.count, using: &generator)]
            guard let pool = market.index(of: identity.address) else { continue }
            let log = log(of: identity, pool, number, index, market, &generator)
            guard case .updated = market.apply(log) else { throw ScriptFault.refused(number) }
        }
    }

    enum ScriptFault: Error { case refused(UInt64) }

    private static func create(_ identity: PoolIdentity, _ number: UInt64, in market: inout MarketState) throws {
        let pool = try market.addPool(identity), at = LogCursor(block: number, logIndex: 0)
        switch identity.kind {
        case .uniswapV2: try market.setReserves(pool, reserve0: 1_000_000, reserve1: 2_000_000, at: at)
        case .solidly:
            let state = SolidlyPool(
                reserve0: 1_000_000_000, reserve1: 2_000_000_000, fee0: 5, fee1: 5, decimals0: 6, decimals1: 6,
                curve: .stableByProduct)
            try market.setSolidly(pool, state, at: at)
        default:
            try market.setConcentrated(
                pool, sqrtPriceX96: TickMath.sqrtPrice(atTick: 0), tick: 0, liquidity: 0, ticks: [], at: at)
        }
    }

    private static func log(
        of identity: PoolIdentity, _ pool: PoolIndex, _ block: UInt64, _ index: UInt32, _ market: MarketState,
        _ generator: inout FixedGenerator
    ) -> Log {
        let amount = U256(UInt64.random(in: 1...1_000_000_000, using: &generator))
        let step = Int.random(in: 1...9, using: &generator) * Int(max(1, identity.tickSpacing))
        let (lower, upper) = (I256(-step).bits, I256(step).bits), one = Hash32(.one)
        switch identity.kind {
        case .uniswapV2: return log(identity.address, [EventTopics.sync], [amount, amount &+ .one], block, index)
        case .solidly: return log(identity.address, [EventTopics.solidlySync], [amount, amount &+ .one], block, index)
        case .uniswapV3:
            return log(
                identity.address, [EventTopics.mint, one, Hash32(lower), Hash32(upper)], [.one, amount, .one, .one],
                block, index)
        default:
            let key = UniswapV4Key(
                currency0: identity.token0, currency1: identity.token1, fee: identity.feePips,
                tickSpacing: identity.tickSpacing, hooks: identity.hooks)
            // Every third change takes everything away that a range has.
            let state = market.tickStates(of: pool).first { $0.tick == -Int32(step) }
            let taken = state.map { U256($0.liquidityGross) }
            let delta = block % 3 == 0 ? taken.map { .zero &- $0 } ?? amount : amount
            return log(
                singleton.factory, [EventTopics.v4ModifyLiquidity, key.id, one], [lower, upper, delta, .zero], block,
                index)
        }
    }

    private static func log(
        _ address: Address, _ topics: [Hash32], _ words: [U256], _ block: UInt64, _ index: UInt32
    ) -> Log {
        Log(
            address: address, topics: topics, data: words.flatMap(\.bigEndianBytes), blockNumber: block,
            blockHash: .zero, transactionHash: .zero, transactionIndex: 0, logIndex: index, removed: false)
    }

    /// Everything that quotes can see, and what persistence must keep; pools in the order of their addresses.
    static func snapshot(_ market: MarketState) -> [String] {
        (0..<PoolIndex(market.poolCount)).filter { !market.isRemoved($0) }.map { pool in
            "\(market.identity(pool)) \(market.pool(pool)) \(market.tickStates(of: pool)) \(market.cursor(of: pool)) "
                + "\(market.isUsable(pool)) \(market.isVerified(pool))"
        }.sorted()
    }

    /// The market of a store, as a node that starts reads it.
    static func load(_ store: PoolStore) throws -> MarketState {
        var market = MarketState(dexes: dexes)
        try store.loadAll { try market.load($0) }
        return market
    }

    /// Follows the chain for ever from where the store stands, like a node: every eleventh block the last 1 to 6 blocks
    /// are taken back and come again. Says each block that is kept.
    static func follow(_ store: PoolStore, _ say: (String) -> Void) throws {
        var market = try load(store)
        var rounds = 0
        while true {
            rounds += 1
            let head = store.head?.number ?? 0
            if rounds % 11 == 0, let lowest = store.lowestUndoableHeight, head > lowest + 6 {
                let undone = try store.undo(to: Script.block(head - UInt64(rounds % 6) - 1))
                try market.reload(undone.pools, from: try store.rows(ofPools: undone.pools))
            }
            let next = (store.head?.number ?? 0) + 1
            try apply(next, to: &market)
            try store.commit(Script.block(next), writes: market.takeDirtyWrites())
            say(String(next))
        }
    }
}
