public import EVMTypes

/// What a simulation supposes of an account, as `eth_call`'s state overrides do.
public struct AccountOverride: Hashable, Sendable {
    /// What it supposes of the storage.
    public enum Storage: Hashable, Sendable {
        /// Nothing.
        case kept
        /// These slots hold this, all others are zero.
        case replaced([U256: U256])
        /// These slots hold this, the others what they do.
        case patched([U256: U256])
    }

    /// Whose.
    public var address: Address
    /// Wei; nil leaves it.
    public var balance: U256?
    /// Nil leaves it.
    public var nonce: UInt64?
    /// Nil leaves it.
    public var code: [UInt8]?
    /// What becomes of its slots.
    public var storage: Storage

    public init(
        address: Address, balance: U256? = nil, nonce: UInt64? = nil, code: [UInt8]? = nil, storage: Storage = .kept
    ) {
        self.address = address
        self.balance = balance
        self.nonce = nonce
        self.code = code
        self.storage = storage
    }
}
