internal import COpenSSL

/// Compares two byte strings in time that depends on their lengths only.
///
/// False when the lengths differ (a length is no secret here). For MACs, tokens and passwords' digests.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBytes { a in
        unsafe right.withUnsafeBytes { b in
            // An empty array has no address to give the C function.
            a.count == 0 ? true : unsafe CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0
        }
    }
}

/// Overwrites the bytes with zeros in a way the optimiser keeps, then empties the array.
///
/// Best effort: copies made earlier (by the caller, by copy-on-write, by the kernel's swap) are not reached.
public func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
        if buffer.count > 0 { unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
    }
    bytes.removeAll()
}
