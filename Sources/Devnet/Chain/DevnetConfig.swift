public import EVMCodec
public import EVMTypes

/// When blocks are made.
public enum MiningMode: Hashable, Sendable {
    /// A block for every transaction that can be executed.
    case instant
    /// A block every so often, also empty ones.
    case interval(Duration)
    /// Only when asked to.
    case manual
}

/// What a block's timestamp comes from.
public enum ChainClock: Hashable, Sendable {
    /// The parent's timestamp and a fixed step: the same inputs give the same chain.
    case fixed
    /// The machine's clock, at least a second after the parent.
    case wall
}

/// Everything that makes a devnet what it is. Two chains with equal configurations and equal inputs are equal.
public struct DevnetConfig: Hashable, Sendable {
    /// EIP-155 chain id.
    public var chainID: UInt64 = 1337
    /// The rules of every block; Paris or later.
    public var fork: Hardfork = .prague
    /// Names PREVRANDAO of every block and the development accounts.
    public var seed: UInt64 = 1
    /// Gas of a block.
    public var gasLimit: UInt64 = 30_000_000
    /// Wei a gas of the first block after genesis; later ones follow EIP-1559.
    public var baseFee: U256 = 1_000_000_000
    /// Who gets the tips.
    public var coinbase = Address(high: 0xc01b_a5e0, low: 1)
    /// Timestamp of the genesis block, seconds since 1970. The default is the first second of 2026.
    public var genesisTime: UInt64 = 1_767_225_600
    /// Where timestamps come from.
    public var clock = ChainClock.fixed
    /// Seconds between blocks under `ChainClock.fixed`, at least 1.
    public var timeStep: UInt64 = 1
    /// When blocks are made at the start.
    public var mining = MiningMode.instant
    /// The accounts that hold wei at genesis and may send unsigned.
    public var accounts: [DevAccount] = []
    /// Wei of each of them.
    public var balance: U256 = 10_000_000_000_000_000_000_000
    /// How many blocks' states, bodies and receipts are kept; at least 256.
    public var keepBlocks = 100_000
    /// Least tip of a transaction in the pool, wei a gas.
    public var minimumTip: U256 = .zero
    /// Gas of a call without a limit, and the most of any call.
    public var callGasMax: UInt64 = 50_000_000
    /// Blocks that one `eth_getLogs` may look at.
    public var logRangeMax: UInt64 = 10_000
    /// Whether everybody may send unsigned transactions for every account.
    public var impersonatesAll = false

    public init() {}
}
