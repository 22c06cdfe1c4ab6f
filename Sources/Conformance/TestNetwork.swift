internal import EVM
internal import EVMCodec

/// What the official block tests call a network: a fork, a fork with other blob parameters (`BPO1`), or a change from
/// one to another at timestamp 15,000 (`PragueToOsakaAtTime15k`).
enum TestNetwork {
    private static let suffix = "AtTime15k"
    private static let changeTime: UInt64 = 15_000

    static func isKnown(_ name: String) -> Bool { parts(name) != nil }

    /// The schedule of a network with the blob parameters that the case's `config` names; nil for an unknown name.
    static func schedule(_ name: String, config: JSON?) -> ForkSchedule? {
        guard let parts = parts(name) else { return nil }
        let chainID = config?["chainid"]?.quantityU64 ?? 1
        var schedule = ForkSchedule.always(
            parts.before.fork, chainID: chainID, blobs: blobs(parts.before.name, config))
        guard let after = parts.after else { return schedule }
        schedule.rows.append(.init(after.name, after.fork, .timestamp(changeTime)))
        if let parameters = blobs(after.name, config) ?? ForkSchedule.standardBlobs(after.fork) {
            schedule.blobRows.append(.init(changeTime, parameters))
        }
        return schedule
    }

    private typealias Part = (name: String, fork: Hardfork)

    private static func parts(_ name: String) -> (before: Part, after: Part?)? {
        if let fork = fork(name) { return ((name, fork), nil) }
        guard name.hasSuffix(suffix) else { return nil }
        let change = Array(name.dropLast(suffix.count))
        // "To" may be part of a name, so every place where it stands is tried.
        for at in change.indices.dropLast(2) where change[at] == "T" && change[at + 1] == "o" {
            let before = String(change[..<at]), after = String(change[(at + 2)...])
            if let first = fork(before), let second = fork(after) { return ((before, first), (after, second)) }
        }
        return nil
    }

    private static func fork(_ name: String) -> Hardfork? {
        ["BPO1", "BPO2", "BPO3", "BPO4"].contains(name) ? .osaka : TestFork.named(name)
    }

    private static func blobs(_ name: String, _ config: JSON?) -> BlobParameters? {
        (config?["blobSchedule"]?[name]).flatMap { BlobParameters($0) }
    }
}
