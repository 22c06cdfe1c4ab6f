/// The compression function F of BLAKE2b, as the precompiled contract 0x09 takes it.
///
/// Source: RFC 7693 §3.2, EIP-152.
public enum Blake2F {
    /// The length of an input: rounds (4, big-endian) ‖ h (64) ‖ m (128) ‖ t (16) ‖ last-block flag (1), the middle
    /// ones as little-endian words of 8 bytes.
    public static let inputLength = 213

    /// Compresses `input` and writes the 64 bytes of the new state to `output`.
    ///
    /// False, and nothing written, when `input` is not 213 bytes, its last byte is neither 0 nor 1, or `output` is not
    /// 64 bytes. About 12 ns a round, of which the input asks for up to 2^32 - 1: the caller's gas must bound them.
    /// No allocation.
    public static func compress(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard input.count == inputLength, output.count == 64, input[212] <= 1 else { return false }
        let rounds = UInt32(input[0]) << 24 | UInt32(input[1]) << 16 | UInt32(input[2]) << 8 | UInt32(input[3])
        var h = InlineArray<8, UInt64>(repeating: 0), m = InlineArray<16, UInt64>(repeating: 0)
        var t0: UInt64 = 0, t1: UInt64 = 0
        unsafe input.withUnsafeBytes { raw in
            // All inside: the last word starts at 204 and the length is 213.
            for index in 0..<8 { h[index] = unsafe word(raw, 4 &+ index &* 8) }
            for index in 0..<16 { m[index] = unsafe word(raw, 68 &+ index &* 8) }
            t0 = unsafe word(raw, 196)
            t1 = unsafe word(raw, 204)
        }
        var v = Working(h, t0, t1, isLast: input[212] == 1)
        run(rounds, &v, m)
        let mixed = v.folded(h)
        unsafe output.withUnsafeMutableBytes { raw in
            // 8 words of 8 bytes fill the 64.
            for index in 0..<8 {
                unsafe raw.storeBytes(of: mixed[index].littleEndian, toByteOffset: index &* 8, as: UInt64.self)
            }
        }
        return true
    }

    /// The rounds, with the message schedule repeating after 10. Source: RFC 7693 §2.7.
    private static func run(_ rounds: UInt32, _ v: inout Working, _ m: borrowing InlineArray<16, UInt64>) {
        var left = rounds
        while true {
            if left == 0 { return }
            v.round(m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
            if left == 1 { return }
            v.round(m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
            if left == 2 { return }
            v.round(m, 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
            if left == 3 { return }
            v.round(m, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
            if left == 4 { return }
            v.round(m, 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
            if left == 5 { return }
            v.round(m, 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
            if left == 6 { return }
            v.round(m, 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
            if left == 7 { return }
            v.round(m, 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
            if left == 8 { return }
            v.round(m, 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
            if left == 9 { return }
            v.round(m, 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
            left &-= 10
        }
    }

    @inline(__always)
    private static func word(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The 16 working words.
    private struct Working {
        var v0: UInt64, v1: UInt64, v2: UInt64, v3: UInt64, v4: UInt64, v5: UInt64, v6: UInt64, v7: UInt64
        // The first 64 bits of the fractions of the square roots of the first eight primes. Source: RFC 7693 §2.6.
        var v8: UInt64 = 0x6a09_e667_f3bc_c908, v9: UInt64 = 0xbb67_ae85_84ca_a73b
        var v10: UInt64 = 0x3c6e_f372_fe94_f82b, v11: UInt64 = 0xa54f_f53a_5f1d_36f1
        var v12: UInt64 = 0x510e_527f_ade6_82d1, v13: UInt64 = 0x9b05_688c_2b3e_6c1f
        var v14: UInt64 = 0x1f83_d9ab_fb41_bd6b, v15: UInt64 = 0x5be0_cd19_137e_2179

        init(_ h: InlineArray<8, UInt64>, _ t0: UInt64, _ t1: UInt64, isLast: Bool) {
            (v0, v1, v2, v3, v4, v5, v6, v7) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7])
            v12 ^= t0
            v13 ^= t1
            if isLast { v14 = ~v14 }
        }

        func folded(_ h: InlineArray<8, UInt64>) -> InlineArray<8, UInt64> {
            [
                h[0] ^ v0 ^ v8, h[1] ^ v1 ^ v9, h[2] ^ v2 ^ v10, h[3] ^ v3 ^ v11, h[4] ^ v4 ^ v12,
                h[5] ^ v5 ^ v13, h[6] ^ v6 ^ v14, h[7] ^ v7 ^ v15,
            ]
        }

        /// One round: the columns, then the diagonals. The indices choose the message words.
        @inline(__always)
        mutating func round(
            _ m: borrowing InlineArray<16, UInt64>, _ s0: Int, _ s1: Int, _ s2: Int, _ s3: Int, _ s4: Int, _ s5: Int,
            _ s6: Int, _ s7: Int, _ s8: Int, _ s9: Int, _ s10: Int, _ s11: Int, _ s12: Int, _ s13: Int, _ s14: Int,
            _ s15: Int
        ) {
            mix(&v0, &v4, &v8, &v12, m[s0], m[s1])
            mix(&v1, &v5, &v9, &v13, m[s2], m[s3])
            mix(&v2, &v6, &v10, &v14, m[s4], m[s5])
            mix(&v3, &v7, &v11, &v15, m[s6], m[s7])
            mix(&v0, &v5, &v10, &v15, m[s8], m[s9])
            mix(&v1, &v6, &v11, &v12, m[s10], m[s11])
            mix(&v2, &v7, &v8, &v13, m[s12], m[s13])
            mix(&v3, &v4, &v9, &v14, m[s14], m[s15])
        }
    }

    /// The mixing function G. Source: RFC 7693 §3.1.
    @inline(__always)
    private static func mix(
        _ a: inout UInt64, _ b: inout UInt64, _ c: inout UInt64, _ d: inout UInt64, _ x: UInt64, _ y: UInt64
    ) {
        a = a &+ b &+ x
        d = rotate(d ^ a, 32)
        c = c &+ d
        b = rotate(b ^ c, 24)
        a = a &+ b &+ y
        d = rotate(d ^ a, 16)
        c = c &+ d
        b = rotate(b ^ c, 63)
    }

    @inline(__always)
    private static func rotate(_ x: UInt64, _ n: UInt64) -> UInt64 { x &>> n | x &<< (64 &- n) }
}
