import EVMTypes
import TestSupport
import Testing

@testable import EVMCrypto

@Suite struct Keccak256Tests {
    @Test func knownHashes() {
        #expect(Keccak256.hash([]).hex == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        #expect(
            Keccak256.hash(Array("abc".utf8)).hex
                == "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")
        #expect(
            Keccak256.hash(Array("Sync(uint112,uint112)".utf8)).hex
                == "0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1")
    }

    /// The message of length n in Tests/Vectors/keccak: byte i is (7i + 13n + 5) mod 256.
    static func message(_ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: 7 * $0 + 13 * length + 5) }
    }

    @Test func everyLengthUpTo300EqualsTheSecondImplementation() throws {
        let vectors = try OwnVectors.fields("keccak/keccak256.txt")
        #expect(vectors.count == 303)
        for vector in vectors {
            let length = try #require(Int(vector[0]))
            #expect(Keccak256.hash(Self.message(length)).hex == "0x" + vector[1], "length \(length)")
        }
    }

    /// Whichever form the processor of this machine has, both give the same state.
    @Test func bothFormsOfThePermutationAgree() {
        var fast = KeccakState()
        var plain = KeccakState()
        for turn in 0..<1_000 {
            fast.lanes[turn % 25] ^= UInt64(turn) &* 0x9e37_79b9_7f4a_7c15
            plain.lanes[turn % 25] ^= UInt64(turn) &* 0x9e37_79b9_7f4a_7c15
            fast.permute()
            plain.permuteAnywhere()
            for lane in 0..<25 { #expect(fast.lanes[lane] == plain.lanes[lane]) }
        }
    }

    @Test func piecesHashLikeTheWholeAtEveryCut() {
        for length in [0, 1, 7, 8, 135, 136, 137, 271, 272, 273, 300] {
            let message = Self.message(length)
            let whole = Keccak256.hash(message)
            for cut in 0...length {
                var hasher = Keccak256.Hasher()
                hasher.update(message[..<cut])
                hasher.update(Array(message[cut...]))
                #expect(hasher.finalized() == whole, "length \(length) cut at \(cut)")
            }
        }
    }

    @Test func manyRandomPiecesHashLikeTheWhole() {
        var generator = SeededGenerator()
        for _ in 0..<50 {
            let message = Self.message(Int.random(in: 0...2000, using: &generator))
            var hasher = Keccak256.Hasher(), rest = message[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 0...300, using: &generator))
                hasher.update(rest.prefix(count))
                rest = rest.dropFirst(count)
                #expect(hasher.finalized() == Keccak256.hash(Array(message[..<rest.startIndex])))
            }
            #expect(hasher.finalized() == Keccak256.hash(message), "seed \(generator.seed)")
        }
    }

    @Test func twoWordsHashLikeTheirBytes() {
        var generator = SeededGenerator()
        for _ in 0..<100 {
            let a = U256(limbs: generator.next(), generator.next(), generator.next(), generator.next())
            let b = U256(limbs: generator.next(), generator.next(), generator.next(), generator.next())
            #expect(Keccak256.hash(a, b) == Keccak256.hash(a.bigEndianBytes + b.bigEndianBytes))
        }
    }

    @Test func aHasherGoesOnAfterItsResultWasRead() {
        var hasher = Keccak256.Hasher()
        hasher.update(Array("ab".utf8))
        _ = hasher.finalized()
        hasher.update(Array("c".utf8))
        #expect(hasher.finalized() == Keccak256.hash(Array("abc".utf8)))
    }
}
