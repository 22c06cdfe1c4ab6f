import EVMCodec
import NIOCore

/// One connection of the admin socket: cuts the stream into messages, has them answered one at a time, and closes
/// when the other side stalls (a message that does not end, an answer that is not taken, silence).
///
/// While an answer is under way nothing further is read, so a client cannot pile up work.
/// Thread rule: its channel's event loop only; the dispatcher runs in a task and comes back through the loop.
final class AdminConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let dispatcher: AdminDispatcher
    private let limits: AdminLimits
    private let connections: OpenConnections
    private let rate: RateLimit
    private var splitter: JSONStreamSplitter
    private var fault: JSONStreamSplitter.Fault?
    private var isBusy = false
    private var isReadHeld = false
    private var isInputClosed = false
    private var unwritten = 0
    private var work: Task<Void, Never>?
    private var idle: Scheduled<Void>?
    private var partial: Scheduled<Void>?
    private var unread: Scheduled<Void>?

    init(dispatcher: AdminDispatcher, limits: AdminLimits, connections: OpenConnections) {
        self.dispatcher = dispatcher
        self.limits = limits
        self.connections = connections
        rate = RateLimit(perSecond: limits.requestsPerSecond, burst: limits.requestsBurst)
        splitter = JSONStreamSplitter(valueBytesMax: limits.messageBytesMax)
    }

    // MARK: Life

    func channelActive(context: ChannelHandlerContext) {
        restartIdle(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            // A client may close its side after the last call (`nc -N`); it still gets its answers.
            isInputClosed = true
            proceed(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func end(_ context: ChannelHandlerContext) {
        work?.cancel()
        for task in [idle, partial, unread] { task?.cancel() }
        (work, idle, partial, unread) = (nil, nil, nil, nil)
        connections.remove(context.channel)
    }

    // MARK: Messages

    func read(context: ChannelHandlerContext) {
        if isBusy { isReadHeld = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard fault == nil else { return }
        restartIdle(context)
        do throws(JSONStreamSplitter.Fault) {
            try splitter.append(unwrapInboundIn(data).readableBytesView)
        } catch {
            fault = error
        }
        if !splitter.isInsideValue || fault != nil {
            partial?.cancel()
            partial = nil
        } else if partial == nil {
            partial = closing(context, after: limits.stallMax)
        }
        proceed(context)
    }

    /// Takes the next message, or ends the connection when there will be none.
    private func proceed(_ context: ChannelHandlerContext) {
        if isBusy { return }
        if let message = splitter.next() { return answer(message, context) }
        if let fault { return refuse(context, fault) }
        if isInputClosed || connections.isStopping { return context.close(promise: nil) }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    private func answer(_ message: [UInt8], _ context: ChannelHandlerContext) {
        isBusy = true
        connections.setBusy(true, context.channel)
        guard rate.allows() else { return send(AdminDispatcher.limitExceeded, context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let (dispatcher, loop) = (dispatcher, context.eventLoop)
        work = Task {
            let answer = await dispatcher.answer(message)
            loop.execute {
                let (handler, context) = bound.value
                handler.send(answer, context)
            }
        }
    }

    /// Writes in pieces: the time to take an answer starts anew with each piece that the system took.
    private func send(_ answer: [UInt8]?, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        guard let answer else { return finish(context) }
        var rest = ByteBuffer(bytes: answer)
        rest.writeInteger(UInt8(ascii: "\n"))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        while let piece = rest.readSlice(length: min(rest.readableBytes, 65_536)), piece.readableBytes > 0 {
            unwritten += 1
            context.write(wrapOutboundOut(piece)).whenComplete { _ in
                let (handler, context) = bound.value
                handler.pieceWasTaken(context)
            }
        }
        unread = closing(context, after: limits.stallMax)
        context.flush()
    }

    private func pieceWasTaken(_ context: ChannelHandlerContext) {
        unwritten -= 1
        unread?.cancel()
        unread = nil
        guard context.channel.isActive else { return }
        if unwritten > 0 { unread = closing(context, after: limits.stallMax) } else { finish(context) }
    }

    private func finish(_ context: ChannelHandlerContext) {
        isBusy = false
        work = nil
        connections.setBusy(false, context.channel)
        restartIdle(context)
        proceed(context)
    }

    /// Says what was wrong, then closes: after a fault nobody knows where the next message begins.
    private func refuse(_ context: ChannelHandlerContext, _ fault: JSONStreamSplitter.Fault) {
        let text =
            switch fault {
            case .notAValue: "not JSON: a message must be an object or an array"
            case .tooLong: "message too long: at most \(limits.messageBytesMax) bytes"
            }
        let code = fault == .notAValue ? RPCErrorCode.parse : RPCErrorCode.invalidRequest
        let answer = AdminDispatcher.failure(id: .null, code, text).bytes + [UInt8(ascii: "\n")]
        isBusy = true
        unread = closing(context, after: limits.stallMax)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    // MARK: Time

    private func restartIdle(_ context: ChannelHandlerContext) {
        idle?.cancel()
        idle = closing(context, after: limits.idleMax)
    }

    private func closing(_ context: ChannelHandlerContext, after time: Duration) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }
}
