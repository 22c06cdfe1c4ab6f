public import EVMCodec
public import EVMTypes

/// Which block a read is about.
public enum BlockID: Sendable, Hashable {
    case number(UInt64)
    /// Exactly this block, also when it was reorged away (EIP-1898).
    // Boxed so that a BlockID stays small: see `Boxed`.
    indirect case hash(Hash32)
    case latest, pending, safe, finalized, earliest

    /// The block parameter of state reads. Source: EIP-1898, execution-apis `src/schemas/block.yaml`.
    public var json: JSON {
        switch self {
        case .number(let number): .quantity(number)
        case .hash(let hash): .object(["blockHash": .hash(hash)])
        case .latest: .string("latest")
        case .pending: .string("pending")
        case .safe: .string("safe")
        case .finalized: .string("finalized")
        case .earliest: .string("earliest")
        }
    }
}

/// The message of an `eth_call` or an estimate. Everything but the data may be left out.
public struct CallRequest: Sendable, Hashable {
    /// nil for the zero address.
    public var from: Address?
    /// nil = contract creation.
    public var to: Address?
    /// Calldata or init code.
    public var data: [UInt8]
    /// Wei.
    public var value: U256?
    /// Gas limit; nil for the node's cap.
    public var gas: UInt64?
    /// Wei a gas, legacy.
    public var gasPrice: U256?
    /// Wei a gas.
    public var maxFeePerGas: U256?
    /// Wei a gas.
    public var maxPriorityFeePerGas: U256?

    public init(to: Address?, data: [UInt8] = [], from: Address? = nil, value: U256? = nil, gas: UInt64? = nil) {
        self.to = to
        self.data = data
        self.from = from
        self.value = value
        self.gas = gas
    }

    var json: JSON {
        var object = JSONObject()
        object["from"] = from.map { .address($0) }
        object["to"] = to.map { .address($0) }
        object["gas"] = gas.map { .quantity($0) }
        object["gasPrice"] = gasPrice.map { .quantity($0) }
        object["maxFeePerGas"] = maxFeePerGas.map { .quantity($0) }
        object["maxPriorityFeePerGas"] = maxPriorityFeePerGas.map { .quantity($0) }
        object["value"] = value.map { .quantity($0) }
        object["input"] = .hex(data)
        return .object(object)
    }
}

/// What an account shall look like during one call. Source: geth `internal/ethapi/override.go`.
public struct AccountOverride: Sendable, Hashable {
    /// How storage is changed: all of it, or single slots. Peers refuse both at once.
    public enum Storage: Sendable, Hashable {
        case replace([Hash32: Hash32])
        case change([Hash32: Hash32])
    }
    /// Wei.
    public var balance: U256?
    /// nil keeps it.
    public var nonce: UInt64?
    /// nil keeps it; empty removes it.
    public var code: [UInt8]?
    /// nil keeps it.
    public var storage: Storage?

    public init(balance: U256? = nil, nonce: UInt64? = nil, code: [UInt8]? = nil, storage: Storage? = nil) {
        self.balance = balance
        self.nonce = nonce
        self.code = code
        self.storage = storage
    }

    var json: JSON {
        var object = JSONObject()
        object["balance"] = balance.map { .quantity($0) }
        object["nonce"] = nonce.map { .quantity($0) }
        object["code"] = code.map { .hex($0) }
        switch storage {
        case .replace(let slots): object["state"] = Self.json(slots)
        case .change(let slots): object["stateDiff"] = Self.json(slots)
        case nil: break
        }
        return .object(object)
    }

    private static func json(_ slots: [Hash32: Hash32]) -> JSON {
        var object = JSONObject()
        for (slot, value) in slots.sorted(by: { $0.key < $1.key }) { object[slot.hex] = .hash(value) }
        return .object(object)
    }
}

/// What the block shall look like during one call. Source: geth `internal/ethapi/override.go`.
public struct BlockOverride: Sendable, Hashable {
    /// What NUMBER answers.
    public var number: UInt64?
    /// Seconds since 1970.
    public var time: UInt64?
    /// Gas of the block.
    public var gasLimit: UInt64?
    /// What COINBASE answers.
    public var feeRecipient: Address?
    /// Wei a gas.
    public var baseFeePerGas: U256?

    public init(
        number: UInt64? = nil, time: UInt64? = nil, gasLimit: UInt64? = nil, feeRecipient: Address? = nil,
        baseFeePerGas: U256? = nil
    ) {
        self.number = number
        self.time = time
        self.gasLimit = gasLimit
        self.feeRecipient = feeRecipient
        self.baseFeePerGas = baseFeePerGas
    }

    var json: JSON {
        var object = JSONObject()
        object["number"] = number.map { .quantity($0) }
        object["time"] = time.map { .quantity($0) }
        object["gasLimit"] = gasLimit.map { .quantity($0) }
        object["feeRecipient"] = feeRecipient.map { .address($0) }
        object["baseFeePerGas"] = baseFeePerGas.map { .quantity($0) }
        return .object(object)
    }
}
