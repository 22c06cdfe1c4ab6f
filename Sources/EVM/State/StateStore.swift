internal import EVMTypes

/// One account of a pinned state.
struct KnownAccount: BitwiseCopyable {
    static let known: UInt8 = 1, exists: UInt8 = 2, storageComplete: UInt8 = 4, hasStorage: UInt8 = 8

    var address: Address
    var nonce: UInt64 = 0
    var balance = U256.zero
    var codeHash = AccountState.emptyCodeHash
    /// The newest slot of the account in `StateStore.slots`; -1 when it has none.
    var firstSlot: Int32 = -1
    var flags: UInt8 = 0

    var state: AccountState? {
        guard flags & Self.exists != 0 else { return nil }
        return AccountState(
            nonce: nonce, balance: balance, codeHash: codeHash,
            hasStorage: flags & Self.hasStorage != 0)
    }
}

/// One slot of a pinned state.
struct KnownSlot: BitwiseCopyable {
    var key: U256
    var value: U256
    var account: Int32
    /// The account's next slot; -1 at the end.
    var next: Int32
}

/// The tables of a pinned state: records in the order of their coming, and an index over each kind.
struct StateStore: ~Copyable {
    var accounts = Slab<KnownAccount>(capacity: 64)
    var slots = Slab<KnownSlot>(capacity: 64)
    var codes: [Hash32: [UInt8]] = [:]
    var blockHashes: [UInt64: Hash32] = [:]
    private var accountTable = IndexTable(capacity: 64)
    private var slotTable = IndexTable(capacity: 64)
    private let seed = HashSeed.process

    @inline(__always) func find(_ address: Address) -> Int {
        accountTable.find(seed.hash(address)) { accounts[$0].address == address }
    }

    @inline(__always) func findSlot(_ account: Int32, _ key: U256) -> Int {
        slotTable.find(seed.hash(key, account)) { slots[$0].key == key && slots[$0].account == account }
    }

    mutating func removeState() {
        accounts.count = 0
        slots.count = 0
        blockHashes.removeAll()
        accountTable.removeAll()
        slotTable.removeAll()
    }

    mutating func accountIndex(making address: Address) -> Int {
        let found = find(address)
        if found >= 0 { return found }
        accounts.append(KnownAccount(address: address))
        let index = accounts.count - 1
        accountTable.insert(seed.hash(address), index) { [seed, records = accounts.base] in
            seed.hash(records[$0].address)
        }
        return index
    }

    mutating func setAccount(_ address: Address, _ state: AccountState?) {
        let index = accountIndex(making: address)
        var flags = accounts[index].flags & KnownAccount.storageComplete | KnownAccount.known
        if let state {
            flags |= KnownAccount.exists | (state.hasStorage ? KnownAccount.hasStorage : 0)
            accounts[index].nonce = state.nonce
            accounts[index].balance = state.balance
            accounts[index].codeHash = state.codeHash
        }
        accounts[index].flags = flags
    }

    mutating func setStorage(_ address: Address, _ key: U256, _ value: U256) {
        let account = accountIndex(making: address)
        let found = findSlot(Int32(account), key)
        if found >= 0 {
            slots[found].value = value
            return
        }
        slots.append(KnownSlot(key: key, value: value, account: Int32(account), next: accounts[account].firstSlot))
        let index = slots.count - 1
        accounts[account].firstSlot = Int32(index)
        slotTable.insert(seed.hash(key, Int32(account)), index) { [seed, records = slots.base] in
            seed.hash(records[$0].key, records[$0].account)
        }
    }

    /// Whether a slot of the account that is held is not zero, or it is said to have such slots.
    func hasStorage(_ account: Int) -> Bool {
        if accounts[account].flags & KnownAccount.hasStorage != 0 { return true }
        var slot = accounts[account].firstSlot
        while slot >= 0 {
            if !slots[Int(slot)].value.isZero { return true }
            slot = slots[Int(slot)].next
        }
        return false
    }

    mutating func clearStorage(_ address: Address) {
        let account = find(address)
        guard account >= 0 else { return }
        var slot = accounts[account].firstSlot
        while slot >= 0 {
            slots[Int(slot)].value = .zero
            slot = slots[Int(slot)].next
        }
    }
}
