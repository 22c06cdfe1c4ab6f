import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault

/// `martlet keys inspect`: what a key file says of itself. Opens nothing, unless --check.
struct KeysInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show the public part of a key file; with --check also open it.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @Flag(help: "Open it too, to see that password and file are good.") var check = false

    func run() async throws {
        let file = try choice.file(keys.folder)
        let keystore = try CLIFailure.keys { () throws(KeyVaultError) in try KeyFolder.read(file: file) }
        let derivation: String
        switch keystore.derivation {
        case .scrypt(let n, let r, let p): derivation = "scrypt n \(n) r \(r) p \(p) (\(128 * n * r >> 20) MiB)"
        case .pbkdf2(let iterations): derivation = "pbkdf2-hmac-sha256 c \(iterations)"
        }
        var isLocked: Bool?
        if check {
            let key = try choice.open(keys.folder, password.source)
            isLocked = key.isLocked()
        }
        let address = keystore.address
        let isKnown = address.map { WellKnownKeys.contains($0) } ?? false
        if keys.json {
            let report: JSON = [
                "path": .string(file), "address": address.map { .string($0.checksummed) } ?? .null,
                "id": .string(keystore.id), "derivation": .string(derivation), "published": .bool(isKnown),
                "opened": .bool(check), "memoryLocked": isLocked.map { .bool($0) } ?? .null,
            ]
            return Terminal.out(report.text)
        }
        Terminal.out("file:       \(file)")
        Terminal.out("address:    \(address?.checksummed ?? "not stated")")
        Terminal.out("id:         \(keystore.id)")
        Terminal.out("derivation: \(derivation)")
        if let isLocked {
            Terminal.out("opened:     yes; its memory is \(isLocked ? "locked" : "NOT locked (raise ulimit -l)")")
        }
        if let address { warnIfWellKnown(address) }
    }
}

/// `martlet keys export`: the key for another program: a keystore file, or the raw number.
struct KeysExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a key to a new file: encrypted anew, or raw with --raw.",
        discussion: """
            The file is new and of mode 0600; nothing secret is printed. --raw writes 64 hex digits: whoever reads \
            that file has the money.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @Option(name: .customLong("out"), help: "The new file.") var out: String
    @Option(name: .customLong("new-password-file"), help: "Password of the exported keystore (default: asked for).")
    var newPasswordFile: String?
    @Flag(help: "Write the key itself, unencrypted.") var raw = false
    @Flag(help: "Cheap key derivation: for tests only.") var light = false

    func run() async throws {
        let key = try choice.open(keys.folder, password.source)
        let address = key.address
        do throws(KeyVaultError) {
            if raw {
                try KeyFolder.writeSecret(Self.digits(key), to: out)
            } else {
                let source: PasswordSource = newPasswordFile.map { .file($0) } ?? .prompt
                let secret = try source.read(label: "Password of the exported file", confirm: true)
                let keystore = try Keystore(encrypting: key, password: secret, strength: light ? .light : .standard)
                try KeyFolder.writeSecret(SecretBytes(copying: keystore.serialized()), to: out)
            }
        } catch {
            throw CLIFailure(error)
        }
        if raw { Terminal.error("martlet: \(out) holds the key itself; shred it when it has served") }
        KeyReport.print(address: address, path: out, json: keys.json)
    }

    /// 64 hex digits without passing through a String.
    private static func digits(_ key: borrowing PrivateKey) -> SecretBytes {
        var text = key.withBytes { span in
            (0..<64).map { Hex.character(span[$0 / 2] >> ($0 % 2 == 0 ? 4 : 0) & 0x0f) }
        }
        return SecretBytes(taking: &text)
    }
}

/// `martlet keys change-password`: the same key under another password, in the same file.
struct KeysChangePasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-password", abstract: "Encrypt a key file anew under another password.",
        discussion: "Copies and backups of the file keep the old password.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @Option(name: .customLong("new-password-file"), help: "The new password (default: asked for).")
    var newPasswordFile: String?
    @Flag(help: "Cheap key derivation: for tests only.") var light = false

    func run() async throws {
        let file = try choice.file(keys.folder)
        let key = try choice.open(keys.folder, password.source)
        let address = key.address
        do throws(KeyVaultError) {
            let source: PasswordSource = newPasswordFile.map { .file($0) } ?? .prompt
            let secret = try source.read(label: "New password", confirm: true)
            try KeyFolder.rewrite(file, key, password: secret, strength: light ? .light : .standard)
        } catch {
            throw CLIFailure(error)
        }
        KeyReport.print(address: address, path: file, json: keys.json)
    }
}

/// `martlet keys remove`: ends a key file. The password proves that it is the right one.
struct KeysRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Retire a key file, or destroy it with --destroy.",
        discussion: """
            Without --destroy the file moves into the folder `retired`. With it the file is overwritten and deleted: \
            without another copy of the key its money is gone, so --address must be given and the password is asked.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @Flag(help: "Overwrite and delete the file for good.") var destroy = false

    func validate() throws {
        if choice.address == nil, choice.keystore == nil {
            throw ValidationError("name the key: --address or --keystore")
        }
    }

    func run() async throws {
        let file = try choice.file(keys.folder)
        let address: Address, path: String
        if destroy {
            let key = try choice.open(keys.folder, password.source)
            address = key.address
            path = file
            try CLIFailure.keys { () throws(KeyVaultError) in try KeyFolder.destroy(file) }
        } else {
            let keystore = try CLIFailure.keys { () throws(KeyVaultError) in try KeyFolder.read(file: file) }
            address = keystore.address ?? .zero
            path = try CLIFailure.keys { () throws(KeyVaultError) in try KeyFolder.retire(file) }
        }
        KeyReport.print(address: address, path: path, json: keys.json)
    }
}
