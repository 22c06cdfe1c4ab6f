internal import COpenSSL

/// A fixed-size buffer for secrets: one owner, never copied by the language, overwritten with zeros when its owner
/// ends.
///
/// Nothing prints its content. The memory is ordinary heap memory: it is not locked against swapping, and a core dump
/// can hold it.
/// May move between threads (the content never changes after `init`).
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer

    /// The number of bytes.
    public var count: Int { unsafe storage.count }

    /// Allocates `count` bytes and lets `fill` write all of them; `fill` throws, or sees zeros.
    init<Failure: Error>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        precondition(count >= 0, "a secret cannot have a negative size")
        let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
        do {
            try unsafe fill(storage)
        } catch {
            unsafe SecretBytes.release(storage)
            throw error
        }
        unsafe self.storage = storage
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
        if storage.count > 0 { unsafe OPENSSL_cleanse(storage.baseAddress, storage.count) }
        unsafe storage.deallocate()
    }
}
