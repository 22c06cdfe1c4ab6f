public import EVMCodec
public import EVMTypes

/// A transaction in a block, with what it did.
public struct MinedTransaction: Sendable {
    /// The transaction, its sender and hash.
    public var pooled: PooledTransaction
    /// What the receipts trie holds.
    public var receipt: ConsensusReceipt
    /// Gas of this transaction alone.
    public var gasUsed: UInt64
    /// Wei a gas that the sender paid.
    public var effectiveGasPrice: U256
    /// Where a creation put its contract.
    public var created: Address?
    /// The index of its first log in the block.
    public var firstLog: Int
}

/// A block of the devnet and everything that is asked about it.
public struct SealedBlock: Sendable {
    /// The header, whose roots are true unless the chain stands on a fork.
    public var header: ConsensusHeader
    /// The header's hash.
    public var hash: Hash32
    /// The transactions in order.
    public var transactions: [MinedTransaction]
    /// Wei a blob gas.
    public var blobBaseFee: U256
    /// The moment of the world before it, edits since its parent included.
    var startPosition: Int
    /// The moment of the world after it.
    var position: Int

    /// The block's number.
    public var number: UInt64 { header.number }
    /// Wei a gas; zero where there is none.
    public var baseFee: U256 { header.baseFeePerGas ?? .zero }

    /// The block as it travels. Transactions of impersonated senders carry no true signature.
    public var block: Block {
        Block(
            header: header, transactions: transactions.map(\.pooled.transaction),
            withdrawals: header.withdrawalsRoot == nil ? nil : [])
    }
}
