import ArgumentParser
import EVMCodec
import EVMCrypto
import KeyVault

/// `martlet keys audit rotate`: a new log that goes on from the old one.
struct KeysAuditRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Put the log away as LOG.1, LOG.2, ... and begin a new one that names it.",
        discussion: """
            Stop the signer first. The limits of the last day still count what the old log holds, so leave it in place \
            for a day. A log with a fault is put away only with --after-fault: do that when you know who changed it \
            and have a copy; what stands before the fault counts on.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @Flag(help: "The log has a fault, and I have looked into it.") var afterFault = false

    func run() async throws {
        let key = try choice.open(keys.folder, password.source)
        let path = keys.folder.auditLog(key.address), address = key.address, code = LocalSigner.auditKey(of: key)
        let origin: AuditOrigin
        do throws(KeyVaultError) {
            origin = try AuditLog.rotate(path: path, address: address, key: code, afterFault: afterFault)
        } catch { throw CLIFailure(error) }
        if keys.json {
            let report: JSON = [
                "path": .string(path), "earlier": .string(origin.name), "entries": .integer(origin.count),
                "head": .hash(origin.head), "afterFault": .bool(origin.hasFault),
            ]
            return Terminal.out(report.text)
        }
        Terminal.out(
            "\(origin.name): put away with \(origin.count) entries in order, head \(origin.count):\(origin.head)")
        Terminal.out("\(path): begun; leave \(origin.name) in place for a day")
    }
}
