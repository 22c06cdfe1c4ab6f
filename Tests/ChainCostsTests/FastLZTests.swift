import ChainCosts
import EVMTypes
import TestSupport
import Testing

@Suite("FastLZ length")
struct FastLZTests {
    /// Source: op-geth `core/types/rollup_cost_test.go` (the first three), apis.md §6.3's type-2 transaction.
    @Test("The published lengths")
    func published() throws {
        #expect(FastLZ.length([]) == 0)
        #expect(FastLZ.length([UInt8](repeating: 1, count: 1_000)) == 21)
        #expect(FastLZ.length([UInt8](repeating: 0, count: 1_000)) == 21)
        #expect(FastLZ.length((0..<1_024).map { UInt8(truncatingIfNeeded: $0) }) == 279)
        #expect(FastLZ.length(try Samples.dynamicFee()) == 106)
    }

    @Test("The lengths of a compressor that writes the stream")
    func vectors() throws {
        let rows = try OwnVectors.fields("fastlz/lengths.txt")
        #expect(rows.count > 180)
        for row in rows {
            #expect(FastLZ.length(try OwnVectors.bytes(row[0])) == Int(row[1]), "\(row[0].prefix(80))")
        }
    }

    @Test("No input is too short or too regular, and none grows past its bound")
    func bound() {
        var random = SeededGenerator()
        for round in 0..<4_000 {
            let symbols = UInt8.random(in: 1...8, using: &random)
            let data = (0..<round % 300).map { _ in UInt8.random(in: 0..<symbols, using: &random) }
            #expect(FastLZ.length(data) <= data.count + data.count / 32 + 1)
        }
    }
}
