/// A field that coordinates of a curve y^2 = x^3 + b may lie in.
protocol CurveField: Equatable, Sendable, BitwiseCopyable {
    static var zero: Self { get }
    static var one: Self { get }
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    static prefix func - (a: Self) -> Self
    var squared: Self { get }
    var doubled: Self { get }
    var tripled: Self { get }
    var inverse: Self { get }
    var isZero: Bool { get }
}

extension Fp: CurveField {}
extension Fp2: CurveField {}

/// A point by its coordinates. (0, 0), which is on no curve with b other than 0, stands for the point at infinity.
struct AffinePoint<F: CurveField>: Equatable, Sendable, BitwiseCopyable {
    var x, y: F

    @inline(__always)
    init(_ x: F, _ y: F) {
        self.x = x
        self.y = y
    }

    static var infinity: AffinePoint { AffinePoint(.zero, .zero) }
    @inline(__always) var isInfinity: Bool { x.isZero && y.isZero }
    @inline(__always) static prefix func - (a: AffinePoint) -> AffinePoint { AffinePoint(a.x, -a.y) }

    /// Whether y^2 = x^3 + b, or the point is at infinity.
    func isOnCurve(b: F) -> Bool { isInfinity || y.squared == x.squared * x + b }

    /// a + b with one inversion.
    @inline(__always)
    static func + (a: AffinePoint, b: AffinePoint) -> AffinePoint {
        if a.isInfinity { return b }
        if b.isInfinity { return a }
        var numerator = b.y - a.y, denominator = b.x - a.x
        if denominator.isZero {
            // The same x: the same point or its negative; 2 y = 0 cannot be on a curve of odd order, but is handled.
            if !numerator.isZero || a.y.isZero { return .infinity }
            numerator = a.x.squared.tripled
            denominator = a.y.doubled
        }
        let slope = numerator * denominator.inverse
        let x = slope.squared - a.x - b.x
        return AffinePoint(x, slope * (a.x - x) - a.y)
    }
}

/// A point (X / Z^2, Y / Z^3); Z = 0 is the point at infinity. Formulas for a = 0 from the Explicit-Formulas Database
/// (dbl-2009-l, madd-2007-bl, add-2007-bl), complete by the tests for equal and infinite points.
struct JacobianPoint<F: CurveField>: Sendable, BitwiseCopyable {
    var x, y, z: F

    @inline(__always)
    init(_ x: F, _ y: F, _ z: F) {
        self.x = x
        self.y = y
        self.z = z
    }

    init(_ a: AffinePoint<F>) { self = a.isInfinity ? .infinity : JacobianPoint(a.x, a.y, .one) }

    static var infinity: JacobianPoint { JacobianPoint(.one, .one, .zero) }
    @inline(__always) var isInfinity: Bool { z.isZero }
    @inline(__always) static prefix func - (a: JacobianPoint) -> JacobianPoint { JacobianPoint(a.x, -a.y, a.z) }

    /// 2 a: two products, five squares.
    @inline(never)
    var doubled: JacobianPoint {
        let a = x.squared, b = y.squared
        let c = b.squared
        let d = ((x + b).squared - a - c).doubled
        let e = a.tripled
        let x3 = e.squared - d.doubled
        let y3 = e * (d - x3) - c.doubled.doubled.doubled
        return JacobianPoint(x3, y3, (y * z).doubled)
    }

    /// a + b: seven products, four squares.
    @inline(never)
    static func + (a: JacobianPoint, b: AffinePoint<F>) -> JacobianPoint {
        if b.isInfinity { return a }
        if a.isInfinity { return JacobianPoint(b.x, b.y, .one) }
        let zz = a.z.squared
        let h = b.x * zz - a.x
        let r = b.y * a.z * zz - a.y
        if h.isZero { return r.isZero ? a.doubled : .infinity }
        let hh = h.squared
        let i = hh.doubled.doubled
        let j = h * i
        let twice = r.doubled
        let v = a.x * i
        let x3 = twice.squared - j - v.doubled
        let y3 = twice * (v - x3) - (a.y * j).doubled
        return JacobianPoint(x3, y3, (a.z + h).squared - zz - hh)
    }

    /// a + b: eleven products, five squares.
    @inline(never)
    static func + (a: JacobianPoint, b: JacobianPoint) -> JacobianPoint {
        if a.isInfinity { return b }
        if b.isInfinity { return a }
        let z1z1 = a.z.squared, z2z2 = b.z.squared
        let u1 = a.x * z2z2, s1 = a.y * b.z * z2z2
        let h = b.x * z1z1 - u1
        let difference = b.y * a.z * z1z1 - s1
        if h.isZero { return difference.isZero ? a.doubled : .infinity }
        let i = h.doubled.squared
        let j = h * i
        let r = difference.doubled
        let v = u1 * i
        let x3 = r.squared - j - v.doubled
        let y3 = r * (v - x3) - (s1 * j).doubled
        return JacobianPoint(x3, y3, ((a.z + b.z).squared - z1z1 - z2z2) * h)
    }

    /// The coordinates, with one inversion.
    var affine: AffinePoint<F> {
        if isInfinity { return .infinity }
        let inverse = z.inverse
        let square = inverse.squared
        return AffinePoint(x * square, y * square * inverse)
    }

    /// Whether the point is `a`, without an inversion.
    func equals(_ a: AffinePoint<F>) -> Bool {
        if isInfinity || a.isInfinity { return isInfinity && a.isInfinity }
        let zz = z.squared
        return x == a.x * zz && y == a.y * zz * z
    }

    /// The coordinates of many points with one inversion (Montgomery's trick).
    static func affine(_ points: [JacobianPoint]) -> [AffinePoint<F>] {
        var products: [F] = []
        products.reserveCapacity(points.count)
        var product = F.one
        for point in points {
            products.append(product)
            if !point.isInfinity { product = product * point.z }
        }
        var inverse = product.inverse
        var result = [AffinePoint<F>](repeating: .infinity, count: points.count)
        for i in points.indices.reversed() where !points[i].isInfinity {
            let own = inverse * products[i]
            inverse = inverse * points[i].z
            let square = own.squared
            result[i] = AffinePoint(points[i].x * square, points[i].y * square * own)
        }
        return result
    }

    /// The same for sixteen points, without an allocation.
    static func affine(_ points: InlineArray<16, JacobianPoint>, into result: inout InlineArray<16, AffinePoint<F>>) {
        var products = InlineArray<16, F>(repeating: .one)
        var product = F.one
        for i in 0..<16 {
            products[i] = product
            if !points[i].isInfinity { product = product * points[i].z }
        }
        var inverse = product.inverse
        for i in (0..<16).reversed() where !points[i].isInfinity {
            let own = inverse * products[i]
            inverse = inverse * points[i].z
            let square = own.squared
            result[i] = AffinePoint(points[i].x * square, points[i].y * square * own)
        }
    }

    /// [scalar] a by its bits: for the sparse parameter of a curve.
    func multiplied(bySparse scalar: UInt64) -> JacobianPoint {
        guard scalar != 0 else { return .infinity }
        let base = self
        var result = self
        for bit in (0..<63 - scalar.leadingZeroBitCount).reversed() {
            result = result.doubled
            if scalar &>> UInt64(bit) & 1 == 1 { result = result + base }
        }
        return result
    }
}
