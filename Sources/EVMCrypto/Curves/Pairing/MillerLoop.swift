/// A curve with an optimal ate pairing: the loop's digits and the shape of its lines.
protocol PairingParameters: TowerParameters {
    /// 3 b of the twist.
    static var twistThreeB: Fp2<Self> { get }
    /// The loop's signed digits below the leading 1, highest first.
    static var loopDigits: [Int8] { get }
    /// Whether the twist divides by xi (D-type) instead of multiplying with it (M-type): where a line's parts stand.
    static var isDTwist: Bool { get }
    /// What follows the loop for one pair: bn254's two lines with Frobenius images.
    static func finish(_ f: inout Fp12<Self>, _ pair: inout MillerPair<Self>)
    /// Raises to a multiple of (p^12 - 1) / r prime to r.
    static func finalExponentiation(_ f: Fp12<Self>) -> Fp12<Self>
}

/// A line through points of the twist: `constant`, `slope` (times x of P) and `height` (times y of P).
struct Line<P: PairingParameters>: BitwiseCopyable, Sendable {
    var height, slope, constant: Fp2<P>
}

/// A pair (P, Q) on its way through a Miller loop; T is homogeneous: (X / Z, Y / Z).
struct MillerPair<P: PairingParameters>: BitwiseCopyable, Sendable {
    let p: AffinePoint<Fp<P>>
    let q: AffinePoint<Fp2<P>>
    var x, y, z: Fp2<P>

    /// Both points are not at infinity.
    init(_ p: AffinePoint<Fp<P>>, _ q: AffinePoint<Fp2<P>>) {
        self.p = p
        self.q = q
        x = q.x
        y = q.y
        z = .one
    }

    /// T becomes 2 T; the tangent at T. Costello, Lange and Naehrig 2010 in the form of Aranha et al. 2011, section 4.
    @inline(never)
    mutating func double() -> Line<P> {
        let a = (x * y).halved
        let b = y.squared
        let c = z.squared
        let e = P.twistThreeB * c
        let f = e.tripled
        let g = (b + f).halved
        let h = (y + z).squared - b - c
        let line = Line<P>(height: -h, slope: x.squared.tripled, constant: e - b)
        x = a * (b - f)
        y = g.squared - e.squared.tripled
        z = b * h
        return line
    }

    /// T becomes T + R; the line through both.
    @inline(never)
    mutating func add(_ r: AffinePoint<Fp2<P>>) -> Line<P> {
        let o = y - r.y * z
        let l = x - r.x * z
        let c = o.squared
        let d = l.squared
        let e = l * d
        let f = z * c
        let g = x * d
        let h = e + f - g.doubled
        let line = Line<P>(height: l, slope: -o, constant: o * r.x - l * r.y)
        x = l * h
        y = o * (g - h) - e * y
        z = z * e
        return line
    }
}

extension Fp12 where P: PairingParameters {
    /// f times a line taken at a point.
    @inline(__always)
    mutating func take(_ line: Line<P>, at point: AffinePoint<Fp<P>>) {
        let height = line.height * point.y, slope = line.slope * point.x
        self =
            P.isDTwist
            ? multiplied(byDLine: height, slope, line.constant)
            : multiplied(byMLine: line.constant, slope, height)
    }
}

/// Products of pairings.
enum Pairing<P: PairingParameters> {}

/// A product of pairings as it is taken in: up to eight pairs share the squares of one Miller loop, all share one final
/// exponentiation. No allocation.
struct PairingProduct<P: PairingParameters> {
    private static var batch: Int { 8 }

    private var product = Fp12<P>.one
    private var isEmpty = true
    private var pairs: InlineArray<8, MillerPair<P>>
    private var count = 0

    /// The empty product, 1.
    init() { pairs = InlineArray(repeating: MillerPair(.infinity, .infinity)) }

    /// Multiplies e(p, q) in; a point at infinity makes it 1.
    mutating func take(_ p: AffinePoint<Fp<P>>, _ q: AffinePoint<Fp2<P>>) {
        if p.isInfinity || q.isInfinity { return }
        pairs[count] = MillerPair(p, q)
        count += 1
        if count == Self.batch { runLoop() }
    }

    /// Whether the product is 1.
    consuming func isOne() -> Bool {
        runLoop()
        return isEmpty || P.finalExponentiation(product).isOne
    }

    private mutating func runLoop() {
        guard count > 0 else { return }
        var f = Fp12<P>.one
        var started = false
        for digit in P.loopDigits {
            if started { f = f.squared }
            started = true
            for i in 0..<count {
                f.take(pairs[i].double(), at: pairs[i].p)
                if digit != 0 {
                    let q = pairs[i].q
                    f.take(pairs[i].add(digit > 0 ? q : -q), at: pairs[i].p)
                }
            }
        }
        for i in 0..<count { P.finish(&f, &pairs[i]) }
        product = isEmpty ? f : product * f
        isEmpty = false
        count = 0
    }
}
