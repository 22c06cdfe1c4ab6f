import EVM
import EVMCodec
import EVMTypes
import Testing

@Suite struct HeaderRuleTests {
    /// A parent and a valid child at a fork.
    private func pair(_ fork: Hardfork) -> (parent: ConsensusHeader, child: ConsensusHeader, schedule: ForkSchedule) {
        var parent = ConsensusHeader()
        parent.number = 100
        parent.gasLimit = 1_024_000
        parent.timestamp = 1_000
        if fork < .paris { parent.difficulty = 1 << 40 }
        if fork >= .london { parent.baseFeePerGas = 1_000 }
        if fork >= .shanghai { parent.withdrawalsRoot = MerklePatricia.emptyRoot }
        if fork >= .cancun {
            parent.blobGasUsed = 0
            parent.excessBlobGas = 0
            parent.parentBeaconBlockRoot = .zero
        }
        if fork >= .prague { parent.requestsHash = Requests.hash([]) }
        var child = parent
        child.parentHash = parent.hash
        child.number += 1
        child.timestamp += 12
        if fork >= .london { child.baseFeePerGas = 875 }
        if fork < .paris {
            child.difficulty =
                Difficulty.next(
                    fork: fork, number: 101, timestamp: 1_012, parentTimestamp: 1_000, parentDifficulty: 1 << 40,
                    parentHasOmmers: false, bombDelay: 0) ?? .zero
        }
        return (parent, child, .always(fork))
    }

    private func problem(_ fork: Hardfork, _ change: (inout ConsensusHeader) -> Void) -> HeaderProblem? {
        var (parent, child, schedule) = pair(fork)
        change(&child)
        do throws(HeaderProblem) {
            try HeaderRules.validate(child, parent: parent, schedule: schedule)
            return nil
        } catch { return error }
    }

    @Test(arguments: Hardfork.allCases)
    func `a child of the fork's own shape is valid and each broken rule is named`(fork: Hardfork) throws {
        #expect(problem(fork) { _ in } == nil)
        let (parent, _, _) = pair(fork)
        #expect(
            problem(fork) { $0.parentHash = .zero }
                == .differs(.parentHash, expected: parent.hash.word, got: .zero))
        #expect(problem(fork) { $0.number = 102 } == .differs(.number, expected: 101, got: 102))
        #expect(problem(fork) { $0.timestamp = 1_000 } == .notAfterParent(parent: 1_000, got: 1_000))
        #expect(problem(fork) { $0.extraData = [UInt8](repeating: 0, count: 33) } == .extraDataTooLong(33))
        #expect(problem(fork) { $0.gasUsed = 1_024_001 } == .gasUsedAboveLimit(limit: 1_024_000, used: 1_024_001))
        for limit: UInt64 in [1_025_000, 1_023_000, 0, .max] {
            #expect(problem(fork) { $0.gasLimit = limit } == .gasLimitOutOfBounds(parent: 1_024_000, got: limit))
        }
        #expect(problem(fork) { $0.gasLimit = 1_024_999 } == nil)
        #expect(problem(fork) { $0.gasLimit = 1_023_001 } == nil)
        let difficulty = problem(fork) { $0.difficulty += 1 }
        if fork >= .paris {
            #expect(difficulty == .differs(.difficulty, expected: .zero, got: 1))
            #expect(problem(fork) { $0.nonce = 1 } == .differs(.nonce, expected: .zero, got: 1))
            #expect(
                problem(fork) { $0.ommersHash = .zero }
                    == .differs(.ommersHash, expected: ConsensusHeader.emptyOmmersHash.word, got: .zero))
        } else if case .differs(.difficulty, _, _) = difficulty {
        } else {
            Issue.record("\(String(describing: difficulty))")
        }
    }

    @Test(arguments: Hardfork.allCases)
    func `a field is there exactly from its fork on`(fork: Hardfork) {
        let fields: [(HeaderField, Hardfork, (inout ConsensusHeader, Bool) -> Void)] = [
            (.baseFeePerGas, .london, { $0.baseFeePerGas = $1 ? .zero : nil }),
            (.withdrawalsRoot, .shanghai, { $0.withdrawalsRoot = $1 ? .zero : nil }),
            (.blobGasUsed, .cancun, { $0.blobGasUsed = $1 ? 0 : nil }),
            (.excessBlobGas, .cancun, { $0.excessBlobGas = $1 ? 0 : nil }),
            (.parentBeaconBlockRoot, .cancun, { $0.parentBeaconBlockRoot = $1 ? .zero : nil }),
            (.requestsHash, .prague, { $0.requestsHash = $1 ? .zero : nil }),
        ]
        for (field, first, set) in fields {
            if fork >= first {
                #expect(problem(fork) { set(&$0, false) } == .differs(field, expected: .zero, got: nil))
            } else {
                #expect(problem(fork) { set(&$0, true) } == .differs(field, expected: nil, got: .zero))
            }
        }
    }

    @Test func `London doubles the limit and starts with one gwei`() {
        let (parent, _, _) = pair(.berlin)
        var child = pair(.london).child
        child.parentHash = parent.hash
        child.gasLimit = 2 * parent.gasLimit
        child.baseFeePerGas = 1_000_000_000
        let schedule = ForkSchedule.always(.london)
        #expect(throws: Never.self) { try HeaderRules.validate(child, parent: parent, schedule: schedule) }
        child.gasLimit = parent.gasLimit
        #expect(throws: HeaderProblem.gasLimitOutOfBounds(parent: 2_048_000, got: 1_024_000)) {
            try HeaderRules.validate(child, parent: parent, schedule: schedule)
        }
        child.gasLimit = 2 * parent.gasLimit
        child.baseFeePerGas = 875
        #expect(throws: HeaderProblem.differs(.baseFeePerGas, expected: 1_000_000_000, got: 875)) {
            try HeaderRules.validate(child, parent: parent, schedule: schedule)
        }
    }

    @Test func `a block before a chain's first row has no rules`() {
        let (parent, child, _) = pair(.prague)
        #expect(throws: HeaderProblem.unknownFork) {
            try HeaderRules.validate(child, parent: parent, schedule: .bsc)
        }
    }

    @Test func `schedules name the fork of a block`() {
        let ethereum = ForkSchedule.ethereum
        #expect(ethereum.row(number: 0, timestamp: 0)?.name == "Frontier")
        #expect(ethereum.fork(number: 1_149_999, timestamp: 0) == .frontier)
        #expect(ethereum.fork(number: 12_965_000, timestamp: 1_628_166_822) == .london)
        #expect(ethereum.fork(number: 15_537_394, timestamp: 1_663_224_179) == .paris)
        #expect(ethereum.fork(number: 20_000_000, timestamp: 1_710_338_135) == .cancun)
        #expect(ethereum.fork(number: 24_000_000, timestamp: 1_764_798_551) == .osaka)
        #expect(ethereum.blobs(timestamp: 1_764_798_551) == .prague)
        #expect(ethereum.blobs(timestamp: 1_765_290_071) == .bpo1)
        #expect(ethereum.blobs(timestamp: 1_767_747_671) == .bpo2)
        #expect(ethereum.blobs(timestamp: 1_710_338_134) == nil)
        #expect(ethereum.bombDelay(number: 9_200_000) == 9_000_000 && ethereum.bombDelay(number: 1) == 0)
        for schedule in [ethereum, .bsc, .polygon, .optimism] {
            #expect(schedule.rows.map(\.fork) == schedule.rows.map(\.fork).sorted())
            #expect(schedule.blobRows.map(\.timestamp) == schedule.blobRows.map(\.timestamp).sorted())
        }
    }
}
