internal import Database
internal import EVMCodec
internal import EVMTypes

// The cache's key spaces.
extension RocksDatabase.Column {
    static let meta = Self(1, "meta")
    /// Block hash -> `BlockRecord`.
    static let blocks = Self(2, "blocks")
    /// Block hash, kind, key -> account, slot or block hash.
    static let state = Self(3, "state")
    /// keccak256 of a code -> the code; address -> the code hash it had last.
    static let codes = Self(4, "codes")
    /// Contract and selector -> `NeedsHint`.
    static let hints = Self(5, "hints")
    /// Label and request -> an answer that cannot change.
    static let answers = Self(6, "answers")

    static let ofCache: [Self] = [.meta, .blocks, .state, .codes, .hints, .answers]
}

enum CacheKey {
    static let version = Array("version".utf8)

    static func account(_ block: Hash32, _ address: Address) -> [UInt8] { block.bytes + [1] + address.bytes }

    static func slot(_ block: Hash32, _ key: SlotKey) -> [UInt8] {
        block.bytes + [2] + key.address.bytes + key.slot.bigEndianBytes
    }

    static func blockHash(_ block: Hash32, _ number: UInt64) -> [UInt8] {
        block.bytes + [3] + CacheBytes.of(number)
    }
}

enum CacheBytes {
    /// Big-endian.
    static func of(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64($0))) }
    }
}

/// Values with a checksum of key and value in front, so that a flipped bit in either is seen.
enum CacheRecord {
    static func seal(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] {
        CacheBytes.of(checksum(key, value[...])) + value
    }

    /// The value; nil when the checksum does not hold.
    static func open(_ key: [UInt8], _ sealed: [UInt8]) -> [UInt8]? {
        guard sealed.count >= 8 else { return nil }
        let sum = sealed[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let value = sealed[8...]
        return checksum(key, value) == sum ? Array(value) : nil
    }

    /// FNV-1a of 64 bits: against decay, not against people.
    private static func checksum(_ key: [UInt8], _ value: ArraySlice<UInt8>) -> UInt64 {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        // Wrapping is the hash's own arithmetic.
        for byte in key { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for byte in value { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return sum
    }
}

/// Reads the members of a record in order.
struct RecordReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    mutating func take(_ count: Int) -> [UInt8]? {
        guard count >= 0, bytes.count >= count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    mutating func byte() -> UInt8? { take(1)?[0] }
    mutating func number() -> UInt64? { take(8)?.reduce(0) { $0 << 8 | UInt64($1) } }
    mutating func word() -> U256? { take(32).map { U256(bigEndian: $0) } }
    mutating func address() -> Address? { take(20).map { Address(bytes: $0) } }
    /// A length of 8 bytes and as many bytes.
    mutating func blob() -> [UInt8]? { number().flatMap { Int(exactly: $0) }.flatMap { take($0) } }

    static func blob(_ bytes: [UInt8]) -> [UInt8] { CacheBytes.of(UInt64(bytes.count)) + bytes }
}

/// A block that the cache has rows of.
struct BlockRecord: Hashable {
    /// Number of use, ascending: when it was pinned last.
    var lastUse: UInt64
    /// Number of use when it was last pinned as `latest`; 0 when never.
    var latestUse: UInt64
    var isHashProven: Bool
    /// Whose number and tag it was.
    var label: String
    /// RLP of the header.
    var header: [UInt8]

    init(lastUse: UInt64, latestUse: UInt64, isHashProven: Bool, label: String, header: [UInt8]) {
        self.lastUse = lastUse
        self.latestUse = latestUse
        self.isHashProven = isHashProven
        self.label = label
        self.header = header
    }

    init?(_ bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        guard let lastUse = reader.number(), let latestUse = reader.number(), let proven = reader.byte(),
            let label = reader.blob(), let header = reader.blob()
        else { return nil }
        self.init(
            lastUse: lastUse, latestUse: latestUse, isHashProven: proven != 0,
            label: String(decoding: label, as: UTF8.self), header: header)
    }

    var bytes: [UInt8] {
        CacheBytes.of(lastUse) + CacheBytes.of(latestUse) + [isHashProven ? 1 : 0]
            + RecordReader.blob(Array(label.utf8))
            + RecordReader.blob(header)
    }

    func block(_ hash: Hash32) -> PinnedBlock? {
        guard let header = try? ConsensusHeader(decoding: header) else { return nil }
        return PinnedBlock(hash: hash, header: header, isHashProven: isHashProven)
    }
}
