/// The lines of a Miller loop over a point that never changes, divided by their heights: for P = (x, y) each is
/// 1 + slope x / y + constant / y, times a factor that the final exponentiation removes.
struct FixedLines<P: PairingParameters>: Sendable {
    /// In the order of the loop. The heights are 1.
    let lines: [Line<P>]

    /// Runs the loop once. `q` is not at infinity.
    init(_ q: AffinePoint<Fp2<P>>) {
        var pair = MillerPair<P>(.infinity, q)
        var found: [Line<P>] = []
        for digit in P.loopDigits {
            found.append(pair.double())
            if digit != 0 { found.append(pair.add(digit > 0 ? q : -q)) }
        }
        lines = found.map { line in
            let scale = line.height.inverse
            return Line(height: .one, slope: line.slope * scale, constant: line.constant * scale)
        }
    }
}

extension Pairing {
    /// Whether the product of e(P, Q) is 1 for pairs with prepared Q; for M-type twists whose loop needs no finish.
    /// Pairs with P at infinity contribute 1.
    static func productIsOne(_ given: [(AffinePoint<Fp<P>>, FixedLines<P>)]) -> Bool {
        let pairs = given.filter { !$0.0.isInfinity }
        if pairs.isEmpty { return true }
        // (x / y, 1 / y) of each P.
        let scales = pairs.map { pair in
            let inverse = pair.0.y.inverse
            return (pair.0.x * inverse, inverse)
        }
        var f = Fp12<P>.one
        var next = 0, started = false
        for digit in P.loopDigits {
            if started { f = f.squared }
            started = true
            for _ in 0..<(digit == 0 ? 1 : 2) {
                for (pair, scale) in zip(pairs, scales) {
                    let line = pair.1.lines[next]
                    f = f.multiplied(byMLine: line.constant * scale.1, line.slope * scale.0)
                }
                next += 1
            }
        }
        return P.finalExponentiation(f).isOne
    }
}

extension Fp12 where P: PairingParameters {
    /// a (l0 + l2 w^2 + w^3): 10 products in Fp2.
    @inline(never)
    func multiplied(byMLine l0: Fp2<P>, _ l2: Fp2<P>) -> Fp12 {
        let low = c0.multiplied(by: l0, l2)
        let high = c1.timesV
        let cross = (c0 + c1).multiplied(by: l0, l2 + .one)
        return Fp12(low + high.timesV, cross - low - high)
    }
}
