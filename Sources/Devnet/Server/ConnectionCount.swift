import NIOCore
import Synchronization

/// Holds the number of open connections to a bound.
final class ConnectionCount: Sendable {
    private let count = Mutex(0)
    private let most: Int

    init(most: Int = 1_000) { self.most = most }

    /// Counts a connection until it closes; closes it at once, and answers false, when there are too many.
    func enter(_ channel: any Channel) -> Bool {
        let isAllowed = count.withLock { count in
            count += 1
            return count <= most
        }
        channel.closeFuture.whenComplete { _ in self.count.withLock { $0 -= 1 } }
        if !isAllowed { channel.close(promise: nil) }
        return isAllowed
    }
}
