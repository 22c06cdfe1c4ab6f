import Bundles
import EVMCodec
import EVMTypes
import Paths
import Pools
import RiskRules
import SearchCore

/// A small chain of our own: blocks, logs and pending transactions as a node would report them.
struct ScriptedMarket {
    static let ether = U256(UInt64(1_000_000_000_000_000_000))
    static let wrapped = token(1)
    static let router = Address(high: 0x50, low: 1)
    static let sender = Address(high: 0x60, low: 1)

    static let pairs = DexConfig(
        id: 1, name: "pairs", kind: .uniswapV2, factory: Address(high: 0x20, low: 1), create2Sender: Address(high: 0x20, low: 1),
        initCodeHash: Hash32(U256(UInt64(0x1111))), feePips: 3000, startBlock: 0)
    static let otherPairs = DexConfig(
        id: 2, name: "other pairs", kind: .uniswapV2, factory: Address(high: 0x20, low: 2),
        create2Sender: Address(high: 0x20, low: 2), initCodeHash: Hash32(U256(UInt64(0x2222))), feePips: 2500, startBlock: 0)
    static let concentrated = DexConfig(
        id: 3, name: "concentrated", kind: .uniswapV3, factory: Address(high: 0x30, low: 1),
        create2Sender: Address(high: 0x30, low: 1), initCodeHash: Hash32(U256(UInt64(0x3333))), feePips: nil, startBlock: 0)

    /// Token 1 is the wrapped native one; addresses ascend.
    static func token(_ n: Int) -> Address { Address(high: 0x10, low: UInt128(n)) }

    static func config(limits: RiskLimits = RiskLimits(), search: SearchSettings = SearchSettings()) -> SearchConfig {
        var search = search
        search.maxPlans = 4
        return SearchConfig(
            chainID: 1337, settlementTokens: [wrapped],
            routers: RouterTable(
                [RouterEntry(address: router, kind: .uniswapV2Router02, v2DexID: 1, v3DexID: nil)], wrappedNative: wrapped),
            builder: BundleBuilder(
                context: ExecutorContext(chainID: 1337, executor: Address(high: 0x40, low: 1), wrappedNative: wrapped),
                policy: FeePolicy(tipBps: 5000, priorityFeePerGas: 1_000_000)),
            limits: limits, search: search, seenMax: 64, blockSeconds: 12)
    }

    static func core(limits: RiskLimits = RiskLimits()) -> Searcher {
        Searcher(
            config: config(limits: limits), market: MarketState(dexes: [pairs, otherPairs, concentrated]), head: nil)
    }

    // MARK: Blocks

    private(set) var number: UInt64 = 99
    private(set) var hash = Hash32(U256(UInt64(99)))
    private var logs: [Log] = []

    static func time(of block: UInt64) -> UInt64 { (1_700_000_000 + block * 12) * 1000 + 500 }

    /// The head event of the next block, holding the logs written since the last one.
    mutating func mine(nonce: UInt64? = 7, fork: UInt64 = 0) -> Event {
        let parent = hash
        number += 1
        hash = Hash32(U256(number + fork << 32))
        defer { logs = [] }
        let header = BlockHeader(
            number: number, hash: hash, parentHash: parent, timestamp: 1_700_000_000 + number * 12,
            baseFeePerGas: 1_000_000_000, gasLimit: 30_000_000, gasUsed: 15_000_000, coinbase: .zero)
        return .head(
            HeadEvent(header: header, logs: logs, nonce: nonce, timeMilliseconds: Self.time(of: number)))
    }

    /// Goes back to an earlier block, as a reorg does.
    mutating func rewind(to number: UInt64, hash: Hash32) {
        (self.number, self.hash) = (number, hash)
        logs = []
    }

    // MARK: Logs

    private mutating func emit(_ address: Address, _ topics: [Hash32], _ words: [U256]) {
        logs.append(
            Log(
                address: address, topics: topics, data: words.flatMap(\.bigEndianBytes), blockNumber: number + 1,
                blockHash: Hash32(U256(number + 1)), transactionHash: .zero, transactionIndex: 0,
                logIndex: UInt32(logs.count), removed: false))
    }

    static func pair(_ dex: DexConfig, _ a: Int, _ b: Int) -> PoolIdentity {
        PoolIdentity(
            creating: token(min(a, b)), token(max(a, b)), feePips: dex.feePips ?? 0, tickSpacing: 0, on: dex)
    }

    static func pool(_ a: Int, _ b: Int, feePips: UInt32 = 3000) -> PoolIdentity {
        PoolIdentity(
            creating: token(min(a, b)), token(max(a, b)), feePips: feePips, tickSpacing: 60, on: concentrated)
    }

    mutating func create(_ dex: DexConfig, _ a: Int, _ b: Int, _ reserveA: U256, _ reserveB: U256) {
        let pair = Self.pair(dex, a, b)
        emit(
            dex.factory,
            [EventTopics.pairCreated, Hash32(pair.token0.word), Hash32(pair.token1.word)], [pair.address.word, .one])
        sync(dex, a, b, reserveA, reserveB)
    }

    mutating func sync(_ dex: DexConfig, _ a: Int, _ b: Int, _ reserveA: U256, _ reserveB: U256) {
        emit(Self.pair(dex, a, b).address, [EventTopics.sync], a < b ? [reserveA, reserveB] : [reserveB, reserveA])
    }

    /// A concentrated pool with one position over all ticks around `tick`.
    mutating func createConcentrated(_ a: Int, _ b: Int, tick: Int32, liquidity: U256) {
        let pool = Self.pool(a, b)
        emit(
            Self.concentrated.factory,
            [
                EventTopics.poolCreated, Hash32(pool.token0.word), Hash32(pool.token1.word), Hash32(U256(UInt64(pool.feePips))),
            ], [Self.signed(pool.tickSpacing), pool.address.word])
        emit(pool.address, [EventTopics.initialize], [TickMath.sqrtPrice(atTick: tick), Self.signed(tick)])
        for width: Int32 in [600, 60_000] {
            emit(
                pool.address,
                [
                    EventTopics.mint, Hash32(Self.sender.word), Hash32(Self.signed(-width)), Hash32(Self.signed(width)),
                ], [Self.sender.word, liquidity, .one, .one])
        }
    }

    static func signed(_ value: Int32) -> U256 { I256(Int(value)).bits }

    // MARK: Pending transactions

    /// `swapExactTokensForTokens` on the V2 router.
    static func swap(
        id: UInt64, _ amountIn: U256, path: [Int], minOut: U256 = .one, nonce: UInt64 = 3, chainID: UInt64? = 1337,
        maxFee: U256 = 3_000_000_000, from: Address = sender
    ) -> PendingTransaction {
        var words: [U256] = [amountIn, minOut, U256(UInt64(0xa0)), from.word, U256(UInt64(4_000_000_000))]
        words.append(U256(path.count))
        words += path.map { token($0).word }
        let transaction = Transaction(
            kind: .dynamicFee, chainID: chainID, nonce: nonce, gasLimit: 300_000, to: router,
            data: [0x38, 0xed, 0x17, 0x39] + words.flatMap(\.bigEndianBytes), maxFeePerGas: maxFee,
            maxPriorityFeePerGas: 1_000_000)
        return PendingTransaction(hash: Hash32(U256(id)), from: from, transaction: transaction)
    }

    func pending(_ transaction: PendingTransaction) -> Event {
        .pending(transaction, timeMilliseconds: Self.time(of: number) + 1000)
    }
}
