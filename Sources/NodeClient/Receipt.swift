public import EVMCodec
public import EVMTypes

/// What became of a mined transaction: one reference to `Fields` (see `Boxed` for why).
///
/// Source: execution-apis `src/schemas/receipt.yaml`.
@dynamicMemberLookup
public struct Receipt: Sendable, Hashable {
    private let boxed: Boxed<Fields>

    /// Reads a receipt object; throws `.malformedResponse` naming the member.
    public init(json: JSON) throws(NodeError) { boxed = Boxed(try Fields(json: json)) }

    /// A receipt of these members.
    public init(_ fields: Fields) { boxed = Boxed(fields) }

    /// A member.
    public subscript<Member>(dynamicMember path: KeyPath<Fields, Member>) -> Member { boxed.value[keyPath: path] }
}

extension Receipt {
    /// The members of a receipt; read as members of the receipt itself.
    public struct Fields: Sendable, Hashable {
        /// Which transaction.
        public var transactionHash: Hash32
        /// Its place in the block.
        public var transactionIndex: UInt32
        /// Height.
        public var blockNumber: UInt64
        /// Of the block it is in.
        public var blockHash: Hash32
        /// Sender.
        public var from: Address
        /// nil for a creation.
        public var to: Address?
        /// What a creation made.
        public var contractAddress: Address?
        /// True when the execution succeeded.
        public var succeeded: Bool
        /// After the refund.
        public var gasUsed: UInt64
        /// With all transactions before it in the block.
        public var cumulativeGasUsed: UInt64
        /// Wei a gas actually paid; nil when an old peer leaves it out.
        public var effectiveGasPrice: U256?
        /// Wei paid for data on L1 (OP Stack); nil elsewhere.
        public var l1Fee: U256?
        /// Empty for a failed one.
        public var logs: [Log]

        /// Wei paid for gas in all: `gasUsed * effectiveGasPrice + l1Fee`;
        /// nil when the price is unknown or the product overflows.
        public var feePaid: U256? {
            effectiveGasPrice.flatMap { $0.multiplied(by: U256(gasUsed)) }?.adding(l1Fee ?? .zero)
        }

        /// Reads a receipt object; throws `.malformedResponse` naming the member.
        init(json: JSON) throws(NodeError) {
            transactionHash = try Self.need(json, "transactionHash") { $0.hash32 }
            transactionIndex = try Self.need(json, "transactionIndex") {
                $0.quantityU64.flatMap { UInt32(exactly: $0) }
            }
            blockNumber = try Self.need(json, "blockNumber") { $0.quantityU64 }
            blockHash = try Self.need(json, "blockHash") { $0.hash32 }
            from = try Self.need(json, "from") { $0.address }
            to = json["to"]?.address
            contractAddress = json["contractAddress"]?.address
            succeeded = try Self.need(json, "status") { $0.quantityU64.flatMap { $0 <= 1 ? $0 == 1 : nil } }
            gasUsed = try Self.need(json, "gasUsed") { $0.quantityU64 }
            cumulativeGasUsed = try Self.need(json, "cumulativeGasUsed") { $0.quantityU64 }
            effectiveGasPrice = json["effectiveGasPrice"]?.quantityU256
            l1Fee = json["l1Fee"]?.quantityU256
            let items = try Self.need(json, "logs") { $0.array }
            var logs: [Log] = []
            logs.reserveCapacity(items.count)
            for item in items { logs.append(try Shape.log(item)) }
            self.logs = logs
        }

        private static func need<Value>(_ json: JSON, _ key: String, _ read: (JSON) -> Value?) throws(NodeError)
            -> Value
        {
            guard let value = json[key].flatMap(read) else {
                throw Shape.wrong("the receipt's \(key) is missing or malformed")
            }
            return value
        }
    }
}

/// A transaction and where it stands: one reference to `Fields` (see `Boxed` for why).
@dynamicMemberLookup
public struct TransactionStatus: Sendable, Hashable {
    /// The members.
    public struct Fields: Sendable, Hashable {
        /// As the node shows it, checked against its hash.
        public var transaction: PendingTransaction
        /// The block it was mined in; nil while it is pending.
        public var blockNumber: UInt64?
        /// Of the block it is in.
        public var blockHash: Hash32?
    }
    private let boxed: Boxed<Fields>

    init(_ fields: Fields) { boxed = Boxed(fields) }

    /// A member.
    public subscript<Member>(dynamicMember path: KeyPath<Fields, Member>) -> Member { boxed.value[keyPath: path] }
}

/// Fees of recent blocks. Source: execution-apis `src/eth/fee_market.yaml`.
public struct FeeHistory: Sendable, Hashable {
    /// Height of the first entry.
    public var oldestBlock: UInt64
    /// Wei a gas, one for each block and one more: the next block's.
    public var baseFeePerGas: [U256]
    /// 0...1 for each block.
    public var gasUsedRatio: [Double]
    /// Wei a gas at each percentile asked for, for each block; empty when none was asked for.
    public var reward: [[U256]]

    /// The base fee of the block after the newest one asked for.
    public var nextBaseFee: U256? { baseFeePerGas.last }

    init(json: JSON) throws(NodeError) {
        guard let oldest = json["oldestBlock"]?.quantityU64, let fees = json["baseFeePerGas"]?.array else {
            throw Shape.wrong("the fee history lacks oldestBlock or baseFeePerGas")
        }
        oldestBlock = oldest
        baseFeePerGas = try Self.wei(fees)
        gasUsedRatio = (json["gasUsedRatio"]?.array ?? []).compactMap(\.double)
        var reward: [[U256]] = []
        for row in json["reward"]?.array ?? [] { reward.append(try Self.wei(row.array ?? [])) }
        self.reward = reward
    }

    private static func wei(_ items: [JSON]) throws(NodeError) -> [U256] {
        let out = items.compactMap(\.quantityU256)
        guard out.count == items.count else {
            throw Shape.wrong("the fee history holds something that is not a quantity")
        }
        return out
    }
}

/// Results into typed values; what does not fit is `.malformedResponse`.
enum Shape {
    static func wrong(_ text: String) -> NodeError { NodeError(.malformedResponse, text, delivery: .answered) }

    static func log(_ json: JSON) throws(NodeError) -> Log {
        do { return try Log(json: json) } catch { throw wrong(error.description) }
    }

    static func logs(_ json: JSON) throws(NodeError) -> [Log] {
        guard let items = json.array else { throw wrong("the logs are not an array") }
        var out: [Log] = []
        out.reserveCapacity(items.count)
        for item in items { out.append(try log(item)) }
        return out
    }

    static func logs(_ json: JSON, blockHash: Hash32) throws(NodeError) -> [Log] {
        let logs = try logs(json)
        guard logs.allSatisfy({ $0.blockHash == blockHash }) else { throw wrong("the peer sent logs of another block") }
        return logs
    }

    static func header(_ json: JSON) throws(NodeError) -> BlockHeader {
        do { return try BlockHeader(json: json) } catch { throw wrong(error.description) }
    }

    static func transaction(_ json: JSON) throws(NodeError) -> PendingTransaction {
        do { return try PendingTransaction(json: json) } catch { throw wrong(error.description) }
    }

    static func need<Value>(_ value: Value?, _ what: String) throws(NodeError) -> Value {
        guard let value else { throw wrong("the answer is not \(what)") }
        return value
    }
}
