import EVMCodec
import EVMTypes
import TestSupport
import Testing

@Suite struct MutableTrieTests {
    @Test func `after any puts and removals root, values and proofs are those of the pairs`() throws {
        var random = SeededGenerator()
        for round in 0..<150 {
            var trie = MutableTrie()
            var model: [[UInt8]: [UInt8]] = [:]
            // Short keys of few different nibbles share and end inside each other's paths; long ones are as in a state.
            let isLong = round % 3 == 0
            func key() -> [UInt8] {
                if isLong {
                    var bytes = [UInt8](repeating: 7, count: 32)
                    for index in [0, 15, 31] { bytes[index] = UInt8.random(in: 0...3, using: &random) &* 0x11 }
                    return bytes
                }
                return (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    ([0, 1, 16, 17] as [UInt8]).randomElement(using: &random)!
                }
            }
            for _ in 0..<120 {
                let key = key()
                let value = random.next() % 3 == 0 ? [] : random.bytes(Int.random(in: 1...40, using: &random))
                trie.set(key, value)
                model[key] = value.isEmpty ? nil : value
                if random.next() % 4 == 0 { #expect(trie.root() == MerklePatricia.root(model.map { ($0, $1) })) }
            }
            var builder = TrieBuilder()
            for (key, value) in model { builder.set(key, value) }
            let keys = Array(model.keys) + (0..<10).map { _ in key() }
            let (root, proofs) = builder.proofs(of: keys)
            #expect(trie.root() == root && trie.isEmpty == model.isEmpty)
            for (key, proof) in zip(keys, proofs) {
                #expect(trie.value(key) == model[key])
                #expect(trie.proof(of: key) == proof)
            }
            for key in model.keys.shuffled(using: &random) { trie.set(key, []) }
            #expect(trie.isEmpty && trie.root() == MerklePatricia.emptyRoot && trie.proof(of: [1]) == [])
        }
    }

    @Test func `a copy does not follow the original`() {
        var trie = MutableTrie()
        trie.set([1, 2], [3])
        var copy = trie
        let root = copy.root()
        trie.set([1, 3], [4])
        #expect(copy.root() == root && trie.root() != root)
    }
}
