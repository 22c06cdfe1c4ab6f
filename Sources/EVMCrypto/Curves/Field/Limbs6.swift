/// 384 bits in six limbs, least significant first: the BLS12-381 fields.
struct Limbs6: FixedLimbs {
    var l0, l1, l2, l3, l4, l5: UInt64

    @inline(__always)
    init(_ l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64, _ l4: UInt64, _ l5: UInt64) {
        self.l0 = l0
        self.l1 = l1
        self.l2 = l2
        self.l3 = l3
        self.l4 = l4
        self.l5 = l5
    }

    static var count: Int { 6 }
    @inline(__always) static var zero: Limbs6 { Limbs6(0, 0, 0, 0, 0, 0) }
    @inline(__always) var isZero: Bool { l0 | l1 | l2 | l3 | l4 | l5 == 0 }

    subscript(_ index: Int) -> UInt64 {
        get {
            switch index {
            case 0: l0
            case 1: l1
            case 2: l2
            case 3: l3
            case 4: l4
            default: l5
            }
        }
        set {
            switch index {
            case 0: l0 = newValue
            case 1: l1 = newValue
            case 2: l2 = newValue
            case 3: l3 = newValue
            case 4: l4 = newValue
            default: l5 = newValue
            }
        }
    }

    @inline(__always)
    static func adding(_ a: Limbs6, _ b: Limbs6) -> (sum: Limbs6, carry: UInt64) {
        var carry: UInt64 = 0
        let r0 = addCarry(a.l0, b.l0, &carry)
        let r1 = addCarry(a.l1, b.l1, &carry)
        let r2 = addCarry(a.l2, b.l2, &carry)
        let r3 = addCarry(a.l3, b.l3, &carry)
        let r4 = addCarry(a.l4, b.l4, &carry)
        let r5 = addCarry(a.l5, b.l5, &carry)
        return (Limbs6(r0, r1, r2, r3, r4, r5), carry)
    }

    @inline(__always)
    static func adding(_ a: Limbs6, _ b: Limbs6, carry carryIn: UInt64) -> Limbs6 {
        var carry = carryIn
        let r0 = addCarry(a.l0, b.l0, &carry)
        let r1 = addCarry(a.l1, b.l1, &carry)
        let r2 = addCarry(a.l2, b.l2, &carry)
        let r3 = addCarry(a.l3, b.l3, &carry)
        let r4 = addCarry(a.l4, b.l4, &carry)
        let r5 = addCarry(a.l5, b.l5, &carry)
        return Limbs6(r0, r1, r2, r3, r4, r5)
    }

    @inline(__always)
    static func subtracting(_ a: Limbs6, _ b: Limbs6) -> (difference: Limbs6, borrow: UInt64) {
        subtracting(a, b, borrow: 0)
    }

    @inline(__always)
    static func subtracting(_ a: Limbs6, _ b: Limbs6, borrow borrowIn: UInt64) -> (difference: Limbs6, borrow: UInt64) {
        var borrow = borrowIn
        let r0 = subtractBorrow(a.l0, b.l0, &borrow)
        let r1 = subtractBorrow(a.l1, b.l1, &borrow)
        let r2 = subtractBorrow(a.l2, b.l2, &borrow)
        let r3 = subtractBorrow(a.l3, b.l3, &borrow)
        let r4 = subtractBorrow(a.l4, b.l4, &borrow)
        let r5 = subtractBorrow(a.l5, b.l5, &borrow)
        return (Limbs6(r0, r1, r2, r3, r4, r5), borrow)
    }

    @inline(__always)
    func masked(_ mask: UInt64) -> Limbs6 {
        Limbs6(l0 & mask, l1 & mask, l2 & mask, l3 & mask, l4 & mask, l5 & mask)
    }

    @inline(__always)
    func replaced(by other: Limbs6, mask: UInt64) -> Limbs6 {
        Limbs6(
            l0 ^ (l0 ^ other.l0) & mask, l1 ^ (l1 ^ other.l1) & mask,
            l2 ^ (l2 ^ other.l2) & mask, l3 ^ (l3 ^ other.l3) & mask,
            l4 ^ (l4 ^ other.l4) & mask, l5 ^ (l5 ^ other.l5) & mask)
    }

    @inline(__always)
    func scaled(by word: UInt64) -> (low: Limbs6, high: UInt64) {
        var carry: UInt64 = 0
        let r0 = multiplyAdd(0, l0, word, &carry)
        let r1 = multiplyAdd(0, l1, word, &carry)
        let r2 = multiplyAdd(0, l2, word, &carry)
        let r3 = multiplyAdd(0, l3, word, &carry)
        let r4 = multiplyAdd(0, l4, word, &carry)
        let r5 = multiplyAdd(0, l5, word, &carry)
        return (Limbs6(r0, r1, r2, r3, r4, r5), carry)
    }

    @inline(__always)
    func halved(top: UInt64) -> Limbs6 {
        Limbs6(
            l0 &>> 1 | l1 &<< 63, l1 &>> 1 | l2 &<< 63,
            l2 &>> 1 | l3 &<< 63, l3 &>> 1 | l4 &<< 63,
            l4 &>> 1 | l5 &<< 63, l5 &>> 1 | top &<< 63)
    }
}

// MARK: Products

extension Limbs6 {
    /// self + x y: the lowest limb goes to `out`, the rest comes back.
    @inline(__always)
    private func productRow(_ x: Limbs6, _ y: UInt64, _ out: inout UInt64) -> Limbs6 {
        var carry: UInt64 = 0
        out = multiplyAdd(l0, x.l0, y, &carry)
        let r1 = multiplyAdd(l1, x.l1, y, &carry)
        let r2 = multiplyAdd(l2, x.l2, y, &carry)
        let r3 = multiplyAdd(l3, x.l3, y, &carry)
        let r4 = multiplyAdd(l4, x.l4, y, &carry)
        let r5 = multiplyAdd(l5, x.l5, y, &carry)
        return Limbs6(r1, r2, r3, r4, r5, carry)
    }

    @inline(__always)
    static func multiplyWide(_ a: Limbs6, _ b: Limbs6) -> Wide<Limbs6> {
        var low = Limbs6.zero
        var high = low.productRow(a, b.l0, &low.l0)
        high = high.productRow(a, b.l1, &low.l1)
        high = high.productRow(a, b.l2, &low.l2)
        high = high.productRow(a, b.l3, &low.l3)
        high = high.productRow(a, b.l4, &low.l4)
        high = high.productRow(a, b.l5, &low.l5)
        return Wide(low: low, high: high)
    }

    /// The products of different limbs once, shifted by a bit, and the squares of the limbs.
    @inline(__always)
    static func squareWide(_ a: Limbs6) -> Wide<Limbs6> {
        var carry: UInt64 = 0
        let t1 = multiplyAdd(0, a.l0, a.l1, &carry)
        let t2 = multiplyAdd(0, a.l0, a.l2, &carry)
        var t3 = multiplyAdd(0, a.l0, a.l3, &carry)
        var t4 = multiplyAdd(0, a.l0, a.l4, &carry)
        var t5 = multiplyAdd(0, a.l0, a.l5, &carry)
        var t6 = carry
        carry = 0
        t3 = multiplyAdd(t3, a.l1, a.l2, &carry)
        t4 = multiplyAdd(t4, a.l1, a.l3, &carry)
        t5 = multiplyAdd(t5, a.l1, a.l4, &carry)
        t6 = multiplyAdd(t6, a.l1, a.l5, &carry)
        var t7 = carry
        carry = 0
        t5 = multiplyAdd(t5, a.l2, a.l3, &carry)
        t6 = multiplyAdd(t6, a.l2, a.l4, &carry)
        t7 = multiplyAdd(t7, a.l2, a.l5, &carry)
        var t8 = carry
        carry = 0
        t7 = multiplyAdd(t7, a.l3, a.l4, &carry)
        t8 = multiplyAdd(t8, a.l3, a.l5, &carry)
        var t9 = carry
        carry = 0
        t9 = multiplyAdd(t9, a.l4, a.l5, &carry)
        let t10 = carry
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
        let w7 = addCarry(t7 &<< 1 | t6 &>> 63, s3.high, &carry)
        let s4 = a.l4.multipliedFullWidth(by: a.l4)
        let w8 = addCarry(t8 &<< 1 | t7 &>> 63, s4.low, &carry)
        let w9 = addCarry(t9 &<< 1 | t8 &>> 63, s4.high, &carry)
        let s5 = a.l5.multipliedFullWidth(by: a.l5)
        let w10 = addCarry(t10 &<< 1 | t9 &>> 63, s5.low, &carry)
        let w11 = addCarry(t10 &>> 63, s5.high, &carry)
        return Wide(
            low: Limbs6(w0, w1, w2, w3, w4, w5),
            high: Limbs6(w6, w7, w8, w9, w10, w11))
    }

    /// (self + x y + m p) / 2^64 with the m that makes it whole.
    @inline(__always)
    private func montgomeryRow(_ x: Limbs6, _ y: UInt64, _ p: Limbs6, _ inverse: UInt64) -> Limbs6 {
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
        let t4 = multiplyAdd(l4, x.l4, y, &high)
        let r4 = multiplyAdd(t4, m, p.l4, &carry)
        let t5 = multiplyAdd(l5, x.l5, y, &high)
        let r5 = multiplyAdd(t5, m, p.l5, &carry)
        return Limbs6(r1, r2, r3, r4, r5, high &+ carry)
    }

    @inline(__always)
    static func montgomeryMultiply(_ a: Limbs6, _ b: Limbs6, modulus p: Limbs6, inverse: UInt64) -> Limbs6 {
        var t = zero.montgomeryRow(a, b.l0, p, inverse)
        t = t.montgomeryRow(a, b.l1, p, inverse)
        t = t.montgomeryRow(a, b.l2, p, inverse)
        t = t.montgomeryRow(a, b.l3, p, inverse)
        t = t.montgomeryRow(a, b.l4, p, inverse)
        t = t.montgomeryRow(a, b.l5, p, inverse)
        return t
    }

    /// (self + m p) / 2^64 with the m that makes it whole.
    @inline(__always)
    private func reductionRow(_ p: Limbs6, _ inverse: UInt64) -> Limbs6 {
        var carry: UInt64 = 0
        let m = l0 &* inverse
        _ = multiplyAdd(l0, m, p.l0, &carry)
        let r1 = multiplyAdd(l1, m, p.l1, &carry)
        let r2 = multiplyAdd(l2, m, p.l2, &carry)
        let r3 = multiplyAdd(l3, m, p.l3, &carry)
        let r4 = multiplyAdd(l4, m, p.l4, &carry)
        let r5 = multiplyAdd(l5, m, p.l5, &carry)
        return Limbs6(r1, r2, r3, r4, r5, carry)
    }

    @inline(__always)
    static func montgomeryReduce(_ x: Wide<Limbs6>, modulus p: Limbs6, inverse: UInt64) -> Limbs6 {
        // The high half takes no part in finding the m's: it is added at the end.
        var t = x.low.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        t = t.reductionRow(p, inverse)
        return adding(t, x.high).sum
    }
}
