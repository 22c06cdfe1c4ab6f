import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault

/// `martlet keys audit`: the record of what was asked and decided.
struct KeysAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show, verify and put away the audit log of a key.",
        subcommands: [KeysAuditShowCommand.self, KeysAuditVerifyCommand.self, KeysAuditRotateCommand.self])
}

/// Which log.
struct AuditOptions: ParsableArguments {
    @Option(help: "The key whose log it is.") var address: String?
    @Option(help: "The log's file (default: audit/ADDRESS.log of the key folder).") var log: String?

    func validate() throws {
        if (address == nil) == (log == nil) { throw ValidationError("give --address or --log") }
    }

    func path(_ keys: KeysOptions) throws(CLIFailure) -> String {
        if let log { return log }
        return keys.folder.auditLog(try CLIFailure.address(address ?? "", "--address"))
    }
}

struct KeysAuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the last entries, oldest first, up to the first fault.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var audit: AuditOptions
    @Option(help: "How many entries, 1 to 1000000.") var last = 20
    @Option(help: "Only entries with this decision: signed, refused, failed.") var decision: String?

    func validate() throws {
        guard (1...1_000_000).contains(last) else { throw ValidationError("--last takes 1 to 1000000") }
    }

    func run() async throws {
        let path = try audit.path(keys)
        var records: [AuditRecord] = []
        let report = try CLIFailure.keys { () throws(KeyVaultError) in
            try AuditLog.verify(path: path) { record in
                if decision == nil || record.decision == decision { records.append(record) }
                if records.count > 2 * last { records.removeFirst(records.count - last) }
            }
        }
        for record in records.suffix(last) {
            if keys.json {
                Terminal.out(record.json.text)
            } else {
                Terminal.out(Self.line(record))
            }
        }
        if let fault = report.fault { throw CLIFailure(code: .failed, message: "\(path): \(fault)") }
    }

    private static func line(_ record: AuditRecord) -> String {
        let time = Date(timeIntervalSince1970: Double(record.time) / 1_000).ISO8601Format()
        var text = "\(record.sequence)\t\(time)\t\(record.kind)\t\(record.decision)"
        if !record.reason.isEmpty { text += "\t\(record.reason)" }
        if let transaction = record.transaction {
            text += "\tchain \(transaction.chainID) nonce \(transaction.nonce) \(transaction.route.rawValue)"
            text += " to \(transaction.to?.checksummed ?? "(creation)") cost \(transaction.cost) wei"
        }
        return text
    }
}

struct KeysAuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the whole log; exit 1 and the entry's number when it was changed or cut.",
        discussion: """
            With --keyed the key is opened, and the codes show also a log that was written anew by somebody without \
            the key. --expect COUNT:HASH is a head noted earlier elsewhere: it shows a log that was set back as a whole.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var audit: AuditOptions
    @OptionGroup var password: PasswordOptions
    @Flag(help: "Open the key and check each entry's code too.") var keyed = false
    @Option(help: "Number and hash of an entry that must be in the log, as an earlier verify printed them.")
    var expect: String?

    func validate() throws {
        if keyed, audit.address == nil { throw ValidationError("--keyed goes with --address") }
    }

    func run() async throws {
        let path = try audit.path(keys)
        let wanted = try expected()
        var isFound = wanted == nil || wanted?.count == 0
        // The hash of entry n is what entry n + 1 names as the one before it.
        func see(_ record: AuditRecord) {
            if let wanted, record.sequence == wanted.count + 1, record.previous == wanted.hash { isFound = true }
        }
        let report = try check(path, see)
        if let wanted, report.count == wanted.count, report.head == wanted.hash { isFound = true }
        if keys.json {
            let answer: JSON = [
                "path": .string(path), "entries": .integer(report.count), "head": .hash(report.head),
                "keyed": .bool(report.isKeyed),
                "fault": report.fault.map { ["entry": .integer($0.entry), "problem": .string($0.problem)] } ?? .null,
                "expected": wanted == nil ? .null : .bool(isFound),
            ]
            Terminal.out(answer.text)
        } else if report.fault == nil {
            Terminal.out("\(path): \(report.count) entries in order\(report.isKeyed ? ", every code right" : "")")
            Terminal.out("head: \(report.count):\(report.head)")
        }
        if let fault = report.fault { throw CLIFailure(code: .failed, message: "\(path): \(fault)") }
        do throws(KeyVaultError) {
            if let earlier = try AuditLog.verifyOrigin(of: path), !keys.json {
                Terminal.out("goes on from: \(earlier), unchanged")
            }
        } catch { throw CLIFailure(code: .failed, message: "\(error)") }
        guard isFound else {
            throw CLIFailure(
                code: .failed, message: "\(path): the expected entry is not in it: the log was set back or replaced")
        }
    }

    private func check(_ path: String, _ each: (AuditRecord) -> Void) throws(CLIFailure) -> AuditReport {
        guard keyed else {
            return try CLIFailure.keys { () throws(KeyVaultError) in try AuditLog.verify(path: path, each: each) }
        }
        var choice = KeyChoice()
        choice.address = audit.address
        choice.keystore = nil
        let key = try choice.open(keys.folder, password.source)
        let code = LocalSigner.auditKey(of: key)
        do throws(KeyVaultError) { return try AuditLog.verify(path: path, key: code, each: each) } catch {
            throw CLIFailure(error)
        }
    }

    private func expected() throws(CLIFailure) -> (count: UInt64, hash: Hash32)? {
        guard let expect else { return nil }
        let parts = expect.split(separator: ":")
        guard parts.count == 2, let count = UInt64(parts[0]), let hash = Hash32(hex: parts[1]) else {
            throw CLIFailure(code: .badUsage, message: "--expect takes COUNT:HASH as verify prints it")
        }
        return (count, hash)
    }
}
