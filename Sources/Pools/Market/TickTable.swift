/// The initialised ticks of all V3 pools, in three flat columns.
///
/// Each pool owns one range of the columns, its ticks ascending; a range that is full moves to the end with twice the
/// room, and the table is repacked when more than half of it is abandoned. Reading costs a binary search, no pointer
/// chase.
public struct TickTable: Sendable {
    /// Where one pool's ticks lie.
    @frozen
    public struct Extent: Hashable, Sendable {
        @usableFromInline var start: Int32 = 0
        @usableFromInline var count: Int32 = 0
        var capacity: Int32 = 0

        init() {}
        /// Positions of the pool's ticks in the columns.
        @inlinable public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    /// Tick indices; valid only within an extent's range.
    public private(set) var indices: [Int32] = []
    /// liquidityNet: what is added to the liquidity when the tick is crossed upwards.
    public private(set) var nets: [Int128] = []
    /// liquidityGross: what all positions with an end here add up to; never zero.
    public private(set) var grosses: [UInt128] = []
    private var abandoned = 0

    /// The most cells the columns may have, so that `Int32` offsets suffice.
    static let cellLimit = Int(Int32.max)

    init() {}

    /// The first position in the extent whose tick is at least `tick`.
    func position(of tick: Int32, in extent: Extent) -> Int {
        var low = Int(extent.start), high = Int(extent.start) + Int(extent.count)
        while low < high {
            let middle = (low + high) / 2
            if indices[middle] < tick { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The position of exactly `tick`, or nil.
    func find(_ tick: Int32, in extent: Extent) -> Int? {
        let position = position(of: tick, in: extent)
        return position < extent.range.upperBound && indices[position] == tick ? position : nil
    }

    /// Writes both liquidities of a tick, adding it when new and dropping it when `gross` is zero. Amortised O(ticks).
    mutating func set(_ tick: Int32, net: Int128, gross: UInt128, in extent: inout Extent) {
        let position = position(of: tick, in: extent)
        let exists = position < extent.range.upperBound && indices[position] == tick
        if gross == 0 {
            if exists { remove(at: position, in: &extent) }
        } else if exists {
            nets[position] = net
            grosses[position] = gross
        } else {
            insert(tick, net, gross, at: position - Int(extent.start), in: &extent)
        }
    }

    private mutating func remove(at position: Int, in extent: inout Extent) {
        for index in position..<extent.range.upperBound - 1 {
            indices[index] = indices[index + 1]
            nets[index] = nets[index + 1]
            grosses[index] = grosses[index + 1]
        }
        extent.count -= 1
    }

    private mutating func insert(
        _ tick: Int32, _ net: Int128, _ gross: UInt128, at offset: Int, in extent: inout Extent
    ) {
        if extent.count == extent.capacity { grow(&extent) }
        let position = Int(extent.start) + offset
        var index = extent.range.upperBound
        while index > position {
            indices[index] = indices[index - 1]
            nets[index] = nets[index - 1]
            grosses[index] = grosses[index - 1]
            index -= 1
        }
        indices[position] = tick
        nets[position] = net
        grosses[position] = gross
        extent.count += 1
    }

    private mutating func grow(_ extent: inout Extent) {
        let capacity = max(8, extent.capacity * 2)
        let old = extent
        precondition(indices.count + Int(capacity) <= Self.cellLimit, "more ticks than the table can number")
        extent.start = Int32(indices.count)
        extent.capacity = capacity
        for index in old.range {
            indices.append(indices[index])
            nets.append(nets[index])
            grosses.append(grosses[index])
        }
        let room = Int(capacity) - Int(old.count)
        indices.append(contentsOf: repeatElement(0, count: room))
        nets.append(contentsOf: repeatElement(0, count: room))
        grosses.append(contentsOf: repeatElement(0, count: room))
        abandoned += Int(old.capacity)
    }

    /// Gives an extent's cells up.
    mutating func clear(_ extent: inout Extent) {
        abandoned += Int(extent.capacity)
        extent = Extent()
    }

    /// Repacks the columns when more than half of them, and at least 4,096 cells, are abandoned.
    mutating func repackIfSparse(_ extents: inout [Extent]) {
        guard abandoned >= 4_096, abandoned > indices.count / 2 else { return }
        var packed = TickTable()
        for pool in extents.indices where extents[pool].capacity > 0 {
            let old = extents[pool]
            let room = Int(old.capacity) - Int(old.count)
            extents[pool].start = Int32(packed.indices.count)
            packed.indices += indices[old.range]
            packed.nets += nets[old.range]
            packed.grosses += grosses[old.range]
            packed.indices.append(contentsOf: repeatElement(0, count: room))
            packed.nets.append(contentsOf: repeatElement(0, count: room))
            packed.grosses.append(contentsOf: repeatElement(0, count: room))
        }
        self = packed
    }
}
