import EVM
import EVMCodec
import EVMTypes
import Testing

@Suite struct OmmerTests {
    private let schedule = ForkSchedule.always(.byzantium)

    /// A valid child; `salt` makes siblings differ.
    private func child(_ parent: ConsensusHeader, salt: UInt8 = 0) -> ConsensusHeader {
        var header = ConsensusHeader()
        header.parentHash = parent.hash
        header.number = parent.number + 1
        header.timestamp = parent.timestamp + 10
        header.gasLimit = parent.gasLimit
        header.extraData = [salt]
        header.difficulty =
            Difficulty.next(
                fork: .byzantium, number: header.number, timestamp: header.timestamp, parentTimestamp: parent.timestamp,
                parentDifficulty: parent.difficulty, parentHasOmmers: false, bombDelay: 3_000_000) ?? .zero
        return header
    }

    /// Blocks 0 to 10 of a chain.
    private var chain: [Ancestor] {
        var header = ConsensusHeader()
        header.gasLimit = 5_000_000
        header.difficulty = 1 << 30
        var chain = [Ancestor(header: header)]
        for _ in 1...10 {
            header = child(header)
            chain.append(Ancestor(header: header))
        }
        return chain
    }

    private func problem(_ ommers: [ConsensusHeader], chain: [Ancestor]) -> OmmerProblem? {
        do throws(OmmerProblem) {
            try OmmerRules.validate(
                ommers, of: child(chain[chain.count - 1].header), ancestors: chain, schedule: schedule)
            return nil
        } catch { return error }
    }

    @Test func `siblings of the last six generations are ommers`() {
        let chain = chain
        // The block is number 11; an ommer of number n is a child of block n - 1.
        for number in 5...10 {
            #expect(problem([child(chain[number - 1].header, salt: 1)], chain: chain) == nil, "\(number)")
        }
        #expect(problem([child(chain[3].header, salt: 1)], chain: chain) == .notRelated(0))
        #expect(problem([child(chain[10].header, salt: 1)], chain: chain) == .notRelated(0))
        #expect(problem([], chain: chain) == nil)
    }

    @Test func `ommers that break a rule are named`() {
        var chain = chain
        let ommer = child(chain[8].header, salt: 1)
        #expect(problem([ommer, ommer], chain: chain) == .repeated(1))
        #expect(problem([ommer, chain[9].header], chain: chain) == .isAncestor(1))
        let three = (1...3).map { child(chain[8].header, salt: $0) }
        #expect(problem(three, chain: chain) == .tooMany(3))
        #expect(problem(Array(three.prefix(2)), chain: chain) == nil)
        var wrong = ommer
        wrong.difficulty += 1
        guard case .header(0, .differs(.difficulty, _, _)) = problem([wrong], chain: chain) else {
            Issue.record("a wrong difficulty passes")
            return
        }
        chain[9].ommerHashes = [ommer.hash]
        #expect(problem([ommer], chain: chain) == .repeated(0))
        #expect(throws: OmmerProblem.notAllowed) {
            try OmmerRules.validate(
                [ommer], of: child(chain[10].header), ancestors: chain, schedule: .always(.paris))
        }
    }

    @Test func `rewards are those of the forks`() {
        let ether: U256 = 1_000_000_000_000_000_000
        #expect(BlockReward.miner(.homestead, ommers: 0) == 5 * ether)
        #expect(BlockReward.miner(.byzantium, ommers: 2) == 3 * ether + 3 * ether / 16)
        #expect(BlockReward.ommer(.london, age: 1) == 2 * ether * 7 / 8)
        #expect(BlockReward.ommer(.london, age: 6) == 2 * ether / 4)
        #expect(BlockReward.miner(.paris, ommers: 0) == .zero)
    }
}
