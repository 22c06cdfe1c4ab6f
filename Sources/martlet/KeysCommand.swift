import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault

/// `martlet keys`: encrypted private keys in geth's file format. No verb takes or prints a secret.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, import and list encrypted keys; sign a message.",
        discussion: """
            Keys are Web3 keystore files of version 3 (geth's format), mode 0600, in the folder --keys-dir, \
            $MARTLET_KEYS or ./keys. Passwords come from the terminal, --password-file or --password-stdin, never \
            from an argument.
            """,
        subcommands: [
            KeysNewCommand.self, KeysImportCommand.self, KeysListCommand.self, KeysSignMessageCommand.self,
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

    func validate() throws {
        if passwordFile != nil, passwordFromStandardInput {
            throw ValidationError("give --password-file or --password-stdin, not both")
        }
    }

    var source: PasswordSource {
        if let passwordFile { return .file(passwordFile) }
        return passwordFromStandardInput ? .standardInput : .prompt
    }
}

extension CLIFailure {
    /// A key error with the exit code of docs/CLI.md: what a person typed 2, what lies on disk 3, what is forbidden
    /// 5, nothing there 1.
    init(_ error: KeyVaultError) {
        let status: ExitStatus =
            switch error.code {
            case .notFound, .cancelled: .failed
            case .badInput, .invalidKey, .ambiguous: .badUsage
            case .malformed, .unsupportedVersion, .unsupportedCipher, .unsupportedDerivation, .parametersOutOfBounds,
                .io, .cryptoFailure:
                .badConfiguration
            case .wrongPassword, .addressMismatch, .looseMode, .exists, .wellKnownKey: .refused
            }
        self.init(code: status, message: error.description)
    }

    /// Runs `body` and turns its key error into the command's exit.
    static func keys<Value: ~Copyable>(_ body: () throws(KeyVaultError) -> Value) throws(CLIFailure) -> Value {
        do throws(KeyVaultError) { return try body() } catch { throw CLIFailure(error) }
    }
}

/// Tells, on stderr, that a key is public; it is kept because local chains use such keys.
func warnIfWellKnown(_ address: Address) {
    guard WellKnownKeys.contains(address) else { return }
    Terminal.error("martlet: \(address.checksummed) is a published development key: it will sign on local chains only")
}
