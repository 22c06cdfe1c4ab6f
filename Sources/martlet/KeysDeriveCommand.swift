import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault

/// `martlet keys derive`: the accounts of a mnemonic, public part only.
struct KeysDeriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "derive", abstract: "List the accounts of a mnemonic (BIP-39, BIP-44). Writes nothing.",
        discussion: "Take one over with `martlet keys import --mnemonic --index N`.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var mnemonic: MnemonicOptions
    @Option(help: "How many accounts, 1 to 1000.") var count: UInt32 = 10

    func validate() throws {
        guard (1...1_000).contains(count) else { throw ValidationError("--count takes 1 to 1000") }
    }

    func run() async throws {
        ProcessHardening.apply()
        var rows: [(path: String, address: Address)] = []
        do throws(KeyVaultError) {
            let master = try mnemonic.master()
            let numbers = mnemonic.path == nil ? count : 1
            for number in 0..<numbers {
                let path = try mnemonic.derivation(mnemonic.index &+ number)
                rows.append((path.description, try master.derive(path).address))
            }
        } catch {
            throw CLIFailure(error)
        }
        if keys.json {
            let report = JSON.array(
                rows.map { ["path": .string($0.path), "address": .string($0.address.checksummed)] })
            Terminal.out(report.text)
        } else {
            for row in rows { Terminal.out("\(row.address.checksummed)\t\(row.path)") }
        }
        if let known = rows.first(where: { WellKnownKeys.contains($0.address) }) { warnIfWellKnown(known.address) }
    }
}
