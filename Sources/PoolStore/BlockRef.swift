public import EVMTypes

/// A block by number, hash and parent: what the store needs to know of it.
public struct BlockRef: Hashable, Sendable, CustomStringConvertible {
    public let number: UInt64
    public let hash: Hash32
    public let parentHash: Hash32

    public init(number: UInt64, hash: Hash32, parentHash: Hash32) {
        self.number = number
        self.hash = hash
        self.parentHash = parentHash
    }

    public var description: String { "block \(number) (\(hash.hex.prefix(10))…)" }

    /// 72 bytes: number big-endian, hash, parent hash.
    var encoded: [UInt8] { Bytes.bigEndian(number) + hash.bytes + parentHash.bytes }

    init?(decoding bytes: ArraySlice<UInt8>) {
        guard bytes.count == 72 else { return nil }
        let start = bytes.startIndex
        number = Bytes.uint64(bytes[start..<(start + 8)])
        hash = Hash32(bytes: bytes[(start + 8)..<(start + 40)])
        parentHash = Hash32(bytes: bytes[(start + 40)...])
    }
}

/// A key and value of the area for other bookkeeping; nil deletes.
public struct MetaWrite: Hashable, Sendable {
    public let key: String
    public let value: [UInt8]?

    public init(key: String, value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}

enum Bytes {
    static func bigEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64($0))) }
    }

    /// Eight or fewer bytes, big-endian.
    static func uint64(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
