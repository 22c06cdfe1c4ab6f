public import EVMTypes

// MARK: Pools of several coins

extension MarketState {
    /// Adds a pool of several coins (Curve, Balancer V2). It has no state yet.
    ///
    /// `coins` are the contract's, in its order, without a Balancer pool's own token; two to eight, none twice. No
    /// CREATE2 proves such an address: the caller has read it from the registry or the vault. The pool's identity names
    /// the two coins of the lowest addresses. Throws why it was refused.
    public mutating func addCoinPool(
        _ address: Address, coins: [Address], dexID: UInt16
    ) throws(PoolRefusal) -> PoolIndex {
        guard let dex = dex(dexID) else { throw .unknownDex }
        guard dex.kind.hasCoins else { throw .wrongKind }
        let sorted = coins.sorted()
        guard (2...TokenAmounts.capacity).contains(coins.count), Set(coins).count == coins.count else {
            throw .tokensNotSorted
        }
        let identity = PoolIdentity(
            address: address, token0: sorted[0], token1: sorted[1], dexID: dexID, kind: dex.kind, feePips: 0,
            tickSpacing: 0)
        return try insert(identity, coins: coins)
    }

    mutating func insert(_ identity: PoolIdentity, coins: [Address]) throws(PoolRefusal) -> PoolIndex {
        if let fault = identity.shapeFault { throw fault }
        let pool = try insert(identity, isVerified: false)
        let tokens = coins.map { intern($0) }
        if case .coins(let slot) = pools[Int(pool)], slot != .unknown {
            // A removed pool that comes back.
            guard coinPools[Int(slot.number)].coins == tokens else { throw .stateMismatch }
            return pool
        }
        pools[Int(pool)] = .coins(CoinPoolSlot(Int32(coinPools.count)))
        coinPools.append(CoinPool(coins: tokens))
        let named = self.tokens(of: pool)
        for token in tokens where token != named.token0 && token != named.token1 {
            poolsOfToken[Int(token)].append(pool)
        }
        return pool
    }

    /// Sets the whole state of a pool of several coins as read from the chain after block `at`, and lifts
    /// `.stateNeedsRead`.
    ///
    /// With `movesWithTime` (rates of growing tokens, a virtual price, an amplification that ramps) it holds for that
    /// block only: read it again each block (`poolsReadEveryBlock`). Throws `.wrongKind` for another protocol's state,
    /// `.valueOutOfRange` and `.wrongFee` for one that no contract can be in.
    public mutating func setCoins(
        _ pool: PoolIndex, _ state: CoinPoolState, movesWithTime: Bool, at cursor: LogCursor? = nil
    ) throws(PoolRefusal) {
        guard case .coins(let slot) = pools[Int(pool)], state.kind == entries[Int(pool)].identity.kind else {
            throw .wrongKind
        }
        guard state.balances.count == coinPools[Int(slot.number)].coins.count else { throw .valueOutOfRange }
        if let fault = state.rangeFault { throw fault }
        coinPools[Int(slot.number)].state = state
        coinPools[Int(slot.number)].movesWithTime = movesWithTime
        didSetState(pool, cursor)
        if entries[Int(pool)].quarantine == .stateNeedsRead { release(pool) }
    }

    /// The state of a pool of several coins; nil for other kinds and before it was read.
    public func coinState(_ pool: PoolIndex) -> CoinPoolState? {
        guard case .coins(let slot) = pools[Int(pool)], slot != .unknown else { return nil }
        return coinPools[Int(slot.number)].state
    }

    /// The coins of a pool, in its contract's order: those of its identity where it has only two.
    public func coins(of pool: PoolIndex) -> [TokenIndex] {
        guard case .coins(let slot) = pools[Int(pool)], slot != .unknown else {
            return [entries[Int(pool)].token0, entries[Int(pool)].token1]
        }
        return coinPools[Int(slot.number)].coins
    }

    /// The pools whose state or fee has to be read each block, because it moves without a log. O(pools).
    public func poolsReadEveryBlock() -> [PoolIndex] {
        entries.indices.filter { index in
            guard !entries[index].isRemoved else { return false }
            if case .coins(let slot) = pools[index] { return coinPools[Int(slot.number)].movesWithTime }
            return entries[index].identity.kind.feeIsPolled
        }.map { PoolIndex($0) }
    }

    // MARK: Quotes between any two of a pool's tokens

    /// The exact output of a pool for an exact input of `tokenIn`. `.stale` for an unusable pool and for a token that
    /// is
    /// not the pool's. One door for all protocols.
    public func quote(
        _ pool: PoolIndex, exactIn amountIn: UInt128, from tokenIn: TokenIndex, to tokenOut: TokenIndex
    ) throws(QuoteError) -> UInt128 {
        guard isUsable(pool) else { throw .stale }
        if let (state, i, j) = coinTrade(pool, tokenIn, tokenOut) {
            return try state.quote(exactIn: amountIn, from: i, to: j)
        }
        return try quote(pool, exactIn: amountIn, zeroForOne: try direction(pool, tokenIn, tokenOut))
    }

    /// The exact input of `tokenIn` that a pool needs for an exact output. Throws as the other.
    public func quote(
        _ pool: PoolIndex, exactOut amountOut: UInt128, from tokenIn: TokenIndex, to tokenOut: TokenIndex
    ) throws(QuoteError) -> UInt128 {
        guard isUsable(pool) else { throw .stale }
        if let (state, i, j) = coinTrade(pool, tokenIn, tokenOut) {
            return try state.quote(exactOut: amountOut, from: i, to: j)
        }
        return try quote(pool, exactOut: amountOut, zeroForOne: try direction(pool, tokenIn, tokenOut))
    }

    private func direction(
        _ pool: PoolIndex, _ tokenIn: TokenIndex, _ tokenOut: TokenIndex
    ) throws(QuoteError) -> Bool {
        let (token0, token1) = tokens(of: pool)
        if (tokenIn, tokenOut) == (token0, token1) { return true }
        guard (tokenIn, tokenOut) == (token1, token0) else { throw .stale }
        return false
    }

    private func coinTrade(
        _ pool: PoolIndex, _ tokenIn: TokenIndex, _ tokenOut: TokenIndex
    ) -> (state: CoinPoolState, i: Int, j: Int)? {
        guard case .coins(let slot) = pools[Int(pool)], slot != .unknown else { return nil }
        let row = coinPools[Int(slot.number)]
        guard let state = row.state, let i = row.coins.firstIndex(of: tokenIn),
            let j = row.coins.firstIndex(of: tokenOut)
        else { return nil }
        return (state, i, j)
    }

    /// A pool of several coins between the two that its identity names.
    func coinTrade(
        _ pool: PoolIndex, _ slot: CoinPoolSlot, zeroForOne: Bool
    ) throws(QuoteError) -> (state: CoinPoolState, i: Int, j: Int) {
        let (token0, token1) = tokens(of: pool)
        guard slot != .unknown,
            let trade = zeroForOne ? coinTrade(pool, token0, token1) : coinTrade(pool, token1, token0)
        else { throw .stale }
        return trade
    }

    // MARK: Logs

    mutating func apply(
        _ topics: [Hash32], _ data: [UInt8], to pool: PoolIndex, _ slot: CoinPoolSlot
    ) throws(PoolRefusal) -> LogIgnored? {
        let row = coinPools[Int(slot.number)]
        guard let state = row.state else { return .awaitsParameters }
        let next = try state.after(topics, data) { token in
            tokenOfAddress[token].flatMap { index in row.coins.firstIndex(of: index) }
        }
        guard next != state else { return .noEffectOnQuotes }
        if let next, !row.movesWithTime {
            coinPools[Int(slot.number)].state = next
        } else {
            quarantine(pool, .stateNeedsRead)
        }
        return nil
    }
}
