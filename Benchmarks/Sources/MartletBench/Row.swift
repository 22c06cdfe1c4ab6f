/// One line of the table: our operation, and the peer it is held against in the same run.
struct Row {
    /// Runs the operation `count` times and returns something computed from every result, so that none is optimised
    /// away.
    typealias Body = (_ count: Int) -> UInt64

    /// Unique; the key in the baseline. Once published it stays, or the baseline loses its history.
    var name: String
    var ours: Body
    var peer: Peer?
    /// For operations that use up their state: runs before each one, outside the measured time. A sample is then one
    /// operation, so p99 is a figure of operations and not of batches.
    var reset: (() -> Void)?

    struct Peer {
        /// Who, with what, as printed.
        var name: String
        var body: Body
    }

    init(_ name: String, ours: @escaping Body, peer: Peer? = nil, reset: (() -> Void)? = nil) {
        self.name = name
        self.ours = ours
        self.peer = peer
        self.reset = reset
    }
}

/// The result of one row. Times are in nanoseconds for one operation.
struct Measurement: Codable {
    var name: String
    var p50: Double
    var p99: Double
    var allocations: Double
    var peer: String?
    var peerP50: Double?
    /// Our time divided by the peer's, the median over pairs of batches that ran one after the other: below 1 we are
    /// faster.
    /// Both halves of a pair meet the same clock speed and load, so this is the figure that machines and runs share.
    var ratio: Double?
}
