public import EVMTypes

extension RLP {
    /// Appends canonical RLP items to one byte array.
    ///
    /// Lists are written in place: the payload first, then its header is put before it, which moves the payload by at
    /// most 9 bytes.
    public struct Encoder: Sendable {
        /// What has been written so far.
        public private(set) var bytes: [UInt8] = []

        public init(reservingCapacity capacity: Int = 0) {
            if capacity > 0 { bytes.reserveCapacity(capacity) }
        }

        /// Appends a string of bytes.
        public mutating func append(_ string: some Collection<UInt8>) {
            if string.count == 1, let only = string.first, only < 0x80 {
                bytes.append(only)
            } else {
                Self.header(string.count, short: 0x80, into: &bytes, at: bytes.count)
                bytes.append(contentsOf: string)
            }
        }

        /// Appends an integer, big-endian without leading zeros; zero is the empty string.
        public mutating func append(_ value: UInt64) { append(U256(value)) }

        /// Appends an integer, big-endian without leading zeros; zero is the empty string.
        public mutating func append(_ value: U256) {
            let size = (value.bitWidthUsed + 7) / 8
            if size != 1 || value.w0 >= 0x80 { bytes.append(0x80 + UInt8(size)) }
            BigEndian.append(value, count: size, to: &bytes)
        }

        /// Appends 20 bytes, or the empty string for nil.
        public mutating func append(_ address: Address?) {
            guard let address else { return bytes.append(0x80) }
            bytes.append(0x80 + 20)
            BigEndian.append(address.word, count: 20, to: &bytes)
        }

        /// Appends 32 bytes.
        public mutating func append(_ hash: Hash32) {
            bytes.append(0x80 + 32)
            BigEndian.append(hash.word, count: 32, to: &bytes)
        }

        /// Appends the list whose items `body` writes.
        public mutating func appendList(_ body: (inout Encoder) -> Void) {
            let start = bytes.count
            body(&self)
            Self.header(bytes.count - start, short: 0xC0, into: &bytes, at: start)
        }

        /// Appends one byte as it is: a transaction type or a magic byte before a list, never part of RLP.
        mutating func appendRaw(_ byte: UInt8) { bytes.append(byte) }

        /// Appends an item that is encoded already.
        mutating func appendRaw(_ item: [UInt8]) { bytes.append(contentsOf: item) }

        /// Puts the header of a payload of `count` bytes at `position`; `short` is 0x80 for a string, 0xC0 for a list.
        static func header(_ count: Int, short: UInt8, into bytes: inout [UInt8], at position: Int) {
            if count < 56 { return bytes.insert(short + UInt8(count), at: position) }
            let size = (71 - UInt64(count).leadingZeroBitCount) / 8
            var head: [UInt8] = [short + 55 + UInt8(size)]
            BigEndian.append(U256(count), count: size, to: &head)
            bytes.insert(contentsOf: head, at: position)
        }
    }

    /// The canonical encoding of one string.
    public static func encode(_ string: [UInt8]) -> [UInt8] {
        var encoder = Encoder(reservingCapacity: string.count + 9)
        encoder.append(string)
        return encoder.bytes
    }
}
