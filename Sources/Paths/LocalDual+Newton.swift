/// The Newton direction of the local dual.
///
/// Curvature couples the two tokens of each trading pool. A vertex cover of the trading pools (the border) is solved
/// densely; every other token touches border tokens only and is eliminated on its own (Schur complement).
extension LocalDual {
    /// Room of the linear algebra, kept between calls.
    struct NewtonRoom: Sendable {
        var base: [Double] = []
        var step: [Double] = []
        var border: [Int32] = []
        var degree: [Int32] = []
        var trading: [Int32] = []
        var curve: [Double] = []
        var groupStart: [Int32] = []
        var group: [Int32] = []
        var matrix: [Double] = []
        var right: [Double] = []
        var couplingIndex: [Int32] = []
        var coupling: [Double] = []
    }

    /// Most trading pools of a token that is eliminated.
    private static let eliminationDegree: Int32 = 60

    /// Fills `work.step` with the direction from `z` for proximal weight `mu`.
    mutating func direction(settlement: Int, mu: Double) {
        let n = z.count
        work.step = [Double](repeating: 0, count: n)
        let size = chooseBorder(settlement: settlement)
        groupByEliminated()
        work.matrix = [Double](repeating: 0, count: size * size)
        work.right = [Double](repeating: 0, count: size)
        for t in 0..<n where work.border[t] >= 0 {
            let b = Int(work.border[t])
            work.right[b] = -flowOf(t)
            work.matrix[b * size + b] = mu * work.base[t]
        }
        for i in work.trading.indices { addToBorder(i, size) }
        for t in 0..<n { eliminate(t, mu: mu, size) }
        for i in 0..<size {
            work.matrix[i] = 0
            work.matrix[i * size] = 0
            work.matrix[i * size + i] += 1e-18
        }
        work.matrix[0] = 1
        work.right[0] = 0
        solveDense(size)
        for t in 0..<n {
            if work.border[t] >= 0 { work.step[t] = work.right[Int(work.border[t])] } else { substitute(t, mu: mu) }
        }
    }

    @inline(__always) private func flowOf(_ t: Int) -> Double { flow[t] }

    /// Settlement token, then a greedy vertex cover of the trading pools. Returns the border's size.
    private mutating func chooseBorder(settlement: Int) -> Int {
        work.border = [Int32](repeating: -1, count: z.count)
        work.degree = [Int32](repeating: 0, count: z.count)
        work.trading.removeAll(keepingCapacity: true)
        work.curve.removeAll(keepingCapacity: true)
        for q in entries.indices {
            let h = curvature(entries[q])
            guard h > 0 else { continue }
            work.trading.append(Int32(q))
            work.curve.append(h)
            work.degree[Int(entries[q].u)] += 1
            work.degree[Int(entries[q].v)] += 1
        }
        var size: Int32 = 1
        work.border[settlement] = 0
        for limit in [Int32(8), 2, 0] {
            for q in work.trading {
                let u = Int(entries[Int(q)].u), v = Int(entries[Int(q)].v)
                guard work.border[u] < 0, work.border[v] < 0 else { continue }
                let chosen = work.degree[u] >= work.degree[v] ? u : v
                guard work.degree[chosen] > limit else { continue }
                work.border[chosen] = size
                size += 1
            }
        }
        for t in z.indices where work.border[t] < 0 && work.degree[t] > Self.eliminationDegree {
            work.border[t] = size
            size += 1
        }
        return Int(size)
    }

    /// Lists each eliminated token's trading pools (positions in `work.trading`).
    private mutating func groupByEliminated() {
        work.groupStart = [Int32](repeating: 0, count: z.count + 1)
        for q in work.trading {
            let t = eliminatedEnd(entries[Int(q)])
            if t >= 0 { work.groupStart[t + 1] += 1 }
        }
        for t in z.indices { work.groupStart[t + 1] += work.groupStart[t] }
        work.group = [Int32](repeating: 0, count: Int(work.groupStart[z.count]))
        var fill = work.groupStart
        for (i, q) in work.trading.enumerated() {
            let t = eliminatedEnd(entries[Int(q)])
            guard t >= 0 else { continue }
            work.group[Int(fill[t])] = Int32(i)
            fill[t] += 1
        }
    }

    /// The end of a pool that is not on the border, or -1.
    private func eliminatedEnd(_ entry: Entry) -> Int {
        work.border[Int(entry.u)] < 0 ? Int(entry.u) : work.border[Int(entry.v)] < 0 ? Int(entry.v) : -1
    }

    /// Adds a pool between two border tokens, or the border end's own curvature of any other pool.
    private mutating func addToBorder(_ i: Int, _ size: Int) {
        let entry = entries[Int(work.trading[i])], h = work.curve[i]
        let u = Int(entry.u), v = Int(entry.v), a = Int(work.border[u]), b = Int(work.border[v])
        let ratio = (z[v] / z[u]).squareRoot()
        if a >= 0 { work.matrix[a * size + a] += h * ratio / z[u] }
        if b >= 0 { work.matrix[b * size + b] += h / ratio / z[v] }
        if a >= 0, b >= 0 {
            let cross = h / (z[u] * z[v]).squareRoot()
            work.matrix[a * size + b] -= cross
            work.matrix[b * size + a] -= cross
        }
    }

    /// Gathers an eliminated token's couplings to the border into `work.coupling`; returns its diagonal.
    private mutating func gather(_ t: Int, mu: Double) -> Double {
        work.couplingIndex.removeAll(keepingCapacity: true)
        work.coupling.removeAll(keepingCapacity: true)
        var diagonal = mu * work.base[t] + 1e-300
        for p in Int(work.groupStart[t])..<Int(work.groupStart[t + 1]) {
            let i = Int(work.group[p]), entry = entries[Int(work.trading[i])], h = work.curve[i]
            let other = Int(entry.u) == t ? Int(entry.v) : Int(entry.u)
            diagonal += h * (z[other] / z[t]).squareRoot() / z[t]
            let c = -h / (z[other] * z[t]).squareRoot(), b = work.border[other]
            if let k = work.couplingIndex.firstIndex(of: b) {
                work.coupling[k] += c
            } else {
                work.couplingIndex.append(b)
                work.coupling.append(c)
            }
        }
        return diagonal
    }

    private mutating func eliminate(_ t: Int, mu: Double, _ size: Int) {
        // Without a pool that bends there is nothing to eliminate.
        guard work.groupStart[t + 1] > work.groupStart[t] else { return }
        let diagonal = gather(t, mu: mu), n = work.coupling.count
        for i in 0..<n {
            let row = Int(work.couplingIndex[i]), factor = work.coupling[i] / diagonal
            work.right[row] += factor * flowOf(t)
            for k in 0..<n { work.matrix[row * size + Int(work.couplingIndex[k])] -= factor * work.coupling[k] }
        }
    }

    /// The step of an eliminated token. One whose pools all ended at the limit of their liquidity has a flow and no
    /// curvature: the proximal weight alone sets its step.
    private mutating func substitute(_ t: Int, mu: Double) {
        guard flowOf(t) != 0 || work.groupStart[t + 1] > work.groupStart[t] else { return }
        let diagonal = gather(t, mu: mu)
        var right = -flowOf(t)
        for i in work.coupling.indices { right -= work.coupling[i] * work.right[Int(work.couplingIndex[i])] }
        work.step[t] = right / diagonal
    }

    /// Cholesky in place; a pivot that is not positive fixes its token.
    private mutating func solveDense(_ n: Int) {
        for i in 0..<n {
            work.matrix[i * n + i] += 1e-12 * work.matrix[i * n + i] + 1e-300
            for j in 0...i {
                var sum = work.matrix[i * n + j]
                for k in 0..<j { sum -= work.matrix[i * n + k] * work.matrix[j * n + k] }
                if i == j {
                    work.matrix[i * n + i] = sum > 1e-300 ? sum.squareRoot() : 1e150
                } else {
                    work.matrix[i * n + j] = sum / work.matrix[j * n + j]
                }
            }
        }
        for i in 0..<n {
            var sum = work.right[i]
            for k in 0..<i { sum -= work.matrix[i * n + k] * work.right[k] }
            work.right[i] = sum / work.matrix[i * n + i]
        }
        for i in stride(from: n - 1, through: 0, by: -1) {
            var sum = work.right[i]
            for k in i + 1..<max(n, i + 1) { sum -= work.matrix[k * n + i] * work.right[k] }
            work.right[i] = sum / work.matrix[i * n + i]
        }
    }
}
