internal import NIOCore
internal import NIOSSL
internal import NIOWebSocket

/// The client's end of a WebSocket: whole messages in, text messages out, pings both ways, closing handshake.
///
/// Sits behind NIO's frame codec and aggregator. Runs on one event loop. Source: RFC 6455.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    private let onMessage: MessageHandler
    private let fault: ConnectionFault
    private let endpoint: String
    private let pingInterval: TimeAmount
    private let pongTimeout: TimeAmount
    private var lastInbound = NIODeadline.now()
    private var pingSent: NIODeadline?
    private var isClosing = false
    private var watch: RepeatedTask?

    init(endpoint: String, liveness: SocketLiveness, fault: ConnectionFault, onMessage: @escaping MessageHandler) {
        self.endpoint = endpoint
        self.fault = fault
        self.onMessage = onMessage
        pingInterval = .milliseconds(liveness.pingInterval.milliseconds)
        pongTimeout = .milliseconds(liveness.pongTimeout.milliseconds)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let step = TimeAmount.nanoseconds(max(10_000_000, min(pingInterval, pongTimeout).nanoseconds / 4))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: step, delay: step) { _ in
            let (handler, context) = bound.value
            handler.checkLiveness(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = ContinuousClock.now
        let frame = unwrapInboundIn(data)
        lastInbound = .now()
        pingSent = nil
        switch frame.opcode {
        case .text, .binary:
            let bytes = frame.unmaskedData
            onMessage(Array(bytes.readableBytesView), now)
        case .ping: reply(context, .pong, frame.unmaskedData)
        case .pong: break
        case .connectionClose: answerClose(context, frame.unmaskedData)
        default: fail(context, .malformedResponse, "a WebSocket frame of unknown kind", .protocolError)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: unwrapOutboundIn(data))
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is SocketClosing else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        sendClose(context, .normalClosure)
        promise?.succeed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            fail(context, .responseTooLarge, "a WebSocket message is longer than the bound", .messageTooLarge)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            fail(context, .malformedResponse, "the peer broke the WebSocket protocol", .protocolError)
        case is NIOSSLError, is BoringSSLError:
            fail(context, .connectionLost, "the TLS connection broke", nil)
        default: fail(context, .connectionLost, "the connection broke", nil)
        }
    }

    private func checkLiveness(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if let pingSent {
            if now - pingSent > pongTimeout { fail(context, .connectionLost, "the peer did not answer a ping", nil) }
        } else if now - lastInbound > pingInterval {
            pingSent = now
            reply(context, .ping, ByteBuffer())
        }
    }

    private func reply(_ context: ChannelHandlerContext, _ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        context.writeAndFlush(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)), promise: nil)
    }

    private func sendClose(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        guard !isClosing else { return }
        isClosing = true
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        reply(context, .connectionClose, data)
    }

    private func answerClose(_ context: ChannelHandlerContext, _ payload: ByteBuffer) {
        var payload = payload
        let code = payload.readInteger(as: UInt16.self)
        fault.set(
            NodeError(
                .connectionLost, "the peer closed the connection" + (code.map { " (code \($0))" } ?? ""),
                endpoint: endpoint, delivery: .unknown))
        sendClose(context, .normalClosure)
        context.close(promise: nil)
    }

    private func fail(
        _ context: ChannelHandlerContext, _ code: NodeError.Code, _ text: String, _ close: WebSocketErrorCode?
    ) {
        fault.set(NodeError(code, text, endpoint: endpoint, delivery: .unknown))
        if let close { sendClose(context, close) }
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketHandler: Sendable {}

/// When a silent peer is asked for a sign of life, and how long it has for it.
struct SocketLiveness: Sendable, Hashable {
    var pingInterval: Duration
    var pongTimeout: Duration
}
