/// The length of a FastLZ level-1 stream, which OP-stack chains take as a measure of how well data compresses.
///
/// Only the length is computed, no stream is written. Source: FastLZ level 1 with an 8,192-byte window, as
/// op-geth `core/types/rollup_cost.go` and Solady `LibZip` count it.
public enum FastLZ {
    private static let tableBits = 13
    /// Farthest a match may lie back, bytes.
    private static let windowMax = 0x1fff
    /// The last bytes that are always literals begin here, counted from the end.
    private static let tail = 13
    /// Longest match of one code.
    private static let matchMax = 262

    /// The compressed length of `data` in bytes. One pass, one table of 32 KiB, for each call.
    ///
    /// A match never costs more than the bytes it stands for, so the length is at most
    /// `data.count + data.count / 32 + 1`.
    public static func length(_ data: [UInt8]) -> Int {
        guard data.count > tail else { return literals(data.count) }
        var table = [Int32](repeating: 0, count: 1 << tableBits)
        let limit = data.count - tail
        var total = 0, anchor = 0, position = 2
        while position < limit {
            guard let match = nextMatch(data, from: &position, limit: limit, &table) else { break }
            if position > anchor { total += literals(position - anchor) }
            let common = commonLength(data, match + 3, position + 3, end: limit + 9)
            total += cost(ofMatch: common)
            position += common
            for _ in 0..<2 {
                table[hash(triple(data, position))] = Int32(truncatingIfNeeded: position)
                position += 1
            }
            anchor = position
        }
        return total + literals(data.count - anchor)
    }

    /// Moves `position` to the next three bytes that occurred before within the window, and answers where; nil at the
    /// limit.
    private static func nextMatch(
        _ data: [UInt8], from position: inout Int, limit: Int, _ table: inout [Int32]
    ) -> Int? {
        while position < limit {
            let sequence = triple(data, position), slot = hash(sequence)
            let earlier = Int(table[slot])
            table[slot] = Int32(truncatingIfNeeded: position)
            // The last position before the limit enters the table but starts no match.
            guard position + 1 < limit else { return nil }
            if position - earlier <= windowMax, triple(data, earlier) == sequence { return earlier }
            position += 1
        }
        return nil
    }

    /// A run of literals: one control byte for each 32.
    private static func literals(_ count: Int) -> Int { count + (count + 31) / 32 }

    /// Codes for a match of `common` bytes after its first three, one less than the stream's length field counts.
    private static func cost(ofMatch common: Int) -> Int {
        let length = common - 1
        return 3 * (length / matchMax) + (length % matchMax >= 6 ? 3 : 2)
    }

    /// How many bytes agree from `earlier` and `position` on, the first that differs counted with them.
    private static func commonLength(_ data: [UInt8], _ earlier: Int, _ position: Int, end: Int) -> Int {
        var length = 0
        while position + length < end {
            length += 1
            if data[earlier + length - 1] != data[position + length - 1] { break }
        }
        return length
    }

    @inline(__always) private static func triple(_ data: [UInt8], _ at: Int) -> UInt32 {
        UInt32(data[at]) | UInt32(data[at + 1]) << 8 | UInt32(data[at + 2]) << 16
    }

    @inline(__always) private static func hash(_ sequence: UInt32) -> Int {
        Int((sequence &* 2_654_435_769) >> UInt32(32 - tableBits))
    }
}
