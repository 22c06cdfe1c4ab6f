internal import EVMCrypto
public import EVMTypes

/// Roots of Ethereum's hexary Merkle-Patricia tries, of a whole set of pairs at once.
///
/// Source: Yellow Paper appendix D. Nothing is stored: the pairs are sorted once and the nodes are written bottom-up
/// (`TrieBuilder`). Proofs are read by `verify` (`TrieProof.swift`) and made by `TrieBuilder.proofs(of:)`.
public enum MerklePatricia {
    /// The root of a trie without pairs: keccak256 of RLP's empty string (0x80).
    public static let emptyRoot = Hash32(
        0x56e8_1f17_1bcc_55a6_ff83_45e6_92c0_f86e_5b48_e01b_996c_adc0_0162_2fb5_e363_b421)

    /// The root of any set of pairs in any order. A later pair of the same key replaces an earlier one; an empty value
    /// is no pair. O(n log n). Keys longer than `TrieBuilder.keyBytesMax` trap.
    public static func root(_ pairs: some Sequence<(key: [UInt8], value: [UInt8])>) -> Hash32 {
        var builder = TrieBuilder()
        for (key, value) in pairs { builder.set(key, value) }
        return builder.root()
    }

    /// The root of the same pairs under the Keccak-256 of their keys: the form of the state and storage tries.
    public static func secureRoot(_ pairs: some Sequence<(key: [UInt8], value: [UInt8])>) -> Hash32 {
        var builder = TrieBuilder()
        for (key, value) in pairs { builder.set(Keccak256.hash(key), value) }
        return builder.root()
    }

    /// The root of a list under the keys RLP(0), RLP(1), ...: transactions, receipts and withdrawals of a block.
    /// An empty item cannot be in a trie and counts as absent; Ethereum's lists have none.
    public static func orderedRoot(_ items: [[UInt8]]) -> Hash32 {
        var builder = TrieBuilder()
        for (index, item) in items.enumerated() { builder.set(indexKey(index), item) }
        return builder.root()
    }

    /// The root of an account's storage: secure keys, values as RLP integers; slots with the value zero are left out.
    public static func storageRoot(_ slots: some Sequence<(key: U256, value: U256)>) -> Hash32 {
        var builder = TrieBuilder()
        for (key, value) in slots { builder.setSlot(key, value) }
        return builder.root()
    }

    /// The root of a state: secure keys of the addresses. Every account given is in the trie, empty ones too.
    public static func stateRoot(_ accounts: some Sequence<(key: Address, value: TrieAccount)>) -> Hash32 {
        var builder = TrieBuilder()
        for (address, account) in accounts { builder.setAccount(address, account) }
        return builder.root()
    }

    /// The key of item `index` in an index trie: RLP(index). `index` must not be negative.
    public static func indexKey(_ index: Int) -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: 9)
        encoder.append(UInt64(index))
        return encoder.bytes
    }

    /// The key of an account in the state trie: keccak256 of its 20 bytes.
    public static func secureKey(_ address: Address) -> Hash32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        BigEndian.append(address.word, count: 20, to: &bytes)
        return Keccak256.hash(bytes)
    }

    /// The key of a slot in a storage trie: keccak256 of its 32 bytes.
    public static func secureKey(slot: U256) -> Hash32 { Keccak256.hash(slot.bigEndianBytes) }
}
