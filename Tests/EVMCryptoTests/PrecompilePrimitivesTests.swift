import EVMCrypto
import EVMTypes
import TestSupport
import Testing

/// The primitives behind the precompiled contracts, called as themselves. EVMTests has their vectors in bulk.
@Suite struct PrecompilePrimitivesTests {
    static func vectors(_ contract: String) throws -> [(input: [UInt8], output: [UInt8])] {
        try OwnVectors.fields("precompiles/run.txt").filter { $0[1] == contract && $0[2] != "=" && $0[4] != "fail" }
            .map { (try OwnVectors.bytes($0[2]), try OwnVectors.bytes($0[4])) }
    }

    @Test func ripemd160EqualsPycryptodome() throws {
        let vectors = try Self.vectors("ripemd160")
        #expect(vectors.count == 15)
        for (input, output) in vectors {
            let digest = RIPEMD160.hash(input.span)
            #expect((0..<20).map { digest[$0] } == Array(output[12...]))
        }
    }

    /// Source: the examples in RIPEMD-160's paper, appendix B.
    @Test func ripemd160EqualsItsPaper() {
        for (text, hex) in [
            ("", "9c1185a5c5e9fc54612808977ee8f548b2258d31"), ("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
            (String(repeating: "1234567890", count: 8), "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
            (String(repeating: "a", count: 1_000_000), "52783243c1697bdbe16d37f97f68f08325dc1528"),
        ] {
            let digest = RIPEMD160.hash(Array(text.utf8).span)
            #expect(Address(bytes: (0..<20).map { digest[$0] }).hex == "0x" + hex)
        }
    }

    @Test func sha256OfASpanEqualsThatOfAnArray() throws {
        for (input, output) in try Self.vectors("sha256") {
            #expect(SHA256.hash(input.span).bytes == output)
            #expect(SHA256.hash(input).bytes == output)
            let padded: [UInt8] = [1, 2] + input + [3]
            #expect(SHA256.hash(padded.span.extracting(2..<2 + input.count)).bytes == output)
        }
    }

    /// Powers small enough for 64 bits, every combination of short operands.
    @Test func powersOfSmallNumbersAreRight() {
        func power(_ base: UInt64, _ exponent: UInt64, _ modulus: UInt64) -> UInt64 {
            if modulus == 0 { return 0 }
            var result = 1 % modulus
            for _ in 0..<exponent { result = (result * (base % modulus)) % modulus }
            return result
        }
        func bytes(_ value: UInt64, _ width: Int) -> [UInt8] {
            (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
        }
        // One value for all: what a call leaves behind must not matter to the next.
        var powers = ModularExponentiation()
        for modulus in UInt64(0)...20 {
            for base in UInt64(0)...11 {
                for exponent in UInt64(0)...9 {
                    for width in [1, 3, 8] {
                        var out = [UInt8](repeating: 0xaa, count: width)
                        var span = out.mutableSpan
                        let operands = (bytes(base, width), bytes(exponent, width), bytes(modulus, width))
                        powers.power(
                            base: operands.0.span, exponent: operands.1.span, modulus: operands.2.span, into: &span)
                        #expect(out == bytes(power(base, exponent, modulus), width), "\(base)^\(exponent)%\(modulus)")
                    }
                }
            }
        }
    }

    @Test func aShortModulusIsFollowedByZerosAndALongOneIsCut() {
        func power(_ modulus: [UInt8], width: Int) -> [UInt8] {
            var out = [UInt8](repeating: 0, count: width)
            var span = out.mutableSpan
            var powers = ModularExponentiation()
            powers.power(
                base: [0x02, 0x05].span, exponent: [2].span, modulus: modulus.span, into: &span)
            return out
        }
        // 517^2 = 267,289 = 0x041419.
        #expect(power([1], width: 2) == [0x00, 0x19])  // modulo 0x0100
        #expect(power([1], width: 3) == [0x00, 0x14, 0x19])  // modulo 0x010000
        #expect(power([], width: 3) == [0, 0, 0])
        #expect(power([1, 0, 9], width: 2) == [0x00, 0x19])
        #expect(power([7], width: 0) == [])
    }

    @Test func blake2FRefusesWrongShapes() {
        var out = [UInt8](repeating: 7, count: 64)
        var input = [UInt8](repeating: 0, count: 213)
        var span = out.mutableSpan
        #expect(Blake2F.compress(input.span, into: &span))
        input[212] = 2
        #expect(!Blake2F.compress(input.span, into: &span))
        #expect(!Blake2F.compress(input.span.extracting(0..<212), into: &span))
        var short = [UInt8](repeating: 0, count: 63)
        var shortSpan = short.mutableSpan
        input[212] = 0
        #expect(!Blake2F.compress(input.span, into: &shortSpan))
    }

    @Test func p256ComesTheSameFromManyThreads() async throws {
        let vectors = try OwnVectors.fields("precompiles/p256.txt").map {
            (try OwnVectors.bytes($0[1]), $0[2] == "1")
        }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { vectors.allSatisfy { P256.verify(precompileInput: $0.0.span) == $0.1 } }
            }
            for await same in group { #expect(same) }
        }
    }

    @Test func ecrecoverReadsItsFourWords() throws {
        let vectors = try Self.vectors("ecrecover")
        #expect(vectors.count == 53)
        for (input, output) in vectors {
            let address = Secp256k1.recover(precompileInput: input.span)
            #expect(address.map(\.word.bigEndianBytes) ?? [] == output)
        }
    }
}
