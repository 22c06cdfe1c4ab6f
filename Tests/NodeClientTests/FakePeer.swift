import EVMCodec
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import NodeClient

/// A scripted peer on loopback that owns every byte it sends: HTTP POST and WebSocket on one TCP port,
/// or JSON on a Unix socket.
///
/// The script sees each whole request or message and answers with steps, so half frames,
/// cuts and floods are one line each.
final class FakePeer: Sendable {
    /// What the script does.
    enum Step: Sendable {
        case bytes([UInt8])
        case wait(milliseconds: Int64)
        /// Closes without any handshake.
        case cut
    }
    /// One request or message from the client.
    struct Input: Sendable {
        var path: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        var connection: Int
        var isWebSocket: Bool
        var json: JSON { (try? JSON.parse(body)) ?? .null }
        var method: String { json["method"]?.string ?? "" }
        /// The id as JSON text.
        var id: String { json["id"]?.text ?? "null" }
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    }
    struct Script: Sendable {
        var request: @Sendable (Input, FakePeer) -> [Step]
        /// Answers the upgrade; nil = a correct 101.
        var upgrade: (@Sendable (Input) -> [Step]?)?
        /// Called with frames of other kinds: (opcode, payload, connection).
        var control: (@Sendable (UInt8, [UInt8], FakePeer, Int) -> [Step]?)?
    }

    private struct State: Sendable {
        var inputs: [Input] = []
        var connections = 0
        var channels: [Int: any Channel] = [:]
        var unmaskedFrames = 0
        var controls: [UInt8] = []
    }
    private let state = Mutex(State())
    private let listener = Mutex<(any Channel)?>(nil)
    let script: Script

    private init(_ script: Script) { self.script = script }

    /// Listens on a free port of loopback, or on `socketPath`.
    static func start(socketPath: String? = nil, tls: NIOSSLContext? = nil, script: Script) async throws -> FakePeer {
        let peer = FakePeer(script)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(FakeConnection(peer: peer, isIPC: socketPath != nil))
                }
            }
        let channel =
            if let socketPath {
                try await bootstrap.bind(unixDomainSocketPath: socketPath, cleanupExistingSocketFile: true).get()
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
            }
        peer.listener.withLock { $0 = channel }
        return peer
    }

    /// An HTTP and WebSocket peer that answers every request by `answer` (JSON text of the whole message).
    static func answering(_ answer: @escaping @Sendable (Input, FakePeer) -> String) async throws -> FakePeer {
        try await start(script: Script(request: { input, peer in FakePeer.reply(answer(input, peer), to: input) }))
    }

    static func reply(_ text: String, to input: Input) -> [Step] {
        [.bytes(input.isWebSocket ? frame(text) : http(200, text))]
    }

    var port: Int { listener.withLock { $0?.localAddress?.port ?? 0 } }
    var http: String { "http://127.0.0.1:\(port)" }
    var ws: String { "ws://127.0.0.1:\(port)" }
    var inputs: [Input] { state.withLock { $0.inputs } }
    var connections: Int { state.withLock { $0.connections } }
    var unmaskedFrames: Int { state.withLock { $0.unmaskedFrames } }
    var controls: [UInt8] { state.withLock { $0.controls } }

    func stop() async {
        let channels = state.withLock { Array($0.channels.values) }
        for channel in channels { channel.close(promise: nil) }
        try? await listener.withLock { $0 }?.close()
    }

    /// Cuts every connection without a handshake; the listener stays.
    func cutAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    /// Sends bytes on the newest connection of those that are open.
    func push(_ bytes: [UInt8]) {
        let newest = state.withLock { state in state.channels.max { $0.key < $1.key }?.value }
        newest?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    fileprivate func opened(_ channel: any Channel) -> Int {
        state.withLock { state in
            state.connections += 1
            state.channels[state.connections] = channel
            return state.connections
        }
    }
    fileprivate func closed(_ id: Int) { state.withLock { $0.channels[id] = nil } }
    fileprivate func saw(_ input: Input) { state.withLock { $0.inputs.append(input) } }
    fileprivate func sawControl(_ opcode: UInt8) { state.withLock { $0.controls.append(opcode) } }
    fileprivate func sawUnmasked() { state.withLock { $0.unmaskedFrames += 1 } }

    // MARK: Bytes

    static func http(_ status: Int, _ body: String, headers: [String] = [], type: String = "application/json")
        -> [UInt8]
    {
        let lines =
            ["HTTP/1.1 \(status) Some Reason", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] + headers
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    /// An unmasked server frame.
    static func frame(_ payload: [UInt8], opcode: UInt8 = 1, fin: Bool = true) -> [UInt8] {
        var out: [UInt8] = [(fin ? 0x80 : 0) | opcode]
        switch payload.count {
        case ..<126: out.append(UInt8(payload.count))
        case ..<65536: out += [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: out += [127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        return out + payload
    }
    static func frame(_ text: String) -> [UInt8] { frame(Array(text.utf8)) }

    static func result(_ id: String, _ value: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":\#(value)}"# }
    static func error(_ id: String, _ code: Int, _ message: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":\#(code),"message":"\#(message)"}}"#
    }
    static func notification(_ subscription: String, _ result: String) -> String {
        #"{"jsonrpc":"2.0","method":"eth_subscription","#
            + #""params":{"subscription":"\#(subscription)","result":\#(result)}}"#
    }
}

/// One client's connection at the fake peer.
private final class FakeConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let peer: FakePeer
    private let isIPC: Bool
    private var buffer: [UInt8] = []
    private var isWebSocket = false
    private var path = ""
    private var id = 0
    private var splitter = IPCSplitter(bytesMax: 1 << 20)

    init(peer: FakePeer, isIPC: Bool) {
        self.peer = peer
        self.isIPC = isIPC
    }

    func channelActive(context: ChannelHandlerContext) { id = peer.opened(context.channel) }
    func channelInactive(context: ChannelHandlerContext) { peer.closed(id) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let piece = Array(unwrapInboundIn(data).readableBytesView)
        if isIPC {
            var values: [[UInt8]] = []
            try? splitter.feed(piece) { values.append($0) }
            for value in values {
                run(
                    request(FakePeer.Input(path: "", headers: [], body: value, connection: id, isWebSocket: false)),
                    context)
            }
            return
        }
        buffer += piece
        while isWebSocket ? readFrame(context) : readHTTP(context) {}
    }

    private func request(_ input: FakePeer.Input) -> [FakePeer.Step] {
        peer.saw(input)
        return peer.script.request(input, peer)
    }

    private func readHTTP(_ context: ChannelHandlerContext) -> Bool {
        let mark = Array("\r\n\r\n".utf8)
        guard let end = buffer.indices.first(where: { buffer[$0...].starts(with: mark) }) else { return false }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), String(line[line.index(after: colon)...]).trimmed)
        }
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
        let length = header("content-length").flatMap { Int($0) } ?? 0
        guard buffer.count >= end + 4 + length else { return false }
        let body = Array(buffer[(end + 4)..<(end + 4 + length)])
        buffer.removeFirst(end + 4 + length)
        path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let input = FakePeer.Input(path: path, headers: headers, body: body, connection: id, isWebSocket: false)
        if let key = header("sec-websocket-key") {
            if let steps = peer.script.upgrade?(input) {
                run(steps, context)
            } else {
                isWebSocket = true
                let accept = SHA1.base64(of: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
                let answer =
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
                run([.bytes(Array(answer.utf8))], context)
            }
        } else {
            run(request(input), context)
        }
        return true
    }

    private func readFrame(_ context: ChannelHandlerContext) -> Bool {
        guard buffer.count >= 2 else { return false }
        let opcode = buffer[0] & 15
        let isMasked = buffer[1] & 0x80 != 0
        var length = Int(buffer[1] & 0x7F)
        var at = 2
        if length == 126 {
            guard buffer.count >= 4 else { return false }
            length = Int(buffer[2]) << 8 | Int(buffer[3])
            at = 4
        } else if length == 127 {
            guard buffer.count >= 10 else { return false }
            length = buffer[2..<10].reduce(0) { $0 << 8 | Int($1) }
            at = 10
        }
        guard buffer.count >= at + (isMasked ? 4 : 0) + length else { return false }
        var payload: [UInt8]
        if isMasked {
            let mask = Array(buffer[at..<at + 4])
            payload = buffer[(at + 4)..<(at + 4 + length)].enumerated().map { $1 ^ mask[$0 % 4] }
            at += 4
        } else {
            peer.sawUnmasked()
            payload = Array(buffer[at..<at + length])
        }
        buffer.removeFirst(at + length)
        if opcode == 1 {
            run(
                request(FakePeer.Input(path: path, headers: [], body: payload, connection: id, isWebSocket: true)),
                context)
        } else {
            peer.sawControl(opcode)
            if let steps = peer.script.control?(opcode, payload, peer, id) {
                run(steps, context)
            } else if opcode == 9 {
                run([.bytes(FakePeer.frame(payload, opcode: 10))], context)
            } else if opcode == 8 {
                run([.bytes(FakePeer.frame(payload, opcode: 8)), .cut], context)
            }
        }
        return true
    }

    /// Runs the steps in order; a wait delays only this list, so later requests can overtake.
    private func run(_ steps: [FakePeer.Step], _ context: ChannelHandlerContext) {
        for (position, step) in steps.enumerated() {
            switch step {
            case .bytes(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .cut: context.close(promise: nil)
            case .wait(let milliseconds):
                let rest = Array(steps[(position + 1)...])
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
                    let (handler, context) = bound.value
                    if context.channel.isActive { handler.run(rest, context) }
                }
                return
            }
        }
    }
}

@available(*, unavailable)
extension FakeConnection: Sendable {}
