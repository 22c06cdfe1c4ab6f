public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

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

    private typealias Connection = NIOAsyncChannel<[UInt8], ByteBuffer>

    /// Serves until graceful shutdown or cancellation, then removes the socket. Calls under way are answered first.
    ///
    /// Throws `AdminError` (`.pathTooLong`, `.inUse`, `.notASocket`, `.io`) when it cannot start.
    public func run() async throws {
        let bound = try UnixSocket.bind(path: path)
        defer { UnixSocket.remove(path: path, inode: bound.inode) }
        let limits = limits
        let listener: NIOAsyncChannel<Connection, Never> = try await ServerBootstrap(
            group: MultiThreadedEventLoopGroup.singleton
        )
        // A client may close its side after the last call (`nc -N`); it still gets its answers.
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .bind(bound.descriptor) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(MessageHandler(limits: limits))
                return try Connection(wrappingChannelSynchronously: channel)
            }
        }
        logger.info("admin socket is open", metadata: ["path": "\(path)"])
        await onListening()
        let connections = OpenConnections()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await serve(listener, connections)
        } onCancelOrGracefulShutdown: {
            listener.channel.close(promise: nil)
            connections.stop()
        }
        logger.info("admin socket is closed", metadata: ["path": "\(path)"])
    }

    private func serve(
        _ listener: NIOAsyncChannel<Connection, Never>, _ connections: OpenConnections
    ) async throws {
        try await listener.executeThenClose { inbound in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in inbound {
                        guard connections.add(connection.channel, max: limits.connectionsMax) else {
                            logger.warning("admin socket: too many connections")
                            group.addTask { await AdminSocketServer.close(connection) }
                            continue
                        }
                        group.addTask {
                            await converse(connection, connections)
                            connections.remove(connection.channel)
                        }
                    }
                } catch {
                    logger.error("admin socket stopped taking connections", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Writes in pieces, so that the stall time counts from the last piece that was taken and not from the first.
    private func send(_ answer: [UInt8], _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        var rest = ByteBuffer(bytes: answer)
        rest.writeInteger(UInt8(ascii: "\n"))
        while let piece = rest.readSlice(length: min(rest.readableBytes, 65_536)), piece.readableBytes > 0 {
            try await outbound.write(piece)
        }
    }

    /// Ends a connection that is not served. NIO wants its writer finished before it is let go.
    private static func close(_ connection: Connection) async {
        // What can fail here is a connection that is closed already.
        try? await connection.executeThenClose { _, _ in }
    }

    private func converse(_ connection: Connection, _ connections: OpenConnections) async {
        let rate = RateLimit(perSecond: limits.requestsPerSecond, burst: limits.requestsBurst)
        do {
            try await connection.executeThenClose { inbound, outbound in
                for try await message in inbound {
                    connections.setBusy(true, connection.channel)
                    let answer = rate.allows() ? await dispatcher.answer(message) : AdminDispatcher.limitExceeded
                    if let answer { try await send(answer, outbound) }
                    if connections.setBusy(false, connection.channel) { return }
                }
            }
        } catch {
            // A client that went away; the next one is served all the same.
            logger.debug("admin connection ended", metadata: ["error": "\(error)"])
        }
    }
}

/// The open connections, so that a shutdown can close the silent ones at once and the busy ones after their answer.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: (channel: any Channel, isBusy: Bool)] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())

    /// False when there are `max` connections already, or the server stops.
    func add(_ channel: any Channel, max: Int) -> Bool {
        state.withLock { state in
            guard state.channels.count < max, !state.isStopping else { return false }
            state.channels[ObjectIdentifier(channel)] = (channel, false)
            return true
        }
    }

    func remove(_ channel: any Channel) { state.withLock { $0.channels[ObjectIdentifier(channel)] = nil } }

    /// Notes the begin or end of an answer; true when the server stops, so that the connection should end.
    @discardableResult
    func setBusy(_ isBusy: Bool, _ channel: any Channel) -> Bool {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)]?.isBusy = isBusy
            return state.isStopping
        }
    }

    func stop() {
        let silent = state.withLock { state in
            state.isStopping = true
            return state.channels.values.filter { !$0.isBusy }.map(\.channel)
        }
        for channel in silent { channel.close(promise: nil) }
    }
}
