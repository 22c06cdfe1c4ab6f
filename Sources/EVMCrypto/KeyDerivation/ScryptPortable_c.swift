/// scrypt's mixing written out, for costs that OpenSSL refuses.
///
/// OpenSSL insists on n < 2^(16 r), as RFC 7914 §2 asks; geth and others do not, and keystores with r = 1 and n =
/// 262,144 exist (one is in the official KeyStoreTests). The outer PBKDF2 steps are OpenSSL's either way. About twice
/// OpenSSL's time.
/// The name ends in `_c` because it works on raw memory; no C is called.
enum ScryptPortable {
    /// Whether OpenSSL refuses these costs for the rule above.
    static func isNeeded(n: Int, r: Int) -> Bool { 16 * r < 63 && n >= 1 << (16 * r) }

    /// Derives `length` bytes. The costs were bounded by the caller. Source: RFC 7914 §6.
    static func derive(
        password: [UInt8], salt: [UInt8], n: Int, r: Int, p: Int, length: Int
    ) throws(CryptoError) -> SecretBytes {
        let blockBytes = 128 * r
        let seed = try PBKDF2.stretched(password: password, salt: salt, iterations: 1, length: p * blockBytes)
        var mixed = seed.withBytes { span in (0..<span.count).map { span[$0] } }
        defer { wipe(&mixed) }
        let words = 32 * r
        let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: (n + 2) * words)
        unsafe memory.initialize(repeating: 0, count: (n + 2) * words)
        defer {
            unsafe memory.update(repeating: 0, count: (n + 2) * words)
            unsafe memory.deallocate()
        }
        for lane in 0..<p {
            let x = unsafe memory + n * words
            for word in 0..<words {
                let at = lane * blockBytes + 4 * word
                unsafe x[word] =
                    UInt32(mixed[at]) | UInt32(mixed[at + 1]) &<< 8 | UInt32(mixed[at + 2]) &<< 16
                    | UInt32(mixed[at + 3]) &<< 24
            }
            unsafe mix(x, scratch: x + words, memory, n: n, r: r)
            for word in 0..<words {
                let at = lane * blockBytes + 4 * word
                let value = unsafe x[word]
                for byte in 0..<4 { mixed[at + byte] = UInt8(truncatingIfNeeded: value &>> UInt32(8 * byte)) }
            }
        }
        return try PBKDF2.stretched(password: password, salt: mixed, iterations: 1, length: length)
    }

    /// scryptROMix: fills `memory` with n states of `x`, then walks it n times in an order that depends on the data.
    /// §5.
    private static func mix(
        _ x: UnsafeMutablePointer<UInt32>, scratch: UnsafeMutablePointer<UInt32>,
        _ memory: UnsafeMutablePointer<UInt32>,
        n: Int, r: Int
    ) {
        let words = 32 * r
        var row = 0
        while row < n {
            unsafe (memory + row * words).update(from: x, count: words)
            unsafe blockMix(x, scratch: scratch, r: r)
            row &+= 1
        }
        row = 0
        while row < n {
            // n is a power of two below 2^32, so the low word of the last 64-byte block decides.
            let chosen = unsafe Int(x[words - 16]) & (n - 1)
            let other = unsafe memory + chosen * words
            var word = 0
            while word < words {
                unsafe x[word] ^= other[word]
                word &+= 1
            }
            unsafe blockMix(x, scratch: scratch, r: r)
            row &+= 1
        }
    }

    /// scryptBlockMix in place: even blocks go to the front half, odd ones to the back half. §4.
    private static func blockMix(
        _ x: UnsafeMutablePointer<UInt32>, scratch: UnsafeMutablePointer<UInt32>, r: Int
    ) {
        var previous = unsafe x + (2 * r - 1) * 16
        var block = 0
        while block < 2 * r {
            let from = unsafe x + block * 16
            let to = unsafe scratch + (block & 1 == 0 ? block / 2 : r + block / 2) * 16
            unsafe salsa(previous, from, to)
            unsafe previous = to
            block &+= 1
        }
        unsafe x.update(from: scratch, count: 32 * r)
    }

    /// Salsa20/8 of `a` xor `b` into `out`. §3. `&+` wraps by definition of the function.
    private static func salsa(
        _ a: UnsafeMutablePointer<UInt32>, _ b: UnsafeMutablePointer<UInt32>, _ out: UnsafeMutablePointer<UInt32>
    ) {
        var word = 0
        while word < 16 {
            unsafe out[word] = a[word] ^ b[word]
            word &+= 1
        }
        var x0 = unsafe out[0], x1 = unsafe out[1], x2 = unsafe out[2], x3 = unsafe out[3]
        var x4 = unsafe out[4], x5 = unsafe out[5], x6 = unsafe out[6], x7 = unsafe out[7]
        var x8 = unsafe out[8], x9 = unsafe out[9], x10 = unsafe out[10], x11 = unsafe out[11]
        var x12 = unsafe out[12], x13 = unsafe out[13], x14 = unsafe out[14], x15 = unsafe out[15]
        var round = 0
        while round < 4 {
            quarter(&x0, &x4, &x8, &x12)
            quarter(&x5, &x9, &x13, &x1)
            quarter(&x10, &x14, &x2, &x6)
            quarter(&x15, &x3, &x7, &x11)
            quarter(&x0, &x1, &x2, &x3)
            quarter(&x5, &x6, &x7, &x4)
            quarter(&x10, &x11, &x8, &x9)
            quarter(&x15, &x12, &x13, &x14)
            round &+= 1
        }
        unsafe out[0] &+= x0
        unsafe out[1] &+= x1
        unsafe out[2] &+= x2
        unsafe out[3] &+= x3
        unsafe out[4] &+= x4
        unsafe out[5] &+= x5
        unsafe out[6] &+= x6
        unsafe out[7] &+= x7
        unsafe out[8] &+= x8
        unsafe out[9] &+= x9
        unsafe out[10] &+= x10
        unsafe out[11] &+= x11
        unsafe out[12] &+= x12
        unsafe out[13] &+= x13
        unsafe out[14] &+= x14
        unsafe out[15] &+= x15
    }

    @inline(__always)
    private static func quarter(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32, _ d: inout UInt32) {
        var sum = a &+ d
        b ^= sum &<< 7 | sum &>> 25
        sum = b &+ a
        c ^= sum &<< 9 | sum &>> 23
        sum = c &+ b
        d ^= sum &<< 13 | sum &>> 19
        sum = d &+ c
        a ^= sum &<< 18 | sum &>> 14
    }
}
