public import EVMTypes

/// EIP-4844's integer approximation of `factor * e^(numerator / denominator)`.
public enum FakeExponential {
    /// 512 bits, least significant limb first.
    private typealias Wide = InlineArray<8, UInt64>

    /// The sum of the series, each term rounded down as the EIP writes it, then divided by `denominator` rounding down.
    ///
    /// The EIP's integers are unbounded. Here the result is exact up to 2^256 - 1; whatever is larger gives 2^256 - 1,
    /// which is more wei than there are. A denominator of zero gives that too. At most some 700 terms, no allocation.
    /// Source: EIP-4844 `fake_exponential`.
    public static func value(factor: UInt64, numerator: UInt64, denominator: UInt64) -> U256 {
        if factor == 0 { return .zero }
        // e^178 > 2^256, so nothing exact is lost; and e^178 x 2^128 stays below 2^512 with its terms.
        if denominator == 0 || numerator / denominator >= 178 { return .max }
        var term = Wide(repeating: 0)
        let first = factor.multipliedFullWidth(by: denominator)
        term[0] = first.low
        term[1] = first.high
        var sum = Wide(repeating: 0)
        var index: UInt64 = 1
        while !isZero(term) {
            add(term, to: &sum)
            multiply(&term, by: numerator)
            // Dividing twice rounds down to the same as dividing by the product.
            divide(&term, by: denominator)
            divide(&term, by: index)
            index += 1
        }
        divide(&sum, by: denominator)
        guard sum[4] | sum[5] | sum[6] | sum[7] == 0 else { return .max }
        return U256(limbs: sum[0], sum[1], sum[2], sum[3])
    }

    private static func isZero(_ a: Wide) -> Bool {
        var bits: UInt64 = 0
        for index in 0..<8 { bits |= a[index] }
        return bits == 0
    }

    private static func add(_ a: Wide, to sum: inout Wide) {
        var carry: UInt64 = 0
        for index in 0..<8 {
            let (part, over) = sum[index].addingReportingOverflow(a[index])
            let (whole, over2) = part.addingReportingOverflow(carry)
            sum[index] = whole
            carry = (over ? 1 : 0) &+ (over2 ? 1 : 0)
        }
    }

    private static func multiply(_ a: inout Wide, by factor: UInt64) {
        var carry: UInt64 = 0
        for index in 0..<8 {
            let product = a[index].multipliedFullWidth(by: factor)
            let (low, over) = product.low.addingReportingOverflow(carry)
            a[index] = low
            // Cannot wrap: the high part is at most 2^64 - 2.
            carry = product.high &+ (over ? 1 : 0)
        }
    }

    private static func divide(_ a: inout Wide, by divisor: UInt64) {
        var rest: UInt64 = 0
        for index in (0..<8).reversed() {
            // `rest` is below the divisor, so the quotient fits.
            (a[index], rest) = divisor.dividingFullWidth((rest, a[index]))
        }
    }
}
