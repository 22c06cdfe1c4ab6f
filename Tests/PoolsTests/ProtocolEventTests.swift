import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import Pools

@Suite struct ProtocolEventTests {
    private func words(_ values: U256...) -> [UInt8] { values.flatMap(\.bigEndianBytes) }
    private func signed(_ value: Int) -> U256 { I256(value).bits }

    @Test func topicsAreTheHashesOfTheirSignatures() {
        let signatures: [(Hash32, String)] = [
            (EventTopics.solidlySync, "Sync(uint256,uint256)"),
            (EventTopics.solidlyFees, "Fees(address,uint256,uint256)"),
            (EventTopics.camelotFees, "FeePercentUpdated(uint16,uint16)"),
            (EventTopics.camelotStable, "SetStableSwap(bool,bool)"),
            (EventTopics.v4Initialize, "Initialize(bytes32,address,address,uint24,int24,address,uint160,int24)"),
            (EventTopics.v4ModifyLiquidity, "ModifyLiquidity(bytes32,address,int24,int24,int256,bytes32)"),
            (EventTopics.v4Swap, "Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)"),
            (EventTopics.v4ProtocolFeeUpdated, "ProtocolFeeUpdated(bytes32,uint24)"),
            (EventTopics.v4Donate, "Donate(bytes32,address,uint256,uint256)"),
            (EventTopics.balancerV2Swap, "Swap(bytes32,address,address,uint256,uint256)"),
            (EventTopics.balancerV2FeeChanged, "SwapFeePercentageChanged(uint256)"),
            (EventTopics.solidlyPairCreated, "PairCreated(address,address,bool,address,uint256)"),
            (EventTopics.solidlyPoolCreated, "PoolCreated(address,address,bool,address,uint256)"),
            (EventTopics.slipstreamPoolCreated, "PoolCreated(address,address,int24,address)"),
            (EventTopics.algebraPool, "Pool(address,address,address)"),
            (EventTopics.algebraFee, "Fee(uint16)"),
            (EventTopics.algebraDirectionalFee, "Fee(uint16,uint16)"),
            (EventTopics.algebraTickSpacing, "TickSpacing(int24)"),
            (EventTopics.algebraCommunityFee, "CommunityFee(uint16)"),
            (EventTopics.algebraCommunityFeeByToken, "CommunityFee(uint8,uint8)"),
            (EventTopics.algebraCommunityFeeWide, "CommunityFee(uint16,uint16)"),
            (
                EventTopics.algebraIntegralSwap,
                "Swap(address,address,int256,int256,uint160,uint128,int24,uint24,uint24)"
            ),
            (EventTopics.algebraIntegralBurn, "Burn(address,int24,int24,uint128,uint256,uint256,uint24)"),
            (EventTopics.algebraPlugin, "Plugin(address)"),
            (EventTopics.algebraPluginConfig, "PluginConfig(uint8)"),
            (
                EventTopics.infinityInitialize,
                "Initialize(bytes32,address,address,address,uint24,bytes32,uint160,int24)"
            ),
            (
                EventTopics.infinitySwap,
                "Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24,uint16)"
            ),
            (EventTopics.infinityDynamicFee, "DynamicLPFeeUpdated(bytes32,uint24)"),
            (EventTopics.infinityDonate, "Donate(bytes32,address,uint256,uint256,int24)"),
        ]
        for (topic, signature) in signatures { #expect(ABI.topic(signature) == topic, "\(signature)") }
    }

    @Test func topicsOfCurveAndBalancerAreTheHashesOfTheirSignatures() {
        let signatures: [(Hash32, String)] = [
            (EventTopics.curveExchange, "TokenExchange(address,int128,uint256,int128,uint256)"),
            (EventTopics.curveCryptoExchange, "TokenExchange(address,uint256,uint256,uint256,uint256)"),
            (
                EventTopics.curveNGCryptoExchange,
                "TokenExchange(address,uint256,uint256,uint256,uint256,uint256,uint256)"
            ),
            (EventTopics.curveExchangeUnderlying, "TokenExchangeUnderlying(address,int128,uint256,int128,uint256)"),
            (EventTopics.curveAdd, "AddLiquidity(address,uint256[],uint256[],uint256,uint256)"),
            (EventTopics.curveAdd2, "AddLiquidity(address,uint256[2],uint256[2],uint256,uint256)"),
            (EventTopics.curveAdd3, "AddLiquidity(address,uint256[3],uint256[3],uint256,uint256)"),
            (EventTopics.curveAdd4, "AddLiquidity(address,uint256[4],uint256[4],uint256,uint256)"),
            (EventTopics.curveAddTricrypto, "AddLiquidity(address,uint256[3],uint256,uint256,uint256)"),
            (EventTopics.curveAddTwocrypto, "AddLiquidity(address,uint256[2],uint256,uint256,uint256)"),
            (EventTopics.curveRemove, "RemoveLiquidity(address,uint256[],uint256[],uint256)"),
            (EventTopics.curveRemove2, "RemoveLiquidity(address,uint256[2],uint256[2],uint256)"),
            (EventTopics.curveRemove3, "RemoveLiquidity(address,uint256[3],uint256[3],uint256)"),
            (EventTopics.curveRemove4, "RemoveLiquidity(address,uint256[4],uint256[4],uint256)"),
            (EventTopics.curveRemoveTricrypto, "RemoveLiquidity(address,uint256[3],uint256)"),
            (EventTopics.curveRemoveTwocrypto, "RemoveLiquidity(address,uint256[2],uint256)"),
            (EventTopics.curveRemoveOne, "RemoveLiquidityOne(address,uint256,uint256)"),
            (EventTopics.curveRemoveOneNG, "RemoveLiquidityOne(address,int128,uint256,uint256,uint256)"),
            (EventTopics.curveRemoveOneSupply, "RemoveLiquidityOne(address,uint256,uint256,uint256)"),
            (EventTopics.curveRemoveOneCrypto, "RemoveLiquidityOne(address,uint256,uint256,uint256,uint256,uint256)"),
            (EventTopics.curveRemoveImbalance, "RemoveLiquidityImbalance(address,uint256[],uint256[],uint256,uint256)"),
            (
                EventTopics.curveRemoveImbalance2,
                "RemoveLiquidityImbalance(address,uint256[2],uint256[2],uint256,uint256)"
            ),
            (
                EventTopics.curveRemoveImbalance3,
                "RemoveLiquidityImbalance(address,uint256[3],uint256[3],uint256,uint256)"
            ),
            (
                EventTopics.curveRemoveImbalance4,
                "RemoveLiquidityImbalance(address,uint256[4],uint256[4],uint256,uint256)"
            ),
            (EventTopics.curveRampA, "RampA(uint256,uint256,uint256,uint256)"),
            (EventTopics.curveStopRampA, "StopRampA(uint256,uint256)"),
            (EventTopics.curveRampAgamma, "RampAgamma(uint256,uint256,uint256,uint256,uint256,uint256)"),
            (EventTopics.curveStopRampAgamma, "StopRampA(uint256,uint256,uint256)"),
            (EventTopics.curveNewFee, "NewFee(uint256,uint256)"),
            (EventTopics.curveApplyNewFee, "ApplyNewFee(uint256,uint256)"),
            (EventTopics.curveNewParameters, "NewParameters(uint256,uint256,uint256,uint256,uint256,uint256,uint256)"),
            (EventTopics.curveClaimAdminFee, "ClaimAdminFee(address,uint256[3])"),
            (EventTopics.curveClaimAdminFee2, "ClaimAdminFee(address,uint256[2])"),
            (EventTopics.balancerV2BalanceChanged, "PoolBalanceChanged(bytes32,address,address[],int256[],uint256[])"),
            (EventTopics.balancerV2BalanceManaged, "PoolBalanceManaged(bytes32,address,address,int256,int256)"),
            (EventTopics.balancerV2AmpStarted, "AmpUpdateStarted(uint256,uint256,uint256,uint256)"),
            (EventTopics.balancerV2AmpStopped, "AmpUpdateStopped(uint256)"),
            (EventTopics.balancerV2RateUpdated, "TokenRateCacheUpdated(uint256,uint256)"),
            (EventTopics.balancerV2Paused, "PausedStateChanged(bool)"),
        ]
        for (topic, signature) in signatures { #expect(ABI.topic(signature) == topic, "\(signature)") }
    }

    @Test func solidlyLogsMoveReservesFeesAndCurve() throws {
        var pool = SolidlyPool(
            reserve0: 1, reserve1: 1, fee0: 300, fee1: 300, feeDenominator: 100_000, decimals0: 18, decimals1: 6,
            curve: .volatile, newton: .smallStep, feeRule: .inFraction)
        #expect(try pool.apply([EventTopics.sync], words(500, 700)) == nil)
        #expect(pool.reserve0 == 500 && pool.reserve1 == 700)
        #expect(try pool.apply([EventTopics.camelotFees], words(40, 50)) == nil)
        #expect(pool.fee0 == 40 && pool.fee1 == 50)
        #expect(try pool.apply([EventTopics.camelotStable], words(0, 1)) == nil)
        #expect(pool.curve == .stableByCubes && pool.newton == .smallStep)
        #expect(try pool.apply([EventTopics.transfer], []) == .noEffectOnQuotes)
        #expect(try pool.apply([EventTopics.pairCreated], []) == .unknownEvent)
        #expect(try pool.apply([], []) == .unknownEvent)
        let before = pool
        #expect(throws: PoolRefusal.wrongDataLength) { try pool.apply([EventTopics.solidlySync], words(1)) }
        #expect(throws: PoolRefusal.valueOutOfRange) { try pool.apply([EventTopics.solidlySync], words(.max, 1)) }
        #expect(throws: PoolRefusal.wrongTopicCount) { try pool.apply([EventTopics.sync, .zero], words(1, 1)) }
        #expect(pool == before)
    }

    @Test func solidlyAddressesFollowCreate2() throws {
        // Velodrome's and Aerodrome's pools are clones: their lists name factory and implementation.
        guard
            let data = try SharedData.data("data/degenbot/aerodrome/first_200_aerodrome_v2_pools.json.gz"),
            let list = try JSON.parse([UInt8](data)).array
        else { return }
        let factory = try #require(Address(hex: "0x420DD381b31aEf6683db6B902084cB0FFECe40Da"))
        let implementation = try #require(Address(hex: "0xA4e46b4f701c62e14DF11B48dCe76A7d793CD6d7"))
        var equal = 0
        for row in list {
            // The factory's salt holds the tokens and the flag; the proxy's code hash the implementation.
            let address = SolidlyPool.derivedAddress(
                try #require(row["token0"]?.address), try #require(row["token1"]?.address),
                isStable: row["stable"]?.bool == true, sender: factory,
                initCodeHash: SolidlyPool.proxyCodeHash(of: implementation))
            if address == row["pool_address"]?.address { equal += 1 }
        }
        print("aerodrome: \(equal) of \(list.count) addresses equal CREATE2")
        #expect(equal == list.count)
    }

    @Test func theSingletonsLogsMoveThePool() throws {
        let key = UniswapV4Key(
            currency0: .zero, currency1: Address(high: 1, low: 2), fee: 3000, tickSpacing: 60, hooks: .zero)
        let price = TickMath.sqrtPrice(atTick: 120)
        let start = try #require(
            try UniswapV4Event.read(
                [EventTopics.v4Initialize, key.id, Hash32(key.currency0.word), Hash32(key.currency1.word)],
                words(3000, 60, 0, price, 120)))
        #expect(start.id == key.id && start.event == .initialize(key: key, sqrtPriceX96: price, tick: 120))
        var pool = UniswapV4Pool(
            concentrated: UniswapV3Pool(sqrtPriceX96: .zero, liquidity: 0, tick: 0, feePips: 3000, tickSpacing: 60),
            protocolFee: 0)
        try pool.apply(start.event)
        let minted = try #require(
            try UniswapV4Event.read(
                [EventTopics.v4ModifyLiquidity, key.id, .zero], words(signed(-60), signed(180), 1_000, 0)))
        try pool.apply(minted.event)
        #expect(pool.concentrated.liquidity == 1_000)
        let burned = try #require(
            try UniswapV4Event.read(
                [EventTopics.v4ModifyLiquidity, key.id, .zero], words(signed(-60), signed(180), signed(-400), 0)))
        try pool.apply(burned.event)
        #expect(pool.concentrated.liquidity == 600)
        #expect(throws: PoolRefusal.liquidityUnderflow) {
            try pool.apply(.liquidity(lower: 0, upper: 180, delta: -601))
        }
        let fee = try #require(
            try UniswapV4Event.read([EventTopics.v4ProtocolFeeUpdated, key.id], words(500 | 250 << 12)))
        try pool.apply(fee.event)
        #expect(pool.swapFee(zeroForOne: true) == 3499 && pool.swapFee(zeroForOne: false) == 3250)
        // An Initialize whose id is not the key's hash names another pool.
        #expect(throws: PoolRefusal.addressMismatch) {
            try UniswapV4Event.read(
                [EventTopics.v4Initialize, .zero, Hash32(key.currency0.word), Hash32(key.currency1.word)],
                words(3000, 60, 0, price, 120))
        }
    }

    @Test func v4IdsAreTheHashesOfTheirKeys() throws {
        guard let data = try SharedData.data("data/degenbot/uniswap/v4/first_200_uniswap_v4_pools.json.gz"),
            let list = try JSON.parse([UInt8](data)).array
        else { return }
        var equal = 0, plain = 0
        for row in list {
            let key = UniswapV4Key(
                currency0: try #require(row["token0"]?.address), currency1: try #require(row["token1"]?.address),
                fee: UInt32(try #require(row["fee"]?.int)), tickSpacing: Int32(try #require(row["tick_spacing"]?.int)),
                hooks: try #require(row["hooks"]?.address))
            if key.id == row["pool_id"]?.hash32 { equal += 1 }
            if key.hasPlainSwaps { plain += 1 }
        }
        print("uniswap v4: \(equal) of \(list.count) ids equal, \(plain) pools with plain swaps")
        #expect(equal == 200 && plain >= 187)
    }

    @Test(arguments: [
        ("v4_crossing_9a5c1d2f_block25673381", "v4", 3_135 as UInt128, 772_076_574_181_336 as UInt128),
        ("path110302_v3v4v2_block25711761", "v4", 58_199_277, 58_233_015),
        ("path182449_v4v4v2_block25731019", "v4_a", 4_820_058_343_725_384, 9_079_140),
        ("path182449_v4v4v2_block25731019", "v4_b", 9_079_140, 9_085_365),
    ])
    func recordedV4HopsAreReproducedWithTheProtocolFee(
        file: String, name: String, amountIn: UInt128, amountOut: UInt128
    ) throws {
        guard let data = try SharedData.data("data/degenbot/fixtures/\(file).json.gz") else { return }
        let json = try JSON.parse([UInt8](data))
        let state = try #require(json["pools"]?[name])
        let hop = try #require(json["path"]?.array?.first { $0["pool"]?.string == name })
        let recorded = try RecordedPool(state)
        var pool = UniswapV4Pool(concentrated: recorded.pool, protocolFee: 0)
        if let fee = state["lp_fee"]?.int { pool.concentrated.feePips = UInt32(fee) }
        pool.protocolFee = UInt32(state["protocol_fee"]?.int ?? 0)
        let out = try pool.quote(
            exactIn: amountIn, zeroForOne: hop["zero_for_one"]?.bool == true, ticks: recorded.ticks.span,
            nets: recorded.nets.span)
        #expect(out == amountOut, "\(file) \(name)")
    }

    @Test func balancerLogsMoveBalances() throws {
        let tokens = [Address(high: 0, low: 5), Address(high: 0, low: 6)]
        var pool = BalancerWeightedPool(
            balances: try #require(TokenAmounts([1_000, 2_000])), weights: try #require(TokenAmounts([5, 5])),
            scales: try #require(TokenAmounts([1, 1])), fee: 1, pow: .v1)
        let event = try #require(
            try BalancerV2Event.read(
                [EventTopics.balancerV2Swap, .zero, Hash32(tokens[0].word), Hash32(tokens[1].word)], words(10, 20)))
        try pool.apply(event) { tokens.firstIndex(of: $0) }
        #expect(pool.balances == TokenAmounts([1_010, 1_980]))
        let fee = try #require(try BalancerV2Event.read([EventTopics.balancerV2FeeChanged], words(77)))
        try pool.apply(fee) { tokens.firstIndex(of: $0) }
        #expect(pool.fee == 77)
        #expect(throws: PoolRefusal.valueOutOfRange) { try pool.apply(event) { _ in nil } }
    }

    @Test func wrapsRoundForTheContract() throws {
        #expect(try WrapPool.native.quote(exactIn: 7, isForward: true) == 7)
        let staked = WrapPool.shares(totalAssets: 1_190, totalShares: 1_000)
        #expect(try staked.quote(exactIn: 1_190, isForward: true) == 1_000)
        #expect(try staked.quote(exactIn: 1_189, isForward: true) == 999)
        #expect(try staked.quote(exactIn: 1_000, isForward: false) == 1_190)
        #expect(try staked.quote(exactOut: 1_000, isForward: true) == 1_190)
        let module = WrapPool.pegStability(gemScale: 1_000_000_000_000, sellFee: 0, buyFee: 1_000_000_000_000_000)
        #expect(try module.quote(exactIn: 5, isForward: true) == 5_000_000_000_000)
        #expect(try module.quote(exactOut: 1_000, isForward: false) == 1_001_000_000_000_000)
        #expect(try module.quote(exactIn: 1_001_000_000_000_000, isForward: false) == 1_000)
        #expect(try module.quote(exactIn: 1_000_999_999_999_999, isForward: false) == 999)
        #expect(throws: QuoteError.zeroAmount) { try module.quote(exactIn: 0, isForward: true) }
    }
}
