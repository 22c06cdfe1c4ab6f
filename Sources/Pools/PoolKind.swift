public import EVMTypes

/// The protocols whose pools can be quoted. One case a protocol; a fork is a `DexConfig`, not a case.
///
/// Raw values are written to disk: never reuse one.
@frozen
public enum PoolKind: UInt8, Hashable, Sendable, CaseIterable {
    case uniswapV2 = 2
    case uniswapV3 = 3
    case uniswapV4 = 4
    /// Velodrome, Aerodrome, Thena, Ramses, Camelot V2: stable and volatile.
    case solidly = 5
    /// The V3 engine of Velodrome and Aerodrome, whose factory sets the fee.
    case slipstream = 6
    /// Algebra V1 and V1.9 (QuickSwap V3, Camelot V3): the fee moves with the volatility.
    case algebra = 7
    /// Algebra Integral: a plugin may set the fee.
    case algebraIntegral = 8
    case pancakeInfinityCL = 9
    /// Curve's stableswap: the first generations, metapools, NG.
    case curveStable = 10
    case curveTricrypto = 11
    case curveTwocrypto = 12
    /// Balancer V2.
    case balancerWeighted = 13
    case balancerStable = 14

    /// Whether one contract holds all pools, which have an id and no address.
    public var isSingleton: Bool { self == .uniswapV4 || self == .pancakeInfinityCL }

    /// Whether the fee belongs to the pool's state and not to its name.
    public var feeIsState: Bool {
        switch self {
        case .solidly, .slipstream, .algebra, .algebraIntegral: true
        case .uniswapV2, .uniswapV3, .uniswapV4, .pancakeInfinityCL: false
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: true
        }
    }

    /// Whether the pool has two to eight coins in an order of its own (`MarketState.addCoinPool`).
    public var hasCoins: Bool {
        switch self {
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: true
        case .uniswapV2, .uniswapV3, .uniswapV4, .solidly, .slipstream, .algebra, .algebraIntegral,
            .pancakeInfinityCL:
            false
        }
    }

    /// Whether a vault holds the coins and emits the swaps of all pools.
    public var hasVault: Bool { self == .balancerWeighted || self == .balancerStable }

    /// Whether the fee can change without a log of the pool, so that it has to be read again every block.
    public var feeIsPolled: Bool {
        switch self {
        case .solidly, .slipstream, .algebra: true
        case .uniswapV2, .uniswapV3, .uniswapV4, .algebraIntegral, .pancakeInfinityCL, .curveStable,
            .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable:
            false
        }
    }

    /// Whether the pool's `swap` has the shape of Uniswap V3's: signed amounts, a price limit, a callback.
    public var isV3Shaped: Bool { self == .uniswapV3 || self == .slipstream }

    /// Whether the executor contract can trade pools of this kind (`Pool.isRoutable`).
    public var isRoutable: Bool { self == .uniswapV2 || isV3Shaped }

    /// Whether the pool swaps through initialised ticks.
    public var hasTicks: Bool { self != .uniswapV2 && self != .solidly && !hasCoins }
}

/// One exchange on one chain: a protocol with its factory, as a chain file names it.
public struct DexConfig: Hashable, Sendable {
    /// Number of the exchange within its chain; stored with every pool, so it must not change between runs.
    public var id: UInt16
    public var name: String
    public var kind: PoolKind
    /// The contract whose logs announce new pools; for a singleton or a vault that contract.
    public var factory: Address
    /// The contract that creates the pools: mostly the factory, for Pancake V3 and Algebra its deployer.
    public var create2Sender: Address
    /// Keccak-256 of the pools' creation code. Forks differ, so it always comes from configuration.
    public var initCodeHash: Hash32
    /// Fee in pips (1e-6) of every pool; needed for V2, nil for the others, whose pools carry their own.
    public var feePips: UInt32?
    /// The first block worth asking for logs.
    public var startBlock: UInt64
    /// How its stable and volatile pools compute; needed for Solidly, nil for the others.
    public var solidly: SolidlyTerms?
    /// Hook contracts that the operator vouches for: they change neither amounts nor fees of swaps.
    public var allowedHooks: Set<Address>

    public init(
        id: UInt16, name: String, kind: PoolKind, factory: Address, create2Sender: Address, initCodeHash: Hash32,
        feePips: UInt32?, startBlock: UInt64, solidly: SolidlyTerms? = nil, allowedHooks: Set<Address> = []
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.factory = factory
        self.create2Sender = create2Sender
        self.initCodeHash = initCodeHash
        self.feePips = feePips
        self.startBlock = startBlock
        self.solidly = solidly
        self.allowedHooks = allowedHooks
    }
}

/// How one Solidly fork computes, as far as its pools do not say.
public struct SolidlyTerms: Hashable, Sendable {
    /// The curve of its stable pools.
    public var stableCurve: SolidlyPool.Curve
    public var newton: SolidlyPool.Newton
    public var feeRule: SolidlyPool.FeeRule
    /// What its fees are parts of: 10,000, 100,000 (Camelot) or 1,000,000.
    public var feeDenominator: UInt32
    /// Whether the flag "stable" is in the CREATE2 salt, as everywhere but at Camelot.
    public var saltHasStable: Bool

    public init(
        stableCurve: SolidlyPool.Curve, newton: SolidlyPool.Newton, feeRule: SolidlyPool.FeeRule = .deducted,
        feeDenominator: UInt32 = 10_000, saltHasStable: Bool = true
    ) {
        self.stableCurve = stableCurve
        self.newton = newton
        self.feeRule = feeRule
        self.feeDenominator = feeDenominator
        self.saltHasStable = saltHasStable
    }

    /// Velodrome V2 and Aerodrome.
    public static let velodromeV2 = SolidlyTerms(stableCurve: .stableByProduct, newton: .leastSufficient)
    /// Solidly V1, Velodrome V1, Thena.
    public static let first = SolidlyTerms(stableCurve: .stableByCubes, newton: .smallStep)
    /// Camelot V2.
    public static let camelot = SolidlyTerms(
        stableCurve: .stableByCubes, newton: .smallStep, feeRule: .inFraction, feeDenominator: 100_000,
        saltHasStable: false)
}
