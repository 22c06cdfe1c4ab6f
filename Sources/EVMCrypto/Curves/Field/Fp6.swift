/// c0 + c1 v + c2 v^2 with v^3 = xi.
struct Fp6<P: TowerParameters>: Equatable, Sendable, BitwiseCopyable {
    var c0, c1, c2: Fp2<P>

    @inline(__always)
    init(_ c0: Fp2<P>, _ c1: Fp2<P>, _ c2: Fp2<P>) {
        self.c0 = c0
        self.c1 = c1
        self.c2 = c2
    }

    static var zero: Fp6 { Fp6(.zero, .zero, .zero) }
    static var one: Fp6 { Fp6(.one, .zero, .zero) }

    @inline(__always)
    static func + (a: Fp6, b: Fp6) -> Fp6 { Fp6(a.c0 + b.c0, a.c1 + b.c1, a.c2 + b.c2) }
    @inline(__always)
    static func - (a: Fp6, b: Fp6) -> Fp6 { Fp6(a.c0 - b.c0, a.c1 - b.c1, a.c2 - b.c2) }
    @inline(__always)
    static prefix func - (a: Fp6) -> Fp6 { Fp6(-a.c0, -a.c1, -a.c2) }
    /// v a.
    @inline(__always) var timesV: Fp6 { Fp6(c2.timesXi, c0, c1) }

    /// Karatsuba over Fp2 with one reduction a coefficient (Aranha et al. 2011, "Faster explicit formulas for
    /// computing pairings over ordinary curves"): 18 wide products, 6 reductions.
    @inline(never)
    static func * (a: Fp6, b: Fp6) -> Fp6 {
        let v0 = Fp2.wideMultiply(a.c0, b.c0)
        let v1 = Fp2.wideMultiply(a.c1, b.c1)
        let v2 = Fp2.wideMultiply(a.c2, b.c2)
        let t12 = Fp2.wideMultiply(a.c1 + a.c2, b.c1 + b.c2) - v1 - v2
        let t01 = Fp2.wideMultiply(a.c0 + a.c1, b.c0 + b.c1) - v0 - v1
        let t02 = Fp2.wideMultiply(a.c0 + a.c2, b.c0 + b.c2) - v0 - v2
        return Fp6((t12.timesXi + v0).reduced, (v2.timesXi + t01).reduced, (t02 + v1).reduced)
    }

    /// a (b0 + b1 v): 15 wide products, 6 reductions.
    @inline(never)
    func multiplied(by b0: Fp2<P>, _ b1: Fp2<P>) -> Fp6 {
        let v0 = Fp2.wideMultiply(c0, b0)
        let v1 = Fp2.wideMultiply(c1, b1)
        let t0 = Fp2.wideMultiply(c1 + c2, b1) - v1
        let t1 = Fp2.wideMultiply(c0 + c1, b0 + b1) - v0 - v1
        let t2 = Fp2.wideMultiply(c0 + c2, b0) - v0 + v1
        return Fp6((t0.timesXi + v0).reduced, t1.reduced, t2.reduced)
    }

    /// a b v^0 for b in Fp2.
    @inline(__always)
    func scaled(by b: Fp2<P>) -> Fp6 { Fp6(c0 * b, c1 * b, c2 * b) }

    /// 1 / a, and 0 for 0.
    var inverse: Fp6 {
        let t0 = c0.squared - (c1 * c2).timesXi
        let t1 = c2.squared.timesXi - c0 * c1
        let t2 = c1.squared - c0 * c2
        let norm = c0 * t0 + (c2 * t1 + c1 * t2).timesXi
        return Fp6(t0, t1, t2).scaled(by: norm.inverse)
    }
}
