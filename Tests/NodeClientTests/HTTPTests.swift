import EVMCodec
import EVMTypes
import Testing

@testable import NodeClient

@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
    private func client(_ peer: FakePeer, timeout: Duration = .seconds(5), bytesMax: Int = 1 << 20, items: Int = 100)
        throws -> RPCClient
    {
        try RPCClient(try endpoint(peer.http, timeout: timeout, bytesMax: bytesMax, items: items))
    }

    @Test func aCallIsAskedAndAnsweredOverOneReusedConnection() async throws {
        let peer = try await FakePeer.answering { input, _ in FakePeer.result(input.id, "\"0x539\"") }
        let client = try RPCClient(try endpoint(peer.http + "/key?x=1"), http: HTTPClient(workers: 1))
        for _ in 0..<5 { #expect(try await client.chainID() == 1337) }
        #expect(peer.connections == 1)
        let input = try #require(peer.inputs.first)
        #expect(input.path == "/key?x=1")
        #expect(input.header("content-type") == "application/json")
        #expect(input.json["method"]?.string == "eth_chainId" && input.json["jsonrpc"]?.string == "2.0")
        #expect(Set(peer.inputs.map(\.id)).count == 5, "ids are not used twice")
        await peer.stop()
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: @Sendable (String) -> [FakePeer.Step]
        var code: NodeError.Code
    }

    static let faults: [Fault] = [
        Fault(
            testDescription: "an HTML error page",
            steps: { _ in [.bytes(FakePeer.http(502, "<html>/v3/SECRET</html>", type: "text/html"))] },
            code: .httpStatus(502)),
        Fault(
            testDescription: "HTML with status 200", steps: { _ in [.bytes(FakePeer.http(200, "<html>SECRET"))] },
            code: .malformedResponse),
        Fault(
            testDescription: "a wrong id", steps: { _ in [.bytes(FakePeer.http(200, FakePeer.result("999999", "1")))] },
            code: .malformedResponse),
        Fault(
            testDescription: "invalid UTF-8",
            steps: { id in
                [.bytes(FakePeer.http(200, FakePeer.result(id, "\"@\"")).map { $0 == UInt8(ascii: "@") ? 0xFF : $0 })]
            }, code: .malformedResponse),
        Fault(
            testDescription: "JSON that is no JSON-RPC", steps: { _ in [.bytes(FakePeer.http(200, "{\"ok\":true}"))] },
            code: .malformedResponse),
        Fault(testDescription: "a cut without an answer", steps: { _ in [.cut] }, code: .connectionLost),
        Fault(
            testDescription: "a cut in the body",
            steps: { _ in
                [
                    .bytes(Array(FakePeer.http(200, String(repeating: "x", count: 500)).prefix(200))),
                    .wait(milliseconds: 20), .cut,
                ]
            }, code: .connectionLost),
        Fault(
            testDescription: "half an answer and silence",
            steps: { _ in [.bytes(Array(FakePeer.http(200, "{}").dropLast(1)))] }, code: .timeout),
        Fault(testDescription: "silence", steps: { _ in [] }, code: .timeout),
        Fault(
            testDescription: "a giant answer",
            steps: { _ in [.bytes(FakePeer.http(200, String(repeating: " ", count: 300_000)))] },
            code: .responseTooLarge),
        Fault(
            testDescription: "429",
            steps: { _ in [.bytes(FakePeer.http(429, "Too Many Requests", headers: ["Retry-After: 3"]))] },
            code: .rateLimited),
        Fault(
            testDescription: "-32005 in a 200",
            steps: { id in [.bytes(FakePeer.http(200, FakePeer.error(id, -32005, "limit exceeded")))] },
            code: .rateLimited),
        Fault(
            testDescription: "code 429 in a 200",
            steps: { id in [.bytes(FakePeer.http(200, FakePeer.error(id, 429, "slow down")))] },
            code: .rateLimited),
        Fault(
            testDescription: "an error object in a 500",
            steps: { id in [.bytes(FakePeer.http(500, FakePeer.error(id, -32601, "no")))] },
            code: .rpc(.methodNotFound)),
        Fault(
            testDescription: "an error under a null id",
            steps: { _ in [.bytes(FakePeer.http(200, FakePeer.error("null", -32700, "parse error")))] },
            code: .rpc(.malformed)),
        Fault(
            testDescription: "a redirect to another host",
            steps: { _ in
                [.bytes(FakePeer.http(307, "", headers: ["Location: http://127.0.0.1:1/steal"]))]
            }, code: .httpStatus(307)),
    ]

    @Test(arguments: faults) func everyFaultHasItsCodeAndNeverHangs(_ fault: Fault) async throws {
        let peer = try await FakePeer.start(script: .init(request: { input, _ in fault.steps(input.id) }))
        let client = try client(peer, timeout: .seconds(2), bytesMax: 100_000)
        let error = await nodeError { try await within { _ = try await client.call("eth_x") } }
        #expect(error?.code == fault.code)
        #expect(error?.delivery != .notSent)
        #expect(error?.endpoint == peer.http)
        #expect(error?.description.contains("SECRET") == false, "bodies are not quoted")
        if fault.testDescription == "429" { #expect(error?.retryAfter == .seconds(3)) }
        await peer.stop()
    }

    @Test func nobodyListeningMeansNotSent() async throws {
        let url = "http://127.0.0.1:1"  // nobody listens there
        let client = try RPCClient(try endpoint(url))
        let error = await nodeError { _ = try await client.call("eth_x") }
        #expect(error?.code == .connectFailed && error?.delivery == .notSent && error?.isRetryable == true)
    }

    @Test func aRevertCarriesItsBytes() async throws {
        let peer = try await FakePeer.answering { input, _ in
            #"{"jsonrpc":"2.0","id":\#(input.id),"#
                + #""error":{"code":3,"message":"execution reverted: no","data":"0x08c379a0"}}"#
        }
        let client = try client(peer)
        let error = await nodeError { _ = try await client.ethCall(to: .zero, data: []) }
        #expect(error?.code == .rpc(.reverted([0x08, 0xc3, 0x79, 0xa0])) && error?.isRetryable == false)
        await peer.stop()
    }

    @Test func batchesAreCutMatchedByIDAndKeepErrorsApart() async throws {
        let peer = try await FakePeer.answering { input, _ in
            let answers = (input.json.array ?? [input.json]).map { item -> String in
                let id = item["id"]?.text ?? "null"
                let n = item["params"]?[0]?.int ?? -1
                return n % 5 == 3 ? FakePeer.error(id, 3, "execution reverted") : FakePeer.result(id, "\(n)")
            }
            return input.json.array == nil ? answers[0] : "[\(answers.shuffled().joined(separator: ","))]"
        }
        let client = try client(peer, items: 7)
        let answers = try await client.batch((0..<30).map { RPCRequest("f", [.integer($0)]) })
        #expect(peer.inputs.count == 5)
        for (n, answer) in answers.enumerated() {
            switch answer {
            case .success(let json): #expect(json.int == n && n % 5 != 3)
            case .failure(let error): #expect(n % 5 == 3 && error.code == .rpc(.reverted([])))
            }
        }
        #expect(try await client.batch([]).isEmpty)
        await peer.stop()
    }

    @Test func aBatchThatIsTooLargeIsHalvedUntilItFits() async throws {
        let peer = try await FakePeer.answering { input, _ in
            guard let items = input.json.array else { return FakePeer.result(input.id, "true") }
            // geth: one error under the first id.
            if items.count > 3 { return "[\(FakePeer.error(items[0]["id"]?.text ?? "", -32600, "batch too large"))]" }
            return "[" + items.map { FakePeer.result($0["id"]?.text ?? "", "true") }.joined(separator: ",") + "]"
        }
        let client = try client(peer)
        let answers = try await client.batch((0..<20).map { RPCRequest("f", [.integer($0)]) })
        #expect(answers.allSatisfy { $0 == .success(.bool(true)) })
        await peer.stop()
    }

    @Test func anItemMissingFromABatchIsItsOwnError() async throws {
        let peer = try await FakePeer.answering { input, _ in
            let items = input.json.array ?? []
            return "[" + items.dropFirst().map { FakePeer.result($0["id"]?.text ?? "", "1") }.joined(separator: ",")
                + "]"
        }
        let answers = try await client(peer).batch((0..<3).map { RPCRequest("f", [.integer($0)]) })
        #expect(answers[1] == .success(.number("1")) && answers[2] == .success(.number("1")))
        if case .failure(let error) = answers[0] {
            #expect(error.code == .malformedResponse)
        } else {
            Issue.record("no answer is an error")
        }
        await peer.stop()
    }

    @Test func aCancelledCallReturnsAtOnce() async throws {
        let peer = try await FakePeer.start(script: .init(request: { _, _ in [] }))
        let client = try client(peer, timeout: .seconds(60))
        let call = Task { await nodeError { _ = try await client.call("eth_x") } }
        #expect(await eventually { !peer.inputs.isEmpty })
        call.cancel()
        let error = try await within { await call.value }
        #expect(error?.code == .cancelled)
        await peer.stop()
    }

    @Test func fullQueuesAndClosedClientsRefuse() async throws {
        let peer = try await FakePeer.start(script: .init(request: { _, _ in [] }))
        let http = HTTPClient(workers: 1, queueMax: 1)
        let request = HTTPRequest(
            .post, try EndpointURL(peer.http), body: Array("{}".utf8), timeout: .milliseconds(700))
        let codes = await withTaskGroup(of: NodeError.Code?.self) { group in
            for _ in 0..<12 { group.addTask { await nodeError { _ = try await http.send(request) }?.code } }
            return await group.reduce(into: [NodeError.Code?]()) { $0.append($1) }
        }
        #expect(codes.contains(.overloaded) && codes.contains(.timeout))
        http.close()
        #expect(await nodeError { _ = try await http.send(request) }?.code == .closed)
        await peer.stop()
    }

    @Test func headersCannotSmuggleAndOnlyHTTPIsSent() async throws {
        let http = HTTPClient()
        var request = HTTPRequest(.get, try EndpointURL("http://127.0.0.1:1"), headers: [HTTPHeader("X", "a\r\nY: b")])
        #expect(await nodeError { _ = try await http.send(request) }?.code == .configuration)
        request = HTTPRequest(.get, try EndpointURL("ws://127.0.0.1:1"))
        #expect(await nodeError { _ = try await http.send(request) }?.code == .configuration)
    }

    @Test func manyCallsAtOnceAllFindTheirAnswers() async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                [
                    .wait(milliseconds: Int64.random(in: 0...5)),
                    .bytes(FakePeer.http(200, FakePeer.result(input.id, input.json["params"]?[0]?.text ?? ""))),
                ]
            }))
        let client = try client(peer)
        let right = await withTaskGroup(of: Bool.self) { group in
            for n in 0..<200 { group.addTask { (try? await client.call("f", [.integer(n)]))?.int == n } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(right == 200)
        #expect(peer.connections <= 4)
        await peer.stop()
    }
}
