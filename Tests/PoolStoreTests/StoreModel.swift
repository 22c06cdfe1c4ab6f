import EVMTypes
import Foundation
import Pools

@testable import PoolStore

/// A row's place, for models.
struct RowKey: Hashable {
    let column: StoreColumn
    let key: [UInt8]
}

typealias Rows = [RowKey: [UInt8]]

/// Blocks and writes that follow from their number (and a fork tag) alone, so that any process can tell what a
/// head implies.
enum Script {
    static func hash(_ number: UInt64, fork: UInt64 = 0) -> Hash32 {
        Hash32(U256(lo: UInt128(number &+ 1), hi: UInt128(fork &+ 1)))
    }

    static func block(_ number: UInt64, fork: UInt64 = 0, parentFork: UInt64? = nil) -> BlockRef {
        BlockRef(
            number: number, hash: hash(number, fork: fork), parentHash: hash(number &- 1, fork: parentFork ?? fork))
    }

    static func writes(_ number: UInt64, fork: UInt64 = 0, rows: Int = 40) -> [StoreWrite] {
        var generator = FixedGenerator(state: number &* 0x9e37_79b9_7f4a_7c15 &+ fork)
        return (0..<rows).map { _ in
            let column: StoreColumn = Bool.random(using: &generator) ? .pools : .ticks
            var key = [UInt8](repeating: UInt8.random(in: 0..<12, using: &generator), count: 20)
            if column == .ticks { key += [0x80, 0, 0, UInt8.random(in: 0..<6, using: &generator)] }
            let isDeletion = Int.random(in: 0..<5, using: &generator) == 0
            let length = Int.random(in: 0..<120, using: &generator)
            let value = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            return StoreWrite(column: column, key: key, value: isDeletion ? nil : value)
        }
    }

    /// The rows after blocks 1 to `number`.
    static func rows(upTo number: UInt64) -> Rows {
        var rows: Rows = [:]
        for block in stride(from: UInt64(1), through: number, by: 1) { apply(writes(block), to: &rows) }
        return rows
    }

    static func apply(_ writes: [StoreWrite], to rows: inout Rows) {
        for write in writes { rows[RowKey(column: write.column, key: write.key)] = write.value }
    }
}

/// Numbers that follow from `state` alone, also when `$MARTLET_SEED` is set: two processes must agree.
struct FixedGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var word = (state >> 18 ^ state) &* 0xbf58_476d_1ce4_e5b9
        word ^= word >> 31
        return word
    }
}

extension PoolStore {
    /// Everything stored, as a model.
    func allRows(portion: Int = 7) throws -> Rows {
        var rows: Rows = [:]
        try loadAll(portion: portion) { Script.apply($0, to: &rows) }
        return rows
    }
}

/// What must live as long as a test does.
final class Kept {
    var folders: [TemporaryFolder] = []
}

/// A folder that is removed when the value goes out of use.
final class TemporaryFolder {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-store-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func copy() throws -> TemporaryFolder {
        let other = TemporaryFolder()
        try FileManager.default.copyItem(atPath: path, toPath: other.path)
        return other
    }

    func file(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }
}
