internal import CKeccak

extension KeccakState {
    /// Keccak-f[1600]. Source: The Keccak reference, version 3.0; FIPS 202 §3. About 300 ns.
    @inline(__always)
    mutating func permute() {
        var span = lanes.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { unsafe martlet_keccak_permute($0.baseAddress!) }
    }

    /// The same in the form for every processor; for tests.
    mutating func permuteAnywhere() {
        var span = lanes.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { unsafe martlet_keccak_permute_anywhere($0.baseAddress!) }
    }
}
