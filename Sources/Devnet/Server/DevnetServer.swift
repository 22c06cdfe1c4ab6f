internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// JSON-RPC over HTTP and WebSocket on one port: `POST /` and `POST /relay`, and an upgrade of `GET /`.
public struct DevnetServer: Sendable {
    /// The chain that is served.
    public let chain: DevnetChain
    private let channel: any Channel

    /// The port that is listened on.
    public var port: Int { channel.localAddress?.port ?? 0 }

    /// Opens the port (0: a free one) and serves until `stop`. Starts mining by interval when the chain is set so.
    /// Throws `DevnetError` when the port cannot be opened.
    public static func start(_ chain: DevnetChain, host: String = "127.0.0.1", port: Int) async throws(DevnetError)
        -> DevnetServer
    {
        let connections = ConnectionCount()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.backlog, value: 256)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try configure(channel, chain: chain, connections: connections)
                }
            }
        let channel: any Channel
        do { channel = try await bootstrap.bind(host: host, port: port).get() } catch {
            throw DevnetError("cannot listen on \(host):\(port) (is the port taken?)")
        }
        await chain.start()
        return DevnetServer(chain: chain, channel: channel)
    }

    /// Closes the port and stops mining. Connections that are open end with the process.
    public func stop() async {
        await chain.stop()
        // Closing fails only for a channel that is closed already.
        try? await channel.close().get()
    }

    private static func configure(
        _ channel: any Channel, chain: DevnetChain, connections: ConnectionCount
    ) throws {
        guard connections.enter(channel) else { return }
        let http = HTTPHandler(chain: chain)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: RequestLimits.bodyBytesMax,
            shouldUpgrade: { channel, head in
                let path = head.uri.split(separator: "?", omittingEmptySubsequences: false).first
                return channel.eventLoop.makeSucceededFuture(path == "/" || path == "/ws" ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 65_536,
                            maxAccumulatedFrameSize: RequestLimits.bodyBytesMax),
                        SocketHandler(chain: chain),
                    ])
                }
            })
        try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: .seconds(600)))
        let bound = NIOLoopBound(http, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                }
            ))
        try channel.pipeline.syncOperations.addHandler(http)
    }
}
