public import EVMTypes

/// Collects the pairs of one Merkle-Patricia trie and computes its root or proofs.
///
/// Keys and values lie in two flat byte arrays, so a pair costs no allocation of its own. `root()` sorts the pairs once
/// and writes every node once.
///
/// Source: Yellow Paper appendix D.
public struct TrieBuilder: Sendable {
    /// Longest key in bytes; nesting of nodes is bounded by twice this. Ethereum's keys have at most 32.
    public static let keyBytesMax = 512

    /// Where one pair lies.
    struct Entry: Sendable {
        /// The first 8 bytes of the key, for the order.
        var prefix: UInt64
        var keyStart, keyEnd: Int
        var valueStart, valueEnd: Int
        /// How many pairs were put before it.
        var serial: Int
    }

    private(set) var keys: [UInt8] = []
    private(set) var values: [UInt8] = []
    private(set) var entries: [Entry] = []
    private var serial = 0
    /// True while `entries` is in the order of keys, without repeats and empty values.
    private var isSettled = true

    /// Makes the empty trie.
    public init() {}

    /// Makes the empty trie with room for `count` pairs of 32-byte keys.
    public init(reservingCapacity count: Int) {
        keys.reserveCapacity(32 * count)
        entries.reserveCapacity(count)
    }

    /// Puts `value` under `key`, in place of what an earlier call put there. An empty value removes the key.
    /// A key longer than `keyBytesMax` is a programming error and traps.
    public mutating func set(_ key: [UInt8], _ value: some Collection<UInt8>) {
        precondition(key.count <= Self.keyBytesMax, "a trie key of more than \(Self.keyBytesMax) bytes")
        let start = keys.count
        keys.append(contentsOf: key)
        var prefix: UInt64 = 0
        for index in 0..<8 { prefix = prefix << 8 | (index < key.count ? UInt64(key[index]) : 0) }
        note(prefix, keyFrom: start, value)
    }

    /// Puts `value` under a 32-byte key, as `set(_:_:)`.
    public mutating func set(_ key: Hash32, _ value: some Collection<UInt8>) {
        let start = keys.count
        BigEndian.append(key.word, count: 32, to: &keys)
        note(key.word.w3, keyFrom: start, value)
    }

    /// Puts a storage slot under the hash of its key; the value zero removes it.
    public mutating func setSlot(_ key: U256, _ value: U256) {
        var encoder = RLP.Encoder(reservingCapacity: 33)
        if !value.isZero { encoder.append(value) }
        set(MerklePatricia.secureKey(slot: key), encoder.bytes)
    }

    /// Puts an account under the hash of its address.
    public mutating func setAccount(_ address: Address, _ account: TrieAccount) {
        set(MerklePatricia.secureKey(address), account.encoded())
    }

    /// The root of the pairs put so far. O(n log n); one Keccak-256 for each node of 32 bytes or more.
    public mutating func root() -> Hash32 {
        settle()
        if entries.isEmpty { return MerklePatricia.emptyRoot }
        var writer = TrieWriter(self, targets: [])
        return writer.root()
    }

    /// The root, and for each key the nodes from the root to where the key is or would be: what `eth_getProof` gives.
    ///
    /// Nodes below 32 bytes lie inside their parents and are not listed; the root always is, except that the proof of
    /// an empty trie has no nodes. One pass over the trie for all keys together.
    public mutating func proofs(of keys: [[UInt8]]) -> (root: Hash32, proofs: [[[UInt8]]]) {
        settle()
        if entries.isEmpty { return (MerklePatricia.emptyRoot, keys.map { _ in [] }) }
        var writer = TrieWriter(self, targets: keys)
        let root = writer.root()
        return (root, writer.proofs())
    }

    private mutating func note(_ prefix: UInt64, keyFrom start: Int, _ value: some Collection<UInt8>) {
        let valueStart = values.count
        values.append(contentsOf: value)
        entries.append(
            Entry(
                prefix: prefix, keyStart: start, keyEnd: keys.count, valueStart: valueStart, valueEnd: values.count,
                serial: serial))
        serial += 1
        isSettled = false
    }

    /// Sorts by key; of equal keys keeps the one put last; drops empty values.
    private mutating func settle() {
        if isSettled { return }
        isSettled = true
        entries = Self.settled(entries, keys)
    }

    private static func settled(_ unsorted: [Entry], _ keys: [UInt8]) -> [Entry] {
        var kept = unsorted
        let span = keys.span
        kept.sort { a, b in
            if a.prefix != b.prefix { return a.prefix < b.prefix }
            let order = compare(a, b, span)
            return order != 0 ? order < 0 : a.serial < b.serial
        }
        var count = 0
        for index in kept.indices {
            let entry = kept[index]
            if index + 1 < kept.count, compare(entry, kept[index + 1], span) == 0 { continue }
            if entry.valueEnd == entry.valueStart { continue }
            kept[count] = entry
            count += 1
        }
        kept.removeSubrange(count...)
        return kept
    }

    /// The order of two keys as byte strings: below, equal to or above 0.
    private static func compare(_ a: Entry, _ b: Entry, _ keys: Span<UInt8>) -> Int {
        let shared = min(a.keyEnd - a.keyStart, b.keyEnd - b.keyStart)
        for offset in 0..<shared {
            let left = keys[a.keyStart + offset], right = keys[b.keyStart + offset]
            if left != right { return left < right ? -1 : 1 }
        }
        return (a.keyEnd - a.keyStart) - (b.keyEnd - b.keyStart)
    }
}
