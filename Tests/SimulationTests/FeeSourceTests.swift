import ChainCosts
import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import Simulation
import Testing

/// What a layer 2 charges beside gas, taken in a simulation as the chain takes it.
@Suite struct FeeSourceTests {
    private static let sender = Address(high: 0, low: 0xaaaa), payee = Address(high: 0, low: 0xbbbb)
    private static let l1FeeVault = Address(high: 0x4200_0000, low: 0x1a)
    private static let operatorFeeVault = Address(high: 0x4200_0000, low: 0x1b)
    private static let baseFeeVault = Address(high: 0x4200_0000, low: 0x19)
    private static let coinbase = Address(high: 0x4200_0000, low: 0x11)
    private static let rules = ExecutionRules.optimism(.jovian)
    private static let block = BlockEnvironment(
        number: 10, timestamp: 1_770_000_000, coinbase: coinbase, baseFee: 1_000)

    private static func state(balance: U256) -> PinnedState {
        var state = PinnedState(unknown: .absent)
        state.setAccount(sender, AccountState(nonce: 3, balance: balance))
        let predeploy = OPStackParameters.l1Block
        state.setAccount(predeploy, AccountState(nonce: 1))
        state.setStorage(predeploy, 1, 30_000_000_000)
        state.setStorage(predeploy, 7, 5_000_000_000)
        // Scalars 2269 and 1055762; operator scalar 10 and constant 42.
        state.setStorage(predeploy, 3, U256(limbs: 4, 0x0000_08dd_0010_1c12, 0, 0))
        state.setStorage(predeploy, 8, U256(limbs: 42, 0x0000_0190_0000_000a, 0, 0))
        return state
    }

    private static var transaction: Transaction {
        Transaction(
            kind: .dynamicFee, chainID: 10, nonce: 3, gasLimit: 50_000, to: payee, value: 7,
            maxFeePerGas: 3_000, maxPriorityFeePerGas: 500,
            signature: Signature(r: 0x1234, s: 0x5678, yParity: 0))
    }

    private func balance(_ address: Address, _ machine: inout Machine, _ state: borrowing PinnedState) -> U256 {
        (machine.account(address, on: state) ?? nil)?.balance ?? .zero
    }

    @Test func theSenderPaysTheLayerOneAndOperatorFeesAndTheVaultsGetThem() throws {
        let state = Self.state(balance: 1_000_000_000_000_000_000)
        var machine = Machine(rules: Self.rules)
        let source = FeeSource.state(try CostModel(chainID: 10, timestamp: Self.block.timestamp))
        let answer = machine.simulate(
            Self.transaction, from: Self.sender, in: Self.block, under: Self.rules, on: state, fees: source)
        guard case .done(let report) = answer else {
            Issue.record("not run: \(answer)")
            return
        }
        let fees = report.fees
        #expect(fees.base == 21_000_000 && fees.priority == 10_500_000)
        // Jovian: gas x scalar x 100 + constant.
        #expect(fees.operatorFee == 21_000_042)
        // A small transaction is charged for 100 bytes at least:
        // 100 x (16 x 2269 x l1 base fee + 1055762 x blob base fee) / 10^6, both scaled as the specification has it.
        let scaled: UInt128 = 100_000_000 * (16 * 2_269 * 30_000_000_000 + 1_055_762 * 5_000_000_000)
        #expect(fees.l1Data.description == "\(scaled / 1_000_000_000_000)")
        #expect(fees.l1Certainty == .exact)
        let left = balance(Self.sender, &machine, state)
        #expect(left &+ fees.total &+ 7 == 1_000_000_000_000_000_000)
        #expect(balance(Self.l1FeeVault, &machine, state) == fees.l1Data)
        #expect(balance(Self.operatorFeeVault, &machine, state) == fees.operatorFee)
        #expect(balance(Self.baseFeeVault, &machine, state) == fees.base)
        #expect(balance(Self.coinbase, &machine, state) == fees.priority)
        let sent = report.effects.balances.first { $0.account == Self.sender }
        #expect(sent?.difference.description == "-\(fees.total &+ 7)")
    }

    @Test func aSenderThatCannotPayThemIsRefusedAndNothingChanges() throws {
        let gas: U256 = 150_000_007
        let state = Self.state(balance: gas)
        var machine = Machine(rules: Self.rules)
        let source = FeeSource.state(try CostModel(chainID: 10, timestamp: Self.block.timestamp))
        let answer = machine.simulate(
            Self.transaction, from: Self.sender, in: Self.block, under: Self.rules, on: state, fees: source)
        guard case .failed(let error) = answer else {
            Issue.record("run: \(answer)")
            return
        }
        #expect(error.message.contains("insufficient funds"))
        #expect(balance(Self.sender, &machine, state) == gas)
        #expect(balance(Self.payee, &machine, state) == .zero)
    }

    @Test func stateThatIsNotThereIsAskedFor() throws {
        let state = PinnedState(unknown: .asked)
        var machine = Machine(rules: Self.rules)
        let source = FeeSource.state(try CostModel(chainID: 10, timestamp: Self.block.timestamp))
        let answer = machine.simulate(
            Self.transaction, from: Self.sender, in: Self.block, under: Self.rules, on: state, fees: source)
        guard case .missing(let needs) = answer else {
            Issue.record("run: \(answer)")
            return
        }
        for slot in OPStackParameters.slots(.jovian) { #expect(needs.contains(.slot(OPStackParameters.l1Block, slot))) }
    }

    @Test func arbitrumsParametersComeFromItsNode() throws {
        let state = Self.state(balance: 1)
        var machine = Machine(rules: Self.rules)
        let source = FeeSource.state(try CostModel(chainID: 42_161, timestamp: Self.block.timestamp))
        let answer = machine.simulate(
            Self.transaction, from: Self.sender, in: Self.block, under: Self.rules, on: state, fees: source)
        guard case .failed(let error) = answer else {
            Issue.record("run: \(answer)")
            return
        }
        #expect(error.message.contains("only its node"))
    }

    @Test func aDepositMintsRunsAndPaysNothing() throws {
        let json = try JSON.parse(
            """
            {"type":"0x7e","hash":"0x\(String(repeating: "11", count: 32))","from":"\(Self.sender.hex)",
             "to":"\(Self.payee.hex)","mint":"0x64","value":"0x6e","gas":"0xc350","input":"0x","isSystemTx":false,
             "sourceHash":"0x\(String(repeating: "22", count: 32))"}
            """)
        #expect(Deposit.isDeposit(json))
        let deposit = try Deposit(json)
        let state = Self.state(balance: 50)
        var machine = Machine(rules: Self.rules)
        guard case .done = machine.mint(deposit, on: state) else {
            Issue.record("not minted")
            return
        }
        let answer = machine.simulate(
            deposit.transaction, from: deposit.sender, in: Self.block, under: Self.rules, on: state,
            options: Deposit.options)
        guard case .done(let report) = answer else {
            Issue.record("not run: \(answer)")
            return
        }
        #expect(report.fees.total == .zero && report.call.outcome.gasUsed == 21_000)
        #expect(balance(Self.sender, &machine, state) == 40)
        #expect(balance(Self.payee, &machine, state) == 110)
        #expect(machine.account(Self.sender, on: state)??.nonce == 4)
    }
}
