import Foundation

/// SplitMix64: a small repeatable generator for property tests.
///
/// The seed is `$MARTLET_SEED` when set, so a failure that prints its seed can be replayed.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    /// The seed this generator started from.
    public let seed: UInt64

    public init(seed: UInt64? = nil) {
        let fromEnvironment = ProcessInfo.processInfo.environment["MARTLET_SEED"].flatMap { UInt64($0) }
        self.seed = fromEnvironment ?? seed ?? 0x6d61_7274_6c65_7400
        state = self.seed
    }

    /// A generator of exactly this seed, whatever the environment says.
    public init(exactly seed: UInt64) {
        self.seed = seed
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
