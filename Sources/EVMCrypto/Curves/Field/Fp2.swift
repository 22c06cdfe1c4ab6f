/// What makes the tower Fp2 = Fp[u]/(u^2 + 1), Fp6 = Fp2[v]/(v^3 - xi), Fp12 = Fp6[w]/(w^2 - v) over a field with
/// p = 3 modulo 4: xi, and the powers of it that Frobenius needs.
protocol TowerParameters: PrimeParameters {
    /// xi a.
    static func timesXi(_ a: Fp2<Self>) -> Fp2<Self>
    /// xi a before reduction.
    static func timesXi(_ a: Fp2Wide<Self>) -> Fp2Wide<Self>
    /// xi^((p - 1) / 6), and its powers 2 to 5: what Frobenius multiplies w^i with.
    static var frobenius: FrobeniusConstants<Self> { get }
}

/// xi^(i (p - 1) / 6) for i = 1...5, and the same with p^2 in place of p, which lie in Fp.
struct FrobeniusConstants<P: TowerParameters>: Sendable {
    let first: InlineArray<5, Fp2<P>>
    let second: InlineArray<5, Fp<P>>

    init(_ gamma: Fp2<P>) {
        var first = InlineArray<5, Fp2<P>>(repeating: gamma)
        for i in 1..<5 { first[i] = first[i - 1] * gamma }
        var second = InlineArray<5, Fp<P>>(repeating: .zero)
        for i in 0..<5 { second[i] = (first[i] * first[i].conjugate).c0 }
        self.first = first
        self.second = second
    }
}

/// c0 + c1 u with u^2 = -1.
struct Fp2<P: TowerParameters>: Equatable, Sendable, BitwiseCopyable {
    var c0, c1: Fp<P>

    @inline(__always)
    init(_ c0: Fp<P>, _ c1: Fp<P>) {
        self.c0 = c0
        self.c1 = c1
    }

    @inline(__always) static var zero: Fp2 { Fp2(.zero, .zero) }
    @inline(__always) static var one: Fp2 { Fp2(.one, .zero) }
    @inline(__always) var isZero: Bool { c0.isZero && c1.isZero }

    @inline(__always) static func + (a: Fp2, b: Fp2) -> Fp2 { Fp2(a.c0 + b.c0, a.c1 + b.c1) }
    @inline(__always) static func - (a: Fp2, b: Fp2) -> Fp2 { Fp2(a.c0 - b.c0, a.c1 - b.c1) }
    @inline(__always) static prefix func - (a: Fp2) -> Fp2 { Fp2(-a.c0, -a.c1) }
    @inline(__always) var doubled: Fp2 { self + self }
    @inline(__always) var tripled: Fp2 { self + self + self }
    @inline(__always) var halved: Fp2 { Fp2(c0.halved, c1.halved) }
    /// a^p.
    @inline(__always) var conjugate: Fp2 { Fp2(c0, -c1) }
    /// xi a.
    @inline(__always) var timesXi: Fp2 { P.timesXi(self) }

    /// Three wide products and two reductions.
    @inline(never)
    static func * (a: Fp2, b: Fp2) -> Fp2 { wideMultiply(a, b).reduced }

    /// The product before reduction.
    @inline(never)
    static func wideMultiply(_ a: Fp2, _ b: Fp2) -> Fp2Wide<P> {
        let low = Fp.wideMultiply(a.c0, b.c0), high = Fp.wideMultiply(a.c1, b.c1)
        let cross = Fp.wideMultiply(.lazySum(a.c0, a.c1), .lazySum(b.c0, b.c1))
        return Fp2Wide(
            c0: low - high, c1: .exactDifference(.exactDifference(cross, low), high))
    }

    /// (c0 + c1)(c0 - c1) + 2 c0 c1 u.
    @inline(never)
    var squared: Fp2 {
        Fp2(Fp.product(Fp.lazySum(c0, c1), c0 - c1), Fp.product(c0, c1).doubled)
    }

    /// A factor from the base field.
    @inline(never)
    static func * (a: Fp2, b: Fp<P>) -> Fp2 { Fp2(.product(a.c0, b), .product(a.c1, b)) }

    /// 1 / a, and 0 for 0.
    var inverse: Fp2 {
        let norm = (c0.squared + c1.squared).inverse
        return Fp2(c0 * norm, -(c1 * norm))
    }
}

/// An element of Fp2 before reduction.
struct Fp2Wide<P: TowerParameters>: BitwiseCopyable, Sendable {
    var c0, c1: FpWide<P>

    @inline(__always)
    static func + (a: Fp2Wide, b: Fp2Wide) -> Fp2Wide { Fp2Wide(c0: a.c0 + b.c0, c1: a.c1 + b.c1) }
    @inline(__always)
    static func - (a: Fp2Wide, b: Fp2Wide) -> Fp2Wide { Fp2Wide(c0: a.c0 - b.c0, c1: a.c1 - b.c1) }
    @inline(__always) var timesXi: Fp2Wide { P.timesXi(self) }
    @inline(never)
    var reduced: Fp2<P> { Fp2(c0.reduced, c1.reduced) }
}
