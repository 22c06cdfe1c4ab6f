internal import EVMCrypto
public import EVMTypes

/// A block header with every field that its hash covers. `BlockHeader` is the node's view of an RPC answer instead.
///
/// The fields of later forks are nil before them. They come in groups, each only after the one before: base fee
/// (London), withdrawals root (Shanghai), the three of Cancun, requests hash (Prague). Source: Yellow Paper section
/// 4.3; EIP-1559, 4399, 4895, 4844, 4788, 7685.
public struct ConsensusHeader: Hashable, Sendable {
    /// The hash of the header before it.
    public var parentHash: Hash32 = .zero
    /// Keccak-256 of the RLP of the ommers' list.
    public var ommersHash: Hash32 = ConsensusHeader.emptyOmmersHash
    /// Who gets the fees.
    public var coinbase: Address = .zero
    /// Root of the state after the block.
    public var stateRoot: Hash32 = MerklePatricia.emptyRoot
    /// Root of the trie of transactions.
    public var transactionsRoot: Hash32 = MerklePatricia.emptyRoot
    /// Root of the trie of receipts.
    public var receiptsRoot: Hash32 = MerklePatricia.emptyRoot
    /// The filter of all its logs.
    public var logsBloom = Bloom()
    /// Proof-of-work difficulty; 0 from Paris on.
    public var difficulty: U256 = .zero
    /// Height.
    public var number: UInt64 = 0
    /// Gas that fits into the block.
    public var gasLimit: UInt64 = 0
    /// Gas that its transactions used.
    public var gasUsed: UInt64 = 0
    /// Seconds since 1970.
    public var timestamp: UInt64 = 0
    /// At most 32 bytes on Ethereum, any.
    public var extraData: [UInt8] = []
    /// Proof-of-work's mix hash; PREVRANDAO from Paris on (EIP-4399).
    public var mixHash: Hash32 = .zero
    /// Proof-of-work's nonce, 8 bytes; 0 from Paris on.
    public var nonce: UInt64 = 0
    /// In wei; from London on (EIP-1559).
    public var baseFeePerGas: U256?
    /// Root of the trie of withdrawals; from Shanghai on (EIP-4895).
    public var withdrawalsRoot: Hash32?
    /// From Cancun on (EIP-4844).
    public var blobGasUsed: UInt64?
    /// From Cancun on (EIP-4844).
    public var excessBlobGas: UInt64?
    /// From Cancun on (EIP-4788).
    public var parentBeaconBlockRoot: Hash32?
    /// From Prague on (EIP-7685).
    public var requestsHash: Hash32?

    /// Keccak-256 of an empty RLP list.
    public static let emptyOmmersHash = Hash32(
        0x1dcc_4de8_dec7_5d7a_ab85_b567_b6cc_d41a_d312_451b_948a_7413_f0a1_42fd_40d4_9347)

    /// Makes a header of nothing: Frontier's fields, all zero or the hash of nothing.
    public init() {}

    /// The block hash: Keccak-256 of `encoded()`. Computed at each call.
    public var hash: Hash32 { Keccak256.hash(encoded()) }

    /// RLP of the fields that are there. A gap in the order of forks ends the list: what follows it is not written.
    public func encoded() -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: 680)
        append(to: &encoder)
        return encoder.bytes
    }

    /// Keccak-256 of the RLP list of ommers.
    public static func ommersHash(_ ommers: [ConsensusHeader]) -> Hash32 {
        var encoder = RLP.Encoder()
        encoder.appendList { list in for ommer in ommers { ommer.append(to: &list) } }
        return Keccak256.hash(encoder.bytes)
    }

    func append(to encoder: inout RLP.Encoder) {
        encoder.appendList { list in
            list.append(parentHash)
            list.append(ommersHash)
            list.append(Optional(coinbase))
            list.append(stateRoot)
            list.append(transactionsRoot)
            list.append(receiptsRoot)
            list.append(logsBloom.bytes)
            list.append(difficulty)
            list.append(number)
            list.append(gasLimit)
            list.append(gasUsed)
            list.append(timestamp)
            list.append(extraData)
            list.append(mixHash)
            list.append(U256(nonce).bigEndianBytes.suffix(8))
            guard let baseFeePerGas else { return }
            list.append(baseFeePerGas)
            guard let withdrawalsRoot else { return }
            list.append(withdrawalsRoot)
            guard let blobGasUsed, let excessBlobGas, let parentBeaconBlockRoot else { return }
            list.append(blobGasUsed)
            list.append(excessBlobGas)
            list.append(parentBeaconBlockRoot)
            if let requestsHash { list.append(requestsHash) }
        }
    }
}

// MARK: Decoding

extension ConsensusHeader {
    /// Reads a header that fills `bytes`; `encoded()` of the result equals `bytes`.
    public init(decoding bytes: [UInt8]) throws(BlockDecodingError) {
        let item: RLP.Item
        do throws(RLPError) { item = try RLP.item(bytes) } catch { throw .header(.envelope, error) }
        try self.init(item)
    }

    init(_ item: RLP.Item) throws(BlockDecodingError) {
        var reader = try HeaderReader(item)
        parentHash = try reader.read(.parentHash) { item throws(RLPError) in try item.hash32() }
        ommersHash = try reader.read(.ommersHash) { item throws(RLPError) in try item.hash32() }
        coinbase = try reader.read(.coinbase) { item throws(RLPError) in try item.address() }
        stateRoot = try reader.read(.stateRoot) { item throws(RLPError) in try item.hash32() }
        transactionsRoot = try reader.read(.transactionsRoot) { item throws(RLPError) in try item.hash32() }
        receiptsRoot = try reader.read(.receiptsRoot) { item throws(RLPError) in try item.hash32() }
        logsBloom = try reader.read(.logsBloom) { item throws(RLPError) in
            guard let bloom = Bloom(bytes: try item.bytes()) else { throw .wrongSize }
            return bloom
        }
        difficulty = try reader.read(.difficulty) { item throws(RLPError) in try item.u256() }
        number = try reader.read(.number) { item throws(RLPError) in try item.uint64() }
        gasLimit = try reader.read(.gasLimit) { item throws(RLPError) in try item.uint64() }
        gasUsed = try reader.read(.gasUsed) { item throws(RLPError) in try item.uint64() }
        timestamp = try reader.read(.timestamp) { item throws(RLPError) in try item.uint64() }
        extraData = try reader.read(.extraData) { item throws(RLPError) in try item.bytes() }
        mixHash = try reader.read(.mixHash) { item throws(RLPError) in try item.hash32() }
        nonce = try reader.read(.nonce) { item throws(RLPError) in
            guard try item.slice().count == 8 else { throw .wrongSize }
            return try item.slice().reduce(0) { $0 << 8 | UInt64($1) }
        }
        if reader.isAtEnd { return }
        baseFeePerGas = try reader.read(.baseFeePerGas) { item throws(RLPError) in try item.u256() }
        if reader.isAtEnd { return }
        withdrawalsRoot = try reader.read(.withdrawalsRoot) { item throws(RLPError) in try item.hash32() }
        if reader.isAtEnd { return }
        blobGasUsed = try reader.read(.blobGasUsed) { item throws(RLPError) in try item.uint64() }
        excessBlobGas = try reader.read(.excessBlobGas) { item throws(RLPError) in try item.uint64() }
        parentBeaconBlockRoot = try reader.read(.parentBeaconBlockRoot) { item throws(RLPError) in try item.hash32() }
        if reader.isAtEnd { return }
        requestsHash = try reader.read(.requestsHash) { item throws(RLPError) in try item.hash32() }
        guard reader.isAtEnd else { throw .header(.envelope, .trailingBytes) }
    }
}

/// Reads the fields in order and names the field in every error.
private struct HeaderReader {
    private var reader: RLP.Reader

    init(_ item: RLP.Item) throws(BlockDecodingError) {
        do throws(RLPError) { reader = try item.list() } catch { throw .header(.envelope, error) }
    }

    var isAtEnd: Bool { reader.isAtEnd }

    mutating func read<Value>(
        _ field: HeaderField, _ body: (RLP.Item) throws(RLPError) -> Value
    ) throws(BlockDecodingError) -> Value {
        do throws(RLPError) { return try body(try reader.next()) } catch { throw .header(field, error) }
    }
}
