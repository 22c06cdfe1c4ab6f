internal import EVMTypes
internal import Pools

/// What a block replaced: the old value of every row it wrote, so that the block can be taken back.
///
/// Layout: version 1, block (72 bytes), 0 or 1, previous head (72 bytes) when 1, count u32; then a row each:
/// column u8, key length u16, key,
/// 0 for "did not exist" or 1, length u32 and value. Integers big-endian.
/// Rows of the meta area are not part of it: nonces and cursors do not go back with a reorganisation.
struct UndoRecord: Equatable {
    let block: BlockRef
    /// The head that the block was put on; nil for the first block of the store.
    let previous: BlockRef?
    /// Old values; nil means the row did not exist.
    let rows: [StoreWrite]

    private static let version: UInt8 = 1

    var encoded: [UInt8] {
        var out: [UInt8] = [Self.version] + block.encoded
        out.append(previous == nil ? 0 : 1)
        out += previous?.encoded ?? []
        Self.append(UInt64(rows.count), 4, to: &out)
        for row in rows {
            out.append(row.column.rawValue)
            Self.append(UInt64(row.key.count), 2, to: &out)
            out += row.key
            out.append(row.value == nil ? 0 : 1)
            guard let value = row.value else { continue }
            Self.append(UInt64(value.count), 4, to: &out)
            out += value
        }
        return out
    }

    init(block: BlockRef, previous: BlockRef?, rows: [StoreWrite]) {
        self.block = block
        self.previous = previous
        self.rows = rows
    }

    /// Nil for anything but the exact bytes of a record; never traps.
    init?(decoding bytes: [UInt8]) {
        var rest = bytes[...]
        guard rest.popFirst() == Self.version, let head = Self.take(72, from: &rest),
            let block = BlockRef(decoding: head), let hasPrevious = rest.popFirst(), hasPrevious < 2
        else { return nil }
        if hasPrevious == 1 {
            guard let bytes = Self.take(72, from: &rest), let found = BlockRef(decoding: bytes) else { return nil }
            previous = found
        } else {
            previous = nil
        }
        guard let count = Self.take(4, from: &rest) else { return nil }
        var rows: [StoreWrite] = []
        for _ in 0..<Bytes.uint64(count) {
            guard let row = Self.row(from: &rest) else { return nil }
            rows.append(row)
        }
        guard rest.isEmpty else { return nil }
        self.block = block
        self.rows = rows
    }

    private static func row(from rest: inout ArraySlice<UInt8>) -> StoreWrite? {
        guard let tag = rest.popFirst(), let column = StoreColumn(rawValue: tag), let length = take(2, from: &rest),
            let key = take(Int(Bytes.uint64(length)), from: &rest), let existed = rest.popFirst(), existed < 2
        else { return nil }
        if existed == 0 { return StoreWrite(column: column, key: Array(key), value: nil) }
        guard let size = take(4, from: &rest), let value = take(Int(Bytes.uint64(size)), from: &rest) else {
            return nil
        }
        return StoreWrite(column: column, key: Array(key), value: Array(value))
    }

    private static func take(_ count: Int, from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private static func append(_ value: UInt64, _ width: Int, to out: inout [UInt8]) {
        out += Bytes.bigEndian(value).suffix(width)
    }
}
