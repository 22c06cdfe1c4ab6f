internal import EVMTypes

extension Span<UInt8> {
    /// The 8 bytes at `offset` as a big-endian word. Precondition: they lie inside.
    @inline(__always)
    func bigEndianWord(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && count - offset >= 8, "a word leaves its input")
        return unsafe withUnsafeBytes { buffer in
            // Inside by the check above.
            UInt64(bigEndian: unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    /// The 32 bytes at `offset` as a big-endian number. Precondition: they lie inside.
    func bigEndianU256(at offset: Int) -> U256 {
        U256(
            limbs: bigEndianWord(at: offset + 24), bigEndianWord(at: offset + 16), bigEndianWord(at: offset + 8),
            bigEndianWord(at: offset))
    }
}

extension MutableSpan<UInt8> {
    /// Writes a word as 8 big-endian bytes. Precondition: they lie inside.
    mutating func storeBigEndian(_ word: UInt64, at offset: Int) {
        for i in 0..<8 { self[offset + i] = UInt8(truncatingIfNeeded: word &>> UInt64(56 - 8 * i)) }
    }
}

extension Span<UInt8> {
    /// The 48 bytes at `offset` as a big-endian number. Precondition: they lie inside.
    func bigEndianLimbs6(at offset: Int) -> Limbs6 {
        Limbs6(
            bigEndianWord(at: offset + 40), bigEndianWord(at: offset + 32), bigEndianWord(at: offset + 24),
            bigEndianWord(at: offset + 16), bigEndianWord(at: offset + 8), bigEndianWord(at: offset))
    }
}
