import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import Pools

/// Pools of the protocols beside Uniswap V2 and V3, and the logs their contracts would emit.
///
/// Singleton and engine pools follow a V3 pool of the same ticks whose fee is theirs: the reference of every quote.
enum ProtocolMarkets {
    static let low = Address(high: 0, low: 0x100), high = Address(high: 0, low: 0x200)

    static func dex(_ kind: PoolKind, solidly: SolidlyTerms? = nil, hooks: Set<Address> = []) -> DexConfig {
        DexConfig(
            id: UInt16(kind.rawValue), name: "\(kind)", kind: kind,
            factory: Address(high: 7, low: UInt128(kind.rawValue)),
            create2Sender: Address(high: 8, low: UInt128(kind.rawValue)), initCodeHash: Hash32(U256(99 as UInt64)),
            feePips: kind == .uniswapV2 ? 3000 : nil, startBlock: 1, solidly: solidly, allowedHooks: hooks)
    }

    static let aerodrome = dex(.solidly, solidly: .velodromeV2)
    static let all: [DexConfig] = [
        dex(.uniswapV2), dex(.uniswapV3), dex(.uniswapV4), aerodrome, dex(.slipstream), dex(.algebra),
        dex(.algebraIntegral), dex(.pancakeInfinityCL),
    ]

    static func signed(_ value: Int32) -> U256 { I256(Int(value)).bits }
    static func data(_ words: [U256]) -> [UInt8] { words.flatMap(\.bigEndianBytes) }

    static func log(_ address: Address, _ topics: [Hash32], _ words: [U256], _ block: UInt64, _ index: UInt32) -> Log {
        Log(
            address: address, topics: topics, data: data(words), blockNumber: block, blockHash: .zero,
            transactionHash: .zero, transactionIndex: 0, logIndex: index, removed: false)
    }

    /// The identity that `dex` gives to the pair of tokens.
    static func identity(_ dex: DexConfig, fee: UInt32 = 3000, spacing: Int32 = 60, variant: UInt16 = 0) -> PoolIdentity
    {
        PoolIdentity(
            creating: low, high, feePips: dex.kind.feeIsState ? 0 : fee,
            tickSpacing: dex.kind.hasTicks ? spacing : 0, on: dex, variant: variant)
    }

    /// The creation log of a pool; singletons also say the first price.
    static func creation(_ dex: DexConfig, _ pool: PoolIdentity, tick: Int32, block: UInt64) -> Log {
        let tokens = [Hash32(pool.token0.word), Hash32(pool.token1.word)]
        let price = TickMath.sqrtPrice(atTick: tick), address = pool.address.word
        let id = self.id(pool, dex)
        let (topics, words): ([Hash32], [U256]) =
            switch dex.kind {
            case .uniswapV2: ([EventTopics.pairCreated] + tokens, [address, .one])
            case .uniswapV3:
                (
                    [EventTopics.poolCreated] + tokens + [Hash32(U256(UInt64(pool.feePips)))],
                    [signed(pool.tickSpacing), address]
                )
            case .slipstream:
                ([EventTopics.slipstreamPoolCreated] + tokens + [Hash32(signed(pool.tickSpacing))], [address])
            case .solidly:
                (
                    [EventTopics.solidlyPoolCreated] + tokens + [Hash32(U256(UInt64(pool.variant)))],
                    [address, .one]
                )
            case .algebra, .algebraIntegral: ([EventTopics.algebraPool] + tokens, [address])
            case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: ([.zero], [])
            case .uniswapV4:
                (
                    [EventTopics.v4Initialize, id] + tokens,
                    [U256(UInt64(pool.feePips)), signed(pool.tickSpacing), pool.hooks.word, price, signed(tick)]
                )
            case .pancakeInfinityCL:
                (
                    [EventTopics.infinityInitialize, id] + tokens,
                    [
                        pool.hooks.word, U256(UInt64(pool.feePips)),
                        U256(UInt64(pool.tickSpacing) << 16 | UInt64(pool.variant)), price, signed(tick),
                    ]
                )
            }
        return log(dex.factory, topics, words, block, 0)
    }

    static func id(_ pool: PoolIdentity, _ dex: DexConfig) -> Hash32 {
        dex.kind == .pancakeInfinityCL
            ? PancakeInfinityKey(pool, manager: dex.factory).id
            : UniswapV4Key(
                currency0: pool.token0, currency1: pool.token1, fee: pool.feePips, tickSpacing: pool.tickSpacing,
                hooks: pool.hooks
            ).id
    }

    /// What a liquidity change or a swap looks like on `dex`.
    static func log(
        _ event: UniswapV3Event, _ dex: DexConfig, _ pool: PoolIdentity, fee: UInt32, block: UInt64, index: UInt32
    ) -> Log {
        let id = self.id(pool, dex), one = Hash32(.one)
        switch (event, dex.kind.isSingleton) {
        case (.liquidity(let lower, let upper, let amount, let isMint), true):
            let delta = U256(amount)
            return log(
                dex.factory, [EventTopics.v4ModifyLiquidity, id, one],
                [signed(lower), signed(upper), isMint ? delta : .zero &- delta, .zero], block, index)
        case (.liquidity(let lower, let upper, let amount, let isMint), false):
            let ticks = [Hash32(signed(lower)), Hash32(signed(upper))]
            let isIntegral = dex.kind == .algebraIntegral
            return isMint
                ? log(pool.address, [EventTopics.mint, one] + ticks, [.one, U256(amount), .one, .one], block, index)
                : log(
                    pool.address, [isIntegral ? EventTopics.algebraIntegralBurn : EventTopics.burn, one] + ticks,
                    [U256(amount), .one, .one] + (isIntegral ? [.zero] : []), block, index)
        case (.swap(let price, let liquidity, let tick), true):
            let isInfinity = dex.kind == .pancakeInfinityCL
            return log(
                dex.factory, [isInfinity ? EventTopics.infinitySwap : EventTopics.v4Swap, id, one],
                [.one, .one, price, U256(liquidity), signed(tick), U256(UInt64(fee))] + (isInfinity ? [.zero] : []),
                block, index)
        case (.swap(let price, let liquidity, let tick), false):
            let isIntegral = dex.kind == .algebraIntegral
            return log(
                pool.address, [isIntegral ? EventTopics.algebraIntegralSwap : EventTopics.swap, one, one],
                [.one, .one, price, U256(liquidity), signed(tick)] + (isIntegral ? [.zero, .zero] : []), block, index)
        case (.initialize(let price, let tick), _):
            return log(pool.address, [EventTopics.initialize], [price, signed(tick)], block, index)
        case (.noEffect, _): return log(pool.address, [EventTopics.collect], [], block, index)
        }
    }
}
