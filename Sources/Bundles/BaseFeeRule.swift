public import EVMTypes

/// How a chain's base fee moves from one block to the next. Amounts in wei a gas.
public enum BaseFeeRule: Hashable, Sendable {
    /// EIP-1559: the target is gasLimit / elasticity, the largest step 1 / denominator. Exact one block ahead.
    case eip1559(elasticity: UInt64, denominator: UInt64)
    /// The producer chooses within a share of the parent's (Polygon since Lisovo: 500 bps): an upper bound.
    case bounded(bps: UInt64)
    /// The fee does not depend on the parent's fullness (BSC: always 0).
    case constant

    /// Ethereum mainnet: elasticity 2, denominator 8.
    public static let ethereum = BaseFeeRule.eip1559(elasticity: 2, denominator: 8)

    /// The base fee of the child of a block with these figures: exact for `.eip1559` and `.constant`, else the highest.
    ///
    /// `next = base + max(1, base*(gasUsed-target)/target/denominator)` above target, `base -
    /// base*(target-gasUsed)/target/denominator` below, integer division in that order. Throws `.badParent` for
    /// parameters with no meaning (target 0, gasUsed above gasLimit). Source: EIP-1559, geth `eip1559.CalcBaseFee`.
    public func next(baseFee: U256, gasUsed: UInt64, gasLimit: UInt64) throws(BundleError) -> U256 {
        switch self {
        case .constant: return baseFee
        case .bounded(let bps):
            guard bps <= 10_000, let step = U256.mulDiv(baseFee, U256(bps), 10_000) else { throw .badParent }
            return try Self.sum(baseFee, step)
        case .eip1559(let elasticity, let denominator):
            guard elasticity > 1, denominator > 0, gasUsed <= gasLimit else { throw .badParent }
            let target = gasLimit / elasticity
            guard target > 0 else { throw .badParent }
            guard gasUsed != target else { return baseFee }
            let distance = gasUsed > target ? gasUsed - target : target - gasUsed
            guard let product = baseFee.multiplied(by: U256(distance)) else { throw .overflow }
            let step = product / U256(target) / U256(denominator)
            // Below target the step is at most base / denominator: target - gasUsed <= target.
            return gasUsed > target ? try Self.sum(baseFee, max(.one, step)) : baseFee - step
        }
    }

    /// The highest base fee `blocks` further blocks can bring, each of them as full as the rule allows.
    ///
    /// `blocks` steps of the rule: at most 12.5 % each on Ethereum. Rounding as the chain rounds.
    public func highest(from baseFee: U256, blocks: UInt32, gasLimit: UInt64) throws(BundleError) -> U256 {
        var fee = baseFee
        for _ in 0..<blocks { fee = try next(baseFee: fee, gasUsed: gasLimit, gasLimit: gasLimit) }
        return fee
    }

    private static func sum(_ a: U256, _ b: U256) throws(BundleError) -> U256 {
        guard let total = a.adding(b) else { throw .overflow }
        return total
    }
}
