import ArgumentParser
import EVMCrypto
import EVMTypes
import KeyVault

/// A mnemonic, the passphrase that goes with it, and which key of it.
struct MnemonicOptions: ParsableArguments {
    @Flag(name: .customLong("mnemonic"), help: "Ask for the mnemonic on the terminal, without echo.") var isAsked =
        false
    @Option(name: .customLong("mnemonic-file"), help: "File of mode 0600 that holds the mnemonic.") var file: String?
    @Option(name: .customLong("passphrase-file"), help: "File of mode 0600 with the mnemonic's passphrase (ASCII).")
    var passphraseFile: String?
    @Flag(name: .customLong("passphrase"), help: "Ask for the mnemonic's passphrase on the terminal.")
    var isPassphraseAsked = false
    @Option(help: "Derivation path (default: m/44'/60'/0'/0/INDEX).") var path: String?
    @Option(help: "Number of the account.") var index: UInt32 = 0
    @Flag(help: "Count accounts as Ledger Live does: m/44'/60'/INDEX'/0/0.") var ledger = false

    func validate() throws {
        if isAsked, file != nil { throw ValidationError("give --mnemonic or --mnemonic-file") }
        if isPassphraseAsked, passphraseFile != nil {
            throw ValidationError("give --passphrase or --passphrase-file")
        }
        if path != nil, ledger { throw ValidationError("give --path or --ledger") }
        if index >= DerivationPath.hardened { throw ValidationError("--index takes 0 to 2147483647") }
    }

    var isGiven: Bool { isAsked || file != nil }

    /// The tree's root.
    func master() throws(KeyVaultError) -> ExtendedKey {
        let source: PasswordSource = file.map { .file($0) } ?? .prompt
        let text = try source.read(label: "Mnemonic")
        let mnemonic = try Mnemonic(parsing: text)
        let seed = try mnemonic.seed(passphrase: try passphrase())
        return try ExtendedKey(seed: seed)
    }

    private func passphrase() throws(KeyVaultError) -> SecretBytes {
        if let passphraseFile { return try PasswordSource.file(passphraseFile).read() }
        if isPassphraseAsked { return try PasswordSource.prompt.read(label: "Passphrase of the mnemonic") }
        return SecretBytes(copying: [])
    }

    /// The path of account `number` (or `--path` itself).
    func derivation(_ number: UInt32) throws(KeyVaultError) -> DerivationPath {
        if let path { return try DerivationPath(path) }
        return ledger ? .ledgerLive(number) : .ethereum(number)
    }
}
