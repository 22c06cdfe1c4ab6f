public import EVMTypes
public import Pools

/// Everything Martlet must know about one chain before it connects: a validated chain file with its overrides laid on.
///
/// A `Chain` exists only when every value passed its check; two tokens, dexes, routers or relays never share a name.
public struct Chain: Hashable, Sendable {
    /// The file's name without `.toml`: a-z, 0-9 and hyphens.
    public let name: String
    /// EIP-155 chain id; the node must answer it to `eth_chainId`.
    public let chainID: UInt64
    /// Symbol of the native coin, for display only.
    public let nativeSymbol: String
    /// ERC-20 wrapper of the native coin; nil only where a deployment file must still name it (devnet).
    public let wrappedNative: Address?
    /// Multicall contract for batched reads, when there is one.
    public let multicall: Address?
    /// Names of environment variables that may hold an endpoint URL, best first.
    public let rpcEnvironment: [String]
    /// Usual time between blocks, milliseconds.
    public let blockTimeMilliseconds: UInt64
    /// Blocks that undo records are kept for; a deeper reorg needs a resync.
    public let reorgDepth: UInt64
    /// Most gas one transaction may carry (EIP-7825 or the chain's own rule).
    public let transactionGasLimitMax: UInt64
    /// Smallest priority fee that nodes of the chain relay, wei per gas.
    public let minimumPriorityFee: U256
    public let feeModel: FeeModel
    public let mempool: MempoolSource
    /// Ways to hand in, in order of preference; never empty.
    public let submission: [Submission]
    public let dexes: [ChainDex]
    public let routers: [ChainRouter]
    public let tokens: [ChainToken]
    /// Tokens a cycle may start and end in, in order of preference.
    public let settlementTokens: [Address]
    public let relays: [ChainRelay]
    public let flashLenders: [FlashLender]
    /// Our executor contract; nil until it is deployed.
    public let executor: Address?

    /// The dexes in the form `MarketState` takes.
    public var dexConfigs: [DexConfig] { dexes.map(\.config) }

    /// The token with this address, when the file lists it.
    public func token(at address: Address) -> ChainToken? { tokens.first { $0.address == address } }
}

/// One `[[dex]]` row: a factory whose pools are followed.
public struct ChainDex: Hashable, Sendable {
    /// What `Pools` needs to recognise, check and quote the pools.
    public let config: DexConfig
    /// Name of the function that a pool calls on us during a flash swap; nil when it is not known,
    /// and then a pool of this dex is never the flash source.
    public let flashCallback: String?
    /// Pools that are known to be the factory's; CREATE2 with this row gives each one's address.
    public let knownPools: [Address]

    public var name: String { config.name }
}

/// One `[[router]]` row: a contract whose calldata is decoded into swaps.
public struct ChainRouter: Hashable, Sendable {
    public let name: String
    public let kind: RouterKind
    public let address: Address
    /// `id` of the V2 dex whose pairs it trades through; nil when it has none that we follow.
    public let v2DexID: UInt16?
    /// `id` of the V3 dex whose pools it trades through; nil when it has none that we follow.
    public let v3DexID: UInt16?
}

/// One `[[token]]` row.
public struct ChainToken: Hashable, Sendable {
    public let symbol: String
    public let address: Address
    /// Digits after the point for display, 0...36. No arithmetic depends on it.
    public let decimals: UInt8
}

/// One `[[relay]]` row: where bundles or raw transactions are sent.
public struct ChainRelay: Hashable, Sendable {
    public let name: String
    public let kind: Submission
    /// A plain public URL; keys and passwords are refused here.
    public let url: String
    /// Whether requests carry `X-Flashbots-Signature`.
    public let signsRequests: Bool
    /// Where to pay this builder: nil means the block's coinbase.
    public let paymentAddress: Address?
}

/// One `[[flash_lender]]` row. Fees are read from the chain before use; none is assumed here.
public struct FlashLender: Hashable, Sendable {
    public let name: String
    public let kind: FlashLenderKind
    public let address: Address
}
