import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport

/// One random run: rules, block, state, transactions, none of them required to make sense.
struct CrashFuzzCase {
    var fork = Hardfork.osaka
    var block = BlockEnvironment()
    var accounts: [(address: Address, state: AccountState, code: [UInt8], slots: [(U256, U256)])] = []
    var transactions: [(Transaction, sender: Address)] = []
    var options = ExecutionOptions.consensus

    private var random: SeededGenerator
    private let contracts: [Address] = (1...4).map { Address(high: 0xc0de, low: UInt128($0)) }
    private let senders: [Address] = (1...2).map { Address(high: 0x5e4d, low: UInt128($0)) }

    init(seed: UInt64) {
        random = SeededGenerator(exactly: seed)
        fork = Hardfork.allCases.randomElement(using: &random)!
        if chance(3) { fork = chance(2) ? .cancun : .osaka }
        if chance(5) { options = .simulation }
        makeBlock()
        makeAccounts()
        let count = 1 + Int(random.next() % 3)
        for _ in 0..<count { transactions.append(makeTransaction()) }
    }

    /// The state, given whole.
    func state() -> PinnedState {
        var state = PinnedState(unknown: .absent)
        for account in accounts {
            state.setCode(account.code)
            state.setAccount(account.address, account.state)
            for slot in account.slots { state.setStorage(account.address, slot.0, slot.1) }
        }
        for number in 0..<8 { state.setBlockHash(block.number &- UInt64(number), Hash32(U256(UInt64(number)))) }
        return state
    }

    // MARK: Choices

    private mutating func chance(_ oneIn: UInt64) -> Bool { random.next() % oneIn == 0 }

    /// 64 bits that find edges.
    private mutating func small() -> UInt64 {
        switch random.next() % 5 {
        case 0: random.next() % 300
        case 1: (1 << (random.next() % 64)) &+ random.next() % 3 &- 1
        case 2: .max &- random.next() % 40
        case 3: random.next() >> (random.next() % 64)
        default: random.next() % 5 &* 32
        }
    }

    /// 256 bits that find edges: 2^255, 2^64-1, 2^32 and their neighbours among them.
    mutating func word() -> U256 {
        switch random.next() % 6 {
        case 0: U256(small())
        case 1: (U256(1) << Int(random.next() % 256)) &+ U256(random.next() % 3) &- U256(1)
        case 2: .max &- U256(small())
        case 3: address().word
        case 4: U256(limbs: random.next(), random.next(), random.next(), random.next())
        default: U256(random.next() % 9)
        }
    }

    private mutating func address() -> Address {
        switch random.next() % 10 {
        case 0...4: contracts.randomElement(using: &random)!
        case 5: senders.randomElement(using: &random)!
        case 6: Address(high: 0, low: UInt128(random.next() % 20))
        case 7: chance(2) ? Address(high: 0, low: 0x100) : block.coinbase
        case 8: Address(high: UInt32(truncatingIfNeeded: random.next()), low: UInt128(random.next()))
        default: senders[0]
        }
    }

    private mutating func bytes(_ most: UInt64) -> [UInt8] {
        (0..<(random.next() % (most + 1))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    // MARK: Parts

    private mutating func makeBlock() {
        block = BlockEnvironment(
            number: small(), timestamp: small(), coinbase: address(), gasLimit: chance(6) ? small() : 60_000_000,
            baseFee: chance(16) ? word() : U256(random.next() % 10), difficultyOrRandao: word(),
            blobBaseFee: chance(6) ? word() : U256(1), blobGasLeft: chance(6) ? small() : 9 << 17)
    }

    private mutating func makeAccounts() {
        for address in contracts {
            let code = chance(20) ? [0xef, 0x01, 0x00] + contracts[0].bytes : program()
            let slots = (0..<(random.next() % 5)).map { _ in (word(), word()) }
            let state = AccountState(
                nonce: chance(8) ? small() : 1, balance: chance(4) ? word() : U256(1000),
                codeHash: Keccak256.hash(code), hasStorage: !slots.isEmpty)
            accounts.append((address, state, code, slots))
        }
        for sender in senders where !chance(12) {
            let balance = chance(10) ? word() : U256(1) << 120
            let state = AccountState(nonce: chance(10) ? small() : 0, balance: balance)
            accounts.append((sender, state, [], []))
        }
    }

    private mutating func makeTransaction() -> (Transaction, sender: Address) {
        let sender = chance(16) ? address() : senders[0]
        let kind = Transaction.Kind(rawValue: UInt8(chance(2) ? 0 : random.next() % (fork < .berlin ? 1 : 5)))!
        let before = UInt64(transactions.count { $0.sender == sender })
        let nonce = (accounts.first { $0.address == sender }?.state.nonce ?? 0) &+ before
        // Without a block's limit a run would really use 2^62 gas: beyond 30,000,000 only what is refused outright.
        let edge = small(), payable = edge > 30_000_000 && edge < 1 << 63 ? 30_000_000 : edge
        let gas = chance(12) ? payable : chance(8) ? 30_000_000 : 50_000 + random.next() % 400_000
        let price = chance(20) ? word() : block.baseFee &+ U256(random.next() % 5)
        var transaction = Transaction(
            kind: kind, chainID: chance(24) ? small() : kind == .legacy && chance(2) ? nil : 1,
            nonce: chance(20) ? small() : nonce, gasLimit: gas,
            to: chance(6) ? nil : address(), value: chance(16) ? word() : U256(random.next() % 3),
            data: chance(6) ? program() : bytes(200), gasPrice: price, maxFeePerGas: price,
            maxPriorityFeePerGas: chance(16) ? word() : .zero)
        if kind != .legacy { transaction.accessList = (0..<(random.next() % 4)).map { _ in accessEntry() } }
        if kind == .blob {
            transaction.maxFeePerBlobGas = chance(6) ? word() : block.blobBaseFee
            transaction.blobVersionedHashes = (0..<(random.next() % 8)).map { _ in
                Hash32(U256(1) << 248 | (chance(20) ? U256.max : U256(random.next())))
            }
        }
        if kind == .setCode { transaction.authorizations = (0..<(random.next() % 4)).map { _ in authorization() } }
        return (transaction, sender)
    }

    private mutating func accessEntry() -> AccessListEntry {
        AccessListEntry(
            address: address(), storageKeys: (0..<(random.next() % 4)).map { _ in Hash32(U256(random.next() % 4)) })
    }

    private mutating func authorization() -> Authorization {
        let plain = Authorization(
            chainID: chance(4) ? word() : U256(random.next() % 2), address: address(), nonce: chance(3) ? small() : 0,
            yParity: UInt8(truncatingIfNeeded: small()), r: word(), s: word())
        guard !chance(3) else { return plain }
        let key = PrivateKey(bytes: [UInt8](repeating: 0, count: 31) + [1 + UInt8(random.next() % 3)])!
        return plain.signed(by: key)
    }

    // MARK: Programs

    /// Bytes, opcodes or a loop around them; about half keep enough on the stack to run on.
    private mutating func program() -> [UInt8] {
        if chance(12) { return bytes(300) }
        var code: [UInt8] = []
        if chance(2) { for _ in 0..<(random.next() % 20) { push(word(), &code) } }
        let loops = chance(3)
        if loops {
            push(U256(random.next() % 200 + 1), &code)
        }
        let start = code.count
        if loops { code.append(0x5b) }
        for _ in 0..<(1 + random.next() % 60) { step(&code) }
        if loops {
            // Counts the word on top down and goes back while it is not zero; whatever the body left is the counter.
            code += [0x60, 0x01, 0x90, 0x03, 0x80, 0x61, UInt8(truncatingIfNeeded: start >> 8)]
            code += [UInt8(truncatingIfNeeded: start), 0x57]
        }
        if chance(3) { code += bytes(40) }
        return code
    }

    private mutating func push(_ value: U256, _ code: inout [UInt8]) {
        let count = max(1, (256 - value.leadingZeroBitCount + 7) / 8)
        code.append(0x5f + UInt8(count))
        code += value.bigEndianBytes.suffix(count)
    }

    private static let noWord: [UInt8] = [
        0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58,
        0x59, 0x5a, 0x5b,
    ]
    private static let calls: [(UInt8, Int)] = [
        (0xf0, 3), (0xf1, 7), (0xf2, 7), (0xf4, 6), (0xf5, 4), (0xfa, 6), (0xf3, 2), (0xfd, 2), (0xff, 1),
    ]
    private static let writes: [(UInt8, Int)] = [
        (0x20, 2), (0x37, 3), (0x39, 3), (0x3c, 4), (0x3e, 3), (0x51, 1), (0x52, 2), (0x53, 2), (0x54, 1), (0x55, 2),
        (0x5c, 1), (0x5d, 2), (0x5e, 3), (0xa0, 2), (0xa1, 3), (0xa2, 4), (0xa3, 5), (0xa4, 6), (0x56, 1), (0x57, 2),
        (0x31, 1), (0x3b, 1), (0x3f, 1), (0x35, 1), (0x40, 1), (0x49, 1),
    ]

    private mutating func step(_ code: inout [UInt8]) {
        switch random.next() % 12 {
        case 0: push(word(), &code)
        case 1: code.append(Self.noWord.randomElement(using: &random)!)
        case 2, 3, 4:
            let count = chance(3) ? 3 : 2
            for _ in 0..<count { push(word(), &code) }
            let unary: [UInt8] = [0x15, 0x19, 0x1e], ternary: [UInt8] = [0x08, 0x09]
            let binary = UInt8(chance(2) ? 1 + random.next() % 11 : 0x10 + random.next() % 14)
            let other = (chance(2) ? unary : ternary).randomElement(using: &random)!
            code.append(chance(4) ? other : binary)
        case 5, 6, 7: arguments(Self.writes.randomElement(using: &random)!, &code)
        case 8: arguments(Self.calls.randomElement(using: &random)!, &code)
        case 9: code.append(UInt8(0x80 + random.next() % 32))
        case 10: code.append(0x50)
        default: code.append(UInt8(truncatingIfNeeded: random.next()))
        }
    }

    /// Pushes operands, mostly of a size that can be paid for, and the opcode.
    private mutating func arguments(_ opcode: (UInt8, Int), _ code: inout [UInt8]) {
        for position in 0..<opcode.1 {
            if opcode.0 >= 0xf1, position == opcode.1 - 2, opcode.1 >= 6 {
                push(address().word, &code)
            } else if opcode.0 >= 0xf1, position == opcode.1 - 1, opcode.1 >= 6 {
                chance(3) ? push(word(), &code) : code.append(0x5a)
            } else {
                push(chance(5) ? word() : U256(random.next() % 130), &code)
            }
        }
        code.append(opcode.0)
    }
}
