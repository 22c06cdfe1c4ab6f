/// How far a sync is. Handed out after every step that was stored.
public struct SyncProgress: Sendable, Hashable {
    /// The parts of a sync, in order.
    public enum Phase: String, Sendable {
        /// Logs of the factories; `done` and `total` are blocks.
        case discovery
        /// State at one block; `done` and `total` are pools.
        case state
        /// Transfers simulated; `done` and `total` are tokens.
        case tokens
        /// The sample by `eth_call`; `done` and `total` are pools.
        case check
    }
    public var phase: Phase
    public var done: UInt64
    public var total: UInt64
    /// Of `done`, what an earlier run had done.
    public var doneBefore: UInt64
    /// Pools known so far.
    public var pools: Int
    /// Time since this phase began in this run.
    public var elapsed: Duration

    /// Steps a second in this run; zero before the first.
    public var rate: Double {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        return seconds > 0 ? Double(done - min(done, doneBefore)) / seconds : 0
    }

    /// Seconds to go at that rate; nil while there is no rate.
    public var secondsLeft: Double? { rate > 0 ? Double(total - min(total, done)) / rate : nil }
}
