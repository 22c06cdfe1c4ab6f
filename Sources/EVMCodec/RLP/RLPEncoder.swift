public import EVMTypes

extension RLP {
    /// Appends canonical RLP items to one byte array.
    ///
    /// Lists are written in place: the payload first, then its header is put before it, which moves the payload by at most 9 bytes.
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
        public mutating func append(_ value: UInt64) {
            if value == 0 { return bytes.append(0x80) }
            if value < 0x80 { return bytes.append(UInt8(value)) }
            let size = (71 - value.leadingZeroBitCount) / 8
            bytes.append(0x80 + UInt8(size))
            for position in stride(from: size - 1, through: 0, by: -1) {
                bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * position)))
            }
        }

        /// Appends an integer, big-endian without leading zeros; zero is the empty string.
        public mutating func append(_ value: U256) {
            if let small = value.asUInt64 { append(small) } else { append(value.minimalBigEndianBytes) }
        }

        /// Appends 20 bytes, or the empty string for nil.
        public mutating func append(_ address: Address?) {
            guard let address else { return bytes.append(0x80) }
            bytes.append(0x80 + 20)
            bytes.append(contentsOf: address.bytes)
        }

        /// Appends 32 bytes.
        public mutating func append(_ hash: Hash32) {
            bytes.append(0x80 + 32)
            bytes.append(contentsOf: hash.bytes)
        }

        /// Appends the list whose items `body` writes.
        public mutating func appendList(_ body: (inout Encoder) -> Void) {
            let start = bytes.count
            body(&self)
            Self.header(bytes.count - start, short: 0xC0, into: &bytes, at: start)
        }

        /// Appends one byte as it is: a transaction type or a magic byte before a list, never part of RLP.
        mutating func appendRaw(_ byte: UInt8) { bytes.append(byte) }

        private static func header(_ count: Int, short: UInt8, into bytes: inout [UInt8], at position: Int) {
            if count < 56 { return bytes.insert(short + UInt8(count), at: position) }
            let size = (71 - UInt64(count).leadingZeroBitCount) / 8
            var head: [UInt8] = [short + 55 + UInt8(size)]
            for shift in stride(from: size - 1, through: 0, by: -1) {
                head.append(UInt8(truncatingIfNeeded: count >> (8 * shift)))
            }
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
