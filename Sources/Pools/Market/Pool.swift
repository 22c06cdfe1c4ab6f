public import EVMTypes

/// The state of one pool, whatever its protocol; plain memory. One case a shape of state: several kinds may share one.
@frozen
public enum Pool: Hashable, Sendable {
    case uniswapV2(UniswapV2Pool)
    /// Uniswap V3, its forks, and Slipstream, whose fee the state holds.
    case uniswapV3(UniswapV3Pool)
    /// Uniswap V4 and Pancake Infinity CL.
    case uniswapV4(UniswapV4Pool)
    case algebra(AlgebraPool)
    case solidly(SolidlyPool)
    /// Curve and Balancer: the state is large and lies apart (`MarketState.coinState`).
    case coins(CoinPoolSlot)
}

extension Pool {
    /// The V3 engine of a pool with ticks as swaps in one direction meet it, fee included; nil for other curves.
    @inlinable
    public func engine(zeroForOne: Bool) -> UniswapV3Pool? {
        switch self {
        case .uniswapV3(let pool): pool
        case .uniswapV4(let pool): pool.engine(zeroForOne: zeroForOne)
        case .algebra(let pool): pool.engine(zeroForOne: zeroForOne)
        case .uniswapV2, .solidly, .coins: nil
        }
    }

    /// Price, liquidity, tick and spacing of a pool with ticks; nil for other curves. Its fee is of no use.
    @inlinable
    public var concentrated: UniswapV3Pool? {
        switch self {
        case .uniswapV3(let pool): pool
        case .uniswapV4(let pool): pool.concentrated
        case .algebra(let pool): pool.concentrated
        case .uniswapV2, .solidly, .coins: nil
        }
    }

    /// The same pool at another price, tick and liquidity; itself where it has none.
    @inlinable
    public func at(sqrtPriceX96: U256, tick: Int32, liquidity: UInt128) -> Pool {
        func moved(_ pool: UniswapV3Pool) -> UniswapV3Pool {
            var moved = pool
            (moved.sqrtPriceX96, moved.tick, moved.liquidity) = (sqrtPriceX96, tick, liquidity)
            return moved
        }
        switch self {
        case .uniswapV3(let pool): return .uniswapV3(moved(pool))
        case .uniswapV4(var pool):
            pool.concentrated = moved(pool.concentrated)
            return .uniswapV4(pool)
        case .algebra(var pool):
            pool.concentrated = moved(pool.concentrated)
            return .algebra(pool)
        case .uniswapV2, .solidly, .coins: return self
        }
    }

    /// Whether the executor contract can trade the pool: the shapes of V2 and V3. Others are quoted, not routed.
    @inlinable
    public var isRoutable: Bool {
        switch self {
        case .uniswapV2, .uniswapV3: true
        case .uniswapV4, .algebra, .solidly, .coins: false
        }
    }

    /// The fee of swaps in one direction, parts of one; 1 where it is not known.
    public func fee(zeroForOne: Bool) -> Double {
        switch self {
        case .uniswapV2(let pair): Double(min(pair.feePips, 1_000_000)) / 1e6
        case .solidly(let pair):
            pair.feeDenominator == 0
                ? 1 : min(1, Double(zeroForOne ? pair.fee0 : pair.fee1) / Double(pair.feeDenominator))
        case .coins: 1
        case .uniswapV3, .uniswapV4, .algebra:
            engine(zeroForOne: zeroForOne).map { Double(min($0.feePips, 1_000_000)) / 1e6 } ?? 1
        }
    }

    /// A pool of this identity before anything is known of it.
    static func empty(of identity: PoolIdentity, terms: SolidlyTerms?) -> Pool {
        let isDynamic = identity.feePips == UniswapV4Key.dynamicFee
        let concentrated = UniswapV3Pool(
            sqrtPriceX96: .zero, liquidity: 0, tick: 0, feePips: isDynamic ? 0 : identity.feePips,
            tickSpacing: identity.tickSpacing, stepsByWord: identity.kind != .algebraIntegral)
        switch identity.kind {
        case .uniswapV2: return .uniswapV2(UniswapV2Pool(reserve0: 0, reserve1: 0, feePips: identity.feePips))
        case .uniswapV3, .slipstream: return .uniswapV3(concentrated)
        case .uniswapV4, .pancakeInfinityCL:
            return .uniswapV4(UniswapV4Pool(concentrated: concentrated, protocolFee: 0))
        case .algebra, .algebraIntegral:
            return .algebra(AlgebraPool(concentrated: concentrated, feeOneForZero: 0))
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable:
            return .coins(.unknown)
        case .solidly:
            let terms = terms ?? .first
            return .solidly(
                SolidlyPool(
                    reserve0: 0, reserve1: 0, fee0: 0, fee1: 0, feeDenominator: terms.feeDenominator, decimals0: 0,
                    decimals1: 0, curve: identity.variant == 1 ? terms.stableCurve : .volatile, newton: terms.newton,
                    feeRule: terms.feeRule))
        }
    }
}
