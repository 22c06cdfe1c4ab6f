public import EVMTypes

/// An answer of `eth_getProof` (EIP-1186): an account, some of its slots, and why that is so under a state root.
public struct AccountProof: Hashable, Sendable {
    /// One storage slot and its proof under the account's storage root.
    public struct Slot: Hashable, Sendable {
        /// The slot.
        public var key: U256
        /// What it holds; zero when it is not in the trie.
        public var value: U256
        /// The nodes from the storage root to the slot's place.
        public var proof: [[UInt8]]

        public init(key: U256, value: U256, proof: [[UInt8]]) {
            self.key = key
            self.value = value
            self.proof = proof
        }
    }

    /// The account.
    public var address: Address
    /// What the answer says the account is; for an absent account nonce and balance are zero.
    public var account: TrieAccount
    /// The nodes from the state root to the account's place.
    public var proof: [[UInt8]]
    /// The slots, in the order asked for.
    public var slots: [Slot]

    public init(address: Address, account: TrieAccount, proof: [[UInt8]], slots: [Slot]) {
        self.address = address
        self.account = account
        self.proof = proof
        self.slots = slots
    }

    /// Checks everything the answer claims against `stateRoot` and gives the account, nil when it is proven absent.
    ///
    /// An absent account must be stated with nonce and balance zero, without code and storage (hashes of nothing, or
    /// 32 zero bytes as some clients send), and all its slots zero. Cost: one Keccak-256 a node.
    public func verify(stateRoot: Hash32) throws(AccountProofError) -> TrieAccount? {
        let key = MerklePatricia.secureKey(address)
        let leaf: [UInt8]?
        do throws(ProofError) {
            leaf = try MerklePatricia.verify(root: stateRoot, key: key, proof: proof)
        } catch { throw .account(error) }
        guard let leaf else {
            try verifyAbsent()
            return nil
        }
        let proven: TrieAccount
        do throws(RLPError) { proven = try TrieAccount(decoding: leaf) } catch { throw .accountNotRLP(error) }
        if proven.nonce != account.nonce { throw .differs(.nonce) }
        if proven.balance != account.balance { throw .differs(.balance) }
        if proven.storageRoot != account.storageRoot { throw .differs(.storageHash) }
        if proven.codeHash != account.codeHash { throw .differs(.codeHash) }
        for slot in slots { try slot.verify(storageRoot: proven.storageRoot) }
        return proven
    }

    /// As `verify(stateRoot:)`, and the answer must be about this account and exactly these slots in this order.
    public func verify(
        stateRoot: Hash32, address asked: Address, slots keys: [U256]
    ) throws(AccountProofError) -> TrieAccount? {
        guard asked == address else { throw .differs(.address) }
        guard slots.map(\.key) == keys else { throw .differs(.storageProof) }
        return try verify(stateRoot: stateRoot)
    }

    private func verifyAbsent() throws(AccountProofError) {
        if account.nonce != 0 { throw .differs(.nonce) }
        if !account.balance.isZero { throw .differs(.balance) }
        if account.codeHash != TrieAccount.emptyCodeHash, account.codeHash != .zero { throw .differs(.codeHash) }
        if account.storageRoot != MerklePatricia.emptyRoot, account.storageRoot != .zero {
            throw .differs(.storageHash)
        }
        for slot in slots { try slot.verify(storageRoot: MerklePatricia.emptyRoot) }
    }
}

extension AccountProof.Slot {
    /// Checks the value against the storage root of its account.
    public func verify(storageRoot: Hash32) throws(AccountProofError) {
        let leaf: [UInt8]?
        do throws(ProofError) {
            leaf = try MerklePatricia.verify(root: storageRoot, key: MerklePatricia.secureKey(slot: key), proof: proof)
        } catch { throw .slot(key, error) }
        var proven = U256.zero
        if let leaf {
            do throws(RLPError) { proven = try RLP.item(leaf).u256() } catch { throw .slotNotRLP(key, error) }
            // A zero is never stored.
            guard !proven.isZero else { throw .slotNotRLP(key, .leadingZero) }
        }
        guard proven == value else { throw .slotDiffers(key) }
    }
}

/// Why an `eth_getProof` answer is not believed.
public enum AccountProofError: Error, Hashable, Sendable {
    /// A member of the answer.
    public enum Field: String, Hashable, Sendable {
        case address, accountProof, balance, codeHash, nonce, storageHash, storageProof, key, value, proof
    }

    /// A member is missing or has another shape than EIP-1186 says.
    case malformed(Field)
    /// The proof of the account fails.
    case account(ProofError)
    /// What is proven is no account.
    case accountNotRLP(RLPError)
    /// A member is not what the proof shows, or not what was asked for.
    case differs(Field)
    /// The proof of a slot fails.
    case slot(U256, ProofError)
    /// What is proven under a slot is no value of a slot.
    case slotNotRLP(U256, RLPError)
    /// The value of a slot is not what the proof shows.
    case slotDiffers(U256)
}

// MARK: JSON

extension AccountProof {
    /// Reads the result object of `eth_getProof`. Slot keys may be quantities or 32 bytes of hex. Nothing is verified.
    public init(json: JSON) throws(AccountProofError) {
        address = try Self.read(json, .address) { $0.address }
        proof = try Self.read(json, .accountProof, Self.nodes)
        account = TrieAccount(
            nonce: try Self.read(json, .nonce) { $0.quantityU64 },
            balance: try Self.read(json, .balance) { $0.quantityU256 },
            storageRoot: try Self.read(json, .storageHash) { $0.hash32 },
            codeHash: try Self.read(json, .codeHash) { $0.hash32 })
        slots = []
        for item in try Self.read(json, .storageProof, { $0.array }) {
            slots.append(
                Slot(
                    key: try Self.read(item, .key) { $0.quantityU256 },
                    value: try Self.read(item, .value) { $0.quantityU256 },
                    proof: try Self.read(item, .proof, Self.nodes)))
        }
    }

    /// The result object of `eth_getProof`; slot keys as 32 bytes of hex.
    public var json: JSON {
        .object([
            "address": .address(address), "accountProof": .array(proof.map { .hex($0) }),
            "balance": .quantity(account.balance), "codeHash": .hash(account.codeHash),
            "nonce": .quantity(account.nonce), "storageHash": .hash(account.storageRoot),
            "storageProof": .array(
                slots.map {
                    .object([
                        "key": .hash(Hash32($0.key)), "value": .quantity($0.value),
                        "proof": .array($0.proof.map { .hex($0) }),
                    ])
                }),
        ])
    }

    private static func read<Value>(
        _ json: JSON, _ field: AccountProofError.Field, _ shape: (JSON) -> Value?
    ) throws(AccountProofError) -> Value {
        guard let value = json[field.rawValue].flatMap(shape) else { throw .malformed(field) }
        return value
    }

    private static func nodes(_ json: JSON) -> [[UInt8]]? {
        guard let array = json.array else { return nil }
        let nodes = array.compactMap { $0.hexBytes }
        return nodes.count == array.count ? nodes : nil
    }
}
