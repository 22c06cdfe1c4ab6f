/// 256 bits in four limbs, least significant first: the bn254 fields.
struct Limbs4: FixedLimbs {
    var l0, l1, l2, l3: UInt64

    @inline(__always)
    init(_ l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64) {
        self.l0 = l0
        self.l1 = l1
        self.l2 = l2
        self.l3 = l3
    }

    static var count: Int { 4 }
    @inline(__always) static var zero: Limbs4 { Limbs4(0, 0, 0, 0) }
    @inline(__always) var isZero: Bool { l0 | l1 | l2 | l3 == 0 }

    subscript(_ index: Int) -> UInt64 {
        get {
            switch index {
            case 0: l0
            case 1: l1
            case 2: l2
            default: l3
            }
        }
        set {
            switch index {
            case 0: l0 = newValue
            case 1: l1 = newValue
            case 2: l2 = newValue
            default: l3 = newValue
            }
        }
    }

    @inline(__always)
    static func adding(_ a: Limbs4, _ b: Limbs4) -> (sum: Limbs4, carry: UInt64) {
        var carry: UInt64 = 0
        let r0 = addCarry(a.l0, b.l0, &carry)
        let r1 = addCarry(a.l1, b.l1, &carry)
        let r2 = addCarry(a.l2, b.l2, &carry)
        let r3 = addCarry(a.l3, b.l3, &carry)
        return (Limbs4(r0, r1, r2, r3), carry)
    }

    @inline(__always)
    static func adding(_ a: Limbs4, _ b: Limbs4, carry carryIn: UInt64) -> Limbs4 {
        var carry = carryIn
        let r0 = addCarry(a.l0, b.l0, &carry)
        let r1 = addCarry(a.l1, b.l1, &carry)
        let r2 = addCarry(a.l2, b.l2, &carry)
        let r3 = addCarry(a.l3, b.l3, &carry)
        return Limbs4(r0, r1, r2, r3)
    }

    @inline(__always)
    static func subtracting(_ a: Limbs4, _ b: Limbs4) -> (difference: Limbs4, borrow: UInt64) {
        subtracting(a, b, borrow: 0)
    }

    @inline(__always)
    static func subtracting(_ a: Limbs4, _ b: Limbs4, borrow borrowIn: UInt64) -> (difference: Limbs4, borrow: UInt64) {
        var borrow = borrowIn
        let r0 = subtractBorrow(a.l0, b.l0, &borrow)
        let r1 = subtractBorrow(a.l1, b.l1, &borrow)
        let r2 = subtractBorrow(a.l2, b.l2, &borrow)
        let r3 = subtractBorrow(a.l3, b.l3, &borrow)
        return (Limbs4(r0, r1, r2, r3), borrow)
    }

    @inline(__always)
    func masked(_ mask: UInt64) -> Limbs4 {
        Limbs4(l0 & mask, l1 & mask, l2 & mask, l3 & mask)
    }

    @inline(__always)
    func replaced(by other: Limbs4, mask: UInt64) -> Limbs4 {
        Limbs4(
            l0 ^ (l0 ^ other.l0) & mask, l1 ^ (l1 ^ other.l1) & mask,
            l2 ^ (l2 ^ other.l2) & mask, l3 ^ (l3 ^ other.l3) & mask)
    }

    @inline(__always)
    func scaled(by word: UInt64) -> (low: Limbs4, high: UInt64) {
        var carry: UInt64 = 0
        let r0 = multiplyAdd(0, l0, word, &carry)
        let r1 = multiplyAdd(0, l1, word, &carry)
        let r2 = multiplyAdd(0, l2, word, &carry)
        let r3 = multiplyAdd(0, l3, word, &carry)
        return (Limbs4(r0, r1, r2, r3), carry)
    }

    @inline(__always)
    func halved(top: UInt64) -> Limbs4 {
        Limbs4(
            l0 &>> 1 | l1 &<< 63, l1 &>> 1 | l2 &<< 63,
            l2 &>> 1 | l3 &<< 63, l3 &>> 1 | top &<< 63)
    }
}

// MARK: Products

extension Limbs4 {
    /// self + x y: the lowest limb goes to `out`, the rest comes back.
    @inline(__always)
    private func productRow(_ x: Limbs4, _ y: UInt64, _ out: inout UInt64) -> Limbs4 {
        var carry: UInt64 = 0
        out = multiplyAdd(l0, x.l0, y, &carry)
        let r1 = multiplyAdd(l1, x.l1, y, &carry)
        let r2 = multiplyAdd(l2, x.l2, y, &carry)
        let r3 = multiplyAdd(l3, x.l3, y, &carry)
        return Limbs4(r1, r2, r3, carry)
    }

    @inline(__always)
    static func multiplyWide(_ a: Limbs4, _ b: Limbs4) -> Wide<Limbs4> {
        var low = Limbs4.zero
        var high = low.productRow(a, b.l0, &low.l0)
        high = high.productRow(a, b.l1, &low.l1)
        high = high.productRow(a, b.l2, &low.l2)
        high = high.productRow(a, b.l3, &low.l3)
        return Wide(low: low, high: high)
    }

    /// The products of different limbs once, shifted by a bit, and the squares of the limbs.
    @inline(__always)
    static func squareWide(_ a: Limbs4) -> Wide<Limbs4> {
        var carry: UInt64 = 0
        let t1 = multiplyAdd(0, a.l0, a.l1, &carry)
        let t2 = multiplyAdd(0, a.l0, a.l2, &carry)
        var t3 = multiplyAdd(0, a.l0, a.l3, &carry)
        var t4 = carry
        carry = 0
        t3 = multiplyAdd(t3, a.l1, a.l2, &carry)
        t4 = multiplyAdd(t4, a.l1, a.l3, &carry)
        var t5 = carry
        carry = 0
        t5 = multiplyAdd(t5, a.l2, a.l3, &carry)
        let t6 = carry
        carry = 0
        let s0 = a.l0.multipliedFullWidth(by: a.l0)
        let w0 = addCarry(0, s0.low, &carry)
        let w1 = addCarry(t1 &<< 1, s0.high, &carry)
        let s1 = a.l1.multipliedFullWidth(by: a.l1)
        let w2 = addCarry(t2 &<< 1 | t1 &>> 63, s1.low, &carry)
        let w3 = addCarry(t3 &<< 1 | t2 &>> 63, s1.high, &carry)
        let s2 = a.l2.multipliedFullWidth(by: a.l2)
        let w4 = addCarry(t4 &<< 1 | t3 &>> 63, s2.low, &carry)
        let w5 = addCarry(t5 &<< 1 | t4 &>> 63, s2.high, &carry)
        let s3 = a.l3.multipliedFullWidth(by: a.l3)
        let w6 = addCarry(t6 &<< 1 | t5 &>> 63, s3.low, &carry)
        let w7 = addCarry(t6 &>> 63, s3.high, &carry)
        return Wide(
            low: Limbs4(w0, w1, w2, w3),
            high: Limbs4(w4, w5, w6, w7))
    }

    /// (self + x y + m p) / 2^64 with the m that makes it whole.
    @inline(__always)
    private func montgomeryRow(_ x: Limbs4, _ y: UInt64, _ p: Limbs4, _ inverse: UInt64) -> Limbs4 {
        var high: UInt64 = 0, carry: UInt64 = 0
        let t0 = multiplyAdd(l0, x.l0, y, &high)
        let m = t0 &* inverse
        _ = multiplyAdd(t0, m, p.l0, &carry)
        let t1 = multiplyAdd(l1, x.l1, y, &high)
        let r1 = multiplyAdd(t1, m, p.l1, &carry)
        let t2 = multiplyAdd(l2, x.l2, y, &high)
        let r2 = multiplyAdd(t2, m, p.l2, &carry)
        let t3 = multiplyAdd(l3, x.l3, y, &high)
        let r3 = multiplyAdd(t3, m, p.l3, &carry)
        return Limbs4(r1, r2, r3, high &+ carry)
    }

    @inline(__always)
    static func montgomeryMultiply(_ a: Limbs4, _ b: Limbs4, modulus p: Limbs4, inverse: UInt64) -> Limbs4 {
        var t = zero.montgomeryRow(a, b.l0, p, inverse)
        t = t.montgomeryRow(a, b.l1, p, inverse)
        t = t.montgomeryRow(a, b.l2, p, inverse)
        t = t.montgomeryRow(a, b.l3, p, inverse)
        return t
    }

    /// (self + m p) / 2^64 with the m that makes it whole.
    @inline(__always)
    private func reductionRow(_ p: Limbs4, _ inverse: UInt64) -> Limbs4 {
        var carry: UInt64 = 0
        let m = l0 &* inverse
        _ = multiplyAdd(l0, m, p.l0, &carry)
        let r1 = multiplyAdd(l1, m, p.l1, &carry)
        let r2 = multiplyAdd(l2, m, p.l2, &carry)
        let r3 = multiplyAdd(l3, m, p.l3, &carry)
        return Limbs4(r1, r2, r3, carry)
    }

    @inline(__always)
    static func montgomeryReduce(_ x: Wide<Limbs4>, modulus p: Limbs4, inverse: UInt64) -> Limbs4 {
        // The high half takes no part in finding the m's: it is added at the end.
        var t = x.low.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        return adding(t, x.high).sum
    }
}
