import EVMTypes
import PoolStore
import Pools

/// A generated market of a chain's size: every address follows from CREATE2, as on a chain.
enum BuiltMarket {
    static let pairs = DexConfig(
        id: 1, name: "pairs", kind: .uniswapV2, factory: Address(high: 0x20, low: 1),
        create2Sender: Address(high: 0x20, low: 1), initCodeHash: Hash32(U256(0x1111 as UInt64)), feePips: 3000,
        startBlock: 0)
    static let concentrated = DexConfig(
        id: 2, name: "concentrated", kind: .uniswapV3, factory: Address(high: 0x30, low: 1),
        create2Sender: Address(high: 0x30, low: 1), initCodeHash: Hash32(U256(0x3333 as UInt64)), feePips: nil,
        startBlock: 0)
    static let dexes = [pairs, concentrated]
    static let chainID: UInt64 = 1, firstBlock: UInt64 = 1_000

    static func block(_ number: UInt64) -> BlockRef {
        BlockRef(number: number, hash: Hash32(U256(number)), parentHash: Hash32(U256(number - 1)))
    }

    /// Makes the market and keeps it as one step, as a back-fill does. Most pairs are of a token and one of 20 hubs.
    static func build(folder: String, pairs pairCount: Int, pools poolCount: Int) throws {
        var market = MarketState(dexes: dexes)
        for number in 0..<pairCount {
            let (token0, token1) = tokens(number)
            let pool = try market.addPool(
                PoolIdentity(creating: token0, token1, feePips: 3000, tickSpacing: 0, on: pairs))
            try market.setReserves(
                pool, reserve0: UInt128(number + 1) << 60, reserve1: UInt128(pairCount - number) << 58,
                at: LogCursor(block: 1, logIndex: 0))
        }
        for number in 0..<poolCount {
            let (token0, token1) = tokens(number)
            let pool = try market.addPool(
                PoolIdentity(creating: token0, token1, feePips: 3000, tickSpacing: 60, on: concentrated))
            let ticks = positions(number)
            let active = ticks.reduce(Int128(0)) { $1.tick <= 30 ? $0 + $1.liquidityNet : $0 }
            try market.setConcentrated(
                pool, sqrtPriceX96: TickMath.sqrtPrice(atTick: 30), tick: 30, liquidity: UInt128(active), ticks: ticks,
                at: LogCursor(block: 1, logIndex: 0))
        }
        let store = try PoolStore(folder: folder, chainID: chainID, reorgDepth: 64)
        try store.commit(skippingTo: block(firstBlock), writes: market.takeDirtyWrites(), keepsUndo: false)
        try store.close()
    }

    private static func tokens(_ number: Int) -> (Address, Address) {
        // Hubs sort first; pool `number` is of token number / 20 and hub number % 20.
        (Address(high: 1, low: UInt128(number % 20 + 1)), Address(high: 2, low: UInt128(number / 20 + 1)))
    }

    /// 20 positions around the price: 40 ticks, as many as a pool of the main chain has in the middle of its list.
    private static func positions(_ number: Int) -> [TickState] {
        let liquidity = Int128(number + 1) << 40
        let lower = (1...20).map { Int32($0) * -60 }, upper = (1...20).map { Int32($0) * 60 }
        return lower.reversed().map { TickState(tick: $0, liquidityNet: liquidity, liquidityGross: UInt128(liquidity)) }
            + upper.map { TickState(tick: $0, liquidityNet: -liquidity, liquidityGross: UInt128(liquidity)) }
    }
}
