/// A point and a factor of at most 128 bits, as the endomorphisms of a curve leave them.
struct ScaledPoint<F: CurveField>: Sendable {
    var point: AffinePoint<F>
    var scalar: UInt128
}

/// Sums of multiples of points. Not constant-time.
enum MultiScalar<F: CurveField> {
    /// From this many terms on, buckets beat tables.
    static var bucketsFrom: Int { 128 }

    /// The sum of scalar x point over the terms.
    static func sum(_ terms: [ScaledPoint<F>]) -> JacobianPoint<F> {
        terms.count < bucketsFrom ? windowedSum(terms) : bucketSum(terms)
    }

    /// Straus: all terms share the doublings; each has a table of its odd multiples up to 15, and signed digits.
    static func windowedSum(_ terms: [ScaledPoint<F>]) -> JacobianPoint<F> {
        let width = 5, tableSize = 1 << (width - 2)
        var multiples: [JacobianPoint<F>] = []
        multiples.reserveCapacity(terms.count * tableSize)
        var digits: [SignedDigits] = []
        digits.reserveCapacity(terms.count)
        var length = 0
        for term in terms where !term.point.isInfinity && term.scalar != 0 {
            let expansion = SignedDigits(term.scalar, width: width)
            length = max(length, expansion.count)
            digits.append(expansion)
            var multiple = JacobianPoint(term.point)
            let double = multiple.doubled
            multiples.append(multiple)
            for _ in 1..<tableSize {
                multiple = multiple + double
                multiples.append(multiple)
            }
        }
        let table = JacobianPoint.affine(multiples)
        var result = JacobianPoint<F>.infinity
        for position in (0..<length).reversed() {
            result = result.doubled
            for term in digits.indices where position < digits[term].count {
                let digit = digits[term][position]
                if digit == 0 { continue }
                let entry = table[term * tableSize + Int(digit.magnitude) / 2]
                result = result + (digit > 0 ? entry : -entry)
            }
        }
        return result
    }

    /// The sum of one or two terms in the same way, without an allocation.
    static func windowedSum(_ first: ScaledPoint<F>, _ second: ScaledPoint<F>?) -> JacobianPoint<F> {
        let width = 5, tableSize = 8
        var multiples = InlineArray<16, JacobianPoint<F>>(repeating: .infinity)
        let digits = (SignedDigits(first.scalar, width: width), SignedDigits(second?.scalar ?? 0, width: width))
        for term in 0..<2 {
            guard let point = term == 0 ? first.point : second?.point else { continue }
            var multiple = JacobianPoint(point)
            let double = multiple.doubled
            multiples[term * tableSize] = multiple
            for entry in 1..<tableSize {
                multiple = multiple + double
                multiples[term * tableSize + entry] = multiple
            }
        }
        var table = InlineArray<16, AffinePoint<F>>(repeating: .infinity)
        JacobianPoint.affine(multiples, into: &table)
        var result = JacobianPoint<F>.infinity
        for position in (0..<max(digits.0.count, digits.1.count)).reversed() {
            result = result.doubled
            for term in 0..<2 {
                let own = term == 0 ? digits.0 : digits.1
                guard position < own.count, own[position] != 0 else { continue }
                let entry = table[term * tableSize + abs(own[position]) / 2]
                result = result + (own[position] > 0 ? entry : -entry)
            }
        }
        return result
    }

    /// Pippenger: for each window of the scalars the points are sorted into buckets by digit, signed so that half the
    /// buckets do.
    static func bucketSum(_ terms: [ScaledPoint<F>]) -> JacobianPoint<F> {
        let log = Int.bitWidth - max(terms.count, 1).leadingZeroBitCount
        let width = min(max(log - 3, 3), 13)
        let bits = terms.reduce(0) { max($0, 128 - $1.scalar.leadingZeroBitCount) }
        // Room for one bit more than the scalars have, for the last carry.
        let windows = bits / width + 1
        let half = 1 << (width - 1), mask = (1 << width) - 1
        var digits = [Int16](repeating: 0, count: terms.count * windows)
        for (index, term) in terms.enumerated() where !term.point.isInfinity {
            var rest = term.scalar, carry = 0
            for window in 0..<windows {
                var digit = Int(truncatingIfNeeded: rest) & mask + carry
                rest >>= UInt128(width)
                carry = digit > half ? 1 : 0
                if carry == 1 { digit -= mask + 1 }
                digits[window * terms.count + index] = Int16(digit)
            }
        }
        var result = JacobianPoint<F>.infinity
        var buckets = [JacobianPoint<F>](repeating: .infinity, count: half)
        for window in (0..<windows).reversed() {
            for _ in 0..<width { result = result.doubled }
            for i in buckets.indices { buckets[i] = .infinity }
            for index in terms.indices {
                let digit = Int(digits[window * terms.count + index])
                if digit > 0 {
                    buckets[digit - 1] = buckets[digit - 1] + terms[index].point
                } else if digit < 0 {
                    buckets[-digit - 1] = buckets[-digit - 1] + -terms[index].point
                }
            }
            // bucket 1 once, bucket 2 twice ...: a running sum from the top.
            var running = JacobianPoint<F>.infinity, total = JacobianPoint<F>.infinity
            for bucket in buckets.reversed() {
                running = running + bucket
                total = total + running
            }
            result = result + total
        }
        return result
    }
}
