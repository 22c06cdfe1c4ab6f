public import EVMCodec
public import EVMTypes

/// The difficulty of proof-of-work blocks. Source: Yellow Paper section 4.3.4; EIP-2, 100, 649.
public enum Difficulty {
    /// No block is easier.
    public static let minimum: U256 = 131_072

    /// The difficulty of a block after its parent; nil when it passes 2^256 - 1, or from Paris on, when there is none.
    ///
    /// `bombDelay` is by how many blocks the bomb is put off. Times are seconds; a block that is not younger than its
    /// parent has no difficulty either.
    public static func next(
        fork: Hardfork, number: UInt64, timestamp: UInt64, parentTimestamp: UInt64, parentDifficulty: U256,
        parentHasOmmers: Bool, bombDelay: UInt64
    ) -> U256? {
        guard fork < .paris, timestamp >= parentTimestamp else { return nil }
        let elapsed = timestamp - parentTimestamp
        let step = parentDifficulty >> 11
        let factor: Int64
        switch fork {
        case .frontier: factor = elapsed < 13 ? 1 : -1
        case .homestead, .tangerineWhistle, .spuriousDragon: factor = max(1 - Int64(min(elapsed / 10, 1_000)), -99)
        default: factor = max((parentHasOmmers ? 2 : 1) - Int64(min(elapsed / 9, 1_000)), -99)
        }
        var result: U256
        if factor >= 0 {
            guard let more = step.multiplied(by: U256(UInt64(factor))).flatMap({ parentDifficulty.adding($0) }) else {
                return nil
            }
            result = more
        } else {
            // 99 steps are less than a twentieth of the parent's difficulty.
            result = parentDifficulty - step * U256(UInt64(-factor))
        }
        let period = number > bombDelay ? (number - bombDelay) / 100_000 : 0
        if period >= 2 {
            guard period - 2 < 256, let bombed = result.adding(U256.one << Int(period - 2)) else { return nil }
            result = bombed
        }
        return max(result, minimum)
    }
}

/// What proof of work pays. Source: Yellow Paper section 11.3; EIP-649, 1234.
public enum BlockReward {
    /// Wei for a block without ommers; zero from Paris on.
    public static func base(_ fork: Hardfork) -> U256 {
        let ether: U256 = 1_000_000_000_000_000_000
        switch fork {
        case .frontier, .homestead, .tangerineWhistle, .spuriousDragon: return 5 * ether
        case .byzantium: return 3 * ether
        case .constantinople, .petersburg, .istanbul, .berlin, .london: return 2 * ether
        case .paris, .shanghai, .cancun, .prague, .osaka: return .zero
        }
    }

    /// Wei for the miner of a block with this many ommers (at most 2): a 32nd of the reward more for each.
    public static func miner(_ fork: Hardfork, ommers: Int) -> U256 {
        let reward = base(fork)
        return reward + reward / 32 * U256(ommers)
    }

    /// Wei for the miner of an ommer that is `age` blocks older than the block that names it (1 to 7).
    public static func ommer(_ fork: Hardfork, age: UInt64) -> U256 {
        age < 8 ? base(fork) * U256(8 - age) / 8 : .zero
    }
}
