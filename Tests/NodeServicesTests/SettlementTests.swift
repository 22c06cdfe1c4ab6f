import EVMCodec
import EVMCrypto
import EVMTypes
import Testing

@testable import NodeServices

@Suite struct SettlementTests {
    let token = Address(high: 0, low: 1), ours = Address(high: 0, low: 2), other = Address(high: 0, low: 3)

    private func log(_ topics: [Hash32], _ amount: U256, address: Address? = nil) -> Log {
        Log(
            address: address ?? token, topics: topics, data: amount.bigEndianBytes, blockNumber: 1, blockHash: .zero,
            transactionHash: .zero, transactionIndex: 0, logIndex: 0, removed: false)
    }

    @Test func topicsAreTheHashesOfTheirSignatures() {
        #expect(Settlement.transferTopic == Keccak256.hash(Array("Transfer(address,address,uint256)".utf8)))
        #expect(Settlement.withdrawalTopic == Keccak256.hash(Array("Withdrawal(address,uint256)".utf8)))
        #expect(Settlement.depositTopic == Keccak256.hash(Array("Deposit(address,uint256)".utf8)))
    }

    @Test func growthIsWhatCameInLessWhatWentOut() {
        let (a, b) = (Hash32(ours.word), Hash32(other.word))
        let logs = [
            log([Settlement.transferTopic, b, a], 1_000),
            log([Settlement.transferTopic, a, b], 300),
            log([Settlement.withdrawalTopic, a], 50),
            log([Settlement.transferTopic, b, a], 999, address: other),
            log([Settlement.transferTopic, b, b], 77),
        ]
        let flow = Settlement.flow(of: token, through: ours, logs: logs)
        #expect(flow == Settlement.Flow(received: 1_000, sent: 350, unwrapped: 50))
        #expect(flow.growth == 650)
    }

    @Test func aTransferToItselfChangesNothing() {
        let a = Hash32(ours.word)
        #expect(
            Settlement.flow(of: token, through: ours, logs: [log([Settlement.transferTopic, a, a], 5)]).growth == 0)
    }
}
