public import EVMTypes

/// Writes ABI parameters in order: static values in place, dynamic ones behind the head with their offset.
///
/// ```
/// var call = ABIEncoder(selector: ABI.selector("swap(uint256,uint256,address,bytes)"))
/// call.append(amount0Out); call.append(amount1Out); call.append(to); call.append(bytes: data)
/// let calldata = call.encoded()
/// ```
public struct ABIEncoder: Sendable {
    private let selector: [UInt8]
    private var head: [UInt8] = []
    /// Dynamic parts and the head position of their offset word.
    private var tails: [(at: Int, bytes: [UInt8])] = []

    /// `selector` is put first and does not count for offsets.
    public init(selector: [UInt8] = []) { self.selector = selector }

    /// One 32-byte word: uint256 and every smaller unsigned integer.
    public mutating func append(_ value: U256) { BigEndian.append(value, count: 32, to: &head) }
    /// int256 and every smaller signed integer, sign extended.
    public mutating func append(_ value: I256) { append(value.bits) }
    /// address.
    public mutating func append(_ value: Address) { append(value.word) }
    /// bool.
    public mutating func append(_ value: Bool) { append(value ? U256.one : U256.zero) }
    /// bytes32.
    public mutating func append(_ value: Hash32) { append(value.word) }

    /// bytes1 to bytes32, padded on the right. Precondition: at most 32 bytes.
    public mutating func append(fixedBytes value: [UInt8]) {
        precondition(value.count <= 32, "bytesN holds at most 32 bytes")
        head.append(contentsOf: value)
        head.append(contentsOf: repeatElement(0, count: 32 - value.count))
    }

    /// bytes: length, then the bytes padded to whole words.
    public mutating func append(bytes value: some Collection<UInt8>) {
        var tail = U256(value.count).bigEndianBytes
        tail.append(contentsOf: value)
        tail.append(contentsOf: repeatElement(0, count: (32 - value.count % 32) % 32))
        appendTail(tail)
    }

    /// string, as UTF-8.
    public mutating func append(string value: String) { append(bytes: Array(value.utf8)) }

    /// A dynamic tuple (struct) or a fixed array of dynamic elements. Static ones are appended member by member
    /// instead.
    public mutating func appendTuple(_ body: (inout ABIEncoder) throws(ABIError) -> Void) throws(ABIError) {
        var inner = ABIEncoder()
        try body(&inner)
        appendTail(inner.encoded())
    }

    /// A dynamic array `T[]`; `body` appends one element as it would append a parameter.
    public mutating func appendArray<Elements: Collection>(
        _ elements: Elements, _ body: (inout ABIEncoder, Elements.Element) throws(ABIError) -> Void
    ) throws(ABIError) {
        var inner = ABIEncoder()
        for element in elements { try body(&inner, element) }
        appendTail(U256(elements.count).bigEndianBytes + inner.encoded())
    }

    /// A dynamic array of one-word elements.
    public mutating func append(words: [U256]) {
        var tail = U256(words.count).bigEndianBytes
        for word in words { BigEndian.append(word, count: 32, to: &tail) }
        appendTail(tail)
    }

    /// A dynamic array of addresses.
    public mutating func append(addresses: [Address]) { append(words: addresses.map(\.word)) }

    private mutating func appendTail(_ bytes: [UInt8]) {
        tails.append((head.count, bytes))
        append(U256.zero)
    }

    /// Selector, head and tails. O(n).
    public func encoded() -> [UInt8] {
        var out = selector
        out.reserveCapacity(selector.count + tails.reduce(head.count) { $0 + $1.bytes.count })
        out.append(contentsOf: head)
        for tail in tails {
            let offset = U256(out.count - selector.count).bigEndianBytes
            out.replaceSubrange(selector.count + tail.at..<selector.count + tail.at + 32, with: offset)
            out.append(contentsOf: tail.bytes)
        }
        return out
    }
}
