public import EVMCodec
internal import EVMTypes

/// Ticks that a transaction which is not on the chain would change, as they were: to be put back.
public struct LentTicks: Sendable {
    struct Entry: Sendable {
        var pool: PoolIndex
        var before: TickState
    }

    var entries: [Entry] = []

    /// None.
    public init() {}

    /// Whether nothing was changed.
    public var isEmpty: Bool { entries.isEmpty }
}

extension MarketOverlay {
    /// Puts what a run's logs say of known pools on the overlay, in their order, read exactly as live logs are.
    ///
    /// `Sync` and `Swap` change the pool's row. `Mint` and `Burn` also move ticks, which an overlay has none of: those
    /// are changed in the market itself and noted in `lent`; give them to `takeBack` before anything else uses the
    /// market. Logs of other contracts, of pools without state and of events that move no price count for nothing.
    /// Throws, with the overlay to be reset, when a pool's log does not fit its state.
    public mutating func apply(
        _ logs: [ReceiptLog], in base: inout MarketState, lent: inout LentTicks
    ) throws(PoolRefusal) {
        for log in logs {
            guard !log.topics.isEmpty, let index = base.pool(emitting: log), base.isUsable(index) else { continue }
            switch pool(index, in: base) {
            case .uniswapV2(var pair):
                guard case .sync(let reserve0, let reserve1)? = try UniswapV2Event.read(log.topics, log.data) else {
                    continue
                }
                (pair.reserve0, pair.reserve1) = (reserve0, reserve1)
                set(index, .uniswapV2(pair), in: base)
            case .uniswapV3(let state):
                guard let event = try UniswapV3Event.read(log.topics, log.data) else { continue }
                if let next = try base.lend(event, to: index, state, &lent) {
                    set(index, .uniswapV3(next), in: base)
                }
            // Not quoted on the overlay any more, whatever the log says.
            case .coins: set(index, .coins(.unknown), in: base)
            case .solidly(var pair):
                if try pair.apply(log.topics, log.data) == nil { set(index, .solidly(pair), in: base) }
            case .uniswapV4(let state):
                guard let change = try base.change(of: index, log.topics, log.data) else { continue }
                var next = change.fees(of: state)
                if let moved = try base.lend(change.engine, to: index, state.concentrated, &lent) {
                    next.concentrated = moved
                }
                if next != state { set(index, .uniswapV4(next), in: base) }
            case .algebra(let state):
                guard let event = try AlgebraEvent.read(log.topics, log.data) else { continue }
                var next = state
                switch event {
                case .fees(let zeroForOne, let oneForZero):
                    (next.concentrated.feePips, next.feeOneForZero) = (zeroForOne, oneForZero)
                case .tickSpacing: throw .tickSpacingChanged
                case .plugin(let actsOnSwaps): if actsOnSwaps { throw .hookChangesSwaps }
                case .engine(let event):
                    if let moved = try base.lend(event, to: index, state.concentrated, &lent) {
                        next.concentrated = moved
                    }
                }
                if next != state { set(index, .algebra(next), in: base) }
            }
        }
    }
}

extension MarketState {
    /// The pool after an event, its ticks changed and noted; nil when the event changes nothing.
    fileprivate mutating func lend(
        _ event: UniswapV3Event, to pool: PoolIndex, _ old: UniswapV3Pool, _ lent: inout LentTicks
    ) throws(PoolRefusal) -> UniswapV3Pool? {
        var state = old
        switch event {
        case .noEffect: return nil
        case .initialize: throw .alreadyInitialized
        case .swap(let price, let liquidity, let tick):
            guard liquidityAfterMove(of: pool, old, to: tick) == liquidity else { throw .netSumMismatch }
            (state.sqrtPriceX96, state.liquidity, state.tick) = (price, liquidity, tick)
        case .liquidity(let lower, let upper, let amount, let isMint):
            guard lower % old.tickSpacing == 0, upper % old.tickSpacing == 0 else { throw .tickRangeInvalid }
            if amount == 0 { return nil }
            let isInRange = lower <= old.tick && old.tick < upper
            let liquidity = isInRange ? Self.moved(old.liquidity, by: amount, adding: isMint) : old.liquidity
            guard let liquidity else { throw isMint ? .liquidityOverflow : .liquidityUnderflow }
            let after = [
                try tickAfter(lower, by: amount, adding: isMint, isUpper: false, in: pool),
                try tickAfter(upper, by: amount, adding: isMint, isUpper: true, in: pool),
            ]
            for tick in after {
                let position = ticks.find(tick.tick, in: extents[Int(pool)])
                let before = TickState(
                    tick: tick.tick, liquidityNet: position.map { ticks.nets[$0] } ?? 0,
                    liquidityGross: position.map { ticks.grosses[$0] } ?? 0)
                lent.entries.append(LentTicks.Entry(pool: pool, before: before))
                ticks.set(tick.tick, net: tick.liquidityNet, gross: tick.liquidityGross, in: &extents[Int(pool)])
            }
            state.liquidity = liquidity
        }
        return state
    }

    /// Puts lent ticks back as they were, the last first. Nothing becomes dirty by it.
    public mutating func takeBack(_ lent: LentTicks) {
        for entry in lent.entries.reversed() {
            ticks.set(
                entry.before.tick, net: entry.before.liquidityNet, gross: entry.before.liquidityGross,
                in: &extents[Int(entry.pool)])
        }
    }
}
