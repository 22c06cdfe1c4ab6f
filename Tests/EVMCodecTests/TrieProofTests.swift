import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

@Suite struct TrieProofTests {
    /// A random trie of 32-byte or short keys.
    private func randomTrie(_ random: inout SeededGenerator) -> (builder: TrieBuilder, model: [[UInt8]: [UInt8]]) {
        var builder = TrieBuilder()
        var model: [[UInt8]: [UInt8]] = [:]
        let isShort = Bool.random(using: &random)
        for _ in 0..<Int.random(in: 1..<60, using: &random) {
            let key = isShort ? random.bytes(2) : random.bytes(32)
            let value = random.bytes(Int.random(in: 1...50, using: &random))
            builder.set(key, value)
            model[key] = value
        }
        return (builder, model)
    }

    @Test func `a proof that was made verifies, present and absent`() throws {
        var random = SeededGenerator()
        for _ in 0..<300 {
            var (builder, model) = randomTrie(&random)
            var keys = Array(model.keys)
            for key in Array(keys.prefix(10)) {
                var other = key
                other[Int.random(in: 0..<key.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                keys.append(other)
            }
            let (root, proofs) = builder.proofs(of: keys)
            #expect(root == builder.root())
            for (key, proof) in zip(keys, proofs) {
                #expect(try MerklePatricia.verify(root: root, key: key, proof: proof) == model[key])
            }
        }
    }

    @Test func `a proof with any bit flipped, node added or node taken away is refused`() throws {
        var random = SeededGenerator()
        var refused = 0
        for _ in 0..<40 {
            var (builder, model) = randomTrie(&random)
            let key = try #require(model.keys.randomElement(using: &random))
            let (root, proofs) = builder.proofs(of: [key])
            let proof = proofs[0]
            for (node, bytes) in proof.enumerated() {
                for at in bytes.indices {
                    var changed = proof
                    changed[node][at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    #expect(throws: ProofError.hashMismatch(at: node)) {
                        try MerklePatricia.verify(root: root, key: key, proof: changed)
                    }
                    refused += 1
                }
                var shorter = proof
                shorter.remove(at: node)
                #expect(throws: ProofError.self) { try MerklePatricia.verify(root: root, key: key, proof: shorter) }
            }
            #expect(throws: ProofError.trailingNodes(at: proof.count)) {
                try MerklePatricia.verify(root: root, key: key, proof: proof + [proof[0]])
            }
        }
        #expect(refused > 10_000)
    }

    @Test func `the empty trie is proven by nothing or by its one node`() throws {
        let root = MerklePatricia.emptyRoot
        #expect(try MerklePatricia.verify(root: root, key: [1], proof: []) == nil)
        #expect(try MerklePatricia.verify(root: root, key: [1], proof: [[0x80]]) == nil)
        #expect(throws: ProofError.missingNode(at: 0)) {
            try MerklePatricia.verify(root: .zero, key: [1], proof: [])
        }
        #expect(throws: ProofError.trailingNodes(at: 1)) {
            try MerklePatricia.verify(root: root, key: [1], proof: [[0x80], [0x80]])
        }
    }

    /// RLP of a list of strings (nil = an item written raw by `raw`).
    private func node(_ items: [[UInt8]]) -> [UInt8] {
        var encoder = RLP.Encoder()
        encoder.appendList { list in for item in items { list.append(item) } }
        return encoder.bytes
    }

    @Test func `malformed nodes are refused by name even under a matching hash`() {
        let hash = [UInt8](repeating: 7, count: 32)
        func branch(_ children: Int, value: [UInt8] = []) -> [UInt8] {
            node((0..<16).map { $0 < children ? hash : [] } + [value])
        }
        let cases: [(bytes: [UInt8], error: ProofError)] = [
            ([], .notRLP(at: 0, .unexpectedEnd)),
            ([0x81, 0x01], .notRLP(at: 0, .wrappedByte)),
            ([0x83, 1, 2, 3], .notRLP(at: 0, .expectedList)),
            (node([[0x20], [1]]) + [0], .notRLP(at: 0, .trailingBytes)),
            (node([[1], [2], [3]]), .itemCount(at: 0)),
            (node([]), .itemCount(at: 0)),
            (node([[0x40, 1], [1]]), .hexPrefix(at: 0)),
            (node([[0x21, 1], [1]]), .hexPrefix(at: 0)),
            (node([[0x01], hash]), .hexPrefix(at: 0)),
            (node([[], [1]]), .hexPrefix(at: 0)),
            (node([[0x20, 1], []]), .notCanonical(at: 0)),
            (node([[0x00], hash]), .notCanonical(at: 0)),
            (node([[0x11], [1, 2, 3]]), .badChild(at: 0)),
            (node([[0x11], []]), .badChild(at: 0)),
            (branch(1), .notCanonical(at: 0)),
            (branch(0, value: [1]), .notCanonical(at: 0)),
            (node([[UInt8]](repeating: [5, 5], count: 17)), .badChild(at: 0)),
            (node([[UInt8]](repeating: [], count: 18)), .itemCount(at: 0)),
        ]
        for (bytes, error) in cases {
            #expect(throws: error, "\(Hex.encode(bytes))") {
                try MerklePatricia.verify(root: Keccak256.hash(bytes), key: [0x12], proof: [bytes])
            }
        }
    }

    @Test func `an embedded node follows the rules of its size`() throws {
        // An extension (nibble 1) with an embedded leaf is not canonical; with an embedded branch of two leaves it is.
        func raw(_ path: [UInt8], _ child: [UInt8]) -> [UInt8] {
            let payload = [0x80 + UInt8(path.count)] + path + child
            return [0xC0 + UInt8(payload.count)] + payload
        }
        let leaf: [UInt8] = [0xC2, 0x31, 0x05]
        let overLeaf: [UInt8] = [0xC4, 0x11] + leaf
        #expect(throws: ProofError.badChild(at: 0)) {
            try MerklePatricia.verify(root: Keccak256.hash(overLeaf), key: [0x11], proof: [overLeaf])
        }
        var builder = TrieBuilder()
        builder.set([0x12], [9])
        builder.set([0x13], [8])
        let (root, proofs) = builder.proofs(of: [[0x12], [0x14]])
        #expect(proofs[0].count == 1)
        #expect(try MerklePatricia.verify(root: root, key: [0x12], proof: proofs[0]) == [9])
        #expect(try MerklePatricia.verify(root: root, key: [0x14], proof: proofs[1]) == nil)
        let long = raw([0x00, 0x12], [0xDF] + [UInt8](repeating: 0x80, count: 31))
        #expect(throws: ProofError.embeddedTooLong(at: 0)) {
            try MerklePatricia.verify(root: Keccak256.hash(long), key: [0x12], proof: [long])
        }
        // A small node behind a hash should have been embedded.
        let small = [UInt8]([0xC3, 0x82, 0x20, 0x05]).dropLast() + []
        let parent = node((0..<16).map { $0 < 2 ? Keccak256.hash(Array(small)).bytes : [] } + [[]])
        #expect(throws: ProofError.notEmbedded(at: 1)) {
            try MerklePatricia.verify(root: Keccak256.hash(parent), key: [0x00], proof: [parent, Array(small)])
        }
    }

    @Test func `random and mutated nodes never trap`() throws {
        var random = SeededGenerator()
        var outcomes: [Bool: Int] = [:]
        for _ in 0..<30_000 {
            var (builder, model) = random.next() % 50 == 0 ? randomTrie(&random) : (TrieBuilder(), [:])
            let key = model.keys.randomElement(using: &random) ?? random.bytes(2)
            var nodes = builder.proofs(of: [key]).proofs[0]
            if nodes.isEmpty { nodes = [random.bytes(Int.random(in: 0..<80, using: &random))] }
            let at = Int.random(in: 0..<nodes.count, using: &random)
            nodes[at] = random.mutated(nodes[at])
            // Each node's own hash as the root, so that the decoder is reached.
            for node in nodes {
                let result = Result { try MerklePatricia.verify(root: Keccak256.hash(node), key: key, proof: [node]) }
                if case .success = result { outcomes[true, default: 0] += 1 } else { outcomes[false, default: 0] += 1 }
            }
        }
        #expect(outcomes[false, default: 0] > 20_000)
    }
}
