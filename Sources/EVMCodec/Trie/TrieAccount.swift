public import EVMTypes

/// An account as the state trie holds it. Source: Yellow Paper section 4.1.
public struct TrieAccount: Hashable, Sendable {
    /// How many transactions it sent, or contracts it made.
    public var nonce: UInt64
    /// In wei.
    public var balance: U256
    /// The root of its storage trie.
    public var storageRoot: Hash32
    /// Keccak-256 of its code.
    public var codeHash: Hash32

    /// The code hash of an account without code: keccak256 of no bytes.
    public static let emptyCodeHash = Hash32(
        0xc5d2_4601_86f7_233c_927e_7db2_dcc7_03c0_e500_b653_ca82_273b_7bfa_d804_5d85_a470)

    /// Makes an account; without arguments the empty one.
    public init(
        nonce: UInt64 = 0, balance: U256 = .zero, storageRoot: Hash32 = MerklePatricia.emptyRoot,
        codeHash: Hash32 = TrieAccount.emptyCodeHash
    ) {
        self.nonce = nonce
        self.balance = balance
        self.storageRoot = storageRoot
        self.codeHash = codeHash
    }

    /// Reads the RLP list of the four members. Refuses anything that `encoded()` does not write.
    public init(decoding bytes: [UInt8]) throws(RLPError) {
        var list = try RLP.item(bytes).list()
        nonce = try list.next().uint64()
        balance = try list.next().u256()
        storageRoot = try list.next().hash32()
        codeHash = try list.next().hash32()
        try list.finish()
    }

    /// RLP of [nonce, balance, storageRoot, codeHash].
    public func encoded() -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: 112)
        encoder.appendList { list in
            list.append(nonce)
            list.append(balance)
            list.append(storageRoot)
            list.append(codeHash)
        }
        return encoder.bytes
    }
}
