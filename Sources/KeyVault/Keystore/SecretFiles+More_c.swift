import EVMCrypto
import Glibc

extension SecretFiles {
    /// Reads a private regular file whole, in pieces: for files that may be large and hold no secret. Errors as `read`.
    static func readGrown(_ path: String, bytesMax: Int) throws(KeyVaultError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw KeyVaultError(.badInput, "is not a regular file", path: path)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw KeyVaultError(.looseMode, "others may open it; run: chmod 600 '\(path)'", path: path)
        }
        guard status.st_size <= bytesMax else {
            throw KeyVaultError(.badInput, "is longer than \(bytesMax) bytes", path: path)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0, bytes.count + count <= bytesMax else { throw failure(path, "cannot be read") }
            if count == 0 { return bytes }
            bytes += piece[0..<count]
        }
    }

    /// Whether anything exists at `path`. About a microsecond.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The file of a systemd credential. Throws `.badInput` outside a service or for a name that is a path.
    static func credentialPath(_ name: String) throws(KeyVaultError) -> String {
        guard let folder = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }), folder.hasPrefix("/") else {
            throw KeyVaultError(.badInput, "no $CREDENTIALS_DIRECTORY: this is no systemd service with credentials")
        }
        guard !name.isEmpty, !name.contains("/"), name != ".." else {
            throw KeyVaultError(.badInput, "\"\(name.bounded)\" is no credential's name")
        }
        return "\(folder)/\(name)"
    }

    /// Reads an environment variable and overwrites it where it stands, so that neither this process's memory nor
    /// `/proc/PID/environ` shows it any longer. Call before threads start. Throws `.notFound`, `.badInput`.
    static func takeEnvironment(_ name: String, bytesMax: Int) throws(KeyVaultError) -> [UInt8] {
        guard let text = getenv(name) else {
            throw KeyVaultError(.notFound, "the variable is not set", path: "$\(name)")
        }
        let count = strlen(text)
        guard count <= bytesMax else {
            throw KeyVaultError(.badInput, "is longer than \(bytesMax) bytes", path: "$\(name)")
        }
        let bytes = [UInt8](UnsafeRawBufferPointer(start: text, count: count))
        explicit_bzero(text, count)
        unsetenv(name)
        return bytes
    }

    /// Replaces `path` by a file of mode 0600 with `bytes`, complete or not at all: temporary file beside it, fsync,
    /// rename, fsync of the folder. Throws `.io`.
    static func replace(_ bytes: [UInt8], folder: String, name: String) throws(KeyVaultError) {
        let final = "\(folder)/\(name)", temporary = "\(folder)/.\(name).tmp-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(temporary, "cannot be created") }
        do throws(KeyVaultError) {
            defer { close(descriptor) }
            guard fchmod(descriptor, 0o600) == 0 else { throw failure(temporary, "cannot be made private") }
            try writeAll(descriptor, bytes, name: temporary)
            guard fsync(descriptor) == 0 else { throw failure(temporary, "cannot be flushed to disk") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, final) == 0 else {
            let error = failure(final, "cannot be replaced")
            unlink(temporary)
            throw error
        }
        try syncFolder(folder)
    }

    /// Overwrites a file with zeros, brings that to the disk, and removes it. Throws `.notFound`, `.io`.
    ///
    /// Disks and file systems that write elsewhere (flash, copy on write) may keep the old blocks: change the password
    /// of every copy, or move the funds, when a key file has leaked.
    static func shred(_ path: String) throws(KeyVaultError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        var status = stat()
        fstat(descriptor, &status)
        let zeros = [UInt8](repeating: 0, count: Int(min(status.st_size, 1 << 20)))
        do {
            defer { close(descriptor) }
            try writeAll(descriptor, zeros, name: path)
            guard fsync(descriptor) == 0 else { throw failure(path, "cannot be flushed to disk") }
        }
        guard unlink(path) == 0 else { throw failure(path, "cannot be removed") }
    }

    /// Renames a file, never over another one. Throws `.exists`, `.io`.
    static func move(_ path: String, to new: String) throws(KeyVaultError) {
        guard link(path, new) == 0 else {
            if errno == EEXIST { throw KeyVaultError(.exists, "exists already and is never overwritten", path: new) }
            throw failure(new, "cannot be created")
        }
        guard unlink(path) == 0 else { throw failure(path, "cannot be removed") }
    }
}
