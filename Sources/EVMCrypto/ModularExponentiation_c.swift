internal import CGMP

/// Modular exponentiation of numbers of any size, GMP's code, with the numbers' memory kept from one to the next.
///
/// Once warm, operands of up to 8 KiB allocate nothing. Not thread-safe: one value, one thread at a time.
@safe public struct ModularExponentiation: ~Copyable, @unchecked Sendable {
    private var m = unsafe __mpz_struct(), b = unsafe __mpz_struct(), e = unsafe __mpz_struct()
    /// Apart from the base: GMP copies what is both operand and result.
    private var power = unsafe __mpz_struct()
    /// Limbs of 8 bytes that a number may keep between calls.
    private static let limbsKept = 1 << 10

    /// Numbers without memory yet.
    public init() {
        unsafe __gmpz_init(&m)
        unsafe __gmpz_init(&b)
        unsafe __gmpz_init(&e)
        unsafe __gmpz_init(&power)
    }

    deinit {
        var (m, b, e, power) = unsafe (m, b, e, power)
        unsafe __gmpz_clear(&m)
        unsafe __gmpz_clear(&b)
        unsafe __gmpz_clear(&e)
        unsafe __gmpz_clear(&power)
    }

    /// Writes base^exponent mod modulus to `result`, big-endian, with leading zeros.
    ///
    /// The operands are big-endian; leading zeros and empty operands (zero) are fine, 0^0 is 1, any modulus including
    /// even ones is. The modulus has as many bytes as `result`: when `modulus` is shorter, zeros follow it (so it is
    /// multiplied by 256 for each), and when it is longer, its tail is ignored. A modulus of 0 gives 0.
    ///
    /// GMP ends the process when memory runs out, so the caller must bound the sizes: at most 520 times `result`'s
    /// size plus that of the operands is in use (the table of powers of an exponent above 28,161 bits has 512
    /// entries; one of up to 241 bits has 16). Modexp's gas bounds them: below 2^40 gas this stays under 400 MB.
    /// All but 8 KiB a number is freed on return. Source: EIP-198.
    public mutating func power(
        base: Span<UInt8>, exponent: Span<UInt8>, modulus: Span<UInt8>, into result: inout MutableSpan<UInt8>
    ) {
        for index in result.indices { result[index] = 0 }
        let given = min(modulus.count, result.count)
        unsafe Self.assign(modulus.extracting(0..<given), to: &m)
        // Division by zero is an arithmetic trap in GMP.
        guard unsafe m._mp_size != 0 else { return }
        let missing = UInt(result.count &- given) &* 8
        if missing > 0 { unsafe withUnsafeMutablePointer(to: &m) { unsafe __gmpz_mul_2exp($0, $0, missing) } }
        unsafe Self.assign(base, to: &b)
        unsafe Self.assign(exponent, to: &e)
        unsafe __gmpz_powm(&power, &b, &e, &m)
        unsafe Self.write(&power, to: &result)
        unsafe Self.trim(&m)
        unsafe Self.trim(&b)
        unsafe Self.trim(&e)
        unsafe Self.trim(&power)
    }

    private static func trim(_ number: inout __mpz_struct) {
        if unsafe Int(number._mp_alloc) > limbsKept { unsafe __gmpz_realloc2(&number, UInt(limbsKept * 64)) }
    }

    /// Writes value^-1 mod modulus to `result`, big-endian; false, and zeros written, when there is none. The modulus
    /// must not be zero nor longer than `result`. About 1 us; not constant-time: for public values only.
    static func inverse(
        of value: Span<UInt8>, modulus: Span<UInt8>, into result: inout MutableSpan<UInt8>
    ) -> Bool {
        for index in result.indices { result[index] = 0 }
        var v = unsafe __mpz_struct(), m = unsafe __mpz_struct()
        unsafe read(value, into: &v)
        defer { unsafe __gmpz_clear(&v) }
        unsafe read(modulus, into: &m)
        defer { unsafe __gmpz_clear(&m) }
        guard unsafe m._mp_size != 0,
            unsafe withUnsafeMutablePointer(to: &v, { unsafe __gmpz_invert($0, $0, &m) }) != 0
        else { return false }
        unsafe write(&v, to: &result)
        return true
    }

    /// Makes `number` and gives it the value of the big-endian bytes.
    private static func read(_ bytes: Span<UInt8>, into number: inout __mpz_struct) {
        unsafe __gmpz_init(&number)
        unsafe assign(bytes, to: &number)
    }

    /// Gives `number` the value of the big-endian bytes.
    private static func assign(_ bytes: Span<UInt8>, to number: inout __mpz_struct) {
        unsafe number._mp_size = 0
        unsafe bytes.withUnsafeBytes { raw in
            guard let start = raw.baseAddress else { return }
            // Most significant first, words of one byte, no unused bits.
            unsafe __gmpz_import(&number, raw.count, 1, 1, 0, 0, start)
        }
    }

    /// Writes `number`, which is below 256^result.count, to the end of `result`, which is zero.
    private static func write(_ number: inout __mpz_struct, to result: inout MutableSpan<UInt8>) {
        guard unsafe number._mp_size != 0 else { return }
        let count = unsafe (__gmpz_sizeinbase(&number, 2) &+ 7) / 8
        precondition(count <= result.count, "a power is not below its modulus")
        unsafe result.withUnsafeMutableBytes { raw in
            // The last `count` bytes, by the check above.
            let start = unsafe raw.baseAddress!.advanced(by: raw.count &- count)
            _ = unsafe __gmpz_export(start, nil, 1, 1, 0, 0, &number)
        }
    }
}
