import EVMCodec
import EVMTypes
import PoolStore
import Pools

/// Where an unfinished sync stands; stored with every step, gone when the sync is done.
struct SyncMark: Hashable {
    /// Key in the store's area for other bookkeeping.
    static let key = "sync"

    /// The next block whose factory logs are wanted.
    var next: UInt64
    /// The block whose state is read; nil before it was chosen.
    var target: BlockRef?
    /// State read at an older block than this does not count.
    var floor: UInt64 = 0
    /// Announced pools of each exchange that were not taken.
    var refused: [UInt16: Int] = [:]

    init(next: UInt64) { self.next = next }

    var write: MetaWrite { MetaWrite(key: Self.key, value: Array(json.text.utf8)) }

    private var json: JSON {
        var members: JSONObject = ["next": .integer(next), "floor": .integer(floor)]
        if let target {
            members["target"] = [.integer(target.number), .hash(target.hash), .hash(target.parentHash)]
        }
        members["refused"] = .array(refused.sorted { $0.key < $1.key }.map { [.integer($0.key), .integer($0.value)] })
        return .object(members)
    }

    /// Reads a stored mark; nil when it is no such thing.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes), let next = json["next"]?.uint64, let floor = json["floor"]?.uint64
        else { return nil }
        self.next = next
        self.floor = floor
        if let target = json["target"] {
            guard let number = target[0]?.uint64, let hash = target[1]?.hash32, let parent = target[2]?.hash32 else {
                return nil
            }
            self.target = BlockRef(number: number, hash: hash, parentHash: parent)
        }
        for row in json["refused"]?.array ?? [] {
            guard let dex = row[0]?.int.flatMap({ UInt16(exactly: $0) }), let count = row[1]?.int else { return nil }
            refused[dex] = count
        }
    }
}
