import Glibc
import KeyVault

/// One end of a Unix stream socket, blocking, with a time limit on every step. Used by one thread at a time.
struct UnixStream: ~Copyable {
    let descriptor: Int32

    /// Who is at the other end, as the kernel says.
    struct Peer: Sendable {
        var process: Int32
        var user: UInt32
        var group: UInt32
    }

    init(taking descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Connects to a socket file; nil with the reason in `errno` when it cannot.
    static func connect(_ path: String) -> UnixStream? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // A signer that hangs with a full queue would hold the caller for ever: SO_SNDTIMEO bounds `connect` too.
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, 21, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = withAddress(path) { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else {
            let number = errno
            close(descriptor)
            errno = number
            return nil
        }
        return UnixStream(taking: descriptor)
    }

    /// The peer's process, user and group; nil when the kernel does not say.
    borrowing func peer() -> Peer? {
        // struct ucred: pid, uid, gid.
        var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
        var length = socklen_t(12)
        guard getsockopt(descriptor, SOL_SOCKET, 17, &credentials, &length) == 0, length == 12 else { return nil }
        return Peer(process: credentials.0, user: credentials.1, group: credentials.2)
    }

    /// What is there to read, at most `room` bytes; waits up to `milliseconds` for it (negative: for ever).
    borrowing func receive(_ room: Int, within milliseconds: Int32) -> Received {
        while true {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, milliseconds)
            if ready < 0, errno == EINTR { continue }
            guard ready >= 0 else { return .ended }
            if ready == 0 { return .nothing }
            var got = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                got = recv(descriptor, buffer.baseAddress, room, Int32(MSG_DONTWAIT))
                count = max(0, got)
            }
            if got < 0, errno == EINTR || errno == EAGAIN { continue }
            return got > 0 ? .bytes(bytes) : .ended
        }
    }

    enum Received {
        case bytes([UInt8])
        /// Nothing came in the time given.
        case nothing
        /// The other end is closed, or the stream is broken.
        case ended
    }

    /// Writes all bytes within `whole` milliseconds; false otherwise.
    borrowing func write(_ bytes: [UInt8], whole: Int32) -> Bool {
        var sent = 0
        let end = Self.milliseconds() + UInt64(whole)
        while sent < bytes.count {
            let put = bytes.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress! + sent, bytes.count - sent,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if put > 0 {
                sent += put
                continue
            }
            if put < 0, errno == EINTR { continue }
            guard put < 0, errno == EAGAIN else { return false }
            let left = Int32(clamping: Int64(end) - Int64(Self.milliseconds()))
            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard left > 0, poll(&wait, 1, left) >= 0 else { return false }
        }
        return true
    }

    static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec / 1_000_000)
    }

    /// Lends a socket address for `path`, which must have at most 107 bytes (else -1 and ENAMETOOLONG).
    static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= 107 else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// A listening Unix socket of mode 0600.
struct UnixListener: ~Copyable {
    let descriptor: Int32
    private let path: String

    /// Binds `path`. A socket file that nobody answers on is taken over; throws `.busy` when somebody does,
    /// `.badInput` when the path is something else or too long, `.io`.
    init(_ path: String) throws(KeyVaultError) {
        func failure(_ what: String) -> KeyVaultError {
            KeyVaultError(.io, "\(what): \(String(cString: strerror(errno)))", path: path)
        }
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                throw KeyVaultError(.badInput, "exists and is no socket", path: path)
            }
            if UnixStream.connect(path) != nil {
                throw KeyVaultError(.busy, "another signer answers there", path: path)
            }
            unlink(path)
        }
        guard path.utf8.count <= 107 else {
            throw KeyVaultError(.badInput, "is longer than the 107 bytes that sockets may have", path: path)
        }
        let made = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard made >= 0 else { throw failure("no socket") }
        // The mode is exact from the first moment: no other thread may make files in between, this runs at start.
        let before = umask(0o177)
        let bound = UnixStream.withAddress(path) { bind(made, $0, $1) }
        umask(before)
        guard bound == 0, listen(made, 16) == 0 else {
            let error = failure("cannot be bound")
            close(made)
            throw error
        }
        descriptor = made
        self.path = path
    }

    /// The next connection; nil when none came within `milliseconds`.
    borrowing func accept(_ milliseconds: Int32) -> UnixStream? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, milliseconds) > 0 else { return nil }
        let taken = Glibc.accept(descriptor, nil, nil)
        guard taken >= 0 else {
            // Out of descriptors: do not spin.
            usleep(10_000)
            return nil
        }
        _ = fcntl(taken, F_SETFD, FD_CLOEXEC)
        return UnixStream(taking: taken)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }
}
