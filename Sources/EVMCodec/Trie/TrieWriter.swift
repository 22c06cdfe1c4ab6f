internal import EVMCrypto
internal import EVMTypes

/// Writes the nodes of one trie bottom-up into one byte stack.
///
/// A node is written where its parent names it; when it has 32 bytes or more, its hash takes its place.
/// The recursion is at most one level for each nibble of the longest key.
struct TrieWriter {
    private let keys: [UInt8]
    private let values: [UInt8]
    private let entries: [TrieBuilder.Entry]
    private var out: [UInt8] = []
    /// The keys whose proofs are wanted, and for each the nodes on its path, the deepest first.
    private var targets: [(key: [UInt8], nodes: [[UInt8]])]

    /// Precondition: the builder is settled and not empty.
    init(_ builder: TrieBuilder, targets: [[UInt8]]) {
        keys = builder.keys
        values = builder.values
        entries = builder.entries
        self.targets = targets.map { ($0, []) }
        out.reserveCapacity(1_024)
    }

    /// Writes everything and gives the hash of the root node.
    mutating func root() -> Hash32 {
        let all = Array(targets.indices)
        writeNode(entries.indices, depth: 0, active: all)
        record(from: 0, for: all)
        return Keccak256.hash(out)
    }

    /// The nodes on each target's path, the root first. After `root()`.
    func proofs() -> [[[UInt8]]] { targets.map { $0.nodes.reversed() } }

    private mutating func record(from start: Int, for active: [Int]) {
        for index in active { targets[index].nodes.append(Array(out[start...])) }
    }

    /// Appends what a parent holds of the node: itself below 32 bytes, else its hash.
    private mutating func writeReference(_ range: Range<Int>, depth: Int, active: [Int]) {
        let start = out.count
        writeNode(range, depth: depth, active: active)
        guard out.count - start >= 32 else { return }
        record(from: start, for: active)
        let hash = Keccak256.hash(out.span.extracting(start..<out.count))
        out.removeSubrange(start...)
        out.append(0xA0)
        BigEndian.append(hash.word, count: 32, to: &out)
    }

    /// Appends the node of the entries in `range`, whose keys agree in their first `depth` nibbles. `active` lists the
    /// targets that agree with them too.
    private mutating func writeNode(_ range: Range<Int>, depth: Int, active: [Int]) {
        let start = out.count
        let first = entries[range.lowerBound]
        if range.count == 1 {
            appendPath(first, from: depth, to: nibbleCount(first), isLeaf: true)
            appendValue(first)
        } else {
            let shared = sharedNibbles(first, entries[range.upperBound - 1], from: depth)
            if shared > depth {
                appendPath(first, from: depth, to: shared, isLeaf: false)
                let following = active.filter { follows($0, first, from: depth, to: shared) }
                writeReference(range, depth: shared, active: following)
            } else {
                writeBranch(range, depth: depth, active: active)
            }
        }
        RLP.Encoder.header(out.count - start, short: 0xC0, into: &out, at: start)
    }

    private mutating func writeBranch(_ range: Range<Int>, depth: Int, active: [Int]) {
        var at = range.lowerBound
        // In sorted order the one key that ends here is the first.
        let ending = nibbleCount(entries[at]) == depth ? entries[at] : nil
        if ending != nil { at += 1 }
        for slot in 0..<16 {
            var end = at
            while end < range.upperBound, nibble(keys, entries[end].keyStart, depth) == slot { end += 1 }
            if end == at {
                out.append(0x80)
                continue
            }
            let following = active.filter {
                let key = targets[$0].key
                return 2 * key.count > depth && nibble(key, 0, depth) == slot
            }
            writeReference(at..<end, depth: depth + 1, active: following)
            at = end
        }
        if let ending { appendValue(ending) } else { out.append(0x80) }
    }

    private mutating func appendValue(_ entry: TrieBuilder.Entry) {
        let count = entry.valueEnd - entry.valueStart
        if count != 1 || values[entry.valueStart] >= 0x80 {
            RLP.Encoder.header(count, short: 0x80, into: &out, at: out.count)
        }
        out.append(contentsOf: values[entry.valueStart..<entry.valueEnd])
    }

    /// Appends nibbles of a key in hex-prefix form (Yellow Paper appendix C) as an RLP string.
    private mutating func appendPath(_ entry: TrieBuilder.Entry, from: Int, to: Int, isLeaf: Bool) {
        let count = (to - from) / 2 + 1
        // One byte of path is below 0x40 and its own encoding.
        if count > 1 { RLP.Encoder.header(count, short: 0x80, into: &out, at: out.count) }
        var position = from
        var head: UInt8 = isLeaf ? 0x20 : 0
        if (to - from) % 2 == 1 {
            head |= 0x10 | UInt8(nibble(keys, entry.keyStart, position))
            position += 1
        }
        out.append(head)
        while position < to {
            let pair = nibble(keys, entry.keyStart, position) << 4 | nibble(keys, entry.keyStart, position + 1)
            out.append(UInt8(pair))
            position += 2
        }
    }

    private func nibbleCount(_ entry: TrieBuilder.Entry) -> Int { 2 * (entry.keyEnd - entry.keyStart) }

    /// The first nibble at or after `depth` where two keys differ or one ends.
    private func sharedNibbles(_ a: TrieBuilder.Entry, _ b: TrieBuilder.Entry, from depth: Int) -> Int {
        let end = min(nibbleCount(a), nibbleCount(b))
        var position = depth
        while position < end, nibble(keys, a.keyStart, position) == nibble(keys, b.keyStart, position) { position += 1 }
        return position
    }

    private func follows(_ target: Int, _ entry: TrieBuilder.Entry, from: Int, to: Int) -> Bool {
        let key = targets[target].key
        guard 2 * key.count >= to else { return false }
        return (from..<to).allSatisfy { nibble(key, 0, $0) == nibble(keys, entry.keyStart, $0) }
    }

    /// Nibble `position` of the key that starts at `start`, 0 to 15.
    @inline(__always)
    private func nibble(_ bytes: [UInt8], _ start: Int, _ position: Int) -> Int {
        let byte = Int(bytes[start + position / 2])
        return position % 2 == 0 ? byte >> 4 : byte & 15
    }
}
