public import EVMCodec
public import EVMTypes

/// What a signer may sign at one sitting: the short form of a `KeyPolicy`, for commands that sign once.
///
/// Everything that is not allowed here is refused; an empty policy allows nothing. A pure value: the same transaction
/// always gets the same answer.
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
        keyPolicy(.zero).refusal(of: transaction, route: .public, minuteOfDay: 0)
    }

    /// The same rules in the long form: every recipient with any calldata, any way of sending, no rolling limits.
    public func keyPolicy(_ address: Address) -> KeyPolicy {
        let chains = chainIDs.sorted().map { chainID in
            var chain = ChainPolicy(
                chainID: chainID, routes: Set(SigningRoute.allCases), kinds: kinds,
                targets: recipients.map { ChainPolicy.Target($0) }, feePerGasWeiMax: feePerGasWeiMax,
                gasLimitMax: gasLimitMax)
            chain.valueWeiMax = valueWeiMax
            chain.costWeiMax = costWeiMax
            chain.allowsCreation = allowsCreation
            chain.nonceGapMax = .max
            return chain
        }
        return KeyPolicy(address: address, allowsMessages: allowsMessages, chains: chains)
    }
}

extension KeyPolicy {
    /// The reason to refuse `transaction` by the rules that look at it alone, or nil. `minuteOfDay` is UTC.
    public func refusal(of transaction: Transaction, route: SigningRoute, minuteOfDay: Int) -> SigningRefusal? {
        guard transaction.signature == nil else { return .alreadySigned }
        guard let chainID = transaction.chainID else { return .unprotected }
        guard let chain = chain(chainID) else { return .chainNotAllowed }
        return chain.refusal(of: transaction, route: route, minuteOfDay: minuteOfDay)
    }
}
