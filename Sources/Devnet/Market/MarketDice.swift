/// A fixed sequence of random numbers: the same seed gives the same users.
///
/// Source: SplitMix64 (Steele, Lea, Flood 2014).
struct MarketDice: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// 0 to `bound` - 1; the bias of a remainder of 64 bits does not matter here.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// True this many times in a hundred.
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Dollars of a trade: around 18,000, sizes spread like the logarithm's bell; one in twenty is twenty times that.
    mutating func dollars() -> TradeSize {
        // Four dice of 0 to 9 around 18, each step 20 %: integers only, so that every machine throws the same.
        let steps = below(10) + below(10) + below(10) + below(10) - 18
        var amount: UInt64 = 18_000_00
        for _ in 0..<abs(steps) { amount = steps > 0 ? amount * 6 / 5 : amount * 5 / 6 }
        return TradeSize(cents: percent(5) ? amount * 20 : amount)
    }
}

/// An amount of money in cents.
struct TradeSize: Sendable {
    var cents: UInt64
}
