import EVMCodec
import EVMTypes
import Testing

@testable import EVM

@Suite struct BundleTests {
    private let sender = address(1), payer = address(2), fails = address(4), panics = address(5)
    private let coinbase = address(3)
    private let block = BlockEnvironment(number: 7, coinbase: address(3), gasLimit: 30_000_000, baseFee: 50)

    /// A contract that pays the coinbase what it is sent, one that reverts with a text, one that fails badly.
    private func state(_ unknown: PinnedState.Unknown = .absent) -> PinnedState {
        var state = PinnedState(unknown: unknown)
        state.put(sender, balance: 1_000_000_000_000_000_000, nonce: 0)
        state.put(payer, code: assemble(0, 0, 0, 0, .op(.callvalue), .op(.coinbase), .op(.gas), .op(.call)))
        // Error("no"): selector, offset 32, length 2, text.
        let text = U256(0x6e6f) << 240
        state.put(
            fails,
            code: assemble(
                .push(U256(0x08c3_79a0) << 224), 0, .op(.mstore), 32, 4, .op(.mstore), 2, 36, .op(.mstore),
                .push(text), 68, .op(.mstore), 1, 9, .op(.sstore), 100, 0, .op(.revert)))
        state.put(panics, code: assemble(.op(.invalid)))
        state.setAccount(coinbase, nil)
        return state
    }

    @Test func `totals are those of eth_callBundle`() throws {
        let state = state()
        var machine = Machine(rules: .ethereum(.osaka))
        let bundle = [
            BundleTransaction(call(payer, value: 1_000_000), from: sender),
            BundleTransaction(call(fails, nonce: 1, gas: 100_000), from: sender, mayRevert: true),
            BundleTransaction(call(payer, value: 7, nonce: 2, tip: 0), from: sender),
            BundleTransaction(call(panics, nonce: 3, gas: 50_000), from: sender, mayRevert: true),
        ]
        guard case .executed(let whole) = machine.execute(bundle: bundle, in: block, on: state) else {
            Issue.record("not executed")
            return
        }
        #expect(whole.steps.map(\.outcome.isSuccess) == [true, false, true, false])
        #expect(whole.steps.map(\.revertReason) == [nil, .error("no"), nil, nil])
        #expect(whole.steps.map(\.ethSentToCoinbase) == [1_000_000, 0, 7, 0])
        #expect(whole.ethSentToCoinbase == 1_000_007)
        var gas: UInt64 = 0, fees = U256.zero
        for (step, tip) in zip(whole.steps, [10, 10, 0, 10] as [U256]) {
            gas += step.outcome.gasUsed
            fees = fees + U256(step.outcome.gasUsed) * tip
            #expect(step.gasFees == U256(step.outcome.gasUsed) * tip)
            #expect(step.coinbaseDiff == I256(bits: step.gasFees) + step.ethSentToCoinbase)
            #expect(step.cumulativeGasUsed == gas)
        }
        #expect(whole.gasUsed == gas && whole.gasFees == fees && whole.steps[3].outcome.gasUsed == 50_000)
        #expect(whole.bundleGasPrice == I256(bits: (fees + 1_000_007) / U256(gas)))
        let after = machine.overlay.changes(on: state).first { $0.address == coinbase }?.after
        #expect(after?.balance == fees + 1_000_007)
    }

    @Test func `a bundle that fails leaves nothing`() throws {
        let state = state()
        var machine = Machine(rules: .ethereum(.osaka))
        let before = BundleTransaction(call(payer, value: 5), from: sender)
        #expect(machine.execute(call(payer, value: 9), from: sender, in: block, on: state).outcome != nil)
        let held = machine.overlay.changes(on: state)
        let first = BundleTransaction(call(payer, value: 5, nonce: 1), from: sender)
        let reverting = BundleTransaction(call(fails, nonce: 2), from: sender)
        guard
            case .reverted(1, let outcome, .error("no")) = machine.execute(
                bundle: [first, reverting], in: block, on: state)
        else {
            Issue.record("not reverted")
            return
        }
        #expect(outcome.halt == .revert)
        #expect(machine.overlay.changes(on: state) == held)
        #expect(
            machine.execute(bundle: [first, before], in: block, on: state)
                == .rejected(index: 1, .nonce(expected: 2, got: 0)))
        #expect(machine.overlay.changes(on: state) == held)
        // Gas of the block: the second no longer fits.
        let wide = BundleTransaction(call(payer, nonce: 2, gas: 29_999_000), from: sender)
        var options = ExecutionOptions.consensus
        options.checksTransactionGasMax = false
        #expect(
            machine.execute(bundle: [first, wide], in: block, on: state, options: options)
                == .rejected(index: 1, .blockGasExceeded))
        #expect(machine.overlay.changes(on: state) == held)
        let good = machine.execute(bundle: [first], in: block, on: state)
        if case .executed = good {} else { Issue.record("\(good)") }
        #expect(machine.execute(bundle: [], in: block, on: state) == .executed(BundleOutcome()))
        #expect(BundleOutcome().bundleGasPrice == .zero)
    }

    @Test func `gas beyond all bounds does not trap`() {
        let state = state()
        var machine = Machine(rules: .ethereum(.osaka))
        let most = UInt64(Int64.max)
        let bundle = (0..<4).map { _ in
            BundleTransaction(call(panics, gas: most, feeCap: 0, tip: 0), from: sender, mayRevert: true)
        }
        guard
            case .executed(let whole) = machine.execute(bundle: bundle, in: block, on: state, options: .simulation)
        else {
            Issue.record("not executed")
            return
        }
        #expect(whole.steps.map(\.cumulativeGasUsed) == [most, 2 * most, .max, .max])
    }

    @Test func `blobs of a bundle share what the block has left`() throws {
        let state = state()
        var machine = Machine(rules: .ethereum(.prague))
        var block = block
        block.blobGasLeft = 3 << 17
        func blobs(_ count: Int, nonce: UInt64) -> BundleTransaction {
            var transaction = call(address(9), nonce: nonce)
            transaction.kind = .blob
            transaction.maxFeePerBlobGas = 1
            transaction.blobVersionedHashes = Array(repeating: Hash32(U256(1) << 248), count: count)
            return BundleTransaction(transaction, from: sender)
        }
        #expect(
            machine.execute(bundle: [blobs(2, nonce: 0), blobs(2, nonce: 1)], in: block, on: state)
                == .rejected(index: 1, .tooManyBlobs))
        let fits = machine.execute(bundle: [blobs(2, nonce: 0), blobs(1, nonce: 1)], in: block, on: state)
        if case .executed = fits {} else { Issue.record("\(fits)") }
    }

    @Test func `what a bundle lacks is asked for with nothing changed`() throws {
        let whole = state()
        var state = PinnedState(unknown: .asked)
        var machine = Machine(rules: .ethereum(.osaka))
        let bundle = [
            BundleTransaction(call(payer, value: 5), from: sender),
            BundleTransaction(call(fails, nonce: 1), from: sender, mayRevert: true),
        ]
        var rounds = 0
        while case .missing(_, let needs) = machine.execute(bundle: bundle, in: block, on: state) {
            #expect(!needs.isEmpty && machine.overlay.changes(on: state).isEmpty)
            for need in needs { state.answer(need, from: whole) }
            rounds += 1
            try #require(rounds < 50)
        }
        #expect(rounds > 3)
        var other = Machine(rules: .ethereum(.osaka))
        let expected = other.execute(bundle: bundle, in: block, on: whole)
        machine.overlay.removeAll()
        #expect(machine.execute(bundle: bundle, in: block, on: state) == expected)
        #expect(machine.overlay.changes(on: state) == other.overlay.changes(on: whole))
    }
}

extension PinnedState {
    /// Holds what a complete state says to a need.
    mutating func answer(_ need: StateNeed, from whole: borrowing PinnedState) {
        switch need {
        case .account(let address): setAccount(address, whole.account(address) ?? nil)
        case .slot(let address, let key): setStorage(address, key, whole.storage(address, key) ?? .zero)
        case .code(_, let hash): setCode(whole.code(hash) ?? [])
        case .blockHash(let number): setBlockHash(number, whole.blockHash(number) ?? Hash32(.zero))
        }
    }
}
