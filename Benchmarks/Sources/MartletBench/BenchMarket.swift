import Bundles
import EVMCodec
import EVMCrypto
import EVMTypes
import Paths
import Pools
import RiskRules
import SearchCore

/// A small chain of our own: six pools over three tokens, at one price, until a pending swap opens a gap.
///
/// Every pool comes from its creation log and its state logs, as a node would report them.
enum BenchMarket {
    static let ether = U256(1_000_000_000_000_000_000 as UInt64)
    static let chainID: UInt64 = 1
    static let executor = Address(high: 0x40, low: 1)
    static let v2Router = Address(high: 0x50, low: 1), v3Router = Address(high: 0x50, low: 2)

    static let pairs = DexConfig(
        id: 1, name: "pairs", kind: .uniswapV2, factory: Address(high: 0x20, low: 1),
        create2Sender: Address(high: 0x20, low: 1), initCodeHash: Hash32(U256(0x1111 as UInt64)), feePips: 3000,
        startBlock: 0)
    static let otherPairs = DexConfig(
        id: 2, name: "other pairs", kind: .uniswapV2, factory: Address(high: 0x20, low: 2),
        create2Sender: Address(high: 0x20, low: 2), initCodeHash: Hash32(U256(0x2222 as UInt64)), feePips: 2500,
        startBlock: 0)
    static let concentrated = DexConfig(
        id: 3, name: "concentrated", kind: .uniswapV3, factory: Address(high: 0x30, low: 1),
        create2Sender: Address(high: 0x30, low: 1), initCodeHash: Hash32(U256(0x3333 as UInt64)), feePips: nil,
        startBlock: 0)

    static let routers = RouterTable(
        [
            RouterEntry(address: v2Router, kind: .uniswapV2Router02, v2DexID: 1, v3DexID: nil),
            RouterEntry(address: v3Router, kind: .uniswapV3SwapRouter, v2DexID: nil, v3DexID: 3),
        ], wrappedNative: token(1))

    /// Token 1 is the wrapped native one; addresses ascend.
    static func token(_ number: Int) -> Address { Address(high: 0x10, low: UInt128(number)) }

    /// A core at the first head of the market, balanced: it stands still until somebody trades.
    static func searcher() -> (core: Searcher, heads: Heads) {
        let config = SearchConfig(
            chainID: chainID, settlementTokens: [token(1)], routers: routers,
            builder: BundleBuilder(
                context: ExecutorContext(chainID: chainID, executor: executor, wrappedNative: token(1)),
                policy: FeePolicy(tipBps: 5000, priorityFeePerGas: 1_000_000)),
            limits: RiskLimits(netProfitMin: 1_000_000_000_000_000, plansPerBlockMax: 3, inFlightMax: 4),
            blockSeconds: 12)
        var core = Searcher(
            config: config, market: MarketState(dexes: [pairs, otherPairs, concentrated]), head: nil)
        var heads = Heads()
        let decision = core.step(heads.next(MarketLogs.all))
        guard decision.logs.created == 6, decision.logs.refused == 0, decision.plan == nil else {
            fatalError("the benchmark's market is not what it was written to be: \(decision)")
        }
        return (core, heads)
    }

    /// Heads in a row.
    struct Heads {
        private(set) var number: UInt64 = 99
        private var hash = Hash32(U256(99 as UInt64))

        /// When a pending transaction is looked at, milliseconds since 1970: a second after the newest head.
        var timeMilliseconds: UInt64 { (1_700_000_000 + number * 12) * 1000 + 1000 }

        mutating func next(_ logs: [Log] = []) -> Event {
            let parent = hash
            number += 1
            hash = Hash32(U256(number))
            let header = BlockHeader(
                number: number, hash: hash, parentHash: parent, timestamp: 1_700_000_000 + number * 12,
                baseFeePerGas: 1_000_000_000, gasLimit: 30_000_000, gasUsed: 15_000_000, coinbase: .zero)
            return .head(
                HeadEvent(header: header, logs: logs, nonce: 7, timeMilliseconds: timeMilliseconds - 1000))
        }
    }
}

/// The logs that make the market.
private struct MarketLogs {
    private var logs: [Log] = []

    static var all: [Log] {
        var market = MarketLogs()
        let ether = BenchMarket.ether
        market.create(BenchMarket.pairs, 1, 2, ether * 1000, ether * 2_000_000)
        market.create(BenchMarket.otherPairs, 1, 2, ether * 1000, ether * 2_000_000)
        market.create(BenchMarket.pairs, 2, 3, ether * 2_000_000, ether * 1000)
        market.create(BenchMarket.otherPairs, 1, 3, ether * 2000, ether * 2000)
        // At the price of the pairs, and with about as much in reach.
        market.createConcentrated(1, 2, tick: 76_012, liquidity: ether * 1_000)
        market.createConcentrated(1, 3, tick: 0, liquidity: ether * 50)
        return market.logs
    }

    private mutating func create(_ dex: DexConfig, _ a: Int, _ b: Int, _ reserve0: U256, _ reserve1: U256) {
        let pool = PoolIdentity(
            creating: BenchMarket.token(a), BenchMarket.token(b), feePips: dex.feePips ?? 0, tickSpacing: 0, on: dex)
        emit(
            dex.factory, [EventTopics.pairCreated, Hash32(pool.token0.word), Hash32(pool.token1.word)],
            [pool.address.word, .one])
        emit(pool.address, [EventTopics.sync], [reserve0, reserve1])
    }

    /// 45 positions around `tick` of `liquidity` each, each two spacings wider on either side than the one before.
    private mutating func createConcentrated(_ a: Int, _ b: Int, tick: Int32, liquidity: U256) {
        let pool = PoolIdentity(
            creating: BenchMarket.token(a), BenchMarket.token(b), feePips: 3000, tickSpacing: 60,
            on: BenchMarket.concentrated)
        emit(
            BenchMarket.concentrated.factory,
            [
                EventTopics.poolCreated, Hash32(pool.token0.word), Hash32(pool.token1.word),
                Hash32(U256(UInt64(pool.feePips))),
            ], [Self.signed(pool.tickSpacing), pool.address.word])
        emit(pool.address, [EventTopics.initialize], [TickMath.sqrtPrice(atTick: tick), Self.signed(tick)])
        let centre = tick / 60 * 60
        for position: Int32 in 1...45 {
            let (lower, upper) = (centre - position * 120, centre + position * 120)
            emit(
                pool.address,
                [EventTopics.mint, Hash32(.one), Hash32(Self.signed(lower)), Hash32(Self.signed(upper))],
                [.one, liquidity, .one, .one])
        }
    }

    private mutating func emit(_ address: Address, _ topics: [Hash32], _ words: [U256]) {
        logs.append(
            Log(
                address: address, topics: topics, data: words.flatMap(\.bigEndianBytes), blockNumber: 100,
                blockHash: Hash32(U256(100 as UInt64)), transactionHash: .zero, transactionIndex: 0,
                logIndex: UInt32(logs.count), removed: false))
    }

    private static func signed(_ value: Int32) -> U256 { I256(Int(value)).bits }
}
