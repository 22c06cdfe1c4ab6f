public import EVMTypes

/// What became of one account.
public struct AccountChange: Hashable, Sendable {
    /// Whose.
    public var address: Address
    /// As the pinned state has it; nil when it did not exist.
    public var before: AccountState?
    /// As it is now; nil when it does not exist (any more).
    public var after: AccountState?
    /// Slots that differ, and where `clearsStorage` also those that hold their old value again, in the order in which
    /// they were first touched.
    public var storage: [SlotChange]
    /// Whether every slot the pinned state has and `storage` does not name is zero now.
    public var clearsStorage: Bool

    public init(
        address: Address, before: AccountState?, after: AccountState?, storage: [SlotChange], clearsStorage: Bool
    ) {
        self.address = address
        self.before = before
        self.after = after
        self.storage = storage
        self.clearsStorage = clearsStorage
    }
}

/// What became of one storage slot.
public struct SlotChange: Hashable, Sendable {
    /// The slot.
    public var key: U256
    /// The word in it before.
    public var before: U256
    /// The word in it after; another one.
    public var after: U256

    public init(key: U256, before: U256, after: U256) {
        self.key = key
        self.before = before
        self.after = after
    }
}

extension Overlay {
    /// Every account that differs from the pinned state, in the order in which they were first touched. Allocates; for
    /// results and tests, not for the hot path.
    public func changes(on state: borrowing PinnedState) -> [AccountChange] {
        var found: [AccountChange] = []
        var slotsOf: [Int32: [SlotChange]] = [:]
        for index in 0..<slots.count {
            let slot = slots[index]
            guard slot.account >= 0 else { continue }
            let owner = accounts[Int(slot.account)]
            let before = state.storage(owner.address, slot.key) ?? .zero
            // Where the storage was cleared, a slot that was set to its old value again must be named too.
            let isKept = owner.flags & LiveAccount.storageCleared == 0 || slot.value.isZero
            if before == slot.value, isKept { continue }
            slotsOf[slot.account, default: []].append(SlotChange(key: slot.key, before: before, after: slot.value))
        }
        for index in 0..<accounts.count {
            let account = accounts[index]
            let storage = slotsOf[Int32(index)] ?? []
            let clears = account.flags & LiveAccount.storageCleared != 0
            guard account.flags & LiveAccount.changed != 0 || !storage.isEmpty else { continue }
            let before = state.account(account.address) ?? nil
            var after: AccountState?
            if account.exists {
                after = AccountState(
                    nonce: account.nonce, balance: account.balance, codeHash: account.codeHash,
                    hasStorage: before?.hasStorage ?? false)
            }
            if before == after, storage.isEmpty, !clears { continue }
            found.append(
                AccountChange(
                    address: account.address, before: before, after: after, storage: storage, clearsStorage: clears))
        }
        return found
    }

    /// Writes every change into the pinned state and empties the overlay.
    public mutating func commit(into state: inout PinnedState) {
        for change in changes(on: state) {
            if change.clearsStorage {
                state.clearStorage(change.address)
                state.setStorageComplete(change.address)
            }
            var after = change.after
            if change.clearsStorage { after?.hasStorage = false }
            state.setAccount(change.address, after)
            for slot in change.storage { state.setStorage(change.address, slot.key, slot.after) }
        }
        for (hash, code) in newCodes { state.setCode(code, hash: hash) }
        removeAll()
    }
}
