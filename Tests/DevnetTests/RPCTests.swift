import EVM
import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import Devnet

@Suite struct RPCTests {
    @Test(arguments: [
        ("", -32_700), ("{", -32_700), ("[]", -32_600), ("{}", -32_600), ("null", -32_600), ("[1]", -32_600),
        (#"{"id":1,"method":7}"#, -32_600), (#"{"id":{},"method":"eth_chainId"}"#, -32_600),
        (#"{"id":1,"method":"eth_nothing"}"#, -32_601), (#"{"id":1,"method":"eth_getBalance"}"#, -32_602),
        (#"{"id":1,"method":"eth_getBalance","params":{}}"#, -32_602),
        (#"{"id":1,"method":"eth_getBalance","params":["0x1","latest"]}"#, -32_602),
        (#"{"id":1,"method":"eth_getBlockByNumber","params":["0x0",false,1]}"#, -32_602),
        (#"{"id":1,"method":"eth_sendRawTransaction","params":["0x"]}"#, -32_000),
        (#"{"id":1,"method":"eth_sendRawTransaction","params":["0x03c0"]}"#, -32_000),
        (#"{"id":1,"method":"eth_subscribe","params":["newHeads"]}"#, -32_601),
        (#"{"id":1,"method":"eth_getFilterChanges","params":["0x1"]}"#, -32_000),
    ])
    func faultsHaveTheirCodes(body: String, code: Int) async throws {
        let chain = try DevnetFixture().chain
        var answer = try await chain.json(body)
        if let first = answer[0] { answer = first }
        #expect(answer["error"]?["code"]?.int == code, "\(answer)")
    }

    @Test func garbageIsAnswered() async throws {
        let fixture = try DevnetFixture()
        let names = Array(MethodTable.short.keys).sorted() + Array(MethodTable.long.keys).sorted()
        let values: [JSON] = [
            .null, true, 7, "0x", "0xzz", "latest", "0xffffffffffffffffffff", [], [:], ["a": [["b"]]],
            .address(fixture.accounts[0].address), .hash(Hash32(.max)), .number("1e400"), .number("-5"),
            ["from": .address(fixture.accounts[0].address), "to": 7], ["txs": ["0x01"], "blockNumber": "0x1"],
            ["fromBlock": "0xffffffffffffffff", "toBlock": "0x0", "topics": [[.null], 3]],
        ]
        var random = SeededGenerator(seed: 1)
        let heavy: Set = [
            "evm_mine", "anvil_mine", "evm_reorg", "anvil_reorg", "evm_setIntervalMining", "evm_setPeriod",
            "eth_sendRawTransactionSync", "harness_fault",
        ]
        for name in names where !heavy.contains(name) {
            for _ in 0..<12 {
                let count = Int.random(in: 0...4, using: &random)
                let params = (0..<count).map { _ in values[Int.random(in: 0..<values.count, using: &random)] }
                let request = JSON.object(["id": 1, "method": .string(name), "params": .array(params)])
                let answer = try JSON.parse(await fixture.chain.answer(request.bytes, from: .http) ?? [])
                #expect(answer["result"] != nil || answer["error"] != nil)
            }
        }
    }

    @Test func batchesKeepOrderAndBounds() async throws {
        let chain = try DevnetFixture().chain
        let one = #"{"id":ID,"method":"eth_chainId"}"#
        let batch = "[" + (0..<3).map { one.replacing("ID", with: "\($0)") }.joined(separator: ",") + "]"
        let answer = try await chain.json(batch)
        #expect(answer.array?.map { $0["id"]?.int } == [0, 1, 2])
        let long = "[" + Array(repeating: one.replacing("ID", with: "1"), count: 1_001).joined(separator: ",") + "]"
        #expect(try await chain.json(long)["error"]?["message"] == "batch too large")
        #expect(await chain.answer(Array(#"{"method":"eth_chainId"}"#.utf8), from: .http) == nil)
    }

    @Test func revertsCarryTheirData() async throws {
        let fixture = try DevnetFixture(mining: .instant)
        let counter = try await fixture.deployCounter()
        let request = JSON.object([
            "id": 1, "method": "eth_call",
            "params": [["to": .address(counter), "data": .hex(U256.zero.bigEndianBytes)], "latest"],
        ])
        let answer = try JSON.parse(await fixture.chain.answer(request.bytes, from: .http) ?? [])
        #expect(answer["error"]?["code"] == 3)
        #expect(answer["error"]?["message"] == "execution reverted")
    }

    @Test func bundlesGoOnTopByPayment() async throws {
        let fixture = try DevnetFixture()
        let chain = fixture.chain
        let counter = try await fixture.deployCounter()
        let gwei: U256 = 1_000_000_000
        func bundle(_ transactions: [Transaction]) -> JSON {
            ["txs": .array(transactions.map { .hex($0.encoded()) }), "blockNumber": "0x2"]
        }
        let poor = fixture.transaction(1, nonce: 0, to: counter, data: U256(1).bigEndianBytes, tip: gwei)
        let rich = fixture.transaction(2, nonce: 0, to: counter, data: U256(2).bigEndianBytes, tip: 7 * gwei)
        let bad = fixture.transaction(3, nonce: 0, to: counter, data: U256.zero.bigEndianBytes, tip: 40 * gwei)
        let with = fixture.transaction(4, nonce: 0, to: counter, data: U256(1).bigEndianBytes, tip: 9 * gwei)
        for list in [[poor], [rich], [with, bad]] {
            #expect(try await chain.ask("eth_sendBundle", [bundle(list)])["bundleHash"] != nil)
        }
        try await chain.send(fixture.transaction(5, nonce: 0, to: .zero, tip: 30 * gwei))
        #expect(try await chain.ask("txpool_status", [])["pending"] == "0x1")
        let block = try await chain.mine()
        #expect(block.transactions.map(\.pooled.hash).prefix(2) == [rich.hash, poor.hash])
        #expect(block.transactions.count == 3)
        let outcomes = await chain.relay.bundles.map(\.outcome)
        #expect(outcomes[0] == "included" && outcomes[1] == "included" && outcomes[2].hasPrefix("failed: "))
        #expect(await chain.freshRoot() == block.header.stateRoot)
        #expect(try await chain.ask("eth_sendBundle", [bundle([poor])]) == "block number is in the past")
    }

    @Test func tracesOfMinedTransactionsAgreeWithTheirReceipts() async throws {
        let fixture = try DevnetFixture()
        let chain = fixture.chain
        var random = SeededGenerator(seed: 21)
        let counter = try await fixture.deployCounter()
        for _ in 0..<6 { try await fixture.randomBlock(counter, &random) }
        for number in 1...(await chain.head.number) {
            let block = try #require(await chain.block(number))
            let traces = try await chain.ask("debug_traceBlockByNumber", [.quantity(number), ["tracer": "callTracer"]])
            #expect(traces.array?.count == block.transactions.count)
            for (mined, trace) in zip(block.transactions, traces.array ?? []) {
                #expect(trace["result"]?["gasUsed"]?.quantityU64 == mined.gasUsed)
                let single = try await chain.ask(
                    "debug_traceTransaction", [.hash(mined.pooled.hash), ["tracer": "callTracer"]])
                #expect(single == trace["result"])
            }
        }
    }
}
