public import EVMTypes

/// The base fee of an OP-stack block, whose rule stands in its parent's header since Holocene.
///
/// Source: ethereum-optimism/specs `holocene|jovian/exec-engine.md`.
public struct OPStackBaseFee: Hashable, Sendable {
    /// The largest step is 1 / denominator.
    public var denominator: UInt64
    /// The target is gas limit / elasticity.
    public var elasticity: UInt64
    /// Wei a gas the base fee never falls below; Jovian.
    public var minimum: UInt64

    /// What holds where the header says nothing: OP Mainnet and Base since Canyon.
    public static let standard = OPStackBaseFee(denominator: 250, elasticity: 6, minimum: 0)

    public init(denominator: UInt64, elasticity: UInt64, minimum: UInt64) {
        self.denominator = denominator
        self.elasticity = elasticity
        self.minimum = minimum
    }

    /// The rule in the parent's `extraData`: 9 bytes with version 0 (Holocene) or 17 with version 1 (Jovian); an empty
    /// one is `standard`. Nil for anything else. A denominator and elasticity of zero also stand for `standard`'s.
    public init?(extraData: [UInt8]) {
        guard !extraData.isEmpty else {
            self = .standard
            return
        }
        let isJovian = extraData[0] == 1
        guard extraData[0] <= 1, extraData.count == (isJovian ? 17 : 9) else { return nil }
        denominator = U256(bigEndian: extraData[1..<5]).w0
        elasticity = U256(bigEndian: extraData[5..<9]).w0
        minimum = isJovian ? U256(bigEndian: extraData[9..<17]).w0 : 0
        if denominator == 0, elasticity == 0 {
            denominator = Self.standard.denominator
            elasticity = Self.standard.elasticity
        }
        guard denominator > 0, elasticity > 0 else { return nil }
    }

    /// The base fee of the child of a block with these figures, wei a gas; nil where the parent's make no sense.
    ///
    /// `metered` is the gas the rule looks at: what the parent used, from Jovian on the larger of that and its
    /// `blobGasUsed`, which there is the data footprint. Integer division as EIP-1559 orders it.
    public func next(baseFee: U256, metered: UInt64, gasLimit: UInt64) -> U256? {
        let target = gasLimit / elasticity
        guard target > 0, metered <= gasLimit else { return nil }
        let distance = metered > target ? metered - target : target - metered
        guard let product = baseFee.multiplied(by: U256(distance)) else { return nil }
        let step = product / U256(target) / U256(denominator)
        let next: U256?
        if metered == target {
            next = baseFee
        } else if metered > target {
            next = baseFee.adding(max(.one, step))
        } else {
            next = baseFee.subtracting(step) ?? .zero
        }
        return next.map { max($0, U256(minimum)) }
    }
}
