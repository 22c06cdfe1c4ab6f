import EVMCrypto
import EVMTypes

/// The contracts of curve arithmetic: their lengths and their answers around EVMCrypto's functions.
enum CurvePrecompiles {
    /// Runs one of them; false for an input of the wrong length or an invalid point, and for every other contract.
    ///
    /// Source: EIP-196 (short inputs are followed by zeros, further bytes are ignored), EIP-197, EIP-2537, EIP-4844.
    static func run(_ precompile: Precompile, _ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        switch precompile {
        case .bn254Add:
            return Precompile.appending(64, to: &output) { result in
                withPadding(input) { BN254.add($0, into: &result) }
            }
        case .bn254Multiply:
            return Precompile.appending(64, to: &output) { result in
                withPadding(input) { BN254.multiply($0.extracting(first: 96), into: &result) }
            }
        case .bn254Pairing: return answer(BN254.pairingCheck(input), to: &output)
        case .pointEvaluation:
            guard KZG.verifyPointEvaluation(input) else { return false }
            Precompile.append(fieldElementsPerBlob, to: &output)
            Precompile.append(blsModulus, to: &output)
            return true
        case .blsG1Add: return Precompile.appending(128, to: &output) { BLS12381.g1Add(input, into: &$0) }
        case .blsG1MultiScalar:
            return Precompile.appending(128, to: &output) { BLS12381.g1MultiScalar(input, into: &$0) }
        case .blsG2Add: return Precompile.appending(256, to: &output) { BLS12381.g2Add(input, into: &$0) }
        case .blsG2MultiScalar:
            return Precompile.appending(256, to: &output) { BLS12381.g2MultiScalar(input, into: &$0) }
        case .blsPairing: return answer(BLS12381.pairingCheck(input), to: &output)
        case .blsMapToG1: return Precompile.appending(128, to: &output) { BLS12381.mapToG1(input, into: &$0) }
        case .blsMapToG2: return Precompile.appending(256, to: &output) { BLS12381.mapToG2(input, into: &$0) }
        case .ecrecover, .sha256, .ripemd160, .identity, .modexp, .blake2f, .p256Verify: return false
        }
    }

    /// Point evaluation's answer: how many field elements a blob has, and the order of BLS12-381's groups.
    private static let fieldElementsPerBlob: U256 = 4_096
    private static let blsModulus = U256(
        lo: 0x53bd_a402_fffe_5bfe_ffff_ffff_0000_0001, hi: 0x73ed_a753_299d_7d48_3339_d808_09a1_d805)

    /// Appends 1 or 0 as a word; false for nil, the mark of an invalid input.
    private static func answer(_ check: Bool?, to output: inout [UInt8]) -> Bool {
        guard let check else { return false }
        Precompile.append(check ? 1 : 0, to: &output)
        return true
    }

    /// Lends the first 128 bytes of `input`, with zeros for those that it lacks.
    private static func withPadding(_ input: Span<UInt8>, _ body: (Span<UInt8>) -> Bool) -> Bool {
        if input.count >= 128 { return body(input.extracting(first: 128)) }
        var padded = InlineArray<128, UInt8>(repeating: 0)
        for index in input.indices { padded[index] = input[index] }
        return body(padded.span)
    }
}
