import EVM
import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct BlockRuleTests {
    @Test func `fees, blob gas and request hashes are those of the executable specification`() throws {
        let blobs: [String: (BlobParameters, Bool)] = [
            "cancun": (.cancun, false), "prague": (.prague, false), "osaka": (.prague, true), "bpo2": (.bpo2, true),
        ]
        var count = 0
        func number(_ text: String) throws -> U256 { try #require(U256(decimal: text)) }
        func small(_ text: String) throws -> UInt64 { try #require(UInt64(text)) }
        for line in try OwnVectors.fields("blocks/rules.txt") {
            count += 1
            switch line[0] {
            case "exponential":
                let value = FakeExponential.value(
                    factor: try small(line[1]), numerator: try small(line[2]), denominator: try small(line[3]))
                #expect(value == (try number(line[4])), "\(line)")
            case "basefee":
                let next = BaseFee.next(
                    parentBaseFee: try number(line[1]), parentGasLimit: try small(line[2]),
                    parentGasUsed: try small(line[3]))
                #expect(next == (try number(line[4])), "\(line)")
            case "excess":
                let (parameters, hasReservePrice) = try #require(blobs[line[1]])
                let excess = parameters.excessBlobGas(
                    parentExcess: try small(line[2]), parentUsed: try small(line[3]),
                    parentBaseFee: try number(line[4]), hasReservePrice: hasReservePrice)
                #expect(excess == (try small(line[5])), "\(line)")
            case "blobfee":
                let parameters = try #require(blobs[line[1]]).0
                #expect(parameters.baseFee(excessBlobGas: try small(line[2])) == (try number(line[3])), "\(line)")
            case "requests":
                let requests = try line.dropFirst(2).map { try OwnVectors.bytes($0) }
                #expect(Requests.hash(requests) == Hash32(hex: line[1]), "\(line)")
            case "reward": try checkReward(line)
            default: Issue.record("no such rule: \(line[0])")
            }
        }
        #expect(count == 1_532)
    }

    /// A block without transactions on an empty state leaves the rewards and nothing else.
    private func checkReward(_ line: [String]) throws {
        let forks: [String: Hardfork] = [
            "frontier": .frontier, "homestead": .homestead, "spurious_dragon": .spuriousDragon,
            "byzantium": .byzantium, "constantinople": .petersburg, "berlin": .berlin, "london": .london,
        ]
        var header = ConsensusHeader()
        header.number = try #require(UInt64(line[2]))
        header.coinbase = try #require(Address(hex: line[3]))
        let ommers = try stride(from: 5, to: line.count, by: 2).map { at in
            var ommer = ConsensusHeader()
            ommer.number = try #require(UInt64(line[at]))
            ommer.coinbase = try #require(Address(hex: line[at + 1]))
            return ommer
        }
        let state = PinnedState(unknown: .absent)
        var machine = Machine()
        _ = try BlockExecutor.execute(
            Block(header: header, ommers: ommers), on: state, rules: .ethereum(try #require(forks[line[1]])),
            blobs: nil, depositContract: nil, with: &machine)
        let root = state.stateRoot(with: machine.overlay.changes(on: state))
        #expect(root == Hash32(hex: line[4]), "\(line)")
    }

    @Test func `no value of blob arithmetic traps`() {
        var random = SeededGenerator()
        let edges: [UInt64] = [0, 1, 2, 1 << 17, 1 << 32, .max - 1, .max]
        for _ in 0..<3_000 {
            func pick() -> UInt64 { edges.randomElement(using: &random)! &+ random.next() % 3 }
            let parameters = BlobParameters(
                target: UInt32(truncatingIfNeeded: pick()), max: UInt32(truncatingIfNeeded: pick()),
                updateFraction: pick())
            _ = parameters.excessBlobGas(
                parentExcess: pick(), parentUsed: pick(), parentBaseFee: U256(limbs: pick(), pick(), pick(), pick()),
                hasReservePrice: true)
            _ = BaseFee.next(
                parentBaseFee: U256(limbs: pick(), pick(), pick(), pick()), parentGasLimit: pick(),
                parentGasUsed: pick())
            _ = Difficulty.next(
                fork: Hardfork.allCases.randomElement(using: &random)!, number: pick(), timestamp: pick(),
                parentTimestamp: pick(), parentDifficulty: U256(limbs: pick(), pick(), pick(), pick()),
                parentHasOmmers: true, bombDelay: pick())
        }
    }

    @Test func `proof-of-work difficulties are the official ones`() throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: "difficulty") else { return }
        let rules: [String: (Hardfork, UInt64)] = [
            "Frontier": (.frontier, 0), "Byzantium": (.byzantium, 3_000_000),
            "Constantinople": (.petersburg, 5_000_000),
            "Berlin": (.berlin, 9_000_000), "ArrowGlacier": (.london, 10_700_000), "GrayGlacier": (.london, 11_400_000),
        ]
        var count = 0
        for file in files {
            for forks in try #require(parsedJSON(file).object).values {
                let object = try #require(forks.object)
                for (name, cases) in zip(object.keys, object.values) where name != "_info" {
                    let (fork, delay) = try #require(rules[name])
                    for test in try #require(cases.object).values {
                        let got = Difficulty.next(
                            fork: fork, number: try #require(test["currentBlockNumber"]?.quantityU64),
                            timestamp: try #require(test["currentTimestamp"]?.quantityU64),
                            parentTimestamp: try #require(test["parentTimestamp"]?.quantityU64),
                            parentDifficulty: try #require(test["parentDifficulty"]?.quantityU256),
                            parentHasOmmers: test["parentUncles"] == "0x01", bombDelay: delay)
                        #expect(got == test["currentDifficulty"]?.quantityU256, "\(file.lastPathComponent) \(test)")
                        count += 1
                    }
                }
            }
        }
        #expect(count == 12_204)
        print("difficulty suite: \(count) vectors")
    }

    @Test(arguments: [("difficultyMainNetwork", 1_578), ("difficultyCustomMainNetwork", 252)])
    func `mainnet's schedule gives the official difficulties`(name: String, total: Int) throws {
        guard let file = try VectorArchive.stateTests.file("small/BasicTests/\(name).json") else { return }
        let cases = try #require(parsedJSON(file).object).values
        for test in cases {
            let number = try #require(test["currentBlockNumber"]?.quantityU64)
            // The files are from before Constantinople.
            let rows = ForkSchedule.ethereum.rows.prefix(5)
            let schedule = ForkSchedule(
                chainID: 1, rows: Array(rows), bombRows: Array(ForkSchedule.ethereum.bombRows.prefix(1)))
            let got = Difficulty.next(
                fork: try #require(schedule.fork(number: number, timestamp: 0)), number: number,
                timestamp: try #require(test["currentTimestamp"]?.quantityU64),
                parentTimestamp: try #require(test["parentTimestamp"]?.quantityU64),
                parentDifficulty: try #require(test["parentDifficulty"]?.quantityU256),
                parentHasOmmers: test["parentUncles"]?.hash32 != ConsensusHeader.emptyOmmersHash,
                bombDelay: schedule.bombDelay(number: number))
            #expect(got == test["currentDifficulty"]?.quantityU256, "\(test)")
        }
        #expect(cases.count == total)
    }

    @Test(arguments: ["block/eest", "block/ethtests"])
    func `every valid header of the official block tests follows its parent`(folder: String) throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: folder) else { return }
        var valid = 0
        var refused = 0
        for file in files {
            let cases = try #require(parsedJSON(file).object)
            for (name, test) in zip(cases.keys, cases.values) {
                let network = try #require(test["network"]?.string)
                let schedule = try #require(BlockTestNetwork.schedule(network, config: test["config"]))
                var parent = try Block(decoding: try #require(test["genesisRLP"]?.hexBytes)).header
                for json in try #require(test["blocks"]?.array) {
                    guard let block = try? Block(decoding: try #require(json["rlp"]?.hexBytes)) else { continue }
                    if let exception = json["expectException"]?.string {
                        do throws(HeaderProblem) {
                            try HeaderRules.validate(block.header, parent: parent, schedule: schedule)
                        } catch {
                            refused += 1
                            #expect(exception.contains("BlockException"), "\(name): \(exception) but \(error)")
                        }
                        continue
                    }
                    #expect(throws: Never.self, "\(name)") {
                        try HeaderRules.validate(block.header, parent: parent, schedule: schedule)
                    }
                    parent = block.header
                    valid += 1
                }
            }
        }
        #expect(valid == (folder == "block/eest" ? 2_798 : 735))
        print("headers of \(folder): \(valid) follow their parents, \(refused) of the invalid ones refused by header")
    }
}
