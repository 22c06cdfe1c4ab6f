import EVMCodec
import EVMTypes

/// What keeps the state that blocks change. `MarketKeeper` is the real one; tests use a recording one.
protocol BlockSink: Sendable {
    /// The block the state stands at; nil before the first.
    func tip() async -> BlockPoint?
    /// The hash of an applied block that can still be undone (or is the tip); nil for every other height.
    func appliedHash(at number: UInt64) async -> Hash32?
    /// Applies the tip's child. `isNewest` is false for blocks that others follow at once: nothing is planned on them.
    func apply(_ header: BlockHeader, logs: [Log], isNewest: Bool) async throws
    /// Applies a range of old blocks at once. They cannot be undone.
    func applyRange(_ logs: [Log], through header: BlockHeader) async throws
    /// Takes back every block after `point`, which is applied and undoable.
    func undo(to point: BlockPoint) async throws
}

/// A block as a place in the chain.
struct BlockPoint: Hashable, Sendable {
    var number: UInt64
    var hash: Hash32
}

/// What one `advance` did.
struct Advance: Equatable, Sendable {
    /// Blocks applied, those of a new branch included.
    var applied: UInt64 = 0
    /// Blocks taken back.
    var undone: UInt64 = 0
    /// Blocks that no head had announced and that were fetched.
    var backFilled: UInt64 = 0
}

/// Why the state cannot follow the chain.
enum FollowError: Error, Equatable, CustomStringConvertible {
    /// The chain was replaced deeper than the undo journal reaches.
    case reorgTooDeep(depth: UInt64, limit: UInt64)
    /// A peer named a block that it then did not have.
    case blockMissing(String)

    var description: String {
        switch self {
        case .reorgTooDeep(let depth, let limit):
            "the chain was reorganised \(depth) blocks or more back, the undo journal holds \(limit): "
                + "remove the folder pools in the data folder and start again to rebuild it"
        case .blockMissing(let name): "the peer does not have block \(name) that it announced"
        }
    }
}

/// Brings a state from its tip to a given head: next block, gap, or reorg, always by parent hash.
///
/// A missed head is a gap and repairs itself here: whatever head is given, every block between is fetched and applied.
/// Logs are always asked for by block hash (recent blocks) so that a set of logs never mixes two branches.
struct BlockFollower: Sendable {
    let reader: any ChainReading
    let sink: any BlockSink
    /// Blocks that can be undone; older ones are applied in ranges.
    let reorgDepth: UInt64
    /// First block with anything of interest in it.
    let startBlock: UInt64
    /// Blocks in one range of old blocks.
    var rangeMax: UInt64 = 2_000
    /// Called after each range of the first sync: the block reached, and the head it runs to.
    var progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }

    /// Applies everything up to `head`. Does nothing when the state is there already.
    func advance(to head: BlockHeader) async throws -> Advance {
        var done = Advance()
        if let tip = await sink.tip() {
            // An applied block announced again, by a lagging or a second peer, is no news.
            if await sink.appliedHash(at: head.number) == head.hash { return done }
            if head.parentHash == tip.hash, head.number == tip.number + 1 {
                try await sink.apply(head, logs: reader.logs(of: head.hash), isNewest: true)
                done.applied = 1
                return done
            }
        }
        try await catchUpOldBlocks(to: head, &done)
        try await switchBranch(to: head, &done)
        return done
    }

    /// Applies in ranges what lies deeper than the undo journal will reach below `head`.
    private func catchUpOldBlocks(to head: BlockHeader, _ done: inout Advance) async throws {
        guard head.number > reorgDepth else {
            if await sink.tip() == nil { try await begin(below: head) }
            return
        }
        let target = head.number - reorgDepth
        let tip = await sink.tip()
        guard tip.map({ $0.number < target }) ?? true else { return }
        if let tip { try await leaveOrphanedTip(tip, &done) }
        var next = await sink.tip().map { $0.number + 1 } ?? min(startBlock, target)
        while next <= target {
            let last = min(target, next + rangeMax - 1)
            guard let header = try await reader.header(number: last) else { throw FollowError.blockMissing("\(last)") }
            try await sink.applyRange(reader.logs(from: next, through: last), through: header)
            done.applied += last - next + 1
            done.backFilled += last - next + 1
            progress(last, head.number)
            next = last + 1
        }
    }

    /// A chain that is shorter than the journal: starts at its first block.
    private func begin(below head: BlockHeader) async throws {
        guard let genesis = try await reader.header(number: 0) else { throw FollowError.blockMissing("0") }
        if head.number > 0 { try await sink.applyRange(reader.logs(from: 0, through: 0), through: genesis) }
    }

    /// After a long absence: steps back to the newest applied block that is still canonical.
    private func leaveOrphanedTip(_ tip: BlockPoint, _ done: inout Advance) async throws {
        var number = tip.number
        while true {
            guard let applied = await sink.appliedHash(at: number) else {
                throw FollowError.reorgTooDeep(depth: tip.number - number + 1, limit: reorgDepth)
            }
            if try await reader.header(number: number)?.hash == applied {
                if number < tip.number { try await sink.undo(to: BlockPoint(number: number, hash: applied)) }
                done.undone += tip.number - number
                return
            }
            guard number > 0 else { throw FollowError.reorgTooDeep(depth: tip.number + 1, limit: reorgDepth) }
            number -= 1
        }
    }

    /// Walks back from `head` by parent hash to an applied block, takes back what is on another branch, applies the
    /// new one.
    private func switchBranch(to head: BlockHeader, _ done: inout Advance) async throws {
        guard let tip = await sink.tip() else {
            try await sink.applyRange(reader.logs(of: head.hash), through: head)
            done.applied += 1
            return
        }
        if tip.hash == head.hash { return }
        var branch = [head]
        while let oldest = branch.last {
            guard oldest.number > 0 else { throw FollowError.reorgTooDeep(depth: tip.number + 1, limit: reorgDepth) }
            if await sink.appliedHash(at: oldest.number - 1) == oldest.parentHash { break }
            let isTooDeep = oldest.number + reorgDepth <= tip.number || UInt64(branch.count) > 2 * reorgDepth + 2
            if isTooDeep { throw FollowError.reorgTooDeep(depth: tip.number - oldest.number + 1, limit: reorgDepth) }
            guard let parent = try await reader.header(hash: oldest.parentHash) else {
                throw FollowError.blockMissing(oldest.parentHash.hex)
            }
            branch.append(parent)
        }
        guard let oldest = branch.last else { return }
        let ancestor = BlockPoint(number: oldest.number - 1, hash: oldest.parentHash)
        if ancestor.number < tip.number {
            try await sink.undo(to: ancestor)
            done.undone += tip.number - ancestor.number
        }
        for header in branch.reversed() {
            let isNewest = header.hash == head.hash
            try await sink.apply(header, logs: reader.logs(of: header.hash), isNewest: isNewest)
            done.applied += 1
            if !isNewest { done.backFilled += 1 }
        }
    }
}
