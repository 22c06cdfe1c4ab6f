public import EVMTypes

/// Keccak-256 as Ethereum uses it: the original Keccak padding (0x01), not SHA3's.
///
/// Source: The Keccak reference, version 3.0; FIPS 202 for the permutation. One permutation for each started 136 bytes.
public enum Keccak256 {
    /// The hash of `bytes`. No allocation.
    @inlinable
    public static func hash(_ bytes: [UInt8]) -> Hash32 { hash(bytes.span) }

    /// The hash of `bytes`. No allocation.
    public static func hash(_ bytes: Span<UInt8>) -> Hash32 {
        var state = KeccakState()
        var offset = 0
        while bytes.count - offset >= KeccakState.rate {
            state.absorbBlock(bytes, at: offset)
            offset += KeccakState.rate
        }
        state.absorbLast(bytes, from: offset)
        return state.digest()
    }

    /// The hash of two words' 64 bytes, `first ‖ second`: a mapping's storage slot, a public key. No allocation.
    public static func hash(_ first: U256, _ second: U256) -> Hash32 {
        var state = KeccakState()
        state.absorb(first, atLane: 0)
        state.absorb(second, atLane: 4)
        state.finish(at: 64)
        return state.digest()
    }

    /// Hashes in pieces; the result equals the one-shot hash of all pieces in order. No allocation.
    public struct Hasher: Sendable {
        private var state = KeccakState()
        /// How many bytes of the current block are in the state. Below 136.
        private var filled = 0

        /// Starts with nothing taken.
        public init() {}

        /// Takes the next piece.
        public mutating func update(_ bytes: Span<UInt8>) {
            var offset = 0
            while offset < bytes.count {
                if filled == 0, bytes.count - offset >= KeccakState.rate {
                    state.absorbBlock(bytes, at: offset)
                    offset += KeccakState.rate
                } else {
                    take(bytes[offset])
                    offset += 1
                }
            }
        }

        /// Takes the next piece.
        public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

        /// Takes the next piece, byte by byte.
        public mutating func update(_ bytes: some Collection<UInt8>) {
            for byte in bytes { take(byte) }
        }

        /// The hash of everything taken so far; the hasher can go on.
        public func finalized() -> Hash32 {
            var last = state
            last.finish(at: filled)
            return last.digest()
        }

        private mutating func take(_ byte: UInt8) {
            state.absorb(byte, at: filled)
            filled += 1
            if filled == KeccakState.rate {
                state.permute()
                filled = 0
            }
        }
    }
}

/// The sponge's 25 lanes, and the 24 rounds over them.
struct KeccakState: Sendable {
    static let rate = 136
    private var lanes = InlineArray<25, UInt64>(repeating: 0)

    private static let constants: InlineArray<24, UInt64> = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]

    /// Takes the 136 bytes at `offset`. Precondition: they lie inside.
    mutating func absorbBlock(_ bytes: Span<UInt8>, at offset: Int) {
        precondition(offset >= 0 && bytes.count - offset >= Self.rate, "a block leaves its message")
        unsafe bytes.withUnsafeBytes { buffer in
            for lane in 0..<17 {
                // Inside by the check above: offset + 8 * 16 + 8 = offset + 136.
                let word = unsafe buffer.loadUnaligned(fromByteOffset: offset &+ lane &* 8, as: UInt64.self)
                lanes[lane] ^= UInt64(littleEndian: word)
            }
        }
        permute()
    }

    /// Takes the rest of the message, fewer than 136 bytes, and the padding.
    mutating func absorbLast(_ bytes: Span<UInt8>, from offset: Int) {
        let count = bytes.count - offset
        precondition(offset >= 0 && count >= 0 && count < Self.rate, "the last block is not shorter than a block")
        unsafe bytes.withUnsafeBytes { buffer in
            let whole = count / 8
            for lane in 0..<whole {
                // Inside by the check above: 8 * (count / 8) <= count.
                let word = unsafe buffer.loadUnaligned(fromByteOffset: offset &+ lane &* 8, as: UInt64.self)
                lanes[lane] ^= UInt64(littleEndian: word)
            }
            for index in whole * 8..<count {
                absorb(unsafe buffer[offset &+ index], at: index)
            }
        }
        finish(at: count)
    }

    /// Takes one byte at `position` of the block, without permuting.
    mutating func absorb(_ byte: UInt8, at position: Int) {
        lanes[position / 8] ^= UInt64(byte) << UInt64(position % 8 * 8)
    }

    /// Takes a word's 32 big-endian bytes at a lane, without permuting.
    mutating func absorb(_ word: U256, atLane lane: Int) {
        lanes[lane] ^= word.w3.byteSwapped
        lanes[lane + 1] ^= word.w2.byteSwapped
        lanes[lane + 2] ^= word.w1.byteSwapped
        lanes[lane + 3] ^= word.w0.byteSwapped
    }

    /// Pads a block of `count` bytes and permutes: Keccak's padding, a 1 bit after the message and one at the block's
    /// end.
    mutating func finish(at count: Int) {
        absorb(0x01, at: count)
        absorb(0x80, at: Self.rate - 1)
        permute()
    }

    func digest() -> Hash32 {
        Hash32(
            U256(
                limbs: lanes[3].byteSwapped, lanes[2].byteSwapped, lanes[1].byteSwapped, lanes[0].byteSwapped))
    }

    @inline(__always)
    private static func rotate(_ x: UInt64, _ n: UInt64) -> UInt64 { x &<< n | x &>> (64 &- n) }

    // One lane a local variable: 25 registers' worth that the compiler keeps out of memory where it can.
    // swift-format-ignore
    mutating func permute() {
        var a00 = lanes[0], a01 = lanes[1], a02 = lanes[2], a03 = lanes[3], a04 = lanes[4]
        var a05 = lanes[5], a06 = lanes[6], a07 = lanes[7], a08 = lanes[8], a09 = lanes[9]
        var a10 = lanes[10], a11 = lanes[11], a12 = lanes[12], a13 = lanes[13], a14 = lanes[14]
        var a15 = lanes[15], a16 = lanes[16], a17 = lanes[17], a18 = lanes[18], a19 = lanes[19]
        var a20 = lanes[20], a21 = lanes[21], a22 = lanes[22], a23 = lanes[23], a24 = lanes[24]
        for round in 0..<24 {
            let c0 = a00 ^ a05 ^ a10 ^ a15 ^ a20, c1 = a01 ^ a06 ^ a11 ^ a16 ^ a21
            let c2 = a02 ^ a07 ^ a12 ^ a17 ^ a22, c3 = a03 ^ a08 ^ a13 ^ a18 ^ a23
            let c4 = a04 ^ a09 ^ a14 ^ a19 ^ a24
            let d0 = c4 ^ Self.rotate(c1, 1), d1 = c0 ^ Self.rotate(c2, 1), d2 = c1 ^ Self.rotate(c3, 1)
            let d3 = c2 ^ Self.rotate(c4, 1), d4 = c3 ^ Self.rotate(c0, 1)
            let b00 = a00 ^ d0, b01 = Self.rotate(a06 ^ d1, 44), b02 = Self.rotate(a12 ^ d2, 43)
            let b03 = Self.rotate(a18 ^ d3, 21), b04 = Self.rotate(a24 ^ d4, 14)
            let b05 = Self.rotate(a03 ^ d3, 28), b06 = Self.rotate(a09 ^ d4, 20), b07 = Self.rotate(a10 ^ d0, 3)
            let b08 = Self.rotate(a16 ^ d1, 45), b09 = Self.rotate(a22 ^ d2, 61)
            let b10 = Self.rotate(a01 ^ d1, 1), b11 = Self.rotate(a07 ^ d2, 6), b12 = Self.rotate(a13 ^ d3, 25)
            let b13 = Self.rotate(a19 ^ d4, 8), b14 = Self.rotate(a20 ^ d0, 18)
            let b15 = Self.rotate(a04 ^ d4, 27), b16 = Self.rotate(a05 ^ d0, 36), b17 = Self.rotate(a11 ^ d1, 10)
            let b18 = Self.rotate(a17 ^ d2, 15), b19 = Self.rotate(a23 ^ d3, 56)
            let b20 = Self.rotate(a02 ^ d2, 62), b21 = Self.rotate(a08 ^ d3, 55), b22 = Self.rotate(a14 ^ d4, 39)
            let b23 = Self.rotate(a15 ^ d0, 41), b24 = Self.rotate(a21 ^ d1, 2)
            a00 = b00 ^ (~b01 & b02) ^ Self.constants[round]
            a01 = b01 ^ (~b02 & b03); a02 = b02 ^ (~b03 & b04); a03 = b03 ^ (~b04 & b00); a04 = b04 ^ (~b00 & b01)
            a05 = b05 ^ (~b06 & b07); a06 = b06 ^ (~b07 & b08); a07 = b07 ^ (~b08 & b09)
            a08 = b08 ^ (~b09 & b05); a09 = b09 ^ (~b05 & b06)
            a10 = b10 ^ (~b11 & b12); a11 = b11 ^ (~b12 & b13); a12 = b12 ^ (~b13 & b14)
            a13 = b13 ^ (~b14 & b10); a14 = b14 ^ (~b10 & b11)
            a15 = b15 ^ (~b16 & b17); a16 = b16 ^ (~b17 & b18); a17 = b17 ^ (~b18 & b19)
            a18 = b18 ^ (~b19 & b15); a19 = b19 ^ (~b15 & b16)
            a20 = b20 ^ (~b21 & b22); a21 = b21 ^ (~b22 & b23); a22 = b22 ^ (~b23 & b24)
            a23 = b23 ^ (~b24 & b20); a24 = b24 ^ (~b20 & b21)
        }
        lanes[0] = a00; lanes[1] = a01; lanes[2] = a02; lanes[3] = a03; lanes[4] = a04
        lanes[5] = a05; lanes[6] = a06; lanes[7] = a07; lanes[8] = a08; lanes[9] = a09
        lanes[10] = a10; lanes[11] = a11; lanes[12] = a12; lanes[13] = a13; lanes[14] = a14
        lanes[15] = a15; lanes[16] = a16; lanes[17] = a17; lanes[18] = a18; lanes[19] = a19
        lanes[20] = a20; lanes[21] = a21; lanes[22] = a22; lanes[23] = a23; lanes[24] = a24
    }
}
