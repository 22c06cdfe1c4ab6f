import ArgumentParser
import Bundles
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault
import NodeClient

/// `martlet executor status`: whether the configured contract is ours, whose it is, and what it holds.
struct ExecutorStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Check the executor's code and owner, list its balances. Exit 1 when it is not usable.")
    @OptionGroup var options: ConfigOptions
    @Option(help: "Another executor than the configured one.") var address: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let config = try options.load()
        let executor = try config.executorAddress(address)
        let pool = try config.endpointPool()
        defer { pool.close() }
        let status = try await CLIFailure.node { () async throws in
            try await ExecutorStatus(of: executor, config: config, pool: pool)
        }
        let searcher = try searcher(config)
        let faults = status.faults(chain: config.chain, searcher: searcher)
        Terminal.out(json ? status.json(faults: faults).text : status.text(chain: config.chain))
        guard faults.isEmpty else { throw CLIFailure(code: .failed, message: faults.joined(separator: "; ")) }
    }

    /// The account that would call it; nil when no key is configured.
    private func searcher(_ config: NodeConfig) throws(CLIFailure) -> Address? {
        guard let path = config.keys.searcherKeystore else { return nil }
        return try CLIFailure.keys { () throws(KeyVaultError) in try KeyFolder.read(file: path) }.address
    }
}

/// What the chain says of an executor.
struct ExecutorStatus {
    struct Holding {
        /// Zero: native money.
        var token: Address
        var symbol: String
        var amount: U256
    }

    var address: Address
    var codeBytes: Int
    /// Nil when the code is not the executor's.
    var immutables: ExecutorCode.Immutables?
    var holdings: [Holding]
    /// Native money of the owner, which pays the gas.
    var ownerBalance: U256?

    init(of executor: Address, config: NodeConfig, pool: EndpointPool) async throws {
        address = executor
        let code = try await pool.getCode(executor)
        codeBytes = code.count
        immutables = ExecutorCode.immutables(ofDeployed: code)
        holdings = [
            Holding(token: .zero, symbol: config.chain.nativeSymbol, amount: try await pool.getBalance(executor))
        ]
        if let immutables { ownerBalance = try await pool.getBalance(immutables.owner) }
        var tokens = config.chain.wrappedNative.map { [$0] } ?? []
        for token in config.chain.settlementTokens + config.chain.tokens.map(\.address) where !tokens.contains(token) {
            tokens.append(token)
        }
        for token in tokens {
            let symbol =
                config.chain.token(at: token)?.symbol ?? (token == config.chain.wrappedNative ? "wrapped" : token.hex)
            let answer = try await pool.ethCall(to: token, data: ExecutorCalls.balance(of: executor))
            // A listed token without code answers nothing: it has no balance to show.
            guard answer.count == 32 else { continue }
            holdings.append(Holding(token: token, symbol: symbol, amount: U256(bigEndian: answer)))
        }
    }

    /// Why the node should not use it: one line each.
    func faults(chain: Chain, searcher: Address?) -> [String] {
        guard let immutables else {
            return [
                codeBytes == 0
                    ? "\(address.checksummed) has no code" : "the code at \(address.checksummed) is not the executor's"
            ]
        }
        var faults: [String] = []
        if let searcher, searcher != immutables.owner {
            faults.append("its owner is \(immutables.owner.checksummed), the configured key is \(searcher.checksummed)")
        }
        if let wrapped = chain.wrappedNative, wrapped != immutables.wrappedNative {
            faults.append(
                "it unwraps \(immutables.wrappedNative.checksummed), the chain wraps by \(wrapped.checksummed)"
            )
        }
        return faults
    }

    func text(chain: Chain) -> String {
        var lines = ["executor        \(address.checksummed) on \(chain.name)"]
        if let immutables {
            lines.append("code            ours, to the byte (\(ExecutorCode.compiler), \(codeBytes) bytes)")
            lines.append("owner           \(immutables.owner.checksummed), \(ownerBalance ?? .zero) wei")
            lines.append("wrapped native  \(immutables.wrappedNative.checksummed)")
        } else {
            lines.append("code            \(codeBytes == 0 ? "none" : "\(codeBytes) bytes that are not ours")")
        }
        lines += holdings.map { "holds           \($0.amount) \($0.symbol) (smallest unit)" }
        return lines.joined(separator: "\n")
    }

    func json(faults: [String]) -> JSON {
        [
            "address": .string(address.checksummed), "codeBytes": .integer(codeBytes),
            "isExecutor": .bool(immutables != nil),
            "owner": immutables.map { .address($0.owner) } ?? .null,
            "wrappedNative": immutables.map { .address($0.wrappedNative) } ?? .null,
            "ownerBalanceWei": ownerBalance.map { .string($0.description) } ?? .null,
            "holdings": .array(
                holdings.map {
                    [
                        "token": .address($0.token), "symbol": .string($0.symbol),
                        "amount": .string($0.amount.description),
                    ]
                }),
            "faults": .array(faults.map { .string($0) }),
        ]
    }
}

extension NodeConfig {
    /// The address given on the command line, else the configured executor; ends the command when there is neither.
    func executorAddress(_ text: String?) throws(CLIFailure) -> Address {
        if let text {
            guard let address = Address(checksummed: text) ?? Self.uncased(text) else {
                throw CLIFailure(code: .badUsage, message: "\(text): not an address, or its checksum is wrong")
            }
            return address
        }
        guard let executor = chain.executor else {
            throw CLIFailure(
                code: .badConfiguration,
                message:
                    "\(chain.name) has no executor: set [executor] address in --config (martlet executor deploy)"
            )
        }
        return executor
    }

    /// An address in one case only, which carries no checksum.
    static func uncased(_ text: String) -> Address? {
        let digits = text.dropFirst(text.hasPrefix("0x") ? 2 : 0)
        guard digits == digits.lowercased() || digits == digits.uppercased() else { return nil }
        return Address(hex: text)
    }
}
