import ArgumentParser
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault

/// `martlet keys sign-message`: an EIP-191 personal signature, to prove to somebody that a key is held.
struct KeysSignMessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-message", abstract: "Sign a message (EIP-191) and print address and signature.",
        discussion: "The key is that of --address or --keystore, or the only one of the folder.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @OptionGroup var signing: SigningOptions
    @Option(name: .customLong("message-file"), help: "Sign the bytes of this file (at most 1 MiB).") var messageFile:
        String?
    @Argument(help: "The message, as UTF-8 text.") var message: String?

    func validate() throws {
        if (message == nil) == (messageFile == nil) { throw ValidationError("give a MESSAGE or --message-file") }
    }

    func run() async throws {
        let bytes = try message.map { Array($0.utf8) } ?? CLIFailure.file(messageFile ?? "")
        let request = SigningRequest.message(bytes)
        let (address, signature) = try await signing.sign(request, keys, choice, password)
        SignatureReport.print(address, request.digest, signature, keys.json)
    }
}

/// `martlet keys sign-typed`: an EIP-712 signature over a document.
struct KeysSignTypedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-typed", abstract: "Sign typed data (EIP-712) from a JSON file.",
        discussion: """
            The file has types, primaryType, domain and message, as eth_signTypedData_v4 takes them. The rules must \
            allow the contract and type ([[key.typed_data]]), or --without-policy.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @OptionGroup var signing: SigningOptions
    @Argument(help: "JSON file of the document.") var file: String

    func run() async throws {
        let request = try CLIFailure.request(.typedData(try CLIFailure.json(file)), file)
        let (address, signature) = try await signing.sign(request, keys, choice, password)
        SignatureReport.print(address, request.digest, signature, keys.json)
    }
}

/// `martlet keys sign-tx`: a signed transaction from a JSON file. Sends nothing.
struct KeysSignTxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-tx", abstract: "Sign a transaction from a JSON file and print it raw. Sends nothing.",
        discussion: """
            The file has chainId, nonce, gas, and as needed to, value, data (or input), gasPrice or maxFeePerGas and \
            maxPriorityFeePerGas, accessList, maxFeePerBlobGas, blobVersionedHashes, authorizationList; numbers as \
            JSON numbers, decimal or 0x text.
            """)
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @OptionGroup var signing: SigningOptions
    @Option(help: "How it will be sent: public or bundle.") var route = "public"
    @Argument(help: "JSON file of the transaction.") var file: String

    func validate() throws {
        guard SigningRoute(rawValue: route) != nil else { throw ValidationError("--route takes public or bundle") }
    }

    func run() async throws {
        let transaction = try TransactionFile.read(try CLIFailure.json(file), file)
        let request = SigningRequest.transaction(transaction, SigningRoute(rawValue: route) ?? .public)
        let (address, signature) = try await signing.sign(request, keys, choice, password)
        var signed = transaction
        signed.signature = signature
        guard signed.sender() == address, let decoded = try? Transaction(decoding: signed.encoded()), decoded == signed
        else {
            throw CLIFailure(
                code: .failed, message: "\(file): no network accepts this transaction (its fields are at odds)")
        }
        if keys.json {
            let report: JSON = [
                "address": .string(address.checksummed), "hash": .hash(signed.hash), "raw": .hex(signed.encoded()),
            ]
            Terminal.out(report.text)
        } else {
            Terminal.out("from: \(address.checksummed)\nhash: \(signed.hash)\nraw:  \(Hex.encode(signed.encoded()))")
        }
    }
}

/// `martlet keys verify`: who signed.
struct KeysVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recover the signer of a message, typed data or transaction.",
        discussion: "With --address it exits 1 unless that account signed. A high s is told and counts as not signed.")
    @Flag(help: "Print JSON.") var json = false
    @Option(help: "The account that should have signed.") var address: String?
    @Option(help: "The message, as UTF-8 text.") var message: String?
    @Option(name: .customLong("message-file"), help: "File of the message.") var messageFile: String?
    @Option(name: .customLong("typed-file"), help: "JSON file of typed data.") var typedFile: String?
    @Option(name: .customLong("raw-tx"), help: "A signed transaction, 0x text; it holds its signature.") var raw:
        String?
    @Option(help: "65 bytes as 0x text: r, s, v (0, 1, 27 or 28).") var signature: String?

    func validate() throws {
        let contents = [message, messageFile, typedFile, raw].compactMap { $0 }.count
        if contents != 1 { throw ValidationError("give one of --message, --message-file, --typed-file and --raw-tx") }
        if (raw == nil) != (signature != nil) { throw ValidationError("--signature goes with everything but --raw-tx") }
    }

    func run() async throws {
        let digest: Hash32, given: Signature
        if let raw {
            guard let bytes = Hex.decode(raw), let transaction = try? Transaction(decoding: bytes, allowingHighS: true),
                let found = transaction.signature
            else { throw CLIFailure(code: .badUsage, message: "--raw-tx: not a signed transaction") }
            (digest, given) = (transaction.signingHash, found)
        } else {
            guard let bytes = Hex.decode(signature ?? ""), let found = Signature(bytes65: bytes) else {
                throw CLIFailure(code: .badUsage, message: "--signature: not 65 bytes r, s, v")
            }
            given = found
            if let typedFile {
                digest = try CLIFailure.request(.typedData(try CLIFailure.json(typedFile)), typedFile).digest
            } else {
                let bytes = try message.map { Array($0.utf8) } ?? CLIFailure.file(messageFile ?? "")
                digest = EIP191.personalHash(bytes)
            }
        }
        let wanted = try address.map { (text) throws(CLIFailure) in try CLIFailure.address(text, "--address") }
        let signer = given.isLowS ? Secp256k1.recover(digest, given) : nil
        let isGood = signer != nil && (wanted == nil || wanted == signer)
        if json {
            let report: JSON = [
                "signer": signer.map { .string($0.checksummed) } ?? .null, "hash": .hash(digest),
                "lowS": .bool(given.isLowS), "good": .bool(isGood),
            ]
            Terminal.out(report.text)
        } else {
            Terminal.out(
                "signer: \(signer?.checksummed ?? (given.isLowS ? "none: not a signature" : "refused: high s"))")
        }
        if !isGood { throw CLIFailure(code: .failed, message: "not signed by \(wanted?.checksummed ?? "anybody")") }
    }
}

/// Prints a signature.
enum SignatureReport {
    static func print(_ address: Address, _ digest: Hash32, _ signature: Signature, _ json: Bool) {
        let text = Hex.encode(signature.bytes65(v27: true))
        if json {
            let report: JSON = [
                "address": .string(address.checksummed), "hash": .hash(digest), "signature": .string(text),
            ]
            Terminal.out(report.text)
        } else {
            Terminal.out("address:   \(address.checksummed)\nsignature: \(text)")
        }
    }
}

extension CLIFailure {
    /// A request from a file's content; typed data that is none ends the command.
    static func request(_ content: SigningRequest.Content, _ file: String) throws(CLIFailure) -> SigningRequest {
        if case .typedData(let json) = content {
            do { _ = try EIP712.digest(json) } catch { throw CLIFailure(code: .badUsage, message: "\(file): \(error)") }
        }
        do { return try SigningRequest(content) } catch {
            throw CLIFailure(code: .badUsage, message: "\(file): \(error.rawValue)")
        }
    }
}
