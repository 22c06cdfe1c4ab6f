public import EVMTypes

/// The events that move a Balancer V2 pool, of the vault and of the pool.
///
/// Joins, exits, rate caches and amplification ramps are told apart but carry too little: the pool is read again.
/// Source: balancer-v2-monorepo `IVault.sol`, `BasePool.sol`.
public enum BalancerV2Event: Hashable, Sendable {
    /// A swap in the vault; exact amounts that came in and went out.
    case swap(poolID: Hash32, tokenIn: Address, tokenOut: Address, amountIn: UInt128, amountOut: UInt128)
    /// The pool's new swap fee, 18 decimals; of the pool itself.
    case feeChanged(UInt64)

    /// Reads a log; nil for an event of another kind, throws for a malformed one.
    public static func read(_ topics: [Hash32], _ data: [UInt8]) throws(PoolRefusal) -> BalancerV2Event? {
        guard let topic = topics.first else { return nil }
        switch topic {
        case EventTopics.balancerV2Swap:
            guard topics.count == 4 else { throw .wrongTopicCount }
            guard data.count == 64 else { throw .wrongDataLength }
            guard let tokenIn = Address(word: topics[2].word), let tokenOut = Address(word: topics[3].word),
                let amountIn = EventWord.unsigned(EventWord.word(data, 0), bits: 112),
                let amountOut = EventWord.unsigned(EventWord.word(data, 1), bits: 112)
            else { throw .valueOutOfRange }
            return .swap(
                poolID: topics[1], tokenIn: tokenIn, tokenOut: tokenOut, amountIn: amountIn, amountOut: amountOut)
        case EventTopics.balancerV2FeeChanged:
            guard topics.count == 1 else { throw .wrongTopicCount }
            guard data.count == 32 else { throw .wrongDataLength }
            guard let fee = EventWord.unsigned(EventWord.word(data, 0), bits: 60) else { throw .valueOutOfRange }
            return .feeChanged(UInt64(fee))
        default: return nil
        }
    }

    /// Balances after a swap of tokens `i` and `j`; throws when they cannot have been the balances before.
    static func moved(
        _ balances: TokenAmounts, _ i: Int, _ j: Int, amountIn: UInt128, amountOut: UInt128
    ) throws(PoolRefusal) -> TokenAmounts {
        guard i != j, i >= 0, j >= 0, i < balances.count, j < balances.count else { throw .valueOutOfRange }
        let (sum, overflow) = balances[i].addingReportingOverflow(amountIn)
        guard !overflow else { throw .liquidityOverflow }
        guard amountOut <= balances[j] else { throw .liquidityUnderflow }
        var moved = balances
        moved[i] = sum
        moved[j] = balances[j] - amountOut
        return moved
    }
}

extension BalancerWeightedPool {
    /// Applies an event; `position` gives a token's place in the pool. Unchanged when it throws.
    public mutating func apply(_ event: BalancerV2Event, position: (Address) -> Int?) throws(PoolRefusal) {
        switch event {
        case .swap(_, let tokenIn, let tokenOut, let amountIn, let amountOut):
            guard let i = position(tokenIn), let j = position(tokenOut) else { throw .valueOutOfRange }
            balances = try BalancerV2Event.moved(balances, i, j, amountIn: amountIn, amountOut: amountOut)
        case .feeChanged(let fee): self.fee = fee
        }
    }
}

extension BalancerStablePool {
    /// Applies an event; `position` gives a token's place among these balances, nil for the pool token, whose swaps are
    /// refused: they change what the pool holds by other rules. Unchanged when it throws.
    public mutating func apply(_ event: BalancerV2Event, position: (Address) -> Int?) throws(PoolRefusal) {
        switch event {
        case .swap(_, let tokenIn, let tokenOut, let amountIn, let amountOut):
            guard let i = position(tokenIn), let j = position(tokenOut) else { throw .valueOutOfRange }
            balances = try BalancerV2Event.moved(balances, i, j, amountIn: amountIn, amountOut: amountOut)
        case .feeChanged(let fee): self.fee = fee
        }
    }
}
