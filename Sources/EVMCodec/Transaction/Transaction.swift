public import EVMCrypto
public import EVMTypes

/// An Ethereum transaction of type 0 to 4, unsigned or signed.
///
/// Decoding refuses everything consensus refuses at the byte level; `validate(for:chainID:)` adds what depends on the
/// fork.
/// Source: EIP-155, EIP-2718, EIP-2930, EIP-1559, EIP-4844, EIP-7702.
public struct Transaction: Hashable, Sendable {
    /// The EIP-2718 type.
    public enum Kind: UInt8, Hashable, Sendable {
        case legacy = 0, accessList = 1, dynamicFee = 2, blob = 3, setCode = 4
    }

    /// The EIP-2718 type; decides which of the members below count.
    public var kind: Kind
    /// EIP-155 chain id; nil only for a legacy transaction without replay protection.
    public var chainID: UInt64?
    /// Sender's count of transactions, below 2^64-1 (EIP-2681).
    public var nonce: UInt64
    /// Most gas it may use.
    public var gasLimit: UInt64
    /// Recipient; nil creates a contract (never in `.blob` and `.setCode`).
    public var to: Address?
    /// Wei sent along.
    public var value: U256
    /// Calldata or init code.
    public var data: [UInt8]
    /// Wei a gas; `.legacy` and `.accessList` only, else 0.
    public var gasPrice: U256
    /// Wei a gas, base fee and tip together; `.dynamicFee` and later, else 0.
    public var maxFeePerGas: U256
    /// Wei a gas for the block builder at most; `.dynamicFee` and later, else 0.
    public var maxPriorityFeePerGas: U256
    /// EIP-2930 access list; empty for `.legacy`.
    public var accessList: [AccessListEntry]
    /// Wei a blob gas; `.blob` only, else 0.
    public var maxFeePerBlobGas: U256
    /// One hash a blob, first byte 0x01; `.blob` only.
    public var blobVersionedHashes: [Hash32]
    /// EIP-7702 delegations; `.setCode` only.
    public var authorizations: [Authorization]
    /// Nil while unsigned.
    public var signature: Signature?

    public init(
        kind: Kind, chainID: UInt64?, nonce: UInt64, gasLimit: UInt64, to: Address?, value: U256 = .zero,
        data: [UInt8] = [], gasPrice: U256 = .zero, maxFeePerGas: U256 = .zero, maxPriorityFeePerGas: U256 = .zero,
        accessList: [AccessListEntry] = [], maxFeePerBlobGas: U256 = .zero, blobVersionedHashes: [Hash32] = [],
        authorizations: [Authorization] = [], signature: Signature? = nil
    ) {
        self.kind = kind
        self.chainID = chainID
        self.nonce = nonce
        self.gasLimit = gasLimit
        self.to = to
        self.value = value
        self.data = data
        self.gasPrice = gasPrice
        self.maxFeePerGas = maxFeePerGas
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
        self.accessList = accessList
        self.maxFeePerBlobGas = maxFeePerBlobGas
        self.blobVersionedHashes = blobVersionedHashes
        self.authorizations = authorizations
        self.signature = signature
    }

    /// The most wei a gas this transaction pays: `gasPrice` or `maxFeePerGas`.
    public var feeCap: U256 { kind.rawValue < Kind.dynamicFee.rawValue ? gasPrice : maxFeePerGas }

    /// The most wei a gas the block builder gets: `gasPrice` or `maxPriorityFeePerGas`.
    public var tipCap: U256 { kind.rawValue < Kind.dynamicFee.rawValue ? gasPrice : maxPriorityFeePerGas }

    /// Wei a gas the block builder gets at `baseFee`: min(tipCap, feeCap - baseFee); nil when `feeCap` is below
    /// `baseFee`.
    ///
    /// Source: EIP-1559 "effective_gas_price".
    public func effectiveTip(baseFee: U256) -> U256? {
        guard let room = feeCap.subtracting(baseFee) else { return nil }
        return min(tipCap, room)
    }
}

/// One account and the storage slots of it that a transaction declares (EIP-2930).
public struct AccessListEntry: Hashable, Sendable {
    /// The account.
    public var address: Address
    /// Its storage slots, possibly none.
    public var storageKeys: [Hash32]

    public init(address: Address, storageKeys: [Hash32]) {
        self.address = address
        self.storageKeys = storageKeys
    }
}
