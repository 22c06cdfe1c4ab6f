import EVMCodec
import EVMTypes
import Foundation
import Testing

@testable import NodeClient

@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    /// Answers `eth_chainId`, gives subscriptions ids `sub-<connection>-<n>`,
    /// echoes the first parameter of everything else.
    static func node(_ input: FakePeer.Input) -> [FakePeer.Step] {
        switch input.method {
        case "eth_chainId": FakePeer.reply(FakePeer.result(input.id, "\"0x539\""), to: input)
        case "eth_subscribe":
            FakePeer.reply(
                FakePeer.result(input.id, "\"sub-\(input.connection)-\(input.json["params"]?[0]?.string ?? "")\""),
                to: input)
        default: FakePeer.reply(FakePeer.result(input.id, input.json["params"]?[0]?.text ?? "null"), to: input)
        }
    }

    func connected(_ peer: FakePeer, timeout: Duration = .seconds(5), bytesMax: Int = 1 << 20) throws
        -> SocketSession
    {
        let session = try session(peer.ws, chainID: 1337, timeout: timeout, bytesMax: bytesMax)
        session.start()
        return session
    }

    @Test func callsAndBatchesWorkAndEveryClientFrameIsMasked() async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                guard let items = input.json.array else { return Self.node(input) }
                let answers = items.reversed().map {
                    FakePeer.result($0["id"]?.text ?? "", $0["params"]?[0]?.text ?? "")
                }
                return [.bytes(FakePeer.frame("[\(answers.joined(separator: ","))]"))]
            }))
        let session = try connected(peer)
        #expect(try await session.call("f", [.integer(7)]) == .number("7"))
        let answers = try await session.batch((0..<5).map { RPCRequest("f", [.integer($0)]) })
        #expect(answers == (0..<5).map { .success(.integer($0)) })
        #expect(peer.unmaskedFrames == 0)
        #expect(session.phase == .connected(endpoint: peer.ws))
        session.close()
        #expect(await nodeError { _ = try await session.call("f") }?.code == .closed)
        #expect(await eventually { peer.controls.contains(8) }, "a close frame is sent")
        await peer.stop()
    }

    @Test func answersInAnyOrderFindTheirCalls() async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                input.method == "f"
                    ? [.wait(milliseconds: Int64.random(in: 0...20))] + Self.node(input) : Self.node(input)
            }))
        let session = try connected(peer)
        let right = await withTaskGroup(of: Bool.self) { group in
            for n in 0..<300 { group.addTask { (try? await session.call("f", [.integer(n)]))?.int == n } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(right == 300)
        session.close()
        await peer.stop()
    }

    @Test func notificationsBeforeTheSubscribeAnswerAreDelivered() async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                guard input.method == "eth_subscribe" else { return Self.node(input) }
                let early = (1...3).map {
                    FakePeer.Step.bytes(FakePeer.frame(FakePeer.notification("0xa", Sample.header(UInt64($0)))))
                }
                return early + FakePeer.reply(FakePeer.result(input.id, "\"0xa\""), to: input)
                    + [.bytes(FakePeer.frame(FakePeer.notification("0xa", Sample.header(4))))]
            }))
        let session = try connected(peer)
        let subscription = try await session.subscribe([.newHeads])
        for number in 1...4 {
            guard case .header(let header)? = try await nextItem(subscription) else {
                Issue.record("a header was expected")
                continue
            }
            #expect(header.number == UInt64(number))
        }
        session.close()
        await peer.stop()
    }

    @Test func headsLogsAndTransactionsArriveTypedInOneStream() async throws {
        let peer = try await FakePeer.start(script: .init(request: { input, _ in Self.node(input) }))
        let session = try connected(peer)
        let topics: [[Hash32]?] = [[Hash32(1), Hash32(2)], nil, [Hash32(3)]]
        let filter = LogFilter(addresses: [.zero], topics: topics)
        let subscription = try await session.subscribe([.newHeads, .logs(filter), .pendingTransactions])
        let logs = try #require(peer.inputs.first { $0.json["params"]?[0]?.string == "logs" })
        let asked = logs.json["params"]?[1]?["topics"]
        #expect(asked?[0]?.array?.count == 2 && asked?[1] == .null && asked?[2]?[0]?.hash32 == Hash32(3))
        let pending = try #require(peer.inputs.first { $0.json["params"]?[0]?.string == "newPendingTransactions" })
        #expect(pending.json["params"]?[1] == .bool(true))
        peer.push(FakePeer.frame(FakePeer.notification("sub-1-newHeads", Sample.header(9))))
        peer.push(FakePeer.frame(FakePeer.notification("sub-1-logs", Sample.log(9, removed: true))))
        peer.push(
            FakePeer.frame(FakePeer.notification("sub-1-newPendingTransactions", Sample.transaction(Sample.hash(77)))))
        peer.push(
            FakePeer.frame(
                FakePeer.notification("sub-1-newPendingTransactions", #"{"nonce":"0x1","input":"0x","hash":"0x"}"#)))
        peer.push(FakePeer.frame(FakePeer.notification("sub-1-newHeads", "true")))
        let before = ContinuousClock.now
        let items = try await within {
            var items: [SubscriptionEvent] = []
            while items.count < 5, let event = await subscription.next() { items.append(event) }
            return items
        }
        if case .header(let header) = items[0].item { #expect(header.number == 9) } else { Issue.record("header") }
        if case .log(let log) = items[1].item { #expect(log.removed) } else { Issue.record("log") }
        if case .pending(let found) = items[2].item {
            #expect(found.hash == Hash32(77))
        } else {
            Issue.record("pending")
        }
        if case .refused = items[3].item {
        } else {
            Issue.record("a broken transaction is refused, not dropped silently")
        }
        if case .other(.bool(true)) = items[4].item {} else { Issue.record("other") }
        #expect(items.allSatisfy { $0.receivedAt > before - .seconds(5) && $0.receivedAt <= .now })
        session.close()
        await peer.stop()
    }

    @Test(arguments: [true, false]) func hashesAreLookedUpWhenThePeerHasNoBodies(refusesBodies: Bool) async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                if let items = input.json.array {
                    let answers = items.map { item -> String in
                        let hash = item["params"]?[0]?.string ?? ""
                        return FakePeer.result(
                            item["id"]?.text ?? "", hash == Sample.hash(3) ? "null" : Sample.transaction(hash))
                    }
                    return [.bytes(FakePeer.frame("[\(answers.joined(separator: ","))]"))]
                }
                if input.method == "eth_getTransactionByHash" {
                    return FakePeer.reply(
                        FakePeer.result(input.id, Sample.transaction(input.json["params"]?[0]?.string ?? "")), to: input
                    )
                }
                if refusesBodies, input.method == "eth_subscribe", (input.json["params"]?.array?.count ?? 0) > 1 {
                    return FakePeer.reply(FakePeer.error(input.id, -32602, "invalid params"), to: input)
                }
                return Self.node(input)
            }))
        let session = try connected(peer)
        let subscription = try await session.subscribe([.pendingTransactions])
        for n in 1...6 {
            peer.push(FakePeer.frame(FakePeer.notification("sub-1-newPendingTransactions", "\"\(Sample.hash(n))\"")))
        }
        let found = try await within {
            var found = Set<Hash32>()
            while found.count < 5, let event = await subscription.next() {
                if case .pending(let transaction) = event.item { found.insert(transaction.hash) }
            }
            return found
        }
        #expect(found == Set([1, 2, 4, 5, 6].map { Hash32(U256($0)) }), "the one that is gone is left out")
        session.close()
        await peer.stop()
    }

    @Test func aSlowConsumerLosesTheOldestAndIsTold() async throws {
        let peer = try await FakePeer.start(script: .init(request: { input, _ in Self.node(input) }))
        let session = try connected(peer)
        let subscription = try await session.subscribe([.newHeads], queueMax: 4)
        for n in 1...10 { peer.push(FakePeer.frame(FakePeer.notification("sub-1-newHeads", Sample.header(UInt64(n))))) }
        #expect(await eventually { subscription.dropped == 6 })
        if case .gap(let lost)? = subscription.poll()?.item {
            #expect(lost == 6)
        } else {
            Issue.record("a gap comes first")
        }
        if case .header(let header)? = subscription.poll()?.item {
            #expect(header.number == 7)
        } else {
            Issue.record("the newest are kept")
        }
        session.close()
        await peer.stop()
    }

    @Test func aCutIsToldAndSubscriptionsComeBackWithANewID() async throws {
        let peer = try await FakePeer.start(script: .init(request: { input, _ in Self.node(input) }))
        let session = try connected(peer)
        let subscription = try await session.subscribe([.newHeads])
        peer.cutAll()
        if case .disconnected(let error)? = try await nextItem(subscription) {
            #expect(error.code == .connectionLost)
        } else {
            Issue.record("a cut is told")
        }
        if case .reconnected(let name)? = try await nextItem(subscription) {
            #expect(name == peer.ws)
        } else {
            Issue.record("the reconnection is told")
        }
        #expect(await eventually { peer.inputs.filter { $0.method == "eth_subscribe" }.count == 2 })
        peer.push(FakePeer.frame(FakePeer.notification("sub-1-newHeads", Sample.header(1))))
        peer.push(FakePeer.frame(FakePeer.notification("sub-2-newHeads", Sample.header(2))))
        if case .header(let header)? = try await nextItem(subscription) {
            #expect(header.number == 2, "ids of the old connection mean nothing")
        } else {
            Issue.record("a header was expected")
        }
        #expect(session.counters.connections == 2 && session.counters.failures == 1)
        session.close()
        if case .disconnected? = try await nextItem(subscription) {} else { Issue.record("the end is told") }
        #expect(try await nextItem(subscription) == nil)
        await peer.stop()
    }

    @Test func anotherChainEndsTheSessionByName() async throws {
        let peer = try await FakePeer.start(script: .init(request: { input, _ in Self.node(input) }))
        let session = try session(peer.ws, chainID: 1)
        session.start()
        let error = await nodeError { try await within { _ = try await session.call("f") } }
        #expect(
            error?.code == .wrongChain(expected: 1, got: 1337) && error?.endpoint == peer.ws && error?.fault == .user)
        #expect(await eventually { if case .closed = session.phase { true } else { false } })
        await peer.stop()
    }

    @Test func theSessionMovesOnToTheNextEndpoint() async throws {
        let wrong = try await FakePeer.answering { input, _ in FakePeer.result(input.id, "\"0x1\"") }
        let good = try await FakePeer.start(script: .init(request: { input, _ in Self.node(input) }))
        let goneURL = "ws://127.0.0.1:1"  // nobody listens there
        var options = SocketSession.Options(
            endpoints: [try endpoint(goneURL), try endpoint(wrong.ws), try endpoint(good.ws)], chainID: 1337)
        options.backoff = Backoff(initial: .milliseconds(10), maximum: .milliseconds(50))
        let session = try SocketSession(options)
        session.start()
        #expect(await eventually { session.phase == .connected(endpoint: good.ws) })
        #expect(try await session.call("f", [.integer(1)]) == .number("1"))
        session.close()
        await wrong.stop()
        await good.stop()
    }

    @Test func aCancelledSubscriptionStopsAtBothEnds() async throws {
        let peer = try await FakePeer.start(script: .init(request: { input, _ in Self.node(input) }))
        let session = try connected(peer)
        let subscription = try await session.subscribe([.newHeads])
        subscription.cancel()
        #expect(await eventually { peer.inputs.contains { $0.method == "eth_unsubscribe" } })
        #expect(try await nextItem(subscription) == nil)
        #expect(try await session.call("f", [.integer(1)]) == .number("1"))
        session.close()
        await peer.stop()
    }

    @Test func cancellationAndTimeoutsReleaseTheCaller() async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in input.method == "f" ? [] : Self.node(input) }))
        let session = try connected(peer, timeout: .milliseconds(300))
        #expect(await nodeError { try await within { _ = try await session.call("f") } }?.code == .timeout)
        // A session of its own with a long timeout: on a busy machine the short one could end the call first.
        let patient = try connected(peer, timeout: .seconds(60))
        let call = Task { await nodeError { _ = try await patient.call("f") } }
        #expect(await eventually { peer.inputs.count { $0.method == "f" } == 2 })
        call.cancel()
        #expect(try await within { await call.value }?.code == .cancelled)
        session.close()
        patient.close()
        await peer.stop()
    }

    @Test func ipcPeersAnswerAndNotifyBackToBack() async throws {
        let path = NSTemporaryDirectory() + "martlet-\(UInt32.random(in: 0...UInt32.max)).ipc"
        let peer = try await FakePeer.start(
            socketPath: path,
            script: .init(request: { input, _ in
                switch input.method {
                case "eth_chainId": return [.bytes(Array(FakePeer.result(input.id, "\"0x539\"").utf8))]
                case "eth_subscribe":
                    let text = FakePeer.result(input.id, "\"0xa\"") + FakePeer.notification("0xa", Sample.header(1))
                    let bytes = Array((text + FakePeer.notification("0xa", Sample.header(2))).utf8)
                    return [.bytes(Array(bytes[..<100])), .wait(milliseconds: 10), .bytes(Array(bytes[100...]))]
                default: return [.bytes(Array("no json".utf8))]
                }
            }))
        let session = try session(path, chainID: 1337)
        session.start()
        let subscription = try await session.subscribe([.newHeads])
        for number in 1...2 {
            guard case .header(let header)? = try await nextItem(subscription) else {
                Issue.record("a header was expected")
                continue
            }
            #expect(header.number == UInt64(number))
        }
        #expect(await nodeError { try await within { _ = try await session.call("f") } }?.code == .malformedResponse)
        session.close()
        await peer.stop()
    }
}
