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

    /// The calls that read `identity`'s state at `block`.
    static func requests(_ identity: PoolIdentity, at block: BlockID) -> [RPCRequest] {
        let selectors = identity.kind == .uniswapV2 ? [getReserves] : [slot0, liquidity]
        return selectors.map { selector in
            RPCRequest("eth_call", [["to": .address(identity.address), "data": .hex(selector)], block.json])
        }
    }

    /// Reads the answers to `requests`; nil when they are not of that shape.
    static func answer(_ kind: PoolKind, _ results: [[UInt8]]) -> Answer? {
        switch kind {
        case .uniswapV2:
            guard results.count == 1, results[0].count >= 64 else { return nil }
            return .uniswapV2(reserve0: word(results[0], 0), reserve1: word(results[0], 1))
        case .uniswapV3:
            guard results.count == 2, results[0].count >= 64, results[1].count >= 32 else { return nil }
            return .uniswapV3(
                sqrtPriceX96: word(results[0], 0), tick: word(results[0], 1), liquidity: word(results[1], 0))
        }
    }

    /// The same of our own state.
    static func expected(_ pool: Pool) -> Answer {
        switch pool {
        case .uniswapV2(let pair): .uniswapV2(reserve0: U256(pair.reserve0), reserve1: U256(pair.reserve1))
        case .uniswapV3(let pool):
            .uniswapV3(
                sqrtPriceX96: pool.sqrtPriceX96, tick: I256(Int(pool.tick)).bits, liquidity: U256(pool.liquidity))
        }
    }

    private static func word(_ bytes: [UInt8], _ index: Int) -> U256 {
        U256(bigEndian: bytes[index * 32..<index * 32 + 32])
    }
}
