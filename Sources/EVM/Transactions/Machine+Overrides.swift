internal import EVMCrypto
public import EVMTypes

// Looking at and setting the state as runs see it, outside of any run.
extension Machine {
    /// Puts overrides into the overlay. Gives what the pinned state lacks for that; then nothing was put.
    ///
    /// To take them back use `overlay.checkpoint()` before and `overlay.revert(to:)` after. What the pinned state holds
    /// does not change. Allocates only for codes.
    public mutating func apply(_ overrides: [AccountOverride], on state: borrowing PinnedState) -> [StateNeed] {
        begin(block, on: state)
        for override in overrides {
            let account = overlay.account(override.address, base)
            if account >= 0, case .patched(let slots) = override.storage {
                for key in slots.keys { _ = overlay.slot(account, key, base) }
            }
        }
        if !overlay.needs.isEmpty { return takeNeeds() }
        for override in overrides { put(override, overlay.account(override.address, base)) }
        return takeNeeds()
    }

    private mutating func put(_ override: AccountOverride, _ account: Int) {
        overlay.save(account)
        overlay.accounts[account].flags |= LiveAccount.exists | LiveAccount.changed
        if let nonce = override.nonce { overlay.setNonce(account, nonce) }
        if let balance = override.balance { overlay.setBalance(account, balance) }
        if let code = override.code {
            let hash = Keccak256.hash(code)
            if code.isEmpty {
                overlay.setCode(account, hash: hash, cached: CodeCache.empty)
            } else {
                overlay.newCodes[hash] = code
                overlay.setCode(account, hash: hash, cached: codes.index(of: hash) ?? codes.add(code, hash: hash))
            }
        }
        switch override.storage {
        case .kept: break
        case .replaced(let slots):
            var slot = overlay.accounts[account].firstSlot
            while slot >= 0 {
                if !overlay.slots[Int(slot)].value.isZero { overlay.setSlot(Int(slot), .zero) }
                slot = overlay.slots[Int(slot)].next
            }
            overlay.accounts[account].flags |= LiveAccount.storageCleared
            put(slots, account)
        case .patched(let slots): put(slots, account)
        }
    }

    private mutating func put(_ slots: [U256: U256], _ account: Int) {
        for (key, value) in slots {
            let slot = overlay.slot(account, key, base)
            if slot >= 0 { overlay.setSlot(slot, value) }
        }
    }

    private mutating func takeNeeds() -> [StateNeed] {
        let needs = overlay.needs
        overlay.needs.removeAll()
        return needs
    }

    // MARK: Looking

    /// An account as the next run would find it; `.some(nil)` when it does not exist, nil when the pinned state does
    /// not know. `hasStorage` is not told and always false.
    public mutating func account(_ address: Address, on state: borrowing PinnedState) -> AccountState?? {
        base = BaseView(store: state.store, asks: state.unknown == .asked)
        let index = overlay.account(address, base)
        guard index >= 0 else {
            overlay.needs.removeAll()
            return nil
        }
        let account = overlay.accounts[index]
        guard account.exists else { return .some(nil) }
        return AccountState(nonce: account.nonce, balance: account.balance, codeHash: account.codeHash)
    }

    /// A slot as the next run would find it; nil when the pinned state does not know.
    public mutating func storage(_ address: Address, _ key: U256, on state: borrowing PinnedState) -> U256? {
        base = BaseView(store: state.store, asks: state.unknown == .asked)
        let index = overlay.account(address, base)
        let slot = index < 0 ? -1 : overlay.slot(index, key, base)
        guard slot >= 0 else {
            overlay.needs.removeAll()
            return nil
        }
        return overlay.slots[slot].value
    }

    /// The code with this hash, from the runs so far or the pinned state; nil when neither has it.
    public func code(_ hash: Hash32, on state: borrowing PinnedState) -> [UInt8]? {
        if hash == AccountState.emptyCodeHash { return [] }
        return overlay.newCodes[hash] ?? state.code(hash) ?? (state.unknown == .absent ? [] : nil)
    }
}
