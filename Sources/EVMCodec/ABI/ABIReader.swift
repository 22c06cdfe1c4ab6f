public import EVMTypes

/// Reads ABI parameters from bytes that an adversary may have written.
///
/// Never traps, and never works more than linearly: offsets may overlap as in Solidity, but all reads together are
/// limited to
/// twice the words of the data plus 64 (`.overBudget`), which no honest encoding reaches. Dynamic bytes come as slices,
/// not copies.
public struct ABIReader: Sendable {
    private let base: [UInt8]
    /// Where offsets of this tuple count from.
    private let start: Int
    private var position: Int
    /// Words that may still be read, by this reader and those below it.
    private var budget: Int

    /// Reads from `offset` on; 4 skips a selector.
    public init(_ data: [UInt8], from offset: Int = 0) {
        base = data
        start = min(max(offset, 0), data.count)
        position = start
        budget = data.count / 32 * 2 + 64
    }

    private init(base: [UInt8], start: Int, budget: Int) {
        self.base = base
        self.start = start
        self.position = start
        self.budget = budget
    }

    // MARK: Words

    /// One word as it stands: uint256.
    public mutating func word() throws(ABIError) -> U256 {
        guard base.count - position >= 32 else { throw .outOfBounds }
        try spend(1)
        defer { position += 32 }
        return BigEndian.word(base.span, at: position)
    }

    /// Skips `count` words. Precondition: `count` is not negative.
    public mutating func skip(_ count: Int = 1) throws(ABIError) {
        guard (base.count - position) / 32 >= count else { throw .outOfBounds }
        position += 32 * count
    }

    /// uintN; `.outOfRange` when higher bits are set. `bits` is 8 to 256.
    public mutating func uint(bits: Int) throws(ABIError) -> U256 {
        let value = try word()
        guard value.bitWidthUsed <= bits else { throw .outOfRange }
        return value
    }

    /// uint64 or smaller in one word; `.outOfRange` above 2^64-1.
    public mutating func uint64() throws(ABIError) -> UInt64 {
        guard let value = try word().asUInt64 else { throw .outOfRange }
        return value
    }

    /// uint128 or smaller in one word; `.outOfRange` above 2^128-1.
    public mutating func uint128() throws(ABIError) -> UInt128 {
        guard let value = try word().asUInt128 else { throw .outOfRange }
        return value
    }

    /// intN; `.outOfRange` unless the word is a sign extension of `bits` bits.
    public mutating func int(bits: Int) throws(ABIError) -> I256 {
        let value = I256(bits: try word())
        let magnitude = value.isNegative ? ~value.bits : value.bits
        guard magnitude.bitWidthUsed <= bits - 1 else { throw .outOfRange }
        return value
    }

    /// address; `.outOfRange` when the upper 96 bits are set, unless `masking` (as Solidity's first coder does).
    public mutating func address(masking: Bool = false) throws(ABIError) -> Address {
        var value = try word()
        if masking { value.hi &= 0xFFFF_FFFF }
        guard let address = Address(word: value) else { throw .outOfRange }
        return address
    }

    /// bool; `.outOfRange` unless 0 or 1.
    public mutating func bool() throws(ABIError) -> Bool {
        switch try uint64() {
        case 0: return false
        case 1: return true
        default: throw .outOfRange
        }
    }

    /// bytes32.
    public mutating func hash32() throws(ABIError) -> Hash32 { Hash32(try word()) }

    /// bytesN; `.outOfRange` when bytes after the first `count` are set. `count` is 1 to 32.
    public mutating func fixedBytes(_ count: Int) throws(ABIError) -> [UInt8] {
        let bytes = try word().bigEndianBytes
        guard bytes[count...].allSatisfy({ $0 == 0 }) else { throw .outOfRange }
        return Array(bytes[..<count])
    }

    // MARK: Dynamic values

    /// bytes, as a slice of the data. Padding is neither needed nor looked at, as in Solidity.
    public mutating func bytes() throws(ABIError) -> ArraySlice<UInt8> {
        let (count, from) = try countAtOffset()
        guard count <= base.count - from else { throw .outOfBounds }
        try spend(count / 32)
        return base[from..<from + count]
    }

    /// string; `.invalidUTF8` when it is not text.
    public mutating func string() throws(ABIError) -> String {
        guard let text = String(validating: try bytes(), as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }

    /// A dynamic tuple, or a fixed array of dynamic elements: `body` reads its members.
    /// Static tuples lie in place: read their members one by one instead.
    public mutating func tuple<Result>(
        _ body: (inout ABIReader) throws(ABIError) -> Result
    ) throws(ABIError) -> Result {
        let from = try offset()
        return try nested(from, body)
    }

    /// A dynamic array `T[]`: `element` reads one element as it would read a parameter.
    /// Throws `.outOfRange` when it has more than `countMax` elements.
    public mutating func array<Element>(
        countMax: Int = .max, _ element: (inout ABIReader) throws(ABIError) -> Element
    ) throws(ABIError) -> [Element] {
        let (count, from) = try countAtOffset()
        guard count <= countMax else { throw .outOfRange }
        // Every element has a head of at least one word.
        guard count <= (base.count - from) / 32 else { throw .outOfBounds }
        return try nested(from) { reader throws(ABIError) in
            var elements: [Element] = []
            elements.reserveCapacity(count)
            for _ in 0..<count { elements.append(try element(&reader)) }
            return elements
        }
    }

    private mutating func nested<Result>(
        _ from: Int, _ body: (inout ABIReader) throws(ABIError) -> Result
    ) throws(ABIError) -> Result {
        var inner = ABIReader(base: base, start: from, budget: budget)
        let result = try body(&inner)
        budget = inner.budget
        return result
    }

    /// Reads an offset word and gives the absolute position.
    private mutating func offset() throws(ABIError) -> Int {
        guard let relative = try word().asInt, relative <= base.count - start else { throw .outOfBounds }
        return start + relative
    }

    /// Reads an offset word, then the length there: the length and the position after it.
    private mutating func countAtOffset() throws(ABIError) -> (count: Int, from: Int) {
        let at = try offset()
        guard base.count - at >= 32 else { throw .outOfBounds }
        try spend(1)
        guard let count = BigEndian.word(base.span, at: at).asInt else { throw .outOfBounds }
        return (count, at + 32)
    }

    private mutating func spend(_ words: Int) throws(ABIError) {
        guard words <= budget else { throw .overBudget }
        budget -= words
    }
}
