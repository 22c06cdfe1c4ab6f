import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault

/// `martlet keys`: encrypted private keys in geth's file format. No verb takes a secret as an argument.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, import, keep and use keys; their signing rules and records.",
        discussion: """
            Keys are Web3 keystore files of version 3 (geth's format), mode 0600, in the folder --keys-dir, \
            $MARTLET_KEYS or ./keys. Passwords come from the terminal, a file, a file descriptor, standard input, a \
            systemd credential or a named environment variable, never from an argument. Signing follows policy.toml \
            in that folder and is noted in audit/ADDRESS.log.
            """,
        subcommands: [
            KeysNewCommand.self, KeysImportCommand.self, KeysDeriveCommand.self, KeysListCommand.self,
            KeysInspectCommand.self, KeysExportCommand.self, KeysChangePasswordCommand.self, KeysRotateCommand.self,
            KeysRemoveCommand.self, KeysSignMessageCommand.self, KeysSignTypedCommand.self, KeysSignTxCommand.self,
            KeysVerifyCommand.self, KeysVanityCommand.self, KeysPolicyCommand.self, KeysAuditCommand.self,
            KeysStopCommand.self, KeysResumeCommand.self, KeysSafeCommand.self,
        ])
}

/// The folder and output options of every verb.
struct KeysOptions: ParsableArguments {
    @Option(name: .customLong("keys-dir"), help: "Folder of key files (default: $MARTLET_KEYS, else keys).")
    var keysFolder: String?

    @Flag(help: "Print JSON.") var json = false

    var folder: KeyFolder {
        let named = keysFolder ?? ProcessInfo.processInfo.environment["MARTLET_KEYS"].flatMap { $0.isEmpty ? nil : $0 }
        return KeyFolder(path: named ?? "keys")
    }
}

/// Where the password comes from.
struct PasswordOptions: ParsableArguments {
    @Option(name: .customLong("password-file"), help: "File of mode 0600 whose one line is the password.")
    var passwordFile: String?

    @Flag(name: .customLong("password-stdin"), help: "Read the password from standard input.")
    var passwordFromStandardInput = false

    @Option(name: .customLong("password-fd"), help: "Read the password from this open file descriptor (3 or above).")
    var passwordDescriptor: Int32?

    @Option(name: .customLong("password-credential"), help: "systemd credential that holds the password.")
    var passwordCredential: String?

    @Option(name: .customLong("password-env"), help: "Environment variable that holds the password; it is wiped.")
    var passwordEnvironment: String?

    func validate() throws {
        if named.count > 1 { throw ValidationError("give one source of the password, not several") }
    }

    private var named: [PasswordSource] {
        [
            passwordFile.map { .file($0) }, passwordFromStandardInput ? .standardInput : nil,
            passwordDescriptor.map { .descriptor($0) }, passwordCredential.map { .credential($0) },
            passwordEnvironment.map { .environment($0) },
        ].compactMap { $0 }
    }

    var source: PasswordSource { named.first ?? .prompt }
}

/// A key of the folder.
struct KeyChoice: ParsableArguments {
    @Option(help: "Address of the key; needed when the folder holds several.") var address: String?
    @Option(name: .customLong("keystore"), help: "Keystore file of the key.") var keystore: String?

    func validate() throws {
        if address != nil, keystore != nil { throw ValidationError("give --address or --keystore, not both") }
    }

    /// The address asked for, when one is.
    func wanted() throws(CLIFailure) -> Address? {
        guard let address else { return nil }
        return try CLIFailure.address(address, "--address")
    }

    /// The key's file: the one named, that of the address, or the only one of the folder.
    func file(_ folder: KeyFolder) throws(CLIFailure) -> String {
        let wanted = try wanted()
        return try CLIFailure.keys { () throws(KeyVaultError) in
            if let keystore { return keystore }
            if let wanted { return try folder.find(wanted).path }
            let entries = try folder.list().entries
            guard let only = entries.first, entries.count == 1 else {
                let code: KeyVaultError.Code = entries.isEmpty ? .notFound : .ambiguous
                throw KeyVaultError(code, "holds \(entries.count) keys; name one with --address", path: folder.path)
            }
            return only.path
        }
    }

    /// Opens the key. From here on the process leaves no core dump.
    func open(_ folder: KeyFolder, _ password: PasswordSource) throws(CLIFailure) -> PrivateKey {
        ProcessHardening.apply()
        let file = try file(folder)
        do throws(KeyVaultError) {
            let secret = try password.read(label: "Password of \(file)")
            return try KeyFolder.open(file: file, password: secret)
        } catch {
            throw CLIFailure(error)
        }
    }
}

extension CLIFailure {
    /// A key error with the exit code of docs/CLI.md: what a person typed 2, what lies on disk 3, what is forbidden
    /// 5, nothing there 1, a signer that does not answer 4.
    init(_ error: KeyVaultError) {
        let status: ExitStatus =
            switch error.code {
            case .notFound, .cancelled: .failed
            case .badInput, .invalidKey, .ambiguous: .badUsage
            case .malformed, .unsupportedVersion, .unsupportedCipher, .unsupportedDerivation, .parametersOutOfBounds,
                .io, .cryptoFailure, .busy, .auditBroken:
                .badConfiguration
            case .signerUnavailable: .peerFailed
            case .wrongPassword, .addressMismatch, .looseMode, .exists, .wellKnownKey: .refused
            }
        self.init(code: status, message: error.description)
    }

    /// Runs `body` and turns its key error into the command's exit.
    static func keys<Value: ~Copyable>(_ body: () throws(KeyVaultError) -> Value) throws(CLIFailure) -> Value {
        do throws(KeyVaultError) { return try body() } catch { throw CLIFailure(error) }
    }

    /// Reads an address; mixed case must carry its checksum.
    static func address(_ text: String, _ option: String) throws(CLIFailure) -> Address {
        let digits = text.dropFirst(2)
        let isOneCase = digits == digits.lowercased() || digits == digits.uppercased()
        guard text.hasPrefix("0x"), let address = Address(hex: text), isOneCase || address.checksummed == text else {
            throw CLIFailure(code: .badUsage, message: "\(option) \(text): not an address, or its checksum is wrong")
        }
        return address
    }

    /// Reads a file that is no secret, up to 1 MiB.
    static func file(_ path: String) throws(CLIFailure) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20 else {
            throw CLIFailure(code: .badUsage, message: "\(path): cannot be read, or is over 1 MiB")
        }
        return Array(data)
    }

    /// Reads a JSON file that is no secret.
    static func json(_ path: String) throws(CLIFailure) -> JSON {
        do { return try JSON.parse(try file(path)) } catch let error as JSONError {
            throw CLIFailure(code: .badUsage, message: "\(path): \(error)")
        } catch let error as CLIFailure {
            throw error
        } catch {
            throw CLIFailure(code: .badUsage, message: "\(path): \(error)")
        }
    }
}

/// Tells, on stderr, that a key is public; it is kept because local chains use such keys.
func warnIfWellKnown(_ address: Address) {
    guard WellKnownKeys.contains(address) else { return }
    Terminal.error("martlet: \(address.checksummed) is a published development key: it will sign on local chains only")
}
