import EVMCodec
import EVMTypes
import Testing

@testable import Devnet

@Suite struct PoolRulesTests {
    private let gwei: U256 = 1_000_000_000

    /// Both fees must rise, and by a tenth, rounded down.
    @Test(arguments: [
        (100, 10, 110, 11, true), (100, 10, 109, 11, false), (100, 10, 110, 10, false), (100, 10, 200, 10, false),
        (100, 10, 100, 20, false), (100, 10, 111, 12, true), (105, 15, 115, 16, true), (105, 15, 114, 17, false),
        (100, 0, 110, 0, false), (100, 0, 110, 1, true), (9, 9, 10, 10, true), (9, 9, 9, 9, false),
    ])
    func replacement(cap: Int, tip: Int, newCap: Int, newTip: Int, isTaken: Bool) async throws {
        let fixture = try DevnetFixture()
        let old = fixture.transaction(0, nonce: 0, to: .zero, cap: U256(cap), tip: U256(tip))
        let new = fixture.transaction(0, nonce: 0, to: .zero, value: 1, cap: U256(newCap), tip: U256(newTip))
        try await fixture.chain.send(old)
        if isTaken {
            try await fixture.chain.send(new)
            #expect(await fixture.chain.pool.byHash[old.hash] == nil)
        } else {
            await #expect(throws: DevnetError("replacement transaction underpriced")) {
                try await fixture.chain.send(new)
            }
        }
        #expect(await fixture.chain.pendingCount == 1)
    }

    @Test func refusalsHaveGethsWords() async throws {
        let fixture = try DevnetFixture()
        let chain = fixture.chain
        func refusal(_ transaction: Transaction) async -> String {
            do throws(DevnetError) {
                try await chain.send(transaction)
                return "taken"
            } catch { return error.message }
        }
        let first = fixture.transaction(0, nonce: 0, to: .zero)
        #expect(await refusal(first) == "taken")
        #expect(await refusal(first) == "already known")
        try await chain.mine()
        #expect(
            await refusal(fixture.transaction(0, nonce: 0, to: .zero, value: 1))
                == "nonce too low: next nonce 1, tx nonce 0")
        #expect(
            await refusal(fixture.transaction(1, nonce: 0, to: .zero, gas: 20_999))
                == "intrinsic gas too low: gas 20999, minimum needed 21000")
        #expect(
            await refusal(
                fixture.transaction(1, nonce: 0, to: .zero, data: .init(repeating: 1, count: 1_000), gas: 40_000))
                == "insufficient gas for floor data gas cost: gas 40000, minimum needed 61000")
        #expect(
            await refusal(fixture.transaction(1, nonce: 0, to: .zero, gas: 30_000_001)) == "exceeds block gas limit")
        let poor = await refusal(fixture.transaction(1, nonce: 0, to: .zero, value: 1 << 100))
        #expect(poor.hasPrefix("insufficient funds for gas * price + value: balance 10000000000000000000000, tx cost "))
        #expect(
            await refusal(fixture.transaction(1, nonce: 0, to: .zero, cap: 1, tip: 2))
                == "max priority fee per gas higher than max fee per gas")
        var foreign = fixture.transaction(1, nonce: 0, to: .zero)
        foreign.chainID = 5
        #expect(
            await refusal(fixture.accounts[1].sign(foreign))
                == "invalid sender: invalid chain id for signer: have 5 want 1337")
        #expect(
            await refusal(
                fixture.transaction(1, nonce: 0, to: nil, data: .init(repeating: 0, count: 49_153), gas: 9_000_000))
                == "max initcode size exceeded: code size 49153, limit 49152")
    }

    @Test func gapsWaitAndTipsOrder() async throws {
        let fixture = try DevnetFixture()
        let chain = fixture.chain
        try await chain.send(fixture.transaction(1, nonce: 1, to: .zero, tip: 9 * gwei))
        try await chain.send(fixture.transaction(2, nonce: 0, to: .zero, tip: 2 * gwei))
        try await chain.send(fixture.transaction(3, nonce: 0, to: .zero, tip: 5 * gwei))
        try await chain.send(fixture.transaction(4, nonce: 0, to: .zero, tip: 2 * gwei))
        // Cannot pay the base fee: waits.
        try await chain.send(fixture.transaction(5, nonce: 0, to: .zero, cap: 1, tip: 1))
        #expect(try await chain.ask("txpool_status", []) == ["pending": "0x4", "queued": "0x1"])
        let block = try await chain.mine()
        let senders = block.transactions.map(\.pooled.sender)
        #expect(senders == [3, 2, 4].map { fixture.accounts[$0].address })
        try await chain.send(fixture.transaction(1, nonce: 0, to: .zero, tip: gwei))
        #expect(try await chain.pendingNonce(of: fixture.accounts[1].address) == 2)
        #expect(try await chain.mine().transactions.count == 2)
        #expect(await chain.pendingCount == 1)
    }

    @Test func instantMiningTakesWhatAGapHeldBack() async throws {
        let fixture = try DevnetFixture(mining: .instant)
        for nonce in [2, 1, 3] as [UInt64] {
            try await fixture.chain.send(fixture.transaction(1, nonce: nonce, to: .zero))
        }
        #expect(await fixture.chain.head.number == 0)
        try await fixture.chain.send(fixture.transaction(1, nonce: 0, to: .zero))
        #expect(await fixture.chain.head.transactions.count == 4)
        #expect(await fixture.chain.pendingCount == 0)
    }

    @Test func thePoolIsBounded() throws {
        var pool = TransactionPool()
        pool.limits.total = 3
        pool.limits.perSender = 2
        let fixture = try DevnetFixture()
        for nonce in 0..<2 as Range<UInt64> {
            try pool.insert(try PooledTransaction(fixture.transaction(0, nonce: nonce, to: .zero)))
        }
        let third = try PooledTransaction(fixture.transaction(0, nonce: 2, to: .zero))
        #expect(throws: DevnetError("account limit exceeded: pooled 2 txs")) { try pool.insert(third) }
        try pool.insert(try PooledTransaction(fixture.transaction(1, nonce: 0, to: .zero)))
        let fourth = try PooledTransaction(fixture.transaction(2, nonce: 0, to: .zero))
        #expect(throws: DevnetError("txpool is full")) { try pool.insert(fourth) }
    }
}
