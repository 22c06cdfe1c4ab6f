import EVMCrypto
import TestSupport
import Testing

/// The curve precompiles as functions from bytes to bytes, nil for invalid input.
enum CurveFunctions {
    static let names = [
        "bn_add", "bn_multiply", "bn_pairing", "g1_add", "g1_msm", "g2_add", "g2_msm", "pairing", "map_g1", "map_g2",
        "kzg",
    ]

    static func call(_ name: String, _ input: [UInt8]) -> [UInt8]? {
        switch name {
        case "bn_add": filled(64) { BN254.add(input.span, into: &$0) }
        case "bn_multiply": filled(64) { BN254.multiply(input.span, into: &$0) }
        case "bn_pairing": BN254.pairingCheck(input.span).map(flag)
        case "g1_add": filled(128) { BLS12381.g1Add(input.span, into: &$0) }
        case "g1_msm": filled(128) { BLS12381.g1MultiScalar(input.span, into: &$0) }
        case "g2_add": filled(256) { BLS12381.g2Add(input.span, into: &$0) }
        case "g2_msm": filled(256) { BLS12381.g2MultiScalar(input.span, into: &$0) }
        case "pairing": BLS12381.pairingCheck(input.span).map(flag)
        case "map_g1": filled(128) { BLS12381.mapToG1(input.span, into: &$0) }
        case "map_g2": filled(256) { BLS12381.mapToG2(input.span, into: &$0) }
        case "kzg": KZG.verifyPointEvaluation(input.span) ? kzgOutput : nil
        default: fatalError("no curve function \(name)")
        }
    }

    /// 4096 and the groups' order: what the precompile gives for a valid proof.
    static let kzgOutput: [UInt8] =
        [UInt8](repeating: 0, count: 30) + [0x10, 0x00] + [
            0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d, 0x48, 0x33, 0x39, 0xd8, 0x08, 0x09, 0xa1, 0xd8, 0x05, 0x53, 0xbd,
            0xa4, 0x02, 0xff, 0xfe, 0x5b, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01,
        ]

    static func flag(_ value: Bool) -> [UInt8] { [UInt8](repeating: 0, count: 31) + [value ? 1 : 0] }

    private static func filled(_ count: Int, _ body: (inout MutableSpan<UInt8>) -> Bool) -> [UInt8]? {
        var output = [UInt8](repeating: 0xee, count: count)
        var span = output.mutableSpan
        guard body(&span) else {
            #expect(output.allSatisfy { $0 == 0xee }, "output touched on failure")
            return nil
        }
        return output
    }
}

/// The precompiles against EELS over py-ecc (Tests/Vectors/curves).
@Suite struct CurveVectorTests {
    /// Runs a file; returns how many cases each function had.
    static func run(_ file: String) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for vector in try OwnVectors.fields("curves/\(file)") {
            try #require(vector.count == 3)
            let input = try OwnVectors.bytes(vector[1])
            let expected: [UInt8]? = vector[2] == "fail" ? nil : try OwnVectors.bytes(vector[2])
            #expect(CurveFunctions.call(vector[0], input) == expected, "\(vector[0]) \(vector[1])")
            counts[vector[0], default: 0] += 1
        }
        return counts
    }

    @Test func bn254EqualsTheSpecification() throws {
        #expect(try Self.run("bn254.txt") == ["bn_add": 49, "bn_multiply": 52, "bn_pairing": 37])
    }

    @Test func bls12381EqualsTheSpecification() throws {
        let counts = try Self.run("bls12381.txt")
        #expect(
            counts == [
                "g1_add": 27, "g1_msm": 32, "g2_add": 23, "g2_msm": 25, "pairing": 31, "map_g1": 24, "map_g2": 27,
            ])
    }

    @Test func kzgEqualsTheSpecification() throws {
        #expect(try Self.run("kzg.txt") == ["kzg": 70])
    }
}
