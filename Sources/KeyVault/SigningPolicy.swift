public import EVMCodec
public import EVMTypes

/// Why a signature was refused. Raw values are stable: they are reason codes in logs, metrics and History.
public enum SigningRefusal: String, Error, Sendable, CaseIterable {
    /// An operator paused signing.
    case paused = "signing-paused"
    /// The policy allows no personal messages.
    case messageNotAllowed = "message-not-allowed"
    /// No chain id (pre-EIP-155): valid on every chain, so never signed.
    case unprotected = "unprotected-transaction"
    /// A chain id outside the policy.
    case chainNotAllowed = "chain-not-allowed"
    /// A transaction type outside the policy.
    case kindNotAllowed = "transaction-type-not-allowed"
    /// A recipient outside the policy.
    case recipientNotAllowed = "recipient-not-allowed"
    /// Contract creation, which the policy does not allow.
    case creationNotAllowed = "creation-not-allowed"
    /// More value in wei than the policy allows.
    case valueTooHigh = "value-too-high"
    /// A fee per gas (or per blob gas) above the policy's.
    case feeTooHigh = "fee-per-gas-too-high"
    /// A priority fee above the fee cap: no chain accepts it.
    case tipAboveFee = "tip-above-fee"
    /// A gas limit above the policy's.
    case gasTooHigh = "gas-limit-too-high"
    /// Value plus the most that gas can cost is above the policy's limit for one transaction.
    case costTooHigh = "cost-too-high"
    /// It carries a signature already.
    case alreadySigned = "already-signed"
}

/// What a signer may sign. Everything that is not allowed here is refused; an empty policy allows nothing.
///
/// Checked before every signature; see `SigningRefusal` for the answers. A pure value: the same transaction always
/// gets the same answer.
public struct SigningPolicy: Sendable, Equatable {
    /// Chain ids (EIP-155) it may sign for.
    public var chainIDs: Set<UInt64>
    /// Recipients allowed: normally the executor contract alone.
    public var recipients: Set<Address>
    /// Whether contract creation is allowed (`martlet executor deploy` only).
    public var allowsCreation: Bool
    /// Whether personal messages (EIP-191) may be signed: for relay identities and `martlet keys sign-message`.
    public var allowsMessages: Bool
    /// Most value of one transaction, in wei.
    public var valueWeiMax: U256
    /// Highest fee per gas, in wei (gas price, max fee, and fee per blob gas alike).
    public var feePerGasWeiMax: U256
    /// Highest gas limit.
    public var gasLimitMax: UInt64
    /// Most that one transaction may cost in all: value + gas limit * fee per gas (+ blob gas), in wei.
    public var costWeiMax: U256
    /// Transaction types allowed.
    public var kinds: Set<Transaction.Kind>

    /// A policy that allows nothing but what is named. `costWeiMax` has no limit of its own unless given.
    public init(
        chainIDs: Set<UInt64>, recipients: Set<Address>, valueWeiMax: U256, feePerGasWeiMax: U256, gasLimitMax: UInt64,
        costWeiMax: U256 = .max, kinds: Set<Transaction.Kind> = [.dynamicFee], allowsCreation: Bool = false,
        allowsMessages: Bool = false
    ) {
        self.chainIDs = chainIDs
        self.recipients = recipients
        self.valueWeiMax = valueWeiMax
        self.feePerGasWeiMax = feePerGasWeiMax
        self.gasLimitMax = gasLimitMax
        self.costWeiMax = costWeiMax
        self.kinds = kinds
        self.allowsCreation = allowsCreation
        self.allowsMessages = allowsMessages
    }

    /// A policy for keys that are an identity only (relay header, `sign-message`): messages, and no transaction of
    /// any kind.
    public static let messagesOnly = SigningPolicy(
        chainIDs: [], recipients: [], valueWeiMax: .zero, feePerGasWeiMax: .zero, gasLimitMax: 0, costWeiMax: .zero,
        kinds: [], allowsMessages: true)

    /// The reason to refuse `transaction`, or nil when every rule allows it. O(1) but for hashing; no allocation.
    public func refusal(of transaction: Transaction) -> SigningRefusal? {
        guard transaction.signature == nil else { return .alreadySigned }
        guard let chainID = transaction.chainID else { return .unprotected }
        guard chainIDs.contains(chainID) else { return .chainNotAllowed }
        guard kinds.contains(transaction.kind) else { return .kindNotAllowed }
        if let recipient = transaction.to {
            guard recipients.contains(recipient) else { return .recipientNotAllowed }
        } else if !allowsCreation {
            return .creationNotAllowed
        }
        guard transaction.value <= valueWeiMax else { return .valueTooHigh }
        guard transaction.gasLimit <= gasLimitMax else { return .gasTooHigh }
        return feeRefusal(of: transaction)
    }

    private func feeRefusal(of transaction: Transaction) -> SigningRefusal? {
        let feePerGas: U256
        switch transaction.kind {
        case .legacy, .accessList: feePerGas = transaction.gasPrice
        case .dynamicFee, .blob, .setCode:
            feePerGas = transaction.maxFeePerGas
            guard transaction.maxPriorityFeePerGas <= feePerGas else { return .tipAboveFee }
        }
        guard feePerGas <= feePerGasWeiMax else { return .feeTooHigh }
        guard var cost = feePerGas.multiplied(by: U256(transaction.gasLimit))?.adding(transaction.value) else {
            return .costTooHigh
        }
        if transaction.kind == .blob {
            guard transaction.maxFeePerBlobGas <= feePerGasWeiMax else { return .feeTooHigh }
            // 2^17 blob gas a blob: EIP-4844 GAS_PER_BLOB.
            let blobGas = U256(UInt64(transaction.blobVersionedHashes.count) * 131_072)
            guard let blobCost = transaction.maxFeePerBlobGas.multiplied(by: blobGas), let sum = cost.adding(blobCost)
            else {
                return .costTooHigh
            }
            cost = sum
        }
        return cost <= costWeiMax ? nil : .costTooHigh
    }
}
