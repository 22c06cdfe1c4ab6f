import EVMCodec
import EVMTypes
import Testing

@testable import NodeServices

@Suite struct LogCheckTests {
    private func log(_ block: Hash32, removed: Bool = false) -> Log {
        Log(
            address: .zero, topics: [], data: [], blockNumber: 1, blockHash: block, transactionHash: .zero,
            transactionIndex: 0, logIndex: 0, removed: removed)
    }

    @Test func aLogThatWasNeverPushedIsNoticed() {
        let check = LogCheck(), block = Hash32(1)
        check.heard(log(block))
        check.heard(log(block, removed: true))
        check.applied(3, in: block)
        #expect(check.missing(in: block) == 2)
    }

    @Test func nothingIsMissingWhenAllWerePushedOrTheBlockIsUnknown() {
        let check = LogCheck(), block = Hash32(1)
        for _ in 0..<3 { check.heard(log(block)) }
        check.applied(3, in: block)
        #expect(check.missing(in: block) == 0 && check.missing(in: Hash32(2)) == 0)
    }

    @Test func oldBlocksAreForgotten() {
        let check = LogCheck()
        for number in 1...200 { check.applied(1, in: Hash32(U256(UInt64(number)))) }
        #expect(check.missing(in: Hash32(1)) == 0 && check.missing(in: Hash32(200)) == 1)
    }
}
