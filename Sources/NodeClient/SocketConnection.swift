internal import NIOCore
internal import Synchronization

/// Called on the event loop with each whole message and the time it was complete.
typealias MessageHandler = @Sendable ([UInt8], ContinuousClock.Instant) -> Void

/// Why a connection ended: the first reason counts.
final class ConnectionFault: Sendable {
    private let first = Mutex<NodeError?>(nil)
    func set(_ error: NodeError) { first.withLock { $0 = $0 ?? error } }
    var value: NodeError? { first.withLock { $0 } }
}

/// One open WebSocket or IPC connection. Any thread may use it.
final class SocketConnection: Sendable {
    private let channel: any Channel
    private let fault: ConnectionFault
    private let endpoint: String

    init(channel: any Channel, fault: ConnectionFault, endpoint: String) {
        self.channel = channel
        self.fault = fault
        self.endpoint = endpoint
    }

    /// Writes one message. Failures show as the connection's end.
    func send(_ message: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: message), promise: nil) }

    /// Runs `body` on the connection's event loop after `delay` unless the returned handle is cancelled.
    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: .milliseconds(delay.milliseconds)) { body() }
    }

    /// Ends the connection for a reason of ours. For WebSockets a close frame is sent first;
    /// the peer gets a second to answer it.
    func close(_ error: NodeError) {
        fault.set(error)
        channel.triggerUserOutboundEvent(SocketClosing(), promise: nil)
        channel.eventLoop.scheduleTask(in: .seconds(1)) { [channel] in channel.close(promise: nil) }
    }

    /// Waits for the end and says why it came.
    func ended() async -> NodeError {
        do { try await channel.closeFuture.get() } catch {
            fault.set(NodeError(.connectionLost, "closed with an error", endpoint: endpoint))
        }
        return fault.value
            ?? NodeError(.connectionLost, "the peer closed the connection", endpoint: endpoint, delivery: .unknown)
    }
}

/// Asks the handlers to end the connection politely.
struct SocketClosing: Sendable {}
