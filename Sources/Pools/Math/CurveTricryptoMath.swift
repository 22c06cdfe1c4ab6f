internal import EVMTypes

/// The balance that keeps the cryptoswap invariant of three coins. Divisions of signed numbers truncate towards zero.
struct CurveTricryptoMath {
    let amplification, gamma, invariant: U256
    let generation: CurveTricryptoPool.Generation

    init(_ pool: CurveTricryptoPool) {
        (amplification, gamma, invariant) = (U256(pool.amplification), U256(pool.gamma), U256(pool.invariant))
        generation = pool.generation
    }

    private static func power(_ exponent: UInt64) -> U256 { U256(10 as UInt64).pow(U256(exponent)) }

    /// The amount of `coin` given the two others (its own is not looked at). Throws where the contract reverts.
    func balance(of coin: Int, in amounts: ScaledAmounts) throws(QuoteError) -> U256 {
        let d = invariant
        let multiplier: UInt64 = generation == .ng ? 10_000 : 1
        let leastA = generation == .ng ? U256(27 * 10_000 / 100 as UInt64) : .one
        guard amplification >= leastA, amplification <= U256(27 * multiplier * 1_000), !gamma.isZero else {
            throw .noLiquidity
        }
        if generation == .ng, gamma < Self.power(10) || gamma > U256(5 as UInt64) &* Self.power(16) {
            throw .noLiquidity
        }
        guard d >= Self.power(17), d <= Self.power(33) else { throw .insufficientLiquidity }
        for other in 0..<3 where other != coin { try checkShare(amounts[other], Self.power(16)) }
        if generation == .first {
            let y = try newton(coin, amounts, multiplier: .one)
            try checkShare(y, Self.power(16))
            return y
        }
        let (j, k) = coin == 0 ? (1, 2) : coin == 1 ? (0, 2) : (0, 1)
        if let root = try cubicRoot(amounts[j], amounts[k]) {
            try checkShare(root, Self.power(16) &- .one)
            return root
        }
        let y = try newton(coin, amounts, multiplier: U256(multiplier))
        try checkShare(y, Self.power(16))
        return y
    }

    /// No coin may be below 1 % or above 100 times D.
    private func checkShare(_ amount: U256, _ least: U256) throws(QuoteError) {
        let share = try amount.times(.wad).over(invariant)
        guard share >= least, share <= Self.power(20) else { throw .insufficientLiquidity }
    }

    /// The polynomial's coefficients, made small enough for 256 bits. Source: `CurveCryptoMathOptimized3.get_y`.
    private func coefficients(
        _ xj: I256, _ xk: I256, _ d: I256
    ) throws(QuoteError) -> (a: I256, b: I256, c: I256, d: I256) {
        let e18 = I256(bits: .wad), e36 = I256(bits: Self.power(36))
        let ann = I256(bits: amplification), g = I256(bits: gamma)
        let square = g &* g
        var a = e36 / I256(27)
        // D*D, gamma^2 and the other factors below are unchecked in the contract too; D <= 1e33 keeps them in range.
        let inner = try ((d &* d).over(xj) &* square).times(ann).over(I256(729)).over(I256(10_000)).over(xk)
        var b = try (e36 / I256(9) &+ I256(2) &* e18 &* g / I256(27)).minus(inner)
        let rest = try square.times(xj &+ xk &- d).over(d)
        let linear = e36 / I256(9) &+ g &* (g &+ I256(4) &* e18) / I256(27)
        var c = try linear.plus((rest &* ann) / I256(27) / I256(10_000))
        let sum = e18 &+ g
        var e = try sum.times(sum).over(I256(27))
        let size = try (I256(3) &* a).times(c).over(b).minus(b).magnitude
        let divider = I256(bits: Self.divider(size))
        if a.magnitude > b.magnitude {
            let extra = I256(bits: try a.over(b).magnitude)
            a = (a &* extra) / divider
            b = try b.times(extra) / divider
            c = try c.times(extra) / divider
            e = try e.times(extra) / divider
        } else {
            let extra = I256(bits: (b / a).magnitude)
            a = try a.over(extra) / divider
            b = try b.over(extra) / divider
            c = try c.over(extra) / divider
            e = try e.over(extra) / divider
        }
        return (a, b, c, e)
    }

    private static func divider(_ size: U256) -> U256 {
        var exponent: UInt64 = 48, digits: UInt64 = 30
        while exponent >= 20 {
            if size > power(exponent) { return power(digits) }
            exponent -= 4
            digits = digits > 4 ? digits - 4 : 2
        }
        return .one
    }

    /// The root by Cardano's formula; nil where the contract falls back to Newton.
    private func cubicRoot(_ amountJ: U256, _ amountK: U256) throws(QuoteError) -> U256? {
        let xj = I256(bits: amountJ), xk = I256(bits: amountK), d = I256(bits: invariant)
        let e18 = I256(bits: .wad)
        let (a, b, c, e) = try coefficients(xj, xk, d)
        let product = try (I256(3) &* a).times(c)
        let delta0 = try product.over(b).minus(b)
        let cubed = try I256(27).times(try a.times(a)).over(b).times(e).over(b)
        let delta1 = try I256(3).times(product).over(b).minus(I256(2) &* b).minus(cubed)
        let discriminant = try delta1.times(delta1).plus(I256(4).times(try delta0.times(delta0)).over(b).times(delta0))
        guard discriminant > .zero else { return nil }
        let root = I256(bits: discriminant.bits.squareRoot())
        let rootB = Self.signed(Self.cubeRoot(b.magnitude), negative: b < .zero)
        let second =
            delta1 > .zero
            ? I256(bits: Self.cubeRoot(try delta1.plus(root).bits >> 1))
            : Self.signed(Self.cubeRoot(try root.minus(delta1).bits >> 1), negative: true)
        let c1 = try rootB.times(rootB).over(e18).times(second).over(e18)
        let k0 = try b.plus(try b.times(delta0).over(c1)).minus(c1).over(I256(3))
        let squares = try d.times(d).over(I256(27)).over(xk).times(d).over(xj)
        let y = try squares.times(k0).over(a)
        guard y >= .zero else { throw .overflow }
        return y.bits
    }

    private static func signed(_ magnitude: U256, negative: Bool) -> I256 {
        negative ? I256(bits: .zero &- magnitude) : I256(bits: magnitude)
    }

    /// The cube root of x times 10^18 in its own units: seven Newton rounds from a power of two, as the contract has
    /// them. Source: `CurveCryptoMathOptimized3._cbrt`.
    static func cubeRoot(_ x: U256) -> U256 {
        if x.isZero { return .zero }
        let limit = Self.firstLimit, second = Self.firstLimit &* .wad
        let scaled = x >= second ? x : x >= limit ? x &* .wad : x &* power(36)
        let bits = UInt64(255 - scaled.leadingZeroBitCount)
        let rest = U256(bits % 3)
        var root = (U256.one << Int(bits / 3)) &* U256(1260 as UInt64).pow(rest) / U256(1000 as UInt64).pow(rest)
        for _ in 0..<7 {
            let square = root &* root
            if square.isZero { return .zero }
            root = ((root << 1) &+ scaled / square) / U256(3 as UInt64)
        }
        return x >= second ? root &* power(12) : x >= limit ? root &* power(6) : root
    }

    /// (2^256 - 1) / 10^36, rounded: where x * 10^36 would no longer fit.
    private static let firstLimit = U256(lo: 0x484932d2e725a5bbca17a3aba173d3d5, hi: 0x154)

    /// Newton's method, the first generation's only one. `multiplier` is the A multiplier.
    private func newton(_ coin: Int, _ amounts: ScaledAmounts, multiplier: U256) throws(QuoteError) -> U256 {
        let d = invariant, three = U256(3 as UInt64)
        let (p, q) = coin == 0 ? (1, 2) : coin == 1 ? (0, 2) : (0, 1)
        let (large, small) = amounts[p] >= amounts[q] ? (amounts[p], amounts[q]) : (amounts[q], amounts[p])
        let e14 = Self.power(14)
        let limit = Swift.max(large / e14, d / e14, U256(100 as UInt64))
        var y = d / three
        y = try y.times(d).over(small.times(three))
        y = try y.times(d).over(large.times(three))
        let others = try small.plus(large)
        var k = try U256.wad.times(large).times(three).over(d)
        k = try k.times(small).times(three).over(d)
        for _ in 0..<255 {
            let previous = y
            let k0 = try k.times(y).times(three).over(d)
            let sum = try others.plus(y)
            let g = try gamma.plus(.wad).distance(to: k0).plus(.one)
            let m1 = try U256.wad.times(d).over(gamma).times(g).over(gamma).times(g).times(multiplier).over(
                amplification)
            let m2 = try U256.wad.plus(U256(2 as UInt64).times(.wad).times(k0).over(g))
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
