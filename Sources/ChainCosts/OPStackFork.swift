/// The OP-stack upgrades that changed fees, oldest first. Upgrades between them charge as the one before.
public enum OPStackFork: UInt8, CaseIterable, Comparable, Hashable, Sendable {
    /// Before Regolith, 68 non-zero bytes were counted for the signature; only old test chains ran it.
    case bedrock
    case regolith
    /// L1 blobs: two scalars instead of one.
    case ecotone
    /// The FastLZ length replaces the count of bytes.
    case fjord
    /// Operator fee.
    case isthmus
    /// The operator fee's scalar counts a hundredfold, not by the million.
    case jovian

    public static func < (a: OPStackFork, b: OPStackFork) -> Bool { a.rawValue < b.rawValue }

    /// The fork of OP Mainnet (10) or Base (8453) at a block's time; nil for another chain, whose file must name it.
    ///
    /// Both started on Bedrock with Regolith in force and took the upgrades at the same times.
    /// Source: superchain-registry `op.toml`, `base.toml`.
    public init?(chainID: UInt64, timestamp: UInt64) {
        guard chainID == 10 || chainID == 8_453 else { return nil }
        self =
            switch timestamp {
            case ..<1_710_374_401: .regolith
            case ..<1_720_627_201: .ecotone
            case ..<1_746_806_401: .fjord
            case ..<1_764_691_201: .isthmus
            default: .jovian
            }
    }
}
