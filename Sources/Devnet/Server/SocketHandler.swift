import EVMCodec
import NIOCore
import NIOWebSocket
import Synchronization

/// One WebSocket: requests are answered in their order; what is written waits in a bounded buffer.
///
/// Source: RFC 6455. A client that sends what is no text, or does not read, is cut off.
final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// Messages that wait to be answered, and bytes that wait to be sent.
    private static let requestsMax = 4_096, pendingBytesMax = 64 << 20
    private static let ids = Atomic<UInt64>(0)

    private let chain: DevnetChain
    private var sink: ClientSink?
    private var requests: AsyncStream<[UInt8]>.Continuation?
    private var isClosing = false

    init(chain: DevnetChain) { self.chain = chain }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let waiting = PendingBytes()
        let sink = ClientSink(
            id: Self.ids.add(1, ordering: .relaxed).newValue,
            write: { bytes in
                guard waiting.add(bytes.count, most: Self.pendingBytesMax) else { return channel.close(promise: nil) }
                let frame = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: bytes))
                channel.writeAndFlush(frame).whenComplete { _ in waiting.remove(bytes.count) }
            }, cut: { channel.close(promise: nil) })
        self.sink = sink
        let (stream, continuation) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.requestsMax))
        requests = continuation
        let chain = chain
        Task {
            await chain.connected(sink)
            for await request in stream { await chain.serve(request, sink) }
            await chain.disconnected(sink.id)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { requests?.finish() }

    func channelInactive(context: ChannelHandlerContext) {
        requests?.finish()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .binary:
            let bytes = Array(frame.unmaskedData.readableBytesView)
            if case .dropped = requests?.yield(bytes) { close(context, .policyViolation) }
        case .ping: write(context, .pong, frame.unmaskedData)
        case .pong: break
        case .connectionClose: close(context, .normalClosure)
        default: close(context, .protocolError)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            close(context, .messageTooLarge)
        default: close(context, .protocolError)
        }
    }

    private func write(_ context: ChannelHandlerContext, _ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
    }

    private func close(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        guard !isClosing else { return }
        isClosing = true
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        write(context, .connectionClose, data)
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension SocketHandler: Sendable {}

/// Bytes on their way to a client.
private final class PendingBytes: Sendable {
    private let count = Mutex(0)

    func add(_ bytes: Int, most: Int) -> Bool {
        count.withLock { count in
            guard count + bytes <= most else { return false }
            count += bytes
            return true
        }
    }

    func remove(_ bytes: Int) { count.withLock { $0 -= bytes } }
}

extension DevnetChain {
    /// Answers one message of a WebSocket, so that what it subscribes to is told of after the answer.
    func serve(_ request: [UInt8], _ sink: ClientSink) async {
        let latency = faults.latencyMs
        // Cancelled only with the process.
        if latency > 0 { try? await Task.sleep(for: .milliseconds(latency)) }
        if let answer = await answer(request, from: .webSocket(sink)) { sink.write(answer) }
    }
}
