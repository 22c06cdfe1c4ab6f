import EVM
import EVMCodec
import EVMTypes
import ForkState
import Testing

@Suite struct BlockRulesTests {
    private func header(_ fork: Hardfork) -> ConsensusHeader {
        var header = ConsensusHeader()
        header.number = 100
        header.timestamp = 1_000
        header.gasLimit = 30_000_000
        header.gasUsed = 30_000_000
        header.mixHash = Hash32(U256(9))
        if fork < .paris { header.difficulty = 4 }
        if fork >= .london { header.baseFeePerGas = 1_000 }
        if fork >= .shanghai { header.withdrawalsRoot = .zero }
        if fork >= .cancun {
            header.blobGasUsed = 6 << 17
            header.excessBlobGas = 100 << 17
            header.parentBeaconBlockRoot = .zero
        }
        if fork >= .prague { header.requestsHash = .zero }
        return header
    }

    @Test(arguments: [Hardfork.berlin, .london, .paris, .shanghai, .cancun, .prague])
    func aLocalChainsForkIsFoundInTheHeader(fork: Hardfork) throws {
        let header = header(fork)
        #expect(try BlockRules(chainID: 1_337).execution(header) == .ethereum(fork, chainID: 1_337))
        #expect(try BlockRules(chainID: 1_337, hardfork: .osaka).execution(header).fork == .osaka)
        let environment = try BlockRules(chainID: 1_337).environment(header)
        #expect(environment.difficultyOrRandao == (fork < .paris ? 4 : 9))
        let blobs: BlobParameters? = fork >= .prague ? .prague : fork >= .cancun ? .cancun : nil
        #expect(environment.blobBaseFee == blobs?.baseFee(excessBlobGas: 100 << 17) ?? .zero)
    }

    @Test func knownChainsGoByTheirSchedule() throws {
        var header = header(.prague)
        header.number = 23_000_000
        header.timestamp = 1_750_000_000
        #expect(try BlockRules(chainID: 1).execution(header).fork == .prague)
        header.timestamp = 1_770_000_000
        #expect(try BlockRules(chainID: 1).execution(header).fork == .osaka)
        header.timestamp = 1_600_000_000
        #expect(throws: ForkStateError.self) { try BlockRules(chainID: 8_453).execution(header) }
        // ArbOS 40 in bytes 16 to 24 of the mix hash, L1 block 21,000,000 before it.
        header.mixHash = Hash32(U256(limbs: 0, 40, 21_000_000, 3))
        #expect(try BlockRules(chainID: 42_161).execution(header) == .arbitrum(arbOS: 40))
        #expect(try BlockRules(chainID: 42_161).environment(header).number == 21_000_000)
    }

    @Test func theNextBlockHasTheNextFees() throws {
        let parent = header(.cancun)
        let rules = BlockRules(chainID: 1_337)
        let next = try rules.next(after: parent, timestamp: 1_002)
        // A full block: an eighth more.
        #expect(next.number == 101 && next.timestamp == 1_002 && next.baseFeePerGas == 1_125)
        #expect(next.parentHash == parent.hash && next.excessBlobGas == UInt64(103) << 17)
        #expect(throws: ForkStateError.self) { try rules.next(after: parent, timestamp: 999) }
        // Jovian: denominator 250, elasticity 6, least fee 2,000; the data footprint is what counts.
        var base = parent
        base.timestamp = 1_770_000_000
        base.gasUsed = 1
        base.blobGasUsed = 30_000_000
        base.baseFeePerGas = 1_000_000
        base.extraData = [1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 7, 208]
        // 1,000,000 x (30 - 5) / 5 / 250 = 20,000.
        #expect(try BlockRules(chainID: 8_453).next(after: base).baseFeePerGas == 1_020_000)
        base.blobGasUsed = 0
        base.baseFeePerGas = 2_001
        #expect(try BlockRules(chainID: 8_453).next(after: base).baseFeePerGas == 2_000)
        #expect(try BlockRules(chainID: 8_453).environment(base).blobBaseFee == 1)
    }
}
