public import EVMCodec
internal import EVMTypes

/// The rules of a block's body that need no execution.
public enum BodyRules {
    /// Checks the body against its header: size, roots of transactions and withdrawals, hash of ommers, blob gas.
    /// `byteCount` is the size of the block's RLP. One trie root for each list.
    public static func validate(
        _ block: borrowing Block, byteCount: Int, fork: Hardfork, blobs: BlobParameters?
    ) throws(BlockProblem) {
        if fork >= .osaka, byteCount > HeaderRules.blockBytesMax { throw .tooLong(byteCount) }
        guard (block.withdrawals != nil) == (fork >= .shanghai) else { throw .withdrawals(expected: fork >= .shanghai) }
        let header = block.header
        let transactionsRoot = block.transactionsRoot()
        if transactionsRoot != header.transactionsRoot {
            throw .header(
                .differs(.transactionsRoot, expected: transactionsRoot.word, got: header.transactionsRoot.word))
        }
        let ommersHash = block.ommersHash()
        if ommersHash != header.ommersHash {
            throw .header(.differs(.ommersHash, expected: ommersHash.word, got: header.ommersHash.word))
        }
        let withdrawalsRoot = block.withdrawalsRoot()
        if withdrawalsRoot != header.withdrawalsRoot {
            throw .header(
                .differs(.withdrawalsRoot, expected: withdrawalsRoot?.word, got: header.withdrawalsRoot?.word))
        }
        guard fork >= .cancun else { return }
        guard let blobs else { throw .header(.unknownFork) }
        let count = block.transactions.reduce(0) { $0 + $1.blobVersionedHashes.count }
        // Fits: every blob hash has 32 bytes of the block.
        let used = UInt64(count) * BlobParameters.gasPerBlob
        guard used <= blobs.maxGas else { throw .blobGasAboveLimit(limit: blobs.maxGas, used: used) }
        if header.blobGasUsed != used {
            throw .header(.differs(.blobGasUsed, expected: .init(used), got: header.blobGasUsed.map { .init($0) }))
        }
    }
}
