import EVMCodec
import Synchronization
import Testing

@testable import NodeClient

/// What peers do wrong: cuts, silence, broken and giant frames, refusals.
extension SocketTests {
    @Test func callsUnderWayFailWhenTheConnectionBreaks() async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                input.method == "f" ? [.wait(milliseconds: 50), .cut] : Self.node(input)
            }))
        let session = try connected(peer, timeout: .seconds(30))
        let error = await nodeError { try await within { _ = try await session.call("f") } }
        #expect(error?.code == .connectionLost && error?.delivery == .unknown)
        session.close()
        await peer.stop()
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: @Sendable (String) -> [FakePeer.Step]
        var code: NodeError.Code
    }
    static let faults: [Fault] = [
        Fault(
            testDescription: "half a frame and silence",
            steps: { id in [.bytes(Array(FakePeer.frame(FakePeer.result(id, "1")).dropLast(3)))] },
            code: .timeout),
        Fault(
            testDescription: "half a frame and a cut",
            steps: { id in
                [.bytes(Array(FakePeer.frame(FakePeer.result(id, "1")).dropLast(3))), .wait(milliseconds: 20), .cut]
            }, code: .connectionLost),
        Fault(
            testDescription: "a wrong id", steps: { _ in [.bytes(FakePeer.frame(FakePeer.result("424242", "1")))] },
            code: .timeout),
        Fault(testDescription: "no JSON", steps: { _ in [.bytes(FakePeer.frame("<html>"))] }, code: .malformedResponse),
        Fault(
            testDescription: "invalid UTF-8", steps: { _ in [.bytes(FakePeer.frame([0x22, 0xFF, 0x22]))] },
            code: .malformedResponse),
        Fault(
            testDescription: "a giant frame",
            steps: { _ in [.bytes(FakePeer.frame(String(repeating: " ", count: 200_000)))] },
            code: .responseTooLarge),
        Fault(
            testDescription: "a giant message in fragments",
            steps: { _ in
                [.bytes(FakePeer.frame(Array("[".utf8), fin: false))]
                    + (0..<20).map { _ in
                        .bytes(FakePeer.frame(Array(repeating: 0x20, count: 10_000), opcode: 0, fin: false))
                    }
            }, code: .responseTooLarge),
        Fault(
            testDescription: "a frame of a reserved kind", steps: { _ in [.bytes(FakePeer.frame([], opcode: 5))] },
            code: .malformedResponse),
        Fault(
            testDescription: "a fragment that continues nothing",
            steps: { _ in [.bytes(FakePeer.frame([0x20], opcode: 0))] },
            code: .malformedResponse),
        Fault(
            testDescription: "a close frame", steps: { _ in [.bytes(FakePeer.frame([0x03, 0xE9], opcode: 8))] },
            code: .connectionLost),
    ]

    @Test(arguments: faults) func everyFaultHasItsCodeAndTheSessionRecovers(_ fault: Fault) async throws {
        let isBroken = Mutex(true)
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                input.method == "f" && isBroken.withLock { $0 } ? fault.steps(input.id) : Self.node(input)
            }))
        let session = try connected(peer, timeout: .seconds(2), bytesMax: 100_000)
        let error = await nodeError { try await within { _ = try await session.call("f", [.integer(1)]) } }
        #expect(error?.code == fault.code)
        isBroken.withLock { $0 = false }
        if fault.testDescription == "half a frame and silence" { peer.cutAll() }
        let recovered = try await within {
            while true {
                if let json = try? await session.call("g", [.integer(2)]) { return json }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        #expect(recovered == .number("2"))
        session.close()
        await peer.stop()
    }

    @Test func fragmentsWithAPingBetweenThemMakeOneMessage() async throws {
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                guard input.method == "f" else { return Self.node(input) }
                let text = Array(FakePeer.result(input.id, "\"fragments\"").utf8)
                return [
                    .bytes(FakePeer.frame(Array(text[..<5]), fin: false)),
                    .bytes(FakePeer.frame([1, 2, 3], opcode: 9)),
                    .bytes(FakePeer.frame(Array(text[5..<9]), opcode: 0, fin: false)),
                    .bytes(FakePeer.frame(Array(text[9...]), opcode: 0)),
                ]
            }))
        let session = try connected(peer)
        #expect(try await session.call("f") == .string("fragments"))
        #expect(await eventually { peer.controls.contains(10) }, "the ping was answered")
        session.close()
        await peer.stop()
    }

    @Test func idlePeersArePingedAndDeadOnesDropped() async throws {
        let isDead = Mutex(false)
        let peer = try await FakePeer.start(
            script: .init(
                request: { input, _ in Self.node(input) },
                control: { opcode, payload, _, _ in opcode == 9 && isDead.withLock { $0 } ? [] : nil }))
        var options = SocketSession.Options(endpoints: [try endpoint(peer.ws)])
        options.pingInterval = .milliseconds(60)
        options.pongTimeout = .milliseconds(1500)
        options.backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(50))
        let session = try SocketSession(options)
        session.start()
        let subscription = try await session.subscribe([.newHeads])
        #expect(await eventually { peer.controls.filter { $0 == 9 }.count >= 3 })
        #expect(session.counters.connections == 1, "a peer that answers pings is kept")
        isDead.withLock { $0 = true }
        if case .disconnected(let error)? = try await nextItem(subscription) {
            #expect(error.message.contains("ping"))
        } else {
            Issue.record("a dead peer is dropped")
        }
        isDead.withLock { $0 = false }
        if case .reconnected? = try await nextItem(subscription) {} else { Issue.record("and connected again") }
        session.close()
        await peer.stop()
    }

    @Test func aRefusedUpgradeIsNamedAndARefusedSubscriptionThrows() async throws {
        let peer = try await FakePeer.start(
            script: .init(
                request: { input, _ in
                    input.method == "eth_subscribe"
                        ? FakePeer.reply(
                            FakePeer.error(input.id, -32601, "the method eth_subscribe does not exist"), to: input)
                        : Self.node(input)
                },
                upgrade: { input in
                    input.path == "/limited"
                        ? [.bytes(FakePeer.http(429, "slow", headers: ["Retry-After: 2"]))]
                        : input.path == "/denied" ? [.bytes(FakePeer.http(401, "who"))] : nil
                }))
        let limited = try session(peer.ws + "/limited")
        limited.start()
        let slow = await nodeError { try await within { _ = try await limited.call("f") } }
        #expect(slow?.code == .rateLimited && slow?.retryAfter == .seconds(2))
        let denied = try session(peer.ws + "/denied")
        denied.start()
        #expect(await nodeError { try await within { _ = try await denied.call("f") } }?.code == .httpStatus(401))
        let open = try session(peer.ws)
        open.start()
        #expect(
            await nodeError { try await within { _ = try await open.subscribe([.newHeads]) } }?.code
                == .rpc(.methodNotFound))
        for session in [limited, denied, open] { session.close() }
        await peer.stop()
    }
}
