import EVMCodec
import EVMTypes
import NodeClient

/// Logs of a long range, fetched by all workers at once and handed over in order.
struct LogScan: Sendable {
    let peers: SyncPeers
    let filter: LogFilter

    /// One worker's part of the range.
    private struct Piece: Sendable {
        var worker: Int
        var first: UInt64
        var through: UInt64
        var logs: [Log]
    }

    /// Blocks that one worker takes at a time: small enough that a killed run loses little, and that all have work.
    static func pieceSize(_ blocks: UInt64, workers: Int) -> UInt64 {
        min(20_000, max(100, blocks / UInt64(max(1, workers)) / 32))
    }

    /// Calls `take` with the logs of `from...through`, piece by piece in order: first block, last block, logs.
    func run(
        from: UInt64, through last: UInt64, _ take: @Sendable (UInt64, UInt64, [Log]) async throws -> Void
    ) async throws {
        guard from <= last else { return }
        let size = Self.pieceSize(last - from + 1, workers: peers.workers.count)
        try await withThrowingTaskGroup(of: Piece.self) { group in
            var next = from, wanted = from, isExhausted = false
            var waiting: [UInt64: Piece] = [:]
            var free = Array(peers.workers.indices.reversed())
            func launch() {
                // What is fetched ahead of its turn is bounded, so that one slow endpoint does not fill the memory.
                while !isExhausted, waiting.count < 4 * peers.workers.count, let worker = free.popLast() {
                    let first = next, through = last - first < size ? last : first + size - 1
                    if through == last { isExhausted = true } else { next = through + 1 }
                    group.addTask { try await piece(worker, first, through) }
                }
            }
            launch()
            while let done = try await group.next() {
                free.append(done.worker)
                waiting[done.first] = done
                while let piece = waiting.removeValue(forKey: wanted) {
                    try await take(piece.first, piece.through, piece.logs)
                    if piece.through < last { wanted = piece.through + 1 }
                }
                launch()
            }
        }
    }

    private func piece(_ worker: Int, _ first: UInt64, _ through: UInt64) async throws -> Piece {
        var piece = Piece(worker: worker, first: first, through: through, logs: [])
        var next = first
        while true {
            let from = next
            let page = try await peers.persist {
                try await peers.workers[worker].collectLogs(filter, from: from, to: through)
            }
            piece.logs += page.logs
            if page.through >= through { return piece }
            next = page.through + 1
        }
    }
}
