/// What makes a prime field: its modulus and the constants of Montgomery arithmetic with R = 2^(64 limbs).
///
/// All values come from scripts/vectors/curve_constants.py.
protocol PrimeParameters {
    associatedtype Limbs: FixedLimbs
    /// The prime p. Its top limb is below 2^62.
    static var modulus: Limbs { get }
    /// -1/p modulo 2^64.
    static var negativeInverse: UInt64 { get }
    /// 1/p modulo 2^62.
    static var inverse62: UInt64 { get }
    /// R, R^2 and R^3 modulo p: 1 in Montgomery form, the factor into it, and the one that repairs an inverse.
    static var radix: Limbs { get }
    static var radixSquared: Limbs { get }
    static var radixCubed: Limbs { get }
    /// (p - 1) / 2.
    static var halfModulus: Limbs { get }
}

/// An element of a prime field, in Montgomery form, always below the modulus.
///
/// Addition is inlined wherever it is used; multiplication is a call, because its code is some 200 instructions. Not
/// constant-time.
struct Fp<P: PrimeParameters>: Equatable, Sendable, BitwiseCopyable {
    /// The element times R modulo p.
    var limbs: P.Limbs

    @inline(__always)
    init(montgomery limbs: P.Limbs) { self.limbs = limbs }

    /// The element of an integer below p.
    init(integer: P.Limbs) { limbs = (Fp(montgomery: integer) * Fp(montgomery: P.radixSquared)).limbs }

    /// The element of a small integer.
    init(_ small: UInt64) {
        var integer = P.Limbs.zero
        integer[0] = small
        self.init(integer: integer)
    }

    @inline(__always) static var zero: Fp { Fp(montgomery: .zero) }
    @inline(__always) static var one: Fp { Fp(montgomery: P.radix) }
    @inline(__always) var isZero: Bool { limbs.isZero }

    /// The integer below p that the element stands for.
    var integer: P.Limbs {
        P.Limbs.montgomeryReduce(
            Wide(low: limbs, high: .zero), modulus: P.modulus, inverse: P.negativeInverse
        ).reducedOnce(P.modulus)
    }

    // MARK: Arithmetic

    @inline(__always)
    static func + (a: Fp, b: Fp) -> Fp {
        // Twice the modulus fits: no carry.
        Fp(montgomery: P.Limbs.adding(a.limbs, b.limbs).sum.reducedOnce(P.modulus))
    }

    @inline(__always)
    static func - (a: Fp, b: Fp) -> Fp {
        let (difference, borrow) = P.Limbs.subtracting(a.limbs, b.limbs)
        return Fp(montgomery: P.Limbs.adding(difference, P.modulus.masked(0 &- borrow)).sum)
    }

    @inline(__always)
    static prefix func - (a: Fp) -> Fp { zero - a }

    @inline(never)
    static func * (a: Fp, b: Fp) -> Fp { product(a, b) }

    /// a b in place: only where one function holds few of them.
    @inline(__always)
    static func product(_ a: Fp, _ b: Fp) -> Fp {
        Fp(
            montgomery: P.Limbs.montgomeryMultiply(
                a.limbs, b.limbs, modulus: P.modulus, inverse: P.negativeInverse
            ).reducedOnce(P.modulus))
    }

    /// 2 a.
    @inline(__always) var doubled: Fp { self + self }
    /// 3 a.
    @inline(__always) var tripled: Fp { doubled + self }
    /// a^2: three quarters of a product's work.
    @inline(never)
    var squared: Fp { FpWide(value: P.Limbs.squareWide(limbs)).reduced }

    /// a / 2.
    var halved: Fp {
        let (sum, carry) = P.Limbs.adding(limbs, P.modulus.masked(0 &- (limbs[0] & 1)))
        return Fp(montgomery: sum.halved(top: carry))
    }

    /// a + b without a reduction, below 2 p: only as a factor of `wideMultiply`.
    @inline(__always)
    static func lazySum(_ a: Fp, _ b: Fp) -> Fp { Fp(montgomery: P.Limbs.adding(a.limbs, b.limbs).sum) }

    /// The product before reduction. Factors may be lazy sums as long as 4 p < R.
    @inline(__always)
    static func wideMultiply(_ a: Fp, _ b: Fp) -> FpWide<P> {
        FpWide(value: P.Limbs.multiplyWide(a.limbs, b.limbs))
    }

    /// a^e by windows of four bits. e is a constant of the caller's.
    func power(_ exponent: P.Limbs) -> Fp {
        var table = InlineArray<16, Fp>(repeating: .one)
        for i in 1..<16 { table[i] = table[i - 1] * self }
        var result = Fp.one
        var started = false
        for limb in stride(from: P.Limbs.count - 1, through: 0, by: -1) {
            for shift in stride(from: 60, through: 0, by: -4) {
                if started {
                    result = result.squared.squared.squared.squared
                }
                let digit = Int(exponent[limb] >> UInt64(shift) & 15)
                if digit != 0 {
                    result = started ? result * table[digit] : table[digit]
                    started = true
                }
            }
        }
        return result
    }

    /// Whether the integer is odd: RFC 9380's sgn0.
    var isOdd: Bool { integer[0] & 1 == 1 }
    /// Whether the integer is above (p - 1) / 2: the sign bit of compressed points.
    var isLexicographicallyLarge: Bool { P.Limbs.isLess(P.halfModulus, integer) }
}

/// A sum of products modulo p R, below p R, not yet reduced.
struct FpWide<P: PrimeParameters>: BitwiseCopyable, Sendable {
    var value: Wide<P.Limbs>

    @inline(__always)
    static func + (a: FpWide, b: FpWide) -> FpWide {
        let (low, carry) = P.Limbs.adding(a.value.low, b.value.low)
        let high = P.Limbs.adding(a.value.high, b.value.high, carry: carry)
        return FpWide(value: Wide(low: low, high: high.reducedOnce(P.modulus)))
    }

    @inline(__always)
    static func - (a: FpWide, b: FpWide) -> FpWide {
        let (low, lowBorrow) = P.Limbs.subtracting(a.value.low, b.value.low)
        let (high, borrow) = P.Limbs.subtracting(a.value.high, b.value.high, borrow: lowBorrow)
        return FpWide(
            value: Wide(low: low, high: P.Limbs.adding(high, P.modulus.masked(0 &- borrow)).sum))
    }

    /// a - b where a is known to be no smaller.
    @inline(__always)
    static func exactDifference(_ a: FpWide, _ b: FpWide) -> FpWide {
        let (low, lowBorrow) = P.Limbs.subtracting(a.value.low, b.value.low)
        let (high, _) = P.Limbs.subtracting(a.value.high, b.value.high, borrow: lowBorrow)
        return FpWide(value: Wide(low: low, high: high))
    }

    /// The field element.
    @inline(__always)
    var reduced: Fp<P> {
        Fp(
            montgomery: P.Limbs.montgomeryReduce(value, modulus: P.modulus, inverse: P.negativeInverse)
                .reducedOnce(P.modulus))
    }
}
