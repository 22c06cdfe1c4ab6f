import Synchronization

/// A token bucket: `burst` requests at once, then `perSecond`. Any thread.
public final class RateLimit: Sendable {
    private struct State {
        var tokens: Double
        var last: ContinuousClock.Instant
    }

    private let perSecond: Double
    private let burst: Double
    private let state: Mutex<State>

    /// A full bucket. Both numbers must be positive.
    public init(perSecond: Double, burst: Double) {
        precondition(perSecond > 0 && burst >= 1, "a rate limit must let something through")
        self.perSecond = perSecond
        self.burst = burst
        state = Mutex(State(tokens: burst, last: .now))
    }

    /// Takes a token; false when there is none.
    public func allows(at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            let seconds = max(.zero, state.last.duration(to: now)) / .seconds(1)
            state.tokens = min(burst, state.tokens + seconds * perSecond)
            state.last = max(now, state.last)
            guard state.tokens >= 1 else { return false }
            state.tokens -= 1
            return true
        }
    }
}
