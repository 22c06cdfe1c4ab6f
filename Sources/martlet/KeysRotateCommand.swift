import ArgumentParser
import Bundles
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault
import NodeClient

/// `martlet keys rotate`: a new executor key takes over from the old one, money and all. Sends nothing without --live.
struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace the executor's key: new key, new executor, money moved, old key retired.",
        discussion: """
            The executor's owner cannot change, so a new executor is deployed for the new key; what the old one holds \
            goes there, the old key's coins go to the new key, and the old key file moves into `retired`. Each step is \
            done only when the one before it is on the chain. When it stops midway, run it again with --to NEW_ADDRESS \
            (and --executor, when that one is deployed): what is done is not done twice. Stop the node first.
            """)
    @OptionGroup var options: ConfigOptions
    @OptionGroup var sending: SendingOptions
    @Option(help: "Address of a key that exists already, instead of a new one.") var to: String?
    @Option(help: "Executor that the new key owns already, instead of a new one.") var executor: String?
    @Option(name: .customLong("new-password-file"), help: "Password of the new key file (default: asked for).")
    var newPasswordFile: String?
    @Option(help: "Wei that stay on the old account (rollups charge for data beside the gas).") var leave = "0"
    @Flag(help: "Cheap key derivation: for tests only.") var light = false

    func run() async throws {
        var session = try OwnerSession(options)
        defer { session.pool.close() }
        guard let leaving = U256(decimal: leave) else {
            throw CLIFailure(code: .badUsage, message: "--leave \(leave): not a whole number of wei")
        }
        let folder = KeyFolder(path: Self.folder(of: session.keystorePath))
        let new = try newOwner(folder, session)
        if let new, new == session.owner {
            throw CLIFailure(code: .badUsage, message: "--to is the old key itself")
        }
        guard sending.live, let new else { return try await report(plan: session, new) }
        let target = try await newExecutor(session, new)
        let moved = try await moveHoldings(session, to: target)
        let swept = try await sweep(&session, to: new, leaving: leaving)
        let retired = try CLIFailure.keys { () throws(KeyVaultError) in try KeyFolder.retire(session.keystorePath) }
        if sending.json {
            let report: JSON = [
                "sent": .bool(true), "owner": .string(new.checksummed), "executor": .string(target.checksummed),
                "moved": .integer(moved), "sweptWei": .string(swept.description), "retired": .string(retired),
            ]
            return Terminal.out(report.text)
        }
        Terminal.out("New owner \(new.checksummed), executor \(target.checksummed); \(swept) wei swept.")
        Terminal.out("The old key file is \(retired). Now set in the configuration:")
        let path = try CLIFailure.keys { () throws(KeyVaultError) in try folder.find(new).path }
        Terminal.out("  [keys] searcher_keystore = \"\(path)\"\n  [executor] address = \"\(target.checksummed)\"")
        Terminal.out("and the rules of policy.toml for the new address and executor.")
    }

    private static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return String(file[..<slash])
    }

    /// The new owner: an existing key, or (live only) a new one beside the old.
    private func newOwner(_ folder: KeyFolder, _ session: OwnerSession) throws(CLIFailure) -> Address? {
        if let to {
            let address = try CLIFailure.address(to, "--to")
            _ = try CLIFailure.keys { () throws(KeyVaultError) in try folder.find(address) }
            return address
        }
        guard sending.live else { return nil }
        ProcessHardening.apply()
        do throws(KeyVaultError) {
            let source: PasswordSource = newPasswordFile.map { .file($0) } ?? .prompt
            let secret = try source.read(label: "Password of the new key", confirm: true)
            let key = try Self.freshKey()
            let path = try folder.add(key, password: secret, strength: light ? .light : .standard)
            Terminal.error("martlet: new key \(key.address.checksummed) in \(path)")
            return key.address
        } catch { throw CLIFailure(error) }
    }

    private static func freshKey() throws(KeyVaultError) -> PrivateKey {
        do { return try PrivateKey.random() } catch {
            throw KeyVaultError(.cryptoFailure, "the system's random source refused: \(error)")
        }
    }

    private func newExecutor(_ session: OwnerSession, _ owner: Address) async throws -> Address {
        let wrapped = try await ExecutorDeployCommand.wrappedNative(session)
        let immutables = ExecutorCode.Immutables(owner: owner, wrappedNative: wrapped)
        if let executor {
            let address = try CLIFailure.address(executor, "--executor")
            let code = try await CLIFailure.node { () async throws in try await session.pool.getCode(address) }
            guard ExecutorCode.immutables(ofDeployed: code) == immutables else {
                throw CLIFailure(code: .refused, message: "--executor: no executor of \(owner.checksummed)")
            }
            return address
        }
        guard let data = ExecutorCode.initCode(immutables) else {
            throw CLIFailure(code: .badConfiguration, message: "the wrapped native token is the zero address")
        }
        let transaction = try await session.transaction(to: nil, data: data)
        try await session.check(transaction)
        let receipt = try await session.send(transaction, sending)
        let address = try await ExecutorDeployCommand.verified(receipt, immutables, session)
        Terminal.error("martlet: new executor \(address.checksummed)")
        return address
    }

    /// Moves the old executor's settlement tokens to the new one; how many transfers were needed.
    private func moveHoldings(_ session: OwnerSession, to target: Address) async throws -> Int {
        guard let old = session.chain.executor, old != target, let token = session.chain.wrappedNative else { return 0 }
        let held = try await CLIFailure.node { () async throws in
            try await ExecutorWithdrawCommand.holding(old, token, session.pool)
        }
        guard !held.isZero else { return 0 }
        let data = ExecutorCalls.withdraw(token: token, amount: held, to: target)
        let transaction = try await session.transaction(to: old, data: data)
        try await session.check(transaction)
        let receipt = try await session.send(transaction, sending)
        guard receipt.succeeded else {
            throw CLIFailure(code: .failed, message: "the withdrawal \(receipt.transactionHash) reverted")
        }
        return 1
    }

    /// Sends what the old account has, less gas and `leaving`, to the new one.
    private func sweep(_ session: inout OwnerSession, to new: Address, leaving: U256) async throws -> U256 {
        var transaction = try await session.transaction(to: new, data: [])
        let owner = session.owner, pool = session.pool
        let balance = try await CLIFailure.node { () async throws in try await pool.getBalance(owner) }
        guard let gas = transaction.maxFeePerGas.multiplied(by: U256(transaction.gasLimit)),
            let kept = gas.adding(leaving), let value = balance.subtracting(kept), !value.isZero
        else { return .zero }
        transaction.value = value
        session.valueWeiMax = value
        try await session.check(transaction)
        let receipt = try await session.send(transaction, sending)
        guard receipt.succeeded else {
            throw CLIFailure(code: .failed, message: "the sweep \(receipt.transactionHash) reverted")
        }
        return value
    }

    private func report(plan session: OwnerSession, _ new: Address?) async throws {
        let owner = session.owner, pool = session.pool
        let balance = try await CLIFailure.node { () async throws in try await pool.getBalance(owner) }
        let old = session.chain.executor
        if sending.json {
            let report: JSON = [
                "sent": .bool(false), "oldOwner": .string(owner.checksummed),
                "newOwner": new.map { .string($0.checksummed) } ?? .null,
                "oldExecutor": old.map { .string($0.checksummed) } ?? .null, "balanceWei": .string(balance.description),
            ]
            return Terminal.out(report.text)
        }
        Terminal.out("Would replace \(owner.checksummed) (\(balance) wei) by \(new?.checksummed ?? "a new key"):")
        Terminal.out("  1. deploy an executor that the new key owns")
        Terminal.out("  2. withdraw everything of executor \(old?.checksummed ?? "(none configured)") into it")
        Terminal.out("  3. send the old account's coins, less gas, to the new one")
        Terminal.out("  4. move \(session.keystorePath) into the folder retired")
        Terminal.out("Nothing was sent. Add --live to do it.")
    }
}
