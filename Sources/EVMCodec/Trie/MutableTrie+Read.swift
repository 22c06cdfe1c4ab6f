internal import EVMCrypto
public import EVMTypes

extension MutableTrie {
    /// The root. Hashes what changed since it was last asked for.
    public mutating func root() -> Hash32 {
        if let hash { return hash }
        let root: Hash32
        if top < 0 {
            root = MerklePatricia.emptyRoot
        } else {
            _ = refresh(top)
            root = Keccak256.hash(encoded(top))
        }
        hash = root
        return root
    }

    /// The value under `key`, nil when there is none.
    public func value(_ key: [UInt8]) -> [UInt8]? {
        var path = Self.nibbles(key)[...]
        var index = top
        while index >= 0 {
            let node = nodes[Int(index)]
            switch node.kind {
            case .leaf: return path.elementsEqual(node.path) ? node.value : nil
            case .extended:
                guard path.starts(with: node.path) else { return nil }
                path = path.dropFirst(node.path.count)
                index = node.child
            case .branch:
                guard let first = path.first else { return node.value.isEmpty ? nil : node.value }
                path = path.dropFirst()
                index = node.children[Int(first)]
            }
        }
        return nil
    }

    /// The nodes from the root to where the key is or would be, as `TrieBuilder.proofs(of:)` gives them.
    public mutating func proof(of key: [UInt8]) -> [[UInt8]] {
        _ = root()
        var proof: [[UInt8]] = []
        var path = Self.nibbles(key)[...]
        var index = top
        while index >= 0 {
            let bytes = encoded(index)
            if proof.isEmpty || bytes.count >= 32 { proof.append(bytes) }
            let node = nodes[Int(index)]
            switch node.kind {
            case .leaf: return proof
            case .extended:
                guard path.starts(with: node.path) else { return proof }
                path = path.dropFirst(node.path.count)
                index = node.child
            case .branch:
                guard let first = path.first else { return proof }
                path = path.dropFirst()
                index = node.children[Int(first)]
            }
        }
        return proof
    }

    /// What a parent holds of the node; computes what is not known, from below. The depth is that of the trie.
    private mutating func refresh(_ index: Int32) -> [UInt8] {
        let at = Int(index)
        if !nodes[at].reference.isEmpty { return nodes[at].reference }
        switch nodes[at].kind {
        case .leaf: break
        case .extended: _ = refresh(nodes[at].child)
        case .branch:
            for nibble in 0..<16 where nodes[at].children[nibble] >= 0 { _ = refresh(nodes[at].children[nibble]) }
        }
        let bytes = encoded(index)
        var reference = bytes
        if bytes.count >= 32 {
            reference = [0xA0]
            BigEndian.append(Keccak256.hash(bytes).word, count: 32, to: &reference)
        }
        nodes[at].reference = reference
        return reference
    }

    /// The node's RLP. Its children's references are known.
    private func encoded(_ index: Int32) -> [UInt8] {
        let node = nodes[Int(index)]
        var encoder = RLP.Encoder(reservingCapacity: node.kind == .branch ? 532 : node.value.count + 40)
        encoder.appendList { list in
            switch node.kind {
            case .leaf:
                list.append(Self.hexPrefix(node.path, isLeaf: true))
                list.append(node.value)
            case .extended:
                list.append(Self.hexPrefix(node.path, isLeaf: false))
                list.appendRaw(nodes[Int(node.child)].reference)
            case .branch:
                for nibble in 0..<16 {
                    let child = node.children[nibble]
                    if child < 0 { list.appendRaw(0x80) } else { list.appendRaw(nodes[Int(child)].reference) }
                }
                list.append(node.value)
            }
        }
        return encoder.bytes
    }

    /// Yellow Paper appendix C.
    private static func hexPrefix(_ path: [UInt8], isLeaf: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.count / 2 + 1)
        var head: UInt8 = isLeaf ? 0x20 : 0
        var position = path.count % 2
        if position == 1 { head |= 0x10 | path[0] }
        bytes.append(head)
        while position < path.count {
            bytes.append(path[position] << 4 | path[position + 1])
            position += 2
        }
        return bytes
    }
}
