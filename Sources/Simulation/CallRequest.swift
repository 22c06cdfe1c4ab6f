public import EVM
public import EVMCodec
public import EVMTypes

/// The transaction object of `eth_call`, `eth_estimateGas`, `eth_createAccessList`, `debug_traceCall` and
/// `eth_simulateV1`: everything may be left out. Source: geth `internal/ethapi/transaction_args.go`.
public struct CallRequest: Hashable, Sendable {
    /// Who sends it; the zero address where nobody is named.
    public var from = Address.zero
    /// Nil creates a contract.
    public var to: Address?
    /// Gas limit; nil for the cap.
    public var gas: UInt64?
    /// Wei a gas; not together with the next two.
    public var gasPrice: U256?
    /// Wei a gas at most (EIP-1559); nil where not given.
    public var maxFeePerGas: U256?
    /// Wei a gas of tip at most.
    public var maxPriorityFeePerGas: U256?
    /// Wei.
    public var value: U256?
    /// nil for the account's own.
    public var nonce: UInt64?
    /// Calldata or init code.
    public var data: [UInt8] = []
    /// EIP-2930; nil where not given.
    public var accessList: [AccessListEntry]?
    /// Checked against the chain's when given.
    public var chainID: U256?
    /// Wei a blob gas at most (EIP-4844).
    public var maxFeePerBlobGas: U256?
    /// One a blob (EIP-4844).
    public var blobVersionedHashes: [Hash32] = []
    /// EIP-7702.
    public var authorizations: [Authorization] = []

    public init(from: Address = .zero, to: Address? = nil, data: [UInt8] = [], value: U256? = nil, gas: UInt64? = nil) {
        self.from = from
        self.to = to
        self.data = data
        self.value = value
        self.gas = gas
    }

    /// As a transaction that is there already: what it does, without its price when `free`.
    public init(_ transaction: Transaction, from sender: Address, free: Bool = false) {
        self.init(
            from: sender, to: transaction.to, data: transaction.data, value: transaction.value,
            gas: transaction.gasLimit)
        accessList = transaction.kind == .legacy ? nil : transaction.accessList
        nonce = transaction.nonce
        blobVersionedHashes = transaction.blobVersionedHashes
        authorizations = transaction.authorizations
        if free { return }
        if transaction.kind == .legacy || transaction.kind == .accessList {
            gasPrice = transaction.gasPrice
        } else {
            maxFeePerGas = transaction.maxFeePerGas
            maxPriorityFeePerGas = transaction.maxPriorityFeePerGas
        }
        if transaction.kind == .blob { maxFeePerBlobGas = transaction.maxFeePerBlobGas }
    }

    /// Wei a gas at most; zero when no price is named.
    public var feeCap: U256 { gasPrice ?? maxFeePerGas ?? .zero }

    /// Whether it names no price at all; then the base fee counts as zero, as in geth.
    var isFree: Bool { feeCap.isZero && (maxPriorityFeePerGas ?? .zero).isZero }

    /// The transaction that stands for the request: of the oldest type that can carry it.
    public func transaction(
        under rules: ExecutionRules, gasLimit: UInt64, nonce: UInt64
    ) throws(SimulationError) -> Transaction {
        if gasPrice != nil, maxFeePerGas != nil || maxPriorityFeePerGas != nil {
            throw .refused("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
        }
        if let chainID, chainID != U256(rules.chainID) {
            throw .refused("chainId does not match node's (have=\(chainID), want=\(rules.chainID))")
        }
        let kind: Transaction.Kind =
            if !authorizations.isEmpty {
                .setCode
            } else if !blobVersionedHashes.isEmpty {
                .blob
            } else if maxFeePerGas != nil || maxPriorityFeePerGas != nil {
                .dynamicFee
            } else if accessList != nil {
                .accessList
            } else {
                .legacy
            }
        var transaction = Transaction(
            kind: kind, chainID: kind == .legacy && rules.fork < .spuriousDragon ? nil : rules.chainID,
            nonce: self.nonce ?? nonce, gasLimit: gasLimit, to: to, value: value ?? .zero, data: data)
        if kind == .legacy || kind == .accessList {
            transaction.gasPrice = gasPrice ?? .zero
        } else {
            transaction.maxFeePerGas = gasPrice ?? maxFeePerGas ?? .zero
            transaction.maxPriorityFeePerGas = gasPrice ?? maxPriorityFeePerGas ?? .zero
        }
        if kind != .legacy { transaction.accessList = accessList ?? [] }
        transaction.authorizations = authorizations
        if kind == .blob {
            transaction.maxFeePerBlobGas = maxFeePerBlobGas ?? .zero
            transaction.blobVersionedHashes = blobVersionedHashes
        }
        return transaction
    }
}
