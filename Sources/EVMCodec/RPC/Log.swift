public import EVMTypes

/// One event log of a mined transaction.
public struct Log: Hashable, Sendable {
    /// The contract that emitted it.
    public var address: Address
    /// 0 to 4 topics; the first is usually the event's signature hash.
    public var topics: [Hash32]
    /// The ABI encoding of the members that are not indexed.
    public var data: [UInt8]
    /// Height of its block.
    public var blockNumber: UInt64
    /// Hash of its block.
    public var blockHash: Hash32
    /// The transaction that caused it.
    public var transactionHash: Hash32
    /// That transaction's position in the block.
    public var transactionIndex: UInt32
    /// Position in the block, not in the transaction.
    public var logIndex: UInt32
    /// True when a reorg took it back.
    public var removed: Bool

    public init(
        address: Address, topics: [Hash32], data: [UInt8], blockNumber: UInt64 = 0, blockHash: Hash32 = .zero,
        transactionHash: Hash32 = .zero, transactionIndex: UInt32 = 0, logIndex: UInt32 = 0, removed: Bool = false
    ) {
        self.address = address
        self.topics = topics
        self.data = data
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.transactionHash = transactionHash
        self.transactionIndex = transactionIndex
        self.logIndex = logIndex
        self.removed = removed
    }

    /// Decodes an RPC log object. Refuses a log of a pending block (null number); other members may be present.
    ///
    /// Source: execution-apis `src/schemas/receipt.yaml`; `removed` may be absent.
    public init(json: JSON) throws(RPCObjectError) {
        guard let object = json.object else { throw RPCObjectError(.log, nil, .notAnObject) }
        try self.init(fields: object)
    }

    init(fields: some RPCFields) throws(RPCObjectError) {
        let reader = RPCReader(fields, .log)
        topics = try reader.required(.topics) { $0.hashes }
        guard topics.count <= 4 else { throw reader.fault(.topics, .malformed) }
        address = try reader.required(.address) { $0.address }
        data = try reader.required(.data) { $0.hexBytes }
        blockNumber = try reader.required(.blockNumber) { $0.quantityU64 }
        blockHash = try reader.required(.blockHash) { $0.hash32 }
        transactionHash = try reader.required(.transactionHash) { $0.hash32 }
        transactionIndex = try reader.required(.transactionIndex) { $0.quantityU64.flatMap { UInt32(exactly: $0) } }
        logIndex = try reader.required(.logIndex) { $0.quantityU64.flatMap { UInt32(exactly: $0) } }
        removed = try reader.optional(.removed) { $0.bool } ?? false
    }
}
