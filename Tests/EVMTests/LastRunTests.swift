import EVMCodec
import EVMTypes
import Testing

@testable import EVM

@Suite struct LastRunTests {
    private let sender = address(1), target = address(2), other = address(4), store = address(5)
    private let block = BlockEnvironment(coinbase: address(3), baseFee: 50)

    /// The target reads slot 1, writes slot 2, asks for two balances, calls the store; the store writes slot 8; a call
    /// of it that fails reads slot 9.
    private func state() -> PinnedState {
        var state = PinnedState(unknown: .absent)
        state.put(sender, balance: 1_000_000_000_000_000_000, nonce: 0)
        state.put(
            target,
            code: assemble(
                1, .op(.sload), .op(.pop), 6, 2, .op(.sstore), .push(other.word), .op(.balance), .op(.pop),
                .op(.coinbase), .op(.balance), .op(.pop), .push(sender.word), .op(.balance), .op(.pop),
                0, 0, 0, 0, 1, .op(.gas), .op(.staticcall), .op(.pop),
                0, 0, 0, 0, 0, .push(store.word), .op(.gas), .op(.call), .op(.pop),
                0, 0, 1, 0, 0, .push(store.word), .op(.gas), .op(.call), .op(.pop)), slots: [1: 11, 2: 22])
        state.put(
            store,
            code: assemble(
                .op(.calldatasize), .raw([Opcode.push1.rawValue, 10]), .op(.jumpi), 4, 8, .op(.sstore), .op(.stop))
                + assemble(.op(.jumpdest), 9, .op(.sload), 0, 0, .op(.revert)), slots: [8: 3, 9: 4])
        return state
    }

    @Test func `the access list is what was touched and not warm before`() throws {
        let state = state()
        var machine = Machine(rules: .ethereum(.osaka))
        var transaction = call(target)
        let plain = try #require(machine.execute(transaction, from: sender, in: block, on: state).outcome)
        #expect(plain.isSuccess)
        let list = machine.accessList(of: transaction, from: sender)
        #expect(
            list == [
                AccessListEntry(address: target, storageKeys: [Hash32(U256(1)), Hash32(U256(2))]),
                AccessListEntry(address: other, storageKeys: []),
                AccessListEntry(address: store, storageKeys: [Hash32(U256(8))]),
            ])
        // Declared, it changes what is charged by exactly its price, and gives the same list.
        transaction.accessList = list
        machine.overlay.removeAll()
        let declared = try #require(machine.execute(transaction, from: sender, in: block, on: state).outcome)
        let entries = 3 * 2_400 + 3 * 1_900, saved = 2 * 2_500 + (2_000 + 2_100 + 2_100)
        #expect(
            Int(declared.gasUsed) + Int(declared.gasRefunded) == Int(plain.gasUsed) + Int(plain.gasRefunded) + entries
                - saved)
        #expect(Set(machine.accessList(of: transaction, from: sender)) == Set(list))
        // A second transaction of the overlay has a list of its own.
        let next = call(other, nonce: 1)
        #expect(machine.execute(next, from: sender, in: block, on: state).outcome != nil)
        #expect(machine.accessList(of: next, from: sender) == [])
        #expect(machine.accessList(of: next, from: address(99)).map(\.address) == [sender])
    }

    @Test func `changes are those of the last transaction`() throws {
        var state = state()
        var machine = Machine(rules: .ethereum(.osaka))
        #expect(machine.execute(call(other, value: 5), from: sender, in: block, on: state).outcome != nil)
        let first = machine.overlay.lastChanges()
        #expect(first.map(\.address).sorted() == [sender, address(3), other].sorted())
        #expect(first.first { $0.address == other }?.before == nil)
        // Its own changes are those of the same transaction on a state that has the first.
        let second = call(target, nonce: 1)
        #expect(machine.execute(second, from: sender, in: block, on: state).outcome != nil)
        let own = machine.overlay.lastChanges()
        var copy = state.copy()
        var alone = Machine(rules: .ethereum(.osaka))
        #expect(alone.execute(call(other, value: 5), from: sender, in: block, on: copy).outcome != nil)
        alone.overlay.commit(into: &copy)
        #expect(alone.execute(second, from: sender, in: block, on: copy).outcome != nil)
        #expect(sorted(own) == sorted(alone.overlay.changes(on: copy)).map(withoutStorageFlag))
        #expect(own.first { $0.address == store }?.storage == [SlotChange(key: 8, before: 3, after: 4)])
        // A refused one changes nothing.
        #expect(machine.execute(second, from: sender, in: block, on: state).outcome == nil)
        #expect(machine.overlay.lastChanges().isEmpty && machine.accessList(of: second, from: sender).isEmpty)
        machine.overlay.commit(into: &state)
        #expect(machine.overlay.lastChanges().isEmpty)
    }

    private func withoutStorageFlag(_ change: AccountChange) -> AccountChange {
        var change = change
        change.before?.hasStorage = false
        change.after?.hasStorage = false
        return change
    }

    @Test func `created and destroyed contracts are named`() throws {
        // Creates a contract whose code, or init code, destroys itself; the target's input says which.
        let mortal = assemble(0, .op(.selfdestruct))
        let living = deployer(assemble(.op(.stop)))
        func creator(_ initCode: [UInt8]) -> [UInt8] {
            assemble(
                .raw([Opcode.push1.rawValue + UInt8(initCode.count) - 1] + initCode), 0, .op(.mstore),
                .push(U256(initCode.count)), .push(U256(32 - initCode.count)), 0, .op(.create), 0, .op(.mstore), 32, 0,
                .op(.return))
        }
        var state = state()
        state.put(address(20), code: creator(living))
        state.put(address(21), code: creator(mortal))
        state.put(address(22), code: mortal, slots: [1: 1])
        state.put(
            address(23), code: assemble(0, 0, 0, 0, 0, .push(address(20).word), .op(.gas), .op(.call), .op(.invalid)))
        for fork in [Hardfork.shanghai, .osaka] {
            var machine = Machine(rules: .ethereum(fork))
            var nonce: UInt64 = 0
            func run(_ to: Address?, _ data: [UInt8] = []) throws -> (Address, [Address], [Address]) {
                let result = machine.execute(call(to, data, nonce: nonce), from: sender, in: block, on: state)
                nonce += 1
                #expect(result.outcome != nil)
                let output = machine.output
                let made = output.count == 32 ? Address(bytes: output[12...]) : result.outcome?.created ?? to
                return (try #require(made), machine.overlay.lastCreated, machine.overlay.lastDestroyed)
            }
            let living1 = try run(address(20))
            #expect(living1.1 == [living1.0] && living1.2 == [])
            let mortal1 = try run(address(21))
            #expect(mortal1.1 == [] && mortal1.2 == [mortal1.0])
            let old = try run(address(22))
            #expect(old.1 == [] && old.2 == (fork == .shanghai ? [address(22)] : [Address]()))
            let top = try run(nil, living)
            #expect(top.1 == [top.0] && top.2 == [])
            let failed = try run(address(23))
            #expect(failed.1 == [] && failed.2 == [])
        }
    }
}
