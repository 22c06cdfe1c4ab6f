import EVMCodec
import EVMTypes
import Pools
import Testing

@testable import PoolStore

/// The market and the store together: what the node does each block, at a restart and in a reorganisation.
@Suite struct MarketPersistenceTests {
    private let kept = Kept()
    private let dex = DexConfig(
        id: 0, name: "v2", kind: .uniswapV2, factory: Address(high: 0, low: 0xfac),
        create2Sender: Address(high: 0, low: 0xfac),
        initCodeHash: Hash32(U256(77)), feePips: 3000, startBlock: 0)

    private func identity(_ token: UInt128) -> PoolIdentity {
        PoolIdentity(
            creating: Address(high: 0, low: token), Address(high: 1, low: token), feePips: 3000, tickSpacing: 0, on: dex
        )
    }

    private func sync(_ pool: PoolIdentity, block: UInt64, _ reserve0: UInt64, _ reserve1: UInt64) -> Log {
        let topic = "0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1"
        return Log(
            address: pool.address, topics: [Hash32(hex: topic) ?? .zero],
            data: U256(reserve0).bigEndianBytes + U256(reserve1).bigEndianBytes, blockNumber: block,
            blockHash: Script.hash(block), transactionHash: Hash32(U256(block)), transactionIndex: 0, logIndex: 0,
            removed: false)
    }

    private func loaded(_ store: PoolStore) throws -> MarketState {
        var market = MarketState(dexes: [dex])
        try store.loadAll { try market.load($0) }
        return market
    }

    @Test func aRestartAndAReorganisationBringTheMarketBack() throws {
        let folder = TemporaryFolder()
        kept.folders.append(folder)
        var store = try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 8)
        var market = MarketState(dexes: [dex])
        let first = identity(1), second = identity(2)
        _ = try market.addPool(first)
        _ = market.apply(sync(first, block: 1, 1_000_000, 2_000_000))
        try store.commit(Script.block(1), writes: market.takeDirtyWrites())
        _ = try market.addPool(second)
        _ = market.apply(sync(first, block: 2, 1_100_000, 1_900_000))
        _ = market.apply(sync(second, block: 2, 5_000_000, 5_000_000))
        try store.commit(Script.block(2), writes: market.takeDirtyWrites())
        #expect(!market.hasDirtyWrites)

        try store.close()
        store = try PoolStore(folder: folder.path, chainID: 1, reorgDepth: 8)
        let restarted = try loaded(store)
        #expect(restarted.poolCount == 2)
        for pool in [first, second] {
            let ours = try #require(market.index(of: pool.address)),
                theirs = try #require(restarted.index(of: pool.address))
            let quote = try market.quote(ours, exactIn: 10_000, zeroForOne: true)
            #expect(try restarted.quote(theirs, exactIn: 10_000, zeroForOne: true) == quote)
        }

        let undone = try store.undo(to: Script.block(1))
        #expect(Set(undone.pools) == [first.address, second.address])
        try market.reload(undone.pools, from: try store.rows(ofPools: undone.pools))
        let index = try #require(market.index(of: first.address))
        // 10,000 in at 0.3 %: 9,970,000 * 2,000,000 / (1,000,000,000 + 9,970,000), rounded down.
        #expect(try market.quote(index, exactIn: 10_000, zeroForOne: true) == 19_743)
        #expect(market.index(of: second.address).map { market.isUsable($0) } ?? false == false)
        #expect(!market.hasDirtyWrites)
    }
}
