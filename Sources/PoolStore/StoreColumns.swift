internal import Database
internal import Pools

// The store's key spaces.
extension RocksDatabase.Column {
    static let meta = Self(1, "meta")
    static let pools = Self(2, "pools")
    static let ticks = Self(3, "ticks")
    static let undo = Self(4, "undo")

    /// All but RocksDB's own.
    static let ofStore: [Self] = [.meta, .pools, .ticks, .undo]

    init(_ column: StoreColumn) {
        switch column {
        case .pools: self = .pools
        case .ticks: self = .ticks
        }
    }
}
