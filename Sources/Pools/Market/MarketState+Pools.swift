public import EVMTypes

/// One initialised tick of a V3 pool.
@frozen
public struct TickState: Hashable, Sendable {
    public var tick: Int32
    /// Added to the liquidity when the tick is crossed upwards, taken when downwards.
    public var liquidityNet: Int128
    /// Liquidity of all positions with an end here; at least |net|, above zero.
    public var liquidityGross: UInt128

    @inlinable
    public init(tick: Int32, liquidityNet: Int128, liquidityGross: UInt128) {
        self.tick = tick
        self.liquidityNet = liquidityNet
        self.liquidityGross = liquidityGross
    }
}

// MARK: Adding pools and setting their state

extension MarketState {
    /// Adds a pool after checking that CREATE2 on its exchange gives its address. It has no state yet.
    ///
    /// Throws why it was refused, `.alreadyKnown` for a repeat. A removed pool comes back under its old index.
    public mutating func addPool(_ identity: PoolIdentity) throws(PoolRefusal) -> PoolIndex {
        guard let dex = dex(identity.dexID) else { throw .unknownDex }
        if let fault = identity.fault(on: dex) { throw fault }
        return try insert(identity, isVerified: true)
    }

    /// Adds a pool whose factory nobody knows, from a file for example. Only the ranges of its fields are checked.
    public mutating func addUnverifiedPool(_ identity: PoolIdentity) throws(PoolRefusal) -> PoolIndex {
        if let fault = identity.shapeFault { throw fault }
        guard !identity.kind.hasCoins else { throw .wrongKind }
        return try insert(identity, isVerified: false)
    }

    mutating func insert(_ identity: PoolIdentity, isVerified: Bool) throws(PoolRefusal) -> PoolIndex {
        if let index = poolOfAddress[identity.address] {
            guard entries[Int(index)].isRemoved, entries[Int(index)].identity == identity else { throw .alreadyKnown }
            var entry = Entry(
                identity: identity, token0: entries[Int(index)].token0, token1: entries[Int(index)].token1)
            entry.isVerified = isVerified
            entry.isDirty = entries[Int(index)].isDirty
            entry.quarantine = Self.startingQuarantine(identity.kind)
            entries[Int(index)] = entry
            markDirty(index)
            return index
        }
        guard entries.count < Int(PoolIndex.max) else { throw .tooManyPools }
        let index = PoolIndex(entries.count)
        var entry = Entry(identity: identity, token0: intern(identity.token0), token1: intern(identity.token1))
        entry.isVerified = isVerified
        entry.quarantine = Self.startingQuarantine(identity.kind)
        entries.append(entry)
        pools.append(emptyState(of: identity))
        extents.append(TickTable.Extent())
        poolOfAddress[identity.address] = index
        let key = PairKey(identity, entry.token0, entry.token1)
        if poolOfPair[key] == nil { poolOfPair[key] = index }
        poolsOfToken[Int(entry.token0)].append(index)
        poolsOfToken[Int(entry.token1)].append(index)
        // Room for every pool, so that marking one dirty while logs are applied never allocates.
        if dirtyPools.capacity < entries.count { dirtyPools.reserveCapacity(entries.count * 2) }
        markDirty(index)
        return index
    }

    /// Kinds whose first fee is in no log wait for it to be read. A Solidly pool waits for its whole state.
    private static func startingQuarantine(_ kind: PoolKind) -> PoolRefusal? {
        switch kind {
        case .slipstream, .algebra, .algebraIntegral, .pancakeInfinityCL: .feeNeedsRead
        case .uniswapV2, .uniswapV3, .uniswapV4, .solidly, .curveStable, .curveTricrypto, .curveTwocrypto,
            .balancerWeighted, .balancerStable:
            nil
        }
    }

    func emptyState(of identity: PoolIdentity) -> Pool {
        Pool.empty(of: identity, terms: dex(identity.dexID)?.solidly)
    }

    /// The number of a token, a new one when it was never seen.
    public mutating func intern(_ token: Address) -> TokenIndex {
        if let index = tokenOfAddress[token] { return index }
        let index = TokenIndex(tokens.count)
        tokens.append(token)
        poolsOfToken.append([])
        tokenOfAddress[token] = index
        return index
    }

    /// Sets the reserves of a V2 pair as read from the chain after block `at`.
    public mutating func setReserves(
        _ pool: PoolIndex, reserve0: UInt128, reserve1: UInt128, at cursor: LogCursor? = nil
    ) throws(PoolRefusal) {
        guard case .uniswapV2(var state) = pools[Int(pool)] else { throw .wrongKind }
        guard reserve0 < UniswapV2Pool.reserveLimit, reserve1 < UniswapV2Pool.reserveLimit else {
            throw .valueOutOfRange
        }
        (state.reserve0, state.reserve1) = (reserve0, reserve1)
        pools[Int(pool)] = .uniswapV2(state)
        didSetState(pool, cursor)
    }

    /// Sets the price, liquidity and ticks of a pool with ticks as read from the chain, replacing its ticks.
    ///
    /// Fees are set apart, by `setFee`. Refused unless the ticks ascend, are multiples of the spacing, sum to the
    /// liquidity, and price and tick belong
    /// together. O(ticks).
    public mutating func setConcentrated(
        _ pool: PoolIndex, sqrtPriceX96: U256, tick: Int32, liquidity: UInt128, ticks newTicks: [TickState],
        at cursor: LogCursor? = nil
    ) throws(PoolRefusal) {
        guard let state = pools[Int(pool)].concentrated else { throw .wrongKind }
        guard TickMath.belong(sqrtPrice: sqrtPriceX96, tick: tick) else { throw .priceInvalid }
        try Self.checkTicks(newTicks, spacing: state.tickSpacing, tick: tick, liquidity: liquidity)
        pools[Int(pool)] = pools[Int(pool)].at(sqrtPriceX96: sqrtPriceX96, tick: tick, liquidity: liquidity)
        var extent = extents[Int(pool)]
        for position in extent.range { dirtyTicks.append(DirtyTick(pool: pool, tick: ticks.indices[position])) }
        ticks.clear(&extent)
        for entry in newTicks {
            ticks.set(entry.tick, net: entry.liquidityNet, gross: entry.liquidityGross, in: &extent)
            dirtyTicks.append(DirtyTick(pool: pool, tick: entry.tick))
        }
        extents[Int(pool)] = extent
        ticks.repackIfSparse(&extents)
        didSetState(pool, cursor)
    }

    mutating func didSetState(_ pool: PoolIndex, _ cursor: LogCursor?) {
        entries[Int(pool)].hasState = true
        if let cursor { entries[Int(pool)].cursor = cursor }
        markDirty(pool)
    }

    private static func checkTicks(
        _ ticks: [TickState], spacing: Int32, tick: Int32, liquidity: UInt128
    ) throws(PoolRefusal) {
        var previous = Int32.min
        var below: Int128 = 0, all: Int128 = 0
        for entry in ticks {
            guard entry.tick > previous, entry.tick >= TickMath.minTick, entry.tick <= TickMath.maxTick,
                entry.tick % spacing == 0, entry.liquidityGross != 0,
                entry.liquidityNet.magnitude <= entry.liquidityGross
            else { throw .ticksInvalid }
            previous = entry.tick
            let (sum, overflow) = all.addingReportingOverflow(entry.liquidityNet)
            guard !overflow, sum >= 0 else { throw .ticksInvalid }
            all = sum
            if entry.tick <= tick { below = sum }
        }
        guard all == 0, below == Int128(exactly: liquidity) else { throw .netSumMismatch }
    }

    /// A pool's initialised ticks, ascending. Allocates; for audits and tests.
    public func tickStates(of pool: PoolIndex) -> [TickState] {
        tickRange(of: pool).map {
            TickState(tick: ticks.indices[$0], liquidityNet: ticks.nets[$0], liquidityGross: ticks.grosses[$0])
        }
    }

    /// Whether a pool's ticks, price and liquidity agree: the nets up to the current tick sum to the liquidity, all
    /// nets sum to zero, price and tick belong together. True for V2, Solidly and for a pool without state. O(ticks).
    public func invariantHolds(_ pool: PoolIndex) -> Bool {
        guard let state = pools[Int(pool)].concentrated, entries[Int(pool)].hasState else { return true }
        guard TickMath.belong(sqrtPrice: state.sqrtPriceX96, tick: state.tick) else { return false }
        var below: Int128 = 0, all: Int128 = 0
        for position in tickRange(of: pool) {
            let (sum, overflow) = all.addingReportingOverflow(ticks.nets[position])
            guard !overflow, sum >= 0 else { return false }
            all = sum
            if ticks.indices[position] <= state.tick { below = sum }
        }
        return all == 0 && below == Int128(exactly: state.liquidity)
    }

    /// Quarantines every pool whose invariant fails, and answers which. For use after a load. O(all ticks).
    public mutating func quarantineInconsistentPools() -> [PoolIndex] {
        var found: [PoolIndex] = []
        for index in entries.indices where !entries[index].isRemoved && !invariantHolds(PoolIndex(index)) {
            quarantine(PoolIndex(index), .netSumMismatch)
            found.append(PoolIndex(index))
        }
        return found
    }
}

extension TickMath {
    /// Whether a pool can have this price and tick at once: the tick is the price's, or one less where the price lies
    /// exactly on a tick that was crossed downwards.
    public static func belong(sqrtPrice: U256, tick: Int32) -> Bool {
        guard let exact = self.tick(atSqrtPrice: sqrtPrice) else { return false }
        return tick == exact || (tick == exact - 1 && self.sqrtPrice(atTick: exact) == sqrtPrice)
    }
}
