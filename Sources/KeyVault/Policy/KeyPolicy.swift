public import EVMCodec
public import EVMTypes

/// What a key is for.
public enum KeyRole: String, Sendable, CaseIterable {
    /// Owns the executor contract and pays gas.
    case executor
    /// Signs relay requests; holds nothing.
    case bundle
    /// Holds funds; signs rarely.
    case treasury
}

/// Everything one key may sign. What is not named is refused.
public struct KeyPolicy: Sendable, Equatable {
    /// Typed data (EIP-712) of one contract on one chain.
    public struct TypedDataRule: Sendable, Equatable {
        /// The domain's chain id; nil allows only domains that name none (Safes before 1.3.0).
        public var chainID: UInt64?
        /// The domain's verifying contract; nil allows only domains that name none.
        public var contract: Address?
        /// The primary type's name.
        public var primaryType: String

        public init(chainID: UInt64?, contract: Address?, primaryType: String) {
            self.chainID = chainID
            self.contract = contract
            self.primaryType = primaryType
        }
    }

    /// The key's account.
    public var address: Address
    /// What the key is for; informs, does not allow.
    public var role: KeyRole
    /// Whether personal messages (EIP-191) may be signed.
    public var allowsMessages: Bool
    /// Typed data that may be signed.
    public var typedData: [TypedDataRule]
    /// Rules by chain; one entry a chain.
    public var chains: [ChainPolicy]

    public init(
        address: Address, role: KeyRole = .executor, allowsMessages: Bool = false, typedData: [TypedDataRule] = [],
        chains: [ChainPolicy] = []
    ) {
        self.address = address
        self.role = role
        self.allowsMessages = allowsMessages
        self.typedData = typedData
        self.chains = chains
    }

    /// The rules of a chain.
    public func chain(_ chainID: UInt64) -> ChainPolicy? { chains.first { $0.chainID == chainID } }

    /// The reason to refuse content that is no transaction, or nil. `minuteOfDay` is UTC.
    func refusal(ofOther content: SigningRequest.Content, minuteOfDay: Int) -> SigningRefusal? {
        switch content {
        case .transaction: return nil
        case .message: return allowsMessages ? nil : .messageNotAllowed
        case .typedData(let json):
            let domain = json["domain"]
            let chainID = domain?["chainId"].flatMap { $0.uint64 ?? $0.quantityU64 ?? $0.string.flatMap { UInt64($0) } }
            let isAllowed = typedData.contains {
                $0.chainID == chainID && $0.contract == domain?["verifyingContract"]?.address
                    && $0.primaryType == json["primaryType"]?.string
            }
            return isAllowed ? nil : .typedDataNotAllowed
        case .authorization(let authorization):
            guard let chainID = authorization.chainID.asUInt64, let chain = chain(chainID),
                chain.delegates.contains(authorization.address)
            else { return .authorizationNotAllowed }
            return chain.refusal(minuteOfDay: minuteOfDay)
        case .timeboost(let message):
            guard let chain = chain(message.chainID), chain.auctions.contains(message.auction) else {
                return .timeboostNotAllowed
            }
            return chain.refusal(minuteOfDay: minuteOfDay)
        }
    }
}

/// What one key may sign on one chain. Amounts are in wei; a nil limit means: no limit of this kind.
public struct ChainPolicy: Sendable, Equatable {
    /// A recipient and what may be called there.
    public struct Target: Sendable, Equatable {
        /// The recipient.
        public var address: Address
        /// First four bytes of calldata allowed; nil allows any calldata.
        public var selectors: Set<UInt32>?
        /// Whether empty calldata (a plain transfer) is allowed. Counts only when `selectors` is not nil.
        public var allowsPlainTransfer: Bool
        /// Most value to this recipient in one transaction, within the chain's own.
        public var valueWeiMax: U256?

        public init(
            _ address: Address, selectors: Set<UInt32>? = nil, allowsPlainTransfer: Bool = false,
            valueWeiMax: U256? = nil
        ) {
            self.address = address
            self.selectors = selectors
            self.allowsPlainTransfer = allowsPlainTransfer
            self.valueWeiMax = valueWeiMax
        }
    }

    /// Limits over a rolling time.
    public struct Window: Sendable, Equatable {
        /// Most value.
        public var valueWeiMax: U256?
        /// Most value and gas together.
        public var costWeiMax: U256?
        /// Most transactions (nonces).
        public var transactionsMax: UInt64?

        public init(valueWeiMax: U256? = nil, costWeiMax: U256? = nil, transactionsMax: UInt64? = nil) {
            self.valueWeiMax = valueWeiMax
            self.costWeiMax = costWeiMax
            self.transactionsMax = transactionsMax
        }
    }

    /// A time of day in UTC, minutes since midnight; `end` is exclusive and may be before `start` (over midnight).
    public struct Hours: Sendable, Equatable, CustomStringConvertible {
        public var start: Int
        public var end: Int

        /// Both in 0...1440.
        public init(start: Int, end: Int) {
            self.start = start
            self.end = end
        }

        /// Reads "06:00-22:30"; nil for anything else. "24:00" is allowed as end.
        public init?(_ text: String) {
            let halves = text.split(separator: "-", omittingEmptySubsequences: false)
            func minute(_ half: Substring) -> Int? {
                let parts = half.split(separator: ":", omittingEmptySubsequences: false)
                guard parts.count == 2,
                    parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { $0 > 47 && $0 < 58 } }),
                    let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1_440
                else { return nil }
                return hour * 60 + minute
            }
            guard halves.count == 2, let start = minute(halves[0]), let end = minute(halves[1]), start != end,
                start < 1_440
            else { return nil }
            self.init(start: start, end: end)
        }

        /// "06:00-22:30".
        public var description: String {
            func text(_ minute: Int) -> String {
                [minute / 60, minute % 60].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
            }
            return "\(text(start))-\(text(end))"
        }

        func contains(_ minute: Int) -> Bool {
            start < end ? (start..<end).contains(minute) : minute >= start || minute < end
        }
    }

    /// The chain (EIP-155).
    public var chainID: UInt64
    /// Ways of sending allowed.
    public var routes: Set<SigningRoute>
    /// Transaction types allowed.
    public var kinds: Set<Transaction.Kind>
    /// Recipients allowed.
    public var targets: [Target]
    /// Whether contract creation is allowed.
    public var allowsCreation = false
    /// Most value of one transaction.
    public var valueWeiMax: U256 = .zero
    /// Highest fee per gas (gas price, max fee, and fee per blob gas alike).
    public var feePerGasWeiMax: U256
    /// Highest priority fee per gas.
    public var priorityFeeWeiMax: U256?
    /// Highest gas limit.
    public var gasLimitMax: UInt64
    /// Most that one transaction may cost in all.
    public var costWeiMax: U256?
    /// Limits over the last 60 minutes.
    public var hour = Window()
    /// Limits over the last 24 hours.
    public var day = Window()
    /// Times of day at which signing is allowed; empty means always.
    public var hours: [Hours] = []
    /// How far a nonce may lie beyond the highest signed one.
    public var nonceGapMax: UInt64 = 16
    /// Most different payloads with one nonce. A dry run signs every plan with the same nonce.
    public var alternativesMax = Int.max
    /// Contracts to which the account may delegate (EIP-7702).
    public var delegates: Set<Address> = []
    /// Timeboost auction contracts for whose express lane messages may be signed.
    public var auctions: Set<Address> = []

    public init(
        chainID: UInt64, routes: Set<SigningRoute>, kinds: Set<Transaction.Kind> = [.dynamicFee], targets: [Target],
        feePerGasWeiMax: U256, gasLimitMax: UInt64
    ) {
        self.chainID = chainID
        self.routes = routes
        self.kinds = kinds
        self.targets = targets
        self.feePerGasWeiMax = feePerGasWeiMax
        self.gasLimitMax = gasLimitMax
    }

    func refusal(minuteOfDay: Int) -> SigningRefusal? {
        hours.isEmpty || hours.contains { $0.contains(minuteOfDay) } ? nil : .outsideHours
    }
}
