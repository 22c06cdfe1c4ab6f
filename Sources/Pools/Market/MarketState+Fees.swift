internal import EVMTypes

/// A fee as read from the chain, in the terms of the pool's protocol.
@frozen
public enum PoolFee: Hashable, Sendable {
    /// Pips (1e-6) for swaps in either direction: Slipstream, Algebra.
    case pips(UInt32)
    /// Pips by the token that comes in: Algebra V1.9.
    case directional(zeroForOne: UInt32, oneForZero: UInt32)
    /// The fees on token0 and token1 coming in, parts of the pool's own denominator: Solidly.
    case parts(fee0: UInt32, fee1: UInt32)
    /// The protocol's fee as stored (12 bits a direction) and the providers' in pips: Uniswap V4, Pancake Infinity.
    case layered(protocolFee: UInt32, providersPips: UInt32)
}

// MARK: State that is in no log

extension MarketState {
    /// Sets the fee of a pool as read from the chain, and lifts `.feeNeedsRead`.
    ///
    /// For kinds with `PoolKind.feeIsPolled` it holds for the block it was read at: read it again each block. Throws
    /// `.wrongKind` for a fee in another protocol's terms, `.wrongFee` outside the protocol's range.
    public mutating func setFee(_ pool: PoolIndex, _ fee: PoolFee) throws(PoolRefusal) {
        let before = pools[Int(pool)], kind = entries[Int(pool)].identity.kind
        switch (before, fee) {
        case (.uniswapV3(var state), .pips(let pips)):
            guard kind == .slipstream else { throw .wrongKind }
            guard pips < 1_000_000 else { throw .wrongFee }
            state.feePips = pips
            pools[Int(pool)] = .uniswapV3(state)
        case (.algebra(let state), .pips(let pips)):
            pools[Int(pool)] = .algebra(try Self.algebra(state, pips, pips))
        case (.algebra(let state), .directional(let zeroForOne, let oneForZero)):
            pools[Int(pool)] = .algebra(try Self.algebra(state, zeroForOne, oneForZero))
        case (.solidly(var state), .parts(let fee0, let fee1)):
            guard fee0 < state.feeDenominator, fee1 < state.feeDenominator else { throw .wrongFee }
            (state.fee0, state.fee1) = (fee0, fee1)
            pools[Int(pool)] = .solidly(state)
        case (.uniswapV4(var state), .layered(let protocolFee, let providersPips)):
            guard protocolFee < 1 << 24, providersPips <= 1_000_000 else { throw .wrongFee }
            let named = entries[Int(pool)].identity.feePips
            guard named == UniswapV4Key.dynamicFee || named == providersPips else { throw .wrongFee }
            (state.protocolFee, state.concentrated.feePips) = (protocolFee, providersPips)
            pools[Int(pool)] = .uniswapV4(state)
        default: throw .wrongKind
        }
        if pools[Int(pool)] != before { markDirty(pool) }
        if entries[Int(pool)].quarantine == .feeNeedsRead { release(pool) }
    }

    private static func algebra(
        _ pool: AlgebraPool, _ zeroForOne: UInt32, _ oneForZero: UInt32
    ) throws(PoolRefusal) -> AlgebraPool {
        guard zeroForOne < 1_000_000, oneForZero < 1_000_000 else { throw .wrongFee }
        var pool = pool
        (pool.concentrated.feePips, pool.feeOneForZero) = (zeroForOne, oneForZero)
        return pool
    }

    /// Sets the whole state of a Solidly pool as read from the chain after block `at`: reserves, fees, decimals.
    ///
    /// Throws `.wrongKind` unless the pool is Solidly and curve, search, fee rule and denominator are its exchange's
    /// (Camelot may turn a pool into the other curve), `.wrongFee` and `.valueOutOfRange` outside the ranges.
    public mutating func setSolidly(
        _ pool: PoolIndex, _ state: SolidlyPool, at cursor: LogCursor? = nil
    ) throws(PoolRefusal) {
        guard case .solidly = pools[Int(pool)] else { throw .wrongKind }
        try check(state, of: entries[Int(pool)].identity)
        pools[Int(pool)] = .solidly(state)
        didSetState(pool, cursor)
    }

    private func check(_ state: SolidlyPool, of identity: PoolIdentity) throws(PoolRefusal) {
        if let terms = dex(identity.dexID)?.solidly {
            guard state.newton == terms.newton, state.feeRule == terms.feeRule,
                state.feeDenominator == terms.feeDenominator,
                state.curve == .volatile || state.curve == terms.stableCurve
            else { throw .wrongKind }
            let isStable = state.curve != .volatile
            guard !terms.saltHasStable || isStable == (identity.variant == 1) else { throw .wrongKind }
        }
        if let fault = state.rangeFault { throw fault }
    }
}

extension SolidlyPool {
    /// Nil when fees and decimals lie in the ranges that the formulas hold for, else what does not.
    var rangeFault: PoolRefusal? {
        guard feeDenominator != 0, feeDenominator <= 1_000_000, fee0 < feeDenominator, fee1 < feeDenominator else {
            return .wrongFee
        }
        return decimals0 <= 36 && decimals1 <= 36 ? nil : .valueOutOfRange
    }

    /// Reads `PairCreated` or `PoolCreated` of a factory: Solidly V1, Velodrome V1 and Thena; Velodrome V2 and
    /// Aerodrome; Camelot, whose event is Uniswap V2's and whose pools start volatile.
    static func readCreation(_ topics: [Hash32], _ data: [UInt8], _ dex: DexConfig) throws(PoolRefusal) -> PoolIdentity
    {
        let isIndexed = topics[0] == EventTopics.solidlyPoolCreated
        let hasFlag = topics[0] == EventTopics.solidlyPairCreated
        guard topics.count == (isIndexed ? 4 : 3) else { throw .wrongTopicCount }
        guard data.count == (hasFlag ? 96 : 64) else { throw .wrongDataLength }
        let flag = isIndexed ? topics[3].word : hasFlag ? EventWord.word(data, 0) : .zero
        guard let token0 = Address(word: topics[1].word), let token1 = Address(word: topics[2].word),
            let isStable = EventWord.unsigned(flag, bits: 1),
            let address = Address(word: EventWord.word(data, hasFlag ? 1 : 0))
        else { throw .valueOutOfRange }
        guard dex.solidly?.saltHasStable ?? true == (isIndexed || hasFlag) else { throw .wrongKind }
        return PoolIdentity(
            address: address, token0: token0, token1: token1, dexID: dex.id, kind: .solidly, feePips: 0,
            tickSpacing: 0, variant: UInt16(isStable))
    }
}
