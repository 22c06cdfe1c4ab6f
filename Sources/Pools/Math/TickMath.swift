public import EVMTypes

/// Conversions between ticks and square-root prices (Q64.96), equal to the contract's to the last unit.
///
/// A tick t stands for the price 1.0001^t; a pool keeps sqrt(price) * 2^96, rounded as here.
/// Source: Uniswap v3 whitepaper §6.1, v3-core `TickMath`.
public enum TickMath {
    /// The lowest tick a pool knows.
    public static let minTick: Int32 = -887_272
    /// The highest tick a pool knows.
    public static let maxTick: Int32 = 887_272
    /// The square-root price of `minTick`; no price is below it.
    @inlinable public static var minSqrtPrice: U256 { U256(4_295_128_739 as UInt64) }
    /// The square-root price of `maxTick`; every price is below it.
    @inlinable public static var maxSqrtPrice: U256 {
        U256(lo: 0xefd1_fc6a_5064_8849_5d95_1d52_6398_8d26, hi: 0xfffd_8963)
    }

    /// 2^128 * 1.0001^-(2^bit / 2), rounded to nearest, for bits 0 to 19 of a tick's magnitude.
    @inline(__always)
    static func factor(_ bit: Int) -> UInt128 {
        switch bit {
        case 0: 0xfffcb933_bd6fad37_aa2d162d_1a594001
        case 1: 0xfff97272_373d4132_59a46990_580e213a
        case 2: 0xfff2e50f_5f656932_ef12357c_f3c7fdcc
        case 3: 0xffe5caca_7e10e4e6_1c3624ea_a0941cd0
        case 4: 0xffcb9843_d60f6159_c9db5883_5c926644
        case 5: 0xff973b41_fa98c081_472e6896_dfb254c0
        case 6: 0xff2ea164_66c96a38_43ec78b3_26b52861
        case 7: 0xfe5dee04_6a99a2a8_11c461f1_969c3053
        case 8: 0xfcbe86c7_900a88ae_dcffc83b_479aa3a4
        case 9: 0xf987a725_3ac41317_6f2b074c_f7815e54
        case 10: 0xf3392b08_22b70005_940c7a39_8e4b70f3
        case 11: 0xe7159475_a2c29b74_43b29c7f_a6e889d9
        case 12: 0xd097f3bd_fd2022b8_845ad8f7_92aa5825
        case 13: 0xa9f74646_2d870fdf_8a65dc1f_90e061e5
        case 14: 0x70d869a1_56d2a1b8_90bb3df6_2baf32f7
        case 15: 0x31be135f_97d08fd9_81231505_542fcfa6
        case 16: 0x09aa508b_5b7a84e1_c677de54_f3e99bc9
        case 17: 0x005d6af8_dedb8119_6699c329_225ee604
        case 18: 0x00002216_e584f5fa_1ea92604_1bedfe98
        case 19: 0x00000000_048a1703_91f7dc42_444e8fa2
        default: preconditionFailure("a tick has 20 bits")
        }
    }

    /// The square-root price of a tick, Q64.96, rounded up. Traps outside `minTick...maxTick`. No allocation.
    /// Source: v3-core `TickMath.getSqrtRatioAtTick`.
    public static func sqrtPrice(atTick tick: Int32) -> U256 {
        precondition(tick >= minTick && tick <= maxTick, "tick outside the range of the protocol")
        var bits = tick.magnitude
        guard bits != 0 else { return U256(lo: 1 << 96, hi: 0) }
        // The product of the factors of the set bits, lowest first, floored to Q128 after each one: always below 2^128.
        var ratio = factor(bits.trailingZeroBitCount)
        bits &= bits &- 1
        while bits != 0 {
            ratio = ratio.multipliedFullWidth(by: factor(bits.trailingZeroBitCount)).high
            bits &= bits &- 1
        }
        let q128 = tick > 0 ? U256.max / U256(ratio) : U256(ratio)
        let floored = q128 >> 32
        return q128.lo & 0xffff_ffff == 0 ? floored : floored &+ .one
    }

    /// The greatest tick whose square-root price is at most `sqrtPrice`; nil outside `minSqrtPrice..<maxSqrtPrice`.
    ///
    /// A logarithm in fixed point proposes; where it lies within 0.03 of a tick, the exact price of that tick decides.
    /// Source: v3-core `TickMath.getTickAtSqrtRatio` (same result, other method). No allocation.
    public static func tick(atSqrtPrice sqrtPrice: U256) -> Int32? {
        guard sqrtPrice >= minSqrtPrice, sqrtPrice < maxSqrtPrice else { return nil }
        let highestBit = sqrtPrice.bitWidthUsed - 1
        var mantissa = (sqrtPrice << (255 - highestBit)).w3
        // log2(sqrtPrice / 2^96) in Q20, at most 2^-20 too low: one more binary digit by each squaring.
        var log2 = Int64(highestBit - 96)
        for _ in 0..<20 {
            let square = mantissa.multipliedFullWidth(by: mantissa)
            let carries = square.high >> 63
            mantissa = carries == 1 ? square.high : square.high << 1 | square.low >> 63
            log2 = log2 << 1 | Int64(carries)
        }
        // 2 / log2(1.0001) in Q20; the product is the tick in Q40, at most 0.014 too low. |log2| < 2^27: no overflow.
        let scaled = log2 &* 14_537_076_765
        var tick = Int32(scaled >> 40)
        let fraction = scaled & ((1 << 40) - 1)
        let margin: Int64 = (3 << 40) / 100
        if fraction > (1 << 40) - margin {
            if tick < maxTick, self.sqrtPrice(atTick: tick + 1) <= sqrtPrice { tick += 1 }
        } else if fraction < margin {
            if tick > minTick, self.sqrtPrice(atTick: tick) > sqrtPrice { tick -= 1 }
        }
        return tick
    }
}
