import EVM
import EVMCodec
import EVMTypes
import ForkState
import NodeClient
import Synchronization
import TestSupport
import Testing

@Suite struct FaultTests {
    private func node(_ seed: UInt64 = 31) -> (FakeNode, FakeNode.World, Address) {
        var random = SeededGenerator(seed: seed)
        let world = FakeNode.World.random(&random)
        return (FakeNode(world), world, world.accounts.keys.first { $0 != SystemContracts.history }!)
    }

    @Test func anUnknownBlockHasAName() async throws {
        let (node, _, _) = node()
        let source = ForkSource(node, label: "fake")
        for block in [BlockID.number(99), .hash(Hash32(U256(1))), .pending] {
            let error = await forkError { _ = try await source.pin(block) }
            #expect(error?.code == .unknownBlock && error?.isRetryable == false)
        }
    }

    @Test(arguments: [
        "missing trie node 0x12 (path ) state 0x34 is not available", "state is pruned", "state not available",
        "historical state 0xabc is not available", "distance to target block exceeds maximum proof window",
        "required historical state unavailable (reexec=128)",
    ])
    func aPrunedNodeHasAName(text: String) async throws {
        let (node, _, address) = node()
        let fork = try await ForkSource(node, label: "fake").pin(.latest)
        node.behave { $0.refusal = text }
        let error = await forkError { _ = try await fork.answers(for: [.account(address)]) }
        #expect(error?.code == .prunedState && error?.fault == .peer)
        #expect(error?.description.contains("archive node") == true)
    }

    @Test(arguments: ["eth_getBalance", "eth_getTransactionCount", "eth_getCode", "eth_getStorageAt", "eth_getProof"])
    func nonsenseHasAName(method: String) async throws {
        let (node, world, address) = node()
        let nonsense: [JSON] = [
            .null, .bool(true), "", "0x", "0xzz", "12", [], .object([:]), "0x12345678g",
            .string("0x" + String(repeating: "f", count: 65)), .number("5"),
        ]
        for answer in nonsense {
            // An empty code is no nonsense.
            if method == "eth_getCode", answer == "0x" { continue }
            let fork = try await ForkSource(node, label: "fake").pin(.latest)
            node.behave { behaviour in
                behaviour.hasProofs = method == "eth_getProof"
                behaviour.tamper = { asked, _, truth in asked == method ? answer : truth }
            }
            let key = world.slots.keys.first { $0.address == address } ?? SlotKey(address, 3)
            let error = await forkError {
                _ = try await fork.answers(for: [.account(address), .slot(key.address, key.slot)])
            }
            node.behave { $0.tamper = nil }
            let isFine = answer.quantityU256 != nil && method != "eth_getProof" && method != "eth_getCode"
            if isFine || method == "eth_getStorageAt" && error == nil && key.slot == 3 { continue }
            #expect(error?.code == .badAnswer, "\(method) \(answer)")
        }
    }

    @Test func aCodeThatIsTooLongIsNoCode() async throws {
        let (node, _, address) = node()
        let fork = try await ForkSource(node, label: "fake").pin(.latest)
        node.behave { behaviour in
            behaviour.tamper = { method, _, truth in
                method == "eth_getCode" ? .hex([UInt8](repeating: 1, count: 1 << 18 + 1)) : truth
            }
        }
        let error = await forkError { _ = try await fork.answers(for: [.account(address)]) }
        #expect(error?.code == .badAnswer)
    }

    @Test func aDeadPeerHasAName() async throws {
        let (node, _, address) = node()
        var options = ForkOptions()
        options.retriesMax = 1
        let source = ForkSource(node, label: "fake", options: options)
        let fork = try await source.pin(.latest)
        node.behave { $0.isDead = true }
        for body in [
            { _ = try await source.pin(.latest) }, { _ = try await fork.answers(for: [.account(address)]) },
        ] as [() async throws -> Void] {
            let error = await forkError(body)
            #expect(error?.code == .peerFailed && error?.isRetryable == true && error?.fault == .peer)
        }
        // And it goes on when the peer is back.
        node.behave { $0.isDead = false }
        #expect(try await fork.answers(for: [.account(address)]).accounts.count == 1)
    }

    @Test func aReorgUnderANodeThatReadsByNumberHasAName() async throws {
        let (node, world, address) = node()
        node.behave { $0.readsByHash = false }
        let fork = try await ForkSource(node, label: "fake").pin(.latest)
        var other = world
        other.headers[other.headers.count - 1].timestamp += 1
        let changed = other
        node.world.withLock { $0 = changed }
        let error = await forkError { _ = try await fork.answers(for: [.account(address)]) }
        #expect(error?.code == .reorged)
    }

    @Test func theBudgetIsABound() async throws {
        let (node, world, _) = node()
        var options = ForkOptions()
        options.callsMax = 10
        let source = ForkSource(node, label: "fake", options: options)
        let fork = try await source.pin(.latest)
        let error = await forkError { _ = try await fork.answers(for: world.allNeeds) }
        #expect(error?.code == .budgetSpent && source.report.calls == 1 && node.calls == 1)
        options.callsMax = nil
        options.bytesMax = 3_000
        let small = ForkSource(node, label: "fake", options: options)
        let second = await forkError {
            for address in world.accounts.keys { _ = try await small.pin(.latest).answers(for: [.account(address)]) }
        }
        #expect(second?.code == .budgetSpent)
    }

    @Test func hashesOfBlocksThatAreNotBeforeAreRefused() async throws {
        let (node, _, _) = node()
        let fork = try await ForkSource(node, label: "fake").pin(.latest)
        let error = await forkError { _ = try await fork.answers(for: [.blockHash(fork.number + 1)]) }
        #expect(error?.code == .blockOutOfRange)
        #expect(try await fork.answers(for: [.blockHash(fork.number)]).blockHashes == [fork.number: fork.hash])
    }
}
