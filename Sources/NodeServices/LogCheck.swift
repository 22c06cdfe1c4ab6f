import EVMCodec
import EVMTypes
import Synchronization

/// Compares the logs that were pushed with those that were fetched for the same block, so that a peer that loses
/// logs is noticed.
///
/// The state never rests on pushed logs: a missing one costs nothing but is counted.
final class LogCheck: Sendable {
    private struct Counts {
        var heard: [Hash32: UInt64] = [:]
        var applied: [Hash32: UInt64] = [:]
        var order: [Hash32] = []
    }

    private let counts = Mutex(Counts())
    /// Blocks remembered.
    private let blocksMax = 64

    /// A log was pushed.
    func heard(_ log: Log) {
        guard !log.removed else { return }
        counts.withLock { counts in
            remember(log.blockHash, &counts)
            counts.heard[log.blockHash, default: 0] += 1
        }
    }

    /// A block's logs were fetched and applied.
    func applied(_ count: Int, in block: Hash32) {
        counts.withLock { counts in
            remember(block, &counts)
            counts.applied[block] = UInt64(count)
        }
    }

    /// How many applied logs of `block` were never pushed. To be asked one head later, when pushes have had their time.
    func missing(in block: Hash32) -> UInt64 {
        counts.withLock { counts in
            guard let applied = counts.applied[block] else { return 0 }
            let heard = counts.heard[block] ?? 0
            return applied > heard ? applied - heard : 0
        }
    }

    private func remember(_ block: Hash32, _ counts: inout Counts) {
        guard counts.heard[block] == nil, counts.applied[block] == nil else { return }
        counts.order.append(block)
        if counts.order.count > blocksMax {
            let old = counts.order.removeFirst()
            counts.heard[old] = nil
            counts.applied[old] = nil
        }
    }
}
