public import EVMTypes

// MARK: Persistence

extension MarketState {
    /// Whether anything changed since the last `takeDirtyWrites`.
    public var hasDirtyWrites: Bool { !dirtyPools.isEmpty || !dirtyTicks.isEmpty }

    /// Every row that changed since the last call, pools before ticks, each once: to be committed with the block.
    public mutating func takeDirtyWrites() -> [StoreWrite] {
        var writes: [StoreWrite] = []
        writes.reserveCapacity(dirtyPools.count + dirtyTicks.count)
        for pool in dirtyPools {
            guard entries[Int(pool)].isDirty else { continue }
            entries[Int(pool)].isDirty = false
            writes.append(headerWrite(pool))
        }
        dirtyPools.removeAll(keepingCapacity: true)
        dirtyTicks.sort { $0.pool != $1.pool ? $0.pool < $1.pool : $0.tick < $1.tick }
        var previous: DirtyTick?
        for dirty in dirtyTicks where dirty != previous {
            previous = dirty
            let address = entries[Int(dirty.pool)].identity.address
            let position = ticks.find(dirty.tick, in: extents[Int(dirty.pool)])
            writes.append(
                StoreWrite(
                    column: .ticks, key: PoolRecord.key(pool: address, tick: dirty.tick),
                    value: position.map { PoolRecord.encode(tickState(at: $0), pool: address) }))
        }
        dirtyTicks.removeAll(keepingCapacity: true)
        return writes
    }

    /// All rows of one pool: its header and its ticks; deletes the header of a removed pool.
    public func records(of pool: PoolIndex) -> [StoreWrite] {
        let address = entries[Int(pool)].identity.address
        return [headerWrite(pool)]
            + tickStates(of: pool).map {
                StoreWrite(
                    column: .ticks, key: PoolRecord.key(pool: address, tick: $0.tick),
                    value: PoolRecord.encode($0, pool: address))
            }
    }

    private func tickState(at position: Int) -> TickState {
        TickState(
            tick: ticks.indices[position], liquidityNet: ticks.nets[position], liquidityGross: ticks.grosses[position])
    }

    private func headerWrite(_ pool: PoolIndex) -> StoreWrite {
        let entry = entries[Int(pool)]
        let key = PoolRecord.key(pool: entry.identity.address)
        if entry.isRemoved { return StoreWrite(column: .pools, key: key, value: nil) }
        let header = PoolRecord.Header(
            identity: entry.identity, state: pools[Int(pool)], cursor: entry.cursor, hasState: entry.hasState,
            isVerified: entry.isVerified, quarantine: entry.quarantine, coins: coinRecord(pool))
        return StoreWrite(column: .pools, key: key, value: PoolRecord.encode(header))
    }

    private func coinRecord(_ pool: PoolIndex) -> CoinRecord? {
        guard case .coins(let slot) = pools[Int(pool)], slot != .unknown else { return nil }
        let row = coinPools[Int(slot.number)]
        return CoinRecord(
            coins: row.coins.map { tokens[Int($0)] }, state: row.state, movesWithTime: row.movesWithTime)
    }

    /// Takes stored rows in, in any order, as the state of their pools. Nothing becomes dirty.
    ///
    /// May be called once with everything, or first with rows of pools, then with rows of ticks in portions. The
    /// identity of every pool that was verified is verified again. Throws the first row it refuses, by name; rows
    /// before it stay.
    public mutating func load(_ records: [StoreWrite]) throws(PoolRecordError) {
        for record in records where record.column == .pools {
            try install(try verified(PoolRecord.decodeHeader(key: record.key, value: record.value), record.key))
        }
        for record in records where record.column == .ticks {
            let (address, state) = try PoolRecord.decodeTick(key: record.key, value: record.value)
            guard let pool = index(of: address), let concentrated = pools[Int(pool)].concentrated,
                state.tick % concentrated.tickSpacing == 0
            else { throw PoolRecordError(.tickWithoutPool, .ticks, record.key) }
            ticks.set(
                state.tick, net: state.liquidityNet, gross: state.liquidityGross, in: &extents[Int(pool)])
        }
        ticks.repackIfSparse(&extents)
    }

    /// Makes pools equal to their stored rows again, after the store was taken back over a reorganisation.
    ///
    /// A pool without rows is removed: its creation was undone. Unsaved changes of these pools are forgotten. Throws,
    /// with nothing changed, when a row is corrupt or of a pool that was not named.
    public mutating func reload(_ poolAddresses: [Address], from records: [StoreWrite]) throws(PoolRecordError) {
        let named = Set(poolAddresses)
        var stored: [Address: PoolIdentity] = [:]
        for record in records where record.column == .pools {
            let header = try verified(PoolRecord.decodeHeader(key: record.key, value: record.value), record.key)
            guard named.contains(header.identity.address) else {
                throw PoolRecordError(.unexpectedPool, .pools, record.key)
            }
            if let pool = poolOfAddress[header.identity.address], entries[Int(pool)].identity != header.identity {
                throw PoolRecordError(.wrongIdentity, .pools, record.key)
            }
            stored[header.identity.address] = header.identity
        }
        for record in records where record.column == .ticks {
            let (address, state) = try PoolRecord.decodeTick(key: record.key, value: record.value)
            guard let identity = stored[address], identity.kind.hasTicks, state.tick % identity.tickSpacing == 0
            else { throw PoolRecordError(.tickWithoutPool, .ticks, record.key) }
        }
        for address in poolAddresses { forget(address) }
        try load(records)
    }

    /// Removes a pool whose creation was undone. Its index stays its own; its rows are not marked dirty.
    public mutating func removePool(_ address: Address) { forget(address) }

    private mutating func forget(_ address: Address) {
        guard let pool = poolOfAddress[address] else { return }
        ticks.clear(&extents[Int(pool)])
        if case .coins(let slot) = pools[Int(pool)] {
            // The coins stay, as the index does.
            coinPools[Int(slot.number)] = CoinPool(coins: coinPools[Int(slot.number)].coins)
        } else {
            pools[Int(pool)] = emptyState(of: entries[Int(pool)].identity)
        }
        let old = entries[Int(pool)]
        entries[Int(pool)] = Entry(identity: old.identity, token0: old.token0, token1: old.token1)
        entries[Int(pool)].isRemoved = true
        dirtyPools.removeAll { $0 == pool }
        dirtyTicks.removeAll { $0.pool == pool }
    }

    private func verified(_ header: PoolRecord.Header, _ key: [UInt8]) throws(PoolRecordError) -> PoolRecord.Header {
        guard header.isVerified else { return header }
        guard let dex = dex(header.identity.dexID) else { throw PoolRecordError(.unknownDex, .pools, key) }
        var header = header
        switch header.identity.fault(on: dex) {
        case nil: if header.quarantine == .hookChangesSwaps, dex.kind.isSingleton { header.quarantine = nil }
        // The operator took the hook off the list: the pool stays, unused.
        case .hookChangesSwaps: header.quarantine = header.quarantine ?? .hookChangesSwaps
        default: throw PoolRecordError(.wrongIdentity, .pools, key)
        }
        return header
    }

    private mutating func install(_ header: PoolRecord.Header) throws(PoolRecordError) {
        let address = header.identity.address
        if let known = index(of: address) {
            guard entries[Int(known)].identity == header.identity else {
                throw PoolRecordError(.wrongIdentity, .pools, PoolRecord.key(pool: address))
            }
            forget(address)
        }
        let pool: PoolIndex
        do throws(PoolRefusal) {
            if let record = header.coins {
                pool = try insert(header.identity, coins: record.coins)
            } else {
                pool = try insert(header.identity, isVerified: header.isVerified)
            }
        } catch {
            throw PoolRecordError(.wrongIdentity, .pools, PoolRecord.key(pool: address))
        }
        if let record = header.coins, case .coins(let slot) = pools[Int(pool)] {
            coinPools[Int(slot.number)].state = record.state
            coinPools[Int(slot.number)].movesWithTime = record.movesWithTime
        } else {
            pools[Int(pool)] = header.state
        }
        entries[Int(pool)].cursor = header.cursor
        entries[Int(pool)].hasState = header.hasState
        entries[Int(pool)].quarantine = header.quarantine
        entries[Int(pool)].isDirty = false
        if dirtyPools.last == pool { dirtyPools.removeLast() }
    }
}
