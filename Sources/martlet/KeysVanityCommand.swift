import ArgumentParser
import EVMCrypto
import EVMTypes
import KeyVault

/// `martlet keys vanity`: a random key whose address has the wished digits. Searches with the system's random source
/// only.
struct KeysVanityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vanity", abstract: "Make a key whose address starts or ends with given digits.",
        discussion: """
            Every try is a fresh 256-bit draw, so the key is as strong as any other. Each digit takes 16 times longer; \
            mixed case asks for the checksummed spelling too.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var password: PasswordOptions
    @Option(help: "Digits behind 0x.") var prefix = ""
    @Option(help: "Last digits.") var suffix = ""
    @Option(help: "Give up after so many seconds, 1 to 86400.") var seconds = 60
    @Flag(help: "Cheap key derivation: for tests only.") var light = false

    func validate() throws {
        let digits = prefix + suffix
        guard !digits.isEmpty, digits.utf8.count <= 40, digits.utf8.allSatisfy({ Hex.digit($0) != nil }) else {
            throw ValidationError("--prefix and --suffix take 1 to 40 hex digits together")
        }
        guard (1...86_400).contains(seconds) else { throw ValidationError("--seconds takes 1 to 86400") }
    }

    func run() async throws {
        ProcessHardening.apply()
        let secret = try CLIFailure.keys { () throws(KeyVaultError) in try password.source.read(confirm: true) }
        let (address, path) = try search(secret)
        KeyReport.print(address: address, path: path, json: keys.json)
    }

    private func search(_ secret: borrowing SecretBytes) throws(CLIFailure) -> (Address, String) {
        let end = ContinuousClock.now + .seconds(seconds)
        let isCased = (prefix + suffix) != (prefix + suffix).lowercased()
        var tries = 0
        while tries & 0xff != 0 || ContinuousClock.now < end {
            tries += 1
            let key: PrivateKey
            do { key = try PrivateKey.random() } catch {
                throw CLIFailure(code: .badConfiguration, message: "the system's random source refused: \(error)")
            }
            let text = (isCased ? key.address.checksummed : key.address.hex).dropFirst(2)
            guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { continue }
            do throws(KeyVaultError) {
                return (key.address, try keys.folder.add(key, password: secret, strength: light ? .light : .standard))
            } catch { throw CLIFailure(error) }
        }
        throw CLIFailure(code: .failed, message: "none in \(tries) tries; ask for fewer digits or more --seconds")
    }
}
