public import EVM
public import EVMCodec
public import EVMTypes

/// What a transaction paid, by part, in wei. Costs of other layers are not in it.
public struct Fees: Hashable, Sendable {
    /// Gas used times the base fee: burnt, or the base fee's recipient's.
    public var baseFee: U256
    /// Gas used times the tip: the block builder's.
    public var tip: U256
    /// Blob gas times the blob base fee: burnt.
    public var blobFee: U256
    /// The sum.
    public var total: U256 { baseFee &+ tip &+ blobFee }

    /// Of a transaction that ran in `block`. All wei there is are far below 2^256: nothing wraps.
    public init(
        _ outcome: Outcome, of transaction: Transaction, in block: BlockEnvironment, under rules: ExecutionRules
    ) {
        tip = outcome.tips
        baseFee = (U256(outcome.gasUsed) &* outcome.gasPrice) &- outcome.tips
        let gas = UInt64(transaction.blobVersionedHashes.count) &* rules.gasPerBlob
        blobFee = U256(gas) &* block.blobBaseFee
    }

    /// Decimal strings.
    public var json: JSON {
        [
            "baseFee": .string(baseFee.description), "tip": .string(tip.description),
            "blobFee": .string(blobFee.description), "total": .string(total.description),
        ]
    }
}
