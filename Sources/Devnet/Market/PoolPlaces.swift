import EVMCrypto
import EVMTypes
import Pools

/// Where CREATE2 puts the pools. Source: EIP-1014; the salts are Uniswap's.
enum PoolSalt {
    static func pair(_ token0: Address, _ token1: Address) -> Hash32 { Keccak256.hash(token0.bytes + token1.bytes) }

    static func pool(_ token0: Address, _ token1: Address, _ fee: UInt32) -> Hash32 {
        Keccak256.hash([token0.word, token1.word, U256(UInt64(fee))].flatMap(\.bigEndianBytes))
    }

    static func address(_ factory: Address, salt: Hash32, initCodeHash: Hash32) -> Address {
        Address(bytes: Keccak256.hash([0xff] + factory.bytes + salt.bytes + initCodeHash.bytes).bytes.suffix(20))
    }
}

/// The price at which a pool with these two amounts begins.
struct PoolStart {
    let sqrtPriceX96: U256
    let tick: Int32

    init(amount0: U256, amount1: U256) {
        let ratio = U256.mulDiv(amount1, U256(lo: 0, hi: 1 << 64), amount0) ?? U256(lo: 0, hi: 1 << 64)
        sqrtPriceX96 = ratio.squareRoot()
        tick = TickMath.tick(atSqrtPrice: sqrtPriceX96) ?? 0
    }

    /// The greatest multiple of `spacing` not above the tick moved by `offset`.
    func floored(_ offset: Int32, _ spacing: Int32) -> Int32 {
        let moved = tick + offset, rest = moved % spacing
        return moved - (rest < 0 ? rest + spacing : rest)
    }
}
