import EVMCodec
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import AdminAPI

/// Runs `services` in a group for the time of `body`, then shuts the group down gracefully and waits for it.
func withServices(_ services: [any Service], _ body: (ServiceGroup) async throws -> Void) async throws {
    let group = ServiceGroup(services: services, logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        do { try await body(group) } catch {
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// A signal from a server that it listens.
func listening() -> (stream: AsyncStream<Int>, tell: @Sendable (Int) async -> Void) {
    let (stream, continuation) = AsyncStream<Int>.makeStream()
    return (stream, { port in continuation.yield(port) })
}

@Suite(.serialized, .timeLimit(.minutes(2))) struct AdminSocketTests {
    private func withServer(
        limits: AdminLimits = AdminLimits(), node: FakeNode = FakeNode(), path given: String? = nil,
        _ body: (String, ServiceGroup) async throws -> Void
    ) async throws {
        let path = try given ?? temporaryPath("admin.sock")
        let (stream, tell) = listening()
        let server = AdminSocketServer(
            path: path, dispatcher: node.dispatcher, limits: limits, logger: quiet, onListening: { await tell(0) })
        try await withServices([server]) { group in
            var ready = stream.makeAsyncIterator()
            _ = await ready.next()
            try await body(path, group)
        }
        #expect(!FileManager.default.fileExists(atPath: path), "the socket is removed at the end")
    }

    private func call(_ text: String, _ path: String) async throws -> JSON {
        try JSON.parse(try await onThread { try AdminSocketClient.call(bytes(text), socket: path, timeoutSeconds: 10) })
    }

    /// Sends `text` and reads until the server closes (or 20 s pass).
    private func converse(_ text: String, _ path: String, halfClose: Bool = false) async throws -> String {
        try await onThread {
            let descriptor = try UnixSocket.connect(path: path, seconds: 20)
            defer { close(descriptor) }
            _ = text.withCString { write(descriptor, $0, strlen($0)) }
            if halfClose { shutdown(descriptor, Int32(SHUT_WR)) }
            var out: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                if count <= 0 { break }
                out += chunk[0..<count]
            }
            return String(decoding: out, as: UTF8.self)
        }
    }

    @Test func aCallIsAnsweredAndTheSocketIsForItsOwnerOnly() async throws {
        try await withServer { path, _ async throws in
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let answer = try await call(#"{"jsonrpc":"2.0","id":7,"method":"node_status"}"#, path)
            #expect(answer["id"]?.int == 7 && answer["result"]?["chain"]?.string == "devnet")
        }
    }

    @Test func messagesBackToBackAreAnsweredInOrder() async throws {
        try await withServer { path, _ async throws in
            let one = #"{"jsonrpc":"2.0","id":1,"method":"node_pause"}"#
            let two = #"{"jsonrpc":"2.0","id":2,"method":"node_status"}"#
            let text = try await converse(one + two + "\n[" + two + "]", path, halfClose: true)
            let lines = text.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.first?.contains(#""id":1"#) == true && lines.last?.hasPrefix("[") == true)
            #expect(lines.last?.contains(#""paused":true"#) == true)
        }
    }

    @Test func garbageAndLongMessagesAreToldAndCut() async throws {
        var limits = AdminLimits()
        limits.messageBytesMax = 1_000
        try await withServer(limits: limits) { path, _ async throws in
            #expect(try await converse("GET / HTTP/1.1\r\n\r\n", path).contains("-32700"))
            let long = "[" + String(repeating: "1,", count: 600) + "1]"
            #expect(try await converse(long, path).contains("message too long: at most 1000 bytes"))
            let answer = try await call(#"{"jsonrpc":"2.0","id":1,"method":"node_resume"}"#, path)
            #expect(answer["result"] == ["paused": false])
        }
    }

    @Test func aClientThatStallsOrIsSilentIsCut() async throws {
        var limits = AdminLimits()
        limits.stallMax = .milliseconds(300)
        limits.idleMax = .milliseconds(900)
        try await withServer(limits: limits) { path, _ async throws in
            #expect(try await converse(#"{"jsonrpc":"#, path) == "")
            #expect(try await converse("", path) == "")
        }
    }

    @Test func aClientThatDoesNotTakeItsAnswerIsCutAndOneThatDoesGetsAllOfIt() async throws {
        var limits = AdminLimits()
        limits.stallMax = .milliseconds(400)
        try await withServer(limits: limits) { path, _ async throws in
            let text = #"{"jsonrpc":"2.0","id":1,"method":"pools_list","params":{"dex":"big"}}"#
            let whole = try await call(text, path)
            #expect(whole["result"]?["items"]?.array?.count == 30)
            let taken = try await onThread {
                let descriptor = try UnixSocket.connect(path: path, seconds: 20)
                defer { close(descriptor) }
                _ = text.withCString { write(descriptor, $0, strlen($0)) }
                var first: UInt8 = 0
                #expect(recv(descriptor, &first, 1, 0) == 1)
                usleep(2_000_000)
                var total = 0, chunk = [UInt8](repeating: 0, count: 1 << 20)
                while true {
                    let count = recv(descriptor, &chunk, chunk.count, 0)
                    if count <= 0 { return total }
                    total += count
                }
            }
            #expect(taken < 3_000_000, "the connection was cut before the answer was whole")
        }
    }

    @Test func connectionsBeyondTheBoundAreClosedAtOnce() async throws {
        var limits = AdminLimits()
        limits.connectionsMax = 2
        try await withServer(limits: limits) { path, _ async throws in
            let held = try await onThread {
                (try UnixSocket.connect(path: path, seconds: 5), try UnixSocket.connect(path: path, seconds: 5))
            }
            // An answered call on each proves that both are counted.
            for descriptor in [held.0, held.1] {
                try await onThread {
                    let text = #"{"jsonrpc":"2.0","id":1,"method":"node_status"}"#
                    _ = text.withCString { write(descriptor, $0, strlen($0)) }
                    var byte: UInt8 = 0
                    #expect(recv(descriptor, &byte, 1, 0) == 1)
                }
            }
            #expect(try await converse("", path) == "")
            close(held.0)
            close(held.1)
        }
    }

    @Test func callsBeyondTheRateAreRefusedByName() async throws {
        var limits = AdminLimits()
        limits.requestsBurst = 3
        limits.requestsPerSecond = 0.001
        try await withServer(limits: limits) { path, _ async throws in
            let text = String(repeating: #"{"jsonrpc":"2.0","id":1,"method":"node_status"}"#, count: 5)
            let lines = try await converse(text, path, halfClose: true).split(separator: "\n")
            #expect(lines.map { $0.contains("-32005") } == [false, false, false, true, true])
        }
    }

    @Test func aFloodOfSmallMessagesIsAnsweredOneByOne() async throws {
        var limits = AdminLimits()
        limits.requestsBurst = 3
        limits.requestsPerSecond = 0.001
        try await withServer(limits: limits) { path, _ async throws in
            let text = try await converse(String(repeating: "[]", count: 20_000), path, halfClose: true)
            let lines = text.split(separator: "\n")
            #expect(lines.count == 20_000 && lines.filter { $0.contains("empty batch") }.count == 3)
        }
    }

    @Test func connectionsThatComeAndGoDuringAShutdownDoNoHarm() async throws {
        for _ in 0..<10 {
            try await withServer { path, group async throws in
                let stop = Task.detached {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...20)))
                    await group.triggerGracefulShutdown()
                }
                try await onThread {
                    for _ in 0..<200 {
                        guard let descriptor = try? UnixSocket.connect(path: path, seconds: 5) else { break }
                        close(descriptor)
                    }
                }
                try await stop.value
            }
        }
    }

    @Test func aStaleSocketIsReplacedAndALiveOneIsNot() async throws {
        let path = try temporaryPath("stale.sock")
        let stale = try UnixSocket.bind(path: path)
        close(stale.descriptor)
        #expect(FileManager.default.fileExists(atPath: path))
        try await withServer(path: path) { path, _ async throws in
            let second = AdminSocketServer(path: path, dispatcher: FakeNode().dispatcher, logger: quiet)
            do {
                try await second.run()
                Issue.record("a second server must not start")
            } catch let error as AdminError {
                #expect(error.code == .inUse)
            }
            let answer = try await call(#"{"jsonrpc":"2.0","id":1,"method":"node_status"}"#, path)
            #expect(answer["result"] != nil)
        }
    }

    @Test func pathsThatCannotBeSocketsAreRefusedByName() async throws {
        func code(_ path: String) async -> AdminError.Code? {
            do {
                try await AdminSocketServer(path: path, dispatcher: FakeNode().dispatcher, logger: quiet).run()
                return nil
            } catch { return (error as? AdminError)?.code }
        }
        let file = try temporaryPath("file")
        try Data("precious".utf8).write(to: URL(fileURLWithPath: file))
        #expect(await code(file) == .notASocket)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
        #expect(await code("/tmp/" + String(repeating: "x", count: 103)) == .pathTooLong)
        #expect(await code("") == .pathTooLong)
        #expect(await code("/nonexistent-folder/x.sock") == .io)
        let exact = try temporaryPath("x")
        let padded = exact + String(repeating: "y", count: 107 - exact.utf8.count)
        try await withServer(path: padded) { path, _ async throws in
            let answer = try await call(#"{"jsonrpc":"2.0","id":1,"method":"node_resume"}"#, path)
            #expect(answer["error"] == nil)
        }
    }

    @Test func aShutdownByCallIsAnsweredBeforeTheServerEnds() async throws {
        let told = Mutex<ServiceGroup?>(nil)
        let node = FakeNode(onShutdown: {
            guard let group = told.withLock({ $0 }) else { return }
            Task { await group.triggerGracefulShutdown() }
        })
        try await withServer(node: node) { path, group async throws in
            told.withLock { $0 = group }
            let silent = try await onThread { try UnixSocket.connect(path: path, seconds: 5) }
            let answer = try await call(#"{"jsonrpc":"2.0","id":1,"method":"node_shutdown"}"#, path)
            #expect(answer["result"] == ["stopping": true])
            // The silent connection does not hold the server up.
            let end = try await onThread {
                var byte: UInt8 = 0
                return recv(silent, &byte, 1, 0)
            }
            #expect(end == 0)
            close(silent)
        }
        #expect(node.state.withLock { $0.shutdowns } == 1)
    }

    @Test func whenNobodyAnswersTheClientSaysSo() async throws {
        let path = try temporaryPath("none.sock")
        do {
            _ = try await onThread { try AdminSocketClient.call(bytes("{}"), socket: path) }
            Issue.record("there is no server")
        } catch let error as AdminError {
            #expect(error.code == .peer && error.message.contains(path) && !error.message.contains("\n"))
        }
    }
}
