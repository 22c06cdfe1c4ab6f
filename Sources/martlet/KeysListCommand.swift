import ArgumentParser
import EVMCodec
import EVMCrypto
import KeyVault

/// `martlet keys list`: the public part of every key file. Opens none.
struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the key files of the folder. Exit 1 when there is none.")
    @OptionGroup var keys: KeysOptions

    func run() async throws {
        let listing = try CLIFailure.keys { () throws(KeyVaultError) in try keys.folder.list() }
        if keys.json {
            let report: JSON = [
                "folder": .string(keys.folder.path),
                "keys": .array(
                    listing.entries.map {
                        [
                            "address": .string($0.address.checksummed), "path": .string($0.path),
                            "private": .bool($0.isPrivate),
                        ]
                    }),
                "skipped": .array(
                    listing.skipped.map {
                        [
                            "path": .string($0.path ?? ""), "code": .string($0.code.rawValue),
                            "reason": .string($0.message),
                        ]
                    }),
            ]
            Terminal.out(report.text)
        } else {
            for entry in listing.entries { Terminal.out("\(entry.address.checksummed)\t\(entry.path)") }
            for skipped in listing.skipped { Terminal.error("martlet: skipped \(skipped)") }
        }
        for entry in listing.entries where !entry.isPrivate {
            Terminal.error(
                "martlet: \(entry.path): others may open it and it will be refused; run: chmod 600 '\(entry.path)'")
        }
        if listing.entries.isEmpty {
            throw CLIFailure(
                code: .failed, message: "\(keys.folder.path): holds no key; make one with `martlet keys new`")
        }
    }
}
