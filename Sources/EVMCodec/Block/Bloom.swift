internal import EVMCrypto
internal import EVMTypes

/// The 2,048-bit filter of a block's or a receipt's log addresses and topics.
///
/// Source: Yellow Paper section 4.3.1 (M3:2048).
public struct Bloom: Hashable, Sendable {
    /// 256 bytes, the filter's highest bit first, as in headers and receipts.
    public private(set) var bytes: [UInt8]

    /// The filter of nothing.
    public init() { bytes = [UInt8](repeating: 0, count: 256) }

    /// Takes exactly 256 bytes; nil for another count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 256 else { return nil }
        self.bytes = bytes
    }

    /// The filter of logs.
    public init(_ logs: [ReceiptLog]) {
        self.init()
        for log in logs { insert(log) }
    }

    /// Adds the address and every topic of a log. One Keccak-256 each.
    public mutating func insert(_ log: ReceiptLog) {
        var address: [UInt8] = []
        BigEndian.append(log.address.word, count: 20, to: &address)
        insert(address)
        for topic in log.topics { insert(topic.bytes) }
    }

    /// Adds one byte string: three bits, named by the first six bytes of its Keccak-256.
    public mutating func insert(_ item: [UInt8]) {
        for bit in Self.bits(item) { bytes[255 - bit / 8] |= 1 << UInt8(bit % 8) }
    }

    /// Adds everything that is in the other filter.
    public mutating func formUnion(_ other: Bloom) {
        for index in bytes.indices { bytes[index] |= other.bytes[index] }
    }

    /// False when the byte string was surely never added.
    public func mayContain(_ item: [UInt8]) -> Bool {
        Self.bits(item).allSatisfy { bytes[255 - $0 / 8] & (1 << UInt8($0 % 8)) != 0 }
    }

    private static func bits(_ item: [UInt8]) -> [Int] {
        let top = Keccak256.hash(item).word.w3
        return [48, 32, 16].map { Int(top >> $0) & 2_047 }
    }
}
