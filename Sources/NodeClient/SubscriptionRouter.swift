internal import EVMCodec

/// Which subscription a notification belongs to. Notifications that arrive before the subscribe answer are kept for a
/// moment.
struct SubscriptionRouter<Item: Sendable>: Sendable {
    /// A notification in arrival order.
    struct Parked: Sendable {
        var serverID: SubscriptionID
        var item: Item
    }
    private var owners: [SubscriptionID: Int] = [:]
    private var parked: [Parked] = []
    private let parkedMax: Int
    /// Notifications of unknown subscriptions that were dropped because the buffer was full.
    private(set) var dropped: UInt64 = 0

    /// - Parameter parkedMax: most notifications of unknown subscriptions that are kept, newest win.
    init(parkedMax: Int) { self.parkedMax = max(1, parkedMax) }

    /// The owner of `serverID`, or nil after parking the item.
    mutating func route(_ serverID: SubscriptionID, _ item: Item) -> Int? {
        if let owner = owners[serverID] { return owner }
        if parked.count == parkedMax {
            // A quarter goes at once, so that a flood does not shift the array for each item.
            let excess = max(1, parkedMax / 4)
            parked.removeFirst(excess)
            dropped += UInt64(excess)
        }
        parked.append(Parked(serverID: serverID, item: item))
        return nil
    }

    /// Gives `serverIDs` to `owner` and hands out what was parked for them, in arrival order.
    mutating func claim(_ serverIDs: [SubscriptionID], owner: Int) -> [Item] {
        for id in serverIDs { owners[id] = owner }
        let wanted = Set(serverIDs)
        let found = parked.filter { wanted.contains($0.serverID) }.map(\.item)
        if !found.isEmpty { parked.removeAll { wanted.contains($0.serverID) } }
        return found
    }

    /// Forgets the owner's ids; returns them.
    mutating func release(owner: Int) -> [SubscriptionID] {
        let ids = owners.filter { $0.value == owner }.map(\.key)
        for id in ids { owners[id] = nil }
        return ids
    }

    /// Forgets everything: server ids mean nothing on another connection.
    mutating func reset() {
        owners = [:]
        parked = []
    }
}
