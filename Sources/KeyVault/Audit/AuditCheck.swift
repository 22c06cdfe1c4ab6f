import EVMCrypto
public import EVMTypes

/// What a reading of an audit log found.
public struct AuditReport: Sendable, Equatable {
    /// The first thing that is wrong.
    public struct Fault: Sendable, Equatable, CustomStringConvertible {
        /// The entry, from 1, at which it shows.
        public var entry: UInt64
        /// What is wrong.
        public var problem: String

        public var description: String { "entry \(entry): \(problem)" }
    }

    /// Entries that are in order.
    public var count: UInt64
    /// Hash of the last entry in order; zero for an empty log.
    public var head: Hash32
    /// The first fault; nil when all is in order.
    public var fault: Fault?
    /// Whether each entry's code was checked too.
    public var isKeyed: Bool
    /// Bytes of the log up to and with the last entry in order.
    var goodBytes = 0
    /// Whether a last, unfinished line follows (a crash in the middle of a write).
    var isTorn = false
    /// Whether the head file is one entry behind (a crash between the two writes).
    var isHeadBehind = false
}

/// The small file beside the log that says how long it is: without it a cut at the end would not show.
struct AuditHead: Equatable {
    var sequence: UInt64
    var hash: Hash32
    var mac: Hash32?

    /// One line of fixed length, so that each write replaces the one before.
    var bytes: [UInt8] {
        let number = String(sequence)
        let digits = String(repeating: "0", count: 20 - number.count) + number
        return Array("\(digits) \(hash.hex) \((mac ?? .zero).hex)\n".utf8)
    }

    init(sequence: UInt64, hash: Hash32, mac: Hash32?) {
        self.sequence = sequence
        self.hash = hash
        self.mac = mac
    }

    init?(_ bytes: [UInt8]) {
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard bytes.count == 155, parts.count == 3, let sequence = UInt64(parts[0]), let hash = Hash32(hex: parts[1]),
            let mac = Hash32(hex: parts[2].dropLast())
        else { return nil }
        self.init(sequence: sequence, hash: hash, mac: mac == .zero ? nil : mac)
        guard self.bytes == bytes else { return nil }
    }
}

/// Checks an audit log entry by entry: form, count, chain of hashes, codes, and the head file against the end.
///
/// Without the log's key this finds every change by somebody who did not rewrite all that follows, and a cut; with it
/// also a rewrite of the whole log by somebody who has not the key. What it cannot find: the log and its head file set
/// back together to an earlier state. Keep the head (`martlet keys audit verify` prints it) elsewhere for that.
struct AuditCheck {
    private let code: SecretBytesBox?
    private(set) var report: AuditReport
    private var lastTime: UInt64 = 0

    init(key: SecretBytesBox?) {
        code = key
        report = AuditReport(count: 0, head: .zero, isKeyed: key != nil)
    }

    /// Reads the whole log, giving each good record to `each`, up to the first fault.
    mutating func run(_ log: [UInt8], head: [UInt8]?, each: (AuditRecord) -> Void) {
        var start = 0
        while start < log.count, report.fault == nil {
            guard let end = log[start...].firstIndex(of: 0x0a) else {
                report.isTorn = true
                break
            }
            check(log[start..<end], each)
            if report.fault == nil { report.goodBytes = end + 1 }
            start = end + 1
        }
        if report.fault == nil { checkHead(head) }
    }

    private mutating func check(_ bytes: ArraySlice<UInt8>, _ each: (AuditRecord) -> Void) {
        let entry = report.count + 1
        func fault(_ problem: String) { report.fault = AuditReport.Fault(entry: entry, problem: problem) }
        guard let line = AuditRecord.Line(bytes) else { return fault("is not a line of this log") }
        guard line.record.sequence == entry else {
            return fault("is numbered \(line.record.sequence): entries were removed, added or moved")
        }
        guard line.record.previous == report.head else { return fault("does not follow from the entry before it") }
        guard SHA256.hash(line.body) == line.hash else { return fault("was changed: its hash is another") }
        if let code {
            guard let mac = line.mac, constantTimeEquals(code.authenticate(line.hash).bytes, mac.bytes) else {
                return fault("was not written with this key's code")
            }
        }
        report.count = entry
        report.head = line.hash
        each(line.record)
    }

    private mutating func checkHead(_ bytes: [UInt8]?) {
        let count = report.count
        func fault(_ entry: UInt64, _ problem: String) {
            report.fault = AuditReport.Fault(entry: entry, problem: problem)
        }
        guard let bytes else {
            if count > 0 { fault(count, "the head file is missing: a cut at the end would not show") }
            return
        }
        guard let head = AuditHead(bytes) else { return fault(count, "the head file is damaged") }
        if let code, head.sequence > 0 {
            guard let mac = head.mac, constantTimeEquals(code.authenticate(head.hash).bytes, mac.bytes) else {
                return fault(head.sequence, "the head file was not written with this key's code")
            }
        }
        if head.sequence > count {
            return fault(count + 1, "is missing: the head file knows \(head.sequence) entries")
        }
        if head.sequence + 1 == count {
            report.isHeadBehind = true
        } else if head.sequence < count {
            fault(head.sequence + 1, "and those after it were added behind the head file's back")
        } else if head.hash != report.head {
            fault(count, "is not the one the head file knows")
        }
    }
}

/// A log's key behind a reference: non-copyable secrets cannot be captured otherwise.
final class SecretBytesBox: Sendable {
    private let secret: SecretBytes
    init(_ secret: consuming SecretBytes) { self.secret = secret }

    /// Boxes what is there.
    static func of(_ secret: consuming SecretBytes?) -> SecretBytesBox? {
        guard let secret else { return nil }
        return SecretBytesBox(secret)
    }

    func authenticate(_ hash: Hash32) -> Hash32 {
        var key = secret.withBytes { span in (0..<span.count).map { span[$0] } }
        defer { wipe(&key) }
        return HMACSHA256.authenticate(hash.bytes, key: key)
    }
}
