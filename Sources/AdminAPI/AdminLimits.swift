/// Bounds of both servers. Every queue, size and wait of the admin API has one.
public struct AdminLimits: Sendable {
    /// Longest request message, in bytes.
    public var messageBytesMax = 256 << 10
    /// Most open connections of each server; further ones wait or are closed at once.
    public var connectionsMax = 64
    /// How long a message may take to arrive once it has begun, and an answer to be taken.
    public var stallMax = Duration.seconds(10)
    /// How long a connection may be silent between messages.
    public var idleMax = Duration.seconds(300)
    /// Requests a second of each server, on average.
    public var requestsPerSecond = 200.0
    /// Requests at once.
    public var requestsBurst = 400.0

    /// The default bounds.
    public init() {}
}
