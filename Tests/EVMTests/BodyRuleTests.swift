import EVM
import EVMCodec
import EVMTypes
import Testing

@Suite struct BodyRuleTests {
    /// A block whose header states what its body has.
    private func block(withdrawals: [Withdrawal]? = []) -> Block {
        var header = ConsensusHeader()
        header.blobGasUsed = 0
        var block = Block(header: header, withdrawals: withdrawals)
        block.header.withdrawalsRoot = block.withdrawalsRoot()
        return block
    }

    private func problem(_ fork: Hardfork, _ block: Block, byteCount: Int = 600) -> BlockProblem? {
        do throws(BlockProblem) {
            try BodyRules.validate(block, byteCount: byteCount, fork: fork, blobs: .prague)
            return nil
        } catch { return error }
    }

    @Test func `a block of more than 8 MiB is refused from Osaka on`() {
        #expect(problem(.osaka, block(), byteCount: 8_388_608) == nil)
        #expect(problem(.osaka, block(), byteCount: 8_388_609) == .tooLong(8_388_609))
        #expect(problem(.prague, block(), byteCount: 8_388_609) == nil)
    }

    @Test func `a body that is not the header's is refused by field`() {
        #expect(problem(.prague, block(withdrawals: nil)) == .withdrawals(expected: true))
        #expect(problem(.paris, block()) == .withdrawals(expected: false))
        var wrong = block()
        wrong.header.transactionsRoot = .zero
        #expect(
            problem(.prague, wrong)
                == .header(.differs(.transactionsRoot, expected: MerklePatricia.emptyRoot.word, got: .zero)))
        wrong = block()
        wrong.header.withdrawalsRoot = .zero
        #expect(
            problem(.prague, wrong)
                == .header(.differs(.withdrawalsRoot, expected: MerklePatricia.emptyRoot.word, got: .zero)))
        wrong = block()
        wrong.ommers = [ConsensusHeader()]
        guard case .header(.differs(.ommersHash, _, _)) = problem(.prague, wrong) else {
            Issue.record("an ommer that the header does not name passes")
            return
        }
        wrong = block()
        wrong.header.blobGasUsed = 131_072
        #expect(problem(.prague, wrong) == .header(.differs(.blobGasUsed, expected: .zero, got: 131_072)))
        let hash = Hash32(1 << 248)
        wrong.transactions = [
            Transaction(
                kind: .blob, chainID: 1, nonce: 0, gasLimit: 0, to: .zero,
                blobVersionedHashes: [Hash32](repeating: hash, count: 10))
        ]
        wrong.header.transactionsRoot = wrong.transactionsRoot()
        #expect(problem(.prague, wrong) == .blobGasAboveLimit(limit: 1_179_648, used: 1_310_720))
    }
}
