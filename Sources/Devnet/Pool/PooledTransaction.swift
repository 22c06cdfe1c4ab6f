public import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// A transaction with what is derived from it once: sender, hash, encoding.
public struct PooledTransaction: Hashable, Sendable {
    /// The transaction. That of an impersonated sender has a signature of nothing.
    public var transaction: Transaction
    /// Who sends it.
    public var sender: Address
    /// Its hash.
    public var hash: Hash32
    /// Its envelope.
    public var raw: [UInt8]
    /// Whether the signature is the sender's; false for an impersonated one.
    public var isSigned = true
    /// The order of arrival; set by the pool.
    public var arrival: UInt64 = 0
    /// The last block it may be in when it is private; nil for a public one.
    public var privateUntil: UInt64?

    /// Reads a signed envelope, also a blob transaction's network form, whose blobs are not kept.
    public init(raw: [UInt8]) throws(DevnetError) {
        var bytes = raw
        if raw.first == Transaction.Kind.blob.rawValue, let inner = try BlobSidecar.transaction(of: raw) {
            bytes = inner
        }
        let transaction: Transaction
        do throws(TransactionError) { transaction = try Transaction(decoding: bytes) } catch {
            throw Self.refusal(error)
        }
        guard let sender = transaction.sender() else { throw DevnetError("invalid sender") }
        self.init(transaction: transaction, sender: sender, raw: bytes)
    }

    /// A signed transaction. Throws when the signature recovers nobody.
    public init(_ transaction: Transaction) throws(DevnetError) {
        if let problem = transaction.wellFormednessProblem() { throw Self.refusal(problem) }
        guard let sender = transaction.sender() else { throw DevnetError("invalid sender") }
        self.init(transaction: transaction, sender: sender, raw: transaction.encoded())
    }

    /// A transaction that `sender` did not sign: r is the sender and s is 1, so that hashes differ by sender.
    public init(_ transaction: Transaction, impersonating sender: Address) throws(DevnetError) {
        var unsigned = transaction
        unsigned.signature = nil
        if let problem = unsigned.wellFormednessProblem() { throw Self.refusal(problem) }
        unsigned.signature = Signature(r: sender.word, s: .one, yParity: 0)
        self.init(transaction: unsigned, sender: sender, raw: unsigned.encoded())
        isSigned = false
    }

    private init(transaction: Transaction, sender: Address, raw: [UInt8]) {
        self.transaction = transaction
        self.sender = sender
        self.raw = raw
        hash = Keccak256.hash(raw)
    }

    /// Wei that it can cost at most: gas, value and blobs; nil beyond 2^256-1.
    public var cost: U256? {
        guard let gas = transaction.feeCap.multiplied(by: U256(transaction.gasLimit)),
            let blobs = transaction.maxFeePerBlobGas.multiplied(
                by: U256(transaction.blobVersionedHashes.count << 17)),
            let sum = gas.adding(blobs)
        else { return nil }
        return sum.adding(transaction.value)
    }

    /// geth's words for what `Transaction` refuses.
    static func refusal(_ error: TransactionError) -> DevnetError {
        switch error {
        case .empty, .fieldCount, .malformed: DevnetError("rlp: \(error)")
        case .unsupportedType, .kindNotActive: DevnetError("transaction type not supported")
        case .nonceTooHigh: DevnetError("nonce has max value")
        case .invalidParity, .signatureOutOfRange, .highS, .unrecoverable:
            DevnetError("invalid transaction v, r, s values")
        case .gasCostOverflow: DevnetError("max fee per gas higher than 2^256-1")
        case .priorityAboveMaxFee: DevnetError("max priority fee per gas higher than max fee per gas")
        case .recipientMissing: DevnetError("input string too short for common.Address, decoding into (to)")
        case .noBlobs: DevnetError("blobless blob transaction")
        case .noAuthorizations: DevnetError("EIP-7702 transaction with empty auth list")
        default: DevnetError(error.description)
        }
    }
}
