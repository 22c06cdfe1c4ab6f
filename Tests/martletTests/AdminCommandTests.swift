import AdminAPI
import EVMCodec
import EVMTypes
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct AdminCommandTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func handlers(_ paused: @escaping @Sendable (Bool) -> Void) -> AdminHandlers {
        AdminHandlers(
            status: {
                NodeStatus(chain: "devnet", chainID: 1_337, isLive: false, isPaused: false, head: nil, uptimeSeconds: 1)
            },
            pause: { _ in paused(true) }, resume: { paused(false) },
            shutdown: { throw AdminError(.unavailable, "not now") },
            pools: { query in AdminPage(items: [["limit": .integer(query.limit)]], next: nil) },
            opportunities: { _ in AdminPage(items: [], next: nil) }, bundles: { _ in AdminPage(items: [], next: nil) },
            health: { HealthReport(checks: []) }, metrics: { "" })
    }

    /// Runs `martlet admin` on a thread of its own, since the servers of this process need the cooperative pool.
    private func admin(_ arguments: [String], environment: [String: String] = [:]) async throws -> CommandRun {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try CommandRun.martlet(["admin"] + arguments, environment: environment) })
            }
        }
    }

    private func withServers(_ body: (_ socket: String, _ url: String, _ secret: String) async throws -> Void)
        async throws
    {
        let folder = NSTemporaryDirectory() + "ma-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let secretFile = folder + "/jwt"
        try Data(String(repeating: "ab", count: 32).utf8).write(to: URL(fileURLWithPath: secretFile))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secretFile)
        let dispatcher = AdminDispatcher(handlers: handlers { _ in }, logger: quiet)
        let (ready, tell) = AsyncStream<Int>.makeStream()
        let services: [any Service] = [
            AdminSocketServer(
                path: folder + "/a.sock", dispatcher: dispatcher, logger: quiet, onListening: { tell.yield(0) }),
            try AdminHTTPServer(
                port: 0, secret: JWTSecret(file: secretFile), dispatcher: dispatcher, logger: quiet,
                onListening: { tell.yield($0) }),
        ]
        let group = ServiceGroup(services: services, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ready.makeAsyncIterator()
            let ports = [await iterator.next() ?? 0, await iterator.next() ?? 0]
            let result: Result<Void, any Error>
            do {
                try await body(folder + "/a.sock", "http://127.0.0.1:\(ports.max() ?? 0)", secretFile)
                result = .success(())
            } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    @Test func bothDoorsGiveTheSameResult() async throws {
        try await withServers { socket, url, secret async throws in
            let plain = try await admin(["node_status", "--socket", socket, "--json"])
            #expect(plain.status == 0 && plain.json?["chain"]?.string == "devnet", "\(plain)")
            let web = try await admin(["node_status", "--url", url, "--jwt-secret", secret, "--json"])
            #expect(web.status == 0 && web.output == plain.output, "\(web)")
            let named = try await admin(
                ["pools_list", #"{"limit":7}"#, "--json"], environment: ["MARTLET_ADMIN_SOCKET": socket])
            #expect(named.json == ["items": [["limit": 7]], "next": .null])
            let pretty = try await admin(["node_status", "--socket", socket])
            #expect(pretty.output.split(separator: "\n").count > 5)
        }
    }

    @Test func eachFailureIsOneLineAndItsDocumentedCode() async throws {
        try await withServers { socket, url, secret async throws in
            let other = secret + "2"
            try Data(String(repeating: "cd", count: 32).utf8).write(to: URL(fileURLWithPath: other))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: other)
            let cases: [([String], Int32, String)] = [
                (["nope", "--socket", socket], 2, "no method nope"),
                (
                    ["pools_list", #"{"limit":0}"#, "--socket", socket], 2,
                    "params.limit must be an integer from 1 to 1000"
                ),
                (["pools_list", "{", "--socket", socket], 2, "PARAMS is not JSON"),
                (["node_shutdown", "--socket", socket], 1, "not now"),
                (["node_status", "--socket", socket + "x"], 4, "no node answers there"),
                (["node_status", "--url", url, "--jwt-secret", other], 5, "bad token signature"),
                (["node_status", "--url", url, "--jwt-secret", secret + "x"], 3, "cannot be opened"),
                (["node_status", "--url", "http://example.com", "--jwt-secret", secret], 2, "loopback"),
                (["node_status", "--url", "http://127.0.0.1:1", "--jwt-secret", secret], 4, "martlet: "),
            ]
            for (arguments, status, text) in cases {
                let run = try await admin(arguments)
                #expect(run.status == status && run.errors.contains(text), "\(arguments): \(run)")
                #expect(run.output.isEmpty && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            }
            let usage = try await admin(["node_status", "--url", url])
            #expect(usage.status == 2 && usage.errors.contains("go together"))
        }
    }
}
