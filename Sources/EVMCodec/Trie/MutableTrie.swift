public import EVMTypes

/// A Merkle-Patricia trie in memory that changes pair by pair and remembers the hashes of what did not change.
///
/// `root()` costs a hash for each node on the paths that changed since the last one. For a set of pairs given at once
/// `TrieBuilder` is faster and smaller. Copies share memory until one changes. Source: Yellow Paper appendix D.
public struct MutableTrie: Sendable {
    enum Kind: UInt8 { case leaf, extended, branch }

    struct Node: Sendable {
        var kind: Kind
        /// Nibbles of a leaf or an extension.
        var path: [UInt8] = []
        /// Of a leaf, or the pair that ends at a branch.
        var value: [UInt8] = []
        /// An extension's branch.
        var child: Int32 = -1
        /// A branch's children by nibble; -1 for none.
        var children = InlineArray<16, Int32>(repeating: -1)
        /// What a parent holds of it (itself below 32 bytes, else its hash); empty when not known.
        var reference: [UInt8] = []
    }

    var nodes: [Node] = []
    private var unused: [Int32] = []
    /// The root's index; -1 for the empty trie.
    var top: Int32 = -1
    var hash: Hash32?

    /// Makes the empty trie.
    public init() {}

    /// Whether there is no pair.
    public var isEmpty: Bool { top < 0 }

    /// Puts `value` under `key`, or removes the key when the value is empty. Cost: the depth of the path, at most twice
    /// the key's bytes. A key longer than `TrieBuilder.keyBytesMax` is a programming error and traps.
    public mutating func set(_ key: [UInt8], _ value: [UInt8]) {
        precondition(key.count <= TrieBuilder.keyBytesMax, "a trie key of more than \(TrieBuilder.keyBytesMax) bytes")
        hash = nil
        let path = Self.nibbles(key)
        top = value.isEmpty ? remove(path[...], from: top) : insert(path[...], value, into: top)
    }

    /// Puts a value under a 32-byte key, as `set(_:_:)`.
    public mutating func set(_ key: Hash32, _ value: [UInt8]) { set(key.bytes, value) }

    static func nibbles(_ key: [UInt8]) -> [UInt8] {
        var path: [UInt8] = []
        path.reserveCapacity(2 * key.count)
        for byte in key {
            path.append(byte >> 4)
            path.append(byte & 15)
        }
        return path
    }

    private mutating func make(_ node: Node) -> Int32 {
        if let index = unused.popLast() {
            nodes[Int(index)] = node
            return index
        }
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    private mutating func drop(_ index: Int32) {
        nodes[Int(index)] = Node(kind: .leaf)
        unused.append(index)
    }

    private static func shared(_ a: ArraySlice<UInt8>, _ b: [UInt8]) -> Int {
        var count = 0
        for (left, right) in zip(a, b) {
            if left != right { break }
            count += 1
        }
        return count
    }

    // MARK: Putting

    private mutating func insert(_ path: ArraySlice<UInt8>, _ value: [UInt8], into index: Int32) -> Int32 {
        if index < 0 { return make(Node(kind: .leaf, path: Array(path), value: value)) }
        let at = Int(index)
        nodes[at].reference = []
        switch nodes[at].kind {
        case .branch:
            guard let first = path.first else {
                nodes[at].value = value
                return index
            }
            let child = insert(path.dropFirst(), value, into: nodes[at].children[Int(first)])
            nodes[at].children[Int(first)] = child
            return index
        case .leaf:
            let old = nodes[at].path
            let count = Self.shared(path, old)
            if count == old.count, count == path.count {
                nodes[at].value = value
                return index
            }
            return split(index, old, after: count, path, value)
        case .extended:
            let old = nodes[at].path
            let count = Self.shared(path, old)
            if count < old.count { return split(index, old, after: count, path, value) }
            let child = insert(path.dropFirst(count), value, into: nodes[at].child)
            nodes[at].child = child
            return index
        }
    }

    /// Puts a branch where a leaf's or extension's path and the new path part.
    private mutating func split(
        _ index: Int32, _ old: [UInt8], after count: Int, _ path: ArraySlice<UInt8>, _ value: [UInt8]
    ) -> Int32 {
        let at = Int(index)
        var branch = Node(kind: .branch)
        if count == old.count {
            // Only a leaf's path can end here: a shorter extension would have been followed.
            branch.value = nodes[at].value
            drop(index)
        } else if nodes[at].kind == .extended, count + 1 == old.count {
            branch.children[Int(old[count])] = nodes[at].child
            drop(index)
        } else {
            nodes[at].path = Array(old[(count + 1)...])
            branch.children[Int(old[count])] = index
        }
        let rest = path.dropFirst(count)
        if let first = rest.first {
            branch.children[Int(first)] = make(Node(kind: .leaf, path: Array(rest.dropFirst()), value: value))
        } else {
            branch.value = value
        }
        let made = make(branch)
        return count == 0 ? made : make(Node(kind: .extended, path: Array(old[..<count]), child: made))
    }

    // MARK: Removing

    private mutating func remove(_ path: ArraySlice<UInt8>, from index: Int32) -> Int32 {
        if index < 0 { return -1 }
        let at = Int(index)
        switch nodes[at].kind {
        case .leaf:
            guard path.elementsEqual(nodes[at].path) else { return index }
            drop(index)
            return -1
        case .extended:
            let count = nodes[at].path.count
            guard path.starts(with: nodes[at].path) else { return index }
            nodes[at].reference = []
            let child = remove(path.dropFirst(count), from: nodes[at].child)
            nodes[at].child = child
            return join(nodes[at].path, child, replacing: index)
        case .branch:
            nodes[at].reference = []
            if let first = path.first {
                let child = remove(path.dropFirst(), from: nodes[at].children[Int(first)])
                nodes[at].children[Int(first)] = child
            } else {
                nodes[at].value = []
            }
            return normalised(index)
        }
    }

    /// A branch with one entry left is a leaf or an extension.
    private mutating func normalised(_ index: Int32) -> Int32 {
        let at = Int(index)
        var only = -1
        var count = 0
        for nibble in 0..<16 where nodes[at].children[nibble] >= 0 {
            only = nibble
            count += 1
        }
        if count == 0 {
            nodes[at] = Node(kind: .leaf, value: nodes[at].value)
            return index
        }
        guard count == 1, nodes[at].value.isEmpty else { return index }
        let child = nodes[at].children[only]
        nodes[at] = Node(kind: .extended, path: [UInt8(only)], child: child)
        return join([UInt8(only)], child, replacing: index)
    }

    /// An extension and the node below it, which becomes one when that has a path too.
    private mutating func join(_ path: [UInt8], _ child: Int32, replacing index: Int32) -> Int32 {
        if nodes[Int(child)].kind == .branch { return index }
        nodes[Int(child)].path = path + nodes[Int(child)].path
        nodes[Int(child)].reference = []
        drop(index)
        return child
    }
}
