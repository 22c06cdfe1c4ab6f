import EVMCodec
import EVMCrypto
import EVMTypes
import Pools

/// How the contracts of an exchange keep what quotes need.
///
/// `.slots` reads storage words, the cheapest request there is; it is used for an exchange only after the words of some
/// of its pools were found equal to what the pools' own views answer. Everything else goes by the views.
/// Sources: v2-core `UniswapV2Pair` (reserves in word 8), v3-core `UniswapV3Pool` (slot0 in word 0, liquidity 4, ticks
/// 5, tickBitmap 6); Pancake V3's `slot0` takes two words, so that all later ones move by one.
public enum PoolLayout: Hashable, Sendable, CustomStringConvertible {
    /// Storage words; `shift` is added to the numbers of V3's words behind `slot0`.
    case slots(shift: UInt8)
    /// `eth_call` of the contracts' views.
    case views

    public var description: String {
        switch self {
        case .slots(let shift): shift == 0 ? "storage" : "storage (moved by \(shift))"
        case .views: "views"
        }
    }

    /// What may be tried for a kind, best first; `.views` is what remains.
    static func candidates(_ kind: PoolKind) -> [PoolLayout] {
        kind == .uniswapV3 ? [.slots(shift: 0), .slots(shift: 1)] : [.slots(shift: 0)]
    }

    /// Word of a mapping's entry: keccak(key ‖ slot). Source: Solidity, layout of state variables.
    static func entry(_ key: Int32, _ slot: UInt64) -> U256 {
        Keccak256.hash(I256(Int(key)).bits, U256(slot)).word
    }
}

/// Where a V3 pool's words lie.
enum V3Slots {
    static let pair: U256 = 8
    static let slot0: U256 = 0
    static func liquidity(_ shift: UInt8) -> U256 { U256(4 + UInt64(shift)) }
    static func tick(_ tick: Int32, _ shift: UInt8) -> U256 { PoolLayout.entry(tick, 5 + UInt64(shift)) }
    static func word(_ word: Int32, _ shift: UInt8) -> U256 { PoolLayout.entry(word, 6 + UInt64(shift)) }

    /// The bitmap words that ticks of a spacing can be in. Source: v3-core `TickBitmap.position`.
    static func words(spacing: Int32) -> ClosedRange<Int32> {
        let last = TickMath.maxTick / spacing
        return (-last >> 8)...(last >> 8)
    }

    /// The ticks whose bits are set, ascending.
    static func ticks(in bits: U256, word: Int32, spacing: Int32) -> [Int32] {
        var found: [Int32] = [], rest = bits
        while !rest.isZero {
            let bit = rest.trailingZeroBitCount
            found.append((word * 256 + Int32(bit)) * spacing)
            rest = rest & (rest &- .one)
        }
        return found
    }
}

/// The state of one pool as a peer gave it.
enum PoolReading: Hashable, Sendable {
    case uniswapV2(reserve0: UInt128, reserve1: UInt128)
    case uniswapV3(sqrtPriceX96: U256, tick: Int32, liquidity: UInt128, ticks: [TickState])
    /// A V3 pool that was never given a price.
    case withoutPrice
    /// What was answered is no state of this kind.
    case unreadable
}

/// Takes words apart.
enum StateWords {
    private static let mask112: UInt128 = (1 << 112) - 1

    /// reserve0 112 bits, reserve1 112 bits, time 32 bits, from the lowest.
    static func reserves(_ word: U256) -> (UInt128, UInt128) {
        (word.lo & mask112, (word >> 112).lo & mask112)
    }

    /// sqrtPriceX96 160 bits, tick 24 bits, from the lowest.
    static func price(_ word: U256) -> (sqrtPriceX96: U256, tick: Int32) {
        let raw = UInt32(truncatingIfNeeded: (word >> 160).lo) & 0xff_ffff
        let tick = Int32(bitPattern: raw << 8) >> 8
        return (U256(lo: word.lo, hi: word.hi & 0xffff_ffff), tick)
    }

    /// liquidityGross 128 bits, liquidityNet 128 bits, from the lowest.
    static func tick(_ tick: Int32, _ word: U256) -> TickState {
        TickState(tick: tick, liquidityNet: Int128(bitPattern: word.hi), liquidityGross: word.lo)
    }

    /// A signed value of at most 128 bits in an ABI word; nil when it is wider.
    static func signed(_ word: U256) -> Int128? {
        let value = Int128(bitPattern: word.lo)
        return word.hi == (value < 0 ? UInt128.max : 0) ? value : nil
    }
}
