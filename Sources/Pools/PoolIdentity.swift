internal import EVMCrypto
public import EVMTypes

/// What a pool is, as opposed to what state it is in. Never changes for an address.
public struct PoolIdentity: Hashable, Sendable {
    public var address: Address
    /// The two tokens, sorted: `token0 < token1`.
    public var token0, token1: Address
    /// `DexConfig.id` of the exchange it belongs to.
    public var dexID: UInt16
    public var kind: PoolKind
    /// Which pool of its kind: 1 for a stable Solidly pool and 0 for a volatile one, the hook bits of a Pancake
    /// Infinity pool, 0 for all others.
    public var variant: UInt16
    /// Fee in pips (1e-6), below 1e6; `UniswapV4Key.dynamicFee` where a hook of Pancake Infinity sets it; 0 where the
    /// kind keeps its fee in the state (`PoolKind.feeIsState`).
    public var feePips: UInt32
    /// 1 to 16,383 for V3 and its kin, to 32,767 for pools of a singleton; 0 for V2 and Solidly.
    public var tickSpacing: Int32
    /// The hook contract of a pool of a singleton; zero for none and for all other kinds.
    public var hooks: Address

    public init(
        address: Address, token0: Address, token1: Address, dexID: UInt16, kind: PoolKind, feePips: UInt32,
        tickSpacing: Int32, variant: UInt16 = 0, hooks: Address = .zero
    ) {
        self.address = address
        self.token0 = token0
        self.token1 = token1
        self.dexID = dexID
        self.kind = kind
        self.feePips = feePips
        self.tickSpacing = tickSpacing
        self.variant = variant
        self.hooks = hooks
    }

    /// The identity with the address its exchange must have created it at.
    public init(
        creating token0: Address, _ token1: Address, feePips: UInt32, tickSpacing: Int32, on dex: DexConfig,
        variant: UInt16 = 0, hooks: Address = .zero
    ) {
        self.init(
            address: .zero, token0: token0, token1: token1, dexID: dex.id, kind: dex.kind, feePips: feePips,
            tickSpacing: tickSpacing, variant: variant, hooks: hooks)
        address = derivedAddress(on: dex)
    }

    /// The name of a pool of a singleton, which has no address: the last 20 bytes of its id.
    public static func address(ofPoolID id: Hash32) -> Address {
        Address(high: UInt32(truncatingIfNeeded: id.word.hi), low: id.word.lo)
    }

    /// The address CREATE2 gives this pool: keccak(0xff, sender, salt, initCodeHash), last 20 bytes; for a pool of a
    /// singleton the last 20 bytes of its id.
    ///
    /// Salt: keccak(token0, token1) packed for V2 and Camelot, keccak(token0, token1, stable) packed for Solidly,
    /// keccak of abi.encode(token0, token1, fee) for V3, (token0, token1, tickSpacing) for Slipstream, (token0, token1)
    /// for Algebra. Two hashes. Source: EIP-1014; v2-core `UniswapV2Factory.createPair`, v3-core
    /// `UniswapV3PoolDeployer.deploy`, velodrome `PoolFactory.createPool`, slipstream `CLFactory.createPool`, Algebra
    /// `AlgebraPoolDeployer.deploy`.
    public func derivedAddress(on dex: DexConfig) -> Address {
        var salted: [UInt8] = []
        salted.reserveCapacity(96)
        switch kind {
        case .uniswapV2: salted += token0.bytes + token1.bytes
        case .solidly:
            salted += token0.bytes + token1.bytes
            if dex.solidly?.saltHasStable ?? true { salted.append(UInt8(truncatingIfNeeded: variant)) }
        case .uniswapV3:
            salted += token0.word.bigEndianBytes + token1.word.bigEndianBytes
            salted += U256(UInt64(feePips)).bigEndianBytes
        case .slipstream:
            salted += token0.word.bigEndianBytes + token1.word.bigEndianBytes
            salted += U256(UInt64(UInt32(truncatingIfNeeded: tickSpacing))).bigEndianBytes
        case .algebra, .algebraIntegral: salted += token0.word.bigEndianBytes + token1.word.bigEndianBytes
        case .uniswapV4:
            return Self.address(
                ofPoolID: UniswapV4Key(
                    currency0: token0, currency1: token1, fee: feePips, tickSpacing: tickSpacing, hooks: hooks
                ).id)
        case .pancakeInfinityCL: return Self.address(ofPoolID: PancakeInfinityKey(self, manager: dex.factory).id)
        // No formula gives it: `MarketState.addCoinPool`.
        case .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable: return .zero
        }
        var preimage: [UInt8] = [0xff]
        preimage.reserveCapacity(85)
        preimage += dex.create2Sender.bytes + Keccak256.hash(salted).bytes + dex.initCodeHash.bytes
        let word = Keccak256.hash(preimage).word
        return Address(high: UInt32(truncatingIfNeeded: word.hi), low: word.lo)
    }

    /// Nil when the identity can exist and CREATE2 on `dex` gives its address, else why not.
    public func fault(on dex: DexConfig) -> PoolRefusal? {
        if let fault = shapeFault { return fault }
        guard dex.kind == kind else { return .wrongKind }
        if kind == .uniswapV2, dex.feePips != feePips { return .wrongFee }
        if kind == .solidly, dex.solidly == nil { return .wrongKind }
        guard hasPlainSwaps || dex.allowedHooks.contains(hooks) else { return .hookChangesSwaps }
        return derivedAddress(on: dex) == address ? nil : .addressMismatch
    }

    /// Whether no hook runs at swaps, by what the pool's key says. Source: v4-core `Hooks`; infinity-core `ICLHooks`
    /// (bits 6, 7, 10 and 11).
    private var hasPlainSwaps: Bool {
        switch kind {
        case .uniswapV4:
            UniswapV4Key(currency0: token0, currency1: token1, fee: feePips, tickSpacing: tickSpacing, hooks: hooks)
                .hasPlainSwaps
        case .pancakeInfinityCL: variant & 0b1100_1100_0000 == 0
        default: true
        }
    }

    /// Nil when the fields lie in the protocol's ranges, else which one does not.
    public var shapeFault: PoolRefusal? {
        guard token0 < token1, kind.isSingleton || !token0.isZero else { return .tokensNotSorted }
        guard feePips < 1_000_000 || (kind == .pancakeInfinityCL && feePips == UniswapV4Key.dynamicFee) else {
            return .wrongFee
        }
        if kind.feeIsState, feePips != 0 { return .wrongFee }
        guard kind.isSingleton || hooks.isZero, kind == .pancakeInfinityCL || variant <= (kind == .solidly ? 1 : 0)
        else {
            return .wrongKind
        }
        switch kind {
        case .uniswapV2, .solidly, .curveStable, .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable:
            return tickSpacing == 0 ? nil : .wrongTickSpacing
        case .uniswapV3, .slipstream, .algebra, .algebraIntegral:
            return (1..<16_384).contains(tickSpacing) ? nil : .wrongTickSpacing
        case .uniswapV4, .pancakeInfinityCL: return (1..<32_768).contains(tickSpacing) ? nil : .wrongTickSpacing
        }
    }
}

/// Why a pool, a log or a state was not taken. Payload-free; `description` is the line for people.
public enum PoolRefusal: UInt8, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case addressMismatch = 1
    case unknownDex = 2
    case wrongKind = 3
    case wrongFee = 4
    case wrongTickSpacing = 5
    case tokensNotSorted = 6
    case alreadyKnown = 7
    case removedLog = 8
    case wrongTopicCount = 9
    case wrongDataLength = 10
    case valueOutOfRange = 11
    case notInitialized = 12
    case alreadyInitialized = 13
    case tickRangeInvalid = 14
    case liquidityUnderflow = 15
    case liquidityOverflow = 16
    case ticksInvalid = 17
    case priceInvalid = 18
    case netSumMismatch = 19
    case stateMismatch = 20
    case byOperator = 21
    case tooManyPools = 22
    case predictionDiffers = 23
    case feeNeedsRead = 24
    case hookChangesSwaps = 25
    case feeMismatch = 26
    case tickSpacingChanged = 27
    case stateNeedsRead = 28
    case tokenTakesFee = 40
    case tokenRebases = 41
    case tokenBlocks = 42

    public var description: String {
        switch self {
        case .addressMismatch: "the address is not the one CREATE2 gives for this factory, tokens and fee"
        case .unknownDex: "no exchange with this id is configured"
        case .wrongKind: "the exchange speaks another protocol"
        case .wrongFee: "the fee is not below 1,000,000 pips or not the exchange's"
        case .wrongTickSpacing: "the tick spacing is out of range for the protocol"
        case .tokensNotSorted: "token0 is not below token1"
        case .alreadyKnown: "a pool with this address is known already"
        case .removedLog: "the log was removed by a reorganisation"
        case .wrongTopicCount: "the event has another number of topics"
        case .wrongDataLength: "the event has another data length"
        case .valueOutOfRange: "a value of the event is outside its type's range"
        case .notInitialized: "the pool has no price yet, or its history is incomplete"
        case .alreadyInitialized: "the pool has a price already"
        case .tickRangeInvalid: "the position's ticks are not sorted multiples of the spacing within range"
        case .liquidityUnderflow: "more liquidity is taken than the tick or pool has: the history is incomplete"
        case .liquidityOverflow: "liquidity passes 128 bits"
        case .ticksInvalid: "the ticks are not ascending multiples of the spacing with consistent liquidity"
        case .priceInvalid: "price and tick do not belong together"
        case .netSumMismatch: "the net liquidity of the ticks does not sum to the pool's liquidity"
        case .stateMismatch: "the state differs from the chain's"
        case .byOperator: "set aside by the operator"
        case .tooManyPools: "the market already holds as many pools as an index can name"
        case .feeNeedsRead: "its fee is in no log: it must be read from the chain"
        case .hookChangesSwaps: "a hook or plugin acts on its swaps or sets their fee, and is not on the allow-list"
        case .feeMismatch: "a swap paid another fee than the pool's state says"
        case .stateNeedsRead: "a log moved it in a way that only the chain can tell: it must be read again"
        case .tickSpacingChanged: "its tick spacing was changed"
        case .predictionDiffers: "running a swap on it gave something else than its state predicts"
        case .tokenTakesFee: "one of its tokens takes a fee on transfer"
        case .tokenRebases: "one of its tokens changes balances by itself"
        case .tokenBlocks: "one of its tokens can block transfers"
        }
    }
}
