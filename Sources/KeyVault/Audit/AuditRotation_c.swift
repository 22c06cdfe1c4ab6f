public import EVMCrypto
public import EVMTypes
import Glibc

/// Where an audit log that does not begin at the beginning goes on from: named by a note in its first entry.
public struct AuditOrigin: Sendable, Equatable {
    /// File name of the earlier log, in the same folder.
    public var name: String
    /// How many of its entries are in order.
    public var count: UInt64
    /// Hash of the last of these.
    public var head: Hash32
    /// Whether a fault follows them: the log was put away after `audit verify` had found it.
    public var hasFault: Bool
    /// When it was put away, milliseconds since 1970.
    public var time: UInt64

    init(name: String, count: UInt64, head: Hash32, hasFault: Bool, time: UInt64) {
        self.name = name
        self.count = count
        self.head = head
        self.hasFault = hasFault
        self.time = time
    }

    /// Reads the note; nil when `record` is no such note.
    public init?(_ record: AuditRecord) {
        let parts = record.reason.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard record.sequence == 1, record.kind == "note", record.decision == "note", parts.count == 4,
            ["continues", "continues-after-fault"].contains(parts[0]), let count = UInt64(parts[2]),
            let head = Hash32(hex: parts[3]), !parts[1].isEmpty, !parts[1].contains("/")
        else { return nil }
        self.init(
            name: parts[1], count: count, head: head, hasFault: parts[0] == "continues-after-fault", time: record.time)
    }

    var note: String { "\(hasFault ? "continues-after-fault" : "continues") \(name) \(count) \(head.hex)" }
}

extension AuditLog {
    /// How far back limits look: an earlier log put away within this time must be there.
    static let memoryMilliseconds: UInt64 = 86_400_000
    /// Most earlier logs that are read.
    static let earlierMax = 64

    /// Puts the log at `path` away as `path.N` (N from 1) and begins a new one whose first entry names it, its length
    /// and its last hash, so that chain and limits go on. Nobody may have it open.
    ///
    /// A log that is not in order is put away only with `afterFault`: then the entries before the fault count.
    /// Throws `.auditBroken` (also for `afterFault` on a log in order: `.badInput`), `.busy`, `.notFound`, `.io`.
    public static func rotate(
        path: String, address: Address, key: consuming SecretBytes, afterFault: Bool = false,
        time: UInt64 = PolicyGate.systemClock()
    ) throws(KeyVaultError) -> AuditOrigin {
        guard SecretFiles.exists(path) else { throw KeyVaultError(.notFound, "there is no such log", path: path) }
        let code = SecretBytesBox(key)
        let log = try openLocked(path)
        defer { close(log) }
        let head = try openLocked(path + ".head")
        defer { close(head) }
        var check = AuditCheck(key: code)
        let headBytes = try SecretFiles.readGrown(path + ".head", bytesMax: 4_096)
        check.run(try SecretFiles.readGrown(path, bytesMax: bytesMax), head: headBytes) { _ in }
        let report = check.report
        if let fault = report.fault, !afterFault {
            throw KeyVaultError(
                .auditBroken, "\(fault). Find out who changed it; then put it away with --after-fault", path: path)
        }
        guard !afterFault || report.fault != nil else {
            throw KeyVaultError(.badInput, "is in order: put it away without --after-fault", path: path)
        }
        let (folder, base) = split(path)
        guard let number = (1...999_999).first(where: { !SecretFiles.exists("\(path).\($0)") }) else {
            throw KeyVaultError(.io, "has too many earlier logs beside it", path: path)
        }
        let origin = AuditOrigin(
            name: "\(base).\(number)", count: report.count, head: report.head, hasFault: report.fault != nil, time: time
        )
        let record = AuditRecord(
            sequence: 1, time: time, key: address, kind: "note", digest: .zero, decision: "note", reason: origin.note,
            transaction: nil, previous: .zero)
        let body = record.body, hash = SHA256.hash(body), mac = code.authenticate(hash)
        // The old files have their second names before anything is replaced: a crash leaves one log or the other.
        for suffix in ["", ".head"] where link(path + suffix, "\(path).\(number)\(suffix)") != 0 {
            throw SecretFiles.failure("\(path).\(number)\(suffix)", "cannot be made")
        }
        try SecretFiles.replace(AuditRecord.line(body, hash, mac: mac) + [0x0a], folder: folder, name: base)
        try SecretFiles.replace(
            AuditHead(sequence: 1, hash: hash, mac: mac).bytes, folder: folder, name: base + ".head")
        return origin
    }

    /// Gives `each` the entries of the logs that the log at `path` goes on from, oldest first: those that were put away
    /// within a day of `now`, and the newest one in any case when it is there.
    ///
    /// Throws `.auditBroken` when one that limits need is missing or is not the one that was put away.
    static func readEarlier(
        _ path: String, _ code: SecretBytesBox?, now: UInt64, each: (AuditRecord) -> Void
    ) throws(KeyVaultError) {
        let (folder, _) = split(path)
        var found: [[AuditRecord]] = [], origin = try origin(of: path), isFirst = true
        while let next = origin, found.count < earlierMax {
            let isNeeded = next.time + memoryMilliseconds > now
            guard isNeeded || isFirst else { break }
            isFirst = false
            let file = folder + "/" + next.name
            guard SecretFiles.exists(file) else {
                guard isNeeded else { break }
                throw KeyVaultError(
                    .auditBroken,
                    "goes on from \(next.name), which is gone: bring it back, its entries count for a day",
                    path: path)
            }
            var records: [AuditRecord] = []
            try check(file, next, code) { records.append($0) }
            origin = records.first.flatMap { AuditOrigin($0) }
            found.append(records)
        }
        for records in found.reversed() { for record in records { each(record) } }
    }

    /// Checks that the file is the log that was put away as `origin`. Throws `.auditBroken`, `.looseMode`, `.io`.
    private static func check(
        _ file: String, _ origin: AuditOrigin, _ code: SecretBytesBox?, each: (AuditRecord) -> Void
    ) throws(KeyVaultError) {
        var check = AuditCheck(key: code)
        let head = SecretFiles.exists(file + ".head") ? try SecretFiles.readGrown(file + ".head", bytesMax: 4_096) : nil
        check.run(try SecretFiles.readGrown(file, bytesMax: bytesMax), head: head, each: each)
        let report = check.report
        if let fault = report.fault, !origin.hasFault { throw KeyVaultError(.auditBroken, "\(fault)", path: file) }
        guard report.count == origin.count, report.head == origin.head else {
            throw KeyVaultError(
                .auditBroken,
                "ends with entry \(report.count), it was put away with \(origin.count) in order: "
                    + "it was changed since, or is another", path: file)
        }
    }

    /// Where the log at `path` goes on from; nil for one that begins at the beginning, or is absent.
    public static func origin(of path: String) throws(KeyVaultError) -> AuditOrigin? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 2_048)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0, let end = bytes[..<count].firstIndex(of: 0x0a) else { return nil }
        return AuditRecord.Line(bytes[..<end]).flatMap { AuditOrigin($0.record) }
    }

    /// Checks the log that the one at `path` goes on from, when it still lies beside it: its name, or nil when there is
    /// none to check. Throws as `readEarlier`.
    public static func verifyOrigin(of path: String, key: consuming SecretBytes? = nil) throws(KeyVaultError) -> String?
    {
        let file = split(path).folder
        guard let origin = try origin(of: path), SecretFiles.exists(file + "/" + origin.name) else { return nil }
        try check(file + "/" + origin.name, origin, SecretBytesBox.of(key)) { _ in }
        return origin.name
    }

    private static func split(_ path: String) -> (folder: String, base: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
