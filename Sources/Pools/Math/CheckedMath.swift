internal import EVMTypes

/// Arithmetic that ends a quote where a contract with checked arithmetic reverts. Divisions round down.
extension U256 {
    /// 10^18, the unit of fixed-point numbers in most contracts.
    static let wad = U256(1_000_000_000_000_000_000 as UInt64)
    /// 10^10, the unit of Curve's fees.
    static let tenBillion = U256(10_000_000_000 as UInt64)

    @inline(__always)
    func plus(_ other: U256) throws(QuoteError) -> U256 {
        let (sum, overflow) = addingReportingOverflow(other)
        if overflow { throw .overflow }
        return sum
    }

    @inline(__always)
    func minus(_ other: U256) throws(QuoteError) -> U256 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        if overflow { throw .overflow }
        return difference
    }

    @inline(__always)
    func times(_ other: U256) throws(QuoteError) -> U256 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        if overflow { throw .overflow }
        return product
    }

    /// The quotient rounded down; a zero divisor throws.
    @inline(__always)
    func over(_ divisor: U256) throws(QuoteError) -> U256 {
        if divisor.isZero { throw .overflow }
        return self / divisor
    }

    /// The quotient rounded up; a zero divisor throws.
    @inline(__always)
    func overRoundingUp(_ divisor: U256) throws(QuoteError) -> U256 {
        if divisor.isZero { throw .overflow }
        return dividedRoundingUp(by: divisor)
    }

    /// |self - other|.
    @inline(__always)
    func distance(to other: U256) -> U256 { self > other ? self &- other : other &- self }

    /// The value as an amount; throws above 128 bits.
    @inline(__always)
    func amount() throws(QuoteError) -> UInt128 {
        if hi != 0 { throw .overflow }
        return lo
    }
}

extension I256 {
    @inline(__always)
    func plus(_ other: I256) throws(QuoteError) -> I256 {
        let (sum, overflow) = addingReportingOverflow(other)
        if overflow { throw .overflow }
        return sum
    }

    @inline(__always)
    func minus(_ other: I256) throws(QuoteError) -> I256 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        if overflow { throw .overflow }
        return difference
    }

    @inline(__always)
    func times(_ other: I256) throws(QuoteError) -> I256 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        if overflow { throw .overflow }
        return product
    }

    /// The quotient rounded towards zero, as Solidity and Vyper do; a zero divisor throws.
    @inline(__always)
    func over(_ divisor: I256) throws(QuoteError) -> I256 {
        if divisor == .zero || (self == .min && divisor == I256(-1)) { throw .overflow }
        return self / divisor
    }
}

/// Up to eight balances, rates or weights of one pool, without a heap allocation.
@frozen
public struct TokenAmounts: Hashable, Sendable {
    /// The most tokens a pool can have here; Curve and Balancer V3 allow eight.
    public static let capacity = 8

    @usableFromInline var storage: [8 of UInt128] = .init(repeating: 0)
    /// How many tokens there are, at most `capacity`.
    public let count: Int

    /// Nil for more than eight values.
    public init?(_ values: some Collection<UInt128>) {
        guard values.count <= Self.capacity else { return nil }
        count = values.count
        for (index, value) in values.enumerated() { storage[index] = value }
    }

    /// The amount of token `index`, which must be below `count`.
    @inlinable
    public subscript(index: Int) -> UInt128 {
        get {
            precondition(index >= 0 && index < count, "token index out of range")
            return storage[index]
        }
        set {
            precondition(index >= 0 && index < count, "token index out of range")
            storage[index] = newValue
        }
    }

    public static func == (a: TokenAmounts, b: TokenAmounts) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<a.count where a.storage[index] != b.storage[index] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for index in 0..<count { hasher.combine(storage[index]) }
    }
}

/// Scaled balances while a quote runs.
struct ScaledAmounts {
    private var storage: [8 of U256] = .init(repeating: .zero)
    let count: Int

    init(count: Int) {
        precondition(count <= TokenAmounts.capacity, "too many tokens")
        self.count = count
    }

    @inline(__always)
    subscript(index: Int) -> U256 {
        get { storage[index] }
        set { storage[index] = newValue }
    }

    func sum() throws(QuoteError) -> U256 {
        var sum = U256.zero
        for index in 0..<count { sum = try sum.plus(storage[index]) }
        return sum
    }
}

/// Finds exact inputs for contracts that only compute exact outputs.
enum ExactOutput {
    /// The least input whose quote is at least `wanted`, when quotes do not fall as inputs grow.
    ///
    /// `guess` is where the search starts, `limit` the greatest input tried. At most 256 quotes, mostly 40 to 60:
    /// the contract itself has no such function, so there is no formula to follow. `.insufficientLiquidity` when even
    /// the limit does not give it.
    static func leastInput(
        for wanted: UInt128, guess: UInt128, limit: UInt128, _ quote: (UInt128) throws(QuoteError) -> UInt128
    ) throws(QuoteError) -> UInt128 {
        guard wanted != 0 else { throw .zeroAmount }
        var low: UInt128 = 0
        var high = Swift.min(Swift.max(guess, 1), limit)
        var step = Swift.max(high >> 20, 1)
        while try !gives(wanted, high, quote) {
            guard high < limit else { throw .insufficientLiquidity }
            low = high
            high = limit - high > step ? high + step : limit
            step = step > UInt128.max >> 4 ? step : step << 3
        }
        step = Swift.max((high - low) >> 20, 1)
        while high - low > 1 {
            // Near the top of the bracket first: the guess is mostly right to a few units.
            let middle = step < (high - low) / 2 ? high - step : low + (high - low) / 2
            if try gives(wanted, middle, quote) { high = middle } else { low = middle }
            step = step > UInt128.max >> 4 ? step : step << 3
        }
        return high
    }

    /// Whether an input gives enough; an input too small or too large for the pool gives nothing.
    private static func gives(
        _ wanted: UInt128, _ amountIn: UInt128, _ quote: (UInt128) throws(QuoteError) -> UInt128
    ) throws(QuoteError) -> Bool {
        do throws(QuoteError) {
            return try quote(amountIn) >= wanted
        } catch .zeroAmount {
            return false
        }
    }
}
