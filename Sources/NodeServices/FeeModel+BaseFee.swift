public import Bundles
public import ChainRegistry

extension FeeModel {
    /// How far the base fee can move in a block; a bound where the chain's own rule cannot be computed from a header.
    public var baseFeeRule: BaseFeeRule {
        switch self {
        case .ethereum: .ethereum
        case .bsc: .constant
        case .polygon: .bounded(bps: 500)
        case .opStack: .eip1559(elasticity: 6, denominator: 250)
        case .arbitrum: .bounded(bps: 1_250)
        }
    }
}
