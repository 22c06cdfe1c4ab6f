public import EVM
public import EVMCodec
public import EVMTypes

/// What a simulation supposes of its block; nil leaves what it is.
public struct BlockOverrides: Hashable, Sendable {
    /// What NUMBER answers.
    public var number: UInt64?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// Gas of the block.
    public var gasLimit: UInt64?
    /// Who gets the tips; `feeRecipient` of the RPC.
    public var coinbase: Address?
    /// PREVRANDAO, before Paris the difficulty.
    public var randao: U256?
    /// Wei a gas.
    public var baseFee: U256?
    /// Wei a blob gas.
    public var blobBaseFee: U256?

    public init() {}

    /// Reads `eth_call`'s fourth parameter. Both geth's names and the older ones are taken (`time` and `timestamp`,
    /// `feeRecipient` and `coinbase`, `prevRandao` and `random`, `baseFeePerGas` and `baseFee`); `difficulty` counts
    /// where no randomness is given. `beaconRoot` and `withdrawals` are refused by name, other members passed over.
    public init(_ json: JSON?) throws(SimulationError) {
        guard let json, !json.isNull else { return }
        guard json.object != nil else { throw .invalid("block overrides: not an object") }
        for name in ["beaconRoot", "withdrawals"] where json[name].map({ !$0.isNull }) ?? false {
            throw .invalid("block override \"\(name)\" is not supported for this RPC method")
        }
        let fields = FieldReader(json, of: "BlockOverrides")
        number = try fields.uint64("number")
        timestamp = try fields.uint64("time", or: "timestamp")
        gasLimit = try fields.uint64("gasLimit")
        coinbase = try fields.address("feeRecipient", or: "coinbase")
        let mixed = try fields.hash("prevRandao", or: "random"), difficulty = try fields.u256("difficulty")
        randao = mixed?.word ?? difficulty
        baseFee = try fields.u256("baseFeePerGas", or: "baseFee")
        blobBaseFee = try fields.u256("blobBaseFee")
    }

    /// A block with these overrides.
    public func applied(to block: BlockEnvironment) -> BlockEnvironment {
        var block = block
        if let number { block.number = number }
        if let timestamp { block.timestamp = timestamp }
        if let gasLimit { block.gasLimit = gasLimit }
        if let coinbase { block.coinbase = coinbase }
        if let randao { block.difficultyOrRandao = randao }
        if let baseFee { block.baseFee = baseFee }
        if let blobBaseFee { block.blobBaseFee = blobBaseFee }
        return block
    }
}
