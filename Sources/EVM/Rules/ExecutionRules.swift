public import EVMCodec
public import EVMTypes

/// Everything about execution that depends on the chain and the moment, as data: one value a fork of a chain.
public struct ExecutionRules: Hashable, Sendable {
    /// Which of Ethereum's semantics hold.
    public var fork: Hardfork
    /// EIP-155 chain id, also what CHAINID answers.
    public var chainID: UInt64
    /// Prices of instructions.
    public var gas: GasSchedule
    /// Precompiled contracts and their prices.
    public var precompiles: PrecompileSet
    /// Longest code that can be deployed, in bytes (EIP-170; 32,768 on Polygon).
    public var codeMax: Int
    /// Longest init code, in bytes (EIP-3860).
    public var initCodeMax: Int
    /// Highest gas limit of a transaction (EIP-7825: 2^24; 33,554,432 on Polygon); nil for none.
    public var transactionGasMax: UInt64?
    /// Where the base fee's part of the fees goes; nil burns it (EIP-1559).
    public var baseFeeRecipient: Address?
    /// Where the tips go instead of the block's coinbase; nil for the coinbase. BSC: 0xff..fe.
    public var tipRecipient: Address?
    /// Gas for a blob (EIP-4844).
    public var gasPerBlob: UInt64 = 1 << 17
    /// Most blobs in one transaction (EIP-7594: 6 from Osaka); nil leaves it to the block's limit.
    public var blobsPerTransactionMax: Int?
    /// Whether transactions may carry blobs (EIP-4844). Where not, type 3 is refused as a kind that is not active.
    public var allowsBlobs = true
    /// Whether calldata sets a least price from Prague on (EIP-7623); not on Arbitrum.
    public var hasCalldataFloor = true
    /// Whether nobody pays a tip: each transaction pays the base fee, which GASPRICE answers too (Arbitrum).
    public var dropsTips = false
    /// Whether codes that begin with 0xeff may be programs for another machine (Arbitrum's Stylus), which Martlet does
    /// not have: a run that enters one ends unanswered.
    public var hasForeignCode = false

    /// Ethereum's rules at a fork.
    public static func ethereum(_ fork: Hardfork, chainID: UInt64 = 1) -> ExecutionRules {
        ExecutionRules(
            fork: fork, chainID: chainID, gas: .ethereum(fork), precompiles: .ethereum(fork),
            codeMax: fork >= .spuriousDragon ? 24_576 : .max, initCodeMax: fork >= .shanghai ? 49_152 : .max,
            transactionGasMax: fork >= .osaka ? 1 << 24 : nil, blobsPerTransactionMax: fork >= .osaka ? 6 : nil)
    }
}

/// The block that transactions run in, as instructions see it.
public struct BlockEnvironment: Hashable, Sendable {
    /// Height.
    public var number: UInt64
    /// Seconds since 1970.
    public var timestamp: UInt64
    /// What COINBASE answers, and who gets the tips unless the rules say otherwise.
    public var coinbase: Address
    /// Gas that fits into the block.
    public var gasLimit: UInt64
    /// Wei a gas; zero before London.
    public var baseFee: U256
    /// Difficulty before Paris, PREVRANDAO from Paris on.
    public var difficultyOrRandao: U256
    /// Wei a blob gas; zero before Cancun.
    public var blobBaseFee: U256
    /// Blob gas that is left in the block.
    public var blobGasLeft: UInt64

    public init(
        number: UInt64 = 0, timestamp: UInt64 = 0, coinbase: Address = .zero, gasLimit: UInt64 = 30_000_000,
        baseFee: U256 = .zero, difficultyOrRandao: U256 = .zero, blobBaseFee: U256 = .zero,
        blobGasLeft: UInt64 = .max
    ) {
        self.number = number
        self.timestamp = timestamp
        self.coinbase = coinbase
        self.gasLimit = gasLimit
        self.baseFee = baseFee
        self.difficultyOrRandao = difficultyOrRandao
        self.blobBaseFee = blobBaseFee
        self.blobGasLeft = blobGasLeft
    }
}
