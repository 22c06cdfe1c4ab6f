import NIOCore

/// Cuts a byte stream into messages and closes connections that stall: a message that does not end, an answer that is
/// not taken, silence.
///
/// Thread rule: its channel's event loop only.
final class MessageHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = [UInt8]
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let limits: AdminLimits
    private var splitter: JSONStreamSplitter
    private var idle: Scheduled<Void>?
    private var partial: Scheduled<Void>?
    private var unread: Scheduled<Void>?
    private var unwritten = 0

    init(limits: AdminLimits) {
        self.limits = limits
        splitter = JSONStreamSplitter(valueBytesMax: limits.messageBytesMax)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { restartIdle(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        restartIdle(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelAll()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancelAll() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        restartIdle(context)
        var fault: JSONStreamSplitter.Fault?
        do throws(JSONStreamSplitter.Fault) { try splitter.append(buffer.readableBytesView) } catch { fault = error }
        while let message = splitter.next() { context.fireChannelRead(wrapInboundOut(message)) }
        if let fault {
            refuse(context, fault)
        } else if splitter.isInsideValue {
            if partial == nil { partial = closing(context, after: limits.stallMax) }
        } else {
            partial?.cancel()
            partial = nil
        }
    }

    /// The time to take an answer starts anew with every piece that the system took, so that a slow reader is told
    /// from a dead one.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        unwritten += 1
        if unread == nil { unread = closing(context, after: limits.stallMax) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            let (handler, context) = bound.value
            handler.pieceWasTaken(context)
        }
        context.write(data, promise: written)
    }

    private func pieceWasTaken(_ context: ChannelHandlerContext) {
        unwritten -= 1
        unread?.cancel()
        unread = unwritten > 0 && context.channel.isActive ? closing(context, after: limits.stallMax) : nil
    }

    /// Says what was wrong, then closes: after a fault nobody knows where the next message begins.
    private func refuse(_ context: ChannelHandlerContext, _ fault: JSONStreamSplitter.Fault) {
        let text =
            switch fault {
            case .notAValue: "not JSON: a message must be an object or an array"
            case .tooLong: "message too long: at most \(limits.messageBytesMax) bytes"
            }
        let code = fault == .notAValue ? RPCErrorCode.parse : RPCErrorCode.invalidRequest
        let answer = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":\(code),\"message\":\"\(text)\"}}\n"
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    private func restartIdle(_ context: ChannelHandlerContext) {
        idle?.cancel()
        idle = closing(context, after: limits.idleMax)
    }

    private func closing(_ context: ChannelHandlerContext, after time: Duration) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }

    private func cancelAll() {
        for task in [idle, partial, unread] { task?.cancel() }
        (idle, partial, unread) = (nil, nil, nil)
    }
}
