internal import EVMTypes

// The states of the protocols within a stored row.
extension PoolRecord {
    /// Bytes of a kind's state.
    static func stateSize(of kind: PoolKind) -> Int {
        switch kind {
        // Two reserves.
        case .uniswapV2: 32
        // Price, liquidity, tick.
        case .uniswapV3: 40
        // The same and the fee.
        case .slipstream: 44
        // The same and both fees.
        case .uniswapV4, .pancakeInfinityCL, .algebra, .algebraIntegral: 48
        // Reserves, fees and what they are parts of, decimals, curve, search, fee rule.
        case .solidly: 49
        // Of their own making: `readCoins`.
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: 0
        }
    }

    static func append(_ state: Pool, isSlipstream: Bool, to bytes: inout [UInt8]) {
        switch state {
        case .coins: break
        case .uniswapV2(let pair):
            bytes.append(bigEndian: pair.reserve0)
            bytes.append(bigEndian: pair.reserve1)
        case .uniswapV3(let pool):
            append(pool, to: &bytes)
            if isSlipstream { bytes.append(bigEndian: pool.feePips) }
        case .uniswapV4(let pool):
            append(pool.concentrated, to: &bytes)
            bytes.append(bigEndian: pool.concentrated.feePips)
            bytes.append(bigEndian: pool.protocolFee)
        case .algebra(let pool):
            append(pool.concentrated, to: &bytes)
            bytes.append(bigEndian: pool.concentrated.feePips)
            bytes.append(bigEndian: pool.feeOneForZero)
        case .solidly(let pair):
            bytes.append(bigEndian: pair.reserve0)
            bytes.append(bigEndian: pair.reserve1)
            bytes.append(bigEndian: pair.fee0)
            bytes.append(bigEndian: pair.fee1)
            bytes.append(bigEndian: pair.feeDenominator)
            bytes += [
                pair.decimals0, pair.decimals1, pair.curve.rawValue, pair.newton.rawValue, pair.feeRule.rawValue,
            ]
        }
    }

    private static func append(_ pool: UniswapV3Pool, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: UInt32(truncatingIfNeeded: pool.sqrtPriceX96.hi))
        bytes.append(bigEndian: pool.sqrtPriceX96.lo)
        bytes.append(bigEndian: pool.liquidity)
        bytes.append(bigEndian: pool.tick)
    }

    /// Reads a kind's state, whose bytes are there; nil when a value is out of its range.
    static func readState(_ reader: inout ByteReader, _ identity: PoolIdentity, _ hasState: Bool) -> Pool? {
        switch identity.kind {
        case .uniswapV2:
            let pair = UniswapV2Pool(
                reserve0: reader.next(UInt128.self), reserve1: reader.next(UInt128.self), feePips: identity.feePips)
            let fits = pair.reserve0 < UniswapV2Pool.reserveLimit && pair.reserve1 < UniswapV2Pool.reserveLimit
            return fits ? .uniswapV2(pair) : nil
        case .uniswapV3: return readEngine(&reader, identity, hasState).map { .uniswapV3($0) }
        case .slipstream:
            guard var pool = readEngine(&reader, identity, hasState) else { return nil }
            pool.feePips = reader.next(UInt32.self)
            return pool.feePips < 1_000_000 ? .uniswapV3(pool) : nil
        case .uniswapV4, .pancakeInfinityCL:
            guard var pool = readEngine(&reader, identity, hasState) else { return nil }
            pool.feePips = reader.next(UInt32.self)
            let protocolFee = reader.next(UInt32.self)
            guard pool.feePips <= 1_000_000, protocolFee < 1 << 24 else { return nil }
            return .uniswapV4(UniswapV4Pool(concentrated: pool, protocolFee: protocolFee))
        case .algebra, .algebraIntegral:
            guard var pool = readEngine(&reader, identity, hasState) else { return nil }
            pool.feePips = reader.next(UInt32.self)
            let other = reader.next(UInt32.self)
            guard pool.feePips < 1_000_000, other < 1_000_000 else { return nil }
            return .algebra(AlgebraPool(concentrated: pool, feeOneForZero: other))
        case .solidly: return readSolidly(&reader, hasState)
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: return nil
        }
    }

    private static func readEngine(
        _ reader: inout ByteReader, _ identity: PoolIdentity, _ hasState: Bool
    ) -> UniswapV3Pool? {
        let high = UInt128(reader.next(UInt32.self))
        let price = U256(lo: reader.next(UInt128.self), hi: high)
        let pool = UniswapV3Pool(
            sqrtPriceX96: price, liquidity: reader.next(UInt128.self), tick: reader.next(Int32.self),
            feePips: identity.feePips, tickSpacing: identity.tickSpacing,
            stepsByWord: identity.kind != .algebraIntegral)
        let fits = hasState ? TickMath.belong(sqrtPrice: price, tick: pool.tick) : price.isZero
        return fits ? pool : nil
    }

    private static func readSolidly(_ reader: inout ByteReader, _ hasState: Bool) -> Pool? {
        let (reserve0, reserve1) = (reader.next(UInt128.self), reader.next(UInt128.self))
        let (fee0, fee1) = (reader.next(UInt32.self), reader.next(UInt32.self))
        let denominator = reader.next(UInt32.self)
        let (decimals0, decimals1) = (reader.next(UInt8.self), reader.next(UInt8.self))
        let codes = (reader.next(UInt8.self), reader.next(UInt8.self), reader.next(UInt8.self))
        guard let curve = SolidlyPool.Curve(rawValue: codes.0), let newton = SolidlyPool.Newton(rawValue: codes.1),
            let rule = SolidlyPool.FeeRule(rawValue: codes.2)
        else { return nil }
        let pair = SolidlyPool(
            reserve0: reserve0, reserve1: reserve1, fee0: fee0, fee1: fee1, feeDenominator: denominator,
            decimals0: decimals0, decimals1: decimals1, curve: curve, newton: newton, feeRule: rule)
        return pair.rangeFault == nil && (hasState || (reserve0 == 0 && reserve1 == 0)) ? .solidly(pair) : nil
    }
}
