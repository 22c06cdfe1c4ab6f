import EVM
import EVMCodec
import EVMTypes
import ForkState
import NodeClient
import Synchronization
import TestSupport
import Testing

@Suite struct AnswerTests {
    /// Whatever the node can do, a state filled with the answers to everything has the node's own state root.
    @Test(arguments: [
        (true, true, false), (false, true, false), (true, false, false), (false, false, false), (true, true, true),
        (true, false, true),
    ])
    func answersAreTheNodesState(hasProofs: Bool, readsByHash: Bool, verifies: Bool) async throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<15 {
            let isPrague = Bool.random(using: &random)
            let world = FakeNode.World.random(&random, isPrague: isPrague)
            let node = FakeNode(world)
            node.behave {
                $0.hasProofs = hasProofs
                $0.readsByHash = readsByHash
            }
            var options = ForkOptions()
            options.verifies = verifies
            let fork = try await ForkSource(node, label: "fake", options: options).pin(.latest)
            #expect(fork.hash == node.head.hash && fork.header == node.head && fork.block.isHashProven)
            var state = PinnedState(unknown: .asked)
            let answers = try await fork.answers(for: world.allNeeds)
            for need in world.allNeeds { #expect(answers.answers(need)) }
            answers.fill(&state)
            #expect(state.stateRoot() == world.headers.last!.stateRoot)
            for (address, account) in world.accounts {
                let held = (state.account(address) ?? nil)
                #expect(held?.codeHash == account.codeHash)
                if hasProofs { #expect(held == account) }
                #expect(state.code(account.codeHash) == world.codes[account.codeHash] ?? [])
            }
            for header in world.headers.dropLast() { #expect(state.blockHash(header.number) == header.hash) }
            // What is not there is known not to be there.
            let stranger = Address(high: 1, low: 2)
            let none = try await fork.answers(for: [.account(stranger), .slot(stranger, 5)])
            #expect(none.accounts[stranger] == StateAnswers.Account(nil, isStorageEmpty: hasProofs))
            #expect(none.slots[SlotKey(stranger, 5)] ?? .zero == .zero)
        }
    }

    @Test func oneRoundIsOneBatchAndNothingIsAskedTwice() async throws {
        var random = SeededGenerator(seed: 12)
        let world = FakeNode.World.random(&random)
        let node = FakeNode(world)
        let source = ForkSource(node, label: "fake")
        let fork = try await source.pin(.number(node.head.number))
        let before = node.log.withLock { $0.batches.count }
        _ = try await fork.answers(for: world.allNeeds + world.allNeeds)
        #expect(node.log.withLock { $0.batches.count } == before + 1)
        #expect(node.count("eth_getProof") == world.accounts.count)
        #expect(node.count("eth_getStorageAt") == world.slots.count)
        let calls = node.calls
        _ = try await fork.answers(for: world.allNeeds)
        #expect(node.calls == calls)
        #expect(fork.held(world.allNeeds).slots == world.slots)
        #expect(source.report.calls == UInt64(node.calls) && source.report.memoryHits > 0)
        #expect(source.report.bytesIn > 10_000 && source.report.bytesOut > 1_000)
    }

    @Test func equalNeedsInFlightAreJoined() async throws {
        var random = SeededGenerator(seed: 13)
        let world = FakeNode.World.random(&random)
        let node = FakeNode(world)
        let source = ForkSource(node, label: "fake")
        let fork = try await source.pin(.latest)
        node.behave { $0.delay = .milliseconds(50) }
        let calls = node.calls
        let needs = world.allNeeds
        let alone = needs.filter { if case .blockHash(let number) = $0 { number + 1 < node.head.number } else { true } }
        try await withThrowingTaskGroup(of: StateAnswers.self) { group in
            for _ in 0..<20 { group.addTask { try await fork.answers(for: needs) } }
            for try await answers in group { #expect(answers.slots == world.slots) }
        }
        // An account is one proof and one code, everything else one request.
        #expect(node.calls - calls == alone.count + world.accounts.count)
        #expect(source.report.joined == UInt64(19 * alone.count))
    }

    @Test func aCodeThatIsHeldIsNotAskedForAtTheNextBlock() async throws {
        var random = SeededGenerator(seed: 14)
        var world = FakeNode.World.random(&random)
        let node = FakeNode(world)
        let source = ForkSource(node, label: "fake")
        let needs = world.accounts.keys.map { StateNeed.account($0) }
        _ = try await source.pin(.latest).answers(for: needs)
        world.seal(13, true)
        let next = world
        node.world.withLock { $0 = next }
        let codes = node.count("eth_getCode")
        let answers = try await source.pin(.latest).answers(for: needs)
        #expect(node.count("eth_getCode") == codes)
        #expect(
            answers.codes.count
                == Set(world.accounts.values.map(\.codeHash)).subtracting([AccountState.emptyCodeHash]).count)
    }

    @Test func aRateLimitIsWaitedOutAndCounted() async throws {
        var random = SeededGenerator(seed: 15)
        let world = FakeNode.World.random(&random, accounts: 3)
        let node = FakeNode(world)
        let source = ForkSource(node, label: "fake")
        let fork = try await source.pin(.latest)
        node.behave { $0.rateLimits = 2 }
        let address = world.accounts.keys.first!
        #expect(try await fork.answers(for: [.account(address)]).accounts[address]?.state == world.accounts[address])
        #expect(source.report.retries == 2)
    }
}
