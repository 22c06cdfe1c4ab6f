public import EVMCodec
internal import EVMTypes

/// Why a log changed nothing and is nobody's fault.
@frozen
public enum LogIgnored: UInt8, Hashable, Sendable {
    /// Neither a known pool nor a known factory emitted it, or it is of a singleton's pool that is not known.
    case foreignAddress
    /// The event is not one of the protocol's, or has no topics.
    case unknownEvent
    /// The event moves no price: `Collect`, `Flash`, `SetFeeProtocol` (it only splits the fee), transfers of pool
    /// shares, …
    case noEffectOnQuotes
    /// The pool is past this log already.
    case alreadyApplied
    /// The pool's parameters are in no log and were not set yet (a Solidly pool's fees and decimals): its state is read
    /// whole, later.
    case awaitsParameters
}

/// What a log did.
@frozen
public enum LogEffect: Hashable, Sendable {
    case ignored(LogIgnored)
    case created(PoolIndex)
    case updated(PoolIndex)
    /// Not applied. A known pool whose log is refused is quarantined, because its state can no longer be trusted.
    case refused(PoolRefusal)
}

// MARK: Applying logs

extension MarketState {
    /// Applies one log. Logs of a pool must come in chain order; a repeat is ignored, so back-fills may overlap.
    ///
    /// Never traps, whatever the log holds. `Sync` and `Swap` allocate nothing; `Mint` may grow the tick table.
    public mutating func apply(_ log: Log) -> LogEffect {
        if log.removed { return .refused(.removedLog) }
        guard !log.topics.isEmpty else { return .ignored(.unknownEvent) }
        let cursor = LogCursor(block: log.blockNumber, logIndex: log.logIndex)
        if let pool = index(of: log.address) { return apply(log.topics, log.data, at: cursor, to: pool) }
        guard let position = factoryPosition[log.address] else { return .ignored(.foreignAddress) }
        let kind = dexes[position].kind
        if kind.isSingleton || kind.hasVault, !isCreation(log.topics[0], kind) {
            guard let pool = poolOfSingleton(log.topics, kind) else { return .ignored(.foreignAddress) }
            return apply(log.topics, log.data, at: cursor, to: pool)
        }
        return create(log.topics, log.data, at: cursor, dex: position)
    }

    /// The pool that a log is of: by its address, or by the id that a singleton's log names first; nil for an unknown
    /// one.
    func pool(emitting log: ReceiptLog) -> PoolIndex? {
        if let pool = index(of: log.address) { return pool }
        guard let position = factoryPosition[log.address] else { return nil }
        return dexes[position].kind.isSingleton || dexes[position].kind.hasVault
            ? poolOfSingleton(log.topics, dexes[position].kind) : nil
    }

    /// An id names a pool of a singleton by its last 20 bytes here; a Balancer vault's begins with the pool's address.
    private func poolOfSingleton(_ topics: [Hash32], _ kind: PoolKind) -> PoolIndex? {
        guard topics.count > 1 else { return nil }
        return kind.hasVault
            ? index(of: Address(bytes: topics[1].bytes[..<20])) : index(of: PoolIdentity.address(ofPoolID: topics[1]))
    }

    private mutating func apply(
        _ topics: [Hash32], _ data: [UInt8], at cursor: LogCursor, to pool: PoolIndex
    ) -> LogEffect {
        guard cursor > entries[Int(pool)].cursor || entries[Int(pool)].cursor.block == 0 else {
            return .ignored(.alreadyApplied)
        }
        do throws(PoolRefusal) {
            let ignored: LogIgnored?
            switch pools[Int(pool)] {
            case .uniswapV2(var state):
                guard let event = try UniswapV2Event.read(topics, data) else { return .ignored(.unknownEvent) }
                guard case .sync(let reserve0, let reserve1) = event else { return .ignored(.noEffectOnQuotes) }
                (state.reserve0, state.reserve1) = (reserve0, reserve1)
                pools[Int(pool)] = .uniswapV2(state)
                entries[Int(pool)].hasState = true
                ignored = nil
            case .uniswapV3(let state):
                guard let event = try UniswapV3Event.read(topics, data) else { return .ignored(.unknownEvent) }
                if event == .noEffect { return .ignored(.noEffectOnQuotes) }
                if let next = try moved(state, by: event, pool) { pools[Int(pool)] = .uniswapV3(next) }
                ignored = nil
            case .uniswapV4(let state): ignored = try apply(topics, data, to: pool, state)
            case .algebra(let state): ignored = try apply(topics, data, to: pool, state)
            case .solidly(let state): ignored = try apply(topics, data, to: pool, state)
            case .coins(let slot): ignored = try apply(topics, data, to: pool, slot)
            }
            if let ignored { return .ignored(ignored) }
            entries[Int(pool)].cursor = cursor
            markDirty(pool)
            return .updated(pool)
        } catch {
            quarantine(pool, error)
            return .refused(error)
        }
    }

    /// The engine's state after an event, its ticks changed; nil when the event changes nothing. Nothing is changed
    /// when
    /// it throws.
    mutating func moved(
        _ old: UniswapV3Pool, by event: UniswapV3Event, _ pool: PoolIndex
    ) throws(PoolRefusal) -> UniswapV3Pool? {
        var state = old
        switch event {
        case .noEffect: return nil
        case .initialize(let price, let tick):
            guard state.sqrtPriceX96.isZero else { throw .alreadyInitialized }
            (state.sqrtPriceX96, state.tick, state.liquidity) = (price, tick, 0)
            entries[Int(pool)].hasState = true
        case .swap(let price, let liquidity, let tick):
            guard entries[Int(pool)].hasState else { throw .notInitialized }
            guard liquidityAfterMove(of: pool, old, to: tick) == liquidity else { throw .netSumMismatch }
            (state.sqrtPriceX96, state.liquidity, state.tick) = (price, liquidity, tick)
        case .liquidity(let lower, let upper, let amount, let isMint):
            guard entries[Int(pool)].hasState else { throw .notInitialized }
            guard lower % old.tickSpacing == 0, upper % old.tickSpacing == 0 else { throw .tickRangeInvalid }
            // Burning nothing is how positions collect their fees.
            if amount == 0 { return nil }
            let isInRange = lower <= old.tick && old.tick < upper
            let liquidity = isInRange ? Self.moved(old.liquidity, by: amount, adding: isMint) : old.liquidity
            guard let liquidity else { throw isMint ? .liquidityOverflow : .liquidityUnderflow }
            try changeTicks(lower, upper, by: amount, adding: isMint, in: pool)
            state.liquidity = liquidity
        }
        return state
    }

    /// The liquidity a swap that ends at `tick` must report; nil when it leaves 128 bits. Finds a missed log at once.
    func liquidityAfterMove(of pool: PoolIndex, _ old: UniswapV3Pool, to tick: Int32) -> UInt128? {
        let extent = extents[Int(pool)]
        let (low, high) = (min(old.tick, tick), max(old.tick, tick))
        var position = ticks.position(of: low + 1, in: extent)
        var net: Int128 = 0
        while position < extent.range.upperBound, ticks.indices[position] <= high {
            let (sum, overflow) = net.addingReportingOverflow(ticks.nets[position])
            guard !overflow else { return nil }
            net = sum
            position += 1
        }
        return Self.moved(old.liquidity, by: net.magnitude, adding: (net >= 0) == (tick >= old.tick))
    }

    static func moved(_ value: UInt128, by amount: UInt128, adding: Bool) -> UInt128? {
        let (result, overflow) =
            adding ? value.addingReportingOverflow(amount) : value.subtractingReportingOverflow(amount)
        return overflow ? nil : result
    }

    /// Adds a position to, or takes it from, its two ticks; both or none. Source: v3-core `Tick.update`.
    private mutating func changeTicks(
        _ lower: Int32, _ upper: Int32, by amount: UInt128, adding: Bool, in pool: PoolIndex
    ) throws(PoolRefusal) {
        let newLower = try tickAfter(lower, by: amount, adding: adding, isUpper: false, in: pool)
        let newUpper = try tickAfter(upper, by: amount, adding: adding, isUpper: true, in: pool)
        for new in [newLower, newUpper] {
            ticks.set(new.tick, net: new.liquidityNet, gross: new.liquidityGross, in: &extents[Int(pool)])
            dirtyTicks.append(DirtyTick(pool: pool, tick: new.tick))
        }
        ticks.repackIfSparse(&extents)
    }

    func tickAfter(
        _ tick: Int32, by amount: UInt128, adding: Bool, isUpper: Bool, in pool: PoolIndex
    ) throws(PoolRefusal) -> TickState {
        let position = ticks.find(tick, in: extents[Int(pool)])
        let gross = position.map { ticks.grosses[$0] } ?? 0
        let net = position.map { ticks.nets[$0] } ?? 0
        guard let newGross = Self.moved(gross, by: amount, adding: adding) else {
            throw adding ? .liquidityOverflow : .liquidityUnderflow
        }
        guard let delta = Int128(exactly: amount) else { throw .liquidityOverflow }
        let (newNet, overflow) =
            adding != isUpper ? net.addingReportingOverflow(delta) : net.subtractingReportingOverflow(delta)
        guard !overflow else { throw .liquidityOverflow }
        return TickState(tick: tick, liquidityNet: newNet, liquidityGross: newGross)
    }
}
