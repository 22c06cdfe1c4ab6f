#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Natural logarithm and exponential, from the platform's C library.
func naturalLog(_ x: Double) -> Double { log(x) }
func exponential(_ x: Double) -> Double { exp(x) }

/// Every pool as a step function of liquidity over its square-root price, in Double.
///
/// A constant-product pool is one range of liquidity sqrt(x * y); a concentrated pool has one range between each two
/// neighbouring initialised ticks (Uniswap v3 whitepaper §6). Prices are token1 per token0 in raw units. Ranges of all
/// pools lie in two flat arrays; a pool that outgrows its room moves to the end. Proposes only: integers commit.
struct LiquidityCurves: Sendable {
    /// What a trade to a given price moves.
    struct Walk {
        /// Input without the fee (divide by gamma for what is paid), output, both raw.
        var input = 0.0
        var output = 0.0
        /// Range and liquidity at the end.
        var range: Int32 = 0
        var liquidity = 0.0
        /// The most liquidity of the ranges walked.
        var deepest = 0.0
    }

    /// Square root of the price, by pool; 0 for a pool without state.
    private(set) var root: [Double] = []
    /// Position of the current range among the pool's ranges.
    private(set) var range: [Int32] = []
    /// 1 less the swap fee.
    private(set) var gamma: [Double] = []
    private(set) var start: [Int32] = []
    private(set) var count: [Int32] = []
    private var capacity: [Int32] = []
    /// Liquidity and lower end (a square-root price; 0 for the first) of each range.
    private(set) var liquidity: [Double] = []
    private(set) var lower: [Double] = []

    /// Makes room for pool numbers below `total`.
    mutating func grow(to total: Int) {
        let missing = total - root.count
        guard missing > 0 else { return }
        root.append(contentsOf: repeatElement(0, count: missing))
        range.append(contentsOf: repeatElement(0, count: missing))
        gamma.append(contentsOf: repeatElement(1, count: missing))
        start.append(contentsOf: repeatElement(0, count: missing))
        count.append(contentsOf: repeatElement(0, count: missing))
        capacity.append(contentsOf: repeatElement(0, count: missing))
    }

    mutating func setGamma(_ pool: Int32, _ value: Double) { gamma[Int(pool)] = value }

    /// Gives a pool its ranges; `bounds` are the ends between them, one less than `liquidities`, ascending.
    mutating func setRanges(_ pool: Int32, bounds: some Collection<Double>, liquidities: some Collection<Double>) {
        let j = Int(pool)
        if liquidities.count > Int(capacity[j]) {
            start[j] = Int32(liquidity.count)
            capacity[j] = Int32(liquidities.count)
            liquidity.append(contentsOf: repeatElement(0, count: liquidities.count))
            lower.append(contentsOf: repeatElement(0, count: liquidities.count))
        }
        count[j] = Int32(liquidities.count)
        var position = Int(start[j])
        for value in liquidities {
            liquidity[position] = value > 0 && value.isFinite ? value : 0
            position += 1
        }
        position = Int(start[j])
        lower[position] = 0
        for bound in bounds {
            position += 1
            lower[position] = bound
        }
    }

    /// Sets a constant-product pool from its reserves.
    mutating func setReserves(_ pool: Int32, _ reserve0: Double, _ reserve1: Double) {
        let usable = reserve0 > 0 && reserve1 > 0 && reserve0.isFinite && reserve1.isFinite
        let value = usable ? reserve0.squareRoot() * reserve1.squareRoot() : 0
        setRanges(pool, bounds: EmptyCollection(), liquidities: CollectionOfOne(value))
        root[Int(pool)] = usable ? (reserve1 / reserve0).squareRoot() : 1
        range[Int(pool)] = 0
    }

    /// Moves the price and finds the range that holds it. O(log ranges).
    mutating func setRoot(_ pool: Int32, _ value: Double) {
        root[Int(pool)] = value
        range[Int(pool)] = rangeHolding(value, pool)
    }

    /// What a swap changes of a pool: price, range, and the liquidity of a single range.
    struct SwapState: Sendable {
        var root: Double
        var range: Int32
        var liquidity: Double
    }

    func state(of pool: Int32) -> SwapState {
        let j = Int(pool)
        return SwapState(
            root: root[j], range: range[j], liquidity: count[j] == 1 ? liquidity[Int(start[j])] : 0)
    }

    /// Puts back what `state(of:)` returned.
    mutating func restore(_ pool: Int32, _ state: SwapState) {
        let j = Int(pool)
        root[j] = state.root
        range[j] = state.range
        if count[j] == 1 { liquidity[Int(start[j])] = state.liquidity }
    }

    func rangeHolding(_ value: Double, _ pool: Int32) -> Int32 {
        let first = Int(start[Int(pool)])
        var low = 1, high = Int(count[Int(pool)])
        while low < high {
            let middle = (low + high) / 2
            if lower[first + middle] <= value { low = middle + 1 } else { high = middle }
        }
        return Int32(low - 1)
    }

    /// Liquidity at the current price.
    func currentLiquidity(_ pool: Int32) -> Double { liquidity[Int(start[Int(pool)] + range[Int(pool)])] }

    /// The largest liquidity of any range.
    func greatestLiquidity(_ pool: Int32) -> Double {
        var most = 0.0
        for position in Int(start[Int(pool)])..<Int(start[Int(pool)] + count[Int(pool)]) {
            most = max(most, liquidity[position])
        }
        return most
    }

    /// The square-root price at which the next unit trades in one direction; nil when nothing can be bought that way.
    func edgeRoot(_ pool: Int32, zeroForOne: Bool) -> Double? {
        let first = Int(start[Int(pool)]), total = Int(count[Int(pool)])
        guard total > 0 else { return nil }
        var r = Int(range[Int(pool)]), price = root[Int(pool)]
        guard price > 0, price.isFinite else { return nil }
        if zeroForOne {
            while liquidity[first + r] == 0 || price <= lower[first + r] {
                guard r > 0 else { return nil }
                price = min(price, lower[first + r])
                r -= 1
            }
        } else {
            while liquidity[first + r] == 0 {
                guard r + 1 < total else { return nil }
                r += 1
                price = lower[first + r]
            }
        }
        return price
    }

    /// Where a pool sells next after a trade to `target`, and where it sold last: square-root prices.
    ///
    /// Both are `target` inside a range with liquidity. Over a gap they are its two ends; `onward` is nil where nothing
    /// is left to buy.
    func residualRoots(_ pool: Int32, target: Double) -> (onward: Double?, back: Double) {
        let j = Int(pool), first = Int(start[j]), total = Int(count[j]), root = root[j]
        let holding = Int(rangeHolding(target, pool))
        guard liquidity[first + holding] == 0 || target == lower[first + holding] else { return (target, target) }
        var onward: Double?, back = target
        if target < root {
            // Downwards: the range that ends at `target` or above the gap is behind, the one below is ahead.
            var r = holding
            while r >= 0, liquidity[first + r] == 0 || target <= lower[first + r] { r -= 1 }
            if r >= 0 { onward = r < holding ? min(target, lower[first + r + 1]) : target }
            r = holding
            while r + 1 < total, liquidity[first + r] == 0 { r += 1 }
            back = min(root, max(target, lower[first + r]))
        } else {
            var r = holding
            while r < total, liquidity[first + r] == 0 { r += 1 }
            if r < total { onward = max(target, lower[first + r]) }
            r = holding
            while r > 0, liquidity[first + r] == 0 || target <= lower[first + r] { r -= 1 }
            back = max(root, r < holding ? min(target, lower[first + r + 1]) : target)
        }
        return (onward, back)
    }

    /// Trades until the square-root price is `target`; the state stays. O(ranges crossed).
    ///
    /// Both amounts come from one difference of prices: what its rounding takes from one it takes from the other.
    func walk(_ pool: Int32, to target: Double) -> Walk {
        let j = Int(pool), first = Int(start[j]), total = Int(count[j])
        var r = Int(range[j]), price = root[j], walk = Walk()
        if target < price {
            while true {
                let low = lower[first + r], end = target >= low ? target : low, depth = liquidity[first + r]
                if depth > 0 {
                    walk.input += depth * ((price - end) / (price * end))
                    walk.output += depth * (price - end)
                    walk.deepest = max(walk.deepest, depth)
                }
                price = end
                if target >= low || r == 0 { break }
                r -= 1
            }
        } else if target > price {
            while true {
                let high = r + 1 < total ? lower[first + r + 1] : .infinity
                let end = target <= high ? target : high, depth = liquidity[first + r]
                if depth > 0 {
                    walk.input += depth * (end - price)
                    walk.output += depth * ((end - price) / (price * end))
                    walk.deepest = max(walk.deepest, depth)
                }
                price = end
                if target <= high { break }
                r += 1
            }
        }
        walk.range = Int32(r)
        walk.liquidity = liquidity[first + r]
        return walk
    }

    /// Output and square-root price after an exact input; what the ranges cannot take is left over and unpaid.
    func quote(_ pool: Int32, zeroForOne: Bool, amountIn: Double) -> (output: Double, root: Double) {
        let j = Int(pool), first = Int(start[j]), total = Int(count[j])
        var r = Int(range[j]), price = root[j], left = amountIn * gamma[j], out = 0.0
        while true {
            let depth = liquidity[first + r]
            if zeroForOne {
                let low = lower[first + r], end = depth > 0 ? 1 / (1 / price + left / depth) : 0
                if depth > 0, end >= low || r == 0 { return (out + depth * (price - end), end) }
                guard r > 0 else { return (out, price) }
                if depth > 0 {
                    left -= depth * (1 / low - 1 / price)
                    out += depth * (price - low)
                }
                price = low
                r -= 1
            } else {
                let high = r + 1 < total ? lower[first + r + 1] : .infinity
                let end = depth > 0 ? price + left / depth : .infinity
                if depth > 0, end <= high { return (out + depth * (1 / price - 1 / end), end) }
                guard r + 1 < total else { return (out, price) }
                if depth > 0 {
                    left -= depth * (high - price)
                    out += depth * (1 / price - 1 / high)
                }
                price = high
                r += 1
            }
        }
    }
}
