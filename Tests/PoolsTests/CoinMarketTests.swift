import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import Pools

/// Curve and Balancer pools in the market: any pair of coins through one door, logs, rows, damage.
@Suite struct CoinMarketTests {
    private typealias Make = ProtocolMarkets

    private static let kinds: [PoolKind] = [
        .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable,
    ]
    private let dexes = kinds.map { Make.dex($0) }
    private let address = Address(high: 0xc0, low: 0xffee)

    private func amounts(_ values: [UInt128]) throws -> TokenAmounts { try #require(TokenAmounts(values)) }

    private func state(_ kind: PoolKind) throws -> CoinPoolState {
        let wad: UInt128 = 1_000_000_000_000_000_000
        switch kind {
        case .curveStable:
            return .curveStable(
                CurveStablePool(
                    balances: try amounts([5_000_000 * wad, 4_000_000_000_000, 6_000_000_000_000]),
                    rates: try amounts([wad, wad * 1_000_000_000_000, wad * 1_000_000_000_000]), amplification: 20_000,
                    fee: 4_000_000, offpegFeeMultiplier: 20_000_000_000, product: .once))
        case .curveTricrypto:
            // The state of a genuine pool (USDT, WBTC, ETH) in round numbers.
            return .curveTricrypto(
                CurveTricryptoPool(
                    balances: try amounts([10_000_000_000_000, 25_000_000_000, 4_000 * wad]),
                    precisions: try amounts([1_000_000_000_000, 10_000_000_000, 1]), priceScale1: 40_000 * wad,
                    priceScale2: 2_500 * wad, amplification: 1_707_629, gamma: 11_809_167_828_997,
                    invariant: 30_000_000 * wad, midFee: 3_000_000, outFee: 30_000_000,
                    feeGamma: 500_000_000_000_000, generation: .ng))
        case .curveTwocrypto:
            return .curveTwocrypto(
                CurveTwocryptoPool(
                    balances: try amounts([1_000 * wad, 500 * wad]), precisions: try amounts([1, 1]),
                    priceScale: 2 * wad, amplification: 400_000, gamma: 145_000_000_000_000, invariant: 2_000 * wad,
                    midFee: 3_000_000, outFee: 30_000_000, feeGamma: 230_000_000_000_000))
        case .balancerWeighted:
            return .balancerWeighted(
                BalancerWeightedPool(
                    balances: try amounts([1_000 * wad, 2_000_000_000_000, 30 * wad]),
                    weights: try amounts([wad / 2, wad / 4, wad / 4]), scales: try amounts([1, 1_000_000_000_000, 1]),
                    fee: 3_000_000_000_000_000, pow: .v2))
        default:
            return .balancerStable(
                BalancerStablePool(
                    balances: try amounts([1_000 * wad, 1_100 * wad]), scalingFactors: try amounts([wad, wad]),
                    amplification: 200_000, fee: 400_000_000_000_000, version: .composable))
        }
    }

    private func market(_ kind: PoolKind) throws -> (market: MarketState, pool: PoolIndex, state: CoinPoolState) {
        var market = MarketState(dexes: dexes)
        let state = try state(kind)
        // Not in the order of their addresses: the contract's order is what counts.
        let coins = (0..<state.balances.count).map { Address(high: 3, low: UInt128(($0 + 1) * 7 % 5 + 1)) }
        let pool = try market.addCoinPool(address, coins: coins, dexID: UInt16(kind.rawValue))
        #expect(!market.isUsable(pool))
        try market.setCoins(pool, state, movesWithTime: false, at: LogCursor(block: 5, logIndex: 0))
        #expect(market.isUsable(pool) && market.coins(of: pool).map { market.token(at: $0) } == coins)
        return (market, pool, state)
    }

    private func log(_ address: Address, _ topics: [Hash32], _ words: [U256], _ block: UInt64) -> Log {
        Make.log(address, topics, words, block, 0)
    }

    @Test(arguments: kinds)
    func everyPairOfCoinsGoesThroughOneDoor(_ kind: PoolKind) throws {
        var (market, pool, state) = try market(kind)
        let coins = market.coins(of: pool)
        var quotes = 0
        for i in coins.indices {
            for j in coins.indices where i != j {
                let amount = state.balances[i] / 1000
                let direct = try state.quote(exactIn: amount, from: i, to: j)
                #expect(try market.quote(pool, exactIn: amount, from: coins[i], to: coins[j]) == direct)
                let cost = try market.quote(pool, exactOut: direct, from: coins[i], to: coins[j])
                #expect(try cost == state.quote(exactOut: direct, from: i, to: j))
                // Curve's least input is found by search; Balancer's formula rounds its powers by itself.
                if kind != .balancerWeighted, kind != .balancerStable {
                    #expect(try state.quote(exactIn: cost, from: i, to: j) >= direct && cost <= amount)
                }
                quotes += 1
            }
        }
        #expect(quotes == coins.count * (coins.count - 1))
        let (token0, token1) = market.tokens(of: pool)
        let amount: UInt128 = 1_000_000
        let byFlag = try? market.quote(pool, exactIn: amount, zeroForOne: true)
        let byToken = try? market.quote(pool, exactIn: amount, from: token0, to: token1)
        #expect(byFlag == byToken)
        let stranger = market.intern(Address(high: 9, low: 9))
        #expect(throws: QuoteError.stale) { try market.quote(pool, exactIn: 5, from: stranger, to: coins[0]) }
        #expect(throws: QuoteError.stale) { try market.quote(pool, exactIn: 5, from: coins[0], to: stranger) }
        for coin in coins { #expect(market.pools(ofToken: coin) == [pool]) }
        // Rows.
        let before = snapshot(market) + ["\(String(describing: market.coinState(pool)))"]
        var store = RowStore()
        store.commit(market.takeDirtyWrites())
        var loaded = MarketState(dexes: dexes)
        try loaded.load(store.all)
        #expect(
            loaded.coinState(0) == state
                && loaded.coins(of: 0).map { loaded.token(at: $0) } == coins.map { market.token(at: $0) })
        #expect(loaded.isUsable(0) && loaded.cursor(of: 0) == market.cursor(of: pool))
        try market.reload([address], from: store.all)
        #expect(snapshot(market) + ["\(String(describing: market.coinState(pool)))"] == before)
    }

    @Test func aStableSwapThatTheModelPaysIsBookedAndAnyOtherMustBeRead() throws {
        var (market, pool, state) = try market(.curveStable)
        guard case .curveStable(var model) = state else { return }
        let out = try model.swap(exactIn: 1_000_000_000, from: 1, to: 2)
        func exchange(_ paid: UInt128, _ block: UInt64) -> Log {
            log(
                address, [EventTopics.curveExchange, .zero],
                [.one, U256(1_000_000_000 as UInt64), U256(2 as UInt64), U256(paid)], block)
        }
        #expect(market.apply(exchange(out, 6)) == .updated(pool))
        #expect(market.isUsable(pool) && market.coinState(pool) == .curveStable(model))
        #expect(market.apply(exchange(out, 6)) == .ignored(.alreadyApplied))
        // The next one pays less: what was paid last time is not it.
        #expect(market.apply(exchange(out, 7)) == .updated(pool))
        #expect(!market.isUsable(pool) && market.quarantineReason(pool) == .stateNeedsRead)
        try market.setCoins(pool, state, movesWithTime: false)
        #expect(market.isUsable(pool))
        for (block, topic) in [EventTopics.curveRampA, EventTopics.curveNewFee, .zero].enumerated() {
            #expect(market.apply(log(address, [topic], [], UInt64(10 + block))) == .updated(pool))
            #expect(market.quarantineReason(pool) == .stateNeedsRead)
            try market.setCoins(pool, state, movesWithTime: false)
        }
        #expect(market.apply(log(address, [EventTopics.transfer], [], 20)) == .ignored(.noEffectOnQuotes))
        try market.setCoins(pool, state, movesWithTime: true)
        #expect(market.poolsReadEveryBlock() == [pool])
        #expect(market.apply(exchange(out, 21)) == .updated(pool))
        #expect(market.quarantineReason(pool) == .stateNeedsRead)
    }

    @Test(arguments: [PoolKind.curveTricrypto, .curveTwocrypto])
    func aTradeOfACryptoswapPoolMustBeRead(_ kind: PoolKind) throws {
        var (market, pool, state) = try market(kind)
        #expect(market.apply(log(address, [EventTopics.curveNGCryptoExchange, .zero], [], 6)) == .updated(pool))
        #expect(market.quarantineReason(pool) == .stateNeedsRead)
        try market.setCoins(pool, state, movesWithTime: false)
        #expect(market.isUsable(pool))
    }

    @Test(arguments: [PoolKind.balancerWeighted, .balancerStable])
    func theVaultsSwapsMoveTheBalances(_ kind: PoolKind) throws {
        let (built, pool, _) = try market(kind)
        var market = built
        let vault = Make.dex(kind).factory, coins = market.coins(of: pool).map { market.token(at: $0) }
        let id = Hash32(bytes: address.bytes + [UInt8](repeating: 1, count: 12))
        let before = try #require(market.coinState(pool)).balances
        let swap = log(
            vault, [EventTopics.balancerV2Swap, id, Hash32(coins[0].word), Hash32(coins[1].word)],
            [U256(5_000 as UInt64), U256(4_000 as UInt64)], 6)
        #expect(market.apply(swap) == .updated(pool))
        let after = try #require(market.coinState(pool)).balances
        #expect(after[0] == before[0] + 5_000 && after[1] == before[1] - 4_000)
        #expect(
            market.apply(log(address, [EventTopics.balancerV2FeeChanged], [U256(77 as UInt64)], 7)) == .updated(pool))
        #expect(market.isUsable(pool))
        #expect(market.apply(log(vault, [EventTopics.balancerV2BalanceChanged, id, .zero], [], 8)) == .updated(pool))
        #expect(market.quarantineReason(pool) == .stateNeedsRead)
        let other = Hash32(bytes: Address(high: 1, low: 1).bytes + [UInt8](repeating: 1, count: 12))
        #expect(
            market.apply(log(vault, [EventTopics.balancerV2Swap, other, .zero, .zero], [], 9))
                == .ignored(.foreignAddress))
    }

    @Test func whatNoContractCanBeInIsRefusedByName() throws {
        var market = MarketState(dexes: dexes)
        let coin = { (number: UInt128) in Address(high: 3, low: number) }
        #expect(throws: PoolRefusal.tokensNotSorted) { try market.addCoinPool(address, coins: [coin(1)], dexID: 10) }
        #expect(throws: PoolRefusal.tokensNotSorted) {
            try market.addCoinPool(address, coins: [coin(1), coin(1)], dexID: 10)
        }
        #expect(throws: PoolRefusal.unknownDex) {
            try market.addCoinPool(address, coins: [coin(1), coin(2)], dexID: 99)
        }
        let pool = try market.addCoinPool(address, coins: [coin(2), coin(1)], dexID: 12)
        #expect(throws: PoolRefusal.alreadyKnown) {
            try market.addCoinPool(address, coins: [coin(1), coin(2)], dexID: 12)
        }
        #expect(throws: PoolRefusal.wrongKind) {
            try market.setCoins(pool, try state(.curveStable), movesWithTime: false)
        }
        guard case .curveTwocrypto(var wrong) = try state(.curveTwocrypto) else { return }
        wrong.priceScale = 0
        #expect(throws: PoolRefusal.valueOutOfRange) {
            try market.setCoins(pool, .curveTwocrypto(wrong), movesWithTime: false)
        }
        #expect(market.apply(log(address, [EventTopics.curveCryptoExchange], [], 6)) == .ignored(.awaitsParameters))
    }

    @Test func damagedRowsAreRefusedAndNeverTrap() throws {
        var generator = SeededGenerator()
        for kind in Self.kinds {
            let (market, pool, _) = try market(kind)
            let row = try #require(market.records(of: pool).first), value = try #require(row.value)
            #expect(try PoolRecord.decodeHeader(key: row.key, value: value).coins?.state == market.coinState(pool))
            for _ in 0..<400 {
                // With its checksum made right again, so that the reader itself is met.
                var damaged = Array(value.dropLast(4))
                damaged[Int.random(in: 0..<damaged.count, using: &generator)] = .random(in: 0...255, using: &generator)
                if Bool.random(using: &generator) {
                    damaged = Array(damaged.prefix(Int.random(in: 30..<damaged.count, using: &generator)))
                }
                damaged.append(bigEndian: CRC32C.checksum(row.key, damaged[...]))
                _ = try? PoolRecord.decodeHeader(key: row.key, value: damaged)
            }
        }
    }
}
