internal import EVMCodec
public import EVMTypes
internal import NodeClient

/// A relay's simulation of a bundle (`eth_callBundle`). Amounts are wei, exact.
///
/// Source: flashbots-docs `rpc-endpoint.mdx`: amounts are decimal strings, gas and the block are JSON numbers.
@dynamicMemberLookup
public struct BundleSimulation: Sendable, Hashable {
    private let boxed: Boxed<Fields>

    init(json: JSON) throws(Malformed) { boxed = Boxed(try Fields(json: json)) }

    /// A member.
    public subscript<Member>(dynamicMember path: KeyPath<Fields, Member>) -> Member { boxed.value[keyPath: path] }

    /// The members; read as members of the simulation itself. One reference keeps it small (see `Boxed`).
    public struct Fields: Sendable, Hashable {
        /// keccak256 of the transactions' hashes.
        public var bundleHash: Hash32
        /// `coinbaseDiff / totalGasUsed`, rounded down by the relay.
        public var bundleGasPrice: U256
        /// What the builder earns: tips and direct payments.
        public var coinbaseDiff: U256
        /// Direct payments only.
        public var ethSentToCoinbase: U256
        /// Tips only.
        public var gasFees: U256
        /// The block on whose state it ran.
        public var stateBlockNumber: UInt64
        /// Gas of all transactions.
        public var totalGasUsed: UInt64
        /// In the order of the bundle.
        public var results: [Item]

        /// The first transaction that failed, when one did.
        public var firstFailure: Item? { results.first { !$0.succeeded } }

        init(json: JSON) throws(Malformed) {
            let reader = Reader(json: json)
            bundleHash = try reader.need("bundleHash") { $0.hash32 }
            bundleGasPrice = try reader.amount("bundleGasPrice")
            coinbaseDiff = try reader.amount("coinbaseDiff")
            ethSentToCoinbase = try reader.amount("ethSentToCoinbase")
            gasFees = try reader.amount("gasFees")
            stateBlockNumber = try reader.count("stateBlockNumber")
            totalGasUsed = try reader.count("totalGasUsed")
            var results: [Item] = []
            for item in try reader.need("results", { $0.array }) { results.append(try Item(json: item)) }
            self.results = results
        }
    }

    /// One transaction's part.
    public struct Item: Sendable, Hashable {
        /// How it ended.
        public enum Outcome: Sendable, Hashable {
            /// It succeeded; the bytes are its return data.
            case succeeded([UInt8])
            /// It failed: the error's text, the revert's text when the relay decoded one,
            /// and its bytes when the relay sent hex.
            case failed(error: String, revertText: String?, revertData: [UInt8])
        }
        /// Which transaction.
        public var transactionHash: Hash32
        /// Sender, where the relay names it.
        public var from: Address?
        /// Recipient; nil for a creation or where the relay does not name it.
        public var to: Address?
        /// After the refund.
        public var gasUsed: UInt64
        /// Wei a gas that the coinbase got, payments included.
        public var gasPrice: U256
        /// Wei of tips.
        public var gasFees: U256
        /// Wei that the coinbase gained in all.
        public var coinbaseDiff: U256
        /// Wei sent to the coinbase by calls.
        public var ethSentToCoinbase: U256
        /// How it ended.
        public var outcome: Outcome

        /// Whether it succeeded.
        public var succeeded: Bool { if case .succeeded = outcome { true } else { false } }
    }
    /// The member that could not be read.
    struct Malformed: Error { var member: String }

    fileprivate struct Reader {
        let json: JSON

        func need<Value>(_ key: String, _ read: (JSON) -> Value?) throws(Malformed) -> Value {
            guard let value = json[key].flatMap(read) else { throw Malformed(member: key) }
            return value
        }

        /// A decimal string (what the documentation says), a JSON integer or a hex quantity; exact or refused.
        func amount(_ key: String) throws(Malformed) -> U256 {
            try need(key) { value in
                if let text = value.string { return text.hasPrefix("0x") ? value.quantityU256 : U256(decimal: text) }
                return value.numberText.flatMap { U256(decimal: $0) }
            }
        }

        func count(_ key: String) throws(Malformed) -> UInt64 {
            try need(key) { $0.uint64 ?? $0.quantityU64 ?? $0.string.flatMap { UInt64($0) } }
        }
    }
}

extension BundleSimulation.Item {
    fileprivate init(json: JSON) throws(BundleSimulation.Malformed) {
        let reader = BundleSimulation.Reader(json: json)
        transactionHash = try reader.need("txHash") { $0.hash32 }
        from = json["fromAddress"]?.address
        to = json["toAddress"]?.address
        gasUsed = try reader.count("gasUsed")
        gasPrice = try reader.amount("gasPrice")
        gasFees = try reader.amount("gasFees")
        coinbaseDiff = try reader.amount("coinbaseDiff")
        ethSentToCoinbase = try reader.amount("ethSentToCoinbase")
        if let error = json["error"], !error.isNull {
            let revert = json["revert"]
            outcome = .failed(
                error: String((error.string ?? error.text).prefix(300)),
                revertText: revert?.hexBytes == nil ? revert?.string.map { String($0.prefix(300)) } : nil,
                revertData: revert?.hexBytes ?? [])
        } else {
            outcome = .succeeded(json["value"]?.hexBytes ?? [])
        }
    }
}
