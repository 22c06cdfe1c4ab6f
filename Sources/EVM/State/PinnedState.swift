internal import EVMCrypto
public import EVMTypes

/// The known part of the state at one block: accounts, slots, codes and block hashes, by value.
///
/// Runs only read it, so any number of overlays may stand on one pinned state. A part that is not known is either
/// absent on the chain (`.absent`: a state given whole, as in tests and on a devnet) or asked for (`.asked`: a fork of
/// a live chain, where the run ends with a `StateNeed`).
/// Lookups cost one hash and one probe; nothing is allocated but by the `set` functions.
public struct PinnedState: ~Copyable, @unchecked Sendable {
    /// What it means that an account, slot or block hash is not held.
    public enum Unknown: Sendable {
        /// The chain does not have it: no account, slot zero, code empty.
        case absent
        /// Nobody knows yet.
        case asked
    }

    let store: UnsafeMutablePointer<StateStore>
    /// What it means that something is not held.
    public let unknown: Unknown

    /// An empty state.
    public init(unknown: Unknown) {
        self.unknown = unknown
        store = .allocate(capacity: 1)
        store.initialize(to: StateStore())
    }

    deinit {
        store.deinitialize(count: 1)
        store.deallocate()
    }

    /// Sets what is known of an account, nil meaning that it does not exist; its slots stay as they are.
    public mutating func setAccount(_ address: Address, _ account: AccountState?) {
        store.pointee.setAccount(address, account)
    }

    /// Sets one slot. The account should be set too; it is not made by this.
    public mutating func setStorage(_ address: Address, _ key: U256, _ value: U256) {
        store.pointee.setStorage(address, key, value)
    }

    /// Forgets every account, slot and block hash, and keeps the codes: their hashes name them whatever the block.
    public mutating func removeState() { store.pointee.removeState() }

    /// Declares that every slot of this account that is not set is zero.
    public mutating func setStorageComplete(_ address: Address) {
        let index = store.pointee.accountIndex(making: address)
        store.pointee.accounts[index].flags |= KnownAccount.storageComplete
    }

    /// Sets every slot of the account that is held to zero.
    public mutating func clearStorage(_ address: Address) { store.pointee.clearStorage(address) }

    /// Holds `code` under its hash, which it returns; an account names it by `AccountState.codeHash`.
    @discardableResult
    public mutating func setCode(_ code: [UInt8]) -> Hash32 {
        let hash = Keccak256.hash(code)
        if !code.isEmpty { store.pointee.codes[hash] = code }
        return hash
    }

    /// Holds `code` under a hash that the caller knows to be its own.
    mutating func setCode(_ code: [UInt8], hash: Hash32) { store.pointee.codes[hash] = code }

    /// Sets what BLOCKHASH answers for a number.
    public mutating func setBlockHash(_ number: UInt64, _ hash: Hash32) { store.pointee.blockHashes[number] = hash }

    /// Forgets the hash of a block.
    public mutating func forgetBlockHash(_ number: UInt64) { store.pointee.blockHashes[number] = nil }

    /// What is held of an account: nil when nothing is known of it, `.some(nil)` when it is known not to exist.
    public func account(_ address: Address) -> AccountState?? {
        let index = store.pointee.find(address)
        guard index >= 0, store.pointee.accounts[index].flags & KnownAccount.known != 0 else { return nil }
        return .some(store.pointee.accounts[index].state)
    }

    /// The value held of a slot; nil when it is not held.
    public func storage(_ address: Address, _ key: U256) -> U256? {
        let account = store.pointee.find(address)
        guard account >= 0 else { return nil }
        let slot = store.pointee.findSlot(Int32(account), key)
        return slot >= 0 ? store.pointee.slots[slot].value : nil
    }

    /// The code with this hash, nil when it is not held.
    public func code(_ hash: Hash32) -> [UInt8]? { hash == AccountState.emptyCodeHash ? [] : store.pointee.codes[hash] }

    /// The hash of a block, nil when it is not held.
    public func blockHash(_ number: UInt64) -> Hash32? { store.pointee.blockHashes[number] }

    /// Calls `body` with every account that exists, in the order in which they were first set.
    public func forEachAccount(_ body: (Address, AccountState) -> Void) {
        for index in 0..<store.pointee.accounts.count {
            let record = store.pointee.accounts[index]
            if let state = record.state { body(record.address, state) }
        }
    }

    /// Calls `body` with every slot of an account that is held and not zero.
    public func forEachSlot(of address: Address, _ body: (_ key: U256, _ value: U256) -> Void) {
        let account = store.pointee.find(address)
        guard account >= 0 else { return }
        var slot = store.pointee.accounts[account].firstSlot
        while slot >= 0 {
            let record = store.pointee.slots[Int(slot)]
            if !record.value.isZero { body(record.key, record.value) }
            slot = record.next
        }
    }

    /// A copy of everything, which costs time and memory in proportion.
    public func copy() -> PinnedState {
        var other = PinnedState(unknown: unknown)
        other.store.pointee.codes = store.pointee.codes
        other.store.pointee.blockHashes = store.pointee.blockHashes
        for index in 0..<store.pointee.accounts.count {
            let record = store.pointee.accounts[index]
            if record.flags & KnownAccount.known != 0 { other.setAccount(record.address, record.state) }
            if record.flags & KnownAccount.storageComplete != 0 { other.setStorageComplete(record.address) }
            var slot = record.firstSlot
            while slot >= 0 {
                let held = store.pointee.slots[Int(slot)]
                other.setStorage(record.address, held.key, held.value)
                slot = held.next
            }
        }
        return other
    }
}
