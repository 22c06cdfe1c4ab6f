import EVM
import EVMCodec
import EVMTypes
import Testing

@Suite struct ChainRuleTests {
    private let sender = address(1), target = address(2), coinbase = address(3)
    private let rich = U256(1_000_000_000_000_000_000)
    private let polygonLast = ExecutionRules.polygon(.chicago)

    /// Runs a program in a transaction under some rules.
    private func run(
        _ rules: ExecutionRules, _ code: [UInt8], slots: [U256: U256] = [:], data: [UInt8] = [],
        gas: UInt64 = 1_000_000, baseFee: U256 = 50, feeCap: U256 = 100, tip: U256 = 10
    ) throws -> (Outcome, balances: [Address: U256], output: [UInt8]) {
        var state = PinnedState(unknown: .absent)
        state.put(sender, balance: rich, nonce: 0)
        state.put(target, code: code, slots: slots)
        var machine = Machine(rules: rules)
        let block = BlockEnvironment(number: 90_000_000, coinbase: coinbase, gasLimit: 60_000_000, baseFee: baseFee)
        let transaction = call(target, data, gas: gas, feeCap: feeCap, tip: tip, chainID: rules.chainID)
        let outcome = try #require(machine.execute(transaction, from: sender, in: block, on: state).outcome)
        let output = machine.output
        machine.overlay.commit(into: &state)
        var balances: [Address: U256] = [:]
        state.forEachAccount { balances[$0] = $1.balance }
        return (outcome, balances, output)
    }

    private func gas(_ rules: ExecutionRules, _ code: [UInt8], slots: [U256: U256] = [:]) throws -> UInt64 {
        try run(rules, code, slots: slots).0.gasUsed - 21_000
    }

    @Test func `every row of every schedule has rules`() throws {
        var count = 0
        for schedule in ExecutionRules.schedules {
            for row in schedule.rows {
                var number: UInt64 = .max, time: UInt64 = .max
                switch row.at {
                case .block(let first):
                    number = first
                    time = 0
                case .timestamp(let first): time = first
                }
                let rules = try ExecutionRules.rules(chainID: schedule.chainID, number: number, timestamp: time)
                #expect(rules.fork == row.fork, "\(row)")
                #expect(rules.chainID == schedule.chainID)
                count += 1
            }
        }
        #expect(count == 14 + 5 + 8 + 7 + 7)
    }

    @Test func `what is not known is refused by name`() {
        #expect(throws: RulesProblem.unknownChain(5)) {
            try ExecutionRules.rules(chainID: 5, number: 1, timestamp: 1)
        }
        #expect(throws: RulesProblem.beforeFirstRow(chainID: 137, number: 73_440_255, timestamp: 9)) {
            try ExecutionRules.rules(chainID: 137, number: 73_440_255, timestamp: 9)
        }
        #expect(throws: RulesProblem.beforeFirstRow(chainID: 56, number: 9, timestamp: 1_742_436_599)) {
            try ExecutionRules.rules(chainID: 56, number: 9, timestamp: 1_742_436_599)
        }
        #expect(throws: RulesProblem.arbOSVersionMissing(chainID: 42_161)) {
            try ExecutionRules.rules(chainID: 42_161, number: 1, timestamp: 1)
        }
        #expect("\(RulesProblem.unknownChain(5))" == "no execution rules: chain 5 is not known")
    }

    @Test func `PIP-88 charges its numbers on Polygon from Chicago on`() throws {
        let before = try ExecutionRules.rules(chainID: 137, number: 87_218_599, timestamp: 0)
        let after = try ExecutionRules.rules(chainID: 137, number: 87_218_600, timestamp: 0)
        #expect(after == polygonLast)
        let load = assemble(5, .op(.sload), .op(.pop))
        #expect(try gas(before, load) == 3 + 2_100 + 2)
        #expect(try gas(after, load) == 3 + 5_460 + 2)
        let twice = assemble(5, .op(.sload), .op(.pop), 5, .op(.sload), .op(.pop))
        #expect(try gas(after, twice) == 3 + 5_460 + 2 + 3 + 100 + 2)
        let none = assemble(0, 5, .op(.sstore)), set = assemble(1, 5, .op(.sstore))
        #expect(try gas(before, none) == 6 + 2_100 + 100)
        #expect(try gas(after, none) == 6 + 2_940 + 100)
        #expect(try gas(after, set) == 6 + 2_940 + 20_000)
        // The reset and the cold surcharge together stay 5,000.
        #expect(try gas(before, assemble(2, 5, .op(.sstore)), slots: [5: 1]) == 6 + 5_000)
        #expect(try gas(after, assemble(2, 5, .op(.sstore)), slots: [5: 1]) == 6 + 2_940 + 2_060)
        #expect(try gas(before, none, slots: [5: 1]) == 6 + 5_000 - 4_800)
        #expect(try gas(after, none, slots: [5: 1]) == 6 + 5_000 - 3_960)
        let there = assemble(2, 5, .op(.sstore), 1, 5, .op(.sstore))
        #expect(try gas(before, there, slots: [5: 1]) == 12 + 5_000 + 100 - 2_800)
        #expect(try gas(after, there, slots: [5: 1]) == 12 + 5_000 + 100 - 1_960)
        // Accounts cost what they cost on Ethereum.
        #expect(try gas(after, assemble(0x777777, .op(.balance), .op(.pop))) == 3 + 2_600 + 2)
        // bn254 addition of nothing, by a call with all gas.
        let add = assemble(0, 0, 0, 0, 6, .op(.gas), .op(.staticcall), .op(.pop))
        #expect(try gas(after, add) - gas(before, add) == 540 - 150)
    }

    @Test func `Polygon has CLZ from Lisovo on, and no instruction that speaks of blobs`() throws {
        let clz = assemble(1, .op(.clz), 0, .op(.mstore), 32, 0, .op(.return))
        #expect(try run(.polygon(.madhugiri), clz).0.halt == .undefinedOpcode)
        let (outcome, _, output) = try run(.polygon(.lisovo), clz)
        #expect(outcome.isSuccess && output == word(255))
        for opcode in [Opcode.blobhash, .blobbasefee] {
            #expect(try run(polygonLast, assemble(0, .op(opcode))).0.halt == .undefinedOpcode)
            #expect(try run(.ethereum(.prague), assemble(0, .op(opcode))).0.isSuccess)
        }
    }

    @Test func `fees go where each chain sends them`() throws {
        let code = assemble(.op(.gasprice), 0, .op(.mstore), 32, 0, .op(.return))
        let system = try #require(Address(hex: "0xfffffffffffffffffffffffffffffffffffffffe"))
        let bsc = try run(.bsc(.osaka), code, baseFee: 0, feeCap: 7, tip: 7)
        #expect(bsc.balances[system] == U256(bsc.0.gasUsed * 7) && bsc.0.tips == U256(bsc.0.gasUsed * 7))
        #expect(bsc.balances[coinbase] == nil)

        let burnt: [(PolygonFork, String)] = [
            (.madhugiri, "0x7A8ed27F4C30512326878652d20fC85727401854"),
            (.lisovo, "0x3ef57def668054dd750bd260526105c4eeef104f"),
            (.chicago, "0x3ef57def668054dd750bd260526105c4eeef104f"),
        ]
        for (fork, text) in burnt {
            let polygon = try run(.polygon(fork), code)
            #expect(polygon.balances[try #require(Address(hex: text))] == U256(polygon.0.gasUsed * 50))
            #expect(polygon.balances[coinbase] == U256(polygon.0.gasUsed * 10))
        }

        let vault = try #require(Address(hex: "0x4200000000000000000000000000000000000019"))
        let optimism = try run(.optimism(.jovian), code)
        #expect(optimism.balances[vault] == U256(optimism.0.gasUsed * 50))
        #expect(optimism.balances[coinbase] == U256(optimism.0.gasUsed * 10))
        #expect(optimism.output == word(60))

        let arbitrum = try run(.arbitrum(arbOS: 51), code)
        #expect(arbitrum.balances[sender] == rich - U256(arbitrum.0.gasUsed * 50))
        #expect(arbitrum.output == word(50) && arbitrum.0.tips == 0 && arbitrum.balances[coinbase] == nil)

        let ethereum = try run(.ethereum(.osaka), code)
        #expect(ethereum.balances[coinbase] == U256(ethereum.0.gasUsed * 10) && ethereum.balances.count == 3)
    }

    @Test func `calldata has no floor on Arbitrum`() throws {
        let data = [UInt8](repeating: 1, count: 1_000)
        #expect(try run(.arbitrum(arbOS: 51), [], data: data).0.gasUsed == 21_000 + 16_000)
        #expect(try run(.optimism(.isthmus), [], data: data).0.gasUsed == 21_000 + 40_000)
        #expect(try run(.optimism(.granite), [], data: data).0.gasUsed == 21_000 + 16_000)
    }

    @Test func `limits are each chain's own`() throws {
        var state = PinnedState(unknown: .absent)
        state.put(sender, balance: rich, nonce: 0)
        let block = BlockEnvironment(gasLimit: 100_000_000)
        func answer(_ rules: ExecutionRules, _ transaction: Transaction) -> ExecutionResult {
            var machine = Machine(rules: rules)
            var transaction = transaction
            transaction.chainID = rules.chainID
            return machine.execute(transaction, from: sender, in: block, on: state)
        }
        let caps: [(ExecutionRules, UInt64?)] = [
            (.ethereum(.osaka), 1 << 24), (.bsc(.osaka), 1 << 24), (.bsc(.prague), nil),
            (.polygon(.madhugiri), 33_554_432), (.polygon(.bhilai), nil), (.optimism(.karst), 1 << 24),
            (.optimism(.jovian), nil), (.arbitrum(arbOS: 51), nil),
        ]
        for (rules, cap) in caps {
            let high = call(target, gas: (cap ?? 60_000_000) + 1)
            #expect((answer(rules, high) == .rejected(.malformed(.gasLimitTooHigh))) == (cap != nil))
            #expect(answer(rules, call(target, gas: cap ?? 60_000_000)).outcome != nil)
        }
        // Code of 32,768 bytes, and one more.
        for (size, polygon, ethereum) in [(24_576, true, true), (32_768, true, false), (32_769, false, false)] {
            let creation = call(nil, assemble(.push(U256(size)), 0, .op(.return)), gas: 16_000_000)
            #expect(answer(polygonLast, creation).outcome?.isSuccess == polygon)
            #expect(answer(.ethereum(.prague), creation).outcome?.isSuccess == ethereum)
        }
        var blob = call(target)
        blob.kind = .blob
        blob.maxFeePerBlobGas = 1
        blob.blobVersionedHashes = [Hash32(U256(1) << 248)]
        for rules in [polygonLast, .optimism(.karst), .arbitrum(arbOS: 51)] {
            #expect(answer(rules, blob) == .rejected(.malformed(.kindNotActive)))
        }
        #expect(answer(.bsc(.osaka), blob).outcome != nil)
        // The chains' own contracts end a run by name.
        #expect(answer(.bsc(.osaka), call(address(0))).outcome != nil)
        #expect(
            answer(.bsc(.osaka), call(Address(high: 0, low: 0x67)))
                == .unanswered(.unsupportedPrecompile, Address(high: 0, low: 0x67)))
    }

    @Test func `a Stylus program ends the run by name`() throws {
        var state = PinnedState(unknown: .absent)
        state.put(sender, balance: rich, nonce: 0)
        state.put(target, code: [0xef, 0xf0, 0x00, 0x00, 0x12])
        state.put(
            address(9), code: assemble(0, 0, 0, 0, 0, .push(target.word), .op(.gas), .op(.call), .op(.pop)))
        let block = BlockEnvironment()
        for to in [target, address(9)] {
            var machine = Machine(rules: .arbitrum(arbOS: 51))
            let transaction = call(to, chainID: 42_161)
            let result = machine.execute(transaction, from: sender, in: block, on: state)
            #expect(result == .unanswered(.unsupportedPrecompile, target))
            #expect(machine.overlay.changes(on: state).isEmpty)
            machine.adopt(.ethereum(.osaka, chainID: 42_161))
            let outcome = machine.execute(transaction, from: sender, in: block, on: state).outcome
            #expect(outcome?.halt == (to == target ? .undefinedOpcode : .stop))
        }
    }
}
