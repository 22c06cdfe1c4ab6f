/// RIPEMD-160.
///
/// Source: Dobbertin, Bosselaers, Preneel, "RIPEMD-160: A Strengthened Version of RIPEMD" (1996), appendix A. The steps
/// of the two lines are written out, so that every word index and shift is a constant and the processor can overlap
/// the lines.
public enum RIPEMD160 {
    /// The digest of `bytes`. No allocation; about 170 ns for each started block of 64 bytes, after 9 bytes of padding.
    public static func hash(_ bytes: Span<UInt8>) -> InlineArray<20, UInt8> {
        var state = State()
        var offset = 0
        while bytes.count &- offset >= 64 {
            state.absorb(block(bytes, at: offset))
            offset &+= 64
        }
        absorbLast(bytes, from: offset, into: &state)
        return state.digest
    }

    /// The 16 words at `offset`. Precondition: 64 bytes lie there.
    private static func block(_ bytes: Span<UInt8>, at offset: Int) -> InlineArray<16, UInt32> {
        precondition(offset >= 0 && bytes.count &- offset >= 64, "a block leaves its message")
        var words = InlineArray<16, UInt32>(repeating: 0)
        unsafe bytes.withUnsafeBytes { raw in
            for index in 0..<16 {
                // Inside by the check above: offset + 4 * 15 + 4 = offset + 64.
                let word = unsafe raw.loadUnaligned(fromByteOffset: offset &+ index &* 4, as: UInt32.self)
                words[index] = UInt32(littleEndian: word)
            }
        }
        return words
    }

    /// Takes the last bytes, fewer than 64, the padding and the bit count: one block or two.
    private static func absorbLast(_ bytes: Span<UInt8>, from offset: Int, into state: inout State) {
        var words = InlineArray<16, UInt32>(repeating: 0)
        let count = bytes.count &- offset
        for index in 0..<count {
            words[index >> 2] |= UInt32(bytes[offset &+ index]) << UInt32(index & 3 &* 8)
        }
        words[count >> 2] |= 0x80 << UInt32(count & 3 &* 8)
        if count >= 56 {
            state.absorb(words)
            words = InlineArray(repeating: 0)
        }
        let bits = UInt64(bytes.count) &* 8
        words[14] = UInt32(truncatingIfNeeded: bits)
        words[15] = UInt32(truncatingIfNeeded: bits >> 32)
        state.absorb(words)
    }

    /// The chaining value.
    private struct State {
        var h0: UInt32 = 0x6745_2301, h1: UInt32 = 0xefcd_ab89, h2: UInt32 = 0x98ba_dcfe
        var h3: UInt32 = 0x1032_5476, h4: UInt32 = 0xc3d2_e1f0

        mutating func absorb(_ x: InlineArray<16, UInt32>) {
            var l = Line(a: h0, b: h1, c: h2, d: h3, e: h4)
            var r = l
            first(&l, &r, x)
            second(&l, &r, x)
            third(&l, &r, x)
            fourth(&l, &r, x)
            fifth(&l, &r, x)
            (h0, h1, h2, h3, h4) = (
                h1 &+ l.c &+ r.d, h2 &+ l.d &+ r.e, h3 &+ l.e &+ r.a, h4 &+ l.a &+ r.b, h0 &+ l.b &+ r.c
            )
        }

        var digest: InlineArray<20, UInt8> {
            let words: InlineArray<5, UInt32> = [h0, h1, h2, h3, h4]
            return InlineArray { UInt8(truncatingIfNeeded: words[$0 >> 2] >> UInt32($0 & 3 &* 8)) }
        }
    }

    /// One of the two parallel lines. Each step renames the five registers; unrolled, the renaming costs nothing.
    private struct Line {
        var a: UInt32, b: UInt32, c: UInt32, d: UInt32, e: UInt32

        @inline(__always) var parity: UInt32 { b ^ c ^ d }
        @inline(__always) var choose: UInt32 { (c ^ d) & b ^ d }
        @inline(__always) var orNot: UInt32 { (b | ~c) ^ d }
        @inline(__always) var select: UInt32 { (b ^ c) & d ^ c }
        @inline(__always) var mixed: UInt32 { b ^ (c | ~d) }

        /// One step: `mix` is the function of b, c, d; `word` the message word plus the round's constant.
        @inline(__always)
        mutating func step(_ mix: UInt32, _ word: UInt32, _ shift: UInt32) {
            let next = rotate(a &+ mix &+ word, shift) &+ e
            (a, b, c, d, e) = (e, next, b, rotate(c, 10), d)
        }

        @inline(__always)
        private func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x &<< n | x &>> (32 &- n) }
    }

    @inline(__always)
    private static func first(_ l: inout Line, _ r: inout Line, _ x: borrowing InlineArray<16, UInt32>) {
        let p: UInt32 = 0, q: UInt32 = 0x50a2_8be6
        l.step(l.parity, x[0] &+ p, 11)
        r.step(r.mixed, x[5] &+ q, 8)
        l.step(l.parity, x[1] &+ p, 14)
        r.step(r.mixed, x[14] &+ q, 9)
        l.step(l.parity, x[2] &+ p, 15)
        r.step(r.mixed, x[7] &+ q, 9)
        l.step(l.parity, x[3] &+ p, 12)
        r.step(r.mixed, x[0] &+ q, 11)
        l.step(l.parity, x[4] &+ p, 5)
        r.step(r.mixed, x[9] &+ q, 13)
        l.step(l.parity, x[5] &+ p, 8)
        r.step(r.mixed, x[2] &+ q, 15)
        l.step(l.parity, x[6] &+ p, 7)
        r.step(r.mixed, x[11] &+ q, 15)
        l.step(l.parity, x[7] &+ p, 9)
        r.step(r.mixed, x[4] &+ q, 5)
        l.step(l.parity, x[8] &+ p, 11)
        r.step(r.mixed, x[13] &+ q, 7)
        l.step(l.parity, x[9] &+ p, 13)
        r.step(r.mixed, x[6] &+ q, 7)
        l.step(l.parity, x[10] &+ p, 14)
        r.step(r.mixed, x[15] &+ q, 8)
        l.step(l.parity, x[11] &+ p, 15)
        r.step(r.mixed, x[8] &+ q, 11)
        l.step(l.parity, x[12] &+ p, 6)
        r.step(r.mixed, x[1] &+ q, 14)
        l.step(l.parity, x[13] &+ p, 7)
        r.step(r.mixed, x[10] &+ q, 14)
        l.step(l.parity, x[14] &+ p, 9)
        r.step(r.mixed, x[3] &+ q, 12)
        l.step(l.parity, x[15] &+ p, 8)
        r.step(r.mixed, x[12] &+ q, 6)
    }

    @inline(__always)
    private static func second(_ l: inout Line, _ r: inout Line, _ x: borrowing InlineArray<16, UInt32>) {
        let p: UInt32 = 0x5a82_7999, q: UInt32 = 0x5c4d_d124
        l.step(l.choose, x[7] &+ p, 7)
        r.step(r.select, x[6] &+ q, 9)
        l.step(l.choose, x[4] &+ p, 6)
        r.step(r.select, x[11] &+ q, 13)
        l.step(l.choose, x[13] &+ p, 8)
        r.step(r.select, x[3] &+ q, 15)
        l.step(l.choose, x[1] &+ p, 13)
        r.step(r.select, x[7] &+ q, 7)
        l.step(l.choose, x[10] &+ p, 11)
        r.step(r.select, x[0] &+ q, 12)
        l.step(l.choose, x[6] &+ p, 9)
        r.step(r.select, x[13] &+ q, 8)
        l.step(l.choose, x[15] &+ p, 7)
        r.step(r.select, x[5] &+ q, 9)
        l.step(l.choose, x[3] &+ p, 15)
        r.step(r.select, x[10] &+ q, 11)
        l.step(l.choose, x[12] &+ p, 7)
        r.step(r.select, x[14] &+ q, 7)
        l.step(l.choose, x[0] &+ p, 12)
        r.step(r.select, x[15] &+ q, 7)
        l.step(l.choose, x[9] &+ p, 15)
        r.step(r.select, x[8] &+ q, 12)
        l.step(l.choose, x[5] &+ p, 9)
        r.step(r.select, x[12] &+ q, 7)
        l.step(l.choose, x[2] &+ p, 11)
        r.step(r.select, x[4] &+ q, 6)
        l.step(l.choose, x[14] &+ p, 7)
        r.step(r.select, x[9] &+ q, 15)
        l.step(l.choose, x[11] &+ p, 13)
        r.step(r.select, x[1] &+ q, 13)
        l.step(l.choose, x[8] &+ p, 12)
        r.step(r.select, x[2] &+ q, 11)
    }

    @inline(__always)
    private static func third(_ l: inout Line, _ r: inout Line, _ x: borrowing InlineArray<16, UInt32>) {
        let p: UInt32 = 0x6ed9_eba1, q: UInt32 = 0x6d70_3ef3
        l.step(l.orNot, x[3] &+ p, 11)
        r.step(r.orNot, x[15] &+ q, 9)
        l.step(l.orNot, x[10] &+ p, 13)
        r.step(r.orNot, x[5] &+ q, 7)
        l.step(l.orNot, x[14] &+ p, 6)
        r.step(r.orNot, x[1] &+ q, 15)
        l.step(l.orNot, x[4] &+ p, 7)
        r.step(r.orNot, x[3] &+ q, 11)
        l.step(l.orNot, x[9] &+ p, 14)
        r.step(r.orNot, x[7] &+ q, 8)
        l.step(l.orNot, x[15] &+ p, 9)
        r.step(r.orNot, x[14] &+ q, 6)
        l.step(l.orNot, x[8] &+ p, 13)
        r.step(r.orNot, x[6] &+ q, 6)
        l.step(l.orNot, x[1] &+ p, 15)
        r.step(r.orNot, x[9] &+ q, 14)
        l.step(l.orNot, x[2] &+ p, 14)
        r.step(r.orNot, x[11] &+ q, 12)
        l.step(l.orNot, x[7] &+ p, 8)
        r.step(r.orNot, x[8] &+ q, 13)
        l.step(l.orNot, x[0] &+ p, 13)
        r.step(r.orNot, x[12] &+ q, 5)
        l.step(l.orNot, x[6] &+ p, 6)
        r.step(r.orNot, x[2] &+ q, 14)
        l.step(l.orNot, x[13] &+ p, 5)
        r.step(r.orNot, x[10] &+ q, 13)
        l.step(l.orNot, x[11] &+ p, 12)
        r.step(r.orNot, x[0] &+ q, 13)
        l.step(l.orNot, x[5] &+ p, 7)
        r.step(r.orNot, x[4] &+ q, 7)
        l.step(l.orNot, x[12] &+ p, 5)
        r.step(r.orNot, x[13] &+ q, 5)
    }

    @inline(__always)
    private static func fourth(_ l: inout Line, _ r: inout Line, _ x: borrowing InlineArray<16, UInt32>) {
        let p: UInt32 = 0x8f1b_bcdc, q: UInt32 = 0x7a6d_76e9
        l.step(l.select, x[1] &+ p, 11)
        r.step(r.choose, x[8] &+ q, 15)
        l.step(l.select, x[9] &+ p, 12)
        r.step(r.choose, x[6] &+ q, 5)
        l.step(l.select, x[11] &+ p, 14)
        r.step(r.choose, x[4] &+ q, 8)
        l.step(l.select, x[10] &+ p, 15)
        r.step(r.choose, x[1] &+ q, 11)
        l.step(l.select, x[0] &+ p, 14)
        r.step(r.choose, x[3] &+ q, 14)
        l.step(l.select, x[8] &+ p, 15)
        r.step(r.choose, x[11] &+ q, 14)
        l.step(l.select, x[12] &+ p, 9)
        r.step(r.choose, x[15] &+ q, 6)
        l.step(l.select, x[4] &+ p, 8)
        r.step(r.choose, x[0] &+ q, 14)
        l.step(l.select, x[13] &+ p, 9)
        r.step(r.choose, x[5] &+ q, 6)
        l.step(l.select, x[3] &+ p, 14)
        r.step(r.choose, x[12] &+ q, 9)
        l.step(l.select, x[7] &+ p, 5)
        r.step(r.choose, x[2] &+ q, 12)
        l.step(l.select, x[15] &+ p, 6)
        r.step(r.choose, x[13] &+ q, 9)
        l.step(l.select, x[14] &+ p, 8)
        r.step(r.choose, x[9] &+ q, 12)
        l.step(l.select, x[5] &+ p, 6)
        r.step(r.choose, x[7] &+ q, 5)
        l.step(l.select, x[6] &+ p, 5)
        r.step(r.choose, x[10] &+ q, 15)
        l.step(l.select, x[2] &+ p, 12)
        r.step(r.choose, x[14] &+ q, 8)
    }

    @inline(__always)
    private static func fifth(_ l: inout Line, _ r: inout Line, _ x: borrowing InlineArray<16, UInt32>) {
        let p: UInt32 = 0xa953_fd4e, q: UInt32 = 0
        l.step(l.mixed, x[4] &+ p, 9)
        r.step(r.parity, x[12] &+ q, 8)
        l.step(l.mixed, x[0] &+ p, 15)
        r.step(r.parity, x[15] &+ q, 5)
        l.step(l.mixed, x[5] &+ p, 5)
        r.step(r.parity, x[10] &+ q, 12)
        l.step(l.mixed, x[9] &+ p, 11)
        r.step(r.parity, x[4] &+ q, 9)
        l.step(l.mixed, x[7] &+ p, 6)
        r.step(r.parity, x[1] &+ q, 12)
        l.step(l.mixed, x[12] &+ p, 8)
        r.step(r.parity, x[5] &+ q, 5)
        l.step(l.mixed, x[2] &+ p, 13)
        r.step(r.parity, x[8] &+ q, 14)
        l.step(l.mixed, x[10] &+ p, 12)
        r.step(r.parity, x[7] &+ q, 6)
        l.step(l.mixed, x[14] &+ p, 5)
        r.step(r.parity, x[6] &+ q, 8)
        l.step(l.mixed, x[1] &+ p, 12)
        r.step(r.parity, x[2] &+ q, 13)
        l.step(l.mixed, x[3] &+ p, 13)
        r.step(r.parity, x[13] &+ q, 6)
        l.step(l.mixed, x[8] &+ p, 14)
        r.step(r.parity, x[14] &+ q, 5)
        l.step(l.mixed, x[11] &+ p, 11)
        r.step(r.parity, x[0] &+ q, 15)
        l.step(l.mixed, x[6] &+ p, 8)
        r.step(r.parity, x[3] &+ q, 13)
        l.step(l.mixed, x[15] &+ p, 5)
        r.step(r.parity, x[9] &+ q, 11)
        l.step(l.mixed, x[13] &+ p, 6)
        r.step(r.parity, x[11] &+ q, 11)
    }
}
