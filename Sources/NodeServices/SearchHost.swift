import EVMCodec
import Foundation
import SearchCore
import Synchronization

/// The searcher's own thread: the one writer of the core and its market.
///
/// Two ways in. Jobs (heads, undo, look-ups) run in order and are never dropped; their callers wait for the answer.
/// Pending transactions
/// wait in a ring of fixed size in which the newest wins, and are looked at, newest first, only when no job waits: a
/// head
/// that has arrived makes older guesses worthless.
final class SearchHost: Sendable {
    /// What `deliver` gets: what the core decided about one pending transaction, and how long the step took.
    struct Step: Sendable {
        var pending: PendingTransaction
        var decision: Decision
        /// From the frame's last byte to the decision.
        var sinceReceipt: Duration
        /// The step alone.
        var duration: Duration
    }

    private struct Waiting: Sendable {
        var pending: PendingTransaction
        var receivedAt: ContinuousClock.Instant
    }

    private struct State {
        var jobs: [@Sendable (inout SearchEngine) -> Void] = []
        var ring: [Waiting] = []
        var dropped: UInt64 = 0
        var isStopped = false
    }

    /// Most pending transactions that wait.
    let ringMax: Int
    private let state = Mutex(State())
    private let wake = NSCondition()
    private let deliver: @Sendable (Step) -> Void

    init(
        core: consuming Searcher, runner: RunnerConfig? = nil, ringMax: Int = 1_024,
        deliver: @escaping @Sendable (Step) -> Void
    ) {
        self.ringMax = ringMax
        self.deliver = deliver
        let owned = core
        let thread = Thread { [self] in loop(owned, runner) }
        thread.name = "martlet-search"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Pending transactions dropped because the ring was full.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Offers a pending transaction; the oldest waiting one gives way when the ring is full. Never blocks.
    func offer(_ pending: PendingTransaction, receivedAt: ContinuousClock.Instant) {
        state.withLock { state in
            if state.ring.count >= ringMax {
                state.ring.removeFirst()
                state.dropped += 1
            }
            state.ring.append(Waiting(pending: pending, receivedAt: receivedAt))
        }
        signal()
    }

    /// Runs `body` on the searcher's thread, after the jobs before it, and returns its answer; nil when the host has
    /// stopped.
    func run<Answer: Sendable>(_ body: @escaping @Sendable (inout SearchEngine) -> Answer) async -> Answer? {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                if !state.isStopped { state.jobs.append { core in continuation.resume(returning: body(&core)) } }
                return state.isStopped
            }
            if isStopped { continuation.resume(returning: nil) }
            signal()
        }
    }

    /// Ends the thread after the jobs that already wait.
    func stop() {
        state.withLock { $0.isStopped = true }
        signal()
    }

    private func signal() {
        wake.lock()
        wake.signal()
        wake.unlock()
    }

    private enum Next {
        case job(@Sendable (inout SearchEngine) -> Void)
        case pending(Waiting)
        case nothing
        case stop
    }

    private func next() -> Next {
        state.withLock { state in
            if !state.jobs.isEmpty { return .job(state.jobs.removeFirst()) }
            if state.isStopped { return .stop }
            return state.ring.popLast().map { .pending($0) } ?? .nothing
        }
    }

    private func loop(_ owned: consuming Searcher, _ runner: RunnerConfig?) {
        var core = SearchEngine(core: owned, runner: runner.map { StateRunner($0) } ?? StateRunner())
        while true {
            switch next() {
            case .job(let job): job(&core)
            case .pending(let waiting):
                let start = ContinuousClock.now
                let decision = core.step(.pending(waiting.pending, timeMilliseconds: MarketKeeper.nowMilliseconds()))
                let end = ContinuousClock.now
                deliver(
                    Step(
                        pending: waiting.pending, decision: decision, sinceReceipt: end - waiting.receivedAt,
                        duration: end - start))
            case .nothing:
                wake.lock()
                // A signal between the look and the lock would be lost: look again under the lock, and never sleep
                // long.
                if isIdle { _ = wake.wait(until: Date(timeIntervalSinceNow: 0.1)) }
                wake.unlock()
            case .stop: return
            }
        }
    }

    private var isIdle: Bool { state.withLock { $0.jobs.isEmpty && $0.ring.isEmpty && !$0.isStopped } }
}
