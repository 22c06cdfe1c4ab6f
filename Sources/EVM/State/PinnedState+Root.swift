internal import EVMCodec
public import EVMTypes

extension PinnedState {
    /// The root of one account's storage. Hashes every slot that is held.
    public func storageRoot(_ address: Address) -> Hash32 {
        var slots: [(key: U256, value: U256)] = []
        forEachSlot(of: address) { slots.append((key: $0, value: $1)) }
        return MerklePatricia.storageRoot(slots)
    }

    /// The state root of everything held. Hashes every account and slot: for states given whole.
    public func stateRoot() -> Hash32 {
        var accounts: [(key: Address, value: TrieAccount)] = []
        forEachAccount { address, account in
            accounts.append(
                (
                    key: address,
                    value: TrieAccount(
                        nonce: account.nonce, balance: account.balance, storageRoot: storageRoot(address),
                        codeHash: account.codeHash)
                ))
        }
        return MerklePatricia.stateRoot(accounts)
    }

    /// The state root with changes on top, which are not written. Hashes every account and slot, as `stateRoot()`.
    public func stateRoot(with changes: [AccountChange]) -> Hash32 {
        var changed: [Address: Int] = [:]
        for (index, change) in changes.enumerated() { changed[change.address] = index }
        var builder = TrieBuilder()
        forEachAccount { address, account in
            if changed[address] != nil { return }
            builder.setAccount(address, trieAccount(account, storageRoot: storageRoot(address)))
        }
        for change in changes {
            guard let account = change.after else { continue }
            builder.setAccount(change.address, trieAccount(account, storageRoot: storageRoot(with: change)))
        }
        return builder.root()
    }

    private func storageRoot(with change: AccountChange) -> Hash32 {
        var builder = TrieBuilder()
        if !change.clearsStorage { forEachSlot(of: change.address) { builder.setSlot($0, $1) } }
        for slot in change.storage { builder.setSlot(slot.key, slot.after) }
        return builder.root()
    }

    private func trieAccount(_ account: AccountState, storageRoot: Hash32) -> TrieAccount {
        TrieAccount(
            nonce: account.nonce, balance: account.balance, storageRoot: storageRoot, codeHash: account.codeHash)
    }
}
