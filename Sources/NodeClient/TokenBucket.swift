/// A budget of requests: `burst` at once, `perSecond` sustained. Pure: time comes in as an argument.
public struct TokenBucket: Sendable, Hashable {
    /// Tokens that come back each second.
    public let perSecond: Double
    /// The most that can be saved up.
    public let burst: Double
    private var tokens: Double
    private var last: ContinuousClock.Instant

    /// A full bucket. Rates at or below 0 are taken as one request an hour.
    public init(perSecond: Double, burst: Double, now: ContinuousClock.Instant) {
        self.perSecond = max(perSecond, 1.0 / 3600)
        self.burst = max(burst, 1)
        tokens = self.burst
        last = now
    }

    /// Takes `count` tokens (at most `burst`), or says how long until they are there and takes none.
    public mutating func take(_ count: Double = 1, now: ContinuousClock.Instant) -> Duration? {
        refill(now)
        let wanted = min(count, burst)
        if tokens >= wanted {
            tokens -= wanted
            return nil
        }
        return .seconds((wanted - tokens) / perSecond)
    }

    private mutating func refill(_ now: ContinuousClock.Instant) {
        guard now > last else { return }
        tokens = min(burst, tokens + last.duration(to: now).inSeconds * perSecond)
        last = now
    }
}

extension Duration {
    /// The duration in seconds, rounded to a Double.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
    /// Whole milliseconds, at least 1: what C timers want.
    var milliseconds: Int64 { max(1, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) }
}
