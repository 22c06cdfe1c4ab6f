import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import EVM

/// Contracts that store, destroy themselves, come back by CREATE2 and fail, as their input says.
private struct World: ~Copyable {
    static let sender = address(1), factory = address(2)
    static let stores = [address(5), address(6), address(7)]
    static let block = BlockEnvironment(coinbase: address(3), gasLimit: 1 << 40, baseFee: 5)

    /// No input: selfdestruct to the origin. Else slot[input 0] += input 1, and fail when input 2 is not zero.
    static let store =
        assemble(
            .op(.calldatasize), .raw([Opcode.push1.rawValue, 6]), .op(.jumpi), .op(.origin), .op(.selfdestruct),
            .op(.jumpdest), 0, .op(.calldataload), .op(.dup1), .op(.sload), 32, .op(.calldataload), .op(.add),
            .op(.dup1), 0, .op(.mstore), .op(.swap1), .op(.sstore), 32, 0, .op(.log0), 64, .op(.calldataload),
            .raw([Opcode.push1.rawValue, 38]), .op(.jumpi), 32, 0, .op(.return))
        + assemble(.op(.jumpdest), 0, 0, .op(.revert))

    /// CREATE2 of a store with input 0 as salt; returns the address.
    static let factoryCode: [UInt8] = {
        let initCode = deployer(store)
        precondition(initCode.count <= 64 && initCode.count > 32)
        let first = U256(bigEndian: Array(initCode[..<32]))
        let rest = Array(initCode[32...]) + [UInt8](repeating: 0, count: 64 - initCode.count)
        return assemble(
            .push(first), 0, .op(.mstore), .push(U256(bigEndian: rest)), 32, .op(.mstore), 0, .op(.calldataload),
            .push(U256(initCode.count)), 0, 0, .op(.create2), 0, .op(.mstore), 32, 0, .op(.return))
    }()

    var state = PinnedState(unknown: .absent)

    init() {
        state.put(Self.sender, balance: U256(1) << 100, nonce: 0)
        state.put(Self.factory, code: Self.factoryCode)
        for (index, address) in Self.stores.enumerated() {
            state.put(address, code: Self.store, balance: 5, slots: [1: U256(7 + index), 2: 9])
        }
    }

    static var options: ExecutionOptions {
        var options = ExecutionOptions.consensus
        options.checksNonce = false
        return options
    }

    static func add(_ to: Address, _ key: U256, _ amount: U256, fails: Bool = false) -> Transaction {
        call(to, word(key) + word(amount) + word(fails ? 1 : 0), gas: 300_000)
    }

    static func destroy(_ to: Address) -> Transaction { call(to, gas: 300_000) }

    static func create(_ salt: U256) -> Transaction { call(factory, word(salt), gas: 300_000) }
}

extension U256 {
    fileprivate init(bigEndian bytes: [UInt8]) { self = Hash32(bytes: bytes).word }
}

@Suite struct OverlayTests {
    @discardableResult
    private func run(
        _ machine: inout Machine, _ transaction: Transaction, _ world: borrowing World
    ) throws -> Outcome {
        let result = machine.execute(
            transaction, from: World.sender, in: World.block, on: world.state, options: World.options)
        return try #require(result.outcome, "\(result)")
    }

    @Test func `a slot met while its storage was cleared is read anew after a revert`() throws {
        let world = World()
        var machine = Machine(rules: .ethereum(.shanghai))
        let store = World.stores[0]
        let start = machine.overlay.checkpoint()
        try run(&machine, World.destroy(store), world)
        // The access list loads slots of the account that is gone.
        var meeting = call(World.stores[1])
        meeting.data = word(1) + word(1) + word(0)
        meeting.accessList = [AccessListEntry(address: store, storageKeys: [Hash32(U256(1)), Hash32(U256(2))])]
        try run(&machine, meeting, world)
        machine.overlay.revert(to: start)
        #expect(machine.overlay.changes(on: world.state).isEmpty)
        let outcome = try run(&machine, World.add(store, 1, 100), world)
        #expect(outcome.isSuccess && machine.output == word(107))
        machine.overlay.revert(to: start)
        try run(&machine, World.add(store, 2, 1), world)
        #expect(machine.output == word(10))
    }

    @Test func `a code that comes back is looked up anew`() throws {
        let world = World()
        var machine = Machine(rules: .ethereum(.shanghai))
        try run(&machine, World.create(0), world)
        for store in World.stores { try run(&machine, World.add(store, 1, 1), world) }
        let before = machine.overlay.checkpoint()
        try run(&machine, World.destroy(World.stores[0]), world)
        // Empties the cache of codes, and fills it in another order.
        machine.adopt(.ethereum(.paris))
        machine.adopt(.ethereum(.shanghai))
        try run(&machine, World.create(1), world)
        machine.overlay.revert(to: before)
        for store in World.stores {
            let outcome = try run(&machine, World.add(store, 1, 1), world)
            #expect(outcome.isSuccess)
        }
        #expect(machine.output == word(9 + 2))
    }

    @Test func `overlays exchanged on one machine do not mix`() throws {
        let world = World()
        var machine = Machine(rules: .ethereum(.osaka))
        var a = Overlay(), b = Overlay()
        for round in 1...40 as ClosedRange<UInt64> {
            for (which, amount) in [(0, U256(3)), (1, U256(5))] {
                if which == 0 { machine.exchange(&a) } else { machine.exchange(&b) }
                try run(&machine, World.add(World.stores[0], 1, amount), world)
                #expect(machine.output == word(7 + U256(round) * amount))
                if which == 0 { machine.exchange(&a) } else { machine.exchange(&b) }
                let isEmpty = machine.overlay.isEmpty
                #expect(isEmpty)
            }
        }
        machine.adopt(.ethereum(.prague))
        machine.exchange(&b)
        try run(&machine, World.add(World.stores[0], 1, 0), world)
        #expect(machine.output == word(7 + 200))
        machine.overlay.removeAll()
        try run(&machine, World.add(World.stores[0], 1, 0), world)
        #expect(machine.output == word(7))
    }

    @Test func `an overlay goes on in another machine`() throws {
        let world = World()
        var one = Machine(rules: .ethereum(.osaka)), two = Machine(rules: .ethereum(.osaka))
        try run(&one, World.create(0), world)
        try run(&one, World.add(World.stores[0], 1, 1), world)
        // The other machine's cache holds other codes at the same places.
        try run(&two, World.add(World.stores[1], 1, 1), world)
        two.overlay.removeAll()
        var moved = Overlay()
        one.exchange(&moved)
        two.exchange(&moved)
        try run(&two, World.create(1), world)
        #expect(two.overlay.lastCreated.count == 1)
        try run(&two, World.add(World.stores[0], 1, 1), world)
        #expect(two.output == word(9))
    }

    @Test func `a discarded overlay has changed nothing, a committed one is the state`() throws {
        var world = World()
        let root = world.state.stateRoot()
        var machine = Machine(rules: .ethereum(.osaka))
        for _ in 0..<3 {
            try run(&machine, World.add(World.stores[0], 1, 1), world)
            try run(&machine, World.create(3), world)
            machine.overlay.removeAll()
        }
        var isEmpty = machine.overlay.isEmpty
        #expect(world.state.stateRoot() == root && isEmpty)
        try run(&machine, World.add(World.stores[0], 1, 1), world)
        machine.overlay.commit(into: &world.state)
        isEmpty = machine.overlay.isEmpty
        #expect(world.state.stateRoot() != root && isEmpty)
        try run(&machine, World.add(World.stores[0], 1, 1), world)
        #expect(machine.output == word(9))
    }

    @Test func `a moment of another overlay does no harm`() throws {
        let world = World()
        var machine = Machine(rules: .ethereum(.osaka))
        for _ in 0..<50 { try run(&machine, World.add(World.stores[0], 1, 1), world) }
        let late = machine.overlay.checkpoint()
        machine.overlay.removeAll()
        machine.overlay.revert(to: late)
        try run(&machine, World.add(World.stores[0], 1, 1), world)
        #expect(machine.output == word(8))
    }

    /// Random transactions, moments and returns to them, against the transactions that were not taken back, run on an
    /// overlay of their own.
    @Test(arguments: [Hardfork.shanghai, .osaka], [UInt32(0), 1_000_000])
    func `what is taken back has never been`(fork: Hardfork, runsBeforeTranslation: UInt32) throws {
        let world = World()
        var limits = MachineLimits()
        limits.runsBeforeTranslation = runsBeforeTranslation
        var machine = Machine(rules: .ethereum(fork), limits: limits)
        var generator = SeededGenerator()
        var children: [Address] = []
        for salt in 0..<3 {
            try run(&machine, World.create(U256(salt)), world)
            children.append(Address(bytes: machine.output[12...]))
        }
        machine.overlay.removeAll()
        let all = World.stores + children
        var compared = 0, destroyed = 0
        for _ in 0..<150 {
            var kept: [(Transaction, Outcome, [UInt8])] = []
            var moments: [(OverlayCheckpoint, Int)] = []
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0, 1: moments.append((machine.overlay.checkpoint(), kept.count))
                case 2, 3:
                    guard let at = moments.indices.randomElement(using: &generator) else { continue }
                    machine.overlay.revert(to: moments[at].0)
                    kept.removeLast(kept.count - moments[at].1)
                    moments.removeLast(moments.count - at - (Bool.random(using: &generator) ? 1 : 0))
                default:
                    let transaction = transaction(all, &generator)
                    let outcome = try run(&machine, transaction, world)
                    destroyed += machine.overlay.lastDestroyed.count
                    kept.append((transaction, outcome, machine.output))
                }
            }
            var other = Overlay()
            let changes = sorted(machine.overlay.changes(on: world.state))
            machine.exchange(&other)
            for (transaction, outcome, output) in kept {
                #expect(try run(&machine, transaction, world) == outcome)
                #expect(machine.output == output)
                compared += 1
            }
            #expect(sorted(machine.overlay.changes(on: world.state)) == changes)
            machine.overlay.removeAll()
            if Bool.random(using: &generator) { machine.exchange(&other) }
            machine.overlay.removeAll()
        }
        #expect(compared > 500)
        if fork < .cancun { #expect(destroyed > 50) }
        print("\(fork): \(compared) transactions compared, \(destroyed) contracts destroyed")
    }

    private func transaction(_ all: [Address], _ generator: inout SeededGenerator) -> Transaction {
        let target = all.randomElement(using: &generator) ?? World.factory
        let key = U256(UInt64.random(in: 0...3, using: &generator))
        var transaction =
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: World.destroy(target)
            case 1: World.create(U256(UInt64.random(in: 0...2, using: &generator)))
            default:
                World.add(
                    target, key, Bool.random(using: &generator) ? 1 : .zero &- 7,
                    fails: Int.random(in: 0..<5, using: &generator) == 0)
            }
        if Bool.random(using: &generator) {
            let keys = (0..<3).map { Hash32(U256($0)) }
            transaction.accessList = [
                AccessListEntry(address: all.randomElement(using: &generator) ?? target, storageKeys: keys)
            ]
        }
        return transaction
    }

    @Test func `a run that asks step by step ends where one that knows all does`() throws {
        var whole = World()
        whole.state.setBlockHash(9, Hash32(U256(99)))
        // Slots that depend on slots, a balance, another's code, a block's hash, then a call.
        let code = assemble(
            1, .op(.sload), .op(.sload), .op(.sload), .op(.balance), .op(.pop), .push(World.stores[0].word),
            .op(.extcodehash), .op(.pop), .push(World.stores[1].word), .op(.extcodesize), .op(.pop), 9,
            .op(.blockhash), 0, .op(.mstore), 96, 0, 96, 0, 0, .push(World.stores[2].word), .op(.gas), .op(.call),
            0, .op(.mstore), 32, 0, .op(.return))
        whole.state.put(address(30), code: code, slots: [1: 2, 2: 3, 3: 0xabcdef])
        var block = World.block
        block.number = 10
        let transaction = call(address(30))
        var machine = Machine(rules: .ethereum(.osaka)), knowing = Machine(rules: .ethereum(.osaka))
        var state = PinnedState(unknown: .asked)
        var asked: Set<StateNeed> = []
        var rounds = 0
        var result = machine.execute(transaction, from: World.sender, in: block, on: state)
        while case .missing(let needs) = result {
            try #require(!needs.isEmpty)
            for need in needs {
                #expect(asked.insert(need).inserted, "\(need) is asked for twice")
                state.answer(need, from: whole.state)
            }
            #expect(machine.overlay.changes(on: state).isEmpty)
            rounds += 1
            // Every other time on an overlay that knows nothing yet.
            if rounds % 2 == 0 { machine.overlay.removeAll() }
            result = machine.execute(transaction, from: World.sender, in: block, on: state)
        }
        #expect(result == knowing.execute(transaction, from: World.sender, in: block, on: whole.state))
        #expect(result.outcome?.isSuccess == true)
        #expect(machine.output == knowing.output)
        #expect(machine.overlay.changes(on: state) == knowing.overlay.changes(on: whole.state))
        print("asked in \(rounds) rounds for \(asked.count) things")
        #expect(rounds >= 9 && asked.count >= 12)
        #expect(asked.contains(.blockHash(9)) && asked.contains(.slot(address(30), 3)))
    }
}
