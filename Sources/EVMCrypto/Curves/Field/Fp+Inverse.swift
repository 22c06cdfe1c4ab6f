// Inversion by "safegcd" (Bernstein and Yang, 2019, "Fast constant-time gcd computation and modular inversion"), in its
// variable-time form: division steps on the low 62 bits are gathered in a 2x2 matrix, which is then applied to the
// whole numbers. Some ten rounds for 254 bits, where Fermat's power takes 300 multiplications.

/// A signed integer of up to seven limbs of 62 bits; the top one carries the sign.
private struct Signed62 {
    var limbs = InlineArray<7, Int64>(repeating: 0)

    static let mask: UInt64 = (1 << 62) - 1

    init() {}

    /// Cuts 64-bit limbs into 62-bit ones.
    @inline(__always)
    init<L: FixedLimbs>(_ value: L) {
        for i in 0...L.count {
            let bit = i * 62, limb = bit / 64, shift = UInt64(bit % 64)
            var word = limb < L.count ? value[limb] &>> shift : 0
            if shift > 2, limb + 1 < L.count { word |= value[limb + 1] &<< (64 &- shift) }
            limbs[i] = Int64(truncatingIfNeeded: word & Self.mask)
        }
    }

    /// Back to 64-bit limbs. The value must be non-negative and fit.
    @inline(__always)
    func asLimbs<L: FixedLimbs>(_ type: L.Type) -> L {
        var result = L.zero
        for i in 0..<L.count {
            let bit = i * 64, limb = bit / 62, shift = UInt64(bit % 62)
            let low = UInt64(bitPattern: limbs[limb]) &>> shift
            result[i] = low | UInt64(bitPattern: limbs[limb + 1]) &<< (62 &- shift)
        }
        return result
    }
}

/// The product of 62 division steps: (f, g) becomes (u f + v g, q f + r g) / 2^62.
private struct DivisionSteps {
    let u, v, q, r: Int64

    /// Takes 62 steps on the low bits of an odd f and a g. `eta` is the negated delta of the paper.
    @inline(never)
    init(eta: inout Int64, f f0: UInt64, g g0: UInt64) {
        var f = f0, g = g0, delay = eta
        var (u, v, q, r): (Int64, Int64, Int64, Int64) = (1, 0, 0, 1)
        var left: Int64 = 62
        while true {
            // All zero bits of g at once; the mask ends the count after 62.
            let stop = UInt64.max &<< UInt64(truncatingIfNeeded: left)
            let zeros = Int64(truncatingIfNeeded: (g | stop).trailingZeroBitCount)
            g &>>= UInt64(truncatingIfNeeded: zeros)
            u &<<= zeros
            v &<<= zeros
            delay &-= zeros
            left &-= zeros
            if left == 0 { break }
            if delay < 0 {
                delay = 0 &- delay
                (f, g) = (g, 0 &- f)
                (u, q) = (q, 0 &- u)
                (v, r) = (r, 0 &- v)
            }
            // -g/f modulo 2^bits clears that many bits of g. f is its own inverse modulo 2^3, and f (2 - f^2) is that
            // modulo 2^6 (Newton).
            let bits = min(delay &+ 1, left)
            let w = (g &* f) &* (f &* f &- 2) & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- bits)) & 63
            let signed = Int64(bitPattern: w)
            g &+= f &* w
            q &+= u &* signed
            r &+= v &* signed
        }
        eta = delay
        (self.u, self.v, self.q, self.r) = (u, v, q, r)
    }
}

extension Fp {
    /// 1 / a, and 0 for 0. About 1 us for 256 bits.
    @inline(never)
    var inverse: Fp {
        let n = P.Limbs.count + 1
        let p = Signed62(P.modulus)
        var f = p, g = Signed62(limbs), d = Signed62(), e = Signed62()
        e.limbs[0] = 1
        var eta: Int64 = -1
        // At most 741 steps for 256 bits and 1,110 for 384 by the paper's bound: 12 and 18 rounds.
        for _ in 0..<20 {
            let steps = DivisionSteps(
                eta: &eta, f: UInt64(bitPattern: f.limbs[0]) | UInt64(bitPattern: f.limbs[1]) &<< 62,
                g: UInt64(bitPattern: g.limbs[0]) | UInt64(bitPattern: g.limbs[1]) &<< 62)
            Self.updateCofactors(&d, &e, steps, p, n)
            Self.updateValues(&f, &g, steps, n)
            var any: Int64 = 0
            for i in 0..<n { any |= g.limbs[i] }
            if any == 0 { break }
        }
        let inverse = Self.normalised(d, negative: f.limbs[n - 1] < 0, p, n)
        return Fp(montgomery: inverse) * Fp(montgomery: P.radixCubed)
    }

    /// (f, g) by the matrix, divided by 2^62 exactly.
    @inline(__always)
    private static func updateValues(_ f: inout Signed62, _ g: inout Signed62, _ t: DivisionSteps, _ n: Int) {
        var cf = wide(t.u, f.limbs[0]) &+ wide(t.v, g.limbs[0])
        var cg = wide(t.q, f.limbs[0]) &+ wide(t.r, g.limbs[0])
        cf &>>= 62
        cg &>>= 62
        for i in 1..<n {
            let fi = f.limbs[i], gi = g.limbs[i]
            cf &+= wide(t.u, fi) &+ wide(t.v, gi)
            cg &+= wide(t.q, fi) &+ wide(t.r, gi)
            f.limbs[i - 1] = low62(cf)
            g.limbs[i - 1] = low62(cg)
            cf &>>= 62
            cg &>>= 62
        }
        f.limbs[n - 1] = Int64(truncatingIfNeeded: cf)
        g.limbs[n - 1] = Int64(truncatingIfNeeded: cg)
    }

    /// (d, e) by the matrix, divided by 2^62 modulo p; both stay in (-2 p, p).
    @inline(__always)
    private static func updateCofactors(
        _ d: inout Signed62, _ e: inout Signed62, _ t: DivisionSteps, _ p: Signed62, _ n: Int
    ) {
        let signD = d.limbs[n - 1] &>> 63, signE = e.limbs[n - 1] &>> 63
        var md = (t.u & signD) &+ (t.v & signE)
        var me = (t.q & signD) &+ (t.r & signE)
        var cd = wide(t.u, d.limbs[0]) &+ wide(t.v, e.limbs[0])
        var ce = wide(t.q, d.limbs[0]) &+ wide(t.r, e.limbs[0])
        let inverse = Int64(bitPattern: P.inverse62), mask = Int64(bitPattern: Signed62.mask)
        md &-= (inverse &* Int64(truncatingIfNeeded: cd) &+ md) & mask
        me &-= (inverse &* Int64(truncatingIfNeeded: ce) &+ me) & mask
        cd &+= wide(p.limbs[0], md)
        ce &+= wide(p.limbs[0], me)
        cd &>>= 62
        ce &>>= 62
        for i in 1..<n {
            let di = d.limbs[i], ei = e.limbs[i]
            cd &+= wide(t.u, di) &+ wide(t.v, ei) &+ wide(p.limbs[i], md)
            ce &+= wide(t.q, di) &+ wide(t.r, ei) &+ wide(p.limbs[i], me)
            d.limbs[i - 1] = low62(cd)
            e.limbs[i - 1] = low62(ce)
            cd &>>= 62
            ce &>>= 62
        }
        d.limbs[n - 1] = Int64(truncatingIfNeeded: cd)
        e.limbs[n - 1] = Int64(truncatingIfNeeded: ce)
    }

    /// ±d, from (-2 p, p) into [0, p).
    private static func normalised(_ d: Signed62, negative: Bool, _ p: Signed62, _ n: Int) -> P.Limbs {
        var x = d
        if x.limbs[n - 1] < 0 { add(&x, p, n) }
        if negative {
            var carry: Int64 = 0
            for i in 0..<n {
                let t = carry &- x.limbs[i]
                x.limbs[i] = i == n - 1 ? t : t & Int64(bitPattern: Signed62.mask)
                carry = t &>> 62
            }
        }
        if x.limbs[n - 1] < 0 { add(&x, p, n) }
        return x.asLimbs(P.Limbs.self)
    }

    private static func add(_ x: inout Signed62, _ p: Signed62, _ n: Int) {
        var carry: Int64 = 0
        for i in 0..<n {
            let t = x.limbs[i] &+ p.limbs[i] &+ carry
            x.limbs[i] = i == n - 1 ? t : t & Int64(bitPattern: Signed62.mask)
            carry = t &>> 62
        }
    }

    @inline(__always)
    private static func wide(_ a: Int64, _ b: Int64) -> Int128 {
        Int128(truncatingIfNeeded: a) &* Int128(truncatingIfNeeded: b)
    }

    @inline(__always)
    private static func low62(_ a: Int128) -> Int64 {
        Int64(truncatingIfNeeded: a) & Int64(bitPattern: Signed62.mask)
    }
}
