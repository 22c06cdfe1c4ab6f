public import EVMTypes

/// The parts of a block header that the node follows.
public struct BlockHeader: Hashable, Sendable {
    /// Height.
    public var number: UInt64
    /// The block hash as the peer states it.
    public var hash: Hash32
    /// The parent's hash; compare it to see a reorg.
    public var parentHash: Hash32
    /// Seconds since 1970.
    public var timestamp: UInt64
    /// Wei a gas; nil before London or on chains without a base fee.
    public var baseFeePerGas: U256?
    /// Gas that fits into the block.
    public var gasLimit: UInt64
    /// Gas its transactions used.
    public var gasUsed: UInt64
    /// The fee recipient ("miner").
    public var coinbase: Address
    /// 256 bytes; nil when the peer leaves it out.
    public var logsBloom: [UInt8]?
    /// Root of the state after the block.
    public var stateRoot: Hash32

    public init(
        number: UInt64, hash: Hash32, parentHash: Hash32, timestamp: UInt64, baseFeePerGas: U256?, gasLimit: UInt64,
        gasUsed: UInt64, coinbase: Address, logsBloom: [UInt8]? = nil, stateRoot: Hash32 = .zero
    ) {
        self.number = number
        self.hash = hash
        self.parentHash = parentHash
        self.timestamp = timestamp
        self.baseFeePerGas = baseFeePerGas
        self.gasLimit = gasLimit
        self.gasUsed = gasUsed
        self.coinbase = coinbase
        self.logsBloom = logsBloom
        self.stateRoot = stateRoot
    }

    /// Decodes an RPC header or block object. Refuses a pending block (null number or hash). The hash is taken on
    /// trust.
    ///
    /// Source: execution-apis `src/schemas/block.yaml`; the fee recipient may be called `author`.
    public init(json: JSON) throws(RPCObjectError) {
        guard let object = json.object else { throw RPCObjectError(.header, nil, .notAnObject) }
        try self.init(fields: object)
    }

    init(fields: some RPCFields) throws(RPCObjectError) {
        let reader = RPCReader(fields, .header)
        number = try reader.required(.number) { $0.quantityU64 }
        hash = try reader.required(.hash) { $0.hash32 }
        parentHash = try reader.required(.parentHash) { $0.hash32 }
        timestamp = try reader.required(.timestamp) { $0.quantityU64 }
        baseFeePerGas = try reader.optional(.baseFeePerGas) { $0.quantityU256 }
        gasLimit = try reader.required(.gasLimit) { $0.quantityU64 }
        gasUsed = try reader.required(.gasUsed) { $0.quantityU64 }
        guard let coinbase = try reader.either(.miner, .author, { $0.address }) else {
            throw reader.fault(.miner, .missing)
        }
        self.coinbase = coinbase
        logsBloom = try reader.optional(.logsBloom) { $0.hexBytes }
        if let logsBloom, logsBloom.count != 256 { throw reader.fault(.logsBloom, .malformed) }
        stateRoot = try reader.required(.stateRoot) { $0.hash32 }
    }
}
