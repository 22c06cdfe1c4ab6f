internal import COpenSSL

/// scrypt (RFC 7914), OpenSSL's code, with bounds so that a hostile keystore cannot exhaust memory or time.
public enum Scrypt {
    /// The cost parameters of one derivation.
    public struct Parameters: Hashable, Sendable {
        /// CPU and memory cost: a power of two, 2...2^26.
        public var n: Int
        /// Block size: 1...64.
        public var r: Int
        /// Parallelisation: 1...64 (run one after the other here).
        public var p: Int

        /// Holds the three costs as they are; `Scrypt.derive` checks them.
        public init(n: Int, r: Int, p: Int) {
            self.n = n
            self.r = r
            self.p = p
        }

        /// geth's standard cost: 256 MiB, about a second.
        public static let standard = Parameters(n: 1 << 18, r: 8, p: 1)
        /// geth's light cost: 4 MiB.
        public static let light = Parameters(n: 1 << 12, r: 8, p: 6)
    }

    /// The default memory bound, in bytes: four times geth's standard cost.
    public static let memoryLimitBytes = 1 << 30
    /// The most work one derivation may ask for, as `n * r * p`: 16 times geth's standard cost.
    public static let workMax = 1 << 25
    /// The longest key a derivation gives, in bytes.
    public static let lengthMax = 1024

    /// Derives `length` bytes (1...`lengthMax`) from a password and a salt.
    ///
    /// Takes `128 * r * (n + p)` bytes of memory for its time; blocks the thread (about 1 s for `.standard`).
    /// Throws `.parameterOutOfBounds`, `.tooMuchMemory` above `memoryLimitBytes`, `.tooMuchWork` above `workMax`,
    /// `.libraryFailure` when the memory is not there. Source: RFC 7914.
    public static func derive(
        password: [UInt8], salt: [UInt8], parameters: Parameters, length: Int, memoryLimitBytes: Int = memoryLimitBytes
    ) throws(CryptoError) -> SecretBytes {
        let (n, r, p) = (parameters.n, parameters.r, parameters.p)
        guard (2...(1 << 26)).contains(n), n & (n - 1) == 0, (1...64).contains(r), (1...64).contains(p),
            (1...lengthMax).contains(length)
        else { throw .parameterOutOfBounds }
        // Neither product can overflow: n, r, p are at most 2^26, 2^6, 2^6.
        let needed = 128 * r * (n + p + 2)
        guard needed <= memoryLimitBytes else { throw .tooMuchMemory }
        guard n * r * p <= workMax else { throw .tooMuchWork }
        if ScryptPortable.isNeeded(n: n, r: r) {
            return try ScryptPortable.derive(password: password, salt: salt, n: n, r: r, p: p, length: length)
        }
        return try unsafe SecretBytes(count: length) { (key) throws(CryptoError) in
            let start = unsafe key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let result = unsafe password.withUnsafeBytes { secret in
                unsafe salt.withUnsafeBufferPointer { salted in
                    // A nil password would ask OpenSSL to check the costs only: give an address even when it is empty.
                    var none: CChar = 0
                    return unsafe withUnsafePointer(to: &none) { empty in
                        let text = unsafe secret.baseAddress?.assumingMemoryBound(to: CChar.self) ?? empty
                        return unsafe EVP_PBE_scrypt(
                            text, secret.count, salted.baseAddress, salted.count, UInt64(n), UInt64(r), UInt64(p),
                            UInt64(needed + 4096), start, key.count)
                    }
                }
            }
            guard result == 1 else { throw .libraryFailure }
        }
    }
}
