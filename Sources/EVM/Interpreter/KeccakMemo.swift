internal import EVMCrypto
internal import EVMTypes

/// Remembers hashes of 64-byte inputs: contracts hash the same mapping keys over and over, and a hash costs fifty times
/// a look. Direct-mapped; a newer input takes an older one's place.
struct KeccakMemo: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var first: U256
        var second: U256
        var hash: U256
    }

    private static let size = 1_024
    private let entries: UnsafeMutablePointer<Entry>

    init() {
        entries = .allocate(capacity: Self.size)
        let known = Keccak256.hash(.zero, .zero).word
        entries.initialize(repeating: Entry(first: .zero, second: .zero, hash: known), count: Self.size)
    }

    deinit { entries.deallocate() }

    /// keccak256(first ‖ second).
    @inline(__always) func hash(_ first: U256, _ second: U256) -> U256 {
        let mixed =
            (first.w0 ^ first.w3 &* 3) &* 0x9e37_79b9_7f4a_7c15 ^ (second.w0 ^ first.w1) &* 0xc2b2_ae3d_27d4_eb4f
        let slot = Int(truncatingIfNeeded: mixed &>> 54)
        if entries[slot].first == first, entries[slot].second == second { return entries[slot].hash }
        let hash = Keccak256.hash(first, second).word
        entries[slot] = Entry(first: first, second: second, hash: hash)
        return hash
    }
}
