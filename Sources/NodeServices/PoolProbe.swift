import EVMCodec
import EVMTypes
import NodeClient
import Pools

/// What a pool contract itself says of its state, asked by `eth_call` at one block.
enum PoolProbe {
    /// The contract's answer, as far as quotes depend on it (ticks apart).
    enum Answer: Equatable, Sendable {
        case uniswapV2(reserve0: U256, reserve1: U256)
        case uniswapV3(sqrtPriceX96: U256, tick: U256, liquidity: U256)
    }

    /// `getReserves()`. Source: Uniswap v2-core UniswapV2Pair.
    static let getReserves = ABI.selector("getReserves()")
    /// `slot0()` and `liquidity()`. Source: Uniswap v3-core UniswapV3Pool.
    static let slot0 = ABI.selector("slot0()")
    static let liquidity = ABI.selector("liquidity()")
    /// `globalState()`, whose first two words are `slot0`'s. Source: cryptoalgebra/Algebra AlgebraPool.
    static let globalState = ABI.selector("globalState()")

    /// The calls that read `identity`'s state at `block`; none for a pool that does not answer by one call (of a
    /// singleton, or of several coins).
    static func requests(_ identity: PoolIdentity, at block: BlockID) -> [RPCRequest] {
        let selectors =
            switch identity.kind {
            case .uniswapV2, .solidly: [getReserves]
            case .uniswapV3, .slipstream: [slot0, liquidity]
            case .algebra, .algebraIntegral: [globalState, liquidity]
            case .uniswapV4, .pancakeInfinityCL, .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted,
                .balancerStable:
                [[UInt8]]()
            }
        return selectors.map { selector in
            RPCRequest("eth_call", [["to": .address(identity.address), "data": .hex(selector)], block.json])
        }
    }

    /// Reads the answers to `requests`; nil when they are not of that shape.
    static func answer(_ kind: PoolKind, _ results: [[UInt8]]) -> Answer? {
        switch kind {
        case .uniswapV4, .pancakeInfinityCL, .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted,
            .balancerStable:
            return nil
        case .uniswapV2, .solidly:
            guard results.count == 1, results[0].count >= 64 else { return nil }
            return .uniswapV2(reserve0: word(results[0], 0), reserve1: word(results[0], 1))
        case .uniswapV3, .slipstream, .algebra, .algebraIntegral:
            guard results.count == 2, results[0].count >= 64, results[1].count >= 32 else { return nil }
            return .uniswapV3(
                sqrtPriceX96: word(results[0], 0), tick: word(results[0], 1), liquidity: word(results[1], 0))
        }
    }

    /// The same of our own state.
    static func expected(_ pool: Pool) -> Answer? {
        switch pool {
        case .uniswapV2(let pair): .uniswapV2(reserve0: U256(pair.reserve0), reserve1: U256(pair.reserve1))
        case .coins: nil
        case .solidly(let pair): .uniswapV2(reserve0: U256(pair.reserve0), reserve1: U256(pair.reserve1))
        case .uniswapV3(let pool): expected(pool)
        case .uniswapV4(let pool): expected(pool.concentrated)
        case .algebra(let pool): expected(pool.concentrated)
        }
    }

    private static func expected(_ pool: UniswapV3Pool) -> Answer {
        .uniswapV3(sqrtPriceX96: pool.sqrtPriceX96, tick: I256(Int(pool.tick)).bits, liquidity: U256(pool.liquidity))
    }

    private static func word(_ bytes: [UInt8], _ index: Int) -> U256 {
        U256(bigEndian: bytes[index * 32..<index * 32 + 32])
    }
}
