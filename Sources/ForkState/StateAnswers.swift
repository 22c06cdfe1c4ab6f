public import EVM
public import EVMTypes

/// One slot of one account.
public struct SlotKey: Hashable, Sendable {
    public var address: Address
    public var slot: U256

    public init(_ address: Address, _ slot: U256) {
        self.address = address
        self.slot = slot
    }
}

/// Answers to `StateNeed`s, by value. May hold more than was asked for.
public struct StateAnswers: Sendable, Hashable {
    /// What is known of an account.
    public struct Account: Sendable, Hashable {
        /// Nil when there is none.
        public var state: AccountState?
        /// Whether every slot is known to be zero.
        public var isStorageEmpty: Bool

        public init(_ state: AccountState?, isStorageEmpty: Bool) {
            self.state = state
            self.isStorageEmpty = isStorageEmpty
        }
    }

    /// By address; an account that does not exist is there as empty.
    public var accounts: [Address: Account] = [:]
    /// Words by contract and key.
    public var slots: [SlotKey: U256] = [:]
    /// By keccak256 of the code.
    public var codes: [Hash32: [UInt8]] = [:]
    /// By number.
    public var blockHashes: [UInt64: Hash32] = [:]

    public init() {}

    /// How many answers there are.
    public var count: Int { accounts.count + slots.count + codes.count + blockHashes.count }

    /// Takes over what `other` holds.
    public mutating func merge(_ other: StateAnswers) {
        accounts.merge(other.accounts) { $1 }
        slots.merge(other.slots) { $1 }
        codes.merge(other.codes) { $1 }
        blockHashes.merge(other.blockHashes) { $1 }
    }

    /// Whether it answers a need.
    public func answers(_ need: StateNeed) -> Bool {
        switch need {
        case .account(let address): accounts[address] != nil
        case .slot(let address, let slot):
            slots[SlotKey(address, slot)] != nil || accounts[address]?.isStorageEmpty == true
        case .code(_, let hash): codes[hash] != nil
        case .blockHash(let number): blockHashes[number] != nil
        }
    }

    /// Writes the answers into a state, and an account's code with it. Costs one Keccak-256 a code.
    public func fill(_ state: inout PinnedState) {
        for (hash, code) in codes where state.code(hash) == nil { state.setCode(code) }
        for (address, account) in accounts {
            state.setAccount(address, account.state)
            if account.isStorageEmpty { state.setStorageComplete(address) }
        }
        for (key, value) in slots { state.setStorage(key.address, key.slot, value) }
        for (number, hash) in blockHashes { state.setBlockHash(number, hash) }
    }
}
