public import EVMTypes
import NodeClient
import Pools

/// A pool whose state is not the chain's.
public struct StateDifference: Hashable, Sendable, CustomStringConvertible {
    public let pool: Address
    /// What differs first: a field's name, or a tick.
    public let field: String
    /// Ours.
    public let ours: String
    /// The chain's.
    public let chain: String

    /// One line.
    public var description: String { "pool \(pool): \(field) is \(ours) here, \(chain) on the chain" }

    init(_ pool: Address, _ field: String, ours: some CustomStringConvertible, chain: some CustomStringConvertible) {
        self.pool = pool
        self.field = field
        self.ours = "\(ours)"
        self.chain = "\(chain)"
    }

    /// The first difference of two readings of one pool; nil when they are equal.
    init?(_ pool: Address, ours: PoolReading, chain: PoolReading) {
        guard ours != chain else { return nil }
        switch (ours, chain) {
        case (.uniswapV2(let a0, let a1), .uniswapV2(let b0, let b1)):
            self =
                a0 != b0 ? .init(pool, "reserve0", ours: a0, chain: b0) : .init(pool, "reserve1", ours: a1, chain: b1)
        case (
            .uniswapV3(let aPrice, let aTick, let aLiquidity, let aTicks),
            .uniswapV3(let price, let tick, let liquidity, let ticks)
        ):
            if aPrice != price {
                self.init(pool, "sqrtPriceX96", ours: aPrice, chain: price)
            } else if aTick != tick {
                self.init(pool, "tick", ours: aTick, chain: tick)
            } else if aLiquidity != liquidity {
                self.init(pool, "liquidity", ours: aLiquidity, chain: liquidity)
            } else {
                self.init(pool, aTicks, ticks)
            }
        default: self.init(pool, "the state", ours: Self.words(ours), chain: Self.words(chain))
        }
    }

    private init(_ pool: Address, _ ours: [TickState], _ chain: [TickState]) {
        let mine = Dictionary(ours.map { ($0.tick, $0) }, uniquingKeysWith: { a, _ in a })
        let theirs = Dictionary(chain.map { ($0.tick, $0) }, uniquingKeysWith: { a, _ in a })
        let tick = Set(mine.keys).union(theirs.keys).sorted().first { mine[$0] != theirs[$0] } ?? 0
        func words(_ state: TickState?) -> String {
            state.map { "gross \($0.liquidityGross), net \($0.liquidityNet)" } ?? "not initialised"
        }
        self.init(pool, "tick \(tick)", ours: words(mine[tick]), chain: words(theirs[tick]))
    }

    private static func words(_ reading: PoolReading) -> String {
        switch reading {
        case .uniswapV2: "reserves"
        case .uniswapV3: "a price"
        case .withoutPrice: "no price"
        case .unreadable: "not readable"
        }
    }
}

extension StateRead {
    /// Reads pools by their views and compares; differences in the pools' order.
    func differences(of pools: [PoolIndex], in market: MarketState) async throws -> [StateDifference] {
        var found: [StateDifference] = []
        for kind in PoolKind.allCases {
            let some = pools.filter { market.identity($0).kind == kind }
            for start in stride(from: 0, to: some.count, by: 100) {
                let part = Array(some[start..<min(some.count, start + 100)])
                let readings = try await read(part.map { market.identity($0) }, layout: .views, worker: start / 100)
                for (pool, reading) in zip(part, readings) {
                    let address = market.identity(pool).address
                    if let difference = StateDifference(address, ours: market.reading(of: pool), chain: reading) {
                        found.append(difference)
                    }
                }
            }
        }
        return found
    }
}
