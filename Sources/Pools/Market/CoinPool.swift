internal import EVMTypes

/// The state of a pool of two to eight coins, Curve's or Balancer's.
public enum CoinPoolState: Hashable, Sendable {
    case curveStable(CurveStablePool)
    case curveTricrypto(CurveTricryptoPool)
    case curveTwocrypto(CurveTwocryptoPool)
    case balancerWeighted(BalancerWeightedPool)
    case balancerStable(BalancerStablePool)

    /// The kind of pool that has such a state.
    public var kind: PoolKind {
        switch self {
        case .curveStable: .curveStable
        case .curveTricrypto: .curveTricrypto
        case .curveTwocrypto: .curveTwocrypto
        case .balancerWeighted: .balancerWeighted
        case .balancerStable: .balancerStable
        }
    }

    /// What the pool holds, coin by coin in the contract's order.
    public var balances: TokenAmounts {
        switch self {
        case .curveStable(let pool): pool.balances
        case .curveTricrypto(let pool): pool.balances
        case .curveTwocrypto(let pool): pool.balances
        case .balancerWeighted(let pool): pool.balances
        case .balancerStable(let pool): pool.balances
        }
    }

    /// The output of a swap of coin `i` into coin `j`; throws as the protocol's own quote.
    public func quote(exactIn amountIn: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        switch self {
        case .curveStable(let pool): try pool.quote(exactIn: amountIn, from: i, to: j)
        case .curveTricrypto(let pool): try pool.quote(exactIn: amountIn, from: i, to: j)
        case .curveTwocrypto(let pool): try pool.quote(exactIn: amountIn, from: i, to: j)
        case .balancerWeighted(let pool): try pool.quote(exactIn: amountIn, from: i, to: j)
        case .balancerStable(let pool): try pool.quote(exactIn: amountIn, from: i, to: j)
        }
    }

    /// The input that a swap of coin `i` into coin `j` needs for `amountOut`.
    public func quote(exactOut amountOut: UInt128, from i: Int, to j: Int) throws(QuoteError) -> UInt128 {
        switch self {
        case .curveStable(let pool): try pool.quote(exactOut: amountOut, from: i, to: j)
        case .curveTricrypto(let pool): try pool.quote(exactOut: amountOut, from: i, to: j)
        case .curveTwocrypto(let pool): try pool.quote(exactOut: amountOut, from: i, to: j)
        case .balancerWeighted(let pool): try pool.quote(exactOut: amountOut, from: i, to: j)
        case .balancerStable(let pool): try pool.quote(exactOut: amountOut, from: i, to: j)
        }
    }

    /// The state after a log of the pool or of its vault; nil when the log says too little and the state has to be
    /// read again. `.some(self)` for a log that moves no price.
    ///
    /// A swap of a stable Curve pool is booked when the model pays exactly what the log says was paid: the balances
    /// after it, admin fee included, are then the contract's. Cryptoswap pools move D and their prices with each trade.
    func after(_ topics: [Hash32], _ data: [UInt8], position: (Address) -> Int?) throws(PoolRefusal) -> CoinPoolState? {
        switch topics[0] {
        case EventTopics.transfer, EventTopics.approval: return self
        default: break
        }
        switch self {
        case .curveStable(var pool):
            guard let (i, j, amountIn, amountOut) = try Self.readExchange(topics, data) else { return nil }
            guard i < pool.balances.count, j < pool.balances.count,
                let out = try? pool.swap(exactIn: amountIn, from: i, to: j), out == amountOut
            else { return nil }
            return .curveStable(pool)
        case .curveTricrypto, .curveTwocrypto: return nil
        case .balancerWeighted(var pool):
            guard let event = try BalancerV2Event.read(topics, data) else { return nil }
            try pool.apply(event, position: position)
            return .balancerWeighted(pool)
        case .balancerStable(var pool):
            guard let event = try BalancerV2Event.read(topics, data) else { return nil }
            // A swap against the pool's own token is a join or an exit.
            if case .swap(_, let tokenIn, let tokenOut, _, _) = event,
                position(tokenIn) == nil || position(tokenOut) == nil
            {
                return nil
            }
            try pool.apply(event, position: position)
            return .balancerStable(pool)
        }
    }

    /// `TokenExchange(buyer, sold_id, tokens_sold, bought_id, tokens_bought)`; nil for another event.
    private static func readExchange(
        _ topics: [Hash32], _ data: [UInt8]
    ) throws(PoolRefusal) -> (i: Int, j: Int, amountIn: UInt128, amountOut: UInt128)? {
        guard topics[0] == EventTopics.curveExchange else { return nil }
        guard topics.count == 2 else { throw .wrongTopicCount }
        guard data.count == 128 else { throw .wrongDataLength }
        guard let i = EventWord.unsigned(EventWord.word(data, 0), bits: 3),
            let amountIn = EventWord.unsigned(EventWord.word(data, 1), bits: 128),
            let j = EventWord.unsigned(EventWord.word(data, 2), bits: 3),
            let amountOut = EventWord.unsigned(EventWord.word(data, 3), bits: 128)
        else { throw .valueOutOfRange }
        return (Int(i), Int(j), amountIn, amountOut)
    }

    /// Nil when all lists are as long as the balances and what divides is not zero, else what is wrong.
    var rangeFault: PoolRefusal? {
        let count = balances.count
        let lists: [TokenAmounts]
        switch self {
        case .curveStable(let pool):
            guard pool.precision != 0, pool.amplification != 0, pool.fee < 10_000_000_000 else {
                return .valueOutOfRange
            }
            lists = [pool.rates]
        case .curveTricrypto(let pool):
            guard count == 3, pool.priceScale1 != 0, pool.priceScale2 != 0 else { return .valueOutOfRange }
            lists = [pool.precisions]
        case .curveTwocrypto(let pool):
            guard count == 2, pool.priceScale != 0 else { return .valueOutOfRange }
            lists = [pool.precisions]
        case .balancerWeighted(let pool):
            guard pool.fee < 1_000_000_000_000_000_000 else { return .wrongFee }
            lists = [pool.weights, pool.scales]
        case .balancerStable(let pool):
            guard pool.fee < 1_000_000_000_000_000_000, pool.amplification != 0 else { return .wrongFee }
            lists = [pool.scalingFactors]
        }
        for list in lists {
            guard list.count == count, (0..<count).allSatisfy({ list[$0] != 0 }) else { return .valueOutOfRange }
        }
        return nil
    }
}

/// A pool of several coins within a market: cold, beside the flat arrays.
struct CoinPool: Sendable {
    /// In the contract's order.
    var coins: [TokenIndex]
    /// Nil until it is read.
    var state: CoinPoolState?
    /// Whether rates or the amplification move with time alone: the state is good for the block it was read at.
    var movesWithTime = false
}

/// Where a market keeps a pool of several coins; -1 on an overlay for one that a pending log changed.
@frozen
public struct CoinPoolSlot: Hashable, Sendable {
    @usableFromInline var number: Int32

    init(_ number: Int32) { self.number = number }

    static let unknown = CoinPoolSlot(-1)
}
