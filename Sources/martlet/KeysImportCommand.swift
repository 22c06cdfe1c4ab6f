import ArgumentParser
import EVMCrypto
import EVMTypes
import KeyVault

/// `martlet keys import`: takes a raw key or somebody's keystore file into the key folder.
struct KeysImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take a raw hex key, a keystore file or a mnemonic's key into the key folder.",
        discussion: """
            Without --keystore, --key-file and --key-stdin the key is asked for on the terminal, without echo. \
            A keystore file is opened with the password, checked, and written anew under the same password, or under \
            that of --new-password-file.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var password: PasswordOptions
    @OptionGroup var mnemonic: MnemonicOptions
    @Option(name: .customLong("keystore"), help: "Keystore file (version 3, mode 0600) to take over.")
    var keystore: String?
    @Option(name: .customLong("key-file"), help: "File of mode 0600 that holds the key as 64 hex digits.")
    var keyFile: String?
    @Flag(name: .customLong("key-stdin"), help: "Read the key as 64 hex digits from standard input.")
    var keyFromStandardInput = false
    @Option(name: .customLong("new-password-file"), help: "With --keystore: password of the new file.")
    var newPasswordFile: String?
    @Flag(help: "Cheap key derivation (4 MiB instead of 256 MiB): for tests only.") var light = false

    func validate() throws {
        let sources = [keystore != nil, keyFile != nil, keyFromStandardInput, mnemonic.isGiven].filter { $0 }.count
        if sources > 1 {
            throw ValidationError("give one of --keystore, --key-file, --key-stdin, --mnemonic and --mnemonic-file")
        }
        if keyFromStandardInput, password.passwordFromStandardInput {
            throw ValidationError("key and password cannot both come from standard input; use --password-file")
        }
        if newPasswordFile != nil, keystore == nil {
            throw ValidationError("--new-password-file goes with --keystore; for a raw key use --password-file")
        }
    }

    func run() async throws {
        ProcessHardening.apply()
        let strength: Keystore.Strength = light ? .light : .standard
        let (address, path) = try CLIFailure.keys { () throws(KeyVaultError) in
            if let keystore {
                let old = try password.source.read(label: "Password of \(keystore)")
                let key = try KeyFolder.open(file: keystore, password: old)
                if let newPasswordFile {
                    let new = try PasswordSource.file(newPasswordFile).read(confirm: true)
                    return (key.address, try keys.folder.add(key, password: new, strength: strength))
                }
                return (key.address, try keys.folder.add(key, password: old, strength: strength))
            }
            if mnemonic.isGiven {
                let key = try mnemonic.master().derive(try mnemonic.derivation(mnemonic.index))
                let secret = try password.source.read(label: "Password of the new file", confirm: true)
                return (key.address, try keys.folder.add(key, password: secret, strength: strength))
            }
            let source: PasswordSource = keyFile.map { .file($0) } ?? (keyFromStandardInput ? .standardInput : .prompt)
            let raw = try SecretInput.hexKey(from: source)
            guard let key = PrivateKey(secret: raw) else {
                throw KeyVaultError(.invalidKey, "not a private key of secp256k1: zero, or not below the group order")
            }
            let secret = try password.source.read(label: "Password of the new file", confirm: true)
            return (key.address, try keys.folder.add(key, password: secret, strength: strength))
        }
        warnIfWellKnown(address)
        KeyReport.print(address: address, path: path, json: keys.json)
    }
}
