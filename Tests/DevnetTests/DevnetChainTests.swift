import EVM
import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import Devnet

@Suite struct DevnetChainTests {
    /// Every header field of every block is what the EVM's own chain computes from the same bytes.
    @Test(arguments: [Hardfork.paris, .shanghai, .cancun, .prague, .osaka])
    func blocksAreValidForTheEVMsOwnChain(fork: Hardfork) async throws {
        let fixture = try DevnetFixture(fork: fork)
        let state = try DevnetFixture.state(try await fixture.chain.dump())
        let genesis = try #require(await fixture.chain.block(0))
        var judge = try Chain(
            head: genesis.header, state: state, schedule: .always(fork, chainID: 1337))
        var machine = Machine(rules: .ethereum(fork, chainID: 1337))
        var random = SeededGenerator(seed: 7)
        let counter = fork >= .shanghai ? try await fixture.deployCounter() : fixture.accounts[0].address
        for _ in 0..<20 { try await fixture.randomBlock(counter, &random) }
        let last = await fixture.chain.head.number
        for number in 1...last {
            let block = try #require(await fixture.chain.block(number))
            let outcome = try judge.append(block.block.encoded(), with: &machine)
            #expect(outcome.stateRoot == block.header.stateRoot)
            #expect(judge.head.hash == block.hash)
        }
        #expect(await fixture.chain.freshRoot() == fixture.chain.head.header.stateRoot)
    }

    @Test func sameInputsGiveTheSameChain() async throws {
        var hashes: [Hash32] = []
        for _ in 0..<2 {
            let fixture = try DevnetFixture()
            var random = SeededGenerator(seed: 3)
            let counter = try await fixture.deployCounter()
            for _ in 0..<10 { try await fixture.randomBlock(counter, &random) }
            try await fixture.chain.reorganise(depth: 2, newBlocks: 3)
            hashes.append(await fixture.chain.head.hash)
        }
        #expect(hashes[0] == hashes[1])
        let other = try DevnetFixture { $0.seed = 2 }
        try await other.chain.mine()
        let first = try DevnetFixture()
        try await first.chain.mine()
        #expect(await other.chain.head.hash != first.chain.head.hash)
    }

    @Test func oldBlocksKeepTheirStateAndProofs() async throws {
        let fixture = try DevnetFixture()
        let chain = fixture.chain
        var random = SeededGenerator(seed: 11)
        let counter = try await fixture.deployCounter()
        var sums: [UInt64: JSON] = [:], balances: [UInt64: JSON] = [:]
        for _ in 0..<30 {
            try await fixture.randomBlock(counter, &random)
            let number = await chain.head.number
            sums[number] = try await chain.ask("eth_call", [["to": .address(counter)], "latest"])
            balances[number] = try await chain.ask("eth_getBalance", [.address(fixture.accounts[3].address), "latest"])
        }
        for (number, sum) in sums {
            let tag = JSON.quantity(number)
            #expect(try await chain.ask("eth_call", [["to": .address(counter)], tag]) == sum)
            #expect(try await chain.ask("eth_getStorageAt", [.address(counter), "0x0", tag]) == sum)
            let address = fixture.accounts[3].address
            #expect(try await chain.ask("eth_getBalance", [.address(address), tag]) == balances[number])
            let block = try #require(await chain.block(number))
            for address in [counter, address, Address(high: 1, low: 2)] {
                let proof = try await chain.proof(of: address, slots: [.zero, 3, 99_999], at: block)
                _ = try proof.verify(stateRoot: block.header.stateRoot)
                if address == counter { #expect(JSON.hash(Hash32(proof.slots[0].value)) == sum) }
            }
        }
    }

    @Test func reorgsTakeTheStateBackAndTheTransactionsIntoThePool() async throws {
        let fixture = try DevnetFixture()
        let chain = fixture.chain
        var random = SeededGenerator(seed: 5)
        let counter = try await fixture.deployCounter()
        for _ in 0..<6 { try await fixture.randomBlock(counter, &random) }
        let old = await chain.head
        let sum = try await chain.call(to: counter, data: [])
        let made = try await chain.reorganise(depth: 3, newBlocks: 4)
        #expect(made.count == 4)
        #expect(await chain.head.number == old.number + 1)
        #expect(await chain.block(hash: old.hash) == nil)
        #expect(await chain.freshRoot() == chain.head.header.stateRoot)
        #expect(try await chain.call(to: counter, data: []) == sum)
        try await chain.reorganise(depth: 4, newBlocks: 0, dropping: true)
        #expect(await chain.freshRoot() == chain.head.header.stateRoot)
        #expect(await chain.pendingCount == 0)
        try await chain.reorganise(depth: 1_000, newBlocks: 1)
        #expect(await chain.head.number == 1)
        #expect(await chain.freshRoot() == chain.head.header.stateRoot)
    }

    @Test func snapshotsBringBackStatePoolAndEdits() async throws {
        let fixture = try DevnetFixture()
        let chain = fixture.chain
        let who = fixture.accounts[1].address
        let stranger = Address(high: 9, low: 9)
        _ = try await chain.ask("anvil_setBalance", [.address(stranger), "0x7"])
        try await chain.send(fixture.transaction(1, nonce: 0, to: stranger, value: 5))
        let id = await chain.snapshot()
        let hash = await chain.head.hash
        try await chain.mine()
        _ = try await chain.ask("anvil_setBalance", [.address(stranger), "0x63"])
        try await chain.mine()
        #expect(try await chain.balance(of: stranger) == 0x63)
        #expect(await chain.revert(to: id))
        #expect(await chain.head.hash == hash)
        #expect(try await chain.balance(of: stranger) == 7)
        #expect(try await chain.nonce(of: who) == 0)
        #expect(try await chain.pendingNonce(of: who) == 1)
        #expect(await chain.revert(to: id) == false)
        try await chain.mine()
        #expect(try await chain.balance(of: stranger) == 12)
        #expect(await chain.freshRoot() == chain.head.header.stateRoot)
    }

    @Test func dumpsLoadIntoAnotherChain() async throws {
        let fixture = try DevnetFixture()
        var random = SeededGenerator(seed: 9)
        let counter = try await fixture.deployCounter()
        for _ in 0..<5 { try await fixture.randomBlock(counter, &random) }
        let dump = try await fixture.chain.dump()
        let other = try DevnetChain(DevnetConfig())
        try await other.load(try JSON.parse(dump.bytes))
        #expect(await other.freshRoot() == fixture.chain.freshRoot())
        try await other.mine()
        #expect(await other.freshRoot() == other.head.header.stateRoot)
        await #expect(throws: DevnetError.self) { try await other.load(["format": "x"]) }
    }

    @Test func blocksBeyondTheBoundAreForgotten() async throws {
        let fixture = try DevnetFixture { $0.keepBlocks = 256 }
        for index in 0..<700 {
            if index % 50 == 0 {
                let nonce = try await fixture.chain.nonce(of: fixture.accounts[1].address)
                try await fixture.chain.send(fixture.transaction(1, nonce: nonce, to: .zero, value: 1))
            }
            try await fixture.chain.mine()
        }
        #expect(await fixture.chain.head.number == 700)
        #expect(await fixture.chain.block(1) == nil)
        #expect(await fixture.chain.block(500) != nil)
        let old = try #require(await fixture.chain.block(500))
        let proof = try await fixture.chain.proof(of: .zero, slots: [], at: old)
        _ = try proof.verify(stateRoot: old.header.stateRoot)
        try await fixture.chain.reorganise(depth: 100, newBlocks: 1)
        #expect(await fixture.chain.freshRoot() == fixture.chain.head.header.stateRoot)
    }
}
