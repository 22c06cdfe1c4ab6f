import ArgumentParser
import Bundles
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import NodeClient

/// `martlet executor withdraw`: takes tokens or native money out of the executor.
struct ExecutorWithdrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Withdraw tokens or native money from the executor. Shows it only, unless --live.")
    @OptionGroup var options: ConfigOptions
    @OptionGroup var sending: SendingOptions
    @Option(help: "Token address, symbol of a token in the chain file, or \"native\".") var token: String
    @Option(help: "Amount in the token's smallest unit, or \"all\".") var amount: String
    @Option(help: "Receiver (default: the owner).") var to: String?
    @Option(help: "Another executor than the configured one.") var address: String?

    func run() async throws {
        let session = try OwnerSession(options)
        defer { session.pool.close() }
        let executor = try session.config.executorAddress(address)
        let token = try tokenAddress(session.chain)
        let receiver =
            try to.map { (text) throws(CLIFailure) in try session.config.executorAddress(text) } ?? session.owner
        guard !receiver.isZero else { throw CLIFailure(code: .badUsage, message: "--to is the zero address") }
        try await checkOwner(executor, session)
        let held = try await CLIFailure.node { () async throws in
            try await Self.holding(executor, token, session.pool)
        }
        let wanted = try wantedAmount(held: held)
        let data = ExecutorCalls.withdraw(token: token, amount: wanted, to: receiver)
        let transaction = try await session.transaction(to: executor, data: data)
        try await session.check(transaction)
        guard sending.live else { return report(nil, wanted, token, receiver, transaction) }
        let receipt = try await session.send(transaction, sending)
        guard receipt.succeeded else {
            throw CLIFailure(
                code: .failed,
                message: "the withdrawal \(receipt.transactionHash) reverted in block \(receipt.blockNumber)")
        }
        report(receipt, wanted, token, receiver, transaction)
    }

    /// Native money is the zero address.
    private func tokenAddress(_ chain: Chain) throws(CLIFailure) -> Address {
        if token.lowercased() == "native" { return .zero }
        if let listed = chain.tokens.first(where: { $0.symbol == token }) { return listed.address }
        guard let address = Address(checksummed: token) ?? NodeConfig.uncased(token), !address.isZero else {
            let symbols = chain.tokens.map(\.symbol).joined(separator: ", ")
            throw CLIFailure(
                code: .badUsage, message: "--token \(token): not \"native\", an address, or one of \(symbols)")
        }
        return address
    }

    private func checkOwner(_ executor: Address, _ session: OwnerSession) async throws {
        let code = try await CLIFailure.node { () async throws in try await session.pool.getCode(executor) }
        guard let immutables = ExecutorCode.immutables(ofDeployed: code) else {
            throw CLIFailure(code: .failed, message: "the code at \(executor.checksummed) is not the executor's")
        }
        guard immutables.owner == session.owner else {
            throw CLIFailure(
                code: .refused,
                message:
                    "the owner is \(immutables.owner.checksummed), the key is \(session.owner.checksummed)"
            )
        }
    }

    private func wantedAmount(held: U256) throws(CLIFailure) -> U256 {
        if amount == "all" {
            guard !held.isZero else { throw CLIFailure(code: .failed, message: "the executor holds none of it") }
            return held
        }
        guard let wanted = U256(decimal: amount), !wanted.isZero else {
            throw CLIFailure(
                code: .badUsage,
                message: "--amount \(amount): not a positive whole number in the smallest unit, nor \"all\"")
        }
        guard wanted <= held else {
            throw CLIFailure(code: .failed, message: "the executor holds \(held), less than \(wanted)")
        }
        return wanted
    }

    static func holding(_ executor: Address, _ token: Address, _ pool: EndpointPool) async throws -> U256 {
        if token.isZero { return try await pool.getBalance(executor) }
        let answer = try await pool.ethCall(to: token, data: ExecutorCalls.balance(of: executor))
        guard answer.count == 32 else {
            throw NodeError(.configuration, "\(token.checksummed) is no token on this chain", delivery: .answered)
        }
        return U256(bigEndian: answer)
    }

    private func report(
        _ receipt: Receipt?, _ amount: U256, _ token: Address, _ receiver: Address, _ transaction: Transaction
    ) {
        if sending.json {
            return Terminal.out(
                JSON.object([
                    "sent": .bool(receipt != nil), "token": .address(token), "amount": .string(amount.description),
                    "to": .address(receiver), "nonce": .integer(transaction.nonce),
                    "gasLimit": .integer(transaction.gasLimit),
                    "maxFeePerGas": .string(transaction.maxFeePerGas.description),
                    "transaction": receipt.map { .hash($0.transactionHash) } ?? .null,
                    "block": receipt.map { .integer($0.blockNumber) } ?? .null,
                ]).text)
        }
        let what = "\(amount) of \(token.isZero ? "native money" : token.checksummed) to \(receiver.checksummed)"
        guard let receipt else {
            Terminal.out("Would withdraw \(what)")
            Terminal.out(
                "  nonce \(transaction.nonce), gas limit \(transaction.gasLimit), up to \(transaction.feeCap) wei a gas"
            )
            return Terminal.out("Nothing was sent. Add --live to withdraw.")
        }
        Terminal.out("Withdrew \(what) in block \(receipt.blockNumber), transaction \(receipt.transactionHash).")
    }
}
