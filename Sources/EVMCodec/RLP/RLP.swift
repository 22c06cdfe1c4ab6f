public import EVMTypes

/// Recursive length prefix, canonical form only.
///
/// Source: Ethereum Yellow Paper appendix B; strictness as ethereum/tests RLPTests. One value has exactly one encoding
/// here:
/// a length or integer with a leading zero, a single byte below 0x80 in a wrapper, a long form where the short one
/// fits,
/// a length past the end and bytes after the end are all refused.
public enum RLP {
    /// Deepest nesting `validate` accepts. Ethereum's own objects need at most 6.
    public static let depthMax = 64

    /// One string or list inside a byte array: two indices, no copy of the payload.
    public struct Item: Sendable {
        let base: [UInt8]
        let start: Int
        let end: Int
        /// True for a list, false for a string of bytes.
        public let isList: Bool

        /// The payload without its header. O(1), no copy.
        public var payload: ArraySlice<UInt8> { base[start..<end] }
        /// Payload bytes.
        public var count: Int { end - start }
    }

    /// Reads the one item that fills `bytes`. Only its own header is checked; the items of a list are checked as they
    /// are read.
    /// O(1). Throws `.trailingBytes` when anything follows.
    public static func item(_ bytes: [UInt8]) throws(RLPError) -> Item {
        var reader = Reader(base: bytes, position: 0, end: bytes.count)
        let item = try reader.next()
        try reader.finish()
        return item
    }

    /// Reads the one item that fills `bytes` and checks every header below it. O(n), depth at most `depthMax`.
    public static func decode(_ bytes: [UInt8]) throws(RLPError) -> Item {
        let item = try item(bytes)
        try validate(item, depth: 1)
        return item
    }

    private static func validate(_ item: Item, depth: Int) throws(RLPError) {
        guard item.isList else { return }
        guard depth <= depthMax else { throw .tooDeep }
        var reader = try item.list()
        while !reader.isAtEnd { try validate(try reader.next(), depth: depth + 1) }
    }

    /// A cursor over the items of one list.
    public struct Reader: Sendable {
        let base: [UInt8]
        var position: Int
        let end: Int

        /// True when every item has been read.
        public var isAtEnd: Bool { position >= end }

        /// Reads the next item's header and steps over the item. O(1).
        public mutating func next() throws(RLPError) -> Item {
            guard position < end else { throw .unexpectedEnd }
            let head = base[position]
            position += 1
            switch head {
            case 0..<0x80: return Item(base: base, start: position - 1, end: position, isList: false)
            case 0x80...0xB7:
                let item = try take(Int(head - 0x80), isList: false)
                if item.count == 1, base[item.start] < 0x80 { throw .wrappedByte }
                return item
            case 0xB8...0xBF: return try take(try longLength(Int(head - 0xB7)), isList: false)
            case 0xC0...0xF7: return try take(Int(head - 0xC0), isList: true)
            default: return try take(try longLength(Int(head - 0xF7)), isList: true)
            }
        }

        /// Refuses leftovers: call it after the last expected item.
        public func finish() throws(RLPError) {
            if position != end { throw .trailingBytes }
        }

        private mutating func take(_ count: Int, isList: Bool) throws(RLPError) -> Item {
            guard count <= end - position else { throw .unexpectedEnd }
            defer { position += count }
            return Item(base: base, start: position, end: position + count, isList: isList)
        }

        private mutating func longLength(_ size: Int) throws(RLPError) -> Int {
            guard size <= end - position else { throw .unexpectedEnd }
            guard base[position] != 0 else { throw .leadingZero }
            var length: UInt64 = 0
            for offset in 0..<size { length = length << 8 | UInt64(base[position + offset]) }
            position += size
            guard length > 55 else { throw .longFormOfShort }
            guard length <= UInt64(end - position) else { throw .unexpectedEnd }
            return Int(length)
        }
    }
}

/// Why bytes are not canonical RLP, or not the value that was asked for.
public enum RLPError: UInt8, Error, Hashable, Sendable {
    /// A header or payload reaches past the end.
    case unexpectedEnd
    /// Bytes follow the last expected item.
    case trailingBytes
    /// A length or an integer starts with a zero byte.
    case leadingZero
    /// A single byte below 0x80 has a header.
    case wrappedByte
    /// A length below 56 is written in the long form.
    case longFormOfShort
    /// Nesting beyond `RLP.depthMax`.
    case tooDeep
    /// A list stands where bytes belong.
    case expectedBytes
    /// Bytes stand where a list belongs.
    case expectedList
    /// An integer does not fit its type.
    case overflow
    /// An address, hash or other fixed-size field has another size.
    case wrongSize
}

// MARK: Typed reads

extension RLP.Item {
    /// A cursor over this list. Throws `.expectedList`.
    public func list() throws(RLPError) -> RLP.Reader {
        guard isList else { throw .expectedList }
        return RLP.Reader(base: base, position: start, end: end)
    }

    /// The bytes of this string, no copy. Throws `.expectedBytes`.
    public func slice() throws(RLPError) -> ArraySlice<UInt8> {
        guard !isList else { throw .expectedBytes }
        return payload
    }

    /// The bytes of this string as a new array. Throws `.expectedBytes`.
    public func bytes() throws(RLPError) -> [UInt8] { Array(try slice()) }

    /// A big-endian integer without leading zeros, at most 64 bits. Throws `.leadingZero`, `.overflow`,
    /// `.expectedBytes`.
    public func uint64() throws(RLPError) -> UInt64 {
        let bytes = try integer(sizeMax: 8)
        var value: UInt64 = 0
        for byte in bytes { value = value << 8 | UInt64(byte) }
        return value
    }

    /// A big-endian integer without leading zeros, at most 128 bits. Throws as `uint64()`.
    public func uint128() throws(RLPError) -> UInt128 {
        let bytes = try integer(sizeMax: 16)
        var value: UInt128 = 0
        for byte in bytes { value = value << 8 | UInt128(byte) }
        return value
    }

    /// A big-endian integer without leading zeros, at most 256 bits. Throws as `uint64()`.
    public func u256() throws(RLPError) -> U256 {
        let size = try integer(sizeMax: 32).count
        return BigEndian.word(base.span, at: start, count: size)
    }

    /// Exactly 20 bytes. Throws `.wrongSize`, `.expectedBytes`.
    public func address() throws(RLPError) -> Address {
        guard try slice().count == 20 else { throw .wrongSize }
        return BigEndian.address(base.span, at: start)
    }

    /// 20 bytes, or none for "no recipient". Throws `.wrongSize`, `.expectedBytes`.
    public func addressOrEmpty() throws(RLPError) -> Address? {
        if !isList, count == 0 { return nil }
        return try address()
    }

    /// Exactly 32 bytes. Throws `.wrongSize`, `.expectedBytes`.
    public func hash32() throws(RLPError) -> Hash32 {
        guard try slice().count == 32 else { throw .wrongSize }
        return Hash32(BigEndian.word(base.span, at: start))
    }

    private func integer(sizeMax: Int) throws(RLPError) -> ArraySlice<UInt8> {
        let bytes = try slice()
        if bytes.first == 0 { throw .leadingZero }
        guard bytes.count <= sizeMax else { throw .overflow }
        return bytes
    }
}
