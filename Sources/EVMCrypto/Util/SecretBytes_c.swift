internal import COpenSSL
internal import Glibc

/// A fixed-size buffer for secrets: one owner, never copied by the language, overwritten with zeros when its owner
/// ends.
///
/// Nothing prints its content. Each buffer has pages of its own, outside the heap: they are left out of core dumps
/// (`MADV_DONTDUMP`), are not inherited by a fork (`MADV_DONTFORK`), and are locked against swapping where the
/// system's limit on locked memory (`ulimit -l`) allows it, see `isLocked`. Making one takes a few microseconds.
/// May move between threads (the content never changes after `init`).
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer
    /// Whether the pages are locked against swapping. Buffers over `lockedBytesMax` (scrypt's work space) never are.
    public let isLocked: Bool

    /// The largest buffer that is locked, in bytes.
    public static let lockedBytesMax = 65_536

    /// The number of bytes.
    public var count: Int { unsafe storage.count }

    /// Allocates `count` bytes and lets `fill` write all of them; `fill` throws, or sees zeros.
    init<Failure: Error>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        precondition(count >= 0, "a secret cannot have a negative size")
        // Fresh anonymous pages are zero.
        let storage = unsafe SecretBytes.pages(for: count)
        isLocked = unsafe count > 0 && count <= SecretBytes.lockedBytesMax && mlock(storage.baseAddress, count) == 0
        do {
            try unsafe fill(storage)
        } catch {
            unsafe SecretBytes.release(storage)
            throw error
        }
        unsafe self.storage = storage
    }

    /// A buffer that `fill` wrote, or nil (wiped) when it answers false.
    static func make(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Bool) -> SecretBytes? {
        var isFilled = false
        let secret = unsafe SecretBytes(count: count) { buffer in isFilled = unsafe fill(buffer) }
        guard isFilled else { return nil }
        return secret
    }

    /// Copies the bytes. The caller still holds, and should `wipe`, its own copy; see `init(taking:)`.
    public init(copying bytes: [UInt8]) {
        unsafe self.init(count: bytes.count) { buffer in unsafe buffer.copyBytes(from: bytes) }
    }

    /// Copies the bytes, then wipes and empties the caller's array.
    public init(taking bytes: inout [UInt8]) {
        self.init(copying: bytes)
        wipe(&bytes)
    }

    deinit { unsafe SecretBytes.release(storage) }

    /// Lends the bytes for the time of `body`. Do not let copies of them live on.
    public borrowing func withBytes<R: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> R
    ) throws(Failure) -> R {
        let span = unsafe Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(storage))
        return try body(span)
    }

    /// A second buffer with bytes `range` of this one, for splitting a derived key. Precondition: `range` lies inside.
    public borrowing func slice(_ range: Range<Int>) -> SecretBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "the slice leaves the secret")
        let source = unsafe UnsafeRawBufferPointer(rebasing: storage[range])
        return unsafe SecretBytes(count: range.count) { buffer in unsafe buffer.copyMemory(from: source) }
    }

    /// True when both hold the same bytes; the time depends on the lengths only.
    public borrowing func equals(_ other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        if count == 0 { return true }
        return unsafe CRYPTO_memcmp(storage.baseAddress, other.storage.baseAddress, count) == 0
    }

    /// The address of the bytes, for C calls inside this target.
    borrowing func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        unsafe body(UnsafeRawBufferPointer(storage))
    }

    private static func release(_ storage: UnsafeMutableRawBufferPointer) {
        guard storage.count > 0 else { return }
        unsafe OPENSSL_cleanse(storage.baseAddress, storage.count)
        // Unmapping unlocks too.
        _ = unsafe munmap(storage.baseAddress, storage.count)
    }

    /// Zeroed pages of their own that no core dump and no child process gets; an empty buffer needs none.
    private static func pages(for count: Int) -> UnsafeMutableRawBufferPointer {
        guard count > 0 else { return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        let made = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        // MAP_FAILED is the address -1.
        precondition(Int(bitPattern: made) != -1, "the system gave no memory for a secret")
        let start = unsafe made!
        // Both only fail on kernels built without them; the secret is then as safe as heap memory.
        _ = unsafe madvise(start, count, MADV_DONTDUMP)
        _ = unsafe madvise(start, count, MADV_DONTFORK)
        return unsafe UnsafeMutableRawBufferPointer(start: start, count: count)
    }
}
