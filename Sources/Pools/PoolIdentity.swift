internal import EVMCrypto
public import EVMTypes

/// The protocols whose pools can be quoted. One case a protocol; a fork is a `DexConfig`, not a case.
@frozen
public enum PoolKind: UInt8, Hashable, Sendable, CaseIterable {
    case uniswapV2 = 2
    case uniswapV3 = 3
}

/// One exchange on one chain: a protocol with its factory, as a chain file names it.
public struct DexConfig: Hashable, Sendable {
    /// Number of the exchange within its chain; stored with every pool, so it must not change between runs.
    public var id: UInt16
    public var name: String
    public var kind: PoolKind
    /// The contract whose logs announce new pools.
    public var factory: Address
    /// The contract that creates the pools: mostly the factory, for Pancake V3 its deployer.
    public var create2Sender: Address
    /// Keccak-256 of the pools' creation code. Forks differ, so it always comes from configuration.
    public var initCodeHash: Hash32
    /// Fee in pips (1e-6) of every pool; needed for V2, nil for V3, whose pools carry their own.
    public var feePips: UInt32?
    /// The first block worth asking for logs.
    public var startBlock: UInt64

    public init(
        id: UInt16, name: String, kind: PoolKind, factory: Address, create2Sender: Address, initCodeHash: Hash32,
        feePips: UInt32?, startBlock: UInt64
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.factory = factory
        self.create2Sender = create2Sender
        self.initCodeHash = initCodeHash
        self.feePips = feePips
        self.startBlock = startBlock
    }
}

/// What a pool is, as opposed to what state it is in. Never changes for an address.
public struct PoolIdentity: Hashable, Sendable {
    public var address: Address
    /// The two tokens, sorted: `token0 < token1`.
    public var token0, token1: Address
    /// `DexConfig.id` of the exchange it belongs to.
    public var dexID: UInt16
    public var kind: PoolKind
    /// Fee in pips (1e-6), below 1e6.
    public var feePips: UInt32
    /// 1 to 16,383 for V3; 0 for V2.
    public var tickSpacing: Int32

    public init(
        address: Address, token0: Address, token1: Address, dexID: UInt16, kind: PoolKind, feePips: UInt32,
        tickSpacing: Int32
    ) {
        self.address = address
        self.token0 = token0
        self.token1 = token1
        self.dexID = dexID
        self.kind = kind
        self.feePips = feePips
        self.tickSpacing = tickSpacing
    }

    /// The identity with the address its exchange must have created it at.
    public init(creating token0: Address, _ token1: Address, feePips: UInt32, tickSpacing: Int32, on dex: DexConfig) {
        self.init(
            address: .zero, token0: token0, token1: token1, dexID: dex.id, kind: dex.kind, feePips: feePips,
            tickSpacing: tickSpacing)
        address = derivedAddress(on: dex)
    }

    /// The address CREATE2 gives this pool: keccak(0xff, sender, salt, initCodeHash), last 20 bytes.
    ///
    /// Salt: keccak(token0, token1) packed for V2, keccak(abi.encode(token0, token1, fee)) for V3. Two hashes.
    /// Source: EIP-1014; v2-core `UniswapV2Factory.createPair`, v3-core `UniswapV3PoolDeployer.deploy`.
    public func derivedAddress(on dex: DexConfig) -> Address {
        var salted: [UInt8] = []
        salted.reserveCapacity(96)
        switch kind {
        case .uniswapV2: salted += token0.bytes + token1.bytes
        case .uniswapV3:
            salted += token0.word.bigEndianBytes + token1.word.bigEndianBytes
            salted += U256(UInt64(feePips)).bigEndianBytes
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
        return derivedAddress(on: dex) == address ? nil : .addressMismatch
    }

    /// Nil when the fields lie in the protocol's ranges, else which one does not.
    public var shapeFault: PoolRefusal? {
        guard token0 < token1, !token0.isZero else { return .tokensNotSorted }
        guard feePips < 1_000_000 else { return .wrongFee }
        switch kind {
        case .uniswapV2: return tickSpacing == 0 ? nil : .wrongTickSpacing
        case .uniswapV3: return (1..<16_384).contains(tickSpacing) ? nil : .wrongTickSpacing
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
        case .predictionDiffers: "running a swap on it gave something else than its state predicts"
        case .tokenTakesFee: "one of its tokens takes a fee on transfer"
        case .tokenRebases: "one of its tokens changes balances by itself"
        case .tokenBlocks: "one of its tokens can block transfers"
        }
    }
}
