import ArgumentParser
import Bundles
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import NodeClient

/// `martlet executor deploy`: a new executor owned by the searcher's key.
struct ExecutorDeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Deploy an executor owned by the searcher's key. Shows it only, unless --live."
    )
    @OptionGroup var options: ConfigOptions
    @OptionGroup var sending: SendingOptions

    func run() async throws {
        let session = try OwnerSession(options)
        defer { session.pool.close() }
        let wrapped = try await Self.wrappedNative(session)
        let immutables = ExecutorCode.Immutables(owner: session.owner, wrappedNative: wrapped)
        guard let data = ExecutorCode.initCode(immutables) else {
            throw CLIFailure(
                code: .badConfiguration, message: "\(session.chain.name): the wrapped native token is the zero address")
        }
        let transaction = try await session.transaction(to: nil, data: data)
        try await session.check(transaction)
        if let old = session.chain.executor {
            Terminal.error(
                "martlet: \(session.chain.name) has an executor already, \(old.checksummed); this makes another one")
        }
        guard sending.live else { return report(planned: transaction, immutables) }
        let receipt = try await session.send(transaction, sending)
        let address = try await Self.verified(receipt, immutables, session)
        report(deployed: address, receipt, immutables)
    }

    /// The chain's wrapped native token, which must have code there.
    static func wrappedNative(_ session: OwnerSession) async throws -> Address {
        guard let wrapped = session.chain.wrappedNative else {
            throw CLIFailure(
                code: .badConfiguration,
                message: "\(session.chain.name) names no wrapped native token: give --deployment FILE or wrapped_native"
            )
        }
        let code = try await CLIFailure.node { () async throws in try await session.pool.getCode(wrapped) }
        guard !code.isEmpty else {
            throw CLIFailure(
                code: .badConfiguration,
                message: "the wrapped native token \(wrapped.checksummed) has no code on \(session.chain.name)")
        }
        return wrapped
    }

    /// The new contract's address, once its code was compared with ours to the byte.
    static func verified(
        _ receipt: Receipt, _ immutables: ExecutorCode.Immutables, _ session: OwnerSession
    ) async throws -> Address {
        guard receipt.succeeded, let address = receipt.contractAddress else {
            throw CLIFailure(
                code: .failed,
                message: "the deployment \(receipt.transactionHash) reverted in block \(receipt.blockNumber)")
        }
        let code = try await CLIFailure.node { () async throws in try await session.pool.getCode(address) }
        guard ExecutorCode.immutables(ofDeployed: code) == immutables else {
            throw CLIFailure(
                code: .failed,
                message: "the code at \(address.checksummed) is not the executor's: do not use it (\(code.count) bytes)"
            )
        }
        return address
    }

    private func report(planned transaction: Transaction, _ immutables: ExecutorCode.Immutables) {
        let cost = transaction.maxFeePerGas &* U256(transaction.gasLimit)  // checked against the balance: no wrap
        if sending.json {
            return Terminal.out(
                JSON.object([
                    "sent": .bool(false), "owner": .address(immutables.owner),
                    "wrappedNative": .address(immutables.wrappedNative),
                    "nonce": .integer(transaction.nonce), "gasLimit": .integer(transaction.gasLimit),
                    "maxFeePerGas": .string(transaction.maxFeePerGas.description),
                    "costMaxWei": .string(cost.description),
                    "dataBytes": .integer(transaction.data.count), "data": .hex(transaction.data),
                ]).text)
        }
        Terminal.out(
            "Would deploy the executor (\(ExecutorCode.compiler), \(transaction.data.count) bytes of creation code):")
        Terminal.out("  owner           \(immutables.owner.checksummed)")
        Terminal.out("  wrapped native  \(immutables.wrappedNative.checksummed)")
        Terminal.out(
            "  nonce \(transaction.nonce), gas limit \(transaction.gasLimit), at most \(transaction.feeCap) wei a gas"
        )
        Terminal.out("  costs at most   \(cost) wei")
        Terminal.out("Nothing was sent. Add --live to deploy.")
    }

    private func report(deployed address: Address, _ receipt: Receipt, _ immutables: ExecutorCode.Immutables) {
        if sending.json {
            return Terminal.out(
                JSON.object([
                    "sent": .bool(true), "address": .string(address.checksummed), "owner": .address(immutables.owner),
                    "wrappedNative": .address(immutables.wrappedNative), "transaction": .hash(receipt.transactionHash),
                    "block": .integer(receipt.blockNumber), "gasUsed": .integer(receipt.gasUsed),
                ]).text)
        }
        Terminal.out(
            "Deployed in block \(receipt.blockNumber), \(receipt.gasUsed) gas, transaction \(receipt.transactionHash).")
        Terminal.out("Its code is the executor's, to the byte. Add to the --config file:")
        Terminal.out("")
        Terminal.out("[executor]")
        Terminal.out("address = \"\(address.checksummed)\"")
    }
}
