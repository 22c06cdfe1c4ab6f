import EVMCodec
import EVMTypes
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AdminAPI

@Suite struct AdminDispatcherTests {
    private func ask(_ text: String, _ node: FakeNode = FakeNode()) async throws -> JSON? {
        try await node.dispatcher.answer(bytes(text)).map { try JSON.parse($0) }
    }

    private func code(_ text: String) async throws -> Int? {
        let answer = try await ask(text)
        #expect(answer?["result"] == nil)
        return answer?["error"]?["code"]?.int
    }

    @Test func everyMethodAnswersWhatItsSchemaSays() async throws {
        for method in AdminMethods.all {
            let answer = try #require(try await ask(#"{"jsonrpc":"2.0","id":"a","method":"\#(method.name)"}"#))
            #expect(answer["id"]?.string == "a" && answer["jsonrpc"]?.string == "2.0")
            let result = try #require(answer["result"], "\(method.name): \(answer)")
            #expect(method.result.schema.fault(of: result, at: "result") == nil)
        }
    }

    @Test func pauseAndResumeReachTheNodeWithTheReason() async throws {
        let node = FakeNode()
        let paused = try await ask(#"{"jsonrpc":"2.0","id":1,"method":"node_pause","params":{"reason":"fees"}}"#, node)
        #expect(paused?["result"] == ["paused": true])
        #expect(node.state.withLock { $0.isPaused && $0.reasons == ["fees"] })
        let status = try await ask(#"{"jsonrpc":"2.0","id":2,"method":"node_status"}"#, node)
        #expect(status?["result"]?["paused"] == .bool(true) && status?["result"]?["pools"]?.int == 12)
        _ = try await ask(#"{"jsonrpc":"2.0","id":3,"method":"node_resume","params":[]}"#, node)
        #expect(!node.state.withLock { $0.isPaused })
    }

    @Test func parametersMayBeNamedOrPositionalAndAreChecked() async throws {
        let node = FakeNode()
        let token = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
        _ = try await ask(
            #"{"jsonrpc":"2.0","id":1,"method":"pools_list","params":{"limit":7,"token":"\#(token)","usable":false}}"#,
            node)
        _ = try await ask(#"{"jsonrpc":"2.0","id":1,"method":"pools_list","params":[3,null,null,"sushi"]}"#, node)
        _ = try await ask(#"{"jsonrpc":"2.0","id":1,"method":"pools_list"}"#, node)
        #expect(
            node.state.withLock { $0.pools } == [
                PoolsQuery(limit: 7, after: nil, token: Address(hex: token), dex: nil, isUsable: false),
                PoolsQuery(limit: 3, after: nil, token: nil, dex: "sushi", isUsable: nil),
                PoolsQuery(limit: 100, after: nil, token: nil, dex: nil, isUsable: nil),
            ])
    }

    @Test func badParametersGetOneClearLine() async throws {
        let cases: [(String, String)] = [
            (#"{"limit":0}"#, "params.limit must be an integer from 1 to 1000"),
            (#"{"limit":1001}"#, "params.limit must be an integer from 1 to 1000"),
            (#"{"limit":1.5}"#, "params.limit must be an integer from 1 to 1000"),
            (#"{"limit":"5"}"#, "params.limit must be an integer from 1 to 1000"),
            (#"{"token":"0x12"}"#, "params.token must be an address: 0x and 40 hex digits"),
            (#"{"dex":7}"#, "params.dex must be a string"),
            (#"{"usable":"yes"}"#, "params.usable must be true or false"),
            (#"{"limits":5}"#, "params has no member limits; it takes limit, after, token, dex, usable, ticks"),
            (#"[1,2,3,4,5,6,7]"#, "pools_list takes at most 6 parameters, not 7"),
            (#""x""#, "params must be an object or an array"), ("null", "params must be an object or an array"),
            (#"{"after":"\#(String(repeating: "x", count: 129))"}"#, "params.after must have at most 128 characters"),
        ]
        for (parameters, message) in cases {
            let answer = try await ask(#"{"jsonrpc":"2.0","id":1,"method":"pools_list","params":\#(parameters)}"#)
            #expect(answer?["error"]?["code"]?.int == -32_602, "\(parameters)")
            #expect(answer?["error"]?["message"]?.string == message)
        }
    }

    @Test func handlersMayRefuseAndFaultsDoNotLeak() async throws {
        func error(_ method: String, _ parameters: String) async throws -> JSON? {
            try await ask(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(parameters)}"#)?["error"]
        }
        #expect(
            try await error("bundles_list", #"{"after":"bad"}"#) == [
                "code": -32602, "message": "after: not a cursor of ours",
            ])
        #expect(
            try await error("opportunities_list", #"{"state":"none"}"#) == ["code": -32001, "message": "no such state"])
        let broken = try await error("opportunities_list", #"{"state":"broken"}"#)
        #expect(broken == ["code": -32603, "message": "internal error; see the node's log"])
    }

    @Test func whatIsNoRequestIsRefusedByTheRightCode() async throws {
        #expect(try await code("{") == -32_700)
        #expect(try await code("") == -32_700)
        #expect(try await code(String(repeating: "[", count: 100)) == -32_700)
        #expect(try await code("[]") == -32_600)
        #expect(try await code("1") == -32_600)
        #expect(try await code(#"{"jsonrpc":"1.0","id":1,"method":"node_status"}"#) == -32_600)
        #expect(try await code(#"{"id":1,"method":"node_status"}"#) == -32_600)
        #expect(try await code(#"{"jsonrpc":"2.0","id":1}"#) == -32_600)
        #expect(try await code(#"{"jsonrpc":"2.0","id":1,"method":5}"#) == -32_600)
        #expect(try await code(#"{"jsonrpc":"2.0","id":{},"method":"node_status"}"#) == -32_600)
        #expect(try await code(#"{"jsonrpc":"2.0","id":1,"method":"eth_call"}"#) == -32_601)
        #expect(try await code(#"{"jsonrpc":"2.0","id":1,"id":2,"method":"node_status"}"#) == -32_700)
        let many =
            "["
            + Array(repeating: #"{"jsonrpc":"2.0","id":1,"method":"node_status"}"#, count: 101).joined(separator: ",")
            + "]"
        #expect(try await code(many) == -32_600)
    }

    @Test func batchesAnswerInOrderAndNotificationsAreSilent() async throws {
        let node = FakeNode()
        let text = """
            [{"jsonrpc":"2.0","id":1,"method":"node_pause"}, 5, {"jsonrpc":"2.0","method":"node_resume"},
             {"jsonrpc":"2.0","id":null,"method":"node_status"}, {"jsonrpc":"2.0","id":"z","method":"nope"}]
            """
        let answers = try #require(try await ask(text, node)?.array)
        #expect(answers.map { $0["id"] } == [.number("1"), .null, .null, .string("z")])
        #expect(answers[1]["error"]?["code"]?.int == -32_600)
        #expect(answers[2]["result"]?["paused"] == .bool(false), "the notification before it was carried out")
        #expect(try await ask(#"{"jsonrpc":"2.0","method":"node_pause"}"#, node) == nil)
        #expect(node.state.withLock { $0.isPaused })
        #expect(try await ask(#"[{"jsonrpc":"2.0","method":"nope"}]"#, node) == nil)
    }

    @Test func theDocumentListsExactlyTheTable() async throws {
        let document = try #require(try await ask(#"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#)?["result"])
        let methods = try #require(document["methods"]?.array)
        #expect(
            methods.compactMap { $0["name"]?.string } == [
                "node_status", "node_pause", "node_resume", "node_shutdown", "pools_list", "opportunities_list",
                "bundles_list", "rpc.discover",
            ])
        #expect(document["openrpc"]?.string?.hasPrefix("1.") == true)
        let pools = try #require(methods.first { $0["name"]?.string == "pools_list" })
        let limit = try #require(pools["params"]?[0])
        #expect(limit["schema"] == ["type": "integer", "minimum": 1, "maximum": 1000])
        #expect(pools["result"]?["schema"]?["required"] == ["items", "next"])
        for method in methods {
            #expect(method["summary"]?.string?.hasSuffix(".") == true)
            #expect(method["result"]?["schema"]?.object != nil)
        }
    }

    @Test func noBytesMakeTheDispatcherTrapOrStaySilentWithoutReason() async throws {
        var random = SeededGenerator()
        let node = FakeNode()
        let good = bytes(#"[{"jsonrpc":"2.0","id":1,"method":"pools_list","params":{"limit":5,"after":"x"}}]"#)
        for _ in 0..<3_000 {
            var message = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<message.count, using: &random)
                if Bool.random(using: &random) {
                    message[place] = UInt8.random(in: 0...255, using: &random)
                } else {
                    message.remove(at: place)
                }
            }
            guard let answer = await node.dispatcher.answer(message) else { continue }
            let json = try JSON.parse(answer)
            let one = json.array?.first ?? json
            #expect(
                one["jsonrpc"]?.string == "2.0" && (one["result"] == nil) != (one["error"] == nil),
                "seed \(random.seed)")
        }
    }
}

@Suite struct JSONStreamSplitterTests {
    private func cut(_ chunks: [String], max: Int = 1_000) throws -> [String] {
        var splitter = JSONStreamSplitter(valueBytesMax: max)
        var out: [String] = []
        for chunk in chunks {
            try splitter.append(chunk.utf8)
            while let value = splitter.next() { out.append(String(decoding: value, as: UTF8.self)) }
        }
        return out
    }

    @Test func valuesAreCutWhereverTheChunksEnd() throws {
        let values = [#"{"a":"}]\"{"}"#, "[1,[2,{}]]", "{}", #"{"k":"\\"}"#, "[]"]
        let text = values[0] + values[1] + "\n \t" + values[2] + values[3] + "\r\n" + values[4]
        #expect(try cut([text]) == values)
        #expect(try cut(text.map { String($0) }) == values)
        var random = SeededGenerator()
        for _ in 0..<200 {
            var chunks: [String] = [], rest = Substring(text)
            while !rest.isEmpty {
                let length = Int.random(in: 1...10, using: &random)
                chunks.append(String(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(try cut(chunks) == values, "seed \(random.seed)")
        }
    }

    @Test func garbageAndEndlessValuesAreFaults() {
        #expect(throws: JSONStreamSplitter.Fault.notAValue) { try cut(["{}x"]) }
        #expect(throws: JSONStreamSplitter.Fault.notAValue) { try cut(["12"]) }
        #expect(throws: JSONStreamSplitter.Fault.notAValue) { try cut(["}"]) }
        #expect(throws: JSONStreamSplitter.Fault.tooLong) {
            try cut(["[" + String(repeating: "1", count: 10)], max: 10)
        }
        #expect(throws: Never.self) { try cut(["[" + String(repeating: "1", count: 8) + "]"], max: 10) }
    }
}

@Suite struct RateLimitTests {
    @Test func aBucketGivesItsBurstThenItsRate() {
        let limit = RateLimit(perSecond: 10, burst: 3)
        let start = ContinuousClock.now
        #expect((0..<5).map { _ in limit.allows(at: start) } == [true, true, true, false, false])
        #expect(!limit.allows(at: start + .milliseconds(99)))
        #expect(limit.allows(at: start + .milliseconds(101)))
        #expect((0..<5).map { _ in limit.allows(at: start + .seconds(60)) } == [true, true, true, false, false])
        #expect(!limit.allows(at: start), "time that steps back gives nothing")
    }
}
