import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import ForkState
import NodeClient
import Synchronization
import TestSupport
import Testing

@Suite struct RunnerTests {
    /// SLOADs of keys 0 to 9, BLOCKHASH of one block, BALANCE of the coinbase, all added and returned.
    private static let reader: [UInt8] = {
        var code: [UInt8] = [0x5f]
        for key in UInt8(0)..<10 { code += [0x60, key, 0x54, 0x01] }
        return code + [0x60, 5, 0x40, 0x01, 0x41, 0x31, 0x01, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]
    }()
    private static let contract = Address(high: 0xaa, low: 1), sender = Address(high: 0xbb, low: 2)

    private func world() -> FakeNode.World {
        var random = SeededGenerator(seed: 51)
        var world = FakeNode.World.random(&random, accounts: 5)
        let hash = Keccak256.hash(Self.reader)
        world.codes[hash] = Self.reader
        world.accounts[Self.contract] = AccountState(nonce: 1, codeHash: hash, hasStorage: true)
        world.accounts[Self.sender] = AccountState(balance: U256(UInt64.max))
        for key in UInt64(0)..<7 { world.slots[SlotKey(Self.contract, U256(key))] = U256(key * 1_000 + 1) }
        world.headers.removeLast()
        world.seal(12, true)
        return world
    }

    private static let transaction = Transaction(
        kind: .dynamicFee, chainID: 1_337, nonce: 0, gasLimit: 200_000, to: contract, maxFeePerGas: 100)

    @Test(arguments: [false, true]) func aRunOnAForkIsTheRunOnTheWholeState(verifies: Bool) async throws {
        let world = world()
        let rules = BlockRules(chainID: 1_337)
        let header = try rules.next(after: world.headers.last!)
        let environment = try rules.environment(header)
        let execution = try rules.execution(header)
        #expect(execution.fork == .prague)

        var whole = PinnedState(unknown: .absent)
        for code in world.codes.values { whole.setCode(code) }
        for (address, account) in world.accounts { whole.setAccount(address, account) }
        for (key, value) in world.slots { whole.setStorage(key.address, key.slot, value) }
        for header in world.headers { whole.setBlockHash(header.number, header.hash) }
        var machine = Machine(rules: execution)
        let expected = machine.execute(Self.transaction, from: Self.sender, in: environment, on: whole)
        guard case .executed(let outcome) = expected else {
            Issue.record("\(expected)")
            return
        }
        #expect(outcome.isSuccess)
        let output = machine.output

        var options = ForkOptions()
        options.verifies = verifies
        let source = ForkSource(FakeNode(world), label: "fake", options: options)
        let runner = ForkRunner(try await source.pin(.latest), rules: execution)
        let body: @Sendable (inout Machine, inout PinnedState) -> Attempt<ExecutionResult> = { machine, state in
            machine.overlay.removeAll()
            return Attempt(machine.execute(Self.transaction, from: Self.sender, in: environment, on: state))
        }
        #expect(try await runner.run(body) == expected)
        #expect(await runner.with { machine, _ in machine.output } == output)
        #expect(await runner.lastRounds > 0)
        // Warm: one attempt, no wait, no call.
        let calls = source.report.calls
        #expect(await runner.runHeld(body) == expected)
        #expect(try await runner.run(body) == expected)
        #expect(await runner.lastRounds == 0)
        #expect(source.report.calls == calls)
        print("run: \(source.report)")
    }

    /// Slots come in one batch where the node or an earlier run can name them, and one by one where not.
    @Test(arguments: [(false, false), (true, false), (false, true)])
    func needsAreLearnedInOneRoundTrip(hasAccessLists: Bool, hasTracer: Bool) async throws {
        let world = world()
        let node = FakeNode(world)
        node.behave {
            $0.hasAccessLists = hasAccessLists
            $0.hasTracer = hasTracer
        }
        let folder = CacheFolder()
        let cache = StateCache(folder: folder.path)
        let rules = BlockRules(chainID: 1_337)
        let environment = try rules.environment(try rules.next(after: world.headers.last!))
        let source = ForkSource(node, label: "fake", cache: cache)
        var transaction = Self.transaction
        transaction.data = [1, 2, 3, 4, 5]
        let item = BundleTransaction(transaction, from: Self.sender)
        var rounds: [Int] = []
        for number in UInt64(13)...15 {
            let runner = ForkRunner(try await source.pin(.latest), rules: .ethereum(.prague, chainID: 1_337))
            let result = try await runner.execute(item, in: environment)
            guard case .executed(let outcome) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(outcome.isSuccess)
            rounds.append(await runner.lastRounds)
            var next = world
            next.headers[next.headers.count - 1].timestamp += number
            let sealed = next
            node.world.withLock { $0 = sealed }
        }
        // BLOCKHASH is in no access list.
        #expect(rounds[1...].allSatisfy { $0 <= 1 })
        #expect(hasAccessLists || hasTracer ? rounds[0] <= 1 : rounds[0] > 10)
        #expect(node.count("eth_createAccessList") == 1 && node.count("debug_traceCall") == (hasAccessLists ? 0 : 1))
        // A new process remembers it too.
        cache.close()
        let later = ForkSource(node, label: "fake", cache: StateCache(folder: folder.path))
        let needs = try await later.pin(.latest).likelyNeeds(of: [PrefetchCall(transaction, from: Self.sender)])
        #expect(needs.count { if case .slot = $0 { true } else { false } } == 10)
        #expect(node.count("eth_createAccessList") == 1)
        print("prefetch \(hasAccessLists) \(hasTracer): rounds \(rounds), \(source.report)")
    }

    @Test func roundsAreBoundedAndMustGetFurther() async throws {
        var options = ForkOptions()
        options.roundsMax = 3
        let source = ForkSource(FakeNode(world()), label: "fake", options: options)
        let runner = ForkRunner(try await source.pin(.latest), rules: .ethereum(.prague))
        let counter = Mutex(UInt64(0))
        let tooMany = await forkError {
            let _: Int = try await runner.run { _, _ in
                counter.withLock { count in
                    count += 1
                    return .missing([.slot(Self.contract, U256(count))])
                }
            }
        }
        #expect(tooMany?.code == .tooManyRounds)
        let stuck = await forkError {
            let _: Int = try await runner.run { _, _ in .missing([.slot(Self.contract, 1)]) }
        }
        #expect(stuck?.code == .noProgress)
        let nothing = await forkError { let _: Int = try await runner.run { _, _ in .missing([]) } }
        #expect(nothing?.code == .noProgress)
    }
}
