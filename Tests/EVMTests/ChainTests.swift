import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

@Suite struct ChainTests {
    private static let secret = [UInt8](repeating: 0, count: 31) + [7]
    private let coinbase = Address(high: 0xc0, low: 1)
    private let target = Address(high: 0xaa, low: 2)
    private let storing = Address(high: 0xbb, low: 3)

    /// A chain of nothing but a payer, a contract that stores its calldata's first word under it, and system contracts
    /// that give nothing.
    private func chain(_ fork: Hardfork) throws -> Chain {
        var state = PinnedState(unknown: .absent)
        state.setAccount(try payer(), AccountState(balance: 1 << 80))
        // CALLDATALOAD(0) twice, SSTORE.
        state.setAccount(storing, AccountState(nonce: 1, codeHash: state.setCode([0x5f, 0x35, 0x5f, 0x35, 0x55])))
        if fork >= .prague {
            let stop = state.setCode([0x00])
            for address in [SystemContracts.withdrawals, SystemContracts.consolidations] {
                state.setAccount(address, AccountState(nonce: 1, codeHash: stop))
            }
        }
        var head = ConsensusHeader()
        head.gasLimit = 30_000_000
        head.timestamp = 1_000
        head.stateRoot = state.stateRoot()
        if fork < .paris { head.difficulty = 1 << 30 }
        if fork >= .london { head.baseFeePerGas = 7 }
        if fork >= .shanghai { head.withdrawalsRoot = MerklePatricia.emptyRoot }
        if fork >= .cancun {
            head.blobGasUsed = 0
            head.excessBlobGas = 0
            head.parentBeaconBlockRoot = .zero
        }
        if fork >= .prague { head.requestsHash = Requests.hash([]) }
        return try Chain(head: head, state: state, schedule: .always(fork))
    }

    private func payer() throws -> Address {
        guard let key = PrivateKey(bytes: Self.secret) else { throw JSONError(.badNumber, at: 0) }
        return key.address
    }

    private func transaction(_ nonce: UInt64, to: Address, value: U256 = .zero, data: [UInt8] = []) throws
        -> Transaction
    {
        guard let key = PrivateKey(bytes: Self.secret) else { throw JSONError(.badNumber, at: 0) }
        return Transaction(
            kind: .legacy, chainID: 1, nonce: nonce, gasLimit: 100_000, to: to, value: value, data: data, gasPrice: 100
        ).signed(by: key)
    }

    /// The child of `parent` with these transactions, its results filled in by trial: a refusal tells what is expected.
    private func child(
        _ chain: inout Chain, _ transactions: [Transaction], withdrawals: [Withdrawal]? = [],
        with machine: inout Machine
    ) throws -> Block {
        let parent = chain.head
        var header = parent
        header.parentHash = parent.hash
        header.number += 1
        header.timestamp += 12
        header.coinbase = coinbase
        if let fee = parent.baseFeePerGas {
            header.baseFeePerGas = BaseFee.next(
                parentBaseFee: fee, parentGasLimit: parent.gasLimit, parentGasUsed: parent.gasUsed)
        }
        var block = Block(header: header, transactions: transactions, withdrawals: withdrawals)
        block.header.transactionsRoot = block.transactionsRoot()
        block.header.withdrawalsRoot = block.withdrawalsRoot()
        for _ in 0..<8 {
            let before = chain.head
            let root = chain.state.stateRoot()
            do throws(BlockProblem) {
                _ = try chain.append(block.encoded(), with: &machine)
                return block
            } catch {
                let isSame = chain.head == before && chain.state.stateRoot() == root
                #expect(isSame)
                switch error {
                case .header(.differs(.gasUsed, let gas?, _)): block.header.gasUsed = gas.w0
                case .header(.differs(.receiptsRoot, let root?, _)): block.header.receiptsRoot = Hash32(root)
                case .header(.differs(.stateRoot, let root?, _)): block.header.stateRoot = Hash32(root)
                case .header(.bloomDiffers(let bloom, _)): block.header.logsBloom = bloom
                default: throw error
                }
            }
        }
        throw JSONError(.tooDeep, at: 0)
    }

    @Test(arguments: [Hardfork.paris, .shanghai, .cancun, .prague, .osaka])
    func `blocks go onto the head, proofs of the new state verify`(fork: Hardfork) throws {
        var machine = Machine()
        var chain = try chain(fork)
        let withdrawals: [Withdrawal]? =
            fork >= .shanghai
            ? [
                Withdrawal(index: 0, validatorIndex: 0, address: target, amountGwei: 5),
                Withdrawal(index: 1, validatorIndex: 0, address: Address(high: 9, low: 9), amountGwei: 0),
            ] : nil
        let word = [UInt8](repeating: 0, count: 31) + [42]
        let plain = [try transaction(0, to: target, value: 1_000), try transaction(1, to: storing, data: word)]
        let first = try child(&chain, fork >= .shanghai ? plain : [plain[0]], withdrawals: withdrawals, with: &machine)
        let head = chain.head
        #expect(head == first.header && head.number == 1)
        let (root, hash) = (chain.state.stateRoot(), chain.state.blockHash(1))
        #expect(root == head.stateRoot && hash == head.hash)
        let account = chain.state.account(target) ?? nil
        #expect(account?.balance == (fork >= .shanghai ? 5_000_001_000 : 1_000))
        // Nothing paid out makes no account.
        let nobody = chain.state.account(Address(high: 9, low: 9)) ?? nil
        #expect(nobody == nil)
        let proof = chain.proof(of: storing, slots: [42, 43])
        #expect(try proof.verify(stateRoot: root) != nil)
        #expect(proof.slots.map(\.value) == [fork >= .shanghai ? 42 : 0, 0])
        let absent = chain.proof(of: Address(high: 9, low: 9), slots: [1])
        #expect(try absent.verify(stateRoot: root) == nil)
        let paid = chain.proof(of: try payer(), slots: [])
        #expect(try paid.verify(stateRoot: root)?.nonce == UInt64(first.transactions.count))
    }

    @Test func `a block with a transaction that cannot be run is refused at its place`() throws {
        var machine = Machine()
        var chain = try chain(.osaka)
        let transactions = [try transaction(0, to: target), try transaction(5, to: target)]
        #expect(throws: BlockProblem.transaction(1, .nonce(expected: 1, got: 5))) {
            _ = try child(&chain, transactions, with: &machine)
        }
        let head = chain.head
        #expect(head.number == 0)
    }

    @Test func `bytes that are no block, and a root that is another, are refused`() throws {
        var machine = Machine()
        var chain = try chain(.cancun)
        #expect(throws: BlockProblem.malformed(.block(.unexpectedEnd))) { _ = try chain.append([], with: &machine) }
        var block = try child(&chain, [], with: &machine)
        let head = chain.head
        #expect(head == block.header)
        block.header.parentHash = block.header.hash
        block.header.number = 2
        block.header.timestamp += 1
        block.header.baseFeePerGas = BaseFee.next(parentBaseFee: 7, parentGasLimit: 30_000_000, parentGasUsed: 0)
        block.withdrawals = nil
        #expect(throws: BlockProblem.withdrawals(expected: true)) {
            _ = try chain.append(block.encoded(), with: &machine)
        }
        #expect(throws: BlockProblem.header(.differs(.stateRoot, expected: MerklePatricia.emptyRoot.word, got: 1))) {
            var head = ConsensusHeader()
            head.stateRoot = Hash32(1)
            _ = try Chain(head: head, state: PinnedState(unknown: .absent), schedule: .always(.osaka))
        }
        #expect(throws: BlockProblem.stateIncomplete) {
            _ = try Chain(head: ConsensusHeader(), state: PinnedState(unknown: .asked), schedule: .always(.osaka))
        }
    }

    @Test func `a state that asks names what a block needs`() throws {
        var machine = Machine()
        var header = ConsensusHeader()
        header.number = 5
        header.gasLimit = 30_000_000
        header.baseFeePerGas = 7
        header.parentBeaconBlockRoot = .zero
        let block = Block(header: header, transactions: [try transaction(0, to: target)], withdrawals: [])
        let state = PinnedState(unknown: .asked)
        do throws(BlockProblem) {
            _ = try BlockExecutor.execute(
                block, on: state, rules: .ethereum(.cancun), blobs: .cancun, depositContract: nil, with: &machine)
            Issue.record("it ran on nothing")
        } catch {
            #expect(error == .missing([.account(SystemContracts.beaconRoots)]) && !error.isJudgement)
        }
    }

    /// Before Cancun a contract can die and come back in one block, with a slot at its old value.
    @Test func `a slot that was cleared and set to its old value again is kept`() throws {
        let initCode = Hex.decode("600560015561_33ff_5f52_6002_601e_f3".filter { $0 != "_" }) ?? []
        let factory = Address(high: 0xfa, low: 4)
        let made = Address(
            bytes: Keccak256.hash([0xff] + factory.bytes + Hash32.zero.bytes + Keccak256.hash(initCode).bytes).bytes
                .suffix(20))
        var state = PinnedState(unknown: .absent)
        state.setAccount(try payer(), AccountState(balance: 1 << 80))
        state.setAccount(made, AccountState(nonce: 1, codeHash: state.setCode([0x33, 0xff])))
        state.setStorage(made, 1, 5)
        state.setStorage(made, 2, 6)
        let code = [0x6e] + initCode + [0x5f, 0x52, 0x5f, 0x60, 0x0f, 0x60, 0x11, 0x5f, 0xf5, 0x00]
        state.setAccount(factory, AccountState(nonce: 1, codeHash: state.setCode(code)))
        var head = ConsensusHeader()
        head.gasLimit = 30_000_000
        head.stateRoot = state.stateRoot()
        head.baseFeePerGas = 7
        head.withdrawalsRoot = MerklePatricia.emptyRoot
        var chain = try Chain(head: head, state: state, schedule: .always(.shanghai))
        var machine = Machine()
        _ = try child(&chain, [try transaction(0, to: made), try transaction(1, to: factory)], with: &machine)
        let (one, two) = (chain.state.storage(made, 1), chain.state.storage(made, 2))
        #expect(one == 5 && two == .zero)
        let proof = chain.proof(of: made, slots: [1, 2])
        let root = chain.state.stateRoot()
        #expect(try proof.verify(stateRoot: root)?.nonce == 1)
        #expect(proof.slots.map(\.value) == [5, 0])
    }
}
