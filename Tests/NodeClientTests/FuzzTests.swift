import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import NodeClient

/// Whatever a peer sends, reading it returns or throws: it never traps.
@Suite struct FuzzTests {
    static let seeds = [
        FakePeer.result("1", "\"0x1\""), FakePeer.error("1", -32000, "nonce too low"),
        "[\(FakePeer.result("1", "null"))]",
        FakePeer.notification("0xa", Sample.header(1)), FakePeer.notification("0xa", Sample.log(1)),
        FakePeer.notification("0xa", Sample.transaction(Sample.hash)),
        FakePeer.notification("0xa", "\"\(Sample.hash)\""),
    ]

    private func mutated(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(Self.seeds.randomElement(using: &generator)!.utf8)  // the list is not empty
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            guard !bytes.isEmpty else { break }
            let at = bytes.indices.randomElement(using: &generator)!  // just checked
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(contentsOf: bytes[at...].prefix(20), at: at)
            default: bytes.removeSubrange(at...)
            }
        }
        return bytes
    }

    @Test func inboundMessagesNeverTrap() {
        var generator = SeededGenerator(seed: 20)
        var read = 0
        for _ in 0..<20_000 {
            if (try? InboundMessage.read(mutated(&generator))) != nil { read += 1 }
        }
        #expect(read > 100, "some mutations stay readable, so the typed readers are reached")
        for seed in Self.seeds { #expect((try? InboundMessage.read(Array(seed.utf8))) != nil) }
    }

    @Test func httpAnswersNeverTrapAndIdsStayInRange() {
        var generator = SeededGenerator(seed: 21)
        for round in 0..<20_000 {
            let response = HTTPResponse(status: round % 2 == 0 ? 200 : 500, body: mutated(&generator), retryAfter: nil)
            if let answers = try? HTTPExchange.answers(in: response, first: UInt64(round % 3), count: 3, endpoint: "x")
            {
                #expect(answers.count == 3)
            }
        }
        let huge = HTTPResponse(
            status: 200, body: Array(FakePeer.result("18446744073709551615", "1").utf8), retryAfter: nil)
        #expect((try? HTTPExchange.answers(in: huge, first: 5, count: 2, endpoint: "x")) == [nil, nil])
    }

    @Test func typedResultsNeverTrap() throws {
        var generator = SeededGenerator(seed: 22)
        let receipt = """
            {"transactionHash":"\(Sample.hash)","transactionIndex":"0x1","blockNumber":"0x2",\
            "blockHash":"\(Sample.hash)","from":"\(Sample.address)","to":null,"contractAddress":"\(Sample.address)",\
            "status":"0x1","gasUsed":"0x5208","cumulativeGasUsed":"0x5208",\
            "effectiveGasPrice":"0x3b9aca00","logs":[\(Sample.log(2))]}
            """
        let good = try Receipt(json: try JSON.parse(receipt))
        #expect(
            good.succeeded && good.logs.count == 1 && good.to == nil && good.feePaid?.description == "21000000000000")
        let source = Array(receipt.utf8)
        for _ in 0..<5_000 {
            var bytes = source
            bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 32...126, using: &generator)
            guard let json = try? JSON.parse(bytes) else { continue }
            _ = try? Receipt(json: json)
            _ = try? FeeHistory(json: json)
        }
    }
}
