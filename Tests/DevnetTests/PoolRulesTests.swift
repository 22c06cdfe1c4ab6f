import EVMTypes
import Testing

@testable import Devnet

@Suite struct PoolRulesTests {
    @Test func poolIsEmptyAtTheStart() { #expect(TransactionPool().count == 0) }
}
