import ArgumentParser
import ChainRegistry
import Dispatch
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault
import Signers

/// `martlet signer`: keys in a process of their own, with their rules, reached over a Unix socket.
struct SignerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signer", abstract: "Hold keys and sign by policy for other processes, over a Unix socket.",
        discussion: """
            The node then holds no secret: its martlet.toml has [[keys.signer]] with home = "process". Every key that \
            is opened needs rules in policy.toml; one password opens all of them, or run one signer a key. Only the \
            own user (and --allow-uid) is heard. SIGTERM ends it.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var password: PasswordOptions
    @Option(help: "Path of the socket, mode 0600 (default: signer.sock of the key folder).") var socket: String?
    @Option(help: "Addresses of the keys to open (default: all that have rules). May be repeated.") var address:
        [String] = []
    @Option(name: .customLong("policy"), help: "File of signing rules (default: policy.toml of the key folder).")
    var policy: String?
    @Option(name: .customLong("allow-uid"), help: "Also hear processes of this user number. May be repeated.")
    var users: [UInt32] = []

    func run() async throws {
        ProcessHardening.apply()
        let folder = keys.folder, path = policy ?? folder.policyFile
        let rules: [KeyPolicy]
        do { rules = try KeyPolicyFile.load(path) } catch {
            throw CLIFailure(code: .badConfiguration, message: error.description)
        }
        let wanted = try address.map { (text) throws(CLIFailure) in try CLIFailure.address(text, "--address") }
        for address in wanted where !rules.contains(where: { $0.address == address }) {
            throw CLIFailure(
                code: .refused, message: "\(path): no rules for \(address.checksummed): it may sign nothing")
        }
        let chosen = rules.filter { wanted.isEmpty || wanted.contains($0.address) }
        let signers = try open(chosen, folder)
        guard !signers.isEmpty else {
            throw CLIFailure(code: .failed, message: "\(folder.path): no key file has rules in \(path)")
        }
        try serve(signers, socket ?? folder.path + "/signer.sock")
    }

    private func open(_ rules: [KeyPolicy], _ folder: KeyFolder) throws(CLIFailure) -> [LocalSigner] {
        do throws(KeyVaultError) {
            try folder.makeAuditFolder()
            let present = try folder.list().entries
            let secret = try password.source.read(label: "Password of the keys")
            var signers: [LocalSigner] = []
            for policy in rules {
                guard present.contains(where: { $0.address == policy.address }) else {
                    if !address.isEmpty { _ = try folder.find(policy.address) }
                    continue
                }
                let key = try KeyFolder.open(file: try folder.find(policy.address).path, password: secret)
                if !key.isLocked() {
                    Terminal.error("martlet: memory cannot be locked: raise `ulimit -l`, or keys may reach the swap")
                }
                signers.append(
                    try LocalSigner(
                        key: key, policy: policy, audit: folder.auditLog(policy.address), stopFile: folder.stopFile))
            }
            return signers
        } catch { throw CLIFailure(error) }
    }

    private func serve(_ signers: [LocalSigner], _ path: String) throws(CLIFailure) {
        let server = SignerServer(signers, users: Set(users + [geteuid()])) { Terminal.error("martlet: signer: \($0)") }
        signal(SIGTERM, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let sources = [SIGTERM, SIGINT].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { server.end() }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        let isJSON = keys.json
        try CLIFailure.keys { () throws(KeyVaultError) in
            try server.run(path) {
                let addresses = signers.map(\.address.checksummed)
                if isJSON {
                    let report: JSON = [
                        "socket": .string(path), "keys": .array(addresses.map { .string($0) }),
                    ]
                    Terminal.out(report.text)
                } else {
                    Terminal.out("signer: \(addresses.joined(separator: ", ")) on \(path)")
                }
            }
        }
        let counters = server.snapshot
        Terminal.error(
            "martlet: signer: ended; \(counters.requests) requests, \(counters.malformed) malformed, "
                + "\(counters.turnedAway) turned away")
    }
}
