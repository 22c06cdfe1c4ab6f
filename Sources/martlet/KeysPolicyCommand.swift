import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault

/// `martlet keys policy`: the signing rules of a key folder.
struct KeysPolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show, check and set the signing rules (policy.toml).",
        subcommands: [KeysPolicyShowCommand.self, KeysPolicyCheckCommand.self, KeysPolicySetCommand.self])
}

/// The file of rules.
struct PolicyOptions: ParsableArguments {
    @Option(name: .customLong("policy"), help: "File of signing rules (default: policy.toml of the key folder).")
    var path: String?

    func load(_ keys: KeysOptions) throws(CLIFailure) -> (path: String, rules: [KeyPolicy]) {
        let path = path ?? keys.folder.policyFile
        do { return (path, try KeyPolicyFile.load(path)) } catch {
            let status: ExitStatus = error.code == .unreadable ? .failed : .badConfiguration
            throw CLIFailure(code: status, message: error.description)
        }
    }
}

struct KeysPolicyShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the rules in force, in the file's own form.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var policy: PolicyOptions
    @Option(help: "Only this key's rules.") var address: String?

    func run() async throws {
        let loaded = try policy.load(keys), path = loaded.path
        var rules = loaded.rules
        if let address {
            let wanted = try CLIFailure.address(address, "--address")
            rules = rules.filter { $0.address == wanted }
            if rules.isEmpty {
                throw CLIFailure(
                    code: .failed, message: "\(path): no rules for \(wanted.checksummed): it may sign nothing")
            }
        }
        let isStopped = FileManager.default.fileExists(atPath: keys.folder.stopFile)
        if isStopped { Terminal.error("martlet: \(keys.folder.stopFile) exists: nothing is signed") }
        if keys.json {
            let report: JSON = [
                "path": .string(path), "stopped": .bool(isStopped), "keys": .integer(rules.count),
                "toml": .string(KeyPolicyFile.render(rules)),
            ]
            return Terminal.out(report.text)
        }
        FileHandle.standardOutput.write(Data(KeyPolicyFile.render(rules).utf8))
    }
}

struct KeysPolicyCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the rules; with --tx say whether they allow a transaction.",
        discussion: """
            Rolling limits and nonces are judged by the key's audit log as it stands. Exit 1 when it is refused, 3 for \
            a faulty file.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var policy: PolicyOptions
    @Option(help: "The key.") var address: String?
    @Option(name: .customLong("tx"), help: "JSON file of a transaction, as for sign-tx.") var transactionFile: String?
    @Option(help: "How it will be sent: public or bundle.") var route = "public"

    func validate() throws {
        if (address == nil) != (transactionFile == nil) { throw ValidationError("--tx and --address go together") }
        guard SigningRoute(rawValue: route) != nil else { throw ValidationError("--route takes public or bundle") }
    }

    func run() async throws {
        let (path, rules) = try policy.load(keys)
        guard let address, let transactionFile else {
            let known = rules.filter { WellKnownKeys.contains($0.address) }
            for rule in known { warnIfWellKnown(rule.address) }
            if keys.json {
                return Terminal.out(JSON.object(["path": .string(path), "keys": .integer(rules.count)]).text)
            }
            return Terminal.out("\(path): rules for \(rules.count) keys, no fault")
        }
        let wanted = try CLIFailure.address(address, "--address")
        let transaction = try TransactionFile.read(try CLIFailure.json(transactionFile), transactionFile)
        let route = SigningRoute(rawValue: route) ?? .public
        let reason = try refusal(rules.first { $0.address == wanted }, transaction, route, wanted)
        if keys.json {
            let report: JSON = [
                "allowed": .bool(reason == nil), "reason": reason.map { .string($0.rawValue) } ?? .null,
            ]
            Terminal.out(report.text)
        } else {
            Terminal.out(reason.map { "refused: \($0.rawValue)" } ?? "allowed")
        }
        if reason != nil { throw CLIFailure(code: .failed, message: "\(path) does not allow it") }
    }

    private func refusal(
        _ policy: KeyPolicy?, _ transaction: Transaction, _ route: SigningRoute, _ address: Address
    ) throws(CLIFailure) -> SigningRefusal? {
        guard let policy else { return .keyUnknown }
        return try CLIFailure.keys { () throws(KeyVaultError) in
            try PolicyGate.rehearse(
                .transaction(transaction, route), policy: policy, audit: keys.folder.auditLog(address),
                stopFile: keys.folder.stopFile)
        }
    }
}

struct KeysPolicySetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Take over a file of rules once it is checked; running signers read it at their next start.",
        discussion: "The old file is kept as policy.toml.before. `-` reads standard input.")
    @OptionGroup var keys: KeysOptions
    @Argument(help: "The new file of rules, or -.") var file: String

    func run() async throws {
        let text: String
        if file == "-" {
            text = String(
                decoding: FileHandle.standardInput.readData(ofLength: KeyPolicyFile.bytesMax + 1), as: UTF8.self)
        } else {
            text = String(decoding: try CLIFailure.file(file), as: UTF8.self)
        }
        let rules: [KeyPolicy]
        do { rules = try KeyPolicyFile.parse(text, source: file == "-" ? "standard input" : file) } catch {
            throw CLIFailure(code: .badConfiguration, message: error.description)
        }
        let path = keys.folder.policyFile
        try CLIFailure.keys { () throws(KeyVaultError) in
            try keys.folder.makeAuditFolder()
            if let old = FileManager.default.contents(atPath: path) {
                try KeyFolder.writePrivate(String(decoding: old, as: UTF8.self), to: path + ".before")
            }
            try KeyFolder.writePrivate(text, to: path)
        }
        Terminal.out("\(path): rules for \(rules.count) keys are set; restart signers and nodes that use them")
    }
}

/// `martlet keys stop`: the panic stop.
struct KeysStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop all signing with this key folder, at once.",
        discussion: "Makes the file STOP in the folder. Signers look for it before every signature.")
    @OptionGroup var keys: KeysOptions
    @Option(help: "Why; written into the file.") var reason = ""

    func run() async throws {
        try CLIFailure.keys { () throws(KeyVaultError) in
            try KeyFolder.writePrivate(String(reason.prefix(500)) + "\n", to: keys.folder.stopFile)
        }
        Terminal.out("\(keys.folder.stopFile): signing is stopped; `martlet keys resume` ends that")
    }
}

/// `martlet keys resume`: ends the panic stop.
struct KeysResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "End the panic stop. Exit 1 when there was none.")
    @OptionGroup var keys: KeysOptions

    func run() async throws {
        guard (try? FileManager.default.removeItem(atPath: keys.folder.stopFile)) != nil else {
            throw CLIFailure(code: .failed, message: "\(keys.folder.stopFile): not there, or cannot be removed")
        }
        Terminal.out("signing is allowed again")
    }
}
