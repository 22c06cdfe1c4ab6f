internal import Synchronization

/// A queue with a bound: when it is full the oldest element is dropped and counted (newest wins).
///
/// Any thread may push; one consumer takes, by `await next()` or by polling `poll()`. Push costs one uncontended lock.
public final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var ring: [Element?]
        var head = 0
        var count = 0
        var dropped: UInt64 = 0
        var unreported: UInt64 = 0
        var isFinished = false
        var waiter: (id: UInt64, continuation: CheckedContinuation<Element?, Never>)?
        var waiterID: UInt64 = 0

        mutating func take() -> Element? {
            guard count > 0 else { return nil }
            let element = ring[head]
            ring[head] = nil
            head = (head + 1) % ring.count
            count -= 1
            return element
        }
    }
    private enum Answer {
        case now(Element?)
        case later(replaced: CheckedContinuation<Element?, Never>?)
    }
    private let state: Mutex<State>
    /// The most elements that wait.
    public let capacity: Int

    /// An empty queue for `capacity` elements (at least 1).
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
        state = Mutex(State(ring: Array(repeating: nil, count: max(1, capacity))))
    }

    /// Appends; drops the oldest element when the queue is full. Returns false when something was dropped or the queue
    /// is finished.
    @discardableResult
    public func push(_ element: Element) -> Bool {
        let outcome: (waiter: CheckedContinuation<Element?, Never>?, kept: Bool) = state.withLock { state in
            guard !state.isFinished else { return (nil, false) }
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter.continuation, true)
            }
            var kept = true
            if state.count == state.ring.count {
                _ = state.take()
                state.dropped += 1
                state.unreported += 1
                kept = false
            }
            state.ring[(state.head + state.count) % state.ring.count] = element
            state.count += 1
            return (nil, kept)
        }
        outcome.waiter?.resume(returning: element)
        return outcome.kept
    }

    /// The oldest element, waiting for one; nil when the queue is finished and empty, or the task is cancelled.
    ///
    /// One consumer at a time: a second one that waits takes the first one's place, which then gets nil.
    public func next() async -> Element? {
        let id = state.withLock { state in
            state.waiterID += 1
            return state.waiterID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(id: id, continuation)
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Element?, Never>? in
                guard let waiter = state.waiter, waiter.id == id else { return nil }
                state.waiter = nil
                return waiter.continuation
            }
            waiter?.resume(returning: nil)
        }
    }

    private func wait(id: UInt64, _ continuation: CheckedContinuation<Element?, Never>) {
        let answer: Answer = state.withLock { state in
            if let element = state.take() { return .now(element) }
            // Asked under the lock: the cancel handler takes it after the flag is set,
            // so one of the two sees the other.
            if state.isFinished || Task.isCancelled { return .now(nil) }
            let replaced = state.waiter?.continuation
            state.waiter = (id, continuation)
            return .later(replaced: replaced)
        }
        switch answer {
        case .now(let element): continuation.resume(returning: element)
        case .later(let replaced): replaced?.resume(returning: nil)
        }
    }

    /// The oldest element without waiting.
    public func poll() -> Element? { state.withLock { $0.take() } }

    /// Up to `limit` elements without waiting, oldest first.
    public func drain(max limit: Int) -> [Element] {
        state.withLock { state in
            var out: [Element] = []
            while out.count < limit, let element = state.take() { out.append(element) }
            return out
        }
    }

    /// Ends the queue: elements that wait can still be taken, pushes are ignored.
    public func finish() {
        let waiter = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            state.isFinished = true
            defer { state.waiter = nil }
            return state.waiter?.continuation
        }
        waiter?.resume(returning: nil)
    }

    /// How many elements wait.
    public var count: Int { state.withLock { $0.count } }
    /// How many elements were dropped since the start.
    public var dropped: UInt64 { state.withLock { $0.dropped } }
    /// How many were dropped since this was last asked.
    func takeUnreportedDrops() -> UInt64 {
        state.withLock { state in
            defer { state.unreported = 0 }
            return state.unreported
        }
    }
}
