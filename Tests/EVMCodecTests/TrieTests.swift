import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct TrieTests {
    /// Text of the official files: hex after `0x`, else the text's own bytes.
    private func bytes(_ text: String) -> [UInt8] { text.hasPrefix("0x") ? hex(text) : Array(text.utf8) }

    /// The pairs of an official case; null is the empty value, which removes.
    private func pairs(_ input: JSON) throws -> [(key: [UInt8], value: [UInt8])] {
        if let object = input.object {
            return try zip(object.keys, object.values).map { (bytes($0), bytes(try #require($1.string))) }
        }
        return try #require(input.array).map { pair in
            (bytes(try #require(pair[0]?.string)), pair[1]?.string.map(bytes) ?? [])
        }
    }

    @Test func `the official tries have the official roots`() throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: "small/TrieTests") else { return }
        var count = 0
        for file in files where !file.lastPathComponent.contains("nextprev") {
            let isSecure = file.lastPathComponent.lowercased().contains("secure")
            let cases = try #require(parsedJSON(file).object)
            for (name, test) in zip(cases.keys, cases.values) {
                let pairs = try pairs(try #require(test["in"]))
                let root = isSecure ? MerklePatricia.secureRoot(pairs) : MerklePatricia.root(pairs)
                #expect(root == test["root"]?.hash32, "\(file.lastPathComponent) \(name)")
                count += 1
            }
        }
        // trietestnextprev is one case about iteration, which this trie does not offer.
        #expect(files.count == 6 && count == 17)
    }

    @Test func `roots and proofs are those of py-trie`() throws {
        let cases = try #require(ownVectors("trie/tries.json").array)
        var proofs = 0
        for test in cases {
            let pairs = try #require(test["pairs"]?.array).map {
                (key: hex(try #require($0[0]?.string)), value: hex(try #require($0[1]?.string)))
            }
            let root = try #require(test["root"]?.string.flatMap { Hash32(hex: $0) })
            #expect(MerklePatricia.root(pairs) == root)
            #expect(MerklePatricia.root(pairs.reversed()) == root)
            if test["kind"] == "index" { #expect(MerklePatricia.orderedRoot(pairs.map(\.value)) == root) }
            var builder = TrieBuilder()
            for (key, value) in pairs { builder.set(key, value) }
            let wanted = try #require(test["proofs"]?.array)
            let keys = try wanted.map { hex(try #require($0["key"]?.string)) }
            let made = builder.proofs(of: keys)
            #expect(made.root == root)
            for (index, proof) in wanted.enumerated() {
                let nodes = try #require(proof["nodes"]?.array).map { hex(try #require($0.string)) }
                #expect(made.proofs[index] == nodes)
                let value = try MerklePatricia.verify(root: root, key: keys[index], proof: nodes)
                #expect(value == proof["value"]?.string.map { hex($0) })
                proofs += 1
            }
        }
        #expect(cases.count == 50 && proofs > 280)
    }

    @Test func `an order of putting and removing does not matter`() {
        var random = SeededGenerator()
        for _ in 0..<200 {
            var builder = TrieBuilder()
            var model: [[UInt8]: [UInt8]] = [:]
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                let key = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    ([0, 1, 16, 255] as [UInt8]).randomElement(using: &random)!
                }
                let value = random.bytes(Int.random(in: 0...40, using: &random))
                builder.set(key, value)
                model[key] = value.isEmpty ? nil : value
                if Bool.random(using: &random) {
                    #expect(builder.root() == MerklePatricia.root(model.map { ($0, $1) }))
                }
            }
            #expect(builder.root() == MerklePatricia.root(model.map { ($0, $1) }))
        }
    }

    @Test func `the empty trie and the empty account have their known hashes`() throws {
        #expect(MerklePatricia.emptyRoot == Keccak256.hash([0x80]))
        #expect(MerklePatricia.orderedRoot([]) == MerklePatricia.emptyRoot)
        #expect(MerklePatricia.storageRoot([(U256.one, U256.zero)]) == MerklePatricia.emptyRoot)
        #expect(TrieAccount.emptyCodeHash == Keccak256.hash([]))
        let account = TrieAccount(nonce: 7, balance: 1 << 90, storageRoot: Hash32(3), codeHash: Hash32(4))
        #expect(try TrieAccount(decoding: account.encoded()) == account)
        #expect(throws: RLPError.self) { try TrieAccount(decoding: account.encoded() + [0]) }
    }
}
