internal import EVMTypes
internal import Pools

extension Chain {
    /// Reads a whole chain table. Faults go to the reader's list; nil means that a value needed to build the rest
    /// is missing.
    init?(reading top: TableReader) {
        let name = top.name("name")
        let chainID = top.integer("chain_id", 1...UInt64(Int64.max))
        let symbol = top.text("native_symbol")
        let names = Chain.environmentNames(top)
        let blockTime = top.integer("block_time_ms", 1...3_600_000)
        let reorgDepth = top.integer("reorg_depth", 1...100_000)
        let gasCap = top.integer("tx_gas_cap", 21_000...1_000_000_000)
        let priorityFee = top.amount("min_priority_fee", standard: 0, required: false)
        let feeModel: FeeModel? = top.choice("fee_model")
        let mempool: MempoolSource? = top.choice("mempool")
        let submission: [Submission] = top.choices("submission")
        if submission.isEmpty, top.table["submission"] != nil {
            top.refuse("submission", "names no way to hand in", expected: "at least one")
        }
        let wrapped = top.address("wrapped_native", required: false)
        let multicall = top.address("multicall", required: false)
        let executor = top.address("executor", required: false)
        let tokens = Chain.tokens(top)
        let settlement = Chain.settlementTokens(top, tokens: tokens)
        let dexes = Chain.dexes(top)
        let routers = Chain.routers(top, dexes: dexes)
        let relays = Chain.relays(top, submission: submission)
        let lenders = Chain.flashLenders(top)
        top.finish()
        guard let name, let chainID, let symbol, let blockTime, let reorgDepth, let gasCap, let priorityFee,
            let feeModel, let mempool
        else { return nil }
        self.init(
            name: name, chainID: chainID, nativeSymbol: symbol, wrappedNative: wrapped, multicall: multicall,
            rpcEnvironment: names,
            blockTimeMilliseconds: blockTime, reorgDepth: reorgDepth, transactionGasLimitMax: gasCap,
            minimumPriorityFee: priorityFee,
            feeModel: feeModel, mempool: mempool, submission: submission, dexes: dexes, routers: routers,
            tokens: tokens,
            settlementTokens: settlement, relays: relays, flashLenders: lenders, executor: executor)
    }

    private static func environmentNames(_ top: TableReader) -> [String] {
        let names = top.texts(
            "rpc_env", required: true,
            expected: "a list of names of environment variables, such as [\"ETHEREUM_WS_URL\"]")
        for name in names where !Endpoint.isEnvironmentName(name) {
            top.refuse(
                "rpc_env", "holds \"\(Endpoint.withoutSecrets(name))\"",
                expected: "only names of environment variables (A-Z, 0-9, _); URLs are not written into chain files")
        }
        return names
    }

    private static func tokens(_ top: TableReader) -> [ChainToken] {
        var tokens: [ChainToken] = []
        for row in top.rows("token") {
            let symbol = row.text("symbol")
            let address = row.address("address")
            let decimals = row.integer("decimals", 0...36)
            row.finish()
            guard let symbol, let address, let decimals else { continue }
            if tokens.contains(where: { $0.symbol == symbol }) {
                row.refuse("symbol", "\"\(symbol)\" is listed twice", expected: "each symbol once")
            }
            if tokens.contains(where: { $0.address == address }) {
                row.refuse("address", "\(address) is listed twice", expected: "each address once")
            }
            tokens.append(ChainToken(symbol: symbol, address: address, decimals: UInt8(decimals)))
        }
        return tokens
    }

    private static func settlementTokens(_ top: TableReader, tokens: [ChainToken]) -> [Address] {
        let symbols = top.texts("settlement_tokens", required: true, expected: "a list of symbols of [[token]] rows")
        var found: [Address] = []
        for symbol in symbols {
            guard let token = tokens.first(where: { $0.symbol == symbol }) else {
                top.refuse(
                    "settlement_tokens", "names \"\(symbol)\", which no [[token]] row has",
                    expected: "symbols of [[token]] rows")
                continue
            }
            if !found.contains(token.address) { found.append(token.address) }
        }
        return found
    }

    private static func flashLenders(_ top: TableReader) -> [FlashLender] {
        var names = UniqueNames()
        return top.rows("flash_lender").compactMap { row in
            let name = names.read(row)
            let kind: FlashLenderKind? = row.choice("kind")
            let address = row.address("address")
            row.finish()
            guard let name, let kind, let address else { return nil }
            return FlashLender(name: name, kind: kind, address: address)
        }
    }

    private static func relays(_ top: TableReader, submission: [Submission]) -> [ChainRelay] {
        var names = UniqueNames()
        let relays: [ChainRelay] = top.rows("relay").compactMap { row in
            let name = names.read(row)
            let kind: Submission? = row.choice("kind")
            let url = row.text("url", expected: Endpoint.relayExpected)
            let signs = row.boolean("signed", standard: kind == .flashbots)
            let payment = row.address("payment_address", required: false)
            let enabled = row.boolean("enabled", standard: true)
            row.finish()
            if let url, !Endpoint.isPlainURL(url, schemes: ["https", "http"]) {
                row.refuse("url", "is \"\(Endpoint.withoutSecrets(url))\"", expected: Endpoint.relayExpected)
            }
            if let kind, enabled, !submission.isEmpty, !submission.contains(kind) {
                row.refuse(
                    "kind", "is \"\(kind.rawValue)\", which submission does not list",
                    expected: "a kind named by submission")
            }
            guard let name, let kind, let url, enabled else { return nil }
            return ChainRelay(name: name, kind: kind, url: url, signsRequests: signs, paymentAddress: payment)
        }
        return relays
    }
}

/// Reads the `name` of each row of a list and refuses a repeat.
struct UniqueNames {
    private var seen: [String] = []

    mutating func read(_ row: TableReader) -> String? {
        guard let name = row.name("name") else { return nil }
        if seen.contains(name) { row.refuse("name", "\"\(name)\" is used twice", expected: "each name once") }
        seen.append(name)
        return name
    }
}
