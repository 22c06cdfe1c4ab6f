import EVMCodec
import Foundation
import ServiceLifecycle
import Synchronization
import Testing

@testable import AdminAPI

@Suite(.serialized, .timeLimit(.minutes(2))) struct AdminHTTPTests {
    private let secret = JWTSecret(bytes: [UInt8](repeating: 7, count: 32)) ?? { fatalError("32 bytes") }()

    private func withServer(
        limits: AdminLimits = AdminLimits(), node: FakeNode = FakeNode(), _ body: (Int) async throws -> Void
    ) async throws {
        let (stream, tell) = listening()
        let server = try AdminHTTPServer(
            port: 0, secret: secret, dispatcher: node.dispatcher, limits: limits, logger: quiet, onListening: tell)
        try await withServices([server]) { _ in
            var ready = stream.makeAsyncIterator()
            let port = try #require(await ready.next())
            try await body(port)
        }
    }

    /// Sends raw bytes to the port and gives everything until the server closes or nothing comes for `seconds`.
    private func raw(_ port: Int, _ text: String, seconds: Int = 3) async throws -> String {
        try await onThread {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var time = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(result == 0)
            let data = Array(text.utf8)
            var sent = 0
            while sent < data.count {
                let count = data[sent...].withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { break }
                sent += count
            }
            var out: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                if count <= 0 { return String(decoding: out, as: UTF8.self) + (count == 0 ? "" : "<still open>") }
                out += chunk[0..<count]
            }
        }
    }

    private func request(
        _ port: Int, _ line: String, body: String = "", token: String?? = .none, host: String = "127.0.0.1",
        type: String = "application/json"
    ) async throws -> String {
        let bearer: String? =
            switch token {
            case .none: JWT.make(secret: secret, now: Int64(Date().timeIntervalSince1970))
            case .some(let given): given
            }
        let authorization = bearer.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let head =
            "\(line) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nContent-Type: \(type)\r\n"
            + "\(authorization)Content-Length: \(body.utf8.count)\r\n\r\n"
        return try await raw(port, head + body)
    }

    private let status = #"{"jsonrpc":"2.0","id":1,"method":"node_status"}"#

    @Test func aCallWithATokenIsAnswered() async throws {
        try await withServer { port async throws in
            let answer = try await request(port, "POST /", body: status)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(
                answer.contains(#""chain":"devnet""#) && answer.lowercased().contains("content-type: application/json"))
            let batch = try await request(port, "POST /", body: "[\(status),\(status)]")
            #expect(batch.components(separatedBy: "devnet").count == 3)
            let silent = try await request(port, "POST /", body: #"{"jsonrpc":"2.0","method":"node_pause"}"#)
            #expect(silent.hasPrefix("HTTP/1.1 204"))
            let broken = try await request(port, "POST /", body: "{")
            #expect(broken.hasPrefix("HTTP/1.1 200 OK") && broken.contains("-32700"))
        }
    }

    @Test func withoutAFreshTokenNothingIsDone() async throws {
        let node = FakeNode()
        try await withServer(node: node) { port async throws in
            let now = Int64(Date().timeIntervalSince1970)
            let other = try #require(JWTSecret(bytes: [UInt8](repeating: 8, count: 32)))
            let cases: [(String?, String)] = [
                (nil, "missing token"), (JWT.make(secret: secret, now: now - 120), "stale token"),
                (JWT.make(secret: secret, now: now + 120), "future token"),
                (JWT.make(secret: other, now: now), "bad token signature"), ("a.b.c", "malformed token"),
            ]
            for (token, text) in cases {
                let pause = #"{"jsonrpc":"2.0","id":1,"method":"node_pause"}"#
                let answer = try await request(port, "POST /", body: pause, token: .some(token))
                #expect(answer.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"), "\(answer)")
                #expect(answer.hasSuffix("\r\n\r\n" + text))
            }
        }
        #expect(!node.state.withLock { $0.isPaused })
    }

    @Test func metricsAndHealthNeedNoTokenAndTellTheTruth() async throws {
        let node = FakeNode()
        try await withServer(node: node) { port async throws in
            let metrics = try await request(port, "GET /metrics", token: .some(nil))
            #expect(metrics.hasPrefix("HTTP/1.1 200") && metrics.hasSuffix("# TYPE x gauge\nx 1\n"))
            #expect(metrics.contains("text/plain; version=0.0.4"))
            let well = try await request(port, "GET /health", token: .some(nil))
            #expect(well.hasPrefix("HTTP/1.1 200") && well.contains(#""status":"ok""#))
            node.state.withLock { $0.isHealthy = false }
            let ill = try await request(port, "GET /health", token: .some(nil))
            #expect(ill.hasPrefix("HTTP/1.1 503") && ill.contains(#""name":"head-age","ok":false,"detail":"3 s""#))
        }
    }

    @Test func otherMethodsPathsTypesAndHostsAreRefused() async throws {
        try await withServer { port async throws in
            #expect(try await request(port, "GET /").hasPrefix("HTTP/1.1 404"))
            #expect(try await request(port, "POST /admin", body: status).hasPrefix("HTTP/1.1 404"))
            #expect(try await request(port, "PUT /", body: status).hasPrefix("HTTP/1.1 404"))
            #expect(try await request(port, "POST /", body: status, type: "text/plain").hasPrefix("HTTP/1.1 415"))
            for host in ["evil.example", "evil.example:8545", "127.0.0.1.evil.example", "10.0.0.1"] {
                #expect(try await request(port, "GET /metrics", host: host).hasPrefix("HTTP/1.1 403"), "\(host)")
            }
            for host in ["localhost", "localhost:9", "127.0.0.1:9", "[::1]:9"] {
                #expect(try await request(port, "GET /metrics", host: host).hasPrefix("HTTP/1.1 200"), "\(host)")
            }
        }
    }

    @Test func longBodiesAndHeadsAreRefused() async throws {
        var limits = AdminLimits()
        limits.messageBytesMax = 1_000
        try await withServer(limits: limits) { port async throws in
            let long = "[" + String(repeating: "1,", count: 5_000) + "1]"
            let answer = try await request(port, "POST /", body: long)
            #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer)")
            let head = try await request(port, "POST /", body: status, type: String(repeating: "x", count: 20_000))
            #expect(!head.hasPrefix("HTTP/1.1 200"))
            #expect(try await request(port, "POST /", body: status).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func slowClientsAreCut() async throws {
        var limits = AdminLimits()
        limits.stallMax = .milliseconds(400)
        try await withServer(limits: limits) { port async throws in
            // A head that never ends, a body that never comes, and silence: each ends with the connection closed by
            // the server.
            #expect(
                try await raw(port, "POST / HTTP/1.1\r\nHost: localhost\r\n", seconds: 10).hasSuffix("<still open>")
                    == false)
            let token = JWT.make(secret: secret, now: Int64(Date().timeIntervalSince1970))
            let body =
                "POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            #expect(try await raw(port, body, seconds: 10).hasSuffix("<still open>") == false)
            #expect(try await raw(port, "", seconds: 10) == "")
        }
    }

    @Test func requestsBeyondTheRateAreRefused() async throws {
        var limits = AdminLimits()
        limits.requestsBurst = 2
        limits.requestsPerSecond = 0.001
        try await withServer(limits: limits) { port async throws in
            var codes: [String] = []
            for _ in 0..<4 { codes.append(String(try await request(port, "GET /health").prefix(12).suffix(3))) }
            #expect(codes == ["200", "200", "429", "429"])
        }
    }

    @Test func connectionsThatComeAndGoDuringAShutdownDoNoHarm() async throws {
        var limits = AdminLimits()
        limits.stallMax = .seconds(1)
        for round in 0..<5 {
            let (stream, tell) = listening()
            let server = try AdminHTTPServer(
                port: 0, secret: secret, dispatcher: FakeNode().dispatcher, limits: limits, logger: quiet,
                onListening: tell)
            try await withServices([server]) { group async throws in
                var ready = stream.makeAsyncIterator()
                let port = try #require(await ready.next())
                let stop = Task.detached {
                    try await Task.sleep(for: .milliseconds(4 * round))
                    await group.triggerGracefulShutdown()
                }
                try await onThread {
                    for _ in 0..<200 where AdminHTTPTests.connectAndClose(port) == false { break }
                }
                try await stop.value
            }
        }
    }

    private static func connectAndClose(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }

    @Test func onlyLoopbackMayBeNamed() throws {
        let dispatcher = FakeNode().dispatcher
        for host in [
            "0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.example.com", "127.0.0.256", "", "127.1",
            "::ffff:127.0.0.1",
        ] {
            do throws(AdminError) {
                _ = try AdminHTTPServer(host: host, port: 0, secret: secret, dispatcher: dispatcher, logger: quiet)
                Issue.record("\(host) must be refused")
            } catch {
                #expect(error.code == .notLoopback && (host.isEmpty || error.message.contains(host)))
            }
        }
        for host in ["127.0.0.1", "127.0.0.53", "::1", "localhost", "LOCALHOST"] {
            #expect(throws: Never.self) {
                _ = try AdminHTTPServer(host: host, port: 0, secret: secret, dispatcher: dispatcher, logger: quiet)
            }
        }
    }
}
