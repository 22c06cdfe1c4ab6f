import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import NodeClient
import Synchronization
import TestSupport
import Testing

@testable import Relays

/// The key of the vector in facts/apis.md §3.1: 0x46 repeated 32 times.
func vectorIdentity(_ digests: (@Sendable (Hash32) -> Void)? = nil) throws -> RelayIdentity {
    let address = try #require(Address(hex: "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"))
    return RelayIdentity(address: address) { message in
        let digest = EIP191.personalHash(message)
        digests?(digest)
        return PrivateKey(bytes: Array(repeating: 0x46, count: 32))?.sign(digest)
    }
}

@Suite(.timeLimit(.minutes(1))) struct RelaysTests {
    private let bundle = BundleRequest(
        transactions: [[0x02, 0x01], [0x02, 0x02]], blockNumber: 0x10, minTimestamp: 5, maxTimestamp: 9,
        revertingTransactionHashes: [Hash32(7)], replacementUUID: "9f2b3c4d-1111-4222-8333-123456789abc")

    private func relay(
        _ server: TinyRelay, identity: RelayIdentity? = nil, timeout: Duration = .seconds(5)
    ) throws -> FlashbotsRelay {
        try FlashbotsRelay(
            EndpointConfig(try EndpointURL(server.url), name: "test relay", timeout: timeout), identity: identity)
    }

    @Test func headerIsTheOneOfEthAccount() throws {
        let body =
            #"{"jsonrpc":"2.0","id":1,"method":"eth_sendBundle","params":[{"txs":["0x01"],"blockNumber":"0x1"}]}"#
        let header = try #require(try vectorIdentity().header(for: Array(body.utf8)))
        #expect(
            Keccak256.hash(Array(body.utf8)).hex == "0xccde410f68d992d2395191ca307a57954cad7166d454b015fdd534a6bbf99d52"
        )
        #expect(header.name == "X-Flashbots-Signature")
        let signature =
            "0xf3c189206c601c7fa97bcc19bc3f4f05cdb426b93e5537281e464fa40955260e"
            + "6fa1d1af067445f6baaf1c86fc8d38aba63550892954eaf0bf05e245f0c531c81c"
        #expect(header.value == "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F:\(signature)")
    }

    @Test func aBundleIsSentAsDocumentedAndSignedOverItsExactBytes() async throws {
        let hash = bundle.bundleHash.hex
        let server = try #require(
            TinyRelay { _ in (200, #"{"jsonrpc":"2.0","id":1,"result":{"bundleHash":"\#(hash)"}}"#) })
        let outcome = try await relay(server, identity: vectorIdentity()).send(bundle)
        #expect(outcome == .accepted(hash: bundle.bundleHash))
        let request = try #require(server.requests.first)
        let json = try JSON.parse(request.body)
        #expect(json["method"]?.string == "eth_sendBundle")
        let object = try #require(json["params"]?[0])
        #expect(object["txs"] == .array([.string("0x0201"), .string("0x0202")]))
        #expect(object["blockNumber"] == .string("0x10"))
        #expect(object["minTimestamp"] == .number("5") && object["maxTimestamp"] == .number("9"))
        #expect(object["replacementUuid"] == .string("9f2b3c4d-1111-4222-8333-123456789abc"))
        #expect(object["revertingTxHashes"]?[0]?.hash32 == Hash32(7))
        let header = try vectorIdentity().header(for: request.body)
        #expect(request.headers["x-flashbots-signature"] == header?.value)
        server.stop()
    }

    @Test func bundleHashJoinsTheTransactionHashes() {
        let expected = Keccak256.hash(Keccak256.hash([0x02, 0x01]).bytes + Keccak256.hash([0x02, 0x02]).bytes)
        #expect(bundle.bundleHash == expected)
        #expect(!"\(bundle)".contains("02"), "unsent transactions are not printed: \(bundle)")
    }

    @Test func badBundlesAreNotSent() async throws {
        let server = try #require(TinyRelay { _ in (200, "{}") })
        let relay = try relay(server)
        var bad = Array(repeating: bundle, count: 7)
        bad[0].transactions = []
        bad[1].transactions = Array(repeating: [1], count: 101)
        bad[2].transactions = [Array(repeating: 1, count: 300_001)]
        bad[3].blockNumber = 0
        bad[4].maxTimestamp = 4
        bad[5].replacementUUID = "9f2b3c4d-1111-1222-8333-123456789abc"
        bad[6].transactions = [[]]
        for bundle in bad {
            if case .notSent(let error) = await relay.send(bundle) {
                #expect(error.code == .invalidBundle && error.fault == .ours)
            } else {
                Issue.record("\(bundle) must not be sent")
            }
        }
        #expect(server.requests.isEmpty)
        server.stop()
    }

    @Test func everyAnswerOfARelayHasItsOutcome() async throws {
        let answer = Mutex<(Int, String)?>(nil)
        let server = try #require(TinyRelay { _ in answer.withLock { $0 } })
        let relay = try relay(server, timeout: .seconds(3))
        func outcome(_ status: Int, _ body: String) async -> SubmissionOutcome {
            answer.withLock { $0 = (status, body) }
            return await relay.send(bundle)
        }
        let denied = await outcome(
            403, #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid X-Flashbots-Signature"}}"#)
        if case .refused(let error) = denied {
            #expect(error.message.contains("invalid X-Flashbots-Signature"))
        } else {
            Issue.record("403")
        }
        if case .refused(let error) = await outcome(429, "slow") {
            #expect(error.code == .rateLimited && error.isRetryable)
        } else {
            Issue.record("429")
        }
        if case .refused(let error) = await outcome(
            200, #"{"id":1,"error":{"code":-32000,"message":"err: nonce too low: x"}}"#)
        {
            #expect(error.code == .refused(.nonceTooLow))
        } else {
            Issue.record("an error object is a refusal")
        }
        if case .refused = await outcome(400, "bundle says no") {} else { Issue.record("a plain 400 is a refusal") }
        if case .uncertain = await outcome(502, "<html>") {} else { Issue.record("a 502 leaves doubt") }
        if case .uncertain = await outcome(200, "<html>") {} else { Issue.record("HTML leaves doubt") }
        #expect(await outcome(200, #"{"id":1,"result":null}"#) == .accepted(hash: bundle.bundleHash))
        answer.withLock { $0 = nil }
        if case .uncertain(let error) = await relay.send(bundle) {
            #expect(error.code == .transport)
        } else {
            Issue.record("a cut leaves doubt")
        }
        server.stop()
        let gone = try FlashbotsRelay(EndpointConfig(try EndpointURL("http://127.0.0.1:1")), identity: nil)
        if case .notSent = await gone.send(bundle) {} else { Issue.record("nobody listens") }
        let locked = try FlashbotsRelay(
            EndpointConfig(try EndpointURL("http://127.0.0.1:1")), identity: RelayIdentity(address: .zero) { _ in nil })
        if case .notSent(let error) = await locked.send(bundle) {
            #expect(error.code == .notSigned)
        } else {
            Issue.record("no signature")
        }
    }

    /// The amounts of the sample in flashbots-docs: 20000000000126000 / 42000 = 476190476193 (facts/apis.md §3.2).
    static let simulation = """
        {"jsonrpc":"2.0","id":1,"result":{"bundleGasPrice":"476190476193",\
        "bundleHash":"0x\(String(repeating: "73", count: 32))",\
        "coinbaseDiff":"20000000000126000","ethSentToCoinbase":"20000000000000000","gasFees":"126000","results":[\
        {"coinbaseDiff":"10000000000063000","ethSentToCoinbase":"10000000000000000",\
        "fromAddress":"0x\(String(repeating: "02", count: 20))","gasFees":"63000","gasPrice":"476190476193",\
        "gasUsed":21000,"toAddress":"0x\(String(repeating: "73", count: 20))",\
        "txHash":"0x\(String(repeating: "66", count: 32))","value":"0x"},\
        {"coinbaseDiff":"115792089237316195423570985008687907853269984665640564039457584007913129639935",\
        "ethSentToCoinbase":"1","fromAddress":"0x\(String(repeating: "02", count: 20))","gasFees":"63000",\
        "gasPrice":"476190476193","gasUsed":21000,"toAddress":null,\
        "txHash":"0x\(String(repeating: "67", count: 32))","error":"execution reverted","revert":"not enough"}],\
        "stateBlockNumber":5221585,"totalGasUsed":42000}}
        """

    @Test func simulationsAreReadExactlyAndRevertsAreReported() async throws {
        let server = try #require(TinyRelay { _ in (200, Self.simulation) })
        let result = try await relay(server).simulate(bundle, on: .number(5_221_585), timestamp: 9, baseFee: 7)
        #expect(
            result.coinbaseDiff == U256(decimal: "20000000000126000") && result.gasFees == 126_000
                && result.totalGasUsed == 42_000)
        #expect(result.bundleGasPrice == result.coinbaseDiff / U256(result.totalGasUsed))
        #expect(result.results[0].outcome == .succeeded([]))
        #expect(result.results[1].coinbaseDiff == .max, "nothing is rounded through a Double")
        #expect(
            result.firstFailure?.outcome
                == .failed(error: "execution reverted", revertText: "not enough", revertData: []))
        let object = try JSON.parse(try #require(server.requests.first).body)["params"]?[0]
        #expect(
            object?["stateBlockNumber"] == .string("0x4facd1") && object?["timestamp"] == .number("9")
                && object?["baseFee"] == .number("7"))
        server.stop()
    }

    @Test func simulationsOfAnotherShapeAreRefusedAndNeverTrap() async throws {
        let source = Array(Self.simulation.utf8)
        var generator = SeededGenerator(seed: 30)
        for _ in 0..<5_000 {
            var bytes = source
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 32...126, using: &generator)
            }
            if let json = try? JSON.parse(bytes), let result = json["result"] {
                _ = try? BundleSimulation(json: result)
            }
        }
        let server = try #require(TinyRelay { _ in (200, #"{"id":1,"result":{"coinbaseDiff":"1e18"}}"#) })
        let relay = try relay(server)
        await #expect(throws: RelayError.self) { try await relay.simulate(bundle) }
        await #expect(throws: RelayError.self) { try await relay.simulate(bundle, on: .hash(.zero)) }
        await #expect(throws: RelayError.self) { try await relay.cancel(replacementUUID: "nope") }
        try await relay.cancel(replacementUUID: try #require(bundle.replacementUUID))
        server.stop()
    }

    @Test func publicSubmissionSendsOnlyOursAndKeepsDoubt() async throws {
        let server = try #require(
            TinyRelay { request in
                let raw = (try? JSON.parse(request.body))?["params"]?[0]?.string ?? ""
                let id = (try? JSON.parse(request.body))?["id"]?.text ?? ""
                switch raw {
                case "0x0a": return (200, #"{"id":\#(id),"result":"0x\#(String(repeating: "0a", count: 32))"}"#)
                case "0x0b": return (200, #"{"id":\#(id),"error":{"code":-32000,"message":"already known"}}"#)
                case "0x0c": return (200, #"{"id":\#(id),"error":{"code":-32000,"message":"nonce too low"}}"#)
                default: return nil
                }
            })
        let pool = PublicSubmission(try RPCClient(EndpointConfig(try EndpointURL(server.url))))
        func send(_ ours: [[UInt8]]) async -> SubmissionOutcome {
            await Submission.publicMempool(pool).submit(SubmissionOrder(bundle: bundle, ours: ours)).outcome
        }
        #expect(await send([[0x0a]]) == .accepted(hash: Hash32(bytes: Array(repeating: 0x0a, count: 32))))
        #expect(await send([[0x0b]]) == .accepted(hash: nil))
        #expect(await send([[0x0c]]).error?.code == .refused(.nonceTooLow))
        if case .uncertain = await send([[0x0d]]) {} else { Issue.record("a cut leaves doubt") }
        if case .uncertain = await send([[0x0a], [0x0c]]) {} else { Issue.record("the first went out") }
        if case .notSent = await send([]) {} else { Issue.record("nothing to send") }
        server.stop()
    }

    @Test func allWaysAreTriedAtOnceAndReportedInOrder() async throws {
        let hash = bundle.bundleHash
        let good = try #require(TinyRelay { _ in (200, #"{"id":1,"result":{"bundleHash":"\#(hash.hex)"}}"#) })
        let bad = try #require(TinyRelay { _ in (500, "") })
        let reports = await Submission.submit(
            SubmissionOrder(bundle: bundle, ours: []), to: [.flashbots(try relay(bad)), .flashbots(try relay(good))])
        #expect(reports.map(\.outcome.isAccepted) == [false, true] && reports[1].outcome == .accepted(hash: hash))
        good.stop()
        bad.stop()
    }
}
