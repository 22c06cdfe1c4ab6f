public import EVMCodec
public import EVMTypes

/// The tries of a whole state, kept beside it: roots after a block cost what the block changed, and proofs are at hand.
public struct StateTrie: Sendable {
    private var accounts = MutableTrie()
    private var storages: [Address: MutableTrie] = [:]

    /// The tries of everything that `state` holds. Hashes every key once.
    public init(_ state: borrowing PinnedState) {
        var addresses: [Address] = []
        state.forEachAccount { address, _ in addresses.append(address) }
        for address in addresses { restore(address, from: state) }
    }

    /// The state root. Hashes what changed since it was last asked for.
    public mutating func root() -> Hash32 { accounts.root() }

    /// Takes over changes that an overlay lists.
    public mutating func apply(_ changes: [AccountChange]) {
        for change in changes {
            guard let account = change.after else {
                storages[change.address] = nil
                accounts.set(MerklePatricia.secureKey(change.address), [])
                continue
            }
            if change.clearsStorage { storages[change.address] = nil }
            for slot in change.storage { setSlot(change.address, slot.key, slot.after) }
            setAccount(change.address, account)
        }
    }

    /// Sets one account and its storage to what `state` holds.
    public mutating func restore(_ address: Address, from state: borrowing PinnedState) {
        storages[address] = nil
        guard let account = state.account(address) ?? nil else {
            return accounts.set(MerklePatricia.secureKey(address), [])
        }
        var slots: [(U256, U256)] = []
        state.forEachSlot(of: address) { slots.append(($0, $1)) }
        for (key, value) in slots { setSlot(address, key, value) }
        setAccount(address, account)
    }

    /// What `eth_getProof` answers about an account and slots of it, absent ones included.
    public mutating func proof(of address: Address, slots: [U256]) -> AccountProof {
        let key = MerklePatricia.secureKey(address).bytes
        let proof = accounts.proof(of: key)
        var account = TrieAccount()
        // What this trie holds was written by `TrieAccount.encoded()`.
        if let leaf = accounts.value(key), let held = try? TrieAccount(decoding: leaf) { account = held }
        var storage = storages[address] ?? MutableTrie()
        return AccountProof(
            address: address, account: account, proof: proof,
            slots: slots.map { slot in
                let key = MerklePatricia.secureKey(slot: slot).bytes
                let value = storage.value(key).flatMap { try? RLP.item($0).u256() } ?? .zero
                return AccountProof.Slot(key: slot, value: value, proof: storage.proof(of: key))
            })
    }

    private mutating func setSlot(_ address: Address, _ key: U256, _ value: U256) {
        var encoder = RLP.Encoder(reservingCapacity: 33)
        if !value.isZero { encoder.append(value) }
        storages[address, default: MutableTrie()].set(MerklePatricia.secureKey(slot: key), encoder.bytes)
    }

    private mutating func setAccount(_ address: Address, _ account: AccountState) {
        let storageRoot = storages[address]?.root() ?? MerklePatricia.emptyRoot
        let held = TrieAccount(
            nonce: account.nonce, balance: account.balance, storageRoot: storageRoot, codeHash: account.codeHash)
        accounts.set(MerklePatricia.secureKey(address), held.encoded())
    }
}
