public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The admin API on a Unix socket of mode 0600: who may open the socket may command the node. No other authentication.
///
/// Messages are JSON values back to back, as geth's IPC; answers end with a newline. One message of a connection is
/// handled at a time.
public struct AdminSocketServer: Service {
    private let path: String
    private let dispatcher: AdminDispatcher
    private let limits: AdminLimits
    private let logger: Logger
    private let onListening: @Sendable () async -> Void

    /// Makes the service; nothing is opened before `run`. `onListening` is called when calls are taken.
    public init(
        path: String, dispatcher: AdminDispatcher, limits: AdminLimits = AdminLimits(), logger: Logger,
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.path = path
        self.dispatcher = dispatcher
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until graceful shutdown or cancellation, then removes the socket. Calls under way are answered first.
    ///
    /// Throws `AdminError` (`.pathTooLong`, `.inUse`, `.notASocket`, `.io`) when it cannot start.
    public func run() async throws {
        let bound = try UnixSocket.bind(path: path)
        defer { UnixSocket.remove(path: path, inode: bound.inode) }
        let (limits, dispatcher, logger) = (limits, dispatcher, logger)
        let connections = OpenConnections()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard connections.add(channel, max: limits.connectionsMax) else {
                    logger.warning("admin socket: too many connections")
                    return channel.close()
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AdminConnection(dispatcher: dispatcher, limits: limits, connections: connections))
                }
            }
            .withBoundSocket(bound.descriptor).get()
        logger.info("admin socket is open", metadata: ["path": "\(path)"])
        await onListening()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await listener.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            listener.close(promise: nil)
        }
        for channel in connections.stop() { try await channel.closeFuture.get() }
        logger.info("admin socket is closed", metadata: ["path": "\(path)"])
    }
}
