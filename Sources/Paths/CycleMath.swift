/// A chain of constant-product swaps as one Möbius map, in Double: out(x) = rho * x / (1 + slope * x).
///
/// Fold per hop with price p = gamma * reserveOut / reserveIn and inverse depth d = gamma / reserveIn:
/// slope += rho * d, then rho *= p. Proposes sizes only: whatever is signed is re-quoted in integers.
/// Source: composition of x * y = k swaps (Uniswap V2 whitepaper §2), closed form of the maximum by hand.
struct MobiusChain {
    /// Marginal product: last token out per first token in, at zero size.
    var rho = 1.0
    /// 1 / (input at which half of the limiting output is reached).
    var slope = 0.0

    /// Adds a hop behind the chain.
    mutating func append(price: Double, inverseDepth: Double) {
        slope += rho * inverseDepth
        rho *= price
    }

    /// The input with the largest output less input; 0 when the marginal product is not above 1.
    var optimalInput: Double { rho > 1 ? (rho - 1) / (rho.squareRoot() + 1) / slope : 0 }

    /// Output less input at `optimalInput`: (sqrt(rho) - 1)^2 / slope.
    var optimalProfit: Double {
        guard rho > 1 else { return 0 }
        let root = (rho - 1) / (rho.squareRoot() + 1)
        return root * root / slope
    }

    /// Output of the chain for an input.
    func output(_ x: Double) -> Double { rho * x / (1 + slope * x) }

    /// The chain input at which its output reaches `y`; infinity when it never does.
    func input(for y: Double) -> Double {
        let room = rho - slope * y
        return room > 0 ? y / room : .infinity
    }
}

/// One leg of a cycle during a segment walk: where its price stands and how far its current piece reaches.
struct LegCurve {
    /// Virtual reserves at the current price, in raw units. For V3: L / sqrtP and L * sqrtP by direction.
    var reserveIn: Double
    var reserveOut: Double
    /// 1 less the swap fee.
    var gamma: Double
    /// Input, fee included, until this piece ends; infinity for constant product.
    var capacity = Double.infinity
    /// V3 only: where the piece stands in the pool's ticks.
    var cursor = TickCursor()

    var price: Double { gamma * reserveOut / reserveIn }
    var inverseDepth: Double { gamma / reserveIn }

    /// Moves the price along the piece by `amountIn` (fee included) and returns what came out.
    mutating func take(_ amountIn: Double) -> Double {
        let effective = gamma * amountIn
        let out = reserveOut * effective / (reserveIn + effective)
        reserveIn += effective
        reserveOut -= out
        capacity -= amountIn
        return out
    }
}

/// A position in the initialised ticks of a concentrated pool, in Double.
struct TickCursor {
    var pool: Int32 = -1
    var zeroForOne = false
    var liquidity = 0.0
    var sqrtPrice = 0.0
    /// Where the pool's tick list goes on in the direction of the swap; the market gives it its meaning.
    var next = 0
}

/// The product of up to ten 64-bit limbs (640 bits), for exact comparisons of marginal products.
///
/// Four hops of (2^112 reserve) x (10^6 fee) need at most 528 bits. Overflow traps: it would be a bug.
struct WideProduct: Equatable {
    private var limbs = InlineArray<10, UInt64>(repeating: 0)

    init() { limbs[0] = 1 }

    /// Multiplies by a 64-bit factor.
    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for i in 0..<10 {
            let (high, low) = limbs[i].multipliedFullWidth(by: factor)
            let (sum, overflow) = low.addingReportingOverflow(carry)
            limbs[i] = sum
            carry = high + (overflow ? 1 : 0)
        }
        precondition(carry == 0, "a marginal product outgrew 640 bits")
    }

    /// Multiplies by a 128-bit factor.
    mutating func multiply(by factor: UInt128) {
        let low = UInt64(truncatingIfNeeded: factor), high = UInt64(truncatingIfNeeded: factor >> 64)
        if high == 0 { return multiply(by: low) }
        var upper = self
        multiply(by: low)
        upper.multiply(by: high)
        var carry = false
        for i in 1..<10 {
            let (a, c1) = limbs[i].addingReportingOverflow(upper.limbs[i - 1])
            let (b, c2) = a.addingReportingOverflow(carry ? 1 : 0)
            limbs[i] = b
            carry = c1 || c2
        }
        precondition(!carry && upper.limbs[9] == 0, "a marginal product outgrew 640 bits")
    }

    static func > (a: WideProduct, b: WideProduct) -> Bool {
        for i in stride(from: 9, through: 0, by: -1) where a.limbs[i] != b.limbs[i] { return a.limbs[i] > b.limbs[i] }
        return false
    }

    static func == (a: WideProduct, b: WideProduct) -> Bool {
        for i in 0..<10 where a.limbs[i] != b.limbs[i] { return false }
        return true
    }
}
