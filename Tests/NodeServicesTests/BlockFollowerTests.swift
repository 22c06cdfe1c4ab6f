import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import NodeServices

@Suite struct BlockFollowerTests {
    let depth: UInt64 = 8

    private func follower(_ chain: ScriptedChain, _ sink: RecordingSink) -> BlockFollower {
        BlockFollower(reader: chain, sink: sink, reorgDepth: depth, startBlock: 0, rangeMax: 3)
    }

    /// The logs of exactly the canonical blocks from genesis to `head` were applied, each once.
    private func expectExact(
        _ sink: RecordingSink, _ chain: ScriptedChain, sourceLocation: SourceLocation = #_sourceLocation
    )
        async throws
    {
        let head = try await chain.latestHeader()
        var expected: [Hash32] = []
        for number in 0...head.number { expected.append(try await chain.header(number: number)!.hash) }
        #expect(await sink.seen == expected, sourceLocation: sourceLocation)
        #expect(await sink.tip()?.hash == head.hash, sourceLocation: sourceLocation)
    }

    @Test func theFirstSyncReadsOldBlocksInRangesAndTheLastOnesByHash() async throws {
        let chain = ScriptedChain(), sink = RecordingSink(depth: Int(depth))
        var name = "g"
        for number in 1...30 {
            name = await {
                await chain.add("b\(number)", on: number == 1 ? "g" : "b\(number - 1)")
                return "b\(number)"
            }()
        }
        let done = try await follower(chain, sink).advance(to: chain.latestHeader())
        #expect(name == "b30" && done.applied == 31 && done.undone == 0)
        #expect(await chain.logQueries.count == Int(depth))
        try await expectExact(sink, chain)
    }

    @Test func aMissedHeadIsFetched() async throws {
        let chain = ScriptedChain(), sink = RecordingSink(depth: Int(depth))
        let follower = follower(chain, sink)
        _ = try await follower.advance(to: chain.add("a1", on: "g"))
        await chain.add("a2", on: "a1")
        let done = try await follower.advance(to: chain.add("a3", on: "a2"))
        #expect(done == Advance(applied: 2, undone: 0, backFilled: 1))
        try await expectExact(sink, chain)
    }

    @Test func aReorgIsUndoneToTheCommonAncestor() async throws {
        let chain = ScriptedChain(), sink = RecordingSink(depth: Int(depth))
        let follower = follower(chain, sink)
        for (name, parent) in [("a1", "g"), ("a2", "a1"), ("a3", "a2"), ("a4", "a3")] {
            _ = try await follower.advance(to: chain.add(name, on: parent))
        }
        for (name, parent) in [("b2", "a1"), ("b3", "b2"), ("b4", "b3"), ("b5", "b4")] {
            await chain.add(name, on: parent)
        }
        let done = try await follower.advance(to: chain.latestHeader())
        #expect(done == Advance(applied: 4, undone: 3, backFilled: 3))
        try await expectExact(sink, chain)
    }

    @Test func anOldHeadAnnouncedAgainChangesNothing() async throws {
        let chain = ScriptedChain(), sink = RecordingSink(depth: Int(depth))
        let follower = follower(chain, sink)
        let first = await chain.add("a1", on: "g")
        _ = try await follower.advance(to: first)
        _ = try await follower.advance(to: chain.add("a2", on: "a1"))
        #expect(try await follower.advance(to: first) == Advance())
        try await expectExact(sink, chain)
    }

    @Test func aReorgDeeperThanTheJournalIsRefused() async throws {
        let chain = ScriptedChain(), sink = RecordingSink(depth: Int(depth))
        let follower = follower(chain, sink)
        for number in 1...20 { await chain.add("a\(number)", on: number == 1 ? "g" : "a\(number - 1)") }
        _ = try await follower.advance(to: chain.latestHeader())
        for number in 5...21 { await chain.add("b\(number)", on: number == 5 ? "a4" : "b\(number - 1)") }
        await #expect(throws: FollowError.self) { try await follower.advance(to: chain.latestHeader()) }
    }

    @Test func anyWalkOfHeadsGapsAndReorgsEndsAtTheCanonicalChain() async throws {
        var generator = SeededGenerator()
        for round in 0..<40 {
            let chain = ScriptedChain(), sink = RecordingSink(depth: Int(depth))
            let follower = follower(chain, sink)
            var path = ["g"]
            for step in 0..<60 {
                if generator.next() % 5 == 0 {
                    let back = Int(generator.next() % 5)
                    path.removeLast(min(back, path.count - 1))
                }
                let name = "r\(round)s\(step)"
                await chain.add(name, on: path.last!)  // never empty
                path.append(name)
                if generator.next() % 3 != 0 { _ = try await follower.advance(to: chain.latestHeader()) }
            }
            _ = try await follower.advance(to: chain.latestHeader())
            try await expectExact(sink, chain)
        }
    }
}
