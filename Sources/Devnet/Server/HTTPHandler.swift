import EVMCodec
import EVMCrypto
import EVMTypes
import NIOCore
import NIOHTTP1

/// One HTTP connection. The pipeline before it lets one request through at a time.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let chain: DevnetChain
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var isTooLong = false

    init(chain: DevnetChain) { self.chain = chain }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
            isTooLong = false
        case .body(var part):
            if body.readableBytes + part.readableBytes > RequestLimits.bodyBytesMax {
                isTooLong = true
                body.clear()
            } else if !isTooLong {
                body.writeBuffer(&part)
            }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let keepsAlive = head.isKeepAlive
        if isTooLong { return send(HTTPAnswer(.payloadTooLarge, "request entity too large"), false, context) }
        let path = head.uri.split(separator: "?", omittingEmptySubsequences: false).first.map(String.init) ?? "/"
        switch head.method {
        case .OPTIONS: return send(HTTPAnswer(.noContent, ""), keepsAlive, context)
        case .GET, .HEAD:
            return send(HTTPAnswer(.ok, "martlet devnet: JSON-RPC over POST or WebSocket\n"), keepsAlive, context)
        case .POST: break
        default: return send(HTTPAnswer(.methodNotAllowed, "method not allowed"), keepsAlive, context)
        }
        guard path == "/" || path == "/relay" else {
            return send(HTTPAnswer(.notFound, "there is / and /relay"), keepsAlive, context)
        }
        let bytes = Array(body.readableBytesView)
        body.clear()
        var origin = RequestOrigin.http
        if path == "/relay" {
            guard let signer = RelaySignature.signer(head.headers.first(name: "X-Flashbots-Signature"), of: bytes)
            else {
                let error = DevnetError("invalid X-Flashbots-Signature", code: -32_600)
                let body = DevnetChain.envelope(id: .null, error: error)
                return send(HTTPAnswer(.forbidden, json: body), keepsAlive, context)
            }
            origin = .relay(signer)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop, chain = chain, from = origin
        Self.run(chain, bytes, from) { answer in
            loop.execute {
                let (handler, context) = bound.value
                handler.send(answer, keepsAlive, context)
            }
        }
    }

    /// Answers a request on the chain's actor and hands the answer on.
    private static func run(
        _ chain: DevnetChain, _ bytes: [UInt8], _ origin: RequestOrigin,
        then deliver: @escaping @Sendable (HTTPAnswer) -> Void
    ) {
        Task { deliver(await run(chain, bytes, origin)) }
    }

    private static func run(_ chain: DevnetChain, _ bytes: [UInt8], _ origin: RequestOrigin) async -> HTTPAnswer {
        let faults = await chain.faults(for: bytes)
        // Cancelled only with the process.
        if faults.latencyMs > 0 { try? await Task.sleep(for: .milliseconds(faults.latencyMs)) }
        if faults.refuses {
            var answer = HTTPAnswer(.tooManyRequests, "Too Many Requests")
            answer.retryAfter = "1"
            return answer
        }
        guard let answer = await chain.answer(bytes, from: origin) else { return HTTPAnswer(.ok, "") }
        return HTTPAnswer(.ok, json: answer)
    }

    private func send(_ answer: HTTPAnswer, _ keepsAlive: Bool, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        var headers: HTTPHeaders = [
            "Content-Type": answer.contentType, "Content-Length": String(answer.body.count),
            "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*",
            "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
        ]
        if let wait = answer.retryAfter { headers.add(name: "Retry-After", value: wait) }
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !keepsAlive { bound.value.close(promise: nil) }
        }
    }
}

@available(*, unavailable)
extension HTTPHandler: Sendable {}

/// One answer before it is framed.
private struct HTTPAnswer: Sendable {
    var status: HTTPResponseStatus
    var body: [UInt8]
    var contentType: String
    var retryAfter: String?

    init(_ status: HTTPResponseStatus, _ text: String) {
        self.status = status
        body = Array(text.utf8)
        contentType = "text/plain; charset=utf-8"
    }

    init(_ status: HTTPResponseStatus, json: [UInt8]) {
        self.status = status
        body = json
        contentType = "application/json"
    }
}

/// The relay's header: `address:signature`, an EIP-191 signature of the hex text of the body's Keccak-256.
enum RelaySignature {
    /// Who signed the body; nil when the header is missing, malformed, or another's.
    static func signer(_ header: String?, of body: [UInt8]) -> Address? {
        guard let header else { return nil }
        let parts = header.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let claimed = Address(hex: parts[0].trimmingPrefix(" ")),
            let bytes = Hex.decode(parts[1]), let signature = Signature(bytes65: bytes), signature.isValid
        else { return nil }
        let digest = EIP191.personalHash(Array(Keccak256.hash(body).hex.utf8))
        return Secp256k1.recover(digest, signature) == claimed ? claimed : nil
    }
}
