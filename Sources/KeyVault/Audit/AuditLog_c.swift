import Dispatch
public import EVMCrypto
public import EVMTypes
import Glibc
import Synchronization

/// The append-only record of every request to a signer, one line each, chained by SHA-256.
///
/// Two files: the log (mode 0600) and `LOG.head` with the number and hash of the last entry. A record is handed to the
/// kernel before its signature is given out, so a killed process forgets nothing. Both files reach the disk within a
/// second (`sync`), so a power cut may lose the last entries; the log then says so when it is opened.
/// Any thread; one process at a time (`flock`).
public final class AuditLog: Sendable {
    /// Largest log that is opened, in bytes. Beyond it: `rotate`.
    public static let bytesMax = 1 << 30

    private struct State {
        var count: UInt64
        var head: Hash32
        var isBroken = false
        var isDirty = false
    }

    private static let syncQueue = DispatchQueue(label: "martlet.audit", qos: .utility)

    /// Path of the log.
    public let path: String
    private let descriptor: Int32
    private let headDescriptor: Int32
    private let code: SecretBytesBox?
    private let state: Mutex<State>

    /// Opens or makes the log at `path`, checks all of it, and gives each record to `each`.
    ///
    /// `key` (of the signing key, see `LocalSigner`) adds a code to each record that only its holder can make. What a
    /// crash leaves (an unfinished last line, a head one entry behind) is put right; anything else throws
    /// `.auditBroken` with the entry. Throws also `.busy`, `.looseMode`, `.io`.
    public init(
        path: String, key: consuming SecretBytes? = nil, each: (AuditRecord) -> Void = { _ in }
    ) throws(KeyVaultError) {
        self.path = path
        let code = SecretBytesBox.of(key)
        self.code = code
        let log = try AuditLog.openLocked(path)
        let head: Int32
        do throws(KeyVaultError) { head = try AuditLog.openLocked(path + ".head") } catch {
            close(log)
            throw error
        }
        (descriptor, headDescriptor) = (log, head)
        do throws(KeyVaultError) {
            try AuditLog.readEarlier(path, code, now: PolicyGate.systemClock(), each: each)
            let report = try AuditLog.settle(log, head, path, code, each)
            state = Mutex(State(count: report.count, head: report.head))
        } catch {
            close(log)
            close(head)
            throw error
        }
    }

    deinit {
        if state.withLock({ $0.isDirty }) {
            fdatasync(descriptor)
            fdatasync(headDescriptor)
        }
        close(descriptor)
        close(headDescriptor)
    }

    /// Number and hash of the last entry.
    public var head: (count: UInt64, hash: Hash32) { state.withLock { ($0.count, $0.head) } }

    /// Appends a record (its place in the chain is filled in here). False when it could not be written whole: then
    /// nothing may be signed, now or later, until the log is opened anew.
    func append(_ record: AuditRecord) -> Bool {
        state.withLock { state in
            guard !state.isBroken, state.count < UInt64.max else { return false }
            var record = record
            record.sequence = state.count + 1
            record.previous = state.head
            let body = record.body, hash = SHA256.hash(body)
            let mac = code?.authenticate(hash)
            var line = AuditRecord.line(body, hash, mac: mac)
            line.append(0x0a)
            let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written == line.count else {
                state.isBroken = true
                return false
            }
            state.count += 1
            state.head = hash
            if !state.isDirty {
                state.isDirty = true
                AuditLog.syncQueue.asyncAfter(deadline: .now() + 1) { [weak self] in self?.sync() }
            }
            let head = AuditHead(sequence: state.count, hash: hash, mac: mac).bytes
            let noted = head.withUnsafeBytes { pwrite(headDescriptor, $0.baseAddress, $0.count, 0) }
            if noted != head.count { state.isBroken = true }
            return !state.isBroken
        }
    }

    /// Brings what was written to the disk. Milliseconds. The log does it by itself a second after an entry.
    public func sync() {
        guard
            state.withLock({ state in
                defer { state.isDirty = false }
                return state.isDirty
            })
        else { return }
        fdatasync(descriptor)
        fdatasync(headDescriptor)
    }

    /// Checks a log without holding it: what `martlet keys audit verify` does. A log in use may be one entry ahead of
    /// its head for a moment. Throws `.notFound`, `.looseMode`, `.io`.
    public static func verify(
        path: String, key: consuming SecretBytes? = nil, each: (AuditRecord) -> Void = { _ in }
    ) throws(KeyVaultError) -> AuditReport {
        // The head first: entries written in between then count as at most one too many.
        var head: [UInt8]?
        do throws(KeyVaultError) { head = try SecretFiles.read(path + ".head", bytesMax: 4_096) } catch {
            guard error.code == .notFound else { throw error }
        }
        let log = try SecretFiles.readGrown(path, bytesMax: bytesMax)
        var check = AuditCheck(key: SecretBytesBox.of(key))
        check.run(log, head: head, each: each)
        return check.report
    }

    /// One end of a log, or its head file, made when it is absent and held against other processes until it is closed.
    static func openLocked(_ path: String) throws(KeyVaultError) -> Int32 {
        // The head file is written in place, the log only at its end.
        let appending = path.hasSuffix(".head") ? 0 : O_APPEND
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | appending, 0o600)
        guard descriptor >= 0 else { throw SecretFiles.failure(path, "cannot be opened") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw KeyVaultError(.badInput, "is not a regular file", path: path)
        }
        guard status.st_mode & 0o077 == 0 else {
            close(descriptor)
            throw KeyVaultError(.looseMode, "others may open it; run: chmod 600 '\(path)'", path: path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw KeyVaultError(.busy, "is in use by another process: one signer, one log", path: path)
        }
        return descriptor
    }

    /// Checks what is there and puts right what a crash leaves.
    private static func settle(
        _ log: Int32, _ head: Int32, _ path: String, _ code: SecretBytesBox?, _ each: (AuditRecord) -> Void
    ) throws(KeyVaultError) -> AuditReport {
        let bytes = try SecretFiles.readGrown(path, bytesMax: bytesMax)
        let headBytes = try SecretFiles.readGrown(path + ".head", bytesMax: 4_096)
        var check = AuditCheck(key: code)
        check.run(bytes, head: headBytes.isEmpty && bytes.isEmpty ? nil : headBytes, each: each)
        var report = check.report
        // The first entry of all, when its head could not be written any more.
        if report.fault != nil, report.count == 1, headBytes.isEmpty {
            (report.fault, report.isHeadBehind) = (nil, true)
        }
        if headBytes.isEmpty, report.count == 0 { report.fault = nil }
        // A log that was just begun by `rotate`, when the old one's head could not be replaced any more.
        if report.fault != nil, report.count == 1, let origin = try origin(of: path), let old = AuditHead(headBytes),
            old.sequence == origin.count, old.hash == origin.head
        {
            (report.fault, report.isHeadBehind) = (nil, true)
        }
        if let fault = report.fault {
            throw KeyVaultError(
                .auditBroken, "\(fault). Nothing is signed on a broken log: find out who changed it", path: path)
        }
        if report.isTorn {
            guard ftruncate(log, off_t(report.goodBytes)) == 0 else {
                throw SecretFiles.failure(path, "cannot be mended")
            }
        }
        if report.isHeadBehind {
            let line = AuditHead(sequence: report.count, hash: report.head, mac: code?.authenticate(report.head)).bytes
            guard line.withUnsafeBytes({ pwrite(head, $0.baseAddress, $0.count, 0) }) == line.count else {
                throw SecretFiles.failure(path + ".head", "cannot be mended")
            }
        }
        return report
    }
}
