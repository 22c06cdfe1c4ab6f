import Metrics
import Synchronization

/// What the node has seen and done since it started. Each count is also a metric of the same meaning.
final class NodeCounters: Sendable {
    struct Values: Sendable {
        var reorgs: UInt64 = 0
        var blocksApplied: UInt64 = 0
        var headsMissed: UInt64 = 0
        var logsMissed: UInt64 = 0
        var reconnects: UInt64 = 0
        var pendingSeen: UInt64 = 0
        var pendingDecoded: UInt64 = 0
        var opportunitiesFound: UInt64 = 0
        var opportunitiesRejected: UInt64 = 0
        var bundlesBuilt: UInt64 = 0
        var bundlesSimulated: UInt64 = 0
        var bundlesSubmitted: UInt64 = 0
        var bundlesFailed: UInt64 = 0
        var bundlesExpired: UInt64 = 0
        var bundlesStale: UInt64 = 0
        var audits: UInt64 = 0
        var auditMismatches: UInt64 = 0
        /// Pending transactions by how their effect was found.
        var pendingRun: UInt64 = 0
        var pendingReverts: UInt64 = 0
        var pendingRejected: UInt64 = 0
        var pendingCold: UInt64 = 0
        var pendingUnrun: UInt64 = 0
        /// Plans that our EVM ran and agreed with, and those where a run or the chain gave something else.
        var plansVerified: UInt64 = 0
        var predictedDiffers: UInt64 = 0
        var slotsKept: UInt64 = 0
        var slotsRead: UInt64 = 0
        /// Rejections and skips by reason.
        var reasons: [String: UInt64] = [:]
    }

    private let values = Mutex(Values())

    var snapshot: Values { values.withLock { $0 } }

    /// Adds `count` to one counter and to the metric `martlet.<name>`.
    func add(_ path: any WritableKeyPath<Values, UInt64> & Sendable, _ name: String, _ count: UInt64 = 1) {
        guard count > 0 else { return }
        values.withLock { $0[keyPath: path] += count }
        Counter(label: "martlet.\(name)").increment(by: Int64(clamping: count))
    }

    /// Counts one decision not to go on, by reason; reasons come from closed enums, so the table is bounded.
    func reason(_ reason: String) {
        values.withLock { $0.reasons[reason, default: 0] += 1 }
        Counter(label: "martlet.skipped", dimensions: [("reason", reason)]).increment()
    }
}

extension NodeCounters {
    /// Records how long something took, as the histogram `martlet.<name>`.
    func time(_ name: String, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        Timer(label: "martlet.\(name)").recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
