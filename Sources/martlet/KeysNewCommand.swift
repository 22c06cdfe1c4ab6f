import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault

/// `martlet keys new`: a fresh key from the system's random source, encrypted to a new file.
struct KeysNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a key and write it encrypted to a new file.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var password: PasswordOptions
    @Flag(help: "Cheap key derivation (4 MiB instead of 256 MiB): for tests only.") var light = false

    func run() async throws {
        let secret = try CLIFailure.keys { () throws(KeyVaultError) in try password.source.read(confirm: true) }
        let key = try Self.freshKey()
        let path: String
        do throws(KeyVaultError) {
            path = try keys.folder.add(key, password: secret, strength: light ? .light : .standard)
        } catch {
            throw CLIFailure(error)
        }
        KeyReport.print(address: key.address, path: path, json: keys.json)
    }
}

extension KeysNewCommand {
    // A function of its own: a deferred `let` of this non-copyable type in a closure breaks Swift 6.3.1's optimiser.
    private static func freshKey() throws -> PrivateKey {
        do {
            return try PrivateKey.random()
        } catch {
            throw CLIFailure(code: .badConfiguration, message: "the system's random source refused: \(error)")
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
