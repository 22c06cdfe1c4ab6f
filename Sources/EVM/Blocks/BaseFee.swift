public import EVMTypes

/// The base fee of a block from its parent. Source: EIP-1559.
public enum BaseFee {
    /// The first base fee of a chain, in wei.
    public static let initial: U256 = 1_000_000_000
    /// The base fee moves by at most one part in this.
    public static let changeDenominator: UInt64 = 8
    /// The gas limit is this many times the target.
    public static let elasticity: UInt64 = 2

    /// The base fee after a parent with this fee, limit and use; nil when it passes 2^256 - 1.
    ///
    /// Rounds down as the EIP does, but rises by at least 1 wei above the target. A parent whose target is zero has no
    /// use above it to speak of: the fee stays.
    public static func next(parentBaseFee: U256, parentGasLimit: UInt64, parentGasUsed: UInt64) -> U256? {
        let target = parentGasLimit / elasticity
        if parentGasUsed == target || target == 0 { return parentBaseFee }
        let distance = parentGasUsed > target ? parentGasUsed - target : target - parentGasUsed
        guard let product = parentBaseFee.multiplied(by: U256(distance)) else { return nil }
        let change = product / U256(target) / U256(changeDenominator)
        if parentGasUsed > target { return parentBaseFee.adding(max(change, .one)) }
        // At most an eighth of the fee, the distance being at most the target.
        return parentBaseFee - change
    }
}
