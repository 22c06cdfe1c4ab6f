public import EVMTypes

/// Powers of fixed-point numbers with 18 decimals, as Balancer computes them: signed, truncating towards zero.
///
/// Source: balancer-v2-monorepo and balancer-v3-monorepo `LogExpMath.sol` (the same arithmetic). No allocation.
public enum LogExpMath {
    private static let e18 = I256(bits: .wad)
    private static let e20 = I256(bits: U256(10 as UInt64).pow(U256(20 as UInt64)))
    private static let e36 = I256(bits: U256(10 as UInt64).pow(U256(36 as UInt64)))
    /// Natural exponents a result can have: -41 to 130.
    private static let exponentMax = I256(bits: U256(130 as UInt64) &* .wad)
    private static let exponentMin = -I256(bits: U256(41 as UInt64) &* .wad)

    /// e^128 and e^64 without decimals.
    private static let a0: I256 = 38_877_084_059_945_950_922_200_000_000_000_000_000_000_000_000_000_000_000
    private static let a1: I256 = 6_235_149_080_811_616_882_910_000_000
    private static let x0 = I256(128) &* e18
    private static let x1 = I256(64) &* e18
    /// e^32, e^16, … e^(1/16), 20 decimals.
    private static let roots: [10 of I256] = [
        7_896_296_018_268_069_516_100_000_000_000_000, 888_611_052_050_787_263_676_000_000,
        298_095_798_704_172_827_474_000, 5_459_815_003_314_423_907_810, 738_905_609_893_065_022_723,
        271_828_182_845_904_523_536, 164_872_127_070_012_814_685, 128_402_541_668_774_148_407,
        113_314_845_306_682_631_683, 106_449_445_891_785_942_956,
    ]

    /// 32, 16, … 1/16 with 20 decimals: the logarithm of `roots[index]`.
    @inline(__always)
    private static func exponent(_ index: Int) -> I256 { (I256(32) &* e20) >> index }

    /// x to the power y, both unsigned with 18 decimals. Throws `.overflow` where the library reverts.
    public static func pow(_ x: U256, _ y: U256) throws(QuoteError) -> U256 {
        if y.isZero { return .wad }
        if x.isZero { return .zero }
        let yLimit = U256(lo: 0, hi: 1 << 126) / e20.bits
        guard x.hi >> 127 == 0, y < yLimit else { throw .overflow }
        let base = I256(bits: x), power = I256(bits: y)
        var product: I256
        if isNearOne(base) {
            let log = ln36(base)
            let (whole, rest) = log.quotientAndRemainder(dividingBy: e18)
            product = whole &* power &+ (rest &* power) / e18
        } else {
            product = lnFar(base) &* power
        }
        product = product / e18
        guard product >= exponentMin, product <= exponentMax else { throw .overflow }
        return try exp(product).bits
    }

    /// e^x with 18 decimals; x from -41 to 130, else throws `.overflow`.
    public static func exp(_ x: I256) throws(QuoteError) -> I256 {
        guard x >= exponentMin, x <= exponentMax else { throw .overflow }
        if x < .zero { return try e36 / exp(-x) }
        var x = x
        var first = I256.one
        if x >= x0 {
            x = x &- x0
            first = a0
        } else if x >= x1 {
            x = x &- x1
            first = a1
        }
        x = x &* I256(100)
        var product = e20
        for index in 0..<8 where x >= exponent(index) {
            x = x &- exponent(index)
            product = (product &* roots[index]) / e20
        }
        var sum = e20 &+ x
        var term = x
        for divisor in 2...12 {
            term = ((term &* x) / e20) / I256(divisor)
            sum = sum &+ term
        }
        return (((product &* sum) / e20) &* first) / I256(100)
    }

    /// The natural logarithm, 18 decimals; throws `.overflow` for zero and below.
    public static func ln(_ a: I256) throws(QuoteError) -> I256 {
        guard a > .zero else { throw .overflow }
        return isNearOne(a) ? ln36(a) / e18 : lnFar(a)
    }

    /// The logarithm of `argument` to `base`, 18 decimals; both above zero.
    public static func log(_ argument: I256, base: I256) throws(QuoteError) -> I256 {
        guard argument > .zero, base > .zero else { throw .overflow }
        let below = isNearOne(base) ? ln36(base) : lnFar(base) &* e18
        let above = isNearOne(argument) ? ln36(argument) : lnFar(argument) &* e18
        return try (above &* e18).over(below)
    }

    private static func isNearOne(_ a: I256) -> Bool {
        let tenth = e18 / I256(10)
        return a > e18 &- tenth && a < e18 &+ tenth
    }

    /// 18 decimals in and out, for 0 < a.
    private static func lnFar(_ a: I256) -> I256 {
        if a < e18 { return -lnFar(e36 / a) }
        var a = a
        var sum = I256.zero
        if a >= a0 &* e18 {
            a = a / a0
            sum = sum &+ x0
        }
        if a >= a1 &* e18 {
            a = a / a1
            sum = sum &+ x1
        }
        sum = sum &* I256(100)
        a = a &* I256(100)
        for index in 0..<10 where a >= roots[index] {
            a = (a &* e20) / roots[index]
            sum = sum &+ exponent(index)
        }
        return (sum &+ series((a &- e20) &* e20 / (a &+ e20), one: e20, last: 11)) / I256(100)
    }

    /// 18 decimals in, 36 out, for a within a tenth of one.
    private static func ln36(_ a: I256) -> I256 {
        let x = a &* e18
        return series((x &- e36) &* e36 / (x &+ e36), one: e36, last: 15)
    }

    /// 2 * (z + z^3/3 + z^5/5 + … ).
    private static func series(_ z: I256, one: I256, last: Int) -> I256 {
        let square = (z &* z) / one
        var term = z, sum = z
        var divisor = 3
        while divisor <= last {
            term = (term &* square) / one
            sum = sum &+ term / I256(divisor)
            divisor += 2
        }
        return sum &* I256(2)
    }
}
