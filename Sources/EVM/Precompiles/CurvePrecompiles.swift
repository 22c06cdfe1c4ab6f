/// The curve contracts of which the arithmetic is not there yet.
@usableFromInline enum CurvePrecompiles {
    /// Whether `precompile` is refused by its name: `PrecompileSet` then gives no contract for its address.
    @usableFromInline static func isMissing(_ precompile: Precompile) -> Bool {
        switch precompile {
        case .bn254Add, .bn254Multiply, .bn254Pairing, .pointEvaluation: true
        case .blsG1Add, .blsG1MultiScalar, .blsG2Add, .blsG2MultiScalar, .blsPairing, .blsMapToG1, .blsMapToG2: true
        case .ecrecover, .sha256, .ripemd160, .identity, .modexp, .blake2f, .p256Verify: false
        }
    }

    /// Runs one of them; false for now, and never reached through `PrecompileSet`.
    static func run(_ precompile: Precompile, _ input: Span<UInt8>, into output: inout [UInt8]) -> Bool { false }
}
