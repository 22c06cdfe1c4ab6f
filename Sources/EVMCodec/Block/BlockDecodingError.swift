/// A field of a block header.
public enum HeaderField: String, Hashable, Sendable, CaseIterable {
    /// The list itself.
    case envelope
    case parentHash, ommersHash, coinbase, stateRoot, transactionsRoot, receiptsRoot, logsBloom, difficulty, number
    case gasLimit, gasUsed, timestamp, extraData, mixHash, nonce, baseFeePerGas, withdrawalsRoot, blobGasUsed
    case excessBlobGas, parentBeaconBlockRoot, requestsHash
}

/// Why bytes are not a block.
public enum BlockDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The list of a block's parts.
    case block(RLPError)
    /// A field of the header; `.envelope` with `.trailingBytes` when there are more fields than any fork has.
    case header(HeaderField, RLPError)
    /// The list of transactions.
    case transactionList(RLPError)
    /// A transaction, by its position from 0.
    case transaction(Int, TransactionError)
    /// The list of ommers.
    case ommerList(RLPError)
    /// A field of an ommer's header.
    case ommer(Int, HeaderField, RLPError)
    /// The list of withdrawals, or one of them.
    case withdrawals(RLPError)

    /// One line for people.
    public var description: String {
        switch self {
        case .block(let cause): "block refused: its list is malformed (\(cause))"
        case .header(let field, let cause): "block refused: header field \(field.rawValue) is malformed (\(cause))"
        case .transactionList(let cause): "block refused: the transactions are malformed (\(cause))"
        case .transaction(let index, let cause): "block refused: transaction \(index): \(cause)"
        case .ommerList(let cause): "block refused: the ommers are malformed (\(cause))"
        case .ommer(let index, let field, let cause):
            "block refused: ommer \(index): field \(field.rawValue) is malformed (\(cause))"
        case .withdrawals(let cause): "block refused: the withdrawals are malformed (\(cause))"
        }
    }
}
