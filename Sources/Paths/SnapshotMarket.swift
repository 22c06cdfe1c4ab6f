public import EVMTypes
public import Pools

/// A still market of constant-product pools, as a file of reserves describes it; what `martlet scan` searches.
public struct SnapshotMarket: Sendable {
    /// One pool. Tokens are indices of this market.
    public struct Pool: Hashable, Sendable {
        public var address: Address
        public var token0: Int32
        public var token1: Int32
        /// Reserves and fee; reserves below 2^112 as in the contract.
        public var state: UniswapV2Pool
    }

    /// Why a pool was not taken.
    public enum Refusal: UInt8, Error, Hashable, Sendable {
        case duplicateAddress
        case sameToken
        case reserveTooLarge
        case feeTooLarge
    }

    public private(set) var pools: [Pool] = []
    /// Token addresses by index, in order of first appearance.
    public private(set) var tokens: [Address] = []
    private var tokenIndices: [Address: Int32] = [:]
    private var addresses: Set<Address> = []

    public init() {}

    /// The index of a token some pool holds, or nil.
    public func tokenIndex(of token: Address) -> Int32? { tokenIndices[token] }

    /// Adds a pool and returns its index. Empty reserves are kept, but no cycle runs through such a pool.
    @discardableResult
    public mutating func addPool(
        address: Address, token0: Address, token1: Address, reserve0: UInt128, reserve1: UInt128, feePips: UInt32
    ) throws(Refusal) -> Int32 {
        guard token0 != token1 else { throw .sameToken }
        guard reserve0 >> 112 == 0, reserve1 >> 112 == 0 else { throw .reserveTooLarge }
        guard feePips < 1_000_000 else { throw .feeTooLarge }
        guard addresses.insert(address).inserted else { throw .duplicateAddress }
        pools.append(
            Pool(
                address: address, token0: intern(token0), token1: intern(token1),
                state: UniswapV2Pool(reserve0: reserve0, reserve1: reserve1, feePips: feePips)))
        return Int32(pools.count - 1)
    }

    private mutating func intern(_ token: Address) -> Int32 {
        if let index = tokenIndices[token] { return index }
        let index = Int32(tokens.count)
        tokens.append(token)
        tokenIndices[token] = index
        return index
    }

    /// Finds every cycle of the market that starts and ends in `start`, best profit first.
    ///
    /// `counters.aboveOne` counts directed cycles whose marginal product exceeds 1 exactly (in integers, fees
    /// included); the plans are those of them that keep a profit of at least `minProfit` (and at least 1) in exact
    /// integers.
    public func scan(start: Int32, settings: SearchSettings, minProfit: UInt128 = 1) -> SearchResult {
        var search = CycleSearch(settings: settings)
        search.addSettlement(start)
        for pool in pools.indices { search.adopt(Int32(pool), from: self) }
        // Floors only take away: where the continuous optimum is below one unit, no integer input pays.
        let floor = max(0.5, Double(minProfit) * 0.999)
        var result = search.run(through: (0..<Int32(pools.count)).map { $0 }, floor: floor, in: self)
        result.plans.removeAll { $0.profit < max(minProfit, 1) }
        return result
    }
}

extension SnapshotMarket: MarketView {
    func output(_ pool: Int32, zeroForOne: Bool, amountIn: UInt128) -> UInt128? {
        try? pools[Int(pool)].state.quote(exactIn: amountIn, zeroForOne: zeroForOne)
    }

    func input(_ pool: Int32, zeroForOne: Bool, amountOut: UInt128) -> UInt128? {
        try? pools[Int(pool)].state.quote(exactOut: amountOut, zeroForOne: zeroForOne)
    }

    func curve(_ pool: Int32, zeroForOne: Bool) -> LegCurve? {
        LegCurve(pools[Int(pool)].state, zeroForOne: zeroForOne)
    }

    func nextPiece(_ leg: inout LegCurve) -> Bool { false }

    func tokens(of pool: Int32) -> (token0: Int32, token1: Int32) {
        (pools[Int(pool)].token0, pools[Int(pool)].token1)
    }

    /// Compares the products of (1e6 - fee) * reserveOut and 1e6 * reserveIn in integers.
    func isAboveOne(_ edges: InlineArray<4, Int32>, hops: Int) -> Bool {
        var gained = WideProduct(), paid = WideProduct()
        for i in 0..<hops {
            let state = pools[Int(edges[i] >> 1)].state, zeroForOne = edges[i] & 1 == 1
            gained.multiply(by: zeroForOne ? state.reserve1 : state.reserve0)
            gained.multiply(by: UInt64(1_000_000 - state.feePips))
            paid.multiply(by: zeroForOne ? state.reserve0 : state.reserve1)
            paid.multiply(by: 1_000_000 as UInt64)
        }
        return gained > paid
    }
}
