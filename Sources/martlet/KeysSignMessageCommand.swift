import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault

/// `martlet keys sign-message`: an EIP-191 personal signature, to prove to somebody that a key is held.
struct KeysSignMessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-message", abstract: "Sign a message (EIP-191) and print address and signature.",
        discussion: "The key is that of --address or --keystore, or the only one of the folder.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var password: PasswordOptions
    @Option(help: "Address of the key to sign with.") var address: String?
    @Option(name: .customLong("keystore"), help: "Keystore file to sign with.") var keystore: String?
    @Option(name: .customLong("message-file"), help: "Sign the bytes of this file (at most 1 MiB).") var messageFile:
        String?
    @Argument(help: "The message, as UTF-8 text.") var message: String?

    func validate() throws {
        if (message == nil) == (messageFile == nil) { throw ValidationError("give a MESSAGE or --message-file") }
        if address != nil, keystore != nil { throw ValidationError("give --address or --keystore, not both") }
    }

    func run() async throws {
        let bytes = try messageBytes()
        let wanted = try address.map { text throws(CLIFailure) in
            guard let parsed = Address(checksummed: text) else {
                throw CLIFailure(
                    code: .badUsage, message: "--address \(text): not an address, or its checksum is wrong")
            }
            return parsed
        }
        let signed = try CLIFailure.keys { () throws(KeyVaultError) in
            let file = try keyFile(wanted)
            let secret = try password.source.read(label: "Password of \(file)")
            let signer = try Signer(key: try KeyFolder.open(file: file, password: secret), policy: .messagesOnly)
            // The policy allows messages and nobody pauses this signer, so there is no refusal to tell.
            return (signer.address, try? signer.signPersonalMessage(bytes))
        }
        guard let signature = signed.1 else {
            throw CLIFailure(code: .refused, message: "the signer refused the message")
        }
        let text = Hex.encode(signature.bytes65(v27: true))
        if keys.json {
            let report: JSON = [
                "address": .string(signed.0.checksummed), "hash": .hash(EIP191.personalHash(bytes)),
                "signature": .string(text),
            ]
            Terminal.out(report.text)
        } else {
            Terminal.out("address:   \(signed.0.checksummed)\nsignature: \(text)")
        }
    }

    private func keyFile(_ wanted: Address?) throws(KeyVaultError) -> String {
        if let keystore { return keystore }
        if let wanted { return try keys.folder.find(wanted).path }
        let entries = try keys.folder.list().entries
        guard let only = entries.first, entries.count == 1 else {
            let code: KeyVaultError.Code = entries.isEmpty ? .notFound : .ambiguous
            throw KeyVaultError(code, "holds \(entries.count) keys; name one with --address", path: keys.folder.path)
        }
        return only.path
    }

    private func messageBytes() throws(CLIFailure) -> [UInt8] {
        if let message { return Array(message.utf8) }
        guard let messageFile, let data = FileManager.default.contents(atPath: messageFile), data.count <= 1 << 20
        else {
            throw CLIFailure(code: .badUsage, message: "\(messageFile ?? ""): cannot be read, or is over 1 MiB")
        }
        return Array(data)
    }
}
