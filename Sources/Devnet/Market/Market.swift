import EVMCodec
import EVMTypes

/// A market of our own contracts on a devnet: tokens, V2- and V3-shaped pools with price gaps, routers, flash lenders.
public enum Market {
    /// Makes room for the market in a configuration: its accounts hold a million ether each at genesis.
    public static func prepare(_ config: inout DevnetConfig) {
        let known = Set(config.accounts.map(\.address))
        config.accounts += DevAccount.numbered.filter { !known.contains($0.address) }
        config.balance = max(config.balance, MarketAccounts.balance)
    }

    /// Deploys the market by signed transactions, in as many blocks as they need, and says where everything stands.
    ///
    /// The chain's way of mining is not changed; blocks are made at once. About 230 transactions. Throws when the
    /// chain refuses one or one reverts: the line names it.
    public static func deploy(on chain: DevnetChain) async throws(DevnetError) -> MarketDeployment {
        guard let accounts = MarketAccounts.standard else {
            throw DevnetError("market: the accounts' keys are refused")
        }
        let start = try await chain.nonce(of: accounts.deployer.address)
        let script = MarketScript(.standard, accounts: accounts, chainID: chain.config.chainID, nonce: start)
        let sender = MarketSender(chain: chain)
        var gas: UInt64 = 0, sent: [(step: Int, hash: Hash32)] = []
        for (index, step) in script.steps.enumerated() {
            if gas + step.gas > chain.config.gasLimit {
                try await chain.mine()
                gas = 0
            }
            gas += step.gas
            sent.append((index, try await sender.send(step)))
        }
        // A transaction that found no room waits for the next block.
        for _ in 0..<64 {
            if await chain.mined(sent[sent.count - 1].hash) != nil { break }
            try await chain.mine()
        }
        for (index, hash) in sent {
            guard let place = await chain.mined(hash) else {
                throw DevnetError("market: deployment step \(index) (\(hash.hex)) is in no block")
            }
            guard place.block.transactions[place.index].succeeded else {
                throw DevnetError("market: deployment step \(index) (\(hash.hex)) reverted")
            }
        }
        var deployment = script.deployment
        deployment.seedBlock = await chain.head.number
        return deployment
    }
}

extension MinedTransaction {
    /// Whether its outermost frame ended well.
    var succeeded: Bool { receipt.outcome == .status(true) }
}

/// Signs and sends for the market's accounts, each with the nonce that the chain and its pool say: a reorg that drops
/// transactions takes nonces back.
actor MarketSender {
    let chain: DevnetChain
    /// Of each account's last transaction.
    private var lastNonces: [Address: UInt64] = [:]

    init(chain: DevnetChain) { self.chain = chain }

    /// How a transaction pays.
    struct Fees: Sendable {
        var kind = Transaction.Kind.dynamicFee
        /// Wei a gas, also the gas price of types 0 and 1.
        var cap: U256
        var tip: U256
    }

    /// What the deployer pays: enough for a base fee that full blocks have raised.
    static let deployment = Fees(cap: 1_000_000_000_000, tip: 1_000_000_000)

    /// Signs with the account's next nonce and sends.
    @discardableResult
    func send(_ step: MarketScript.Step, fees: Fees = deployment) async throws(DevnetError) -> Hash32 {
        let address = step.account.address
        let nonce = try await chain.pendingNonce(of: address)
        let hash = try await send(step, nonce: nonce, fees: fees)
        lastNonces[address] = nonce
        return hash
    }

    /// The same with the nonce of the account's last transaction, in its place.
    @discardableResult
    func replaceLast(_ step: MarketScript.Step, fees: Fees) async throws(DevnetError) -> Hash32? {
        guard let nonce = lastNonces[step.account.address] else { return nil }
        return try await send(step, nonce: nonce, fees: fees)
    }

    private func send(_ step: MarketScript.Step, nonce: UInt64, fees: Fees) async throws(DevnetError) -> Hash32 {
        let hasTip = fees.kind == .dynamicFee
        let transaction = Transaction(
            kind: fees.kind, chainID: chain.config.chainID, nonce: nonce, gasLimit: step.gas, to: step.to,
            value: step.value, data: step.data, gasPrice: hasTip ? .zero : fees.cap,
            maxFeePerGas: hasTip ? fees.cap : .zero, maxPriorityFeePerGas: hasTip ? fees.tip : .zero)
        return try await chain.send(step.account.sign(transaction))
    }
}
