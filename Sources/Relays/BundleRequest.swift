internal import EVMCodec
internal import EVMCrypto
public import EVMTypes
internal import NodeClient

/// A bundle as a relay takes it: signed transactions in order, for one block.
public struct BundleRequest: Sendable, Hashable, CustomStringConvertible {
    /// Raw signed transactions in the order of execution.
    public var transactions: [[UInt8]]
    /// The one block it is meant for.
    public var blockNumber: UInt64
    /// Seconds since 1970; nil = no bound.
    public var minTimestamp: UInt64?
    /// Seconds since 1970; nil = no bound.
    public var maxTimestamp: UInt64?
    /// Transactions that may revert without dropping the bundle.
    public var revertingTransactionHashes: [Hash32]
    /// A version 4 UUID under which the bundle can be replaced and cancelled.
    public var replacementUUID: String?
    /// Builders the relay shall share with; empty = its default.
    public var builders: [String]

    /// Most transactions that Flashbots takes. Source: flashbots-docs `rpc-endpoint.mdx`.
    public static let transactionsMax = 100
    /// Most bytes that Flashbots takes. Source: flashbots-docs `rpc-endpoint.mdx`.
    public static let bytesMax = 300_000

    public init(
        transactions: [[UInt8]], blockNumber: UInt64, minTimestamp: UInt64? = nil, maxTimestamp: UInt64? = nil,
        revertingTransactionHashes: [Hash32] = [], replacementUUID: String? = nil, builders: [String] = []
    ) {
        self.transactions = transactions
        self.blockNumber = blockNumber
        self.minTimestamp = minTimestamp
        self.maxTimestamp = maxTimestamp
        self.revertingTransactionHashes = revertingTransactionHashes
        self.replacementUUID = replacementUUID
        self.builders = builders
    }

    /// Never shows the transactions: unsent bundles are secrets.
    public var description: String { "bundle of \(transactions.count) for block \(blockNumber)" }

    /// The hash by which relays name a bundle: keccak256 of the joined transaction hashes.
    /// Source: flashbots-docs `rpc-endpoint.mdx` (`bundleHash`).
    public var bundleHash: Hash32 {
        Keccak256.hash(transactions.flatMap { Keccak256.hash($0).bytes })
    }

    /// What is wrong with it, or nil.
    var fault: String? {
        if transactions.isEmpty { return "the bundle holds no transaction" }
        if transactions.contains(where: \.isEmpty) { return "a transaction of the bundle is empty" }
        if transactions.count > Self.transactionsMax {
            return "the bundle holds more than \(Self.transactionsMax) transactions"
        }
        if transactions.reduce(0, { $0 + $1.count }) > Self.bytesMax {
            return "the bundle is longer than \(Self.bytesMax) bytes"
        }
        if blockNumber == 0 { return "the bundle names no block" }
        if let minTimestamp, let maxTimestamp, minTimestamp > maxTimestamp {
            return "the bundle's time window is empty"
        }
        if let replacementUUID, !Self.isUUID4(replacementUUID) { return "the replacement id is not a version 4 UUID" }
        return nil
    }

    /// 8-4-4-4-12 hex digits with version 4 and variant 8, 9, a or b. Source: RFC 9562.
    static func isUUID4(_ text: String) -> Bool {
        let parts = text.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], parts[2].first == "4", "89ab".contains(parts[3].first ?? "-")
        else { return false }
        return parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } }
    }

    /// The parameter object of `eth_sendBundle`. Source: flashbots-docs `rpc-endpoint.mdx`.
    var json: JSON {
        var object = JSONObject()
        object["txs"] = .array(transactions.map { .hex($0) })
        object["blockNumber"] = .quantity(blockNumber)
        object["minTimestamp"] = minTimestamp.map { .integer($0) }
        object["maxTimestamp"] = maxTimestamp.map { .integer($0) }
        if !revertingTransactionHashes.isEmpty {
            object["revertingTxHashes"] = .array(revertingTransactionHashes.map { .hash($0) })
        }
        object["replacementUuid"] = replacementUUID.map { .string($0) }
        if !builders.isEmpty { object["builders"] = .array(builders.map { .string($0) }) }
        return .object(object)
    }
}
