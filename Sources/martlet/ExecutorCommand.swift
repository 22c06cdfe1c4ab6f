import ArgumentParser
import Bundles
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault
import NodeClient
import NodeServices

/// `martlet executor`: the contract that carries out cycles. Nothing is sent without --live.
struct ExecutorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executor", abstract: "Deploy the executor contract, look at it, withdraw from it.",
        discussion: """
            deploy and withdraw show what they would send and stop; with --live they sign with the searcher's \
            keystore, send, and wait for the receipt. The password comes from the configured file, --password-file, \
            or the terminal.
            """,
        subcommands: [ExecutorDeployCommand.self, ExecutorStatusCommand.self, ExecutorWithdrawCommand.self])
}

/// What the verbs that send have in common.
struct SendingOptions: ParsableArguments {
    @Flag(help: "Sign and send for real; without it nothing is sent.") var live = false

    @Flag(help: "Print JSON.") var json = false

    @Option(help: "Seconds to wait for the receipt, 1 to 3600.") var timeout: Int = 180

    @Option(name: .customLong("password-file"), help: "File of mode 0600 whose one line is the keystore's password.")
    var passwordFile: String?

    func validate() throws {
        guard (1...3_600).contains(timeout) else { throw ValidationError("--timeout takes 1 to 3600 seconds") }
    }
}

/// One transaction of the executor's owner: built from the chain's figures, checked by the signing policy, sent once,
/// followed to its receipt.
///
/// Its functions throw `CLIFailure` untyped on purpose: in debug builds of Swift 6.3.1 the typed form of the receipt
/// loop resumed a null continuation (crash after the first poll).
struct OwnerSession {
    let config: NodeConfig
    let pool: EndpointPool
    let keystorePath: String
    /// The keystore's own account.
    let owner: Address
    /// Most value that one transaction of this session may send; nothing, unless a command says otherwise.
    var valueWeiMax = U256.zero

    /// Opens the configuration's keystore (its public part only) and endpoints.
    init(_ options: ConfigOptions) throws {
        config = try options.load()
        guard let path = config.keys.searcherKeystore else {
            throw CLIFailure(
                code: .badConfiguration,
                message:
                    "no key is configured: set [keys] searcher_keystore in the --config file (see martlet keys new)"
            )
        }
        keystorePath = path
        let keystore = try CLIFailure.keys { () throws(KeyVaultError) in try KeyFolder.read(file: path) }
        guard let address = keystore.address else {
            throw CLIFailure(
                code: .badConfiguration,
                message: "\(path): names no address; import the key again with martlet keys import")
        }
        owner = address
        pool = try config.endpointPool()
    }

    var chain: Chain { config.chain }

    /// A transaction with nonce and fees of the moment, its gas estimated by the node on the owner's behalf with a
    /// quarter on top.
    func transaction(to: Address?, data: [UInt8]) async throws -> Transaction {
        let request = CallRequest(to: to, data: data, from: owner)
        let estimate = try await CLIFailure.node { () async throws in try await pool.estimateGas(request) }
        let (limit, overflow) = estimate.addingReportingOverflow(estimate / 4)
        guard !overflow, limit <= chain.transactionGasLimitMax else {
            throw CLIFailure(
                code: .failed, message: "the node estimates \(estimate) gas, more than one transaction may have")
        }
        let fees = try await fees()
        let nonce = try await CLIFailure.node { () async throws in
            try await pool.getTransactionCount(owner, at: .pending)
        }
        return Transaction(
            kind: .dynamicFee, chainID: chain.chainID, nonce: nonce, gasLimit: limit, to: to, data: data,
            maxFeePerGas: fees.maxFeePerGas, maxPriorityFeePerGas: fees.maxPriorityFeePerGas)
    }

    /// Fees that stay payable for 12 blocks, with the node's suggestion as tip and the chain's minimum below it.
    private func fees() async throws -> FeeChoice {
        let head = try await CLIFailure.node { () async throws in try await pool.header(at: .latest) }
        guard let head else { throw CLIFailure(code: .peerFailed, message: "the node has no block yet") }
        let suggested = try await CLIFailure.node { () async throws in try await pool.maxPriorityFeePerGas()
        }
        let parent = ParentBlock(
            number: head.number, baseFeePerGas: head.baseFeePerGas ?? .zero, gasUsed: head.gasUsed,
            gasLimit: head.gasLimit)
        let policy = FeePolicy(
            baseFeeRule: chain.feeModel.baseFeeRule, priorityFeePerGas: max(suggested, chain.minimumPriorityFee),
            validBlocks: 12)
        do { return try FeeChoice(parent: parent, policy: policy) } catch {
            throw CLIFailure(code: .failed, message: "no fees for block \(head.number): \(error)")
        }
    }

    /// What the configured limits say of `transaction`; the signer enforces the same.
    func policy(recipient: Address?) -> SigningPolicy {
        SigningPolicy(
            chainIDs: [chain.chainID], recipients: recipient.map { [$0] } ?? [], valueWeiMax: valueWeiMax,
            feePerGasWeiMax: config.limits.gasPriceMax, gasLimitMax: chain.transactionGasLimitMax,
            allowsCreation: recipient == nil)
    }

    /// Ends the command when the limits or the account's balance forbid `transaction`.
    func check(_ transaction: Transaction) async throws {
        if let refusal = policy(recipient: transaction.to).refusal(of: transaction) {
            let detail =
                refusal == .feeTooHigh
                ? " (\(transaction.maxFeePerGas) wei a gas; [limits] gas_price_max allows less)" : ""
            throw CLIFailure(code: .refused, message: "the signing policy refuses it: \(refusal.rawValue)\(detail)")
        }
        let balance = try await CLIFailure.node { () async throws in try await pool.getBalance(owner) }
        guard let most = transaction.maxFeePerGas.multiplied(by: U256(transaction.gasLimit)), most <= balance else {
            throw CLIFailure(
                code: .failed,
                message: "\(owner.checksummed) has \(balance) wei; this may cost up to "
                    + "\(transaction.feeCap.multiplied(by: U256(transaction.gasLimit))?.description ?? "too much") wei"
            )
        }
    }

    /// Signs with the keystore, sends once and waits for the receipt; ends the command with what went wrong.
    func send(_ transaction: Transaction, _ options: SendingOptions) async throws -> Receipt {
        let signed = try sign(transaction, options)
        let hash = signed.hash
        switch await pool.sendRawTransaction(signed.encoded()) {
        case .accepted(let named) where named != hash:
            throw CLIFailure(
                code: .peerFailed, message: "the node took \(hash) for \(named): it misread the transaction")
        case .accepted, .alreadyKnown: break
        case .uncertain(let error):
            Terminal.error("martlet: it may not have arrived (\(error)); waiting for \(hash) all the same")
        case .refused(_, let error), .notSent(let error):
            throw CLIFailure(code: .peerFailed, message: "not sent: \(error)")
        }
        return try await receipt(of: hash, seconds: options.timeout)
    }

    private func sign(_ transaction: Transaction, _ options: SendingOptions) throws(CLIFailure) -> Transaction {
        let file = options.passwordFile ?? config.keys.searcherPasswordFile
        let source = file.map { PasswordSource.file($0) } ?? .prompt
        let signer = try CLIFailure.keys { () throws(KeyVaultError) in
            let password = try source.read(label: "Password of \(owner.checksummed)")
            ProcessHardening.apply()
            let key = try KeyFolder.open(file: keystorePath, password: password)
            return try LocalSigner(key: key, policy: policy(recipient: transaction.to))
        }
        guard signer.address == owner else {
            throw CLIFailure(
                code: .refused,
                message: "\(keystorePath): holds the key of \(signer.address.checksummed), not of \(owner.checksummed)")
        }
        do { return try signer.sign(transaction) } catch {
            throw CLIFailure(code: .refused, message: "the signer refused: \(error.rawValue)")
        }
    }

    /// Looks for the receipt twice a block until `seconds` are over; a node that cannot answer for a while is asked
    /// again.
    private func receipt(of hash: Hash32, seconds: Int) async throws -> Receipt {
        let end = ContinuousClock.now + .seconds(seconds)
        let pause = Duration.milliseconds(Int64(min(5_000, max(200, chain.blockTimeMilliseconds / 2))))
        var last: NodeError?
        while ContinuousClock.now < end {
            do {
                if let receipt = try await pool.getTransactionReceipt(hash) { return receipt }
            } catch let caught {
                let error = NodeError(caught: caught)
                guard error.isRetryable else { throw CLIFailure(error) }
                last = error
            }
            try await Task.sleep(for: pause)
        }
        let why = last.map { " (last answer: \($0))" } ?? ""
        throw CLIFailure(
            code: .peerFailed,
            message:
                "no receipt of \(hash) within \(seconds) s\(why); it may still be included: look before sending again"
        )
    }
}
