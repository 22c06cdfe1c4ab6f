public import EVMCodec
public import EVMTypes

/// Where everything of a market stands. The JSON has the shape of ../shared/realchain's `deployment.json`.
public struct MarketDeployment: Hashable, Sendable {
    /// A token.
    public struct Token: Hashable, Sendable {
        /// As the contract answers it.
        public var symbol: String
        /// Where the contract is.
        public var address: Address
        /// Decimals of one whole token.
        public var decimals: Int
        /// Whole dollars a token was taken to be worth.
        public var dollars: UInt64
    }

    /// A V2-shaped exchange.
    public struct Venue: Hashable, Sendable {
        /// For people.
        public var name: String
        /// Where its pairs are made.
        public var factory: Address
        /// Uniswap V2's router interface.
        public var router: Address
    }

    /// A pool: on the V2 venue of this number, or (nil) the V3 factory's.
    public struct Pool: Hashable, Sendable {
        /// Index into `venues` of a V2-shaped pool; nil for a V3-shaped one.
        public var venue: Int?
        /// Where the contract is.
        public var address: Address
        /// Places of its tokens in `tokens`, not in order of address.
        public var a, b: Int
        /// Millionths of the input.
        public var feePips: UInt32
        /// Zero for V2.
        public var tickSpacing: Int32
    }

    /// EIP-155.
    public var chainID: UInt64
    /// Who owns all contracts.
    public var deployer: Address
    /// Wrapped ether first.
    public var tokens: [Token]
    /// Factories of V2 shape with their routers.
    public var venues: [Venue]
    /// Keccak-256 of the creation code of every V2 pair.
    public var pairInitCodeHash: Hash32
    /// Factory of the V3-shaped pools.
    public var v3Factory: Address
    /// Mints positions of V3-shaped pools.
    public var positionManager: Address
    /// Functions of Uniswap's V3 SwapRouter, and of its SwapRouter02.
    public var swapRouter, swapRouter02: Address
    /// Keccak-256 of the creation code of every V3 pool.
    public var poolInitCodeHash: Hash32
    /// Lends by ERC-3156; lends by the functions of Balancer's vault.
    public var flashLender, flashVault: Address
    /// Every pool, V2 shape first.
    public var pools: [Pool]
    /// Accounts that `--traffic` trades from.
    public var traders: [Address]
    /// Accounts left for a node: its operator, and its bundle identity.
    public var searcher, relaySigner: Address
    /// The block after which everything stands.
    public var seedBlock: UInt64 = 0

    /// The description that `martlet chains overlay` and tests read.
    public var json: JSON {
        var tokenRows = JSONObject(), venueRows = JSONObject()
        for token in tokens {
            tokenRows[token.symbol] = ["address": .address(token.address), "decimals": .integer(token.decimals)]
        }
        for venue in venues {
            venueRows[venue.name] = [
                "factory": .address(venue.factory), "router": .address(venue.router),
                "initCodeHash": .hash(pairInitCodeHash),
            ]
        }
        return .object([
            "chainId": .integer(chainID), "deployer": .address(deployer), "tokens": .object(tokenRows),
            "v2": .object(venueRows), "pools": .array(pools.map(row)),
            "v3": [
                "factory": .address(v3Factory), "positionManager": .address(positionManager),
                "router": .address(swapRouter), "router02": .address(swapRouter02),
                "initCodeHash": .hash(poolInitCodeHash),
            ],
            "flashLender": .address(flashLender), "flashVault": .address(flashVault),
            "traders": .array(traders.map { .address($0) }), "searcher": .address(searcher),
            "relaySigner": .address(relaySigner), "seedBlock": .integer(seedBlock),
        ])
    }

    private func row(_ pool: Pool) -> JSON {
        var object: JSONObject = [
            "kind": .string(pool.venue == nil ? "v3" : "v2"),
            "venue": .string(pool.venue.map { venues[$0].name } ?? "V3"), "pool": .address(pool.address),
            "a": .string(tokens[pool.a].symbol), "b": .string(tokens[pool.b].symbol), "fee": .integer(pool.feePips),
            "token0": .address(min(tokens[pool.a].address, tokens[pool.b].address)),
            "token1": .address(max(tokens[pool.a].address, tokens[pool.b].address)),
        ]
        if pool.venue == nil { object["tickSpacing"] = .integer(pool.tickSpacing) }
        return .object(object)
    }
}
