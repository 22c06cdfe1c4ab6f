import EVMCodec
import EVMTypes

/// The deployment as a list of transactions. Every address follows from the deployer and its nonce, so nothing has to
/// be asked of the chain.
struct MarketScript {
    /// One unsigned transaction of one of the market's accounts.
    struct Step: Sendable {
        var account: DevAccount
        var to: Address?
        var data: [UInt8]
        var value: U256 = .zero
        var gas: UInt64
    }

    let plan: MarketPlan
    let accounts: MarketAccounts
    private(set) var steps: [Step] = []
    private(set) var deployment: MarketDeployment
    /// The deployer's next nonce.
    private var nonce: UInt64

    /// Gas limit of a call, and of one that creates a pool or a contract.
    private static let callGas: UInt64 = 700_000
    private static let createGas: UInt64 = 6_000_000
    private static let always = U256(UInt64(1) << 40)

    /// Writes the script for a deployer whose next nonce this is.
    init(_ plan: MarketPlan, accounts: MarketAccounts, chainID: UInt64, nonce: UInt64) {
        self.plan = plan
        self.accounts = accounts
        self.nonce = nonce
        let pair = MarketBytecode.initCodeHash(MarketBytecode.pairV2Hex)
        let pool = MarketBytecode.initCodeHash(MarketBytecode.poolV3Hex)
        deployment = MarketDeployment(
            chainID: chainID, deployer: accounts.deployer.address, tokens: [], venues: [], pairInitCodeHash: pair,
            v3Factory: .zero, positionManager: .zero, swapRouter: .zero, swapRouter02: .zero, poolInitCodeHash: pool,
            flashLender: .zero, flashVault: .zero, pools: [], traders: accounts.traders.map(\.address),
            searcher: accounts.searcher.address, relaySigner: accounts.relaySigner.address)
        makeTokens()
        makeExchanges()
        for row in plan.pools { add(row) }
        fillPurses()
    }

    private mutating func create(_ code: [UInt8], _ words: [U256] = []) -> Address {
        create(code, encoded: words.flatMap(\.bigEndianBytes))
    }

    private mutating func create(_ code: [UInt8], encoded: [UInt8]) -> Address {
        steps.append(Step(account: accounts.deployer, to: nil, data: code + encoded, gas: Self.createGas))
        nonce += 1
        return Creation.address(of: accounts.deployer.address, nonce: nonce - 1)
    }

    private mutating func call(_ to: Address, _ data: [UInt8], value: U256 = .zero, gas: UInt64 = callGas) {
        steps.append(Step(account: accounts.deployer, to: to, data: data, value: value, gas: gas))
        nonce += 1
    }

    private mutating func makeTokens() {
        for (index, token) in plan.tokens.enumerated() {
            let address: Address
            if index == 0 {
                address = create(MarketBytecode.bytes(MarketBytecode.wethHex))
                call(address, MarketCalls.deposit(), value: 200_000 * MarketAccounts.ether)
            } else {
                var encoder = ABIEncoder()
                encoder.append(string: token.name)
                encoder.append(string: token.symbol)
                encoder.append(U256(token.decimals))
                encoder.append(U256(10).pow(U256(15 + token.decimals)))
                address = create(MarketBytecode.bytes(MarketBytecode.tokenHex), encoded: encoder.encoded())
            }
            deployment.tokens.append(
                .init(symbol: token.symbol, address: address, decimals: token.decimals, dollars: token.dollars))
        }
    }

    private mutating func makeExchanges() {
        let weth = deployment.tokens[0].address.word
        let pair = create(MarketBytecode.blueprint(MarketBytecode.bytes(MarketBytecode.pairV2Hex)))
        for (name, fee) in zip(plan.venues, plan.venueFees) {
            let code = MarketBytecode.bytes(MarketBytecode.factoryV2Hex)
            let factory = create(code, [pair.word, U256(fee), accounts.deployer.address.word])
            let router = create(MarketBytecode.bytes(MarketBytecode.routerV2Hex), [factory.word, weth])
            deployment.venues.append(.init(name: name, factory: factory, router: router))
        }
        let pool = create(MarketBytecode.blueprint(MarketBytecode.bytes(MarketBytecode.poolV3Hex)))
        let factory = create(MarketBytecode.bytes(MarketBytecode.factoryV3Hex), [pool.word])
        call(factory, MarketCalls.enableFee(100, spacing: 1))
        let manager = create(MarketBytecode.bytes(MarketBytecode.positionManagerHex), [factory.word])
        deployment.v3Factory = factory
        deployment.positionManager = manager
        deployment.swapRouter = create(MarketBytecode.bytes(MarketBytecode.swapRouterHex), [factory.word, weth])
        let both = [deployment.venues[0].factory.word, factory.word, manager.word, weth]
        deployment.swapRouter02 = create(MarketBytecode.bytes(MarketBytecode.swapRouter02Hex), both)
        deployment.flashLender = create(MarketBytecode.bytes(MarketBytecode.flashLenderHex), [5])
        deployment.flashVault = create(MarketBytecode.bytes(MarketBytecode.flashVaultHex))
        for token in deployment.tokens { call(token.address, MarketCalls.approve(manager, .max), gas: 100_000) }
    }

    private mutating func add(_ row: MarketPlan.PoolRow) {
        switch row.venue {
        case .v2(let venue): addPair(row, venue)
        case .v3(let fee, let spacing, let halfWidth): addPool(row, fee, spacing, halfWidth)
        }
    }

    private mutating func addPair(_ row: MarketPlan.PoolRow, _ venue: Int) {
        let factory = deployment.venues[venue].factory
        let a = deployment.tokens[row.a].address, b = deployment.tokens[row.b].address
        let salt = PoolSalt.pair(min(a, b), max(a, b))
        let pair = PoolSalt.address(factory, salt: salt, initCodeHash: deployment.pairInitCodeHash)
        let amounts = plan.amounts(row)
        call(factory, MarketCalls.createPair(a, b), gas: Self.createGas)
        call(a, MarketCalls.transfer(pair, amounts.a), gas: 100_000)
        call(b, MarketCalls.transfer(pair, amounts.b), gas: 100_000)
        call(pair, MarketCalls.mintPair(accounts.deployer.address))
        deployment.pools.append(
            .init(
                venue: venue, address: pair, a: row.a, b: row.b, feePips: UInt32(plan.venueFees[venue] * 100),
                tickSpacing: 0))
    }

    private mutating func addPool(
        _ row: MarketPlan.PoolRow, _ fee: UInt32, _ spacing: Int32, _ halfWidth: Int32
    ) {
        let a = deployment.tokens[row.a].address, b = deployment.tokens[row.b].address
        let amounts = plan.amounts(row)
        let (token0, token1) = (min(a, b), max(a, b))
        let (amount0, amount1) = a < b ? (amounts.a, amounts.b) : (amounts.b, amounts.a)
        let start = PoolStart(amount0: amount0, amount1: amount1)
        let manager = deployment.positionManager
        call(manager, MarketCalls.createPool(token0, token1, fee, start.sqrtPriceX96), gas: Self.createGas)
        // A wide position, a tight one on top of it so that swaps cross initialised ticks, and one on each side.
        let middle = start.floored(0, spacing)
        let ranges: [(lower: Int32, upper: Int32, share: U256)] = [
            (start.floored(-halfWidth, spacing), start.floored(halfWidth, spacing), 1),
            (middle - 4 * spacing, middle + 4 * spacing, 10),
            (middle - 12 * spacing, middle - 2 * spacing, 20),
            (middle + 3 * spacing, middle + 14 * spacing, 20),
        ]
        for range in ranges {
            let position = MarketCalls.Position(
                token0: token0, token1: token1, fee: fee, lower: range.lower, upper: range.upper,
                amount0: amount0 / range.share, amount1: amount1 / range.share, owner: accounts.deployer.address,
                deadline: Self.always)
            call(manager, MarketCalls.mint(position))
        }
        let salt = PoolSalt.pool(token0, token1, fee)
        let pool = PoolSalt.address(deployment.v3Factory, salt: salt, initCodeHash: deployment.poolInitCodeHash)
        deployment.pools.append(
            .init(venue: nil, address: pool, a: row.a, b: row.b, feePips: fee, tickSpacing: spacing))
    }

    /// Tokens for traders and lenders, and every trader's approvals.
    private mutating func fillPurses() {
        let holders = deployment.traders + [deployment.flashLender, deployment.flashVault]
        for (index, token) in deployment.tokens.enumerated() {
            let amount = plan.amount(index, dollars: U256(plan.purse[index]))
            for holder in holders { call(token.address, MarketCalls.transfer(holder, amount), gas: 100_000) }
        }
        let spenders =
            deployment.venues.map(\.router)
            + [deployment.swapRouter, deployment.swapRouter02, deployment.positionManager]
        for trader in accounts.traders {
            for token in deployment.tokens {
                for spender in spenders {
                    let data = MarketCalls.approve(spender, .max)
                    steps.append(Step(account: trader, to: token.address, data: data, gas: 100_000))
                }
            }
        }
    }
}
