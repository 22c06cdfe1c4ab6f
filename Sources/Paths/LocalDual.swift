/// The convex dual of joint arbitrage over a few tokens and all pools between them, in Double.
///
/// With a shadow value w[t] per raw unit of each token, every pool answers alone with its best trade; the sum of what
/// these trades are worth, D(w), is convex, bounds the worth of every joint strategy from above, and equals it at the
/// minimum, where each token's net flow is zero (Angeris, Evans, Chitra and Boyd, arXiv 2204.05238; 2302.04938).
/// Here w[t] = value[t] * z[t]; the settlement token keeps z = 1.
struct LocalDual: Sendable {
    /// One pool of the problem.
    struct Entry: Sendable {
        var pool: Int32
        /// Positions of token0 and token1 among the problem's tokens.
        var u: Int32
        var v: Int32
        var root: Double
        /// Liquidity of the current range and its two ends.
        var depth: Double
        var low: Double
        var high: Double
        /// Square root of 1 less the fee that this problem charges, and its inverse.
        var gammaRoot: Double
        var inverseRoot: Double
        /// Where the pool's best trade ends, as a square-root price; 0 for a pool that does not trade.
        var target = 0.0
        /// Liquidity there.
        var endDepth = 0.0
        /// Worth of the trade at the current values.
        var worth = 0.0
    }

    /// Outcome of `solve`.
    struct Solution {
        /// Dual value in the value unit.
        var dual = 0.0
        /// Worth of what the trades leave unbalanced.
        var residual = 0.0
        var iterations = 0
        /// False when the iteration ended elsewhere than at the minimum.
        var converged = false
    }

    var entries: [Entry] = []
    /// Worth of one raw unit by token, before z.
    var value: [Double] = []
    var z: [Double] = []
    /// Net flow of each token times `value`.
    private(set) var flow: [Double] = []
    var work = NewtonRoom()
    private var rootOfWorth: [Double] = []
    private var rootOfValue: [Double] = []
    private var trial: [Double] = []
    /// Rounding errors at the point last evaluated, as worth: of the flows, and of D.
    private var noise = 0.0
    private var dualNoise = 0.0

    /// Begins a problem over tokens of these values.
    mutating func begin(values: [Double]) {
        value = values
        entries.removeAll(keepingCapacity: true)
        z = [Double](repeating: 1, count: values.count)
        flow = [Double](repeating: 0, count: values.count)
        trial = z
        rootOfWorth = flow
        rootOfValue = values.map { $0.squareRoot() }
    }

    /// Adds a pool that charges 1 - `gamma`.
    mutating func add(_ pool: Int32, u: Int32, v: Int32, gamma: Double, from curves: borrowing LiquidityCurves) {
        let j = Int(pool), r = Int(curves.range[j]), first = Int(curves.start[j])
        let root = gamma.squareRoot()
        entries.append(
            Entry(
                pool: pool, u: u, v: v, root: curves.root[j], depth: curves.liquidity[first + r],
                low: curves.lower[first + r],
                high: r + 1 < Int(curves.count[j]) ? curves.lower[first + r + 1] : .infinity, gammaRoot: root,
                inverseRoot: 1 / root))
    }

    /// D at z, with the flows of all tokens; leaves each pool's answer in its entry.
    @discardableResult
    mutating func evaluate(_ curves: borrowing LiquidityCurves) -> Double {
        for t in z.indices {
            rootOfWorth[t] = rootOfValue[t] * z[t].squareRoot()
            flow[t] = 0
        }
        var dual = 0.0
        noise = 0
        dualNoise = 0
        for q in entries.indices {
            let ratio = rootOfWorth[Int(entries[q].u)] / rootOfWorth[Int(entries[q].v)]
            guard let trade = Self.trade(entries[q], ratio: ratio, curves) else {
                entries[q].target = 0
                entries[q].endDepth = 0
                entries[q].worth = 0
                continue
            }
            let a = Int(trade.falls ? entries[q].u : entries[q].v), b = Int(trade.falls ? entries[q].v : entries[q].u)
            let paid = trade.input * value[a], got = trade.output * value[b]
            flow[a] -= paid
            flow[b] += got
            let worth = got * z[b] - paid * z[a]
            entries[q].target = trade.input > 0 ? trade.target : 0
            entries[q].endDepth = trade.depth
            entries[q].worth = worth
            noise += max(trade.depth, entries[q].depth) * rootOfWorth[a] * rootOfWorth[b]
            dualNoise += got * z[b] + paid * z[a]
            dual += worth
        }
        // A square-root price is known to some 1e-16 of itself, and so is a flow to that share of the depth. What that
        // moves a trade by is bought and sold at nearly one price: D is known to that share of the trades.
        noise *= 1e-15
        dualNoise *= 1e-15
        return dual
    }

    /// What one pool does at a ratio of the tokens' worth (square roots).
    private struct Trade {
        var falls: Bool
        var target: Double
        var input: Double
        var output: Double
        var depth: Double
    }

    /// One pool's best trade, or nil when it stays idle. Input with the fee.
    @inline(__always)
    private static func trade(_ entry: Entry, ratio: Double, _ curves: borrowing LiquidityCurves) -> Trade? {
        let sell = ratio * entry.inverseRoot, buy = ratio * entry.gammaRoot, root = entry.root
        let falls = root > sell
        guard falls || root < buy else { return nil }
        let target = falls ? sell : buy
        var trade = Trade(falls: falls, target: target, input: 0, output: 0, depth: entry.depth)
        if falls ? target >= entry.low : target <= entry.high {
            let moved = falls ? root - target : target - root, mirrored = moved / (root * target)
            trade.input = entry.depth * (falls ? mirrored : moved)
            trade.output = entry.depth * (falls ? moved : mirrored)
        } else {
            let walk = curves.walk(entry.pool, to: target)
            (trade.input, trade.output, trade.depth) = (walk.input, walk.output, walk.liquidity)
        }
        trade.input *= entry.inverseRoot * entry.inverseRoot
        return trade
    }

    private func residual(settlement: Int) -> Double {
        var sum = 0.0
        for t in z.indices where t != settlement { sum += abs(flow[t]) * z[t] }
        return sum
    }

    /// Minimises D over z, from the z it has. `dust` is the worth below which a problem does not count.
    ///
    /// Damped Newton with a proximal term and a line search on the slope; where that stalls, exact minimisation token
    /// by token for a few sweeps. It ends where no token is left over, or where the Newton decrement puts D within
    /// 1e-14 of its minimum: there a deep pool's flow follows the last bit of its price.
    mutating func solve(
        settlement: Int, dust: Double, maxIterations: Int, curves: borrowing LiquidityCurves, stop: () -> Bool
    ) -> Solution {
        prepareBase()
        let first = value
        defer {
            for t in z.indices where value[t] != first[t] { z[t] *= value[t] / first[t] }
            value = first
        }
        var mu = 1e-6, solution = Solution(), rescues = 0
        solution.dual = evaluate(curves)
        solution.residual = residual(settlement: settlement)
        while solution.residual > 1e-9 * solution.dual + 1e-3 * dust + noise, solution.dual > dust {
            if solution.iterations >= maxIterations || stop() { return solution }
            solution.iterations += 1
            direction(settlement: settlement, mu: mu)
            let slope = limitStep()
            if slope <= 0, mu <= 1e-11, -slope <= 1e-14 * solution.dual { break }
            if let step = search(slope, curves, &solution.dual) {
                solution.residual = residual(settlement: settlement)
                mu = max(mu * (step > 0.3 ? 0.1 : 3), 1e-12)
                if z.contains(where: { $0 < 0.5 || $0 > 2 }) { rebase(curves) }
            } else {
                mu = max(mu * 30, 1e-9)
            }
            guard mu > 1e3 else { continue }
            guard rescues < 4 else { return solution }
            rescues += 1
            sweep(settlement, curves, stop: stop)
            solution.dual = evaluate(curves)
            solution.residual = residual(settlement: settlement)
            mu = 1e-6
        }
        solution.converged = true
        return solution
    }

    /// Derivative of D along `work.step` at the point last evaluated.
    private func slopeAlongStep() -> Double {
        var slope = 0.0
        for i in z.indices { slope += flow[i] * work.step[i] }
        return slope
    }

    /// Makes the values of now the unit of z, so that the proximal weight fits tokens that moved far.
    private mutating func rebase(_ curves: borrowing LiquidityCurves) {
        for t in z.indices where z[t] != 1 {
            value[t] *= z[t]
            z[t] = 1
            rootOfValue[t] = value[t].squareRoot()
        }
        prepareBase()
        evaluate(curves)
    }

    /// Keeps every z within a factor of the one it has; returns the derivative of D along the step.
    ///
    /// Each token is held on its own where D still falls that way, so that one token far off does not stop the others;
    /// else the whole step is made shorter.
    private mutating func limitStep() -> Double {
        var full = 0.0, held = 0.0, t = 1.0
        for i in z.indices where work.step[i] != 0 {
            let step = work.step[i], most = (step < 0 ? 0.7 : 3) * z[i]
            full += flow[i] * step
            held += flow[i] * (abs(step) > most ? (step < 0 ? -most : most) : step)
            t = min(t, most / abs(step))
        }
        guard t < 1, full.isFinite else { return full }
        if held < t * full {
            for i in z.indices { work.step[i] = max(-0.7 * z[i], min(3 * z[i], work.step[i])) }
            return held
        }
        for i in z.indices { work.step[i] *= t }
        return t * full
    }

    /// A step along the Newton direction to where D stops falling, or nil when it does not fall.
    ///
    /// D is convex, so its slope along a line only rises: the sign tells on which side the least value lies, with fewer
    /// lost digits than D itself. A pool that begins or ends to trade makes the slope bend; then the root is enclosed
    /// (Illinois method). Entries, flows and `dual` are those of the new point.
    private mutating func search(_ slope: Double, _ curves: borrowing LiquidityCurves, _ dual: inout Double) -> Double?
    {
        guard slope < 0, slope.isFinite else { return nil }
        var t = 1.0, low = 0.0, high = Double.infinity, atLow = slope, atHigh = 0.0
        swap(&z, &trial)
        for _ in 0..<24 {
            for i in z.indices { z[i] = trial[i] + t * work.step[i] }
            let value = evaluate(curves), now = slopeAlongStep()
            if now <= 0 ? high == .infinity || now >= 0.2 * slope : now <= -0.2 * slope && value <= dual + dualNoise {
                dual = value
                return t
            }
            if now <= 0 {
                (low, atLow, atHigh) = (t, now, atHigh * 0.5)
            } else {
                (high, atHigh, atLow) = (t, now, atLow * 0.5)
            }
            let width = high - low
            t = min(max(low + width * atLow / (atLow - atHigh), low + 0.05 * width), high - 0.05 * width)
        }
        for i in z.indices { z[i] = trial[i] + low * work.step[i] }
        dual = evaluate(curves)
        return low > 0 ? low : nil
    }

    /// Sets each token's value in turn so that its own net flow is zero: bisection on a monotone function.
    private mutating func sweep(_ settlement: Int, _ curves: borrowing LiquidityCurves, stop: () -> Bool) {
        var touching = [[Int32]](repeating: [], count: z.count)
        for (q, entry) in entries.enumerated() {
            touching[Int(entry.u)].append(Int32(q))
            touching[Int(entry.v)].append(Int32(q))
        }
        for _ in 0..<8 {
            for t in z.indices where t != settlement {
                if stop() { return }
                let now = netFlow(t, touching[t], z[t], curves)
                guard now != 0 else { continue }
                // A dearer token is sold more: its net flow rises with its value.
                let rises = now < 0
                var near = z[t], far = near, factor = 1.0005
                for _ in 0..<40 {
                    far *= rises ? factor : 1 / factor
                    factor *= factor
                    let flow = netFlow(t, touching[t], far, curves)
                    if rises ? flow >= 0 : flow <= 0 { break }
                    near = far
                    if factor > 1e6 { break }
                }
                for _ in 0..<52 {
                    let middle = 0.5 * (near + far)
                    if (netFlow(t, touching[t], middle, curves) < 0) == rises { near = middle } else { far = middle }
                }
                z[t] = far
            }
        }
    }

    /// A token's net flow at a value of its own, from the pools that touch it.
    private func netFlow(_ t: Int, _ touching: [Int32], _ own: Double, _ curves: borrowing LiquidityCurves) -> Double {
        var sum = 0.0
        let ownRoot = rootOfValue[t] * own.squareRoot()
        for q in touching {
            let entry = entries[Int(q)], isFirst = Int(entry.u) == t, other = Int(isFirst ? entry.v : entry.u)
            let otherRoot = rootOfValue[other] * z[other].squareRoot()
            let ratio = isFirst ? ownRoot / otherRoot : otherRoot / ownRoot
            guard let trade = Self.trade(entry, ratio: ratio, curves) else { continue }
            sum += trade.falls == isFirst ? -trade.input : trade.output
        }
        return sum
    }

    /// Proximal weight per token: the curvature its pools would have if all of them traded.
    private mutating func prepareBase() {
        work.base = [Double](repeating: 0, count: value.count)
        for entry in entries {
            let h = 0.5 * entry.depth * rootOfValue[Int(entry.u)] * rootOfValue[Int(entry.v)]
            work.base[Int(entry.u)] += h
            work.base[Int(entry.v)] += h
        }
        for t in work.base.indices where work.base[t] == 0 { work.base[t] = 1 }
    }

    /// Curvature of a trading pool at the point last evaluated; 0 for an idle one.
    func curvature(_ entry: Entry) -> Double {
        entry.target == 0
            ? 0
            : 0.5 * entry.endDepth * rootOfValue[Int(entry.u)] * rootOfValue[Int(entry.v)] * entry.inverseRoot
    }
}
