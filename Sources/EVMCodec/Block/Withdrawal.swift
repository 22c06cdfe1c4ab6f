public import EVMTypes

/// Ether that the beacon chain pays out to an account. Source: EIP-4895.
public struct Withdrawal: Hashable, Sendable {
    /// Counts all withdrawals ever.
    public var index: UInt64
    /// The validator it comes from.
    public var validatorIndex: UInt64
    /// Who gets it.
    public var address: Address
    /// In gwei (10^9 wei).
    public var amountGwei: UInt64

    public init(index: UInt64, validatorIndex: UInt64, address: Address, amountGwei: UInt64) {
        self.index = index
        self.validatorIndex = validatorIndex
        self.address = address
        self.amountGwei = amountGwei
    }

    /// What is added to the balance. Cannot overflow: 2^64 x 10^9 < 2^94.
    public var amountWei: U256 { U256(amountGwei) * 1_000_000_000 }

    /// RLP of [index, validator, address, amount].
    public func encoded() -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: 48)
        append(to: &encoder)
        return encoder.bytes
    }

    /// The root of the withdrawals trie of a block.
    public static func root(_ withdrawals: [Withdrawal]) -> Hash32 {
        MerklePatricia.orderedRoot(withdrawals.map { $0.encoded() })
    }

    func append(to encoder: inout RLP.Encoder) {
        encoder.appendList { list in
            list.append(index)
            list.append(validatorIndex)
            list.append(Optional(address))
            list.append(amountGwei)
        }
    }

    init(_ item: RLP.Item) throws(RLPError) {
        var list = try item.list()
        index = try list.next().uint64()
        validatorIndex = try list.next().uint64()
        address = try list.next().address()
        amountGwei = try list.next().uint64()
        try list.finish()
    }
}
