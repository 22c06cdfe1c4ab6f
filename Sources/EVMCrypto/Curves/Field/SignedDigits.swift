/// A number's digits, lowest first: odd or zero, below 2^(width - 1) in size, at most one in `width` not zero
/// (width-w non-adjacent form). By value: nothing is allocated.
struct SignedDigits: Sendable {
    private var digits = InlineArray<130, Int8>(repeating: 0)
    /// How many there are, up to the highest that is not zero: at most 129.
    private(set) var count = 0

    /// The digits of `value` at a width of 2 to 7.
    init(_ value: UInt128, width: Int) {
        precondition(width >= 2 && width <= 7, "a width that no digit holds")
        var rest = value, carry = false
        // `carry` stands for 2^128 passing the top: rest is then the value less 2^128.
        while rest != 0 || carry {
            var digit = 0
            if rest & 1 == 1 {
                let low = Int(truncatingIfNeeded: rest & (1 << UInt128(width) - 1))
                digit = low >= 1 << (width - 1) ? low - 1 << width : low
                if digit > 0 {
                    rest &-= UInt128(digit)
                } else {
                    let (sum, over) = rest.addingReportingOverflow(UInt128(-digit))
                    rest = sum
                    carry = carry || over
                }
            }
            digits[count] = Int8(digit)
            count += 1
            rest >>= 1
            if carry {
                rest |= 1 << 127
                carry = false
            }
        }
    }

    /// The digit at a position below `count`.
    subscript(_ position: Int) -> Int { Int(digits[position]) }

    /// The size of the largest digit.
    var largest: Int {
        var found = 0
        for position in 0..<count { found = max(found, abs(self[position])) }
        return found
    }

    /// The digits below the leading one, highest first: what a double-and-add loop walks.
    var loop: [Int8] { (0..<max(count - 1, 0)).reversed().map { digits[$0] } }
}
