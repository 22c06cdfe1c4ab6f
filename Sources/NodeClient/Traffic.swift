internal import Synchronization

/// What was asked of an endpoint and what it cost, since it was opened: bodies of messages, without HTTP headers.
public struct TrafficCount: Sendable, Hashable {
    /// JSON-RPC requests, each one of a batch counted.
    public var calls: UInt64 = 0
    /// HTTP exchanges or socket messages that carried them.
    public var messages: UInt64 = 0
    /// Bytes of requests.
    public var bytesSent: UInt64 = 0
    /// Bytes of answers, after decompression; over a socket notifications are counted too.
    public var bytesReceived: UInt64 = 0

    public init() {}

    public static func + (a: TrafficCount, b: TrafficCount) -> TrafficCount {
        var sum = a
        sum.calls += b.calls
        sum.messages += b.messages
        sum.bytesSent += b.bytesSent
        sum.bytesReceived += b.bytesReceived
        return sum
    }
}

/// Counters that several tasks add to.
final class Traffic: Sendable {
    private let count = Mutex(TrafficCount())

    var value: TrafficCount { count.withLock { $0 } }

    func sent(calls: Int, bytes: Int) {
        count.withLock {
            $0.calls += UInt64(calls)
            $0.messages += 1
            $0.bytesSent += UInt64(bytes)
        }
    }

    func received(_ bytes: Int) { count.withLock { $0.bytesReceived += UInt64(bytes) } }
}
