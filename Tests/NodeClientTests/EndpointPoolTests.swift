import EVMCodec
import EVMTypes
import Synchronization
import Testing

@testable import NodeClient

@Suite(.timeLimit(.minutes(1))) struct EndpointPoolTests {
    /// A node of chain 1337 that answers everything else by `body`.
    private func peer(
        chain: String = "0x539",
        _ body: @escaping @Sendable (FakePeer.Input) -> [FakePeer.Step] = {
            FakePeer.reply(FakePeer.result($0.id, "\"ok\""), to: $0)
        }
    ) async throws -> FakePeer {
        try await FakePeer.start(
            script: .init(request: { input, _ in
                input.method == "eth_chainId"
                    ? FakePeer.reply(FakePeer.result(input.id, "\"\(chain)\""), to: input) : body(input)
            }))
    }

    private func pool(_ endpoints: [EndpointConfig], deadline: Duration = .seconds(10)) throws -> EndpointPool {
        var options = EndpointPool.Options(chainID: 1337, endpoints: endpoints)
        options.deadline = deadline
        return try EndpointPool(options)
    }

    private func asked(_ peer: FakePeer, _ method: String = "f") -> Int {
        peer.inputs.filter { $0.method == method }.count
    }

    @Test func theFirstEndpointIsAskedAndCheckedOnce() async throws {
        let (a, b) = (try await peer(), try await peer())
        let pool = try pool([try endpoint(a.http), try endpoint(b.http)])
        for _ in 0..<5 { #expect(try await pool.call("f") == .string("ok")) }
        #expect(asked(a) == 5 && asked(a, "eth_chainId") == 1 && b.inputs.isEmpty)
        pool.close()
        await a.stop()
        await b.stop()
    }

    @Test func readsMoveOnAndTheFailedEndpointRests() async throws {
        let isBroken = Mutex(true)
        let a = try await peer { input in
            isBroken.withLock { $0 }
                ? [.bytes(FakePeer.http(503, "down", headers: ["Retry-After: 2"]))]
                : FakePeer.reply(FakePeer.result(input.id, "\"a\""), to: input)
        }
        let b = try await peer()
        let pool = try pool([try endpoint(a.http), try endpoint(b.http)])
        let before = ContinuousClock.now
        #expect(try await pool.call("f") == .string("ok"))
        #expect(asked(a) == 1 && asked(b) == 1)
        let health = pool.status[0].health
        #expect(health.failed == 1 && health.lastError?.code == .httpStatus(503))
        #expect(try #require(health.coolUntil) >= before + .seconds(2), "it rests as long as it asked")
        isBroken.withLock { $0 = false }
        let back = try await within {
            while try await pool.call("f") != .string("a") { try await Task.sleep(for: .milliseconds(20)) }
            return true
        }
        #expect(back, "and is preferred again when it is well")
        await a.stop()
        await b.stop()
    }

    @Test func anEndpointOfAnotherChainIsRefusedByNameForGood() async throws {
        let (wrong, right) = (try await peer(chain: "0x1"), try await peer())
        let pool = try pool([try endpoint(wrong.http), try endpoint(right.http)])
        #expect(try await pool.check() == [wrong.http])
        for _ in 0..<3 { #expect(try await pool.call("f") == .string("ok")) }
        #expect(asked(wrong) == 0)
        if case .wrong(let error) = pool.status[0].health.chain {
            #expect(error.description.contains(wrong.http) && error.description.contains("chain 1, not 1337"))
        } else {
            Issue.record("refused by name")
        }
        let alone = try EndpointPool(EndpointPool.Options(chainID: 1337, endpoints: [try endpoint(wrong.http)]))
        for _ in 0..<2 {
            #expect(
                await nodeError { try await within { _ = try await alone.call("f") } }?.code
                    == .wrongChain(expected: 1337, got: 1))
        }
        #expect(await nodeError { _ = try await alone.check() }?.code == .wrongChain(expected: 1337, got: 1))
        await wrong.stop()
        await right.stop()
    }

    @Test(arguments: [0, 1, 2]) func allThreeFormsOfARateLimitRestTheEndpoint(form: Int) async throws {
        let a = try await peer { input in
            switch form {
            case 0: [.bytes(FakePeer.http(429, "slow", headers: ["Retry-After: 60"]))]
            case 1: [.bytes(FakePeer.http(200, FakePeer.error(input.id, -32005, "limit exceeded")))]
            default: [.bytes(FakePeer.http(200, FakePeer.error(input.id, 429, "too many")))]
            }
        }
        let b = try await peer()
        let pool = try pool([try endpoint(a.http), try endpoint(b.http)])
        let before = ContinuousClock.now
        #expect(try await pool.call("f") == .string("ok"))
        #expect(asked(a) == 1 && pool.status[0].health.rateLimited == 1)
        #expect(try #require(pool.status[0].health.coolUntil) >= before + .seconds(form == 0 ? 60 : 1))
        await a.stop()
        await b.stop()
    }

    @Test func aSingleEndpointThatRestsIsAwaitedWithinTheDeadline() async throws {
        let first = Mutex(true)
        let a = try await peer { input in
            let isFirst = first.withLock { first in
                defer { first = false }
                return first
            }
            return isFirst ? [.cut] : FakePeer.reply(FakePeer.result(input.id, "\"ok\""), to: input)
        }
        #expect(try await within { try await pool([try endpoint(a.http)]).call("f") } == .string("ok"))
        let limited = try await peer { _ in [.bytes(FakePeer.http(429, "", headers: ["Retry-After: 600"]))] }
        let error = await nodeError {
            try await within { _ = try await pool([try endpoint(limited.http)], deadline: .seconds(1)).call("f") }
        }
        #expect(error?.code == .rateLimited && error?.retryAfter == .seconds(600), "and not beyond it")
        await a.stop()
        await limited.stop()
    }

    @Test func answersAboutTheRequestAreNotAskedForElsewhere() async throws {
        let a = try await peer { FakePeer.reply(FakePeer.error($0.id, 3, "execution reverted"), to: $0) }
        let b = try await peer()
        let pool = try pool([try endpoint(a.http), try endpoint(b.http)])
        #expect(await nodeError { _ = try await pool.call("f") }?.code == .rpc(.reverted([])))
        #expect(b.inputs.isEmpty && pool.status[0].health.score == 1)
        let c = try await peer { FakePeer.reply(FakePeer.error($0.id, -32601, "the method f does not exist"), to: $0) }
        let mixed = try self.pool([try endpoint(c.http), try endpoint(b.http)])
        #expect(try await mixed.call("f") == .string("ok"), "another endpoint may have the method")
        let none = try self.pool([try endpoint(c.http)])
        #expect(await nodeError { try await within { _ = try await none.call("f") } }?.code == .rpc(.methodNotFound))
        for peer in [a, b, c] { await peer.stop() }
    }

    @Test func sendsAreNotRepeatedOnDoubt() async throws {
        let cut = try await peer { _ in [.cut] }
        let good = try await peer { FakePeer.reply(FakePeer.result($0.id, "\"\(Sample.hash)\""), to: $0) }
        let doubtful = try pool([try endpoint(cut.http), try endpoint(good.http)])
        if case .uncertain(let error) = await doubtful.sendRawTransaction([1]) {
            #expect(error.code == .connectionLost)
        } else {
            Issue.record("a cut after sending is doubt")
        }
        #expect(asked(good, "eth_sendRawTransaction") == 0)

        let url = "http://127.0.0.1:1"  // nobody listens there
        let unsent = try pool([try endpoint(url), try endpoint(good.http)])
        #expect(await unsent.sendRawTransaction([1]) == .accepted(Hash32(hex: Sample.hash)!))  // a literal of 64 digits
        let limited = try await peer { _ in [.bytes(FakePeer.http(429, ""))] }
        let turnedAway = try pool([try endpoint(limited.http), try endpoint(good.http)])
        #expect(await turnedAway.sendRawTransaction([1]).isThere)
        #expect(asked(good, "eth_sendRawTransaction") == 2)
        for peer in [cut, good, limited] { await peer.stop() }
    }

    @Test func budgetsAreKept() async throws {
        let a = try await peer()
        let b = try await peer()
        let pool = try pool([try endpoint(a.http, perSecond: 0.01, burst: 3), try endpoint(b.http)])
        for _ in 0..<10 { _ = try await pool.call("f") }
        #expect(asked(a) == 3 && asked(b) == 7)
        await a.stop()
        await b.stop()
    }

    @Test func batchesAndStreamingEndpointsBelongToThePool() async throws {
        let a = try await FakePeer.start(
            script: .init(request: { input, _ in
                guard let items = input.json.array else { return SocketTests.node(input) }
                return [
                    .bytes(
                        FakePeer.frame(
                            "[" + items.map { FakePeer.result($0["id"]?.text ?? "", "1") }.joined(separator: ",") + "]")
                    )
                ]
            }))
        let pool = try pool([try endpoint(a.ws)])
        #expect(try await within { try await pool.call("f", [.integer(5)]) } == .number("5"))
        #expect(
            try await pool.batch([RPCRequest("a"), RPCRequest("b")]) == [
                .success(.number("1")), .success(.number("1")),
            ])
        pool.close()
        #expect(await nodeError { try await within { _ = try await pool.call("f") } }?.code == .closed)
        await a.stop()
    }
}

@Suite(.timeLimit(.minutes(1))) struct LogCollectionTests {
    /// A node with one log in every block up to `head` that gives at most `blocks` a request and refuses to look beyond
    /// its head.
    private func node(head: UInt64, blocks: UInt64, refusal: String = "query exceeds max block range") async throws
        -> FakePeer
    {
        try await FakePeer.start(
            script: .init(request: { input, _ in
                switch input.method {
                case "eth_chainId": return FakePeer.reply(FakePeer.result(input.id, "\"0x539\""), to: input)
                case "eth_blockNumber":
                    return FakePeer.reply(FakePeer.result(input.id, "\"\(Hex.quantity(head))\""), to: input)
                default:
                    let filter = input.json["params"]?[0]
                    guard let from = filter?["fromBlock"]?.quantityU64, let to = filter?["toBlock"]?.quantityU64 else {
                        return [.cut]
                    }
                    if to > head {
                        return FakePeer.reply(
                            FakePeer.error(input.id, -32602, "block range extends beyond current head block"), to: input
                        )
                    }
                    if to - from + 1 > blocks {
                        return FakePeer.reply(FakePeer.error(input.id, -32602, refusal), to: input)
                    }
                    let logs = (from...to).reversed().map { Sample.log($0) }.joined(separator: ",")
                    return FakePeer.reply(FakePeer.result(input.id, "[\(logs)]"), to: input)
                }
            }))
    }

    private func pool(_ peers: [FakePeer]) throws -> EndpointPool {
        var options = EndpointPool.Options(chainID: 1337, endpoints: try peers.map { try endpoint($0.http) })
        options.logSpanStart = 500
        return try EndpointPool(options)
    }

    @Test func aRangeIsBisectedUntilThePeerAnswersAndNothingIsMissing() async throws {
        let peer = try await node(head: 2000, blocks: 70)
        let pool = try pool([peer])
        let page = try await within { try await pool.collectLogs(LogFilter(), from: 100, to: 1100) }
        #expect(page.logs.map(\.blockNumber) == Array(100...1100), "each block's log once, in order")
        #expect(page.through == 1100)
        let span = pool.status[0].health.logSpan.blocks
        #expect(span <= 80 && span >= 35, "the good span is kept")
        let before = peer.inputs.count
        _ = try await pool.collectLogs(LogFilter(), from: 1, to: span)
        #expect(peer.inputs.count == before + 1, "and used the next time, without asking for the head again")
        await peer.stop()
    }

    @Test func nobodyIsAskedBeyondItsHead() async throws {
        let (behind, ahead) = (try await node(head: 50, blocks: 1000), try await node(head: 90, blocks: 1000))
        let pool = try pool([behind, ahead])
        let page = try await within { try await pool.collectLogs(LogFilter(), from: 10, to: 200) }
        #expect(page.logs.map(\.blockNumber) == Array(10...90) && page.through == 90, "the page says how far it goes")
        let error = await nodeError {
            try await within { _ = try await pool.collectLogs(LogFilter(), from: 95, to: 200) }
        }
        if case .behind(let head)? = error?.code {
            #expect(head == 50 || head == 90)
        } else {
            Issue.record("nobody is there yet")
        }
        await behind.stop()
        await ahead.stop()
    }

    @Test func aBlockThatNoPeerGivesIsAnErrorAndNotAGap() async throws {
        let peer = try await node(head: 100, blocks: 0, refusal: "query returned more than 10000 results")
        let error = await nodeError {
            try await within { _ = try await pool([peer]).collectLogs(LogFilter(), from: 1, to: 9) }
        }
        #expect(error?.code == .rpc(.rangeTooWide))
        await peer.stop()
    }

    @Test func logsOfOtherBlocksAreRefused() async throws {
        let peer = try await FakePeer.answering { input, _ in
            input.method == "eth_chainId"
                ? FakePeer.result(input.id, "\"0x539\"") : FakePeer.result(input.id, "[\(Sample.log(7))]")
        }
        let client = try RPCClient(try endpoint(peer.http))
        #expect(
            await nodeError { _ = try await client.getLogs(LogFilter(), from: 8, to: 9) }?.code == .malformedResponse)
        #expect(
            await nodeError { _ = try await client.getLogs(LogFilter(), blockHash: .zero) }?.code == .malformedResponse)
        #expect(try await client.getLogs(LogFilter(), from: 7, to: 7).count == 1)
        await peer.stop()
    }
}
