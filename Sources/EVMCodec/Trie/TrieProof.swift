internal import EVMCrypto
public import EVMTypes

extension MerklePatricia {
    /// The value under `key` in the trie of `root`, or nil when the proof shows that there is none.
    ///
    /// `proof` lists the nodes from the root to the key's place, as `eth_getProof` does; an empty trie is proven by no
    /// nodes or by its one (0x80). Every byte of the proof is checked: hashes, canonical RLP, hex-prefix flags, the
    /// shape of every child. For a secure trie give the hashed key. One Keccak-256 a node. Source: Yellow Paper
    /// appendix C and D.
    public static func verify(root: Hash32, key: [UInt8], proof: [[UInt8]]) throws(ProofError) -> [UInt8]? {
        if proof.isEmpty {
            if root == emptyRoot { return nil }
            throw .missingNode(at: 0)
        }
        var expected = root
        var depth = 0
        for (index, bytes) in proof.enumerated() {
            guard Keccak256.hash(bytes) == expected else { throw .hashMismatch(at: index) }
            if index > 0, bytes.count < 32 { throw .notEmbedded(at: index) }
            let result: ProofStep
            if index == 0, bytes == [0x80] {
                result = .found(nil)
            } else {
                result = try ProofNode(decoding: bytes, at: index).walk(key, &depth)
            }
            switch result {
            case .next(let hash): expected = hash
            case .found(let value):
                guard index + 1 == proof.count else { throw .trailingNodes(at: index + 1) }
                return value
            }
        }
        throw .missingNode(at: proof.count)
    }

    /// As `verify(root:key:proof:)` for a 32-byte key.
    public static func verify(root: Hash32, key: Hash32, proof: [[UInt8]]) throws(ProofError) -> [UInt8]? {
        try verify(root: root, key: key.bytes, proof: proof)
    }
}

/// Where one node of a proof leads.
private enum ProofStep {
    /// To the node of this hash.
    case next(Hash32)
    /// To the end: the value, or nothing.
    case found([UInt8]?)
}

/// One decoded and checked node.
private struct ProofNode {
    enum Child {
        case none
        case hash(Hash32)
        case embedded(RLP.Item)
    }

    enum Kind {
        case leaf(path: ArraySlice<UInt8>, isOdd: Bool, value: RLP.Item)
        case extended(path: ArraySlice<UInt8>, isOdd: Bool, child: Child)
        case branch(children: [Child], value: RLP.Item)
    }

    let kind: Kind
    let at: Int

    init(decoding bytes: [UInt8], at: Int) throws(ProofError) {
        let item: RLP.Item
        do throws(RLPError) { item = try RLP.decode(bytes) } catch { throw .notRLP(at: at, error) }
        try self.init(item, at: at)
    }

    /// Checks the whole node with everything embedded in it. The depth is bounded: embedded nodes have 31 bytes.
    init(_ item: RLP.Item, at: Int) throws(ProofError) {
        self.at = at
        var items: [RLP.Item] = []
        do throws(RLPError) {
            var list = try item.list()
            while !list.isAtEnd, items.count < 18 { items.append(try list.next()) }
        } catch { throw .notRLP(at: at, error) }
        switch items.count {
        case 2: kind = try Self.short(items[0], items[1], at: at)
        case 17:
            var children: [Child] = []
            for item in items.prefix(16) { children.append(try Self.child(item, at: at)) }
            guard !items[16].isList else { throw .notCanonical(at: at) }
            let entries = items.count { $0.count > 0 }
            guard entries > 1 else { throw .notCanonical(at: at) }
            kind = .branch(children: children, value: items[16])
        default: throw .itemCount(at: at)
        }
    }

    private static func short(_ path: RLP.Item, _ second: RLP.Item, at: Int) throws(ProofError) -> Kind {
        guard !path.isList, let head = path.payload.first, head < 0x40 else { throw .hexPrefix(at: at) }
        let isOdd = head & 0x10 != 0
        if !isOdd, head & 0x0F != 0 { throw .hexPrefix(at: at) }
        if head & 0x20 != 0 {
            guard !second.isList, second.count > 0 else { throw .notCanonical(at: at) }
            return .leaf(path: path.payload, isOdd: isOdd, value: second)
        }
        guard isOdd || path.count > 1 else { throw .notCanonical(at: at) }
        let child = try child(second, at: at)
        switch child {
        case .none: throw .badChild(at: at)
        case .hash: break
        case .embedded(let item):
            // Two nodes with paths in a row would be one.
            guard case .branch = try ProofNode(item, at: at).kind else { throw .badChild(at: at) }
        }
        return .extended(path: path.payload, isOdd: isOdd, child: child)
    }

    private static func child(_ item: RLP.Item, at: Int) throws(ProofError) -> Child {
        if item.isList {
            // With its one-byte header the node has one byte more.
            guard item.count < 31 else { throw .embeddedTooLong(at: at) }
            _ = try ProofNode(item, at: at)
            return .embedded(item)
        }
        if item.count == 0 { return .none }
        do throws(RLPError) { return .hash(try item.hash32()) } catch { throw .badChild(at: at) }
    }

    /// Follows `key` from nibble `depth` through this node and those embedded in it.
    func walk(_ key: [UInt8], _ depth: inout Int) throws(ProofError) -> ProofStep {
        var node = self
        while true {
            let child: Child
            switch node.kind {
            case .leaf(let path, let isOdd, let value):
                let isWhole = Self.take(path, isOdd, from: key, &depth) && depth == 2 * key.count
                return .found(isWhole ? Array(value.payload) : nil)
            case .extended(let path, let isOdd, let next):
                guard Self.take(path, isOdd, from: key, &depth) else { return .found(nil) }
                child = next
            case .branch(let children, let value):
                guard depth < 2 * key.count else { return .found(value.count > 0 ? Array(value.payload) : nil) }
                child = children[Self.nibble(key[depth / 2], depth)]
                depth += 1
            }
            switch child {
            case .none: return .found(nil)
            case .hash(let hash): return .next(hash)
            case .embedded(let item): node = try ProofNode(item, at: at)
            }
        }
    }

    /// Steps over the path when the key goes on with it; else leaves `depth` and gives false.
    private static func take(_ path: ArraySlice<UInt8>, _ isOdd: Bool, from key: [UInt8], _ depth: inout Int) -> Bool {
        let skipped = isOdd ? 1 : 2
        let count = 2 * path.count - skipped
        guard depth + count <= 2 * key.count else { return false }
        for offset in 0..<count {
            let position = offset + skipped
            let wanted = nibble(path[path.startIndex + position / 2], position)
            if nibble(key[(depth + offset) / 2], depth + offset) != wanted { return false }
        }
        depth += count
        return true
    }

    private static func nibble(_ byte: UInt8, _ position: Int) -> Int {
        position % 2 == 0 ? Int(byte >> 4) : Int(byte & 15)
    }
}
