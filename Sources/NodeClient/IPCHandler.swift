internal import NIOCore

/// JSON values back to back on a Unix socket: whole messages in, bytes out. Runs on one event loop.
final class IPCHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var splitter: IPCSplitter
    private let onMessage: MessageHandler
    private let fault: ConnectionFault
    private let endpoint: String

    init(endpoint: String, bytesMax: Int, fault: ConnectionFault, onMessage: @escaping MessageHandler) {
        self.endpoint = endpoint
        self.fault = fault
        self.onMessage = onMessage
        splitter = IPCSplitter(bytesMax: bytesMax)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = ContinuousClock.now
        do throws(IPCSplitter.Failure) {
            try splitter.feed(unwrapInboundIn(data).readableBytesView) { onMessage($0, now) }
        } catch {
            let isLong = error == .tooLong
            fail(
                context, isLong ? .responseTooLarge : .malformedResponse,
                isLong ? "a message is longer than the bound" : "the peer sent something that is not JSON")
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is SocketClosing else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        context.close(promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(context, .connectionLost, "the connection broke")
    }

    private func fail(_ context: ChannelHandlerContext, _ code: NodeError.Code, _ text: String) {
        fault.set(NodeError(code, text, endpoint: endpoint, delivery: .unknown))
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension IPCHandler: Sendable {}
