import CAllocationCounter
import Glibc

/// Times rows: batches long enough for the clock, ours and the peer's in turn, so that noise of the machine hits both.
struct Harness {
    /// Batches for each side of a row.
    var rounds = 400
    /// The least time of a batch.
    var batch = Duration.microseconds(40)
    /// Counts the thread's processor time instead of the wall's: steadier where other work shares the cores.
    var countsProcessorTime = false
    /// Takes what the bodies return; printed at the end, so the work must happen.
    private(set) var sink: UInt64 = 0

    mutating func measure(_ row: Row) -> Measurement {
        // A row with a reset is measured one operation at a time, and often, as its p99 is of single operations.
        let count = row.reset == nil ? calibrated(row.ours) : 1
        let rounds = row.reset == nil ? rounds : rounds * 10
        let allocations = allocations(of: row, count)
        let peerCount = row.peer.map { calibrated($0.body) }
        var ours: [Double] = [], peers: [Double] = [], ratios: [Double] = []
        for _ in 0..<rounds {
            row.reset?()
            let mine = time(row.ours, count)
            ours.append(mine)
            if let peer = row.peer, let peerCount {
                let theirs = time(peer.body, peerCount)
                peers.append(theirs)
                ratios.append(mine / theirs)
            }
        }
        return Measurement(
            name: row.name, p50: Self.quantile(ours, 50), p99: Self.quantile(ours, 99), allocations: allocations,
            peer: row.peer?.name, peerP50: peers.isEmpty ? nil : Self.quantile(peers, 50),
            ratio: ratios.isEmpty ? nil : Self.quantile(ratios, 50))
    }

    /// Heap allocations for one operation; the operations before the count warm up what grows only once.
    private mutating func allocations(of row: Row, _ count: Int) -> Double {
        let operations = max(count, 64)
        guard let reset = row.reset else {
            let before = martlet_allocation_count()
            sink &+= row.ours(operations)
            return Double(martlet_allocation_count() - before) / Double(operations)
        }
        var allocations = 0
        for operation in 0..<2 * operations {
            reset()
            let before = martlet_allocation_count()
            sink &+= row.ours(1)
            if operation >= operations { allocations += Int(martlet_allocation_count() - before) }
        }
        return Double(allocations) / Double(operations)
    }

    private static func quantile(_ values: [Double], _ percent: Int) -> Double {
        values.sorted()[values.count * percent / 100]
    }

    /// Doubles the batch until it lasts long enough; warms up on the way.
    private mutating func calibrated(_ body: Row.Body) -> Int {
        var count = 1
        while count < 1 << 24 {
            let elapsed = time(body, count) * Double(count)
            if elapsed >= Double(batch.components.attoseconds) / 1e9 { break }
            count *= 2
        }
        return count
    }

    /// Nanoseconds for one operation.
    private mutating func time(_ body: Row.Body, _ count: Int) -> Double {
        let start = now()
        sink &+= body(count)
        return Double(now() - start) / Double(count)
    }

    private func now() -> Int {
        var time = timespec()
        clock_gettime(countsProcessorTime ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
