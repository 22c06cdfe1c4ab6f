import EVMCodec
import EVMTypes
import Foundation
import Logging
import Synchronization

@testable import AdminAPI

/// A pretended node: remembers what it was told.
final class FakeNode: Sendable {
    struct State {
        var isPaused = false
        var reasons: [String?] = []
        var shutdowns = 0
        var pools: [PoolsQuery] = []
        var records: [RecordsQuery] = []
        var isHealthy = true
    }
    let state = Mutex(State())
    let onShutdown: @Sendable () -> Void

    init(onShutdown: @escaping @Sendable () -> Void = {}) { self.onShutdown = onShutdown }

    struct Unexpected: Error {}

    var handlers: AdminHandlers {
        AdminHandlers(
            status: {
                NodeStatus(
                    chain: "devnet", chainID: 1_337, isLive: false, isPaused: self.state.withLock { $0.isPaused },
                    head: (number: 5, hash: .zero, timestamp: 1_700_000_000), uptimeSeconds: 9, details: ["pools": 12])
            },
            pause: { reason in
                self.state.withLock {
                    $0.isPaused = true
                    $0.reasons.append(reason)
                }
            },
            resume: { self.state.withLock { $0.isPaused = false } },
            shutdown: {
                self.state.withLock { $0.shutdowns += 1 }
                self.onShutdown()
            },
            pools: { query in
                self.state.withLock { $0.pools.append(query) }
                if query.dex == "big" {
                    let item: JSON = ["text": .string(String(repeating: "x", count: 100_000))]
                    return AdminPage(items: Array(repeating: item, count: 30), next: nil)
                }
                return AdminPage(items: [["address": .address(.zero)]], next: "cursor")
            },
            opportunities: { query in
                if query.state == "broken" { throw Unexpected() }
                if query.state == "none" { throw AdminError(.notFound, "no such state") }
                self.state.withLock { $0.records.append(query) }
                return AdminPage(items: [], next: nil)
            },
            bundles: { query in
                if query.after == "bad" { throw AdminError(.badParameter, "after: not a cursor of ours") }
                return AdminPage(items: [], next: nil)
            },
            health: {
                HealthReport(checks: [
                    .init(name: "head-age", isHealthy: self.state.withLock { $0.isHealthy }, detail: "3 s")
                ])
            },
            metrics: { "# TYPE x gauge\nx 1\n" })
    }

    var dispatcher: AdminDispatcher { AdminDispatcher(handlers: handlers, logger: quiet) }
}

/// A logger that writes nowhere.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs blocking code on a thread of its own: the cooperative pool of a small machine has two threads, and the
/// servers need them.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// A path for a socket or file in a new folder.
func temporaryPath(_ name: String) throws -> String {
    let folder = NSTemporaryDirectory() + "ma-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder + "/" + name
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
