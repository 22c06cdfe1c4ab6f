import EVMCodec
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle
import Telemetry

/// The admin API over HTTP on this machine's loopback: `POST /` with a JWT, `GET /metrics` and `GET /health` without.
public struct AdminHTTPServer: Service {
    private let host: String
    private let port: Int
    private let secret: JWTSecret
    private let dispatcher: AdminDispatcher
    private let limits: AdminLimits
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let onListening: @Sendable (Int) async -> Void

    /// Makes the service; nothing is opened before `run`. `host` must be loopback; port 0 takes a free one.
    /// `onListening` gets the port.
    ///
    /// Throws `.notLoopback` for any other host: this API is never offered to a network.
    public init(
        host: String = "127.0.0.1", port: Int, secret: JWTSecret, dispatcher: AdminDispatcher,
        limits: AdminLimits = AdminLimits(), logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(AdminError) {
        guard let literal = Loopback.literal(host) else {
            throw AdminError(
                .notLoopback,
                "the admin API listens on loopback only (127.0.0.1, ::1, localhost), not on \(Schema.bounded(host))")
        }
        self.host = literal
        self.port = port
        self.secret = secret
        self.dispatcher = dispatcher
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
        now = { Int64(Date().timeIntervalSince1970) }
    }

    /// Whether `host` is loopback by its spelling: 127.x.y.z, ::1 or localhost. Names are not looked up.
    public static func isLoopback(_ host: String) -> Bool { Loopback.literal(host) != nil }

    /// Serves until graceful shutdown. Requests under way are answered first.
    public func run() async throws {
        let limits = limits
        let application = Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [RequestDeadline(limit: TimeAmount(limits.stallMax))],
                    idleTimeout: TimeAmount(limits.stallMax),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8_192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 64))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil, backlog: 64,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connectionsMax)),
            onServerRunning: { [onListening] channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }

    private var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        let rate = RateLimit(perSecond: limits.requestsPerSecond, burst: limits.requestsBurst)
        router.add(middleware: LocalRequestsOnly(rate: rate))
        router.post("/") { request, _ in await call(request) }
        router.get("/metrics") { _, _ in
            Reply.text(.ok, dispatcher.handlers.metrics(), contentType: PrometheusText.contentType)
        }
        router.get("/health") { _, _ in
            let report = await dispatcher.handlers.health()
            return Reply.json(report.isHealthy ? .ok : .serviceUnavailable, report.json.bytes)
        }
        return router
    }

    private func call(_ request: Request) async -> Response {
        do throws(JWT.Refusal) {
            try JWT.check(authorization: request.headers[.authorization], secret: secret, now: now())
        } catch {
            logger.warning("admin HTTP call refused", metadata: ["reason": "\(error.rawValue)"])
            var refusal = Reply.text(.unauthorized, error.rawValue)
            refusal.headers[.wwwAuthenticate] = "Bearer"
            return refusal
        }
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type == "application/json" else {
            return Reply.text(.unsupportedMediaType, "Content-Type must be application/json")
        }
        var request = request
        let body: ByteBuffer
        do { body = try await request.collectBody(upTo: limits.messageBytesMax) } catch {
            return Reply.text(.contentTooLarge, "a request has at most \(limits.messageBytesMax) bytes")
        }
        guard let answer = await dispatcher.answer(Array(body.readableBytesView)) else {
            return Response(status: .noContent)
        }
        return Reply.json(.ok, answer)
    }
}

/// Which host names mean this machine and nothing else.
enum Loopback {
    /// The literal address to listen on, or nil when `host` is not loopback. Names are not looked up.
    static func literal(_ host: String) -> String? {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if bare.lowercased() == "localhost" { return "127.0.0.1" }
        if bare == "::1" { return bare }
        let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 =
            parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { UInt8($0) != nil && $0.utf8.first != UInt8(ascii: "+") }
        return isIPv4 ? bare : nil
    }

    /// Whether a `Host` header (with or without port) names this machine: a page of another site that rebinds its
    /// name does not.
    static func isLocal(authority: String) -> Bool {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            return literal(String(authority[...end])) != nil
        }
        return literal(String(authority.prefix { $0 != ":" })) != nil
    }
}

/// Refuses requests under a foreign host name and requests beyond the rate, before anything else looks at them.
private struct LocalRequestsOnly: RouterMiddleware {
    let rate: RateLimit

    @concurrent func handle(
        _ request: Request, context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        guard Loopback.isLocal(authority: request.head.authority ?? "") else {
            return Reply.text(.forbidden, "the Host header must name this machine")
        }
        guard rate.allows() else { return Reply.json(.tooManyRequests, AdminDispatcher.limitExceeded) }
        return try await next(request, context)
    }
}

private enum Reply {
    static func text(
        _ status: HTTPResponse.Status, _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) -> Response {
        response(status, Array(text.utf8), contentType)
    }

    static func json(_ status: HTTPResponse.Status, _ bytes: [UInt8]) -> Response {
        response(status, bytes, "application/json")
    }

    private static func response(_ status: HTTPResponse.Status, _ bytes: [UInt8], _ contentType: String) -> Response {
        Response(
            status: status, headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
