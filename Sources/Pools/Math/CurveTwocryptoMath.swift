internal import EVMTypes

/// The balance that keeps the cryptoswap invariant of two coins. Divisions of signed numbers truncate towards zero.
///
/// Two builds of the contract's mathematics are deployed whose formulas are one but whose bounds differ (2.0.0 and
/// 2.1.0): the narrower of both is applied, so that near the ends a pool of the other build has no quote here.
/// Source: curvefi/twocrypto-ng `CurveCryptoMathOptimized2.vy` (`get_y`, `_newton_y`).
struct CurveTwocryptoMath {
    let amplification, gamma, invariant: U256

    init(_ pool: CurveTwocryptoPool) {
        (amplification, gamma, invariant) = (U256(pool.amplification), U256(pool.gamma), U256(pool.invariant))
    }

    private static func power(_ exponent: UInt64) -> U256 { U256(10 as UInt64).pow(U256(exponent)) }
    private static func signed(_ exponent: UInt64) -> I256 { I256(bits: power(exponent)) }

    /// The balance of one coin when the other's is `other`. Throws where the contract reverts.
    func balance(opposite other: U256) throws(QuoteError) -> U256 {
        guard amplification >= U256(4_000 as UInt64), amplification <= U256(40_000_000 as UInt64),
            gamma >= Self.power(10), gamma <= U256(199 as UInt64) &* Self.power(15)
        else { throw .noLiquidity }
        guard invariant >= Self.power(17), invariant <= Self.power(33), other >> 127 == .zero, !other.isZero else {
            throw .insufficientLiquidity
        }
        let share = U256.wad &* U256(2 as UInt64) &* other / invariant
        guard share >= leastShare << 1, share <= mostShare << 1 else { throw .insufficientLiquidity }
        let root = try cubicRoot(I256(bits: other)), y: U256
        if let root { y = root } else { y = try newton(other, share) }
        let result = try y.times(.wad).over(invariant)
        guard result >= leastShare, result <= mostShare else { throw .insufficientLiquidity }
        return y
    }

    /// The most that a coin may be of D, units of 1e-18: 50, less for a gamma above 0.02.
    private var mostShare: U256 {
        let small = U256(2 as UInt64) &* Self.power(16), most = U256(50 as UInt64) &* .wad
        return gamma > small ? most &* small / gamma : most
    }

    /// The least that a coin may be of D: 1 % by build 2.0.0 (gamma up to 0.002), the other end of `mostShare` by
    /// 2.1.0.
    private var leastShare: U256 {
        gamma <= U256(2 as UInt64) &* Self.power(15) ? Self.power(16) : Self.power(36) / (mostShare << 2) &+ .one
    }

    /// The root by Cardano's formula; nil where the contract falls back to Newton.
    private func cubicRoot(_ x: I256) throws(QuoteError) -> U256? {
        let d = I256(bits: invariant), g = I256(bits: gamma), e18 = I256(bits: .wad)
        let square = g &* g
        let ann = try I256(bits: amplification).times(square)
        let scaled = (I256(4) &* ann) / I256(400_000_000)
        var a = Self.signed(32)
        var b = try d.times(ann).over(I256(400_000_000)).over(x).minus(I256(3) &* a).minus(
            I256(2) &* g &* Self.signed(14))
        var c = try (I256(3) &* a).plus(I256(4) &* g &* Self.signed(14)).plus(square / I256(10_000)).plus(
            scaled.times(x).over(d)
        ).minus(scaled)
        let sum = e18 &+ g
        var e = I256.zero &- (try sum.times(sum) / I256(10_000))
        let first = try Self.deltas(a, b, c, e)
        let least = min(first.zero.magnitude, first.one.magnitude, a.magnitude)
        let divider = I256(bits: Self.divider(least))
        (a, b, c, e) = (a / divider, b / divider, c / divider, e / divider)
        let delta = try Self.deltas(a, b, c, e)
        let inner = try I256(4).times(try delta.zero.times(delta.zero)).over(b) &* delta.zero
        let discriminant = try delta.one.times(delta.one).plus(inner)
        guard discriminant > .zero else { return nil }
        let root = I256(bits: discriminant.bits.squareRoot())
        let rootB = Self.cubeRoot(b.magnitude, isNegative: b <= .zero)
        let second =
            delta.one > .zero
            ? Self.cubeRoot((delta.one &+ root).bits >> 1, isNegative: false)
            : Self.cubeRoot((root &- delta.one).bits >> 1, isNegative: true)
        let c1 = ((try rootB.times(rootB) / e18) &* second) / e18
        let whole = try (e18 &* c1).minus(e18 &* b).minus((e18 &* b).over(c1).times(delta.zero))
        let k0 = try whole.over(I256(3) &* a)
        guard k0 >= .zero else { throw .overflow }
        let y = (((try d.times(d).over(x)) &* k0) / I256(4)) / e18
        guard y >= .zero else { throw .overflow }
        return y.bits
    }

    private static func deltas(
        _ a: I256, _ b: I256, _ c: I256, _ e: I256
    ) throws(QuoteError) -> (zero: I256, one: I256) {
        let zero = try (I256(3) &* a).times(c).over(b).minus(b)
        let last = try I256(27).times(try a.times(a)).over(b).times(e).over(b)
        return (zero, try I256(3).times(zero).plus(b).minus(last))
    }

    private static func cubeRoot(_ x: U256, isNegative: Bool) -> I256 {
        let root = CurveTricryptoMath.cubeRoot(x)
        return isNegative ? I256(bits: .zero &- root) : I256(bits: root)
    }

    /// What makes the coefficients small enough: 10^30 above 10^48, two digits less for each two digits, at last 10^2
    /// above 10^20.
    private static func divider(_ size: U256) -> U256 {
        var exponent: UInt64 = 48, digits: UInt64 = 30
        while exponent >= 24 {
            if size > power(exponent) { return power(digits) }
            exponent -= 2
            digits -= 2
        }
        return size > power(20) ? power(2) : .one
    }

    /// Newton's method, which the contract falls back to.
    private func newton(_ x: U256, _ share: U256) throws(QuoteError) -> U256 {
        let d = invariant, e14 = Self.power(14), two = U256(2 as UInt64)
        var y = try d.times(d).over(x.times(U256(4 as UInt64)))
        let limit = Swift.max(x / e14, d / e14, U256(100 as UInt64))
        for _ in 0..<255 {
            let previous = y
            let k0 = try share.times(y).times(two).over(d)
            let sum = try x.plus(y)
            let g = try gamma.plus(.wad).distance(to: k0).plus(.one)
            let m1 = try U256.wad.times(d).over(gamma).times(g).over(gamma).times(g).times(U256(10_000 as UInt64))
                .over(amplification)
            let m2 = try U256.wad.plus(two.times(.wad).times(k0).over(g))
            var f = try U256.wad.times(y).plus(sum.times(m2)).plus(m1)
            let df = try d.times(m2)
            if f < df {
                y = previous >> 1
                continue
            }
            f = f &- df
            let slope = try f.over(y)
            var minus = try m1.over(slope)
            let plus = try f.plus(U256.wad.times(d)).over(slope).plus(minus.times(.wad).over(k0))
            minus = try minus.plus(U256.wad.times(sum).over(slope))
            y = plus < minus ? previous >> 1 : plus &- minus
            if y.distance(to: previous) < Swift.max(limit, y / e14) { return y }
        }
        throw .insufficientLiquidity
    }
}
