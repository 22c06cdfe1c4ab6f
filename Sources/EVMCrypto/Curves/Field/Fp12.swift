/// c0 + c1 w with w^2 = v: where pairings live.
struct Fp12<P: TowerParameters>: Equatable, Sendable, BitwiseCopyable {
    var c0, c1: Fp6<P>

    @inline(__always)
    init(_ c0: Fp6<P>, _ c1: Fp6<P>) {
        self.c0 = c0
        self.c1 = c1
    }

    static var one: Fp12 { Fp12(.one, .zero) }
    var isOne: Bool { self == .one }

    @inline(never)
    static func * (a: Fp12, b: Fp12) -> Fp12 {
        let low = a.c0 * b.c0, high = a.c1 * b.c1
        let cross = (a.c0 + a.c1) * (b.c0 + b.c1)
        return Fp12(low + high.timesV, cross - low - high)
    }

    /// Two products in Fp6 (the complex method).
    @inline(never)
    var squared: Fp12 {
        let product = c0 * c1
        let sum = (c0 + c1) * (c0 + c1.timesV)
        return Fp12(sum - product - product.timesV, product + product)
    }

    /// a^(p^6): also the inverse, for elements of the cyclotomic subgroup.
    var conjugate: Fp12 { Fp12(c0, -c1) }

    /// 1 / a, and 0 for 0.
    var inverse: Fp12 {
        let norm = (c0 * c0 - (c1 * c1).timesV).inverse
        return Fp12(c0 * norm, -(c1 * norm))
    }

    // MARK: Sparse factors, the lines of a Miller loop

    /// a (l0 + l1 w + l3 w^3): a line on a curve with a D-type twist. 13 products in Fp2.
    @inline(never)
    func multiplied(byDLine l0: Fp2<P>, _ l1: Fp2<P>, _ l3: Fp2<P>) -> Fp12 {
        let low = c0.scaled(by: l0)
        let high = c1.multiplied(by: l1, l3)
        let cross = (c0 + c1).multiplied(by: l0 + l1, l3)
        return Fp12(low + high.timesV, cross - low - high)
    }

    /// a (l0 + l2 w^2 + l3 w^3): a line on a curve with an M-type twist. 13 products in Fp2.
    @inline(never)
    func multiplied(byMLine l0: Fp2<P>, _ l2: Fp2<P>, _ l3: Fp2<P>) -> Fp12 {
        let low = c0.multiplied(by: l0, l2)
        let high = c1.scaled(by: l3).timesV
        let cross = (c0 + c1).multiplied(by: l0, l2 + l3)
        return Fp12(low + high.timesV, cross - low - high)
    }

    // MARK: Frobenius

    /// a^p.
    @inline(never)
    var frobenius: Fp12 {
        let k = P.frobenius
        return Fp12(
            Fp6(c0.c0.conjugate, c0.c1.conjugate * k.first[1], c0.c2.conjugate * k.first[3]),
            Fp6(c1.c0.conjugate * k.first[0], c1.c1.conjugate * k.first[2], c1.c2.conjugate * k.first[4]))
    }

    /// a^(p^2).
    @inline(never)
    var frobeniusSquared: Fp12 {
        let k = P.frobenius
        return Fp12(
            Fp6(c0.c0, c0.c1 * k.second[1], c0.c2 * k.second[3]),
            Fp6(c1.c0 * k.second[0], c1.c1 * k.second[2], c1.c2 * k.second[4]))
    }

    // MARK: The cyclotomic subgroup

    /// a^2 for a of the cyclotomic subgroup: nine squares in Fp2 (Granger and Scott 2010, "Faster squaring in the
    /// cyclotomic subgroup of sixth degree extensions").
    @inline(never)
    var cyclotomicSquared: Fp12 {
        let (a0, a1) = Self.squarePair(c0.c0, c1.c1)
        let (b0, b1) = Self.squarePair(c1.c0, c0.c2)
        let (d0, d1) = Self.squarePair(c0.c1, c1.c2)
        let twisted = d1.timesXi
        return Fp12(
            Fp6(
                (a0 - c0.c0).doubled + a0, (b0 - c0.c1).doubled + b0,
                (d0 - c0.c2).doubled + d0),
            Fp6(
                (twisted + c1.c0).doubled + twisted, (a1 + c1.c1).doubled + a1,
                (b1 + c1.c2).doubled + b1))
    }

    /// (x + y s)^2 with s^2 = xi: the parts x^2 + xi y^2 and 2 x y.
    @inline(__always)
    private static func squarePair(_ x: Fp2<P>, _ y: Fp2<P>) -> (Fp2<P>, Fp2<P>) {
        let xx = x.squared, yy = y.squared
        return (xx + yy.timesXi, (x + y).squared - xx - yy)
    }

    /// a^e for a of the cyclotomic subgroup and e given by signed digits of a width up to 4. No allocation.
    func cyclotomicPower(_ digits: SignedDigits) -> Fp12 {
        // a, a^3, a^5, a^7.
        var odd = InlineArray<4, Fp12>(repeating: self)
        let top = digits.largest
        precondition(top <= 7, "signed digits wider than 4")
        if top > 1 {
            let square = cyclotomicSquared
            for i in 1..<(top + 1) / 2 { odd[i] = odd[i - 1] * square }
        }
        var result = Fp12.one
        var started = false
        for position in (0..<digits.count).reversed() {
            if started { result = result.cyclotomicSquared }
            let digit = digits[position]
            if digit == 0 { continue }
            let entry = odd[abs(digit) / 2]
            let factor = digit > 0 ? entry : entry.conjugate
            result = started ? result * factor : factor
            started = true
        }
        return result
    }
}
