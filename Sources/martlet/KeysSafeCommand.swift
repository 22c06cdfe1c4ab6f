import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault
import NodeClient

/// `martlet keys safe`: transactions of a Safe, a multisig wallet that holds the treasury.
struct KeysSafeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "safe", abstract: "Hash, sign, combine and execute a transaction of a Safe.",
        discussion: """
            The transaction is a JSON file that all owners share: safe, chainId, to, nonce, and as needed value, data, \
            operation (0 call, 1 delegatecall), safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, and version \
            (of the Safe contract; before 1.3.0 the hash names no chain).
            """,
        subcommands: [
            KeysSafeHashCommand.self, KeysSafeSignCommand.self, KeysSafeCombineCommand.self,
            KeysSafeExecuteCommand.self,
        ])
}

/// A Safe's transaction as its owners pass it around.
struct SafeFile {
    var safe: Address
    var chainID: UInt64
    var isOld: Bool
    var transaction: SafeTransaction

    private static let members: Set = [
        "safe", "chainId", "version", "to", "value", "data", "operation", "safeTxGas", "baseGas", "gasPrice",
        "gasToken", "refundReceiver", "nonce",
    ]

    static func read(_ file: String) throws(CLIFailure) -> SafeFile {
        let json = try CLIFailure.json(file)
        func wrong(_ what: String) -> CLIFailure { CLIFailure(code: .badUsage, message: "\(file): \(what)") }
        guard let object = json.object else { throw wrong("not a JSON object") }
        if let key = object.keys.first(where: { !members.contains($0) }) { throw wrong("unknown member \(key)") }
        func number(_ key: String, _ standard: U256?) throws(CLIFailure) -> U256 {
            guard let value = json[key] else {
                guard let standard else { throw wrong("\(key) is missing") }
                return standard
            }
            guard let number = value.quantityU256 ?? (value.string ?? value.numberText).flatMap({ U256(decimal: $0) })
            else {
                throw wrong("\(key) is no whole number")
            }
            return number
        }
        func address(_ key: String, _ standard: Address?) throws(CLIFailure) -> Address {
            guard let value = json[key] else {
                guard let standard else { throw wrong("\(key) is missing") }
                return standard
            }
            return try CLIFailure.address(value.string ?? "", "\(file): \(key)")
        }
        var transaction = SafeTransaction(to: try address("to", nil), nonce: try number("nonce", nil))
        transaction.value = try number("value", .zero)
        if let data = json["data"] {
            guard let bytes = data.hexBytes else { throw wrong("data is no 0x text") }
            transaction.data = bytes
        }
        guard let byte = try number("operation", .zero).asUInt64.flatMap({ UInt8(exactly: $0) }),
            let operation = SafeTransaction.Operation(rawValue: byte)
        else { throw wrong("operation is neither 0 (call) nor 1 (delegatecall)") }
        transaction.operation = operation
        transaction.safeTxGas = try number("safeTxGas", .zero)
        transaction.baseGas = try number("baseGas", .zero)
        transaction.gasPrice = try number("gasPrice", .zero)
        transaction.gasToken = try address("gasToken", .zero)
        transaction.refundReceiver = try address("refundReceiver", .zero)
        guard let chainID = try number("chainId", nil).asUInt64 else { throw wrong("chainId is too large") }
        return SafeFile(
            safe: try address("safe", nil), chainID: chainID, isOld: try isOld(json["version"], wrong),
            transaction: transaction)
    }

    /// Safes before 1.3.0 have a domain without chain id.
    private static func isOld(_ version: JSON?, _ wrong: (String) -> CLIFailure) throws(CLIFailure) -> Bool {
        guard let version else { return false }
        let parts = (version.string ?? "").split(separator: ".").prefix(2).compactMap { UInt32($0) }
        guard parts.count == 2 else { throw wrong("version is no text such as \"1.4.1\"") }
        return parts[0] < 1 || (parts[0] == 1 && parts[1] < 3)
    }

    var domainChainID: UInt64? { isOld ? nil : chainID }
    var hash: Hash32 { transaction.hash(chainID: domainChainID, safe: safe) }
    var typedData: JSON { transaction.typedData(chainID: domainChainID, safe: safe) }

    /// Says aloud what a signature would allow beyond the obvious.
    func warn() {
        if transaction.operation == .delegateCall {
            Terminal.error(
                "martlet: a delegatecall: the code at \(transaction.to.checksummed) may do anything with the Safe")
        }
        if !transaction.gasPrice.isZero {
            Terminal.error(
                "martlet: it pays a refund, in "
                    + (transaction.gasToken.isZero ? "coins" : transaction.gasToken.checksummed)
            )
        }
    }
}

struct KeysSafeHashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "Print the hash that owners sign, and the document for other wallets.")
    @Flag(help: "Print JSON, with the typed data.") var json = false
    @Argument(help: "JSON file of the Safe's transaction.") var file: String

    func run() async throws {
        let safe = try SafeFile.read(file)
        safe.warn()
        guard json else { return Terminal.out(safe.hash.hex) }
        Terminal.out(JSON.object(["hash": .hash(safe.hash), "typedData": safe.typedData]).text)
    }
}

struct KeysSafeSignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign a Safe's transaction as one owner.",
        discussion: "The rules must allow typed data SafeTx of that Safe, or --without-policy.")
    @OptionGroup var keys: KeysOptions
    @OptionGroup var choice: KeyChoice
    @OptionGroup var password: PasswordOptions
    @OptionGroup var signing: SigningOptions
    @Argument(help: "JSON file of the Safe's transaction.") var file: String

    func run() async throws {
        let safe = try SafeFile.read(file)
        safe.warn()
        let request = try CLIFailure.request(.typedData(safe.typedData), file)
        guard request.digest == safe.hash else {
            throw CLIFailure(code: .failed, message: "\(file): two ways to its hash differ; do not sign it")
        }
        let (address, signature) = try await signing.sign(request, keys, choice, password)
        SignatureReport.print(address, request.digest, signature, keys.json)
    }
}

/// The owners' signatures of a command line.
struct SafeSignatures: ParsableArguments {
    @Option(name: .customLong("signature"), help: "An owner's 65 bytes, 0x text. Repeat for each owner.")
    var signatures: [String]

    /// Recovered and joined in the order of owners.
    func joined(_ hash: Hash32) throws(CLIFailure) -> (owners: [Address], bytes: [UInt8]) {
        var found: [(owner: Address, bytes: [UInt8])] = []
        for text in signatures {
            guard let bytes = Hex.decode(text), let signature = Signature(bytes65: bytes), signature.isLowS,
                let owner = Secp256k1.recover(hash, signature)
            else {
                throw CLIFailure(
                    code: .badUsage,
                    message: "--signature \(text.prefix(20))…: not 65 bytes of a signature of this hash")
            }
            found.append((owner, signature.bytes65(v27: true)))
        }
        guard let bytes = SafeTransaction.join(found) else {
            throw CLIFailure(code: .badUsage, message: "two signatures are of the same owner")
        }
        return (found.map(\.owner).sorted(), bytes)
    }
}

struct KeysSafeCombineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "combine",
        abstract: "Join owners' signatures in the order the Safe wants; print the call that executes.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var signatures: SafeSignatures
    @Argument(help: "JSON file of the Safe's transaction.") var file: String

    func run() async throws {
        let safe = try SafeFile.read(file)
        let (owners, bytes) = try signatures.joined(safe.hash)
        let data = safe.transaction.execution(signatures: bytes)
        if json {
            let report: JSON = [
                "hash": .hash(safe.hash), "owners": .array(owners.map { .string($0.checksummed) }),
                "signatures": .hex(bytes), "to": .string(safe.safe.checksummed), "data": .hex(data),
            ]
            return Terminal.out(report.text)
        }
        for owner in owners { Terminal.out("owner:      \(owner.checksummed)") }
        Terminal.out(
            "signatures: \(Hex.encode(bytes))\nto:         \(safe.safe.checksummed)\ndata:       \(Hex.encode(data))")
    }
}

struct KeysSafeExecuteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execute",
        abstract: "Send a signed Safe transaction from the searcher's key. Shows it only, unless --live.",
        discussion:
            "Owners, threshold and nonce are read from the Safe first; the estimate shows a call that would fail."
    )
    @OptionGroup var options: ConfigOptions
    @OptionGroup var sending: SendingOptions
    @OptionGroup var signatures: SafeSignatures
    @Argument(help: "JSON file of the Safe's transaction.") var file: String

    func run() async throws {
        let safe = try SafeFile.read(file)
        safe.warn()
        let (owners, bytes) = try signatures.joined(safe.hash)
        let session = try OwnerSession(options)
        defer { session.pool.close() }
        guard safe.chainID == session.chain.chainID else {
            throw CLIFailure(
                code: .refused, message: "\(file) is for chain \(safe.chainID), --chain is \(session.chain.chainID)")
        }
        try await check(safe, owners, session)
        let data = safe.transaction.execution(signatures: bytes)
        let transaction = try await session.transaction(to: safe.safe, data: data)
        try await session.check(transaction)
        var receipt: Receipt?
        if sending.live {
            let found = try await session.send(transaction, sending)
            guard found.succeeded else {
                throw CLIFailure(code: .failed, message: "the execution \(found.transactionHash) reverted")
            }
            receipt = found
        }
        if sending.json {
            let report: JSON = [
                "sent": .bool(receipt != nil), "hash": .hash(safe.hash), "gasLimit": .integer(transaction.gasLimit),
                "transaction": receipt.map { .hash($0.transactionHash) } ?? .null,
            ]
            return Terminal.out(report.text)
        }
        guard let receipt else {
            Terminal.out("Would execute \(safe.hash) by \(owners.count) owners, gas limit \(transaction.gasLimit).")
            return Terminal.out("Nothing was sent. Add --live to execute.")
        }
        Terminal.out("Executed in block \(receipt.blockNumber), transaction \(receipt.transactionHash).")
    }

    /// Compares hash, nonce, owners and threshold with the Safe on the chain.
    private func check(_ safe: SafeFile, _ owners: [Address], _ session: OwnerSession) async throws {
        let pool = session.pool, at = safe.safe
        func word(_ signature: String, _ argument: Address? = nil) async throws -> Boxed<U256> {
            let data = ABI.selector(signature) + (argument.map { $0.word.bigEndianBytes } ?? [])
            let answer = try await CLIFailure.node { () async throws in try await pool.ethCall(to: at, data: data) }
            guard answer.count == 32 else {
                throw CLIFailure(code: .failed, message: "\(at.checksummed) is no Safe on this chain")
            }
            return Boxed(U256(bigEndian: answer))
        }
        let nonce = try await word("nonce()").value
        guard nonce == safe.transaction.nonce else {
            throw CLIFailure(
                code: .refused, message: "the Safe's nonce is \(nonce), the file's \(safe.transaction.nonce)")
        }
        let threshold = try await word("getThreshold()").value
        guard U256(UInt64(owners.count)) >= threshold else {
            throw CLIFailure(code: .refused, message: "\(owners.count) signatures, the Safe wants \(threshold)")
        }
        for owner in owners {
            guard try await word("isOwner(address)", owner).value == .one else {
                throw CLIFailure(code: .refused, message: "\(owner.checksummed) signed and is no owner of the Safe")
            }
        }
    }
}
