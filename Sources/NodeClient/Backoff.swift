/// Exponential backoff with full jitter on its upper half: bounded, and reset by the owner after a stable time.
public struct Backoff: Sendable, Hashable {
    /// The first wait.
    public var initial: Duration
    /// The longest wait.
    public var maximum: Duration
    /// A connection that lived this long resets the wait.
    public var stableAfter: Duration
    private var exponent = 0

    public init(
        initial: Duration = .milliseconds(200), maximum: Duration = .seconds(30), stableAfter: Duration = .seconds(30)
    ) {
        self.initial = initial
        self.maximum = max(initial, maximum)
        self.stableAfter = stableAfter
    }

    /// The next wait: between half and all of `initial * 2^failures`, never above `maximum`.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        // 2^30 times any initial wait is above every maximum in use; the exponent stops there, so nothing overflows.
        let ceiling = min(maximum, initial * (1 << exponent))
        exponent = min(exponent + 1, 30)
        return ceiling * Double.random(in: 0.5...1, using: &generator)
    }

    /// Starts again from the first wait.
    public mutating func reset() { exponent = 0 }
}
