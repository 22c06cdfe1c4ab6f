public import EVMTypes

/// The fee parameters an OP-stack chain keeps in its L1Block predeploy, as of one block.
///
/// They change with the first transaction of each block, so they are read from the block a transaction runs in; its
/// parent's are a good guess for the next one, and no more.
/// Source: ethereum-optimism/specs `predeploys.md`, `jovian/l1-attributes.md`; op-geth `core/types/rollup_cost.go`.
public struct OPStackParameters: Hashable, Sendable {
    /// Wei a gas on the L1.
    public var l1BaseFee: U256
    /// Wei a blob gas on the L1.
    public var blobBaseFee: U256
    /// Weight of the L1 base fee, in millionths. Ecotone on.
    public var baseFeeScalar: UInt32
    /// Weight of the blob base fee, in millionths. Ecotone on.
    public var blobBaseFeeScalar: UInt32
    /// Gas added to each transaction's data. Before Ecotone.
    public var overhead: U256
    /// Weight in millionths. Before Ecotone.
    public var scalar: U256
    /// Isthmus: millionths of a wei a gas. Jovian: hundreds of wei a gas.
    public var operatorFeeScalar: UInt32
    /// Wei a transaction.
    public var operatorFeeConstant: UInt64
    /// Jovian: gas a byte of estimated data size takes of the block.
    public var daFootprintGasScalar: UInt16

    public init(
        l1BaseFee: U256, blobBaseFee: U256 = .zero, baseFeeScalar: UInt32 = 0, blobBaseFeeScalar: UInt32 = 0,
        overhead: U256 = .zero, scalar: U256 = .zero, operatorFeeScalar: UInt32 = 0, operatorFeeConstant: UInt64 = 0,
        daFootprintGasScalar: UInt16 = 0
    ) {
        self.l1BaseFee = l1BaseFee
        self.blobBaseFee = blobBaseFee
        self.baseFeeScalar = baseFeeScalar
        self.blobBaseFeeScalar = blobBaseFeeScalar
        self.overhead = overhead
        self.scalar = scalar
        self.operatorFeeScalar = operatorFeeScalar
        self.operatorFeeConstant = operatorFeeConstant
        self.daFootprintGasScalar = daFootprintGasScalar
    }

    /// The L1Block predeploy.
    public static let l1Block = Address(high: 0x4200_0000, low: 0x15)

    /// The slots of `l1Block` that a fork's fees need, in the order `init(_:words:)` takes their values.
    ///
    /// Base fee, overhead and scalar (still needed by Ecotone's first block), scalars, blob base fee, operator fee.
    public static func slots(_ fork: OPStackFork) -> [U256] {
        var slots: [U256] = [1, 5, 6]
        if fork >= .ecotone { slots += [3, 7] }
        if fork >= .isthmus { slots += [8] }
        return slots
    }

    /// Reads the values of `slots(fork)`. Throws `.malformed` when one is missing.
    public init(_ fork: OPStackFork, words: [U256]) throws(CostProblem) {
        guard words.count == Self.slots(fork).count else { throw .malformed("the L1Block predeploy's slots") }
        self.init(l1BaseFee: words[0], overhead: words[1], scalar: words[2])
        if fork >= .ecotone {
            // Counted from the low end: blob scalar at byte 8, base fee scalar at byte 12.
            baseFeeScalar = UInt32(truncatingIfNeeded: words[3].w1 >> 32)
            blobBaseFeeScalar = UInt32(truncatingIfNeeded: words[3].w1)
            blobBaseFee = words[4]
        }
        if fork >= .isthmus {
            // Constant at byte 0, scalar at byte 8, footprint scalar at byte 12, from the low end.
            operatorFeeConstant = words[5].w0
            operatorFeeScalar = UInt32(truncatingIfNeeded: words[5].w1)
            daFootprintGasScalar = UInt16(truncatingIfNeeded: words[5].w1 >> 32)
        }
    }
}
