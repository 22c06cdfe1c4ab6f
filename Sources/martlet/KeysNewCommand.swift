import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault

/// `martlet keys new`: a fresh key from the system's random source, encrypted to a new file.
struct KeysNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a key, or a mnemonic and its first key, and write it to a new file.",
        discussion: """
            With --words the key is account 0 of a new BIP-39 mnemonic, which is written to --mnemonic-file (mode \
            0600) or shown once on the terminal. Whoever has the mnemonic has every key under it: write it down, and \
            keep no file of it on a machine that trades.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var password: PasswordOptions
    @Option(help: "Make a mnemonic of 12, 15, 18, 21 or 24 words.") var words: Int?
    @Option(name: .customLong("mnemonic-file"), help: "With --words: new file for the mnemonic.") var mnemonicFile:
        String?
    @Flag(help: "Cheap key derivation (4 MiB instead of 256 MiB): for tests only.") var light = false

    func validate() throws {
        if mnemonicFile != nil, words == nil { throw ValidationError("--mnemonic-file goes with --words") }
    }

    func run() async throws {
        ProcessHardening.apply()
        let secret = try CLIFailure.keys { () throws(KeyVaultError) in try password.source.read(confirm: true) }
        let (address, path) = try add(secret)
        KeyReport.print(address: address, path: path, json: keys.json)
    }

    private func add(_ secret: borrowing SecretBytes) throws(CLIFailure) -> (Address, String) {
        let strength: Keystore.Strength = light ? .light : .standard
        do throws(KeyVaultError) {
            guard let words else {
                let key = try Self.freshKey()
                return (key.address, try keys.folder.add(key, password: secret, strength: strength))
            }
            let mnemonic = try Mnemonic.random(words: words)
            let seed = try mnemonic.seed(passphrase: SecretBytes(copying: []))
            let key = try ExtendedKey(seed: seed).derive(.ethereum(0))
            if let mnemonicFile {
                try mnemonic.write(to: mnemonicFile)
            } else {
                try mnemonic.show()
            }
            return (key.address, try keys.folder.add(key, password: secret, strength: strength))
        } catch {
            throw CLIFailure(error)
        }
    }
}

extension KeysNewCommand {
    // A function of its own: a deferred `let` of this non-copyable type in a closure breaks Swift 6.3.1's optimiser.
    private static func freshKey() throws(KeyVaultError) -> PrivateKey {
        do { return try PrivateKey.random() } catch {
            throw KeyVaultError(.cryptoFailure, "the system's random source refused: \(error)")
        }
    }
}

/// What `new` and `import` print: address and path, nothing secret.
enum KeyReport {
    static func print(address: Address, path: String, json: Bool) {
        if json {
            let report: JSON = ["address": .string(address.checksummed), "path": .string(path)]
            Terminal.out(report.text)
        } else {
            Terminal.out("\(address.checksummed)\t\(path)")
        }
    }
}
