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
}
