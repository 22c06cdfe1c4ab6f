import EVMTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket

/// Opens connections: TCP or Unix socket, TLS, WebSocket upgrade,
/// within the endpoint's connect timeout for each of its two halves.
enum SocketConnector {
    /// Connects to a `ws`, `wss` or `ipc` endpoint. Throws `.connectFailed`, `.httpStatus` (refused upgrade),
    /// `.rateLimited` or `.configuration`.
    static func connect(
        _ endpoint: EndpointConfig, liveness: SocketLiveness, onMessage: @escaping MessageHandler
    ) async throws -> SocketConnection {
        let fault = ConnectionFault()
        let dial = Dial(endpoint: endpoint, liveness: liveness, fault: fault, onMessage: onMessage)
        do {
            let channel = endpoint.url.scheme == .ipc ? try await dial.ipc() : try await dial.webSocket()
            return SocketConnection(channel: channel, fault: fault, endpoint: endpoint.name)
        } catch let error as NodeError {
            throw error
        } catch {
            throw fault.value ?? NodeError(.connectFailed, Self.text(error), endpoint: endpoint.name)
        }
    }

    /// A line about an error of NIO that cannot hold anything of the URL but its host.
    private static func text(_ error: any Error) -> String {
        switch error {
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: "the TLS handshake failed"
        case is NIOConnectionError: "the host cannot be reached"
        case let error as IOError: "the connection failed (errno \(error.errnoCode))"
        case ChannelError.connectTimeout: "no connection in time"
        default: "the connection could not be set up (\(type(of: error)))"
        }
    }
}

private struct Dial: Sendable {
    let endpoint: EndpointConfig
    let liveness: SocketLiveness
    let fault: ConnectionFault
    let onMessage: MessageHandler

    /// What became of the upgrade request.
    enum Upgrade: Sendable {
        case done
        case refused(EventLoopFuture<NodeError>)
    }

    private var bootstrap: ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.milliseconds(endpoint.connectTimeout.milliseconds))
            .channelOption(ChannelOptions.socketOption(.so_keepalive), value: 1)
    }

    func ipc() async throws -> any Channel {
        let dial = self
        return try await bootstrap.connect(unixDomainSocketPath: endpoint.url.target.value) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    IPCHandler(
                        endpoint: dial.endpoint.name, bytesMax: dial.endpoint.responseBytesMax, fault: dial.fault,
                        onMessage: dial.onMessage))
                return channel
            }
        }
    }

    func webSocket() async throws -> any Channel {
        let tls = try tlsContext()
        let request = try upgradeRequest()
        let dial = self
        let (channel, upgrade) = try await bootstrap.channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: endpoint.url.host, port: endpoint.url.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    (channel, try dial.configure(channel, tls: tls, request: request))
                }
            }
        let timer = channel.eventLoop.scheduleTask(in: .milliseconds(endpoint.connectTimeout.milliseconds)) {
            dial.fault.set(NodeError(.connectFailed, "no WebSocket handshake in time", endpoint: dial.endpoint.name))
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        switch try await upgrade.get() {
        case .done: return channel
        case .refused(let reason):
            let error = try await reason.get()
            channel.close(promise: nil)
            throw error
        }
    }

    private func tlsContext() throws -> NIOSSLContext? {
        guard endpoint.url.isEncrypted else { return nil }
        var settings = TLSConfiguration.makeClientConfiguration()
        if let file = endpoint.tlsRootsFile { settings.trustRoots = .file(file) }
        settings.applicationProtocols = ["http/1.1"]
        do { return try NIOSSLContext(configuration: settings) } catch {
            throw NodeError(
                .configuration, "the TLS settings cannot be used (is the authorities' file readable?)",
                endpoint: endpoint.name)
        }
    }

    private func upgradeRequest() throws -> HTTPRequestHead {
        let url = endpoint.url
        guard endpoint.headers.value.allSatisfy(\.isSafe) else {
            throw NodeError(.configuration, "a header holds a control character", endpoint: endpoint.name)
        }
        var headers = HTTPHeaders()
        let host = url.host.contains(":") ? "[\(url.host)]" : url.host
        let isDefaultPort = url.port == (url.isEncrypted ? 443 : 80)
        headers.add(name: "Host", value: isDefaultPort ? host : "\(host):\(url.port)")
        headers.add(name: "User-Agent", value: "martlet")
        if let authorization = url.basicAuthorization { headers.add(name: "Authorization", value: authorization) }
        for header in endpoint.headers.value { headers.add(name: header.name, value: header.value) }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target.value, headers: headers)
    }

    /// Sets up the pipeline on the channel's event loop.
    private func configure(_ channel: any Channel, tls: NIOSSLContext?, request: HTTPRequestHead) throws
        -> EventLoopFuture<Upgrade>
    {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandler(try Self.tlsHandler(tls, host: endpoint.url.host))
        }
        let dial = self
        let bytesMax = min(endpoint.responseBytesMax, Int(UInt32.max))
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: bytesMax) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 65_536,
                        maxAccumulatedFrameSize: bytesMax),
                    WebSocketHandler(
                        endpoint: dial.endpoint.name, liveness: dial.liveness, fault: dial.fault,
                        onMessage: dial.onMessage),
                ])
                return .done
            }
        }
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration<Upgrade>(
            upgradeRequestHead: request, upgraders: [upgrader]
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                let reason = channel.eventLoop.makePromise(of: NodeError.self)
                try channel.pipeline.syncOperations.addHandler(
                    UpgradeRefusal(endpoint: dial.endpoint.name, reason: reason))
                return .refused(reason.futureResult)
            }
        }
        return try pipeline.configureUpgradableHTTPClientPipeline(configuration: .init(upgradeConfiguration: upgrade))
    }

    /// With SNI and host check by name; by address when the URL holds an address.
    private static func tlsHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        do { return try NIOSSLClientHandler(context: context, serverHostname: host) } catch let error
            as NIOSSLExtraError where error == .cannotUseIPAddressInSNI
        {
            _ = error
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }
}

/// Reads the status of a refused upgrade.
private final class UpgradeRefusal: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    private let endpoint: String
    private var reason: EventLoopPromise<NodeError>?

    init(endpoint: String, reason: EventLoopPromise<NodeError>) {
        self.endpoint = endpoint
        self.reason = reason
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        let status = Int(head.status.code)
        let wait = head.headers.first(name: "Retry-After").flatMap { Int64($0) }.map { Duration.seconds($0) }
        let code: NodeError.Code = status == 429 ? .rateLimited : .httpStatus(status)
        settle(
            NodeError(code, "the WebSocket upgrade was refused (HTTP \(status))", endpoint: endpoint, retryAfter: wait))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        settle(NodeError(.connectFailed, "the connection closed during the WebSocket upgrade", endpoint: endpoint))
    }

    private func settle(_ error: NodeError) {
        reason?.succeed(error)
        reason = nil
    }
}

@available(*, unavailable)
extension UpgradeRefusal: Sendable {}
