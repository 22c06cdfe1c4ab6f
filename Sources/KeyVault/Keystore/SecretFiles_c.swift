import EVMCrypto
import Glibc

/// Reading and writing of files that hold secrets: modes are checked on the open descriptor, never on the name.
enum SecretFiles {
    /// Opens `path`, checks what was opened, and reads it whole.
    ///
    /// With `requirePrivate` a regular file that its group or others may access is refused with the `chmod` to run.
    /// Pipes are allowed only with `allowPipe`. Throws `.notFound`, `.looseMode`, `.badInput` (no regular file, too
    /// long), `.io`.
    static func read(
        _ path: String, bytesMax: Int, requirePrivate: Bool = true, allowPipe: Bool = false
    ) throws(KeyVaultError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (allowPipe ? 0 : O_NONBLOCK))
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be inspected") }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        guard isRegular || (allowPipe && status.st_mode & S_IFMT != S_IFDIR) else {
            throw KeyVaultError(.badInput, "is not a regular file", path: path)
        }
        if requirePrivate, isRegular, status.st_mode & 0o077 != 0 {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw KeyVaultError(
                .looseMode, "has mode \(mode), others may open it; run: chmod 600 '\(path)'", path: path)
        }
        return try readAll(descriptor, bytesMax: bytesMax, name: path)
    }

    /// Reads a descriptor to its end. Throws `.badInput` beyond `bytesMax`, `.io` on failure; what was read is wiped
    /// then.
    static func readAll(_ descriptor: Int32, bytesMax: Int, name: String) throws(KeyVaultError) -> [UInt8] {
        // One buffer, never grown, so that no stale copy of a secret is left behind by a reallocation.
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + filled, $0.count - filled)
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                let error = failure(name, "cannot be read")
                wipe(&bytes)
                throw error
            }
            filled += count
        }
        guard filled <= bytesMax else {
            wipe(&bytes)
            throw KeyVaultError(.badInput, "is longer than \(bytesMax) bytes", path: name)
        }
        let result = Array(bytes[0..<filled])
        wipe(&bytes)
        return result
    }

    /// Writes a new file of mode 0600 that is complete or absent: temporary file in the same folder, fsync, link to
    /// the final name (which fails when that name exists, unlike rename), unlink of the temporary name, fsync of the
    /// folder. Throws `.exists`, `.io`.
    static func writeNew(_ bytes: [UInt8], folder: String, name: String) throws(KeyVaultError) {
        let final = "\(folder)/\(name)"
        let temporary = "\(folder)/.\(name).tmp-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(temporary, "cannot be created") }
        defer { unlink(temporary) }
        do {
            defer { close(descriptor) }
            // The umask can only take bits away; this makes the mode exact.
            guard fchmod(descriptor, 0o600) == 0 else { throw failure(temporary, "cannot be made private") }
            try writeAll(descriptor, bytes, name: temporary)
            guard fsync(descriptor) == 0 else { throw failure(temporary, "cannot be flushed to disk") }
        }
        guard link(temporary, final) == 0 else {
            if errno == EEXIST { throw KeyVaultError(.exists, "exists already and is never overwritten", path: final) }
            throw failure(final, "cannot be created")
        }
        try syncFolder(folder)
    }

    /// Makes the folder (mode 0700) when it is absent; its parent must exist. Throws `.io`, `.badInput` when the name
    /// is no folder.
    static func makeFolder(_ path: String) throws(KeyVaultError) {
        if mkdir(path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw failure(path, "cannot be created") }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw KeyVaultError(.badInput, "is not a folder", path: path)
        }
    }

    /// Names in a folder, sorted, without those that start with a dot; at most `countMax`. Throws `.notFound`, `.io`,
    /// `.badInput`.
    static func names(in folder: String, countMax: Int) throws(KeyVaultError) -> [String] {
        guard let stream = opendir(folder) else { throw failure(folder, "cannot be listed") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            guard names.count < countMax else {
                throw KeyVaultError(.badInput, "holds more than \(countMax) files: no key folder", path: folder)
            }
            names.append(name)
        }
        return names.sorted()
    }

    /// Seconds and nanoseconds since 1970, UTC.
    static func now() -> (seconds: UInt64, nanoseconds: UInt32) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (UInt64(max(0, time.tv_sec)), UInt32(time.tv_nsec))
    }

    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], name: String) throws(KeyVaultError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(name, "cannot be written") }
            written += count
        }
    }

    static func syncFolder(_ path: String) throws(KeyVaultError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path, "cannot be flushed to disk") }
    }

    /// The error of the call that just failed, by errno.
    static func failure(_ path: String, _ what: String) -> KeyVaultError {
        let number = errno
        let reason = strerror(number).map { String(cString: $0) } ?? "errno \(number)"
        return KeyVaultError(number == ENOENT ? .notFound : .io, "\(what): \(reason)", path: path)
    }
}
