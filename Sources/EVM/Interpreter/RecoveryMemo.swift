internal import EVMTypes

/// Remembers what ECRECOVER answered: a permit's signature is recovered again in every candidate that runs on top of
/// the same transaction, and costs ten thousand times a look. Direct-mapped; a newer input takes an older one's place.
struct RecoveryMemo: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var digest: U256
        var v: U256
        var r: U256
        var s: U256
        /// The signer as a word; zero when nothing is recovered.
        var signer: U256
        var isUsed: Bool
    }

    private static let size = 256
    private let entries: UnsafeMutablePointer<Entry>

    init() {
        entries = .allocate(capacity: Self.size)
        let none = Entry(digest: .zero, v: .zero, r: .zero, s: .zero, signer: .zero, isUsed: false)
        entries.initialize(repeating: none, count: Self.size)
    }

    deinit { entries.deallocate() }

    @inline(__always) private func slot(_ input: UnsafeRawPointer) -> Int {
        let mixed = loadWord(input).w0 ^ loadWord(input + 64).w0 &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: (mixed &* 0xc2b2_ae3d_27d4_eb4f) &>> 56)
    }

    /// The signer of these 128 bytes, zero for none; nil when they are not remembered.
    func signer(_ input: UnsafeRawPointer) -> U256? {
        let entry = entries[slot(input)]
        guard entry.isUsed, entry.digest == loadWord(input), entry.v == loadWord(input + 32),
            entry.r == loadWord(input + 64), entry.s == loadWord(input + 96)
        else { return nil }
        return entry.signer
    }

    func remember(_ input: UnsafeRawPointer, _ signer: U256) {
        entries[slot(input)] = Entry(
            digest: loadWord(input), v: loadWord(input + 32), r: loadWord(input + 64), s: loadWord(input + 96),
            signer: signer, isUsed: true)
    }
}
