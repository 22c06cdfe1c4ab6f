public import EVMTypes

// What the last transaction on this overlay did, read from its part of the journal. What its failed calls did is not
// in it. All of it costs what the transaction changed, and is void after a `revert(to:)` to a moment before it.
extension Overlay {
    /// Each account that the last run changed, as it was before the run and is after it, in the order of the changes.
    ///
    /// `AccountState.hasStorage` is not told here and always false.
    public func lastChanges() -> [AccountChange] {
        var order: [Int32] = []
        var before: [Int32: LiveAccount] = [:]
        var slotsBefore: [Int32: U256] = [:]
        var slotOrder: [Int32] = []
        func meet(_ account: Int32) {
            if before.updateValue(accounts[Int(account)], forKey: account) == nil { order.append(account) }
        }
        for entry in lastEntries {
            switch entry.kind {
            case .account, .code: meet(entry.index)
            case .storage:
                meet(slots[Int(entry.index)].account)
                if slotsBefore.updateValue(.zero, forKey: entry.index) == nil { slotOrder.append(entry.index) }
            case .warmAccount, .warmSlot, .transient: break
            }
        }
        for entry in lastEntries.reversed() {
            switch entry.kind {
            case .account:
                before[entry.index]?.flags = entry.flags
                before[entry.index]?.nonce = entry.nonce
                before[entry.index]?.balance = entry.word
            case .code: before[entry.index]?.codeHash = Hash32(entry.word)
            case .storage: slotsBefore[entry.index] = entry.word
            case .warmAccount, .warmSlot, .transient: break
            }
        }
        var storage: [Int32: [SlotChange]] = [:]
        for index in slotOrder {
            let slot = slots[Int(index)], old = slotsBefore[index] ?? .zero
            if old == slot.value { continue }
            storage[slot.account, default: []].append(SlotChange(key: slot.key, before: old, after: slot.value))
        }
        return order.compactMap { index in
            change(of: index, from: before[index] ?? accounts[Int(index)], storage[index] ?? [])
        }
    }

    private func change(of index: Int32, from before: LiveAccount, _ storage: [SlotChange]) -> AccountChange? {
        let after = accounts[Int(index)]
        let clears = after.flags & ~before.flags & LiveAccount.storageCleared != 0
        if before.state == after.state, storage.isEmpty, !clears { return nil }
        return AccountChange(
            address: after.address, before: before.state, after: after.state, storage: storage, clearsStorage: clears)
    }

    /// Contracts that the last run created and that are there after it, in the order of their creation.
    public var lastCreated: [Address] {
        lastAccounts.filter { $0.createdTx == tx && $0.exists && ($0.hasCode || $0.nonce != 0) }.map(\.address)
    }

    /// Contracts that SELFDESTRUCT removed in the last run; also those that it created itself.
    public var lastDestroyed: [Address] {
        lastAccounts.filter { $0.destroyedTx == tx && !$0.exists }.map(\.address)
    }

    /// The accounts that the last run changed, each once.
    private var lastAccounts: [LiveAccount] {
        var met: Set<Int32> = []
        return lastEntries.compactMap { entry in
            entry.kind == .account && met.insert(entry.index).inserted ? accounts[Int(entry.index)] : nil
        }
    }

    /// The last run's part of the journal.
    var lastEntries: [JournalEntry] { (min(runStart, journal.count)..<journal.count).map { journal[$0] } }
}

extension LiveAccount {
    /// What it holds; nil when it does not exist.
    fileprivate var state: AccountState? {
        exists ? AccountState(nonce: nonce, balance: balance, codeHash: codeHash) : nil
    }
}
