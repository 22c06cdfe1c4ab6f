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

/// The sponge's 25 lanes; `permute` is in KeccakPermutation_c.swift.
struct KeccakState: Sendable {
    static let rate = 136
    var lanes = InlineArray<25, UInt64>(repeating: 0)

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
}
