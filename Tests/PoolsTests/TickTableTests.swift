import EVMTypes
import TestSupport
import Testing

@testable import Pools

@Suite struct TickTableTests {
    @Test func theTableEqualsADictionaryUnderRandomChanges() {
        var random = SeededGenerator()
        var table = TickTable(), extents = Array(repeating: TickTable.Extent(), count: 40)
        var models = Array(repeating: [Int32: (Int128, UInt128)](), count: 40)
        for round in 0..<30_000 {
            let pool = Int.random(in: 0..<40, using: &random)
            let tick = Int32.random(in: -60...60, using: &random) * 10
            switch Int.random(in: 0..<100, using: &random) {
            case 0:
                table.clear(&extents[pool])
                models[pool] = [:]
            case 1..<40:
                table.set(tick, net: 0, gross: 0, in: &extents[pool])
                models[pool][tick] = nil
            default:
                let gross = UInt128(random.next() | 1), net = Int128(Int64(truncatingIfNeeded: random.next()) >> 2)
                table.set(tick, net: net, gross: gross, in: &extents[pool])
                models[pool][tick] = (net, gross)
            }
            table.repackIfSparse(&extents)
            guard round % 200 == 0 else { continue }
            for (model, extent) in zip(models, extents) {
                let sorted = model.sorted { $0.key < $1.key }
                #expect(extent.range.map { table.indices[$0] } == sorted.map(\.key))
                #expect(extent.range.map { table.nets[$0] } == sorted.map(\.value.0))
                #expect(extent.range.map { table.grosses[$0] } == sorted.map(\.value.1))
            }
        }
        // 40 pools of at most 121 ticks, doubling, at most half abandoned plus the threshold.
        #expect(table.indices.count < 40 * 256 * 2 + 4_096)
    }
}
