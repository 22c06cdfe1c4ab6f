internal import EVMTypes

/// What a log of a singleton does to one of its pools.
struct SingletonChange {
    /// What the engine does of it.
    var engine = UniswapV3Event.noEffect
    var protocolFee: UInt32?
    var providersFee: UInt32?

    /// The pool with the fees that the log sets; price and liquidity are the engine's.
    func fees(of pool: UniswapV4Pool) -> UniswapV4Pool {
        var pool = pool
        if let protocolFee { pool.protocolFee = protocolFee }
        if let providersFee { pool.concentrated.feePips = providersFee }
        return pool
    }
}

// MARK: Logs of the protocols beside Uniswap V2 and V3

extension MarketState {
    /// What a singleton's log does to `pool`; nil for an event that moves no price. Throws `.feeMismatch` for a swap
    /// that
    /// paid another fee than the state says.
    func change(
        of pool: PoolIndex, _ topics: [Hash32], _ data: [UInt8]
    ) throws(PoolRefusal) -> SingletonChange? {
        guard case .uniswapV4(let state) = pools[Int(pool)] else { throw .wrongKind }
        let event =
            entries[Int(pool)].identity.kind == .pancakeInfinityCL
            ? try PancakeInfinityEvent.read(topics, data) : try UniswapV4Event.read(topics, data)?.event
        switch event {
        case nil, .noEffect: return nil
        case .initialize: throw .alreadyInitialized
        case .liquidity(let lower, let upper, let delta):
            return SingletonChange(
                engine: .liquidity(lower: lower, upper: upper, amount: delta.magnitude, isMint: delta >= 0))
        case .swap(let price, let liquidity, let tick, let fee):
            let isUnknown = entries[Int(pool)].quarantine == .feeNeedsRead
            guard isUnknown || fee == state.swapFee(zeroForOne: true) || fee == state.swapFee(zeroForOne: false) else {
                throw .feeMismatch
            }
            return SingletonChange(engine: .swap(sqrtPriceX96: price, liquidity: liquidity, tick: tick))
        case .protocolFee(let fee): return SingletonChange(protocolFee: fee)
        case .providersFee(let fee):
            // Only a pool whose key says so has a fee that a hook sets.
            guard entries[Int(pool)].identity.feePips == UniswapV4Key.dynamicFee else { throw .wrongFee }
            return SingletonChange(providersFee: fee)
        }
    }

    mutating func apply(
        _ topics: [Hash32], _ data: [UInt8], to pool: PoolIndex, _ state: UniswapV4Pool
    ) throws(PoolRefusal) -> LogIgnored? {
        guard let change = try change(of: pool, topics, data) else { return .noEffectOnQuotes }
        var next = change.fees(of: state)
        if let moved = try moved(state.concentrated, by: change.engine, pool) { next.concentrated = moved }
        pools[Int(pool)] = .uniswapV4(next)
        return nil
    }

    mutating func apply(
        _ topics: [Hash32], _ data: [UInt8], to pool: PoolIndex, _ state: AlgebraPool
    ) throws(PoolRefusal) -> LogIgnored? {
        guard let event = try AlgebraEvent.read(topics, data) else { return .unknownEvent }
        var next = state
        switch event {
        case .fees(let zeroForOne, let oneForZero):
            (next.concentrated.feePips, next.feeOneForZero) = (zeroForOne, oneForZero)
            // Integral's fee stays until the next log; V1 computes a new one at the next block's first swap.
            if entries[Int(pool)].identity.kind == .algebraIntegral, entries[Int(pool)].quarantine == .feeNeedsRead {
                release(pool)
            }
        case .tickSpacing(let spacing):
            guard spacing == state.concentrated.tickSpacing else { throw .tickSpacingChanged }
            return .noEffectOnQuotes
        case .plugin(let actsOnSwaps):
            guard !actsOnSwaps else { throw .hookChangesSwaps }
            return .noEffectOnQuotes
        case .engine(let event):
            if event == .noEffect { return .noEffectOnQuotes }
            if let moved = try moved(state.concentrated, by: event, pool) { next.concentrated = moved }
        }
        pools[Int(pool)] = .algebra(next)
        // The oracle that the next fee comes from has moved.
        if entries[Int(pool)].identity.kind == .algebra { quarantine(pool, .feeNeedsRead) }
        return nil
    }

    mutating func apply(
        _ topics: [Hash32], _ data: [UInt8], to pool: PoolIndex, _ state: SolidlyPool
    ) throws(PoolRefusal) -> LogIgnored? {
        var next = state
        if let ignored = try next.apply(topics, data) { return ignored }
        guard entries[Int(pool)].hasState else { return .awaitsParameters }
        pools[Int(pool)] = .solidly(next)
        return nil
    }
}

// MARK: Pools announced by factories

extension MarketState {
    /// Whether an event of a factory, or of a singleton, announces a pool.
    func isCreation(_ topic: Hash32, _ kind: PoolKind) -> Bool {
        switch kind {
        case .uniswapV2: topic == EventTopics.pairCreated
        case .uniswapV3: topic == EventTopics.poolCreated
        case .slipstream: topic == EventTopics.slipstreamPoolCreated
        case .uniswapV4: topic == EventTopics.v4Initialize
        case .pancakeInfinityCL: topic == EventTopics.infinityInitialize
        case .algebra, .algebraIntegral: topic == EventTopics.algebraPool
        // Their creation logs do not say the coins: discovery reads them.
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: false
        case .solidly:
            topic == EventTopics.solidlyPairCreated || topic == EventTopics.solidlyPoolCreated
                || topic == EventTopics.pairCreated
        }
    }

    mutating func create(_ topics: [Hash32], _ data: [UInt8], at cursor: LogCursor, dex: Int) -> LogEffect {
        let config = dexes[dex]
        guard isCreation(topics[0], config.kind) else { return .ignored(.unknownEvent) }
        do throws(PoolRefusal) {
            let (identity, start) = try readCreation(topics, data, config)
            if let known = index(of: identity.address), entries[Int(known)].identity == identity {
                return .ignored(.alreadyApplied)
            }
            let pool = try addPool(identity)
            entries[Int(pool)].cursor = cursor
            if let start {
                pools[Int(pool)] = pools[Int(pool)].at(sqrtPriceX96: start.price, tick: start.tick, liquidity: 0)
                entries[Int(pool)].hasState = true
            }
            return .created(pool)
        } catch {
            return .refused(error)
        }
    }

    /// The pool that a creation log announces, and its first price where the log says that too.
    private func readCreation(
        _ topics: [Hash32], _ data: [UInt8], _ dex: DexConfig
    ) throws(PoolRefusal) -> (identity: PoolIdentity, start: (price: U256, tick: Int32)?) {
        switch dex.kind {
        case .uniswapV2: return (try UniswapV2Event.readCreation(topics, data, dex), nil)
        case .uniswapV3, .slipstream: return (try UniswapV3Event.readCreation(topics, data, dex), nil)
        case .algebra, .algebraIntegral: return (try AlgebraEvent.readCreation(topics, data, dex), nil)
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: throw .wrongKind
        case .solidly: return (try SolidlyPool.readCreation(topics, data, dex), nil)
        case .pancakeInfinityCL:
            let created = try PancakeInfinityEvent.readCreation(topics, data, dex)
            return (created.identity, (created.sqrtPriceX96, created.tick))
        case .uniswapV4:
            guard let (id, event) = try UniswapV4Event.read(topics, data),
                case .initialize(let key, let price, let tick) = event
            else { throw .valueOutOfRange }
            let identity = PoolIdentity(
                address: PoolIdentity.address(ofPoolID: id), token0: key.currency0, token1: key.currency1,
                dexID: dex.id, kind: .uniswapV4, feePips: key.fee, tickSpacing: key.tickSpacing, hooks: key.hooks)
            return (identity, (price, tick))
        }
    }
}
