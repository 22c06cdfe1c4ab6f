import Glibc

/// Reading of the JWT secret: the mode is checked on the open descriptor.
enum SecretFile {
    static func read(_ path: String, bytesMax: Int) throws(AdminError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw AdminError(.badSecret, "\(path): cannot be opened: \(lastError())") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw AdminError(.badSecret, "\(path): is not a regular file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw AdminError(.badSecret, "\(path): others may read it; run: chmod 600 '\(path)'")
        }
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw AdminError(.io, "\(path): cannot be read: \(lastError())") }
        guard count <= bytesMax else { throw AdminError(.badSecret, "\(path): is too long for a JWT secret") }
        return Array(bytes[0..<count])
    }

    static func lastError() -> String {
        let number = errno
        return strerror(number).map { String(cString: $0) } ?? "errno \(number)"
    }
}

/// A Unix stream socket by its path. Source: unix(7).
enum UnixSocket {
    /// Longest path in bytes: `sun_path` holds 108 with its closing zero.
    static let pathBytesMax = 107

    /// Makes a listening socket of mode 0600 and gives its descriptor and its inode.
    ///
    /// A socket that nobody answers on is removed first; one that somebody answers on, and anything that is no
    /// socket, is left alone and refused. Throws `.pathTooLong`, `.inUse`, `.notASocket`, `.io`.
    static func bind(path: String) throws(AdminError) -> (descriptor: Int32, inode: UInt64) {
        try removeStale(path)
        let descriptor = try make()
        // The mode comes from the umask at bind, so there is no moment at which others may connect. The umask is the
        // process's, for the time of one system call.
        let before = umask(0o177)
        let result = withAddress(path) { Glibc.bind(descriptor, $0, $1) }
        let reason = SecretFile.lastError()
        umask(before)
        var status = stat()
        guard result == 0, chmod(path, 0o600) == 0, lstat(path, &status) == 0, listen(descriptor, 16) == 0 else {
            close(descriptor)
            throw AdminError(.io, "\(path): the socket cannot be made: \(reason)")
        }
        return (descriptor, UInt64(status.st_ino))
    }

    /// Removes the socket when it is still the one with `inode` (another node may have made its own since).
    static func remove(path: String, inode: UInt64) {
        var status = stat()
        if lstat(path, &status) == 0, UInt64(status.st_ino) == inode { unlink(path) }
    }

    /// Connects; reads and writes time out after `seconds`. Throws `.peer` when nobody answers there.
    static func connect(path: String, seconds: Int) throws(AdminError) -> Int32 {
        guard (1...pathBytesMax).contains(path.utf8.count) else { throw tooLong(path) }
        let descriptor = try make()
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            let reason = SecretFile.lastError()
            close(descriptor)
            throw AdminError(.peer, "\(path): no node answers there (\(reason)); is it running?")
        }
        return descriptor
    }

    private static func removeStale(_ path: String) throws(AdminError) {
        guard (1...pathBytesMax).contains(path.utf8.count) else { throw tooLong(path) }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw AdminError(.io, "\(path): cannot be inspected: \(SecretFile.lastError())")
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw AdminError(.notASocket, "\(path): exists and is no socket; name another path")
        }
        let descriptor = try make()
        defer { close(descriptor) }
        if withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 {
            throw AdminError(.inUse, "\(path): another node answers there; stop it or name another path")
        }
        guard errno == ECONNREFUSED else {
            throw AdminError(.inUse, "\(path): cannot tell whether a node answers there: \(SecretFile.lastError())")
        }
        guard unlink(path) == 0 else {
            throw AdminError(.io, "\(path): the stale socket cannot be removed: \(SecretFile.lastError())")
        }
    }

    private static func tooLong(_ path: String) -> AdminError {
        AdminError(.pathTooLong, "the socket path has \(path.utf8.count) bytes; 1 to \(pathBytesMax) are possible")
    }

    private static func make() throws(AdminError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw AdminError(.io, "no socket: \(SecretFile.lastError())") }
        return descriptor
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(pathBytesMax)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
