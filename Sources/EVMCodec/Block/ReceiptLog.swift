internal import EVMCrypto
public import EVMTypes

/// A log as consensus knows it: what a LOG instruction emits and a receipt holds.
public struct ReceiptLog: Hashable, Sendable {
    /// The contract that emitted it.
    public var address: Address
    /// 0 to 4 topics.
    public var topics: [Hash32]
    /// Any bytes.
    public var data: [UInt8]

    public init(address: Address, topics: [Hash32], data: [UInt8]) {
        self.address = address
        self.topics = topics
        self.data = data
    }

    /// Keccak-256 of the RLP of a list of logs: the `logs` member of the official state tests.
    public static func hash(_ logs: [ReceiptLog]) -> Hash32 {
        var encoder = RLP.Encoder()
        append(logs, to: &encoder)
        return Keccak256.hash(encoder.bytes)
    }

    static func append(_ logs: [ReceiptLog], to encoder: inout RLP.Encoder) {
        encoder.appendList { list in
            for log in logs {
                list.appendList { fields in
                    fields.append(Optional(log.address))
                    fields.appendList { topics in for topic in log.topics { topics.append(topic) } }
                    fields.append(log.data)
                }
            }
        }
    }

    init(_ item: RLP.Item) throws(RLPError) {
        var fields = try item.list()
        address = try fields.next().address()
        var list = try fields.next().list()
        topics = []
        while !list.isAtEnd { topics.append(try list.next().hash32()) }
        data = try fields.next().bytes()
        try fields.finish()
    }
}
