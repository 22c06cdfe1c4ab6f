import EVMCrypto
import EVMTypes
import Foundation
public import KeyVault
import Synchronization

/// A signer process: keys behind their gates, reached over a Unix socket. The node then holds no secret.
///
/// One thread a connection, at most `connectionsMax`; a connection asks one thing at a time, so a flood waits in its
/// own
/// socket. Frames are bounded, a started frame must be whole within two seconds, and a malformed one ends its
/// connection. Only peers of the allowed users are heard (`SO_PEERCRED`).
public final class SignerServer: Sendable {
    /// Most connections at once; further ones are closed at once.
    public static let connectionsMax = 16
    /// Most requests of one connection in one second; further ones wait, so that a flood cannot fill the audit log.
    public static let requestsPerSecondMax = 2_000

    /// What happened since start.
    public struct Counters: Sendable, Equatable {
        public internal(set) var connections: UInt64 = 0
        /// Connections of users that are not allowed, or beyond the limit.
        public internal(set) var turnedAway: UInt64 = 0
        public internal(set) var requests: UInt64 = 0
        public internal(set) var malformed: UInt64 = 0
        var open = 0
    }

    private let signers: [Address: LocalSigner]
    private let users: Set<UInt32>
    private let state = Mutex(Counters())
    private let isEnding = Atomic<Bool>(false)
    /// Called with one line about each connection that was turned away or ended for cause.
    private let report: @Sendable (String) -> Void

    /// Serves `signers` to processes of `users` (numbers; the caller's own by default).
    public init(
        _ signers: [LocalSigner], users: Set<UInt32>? = nil,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.signers = Dictionary(signers.map { ($0.address, $0) }) { first, _ in first }
        self.users = users ?? [geteuid()]
        self.report = report
    }

    /// What happened since start.
    public var snapshot: Counters { state.withLock { $0 } }

    /// Makes `run` return within a tenth of a second. What is asked after this is not answered.
    public func end() { isEnding.store(true, ordering: .relaxed) }

    /// Serves on the socket file `path` until `end`. Throws as the socket's binding does.
    public func run(_ path: String, isReady: () -> Void = {}) throws(KeyVaultError) {
        let listener = try UnixListener(path)
        isReady()
        var synced = UnixStream.milliseconds()
        while !isEnding.load(ordering: .relaxed) {
            if let stream = listener.accept(100) { admit(stream) }
            if UnixStream.milliseconds() > synced + 1_000 {
                for signer in signers.values { signer.sync() }
                synced = UnixStream.milliseconds()
            }
        }
        for signer in signers.values { signer.sync() }
    }

    private func admit(_ stream: consuming UnixStream) {
        guard let peer = stream.peer(), users.contains(peer.user) else {
            state.withLock { $0.turnedAway += 1 }
            return report("turned away: user \(stream.peer().map { String($0.user) } ?? "unknown")")
        }
        let isRoom = state.withLock { state in
            guard state.open < SignerServer.connectionsMax else {
                state.turnedAway += 1
                return false
            }
            state.open += 1
            state.connections += 1
            return true
        }
        guard isRoom else { return report("turned away: \(SignerServer.connectionsMax) connections are open") }
        let box = StreamBox(stream)
        let thread = Thread {
            box.use { self.serve($0) }
            self.state.withLock { $0.open -= 1 }
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func serve(_ stream: borrowing UnixStream) {
        var second: UInt64 = 0, count = 0, reader = FrameReader()
        while !isEnding.load(ordering: .relaxed) {
            // In short waits, so that an idle connection ends with the server.
            switch reader.next(stream, first: 100, whole: 2_000) {
            case .nothing: continue
            case .ended: return
            case .malformed:
                state.withLock { $0.malformed += 1 }
                _ = stream.write(
                    SignerFrame(.malformed, id: 0, body: Array("no frame of this version".utf8)).bytes, whole: 100)
                return
            case .frame(let frame):
                let now = UnixStream.milliseconds() / 1_000
                if now != second { (second, count) = (now, 0) }
                count += 1
                if count > SignerServer.requestsPerSecondMax { usleep(2_000) }
                // Asked after the end: nothing is signed any more.
                if isEnding.load(ordering: .relaxed) { return }
                state.withLock { $0.requests += 1 }
                let answer = answer(frame)
                guard stream.write(answer.bytes, whole: 2_000) else { return }
                if answer.kind == .malformed {
                    state.withLock { $0.malformed += 1 }
                    return
                }
            }
        }
    }

    /// What one frame is answered with.
    func answer(_ frame: SignerFrame) -> SignerFrame {
        switch frame.kind {
        case .accounts:
            return SignerFrame(.accountList, id: frame.id, body: signers.keys.sorted().flatMap(\.bytes))
        case .sign:
            guard frame.body.count > 20, let request = SignerContent.decode(frame.body[20...]) else {
                return SignerFrame(.malformed, id: frame.id, body: Array("no content that can be signed".utf8))
            }
            guard let signer = signers[Address(bytes: frame.body[0..<20])] else {
                return refusal(.keyUnknown, frame.id)
            }
            switch signer.answer(request) {
            case .signed(let signature): return SignerFrame(.signed, id: frame.id, body: signature.bytes65(v27: false))
            case .refused(let reason): return refusal(reason, frame.id)
            case .unavailable(let text), .untrustworthy(let text):
                return SignerFrame(.unavailable, id: frame.id, body: Array(text.utf8))
            }
        case .accountList, .signed, .refused, .malformed, .unavailable:
            return SignerFrame(.malformed, id: frame.id, body: Array("an answer is no request".utf8))
        }
    }

    private func refusal(_ reason: SigningRefusal, _ id: UInt64) -> SignerFrame {
        SignerFrame(.refused, id: id, body: Array(reason.rawValue.utf8))
    }
}

/// Carries a stream into its thread.
private final class StreamBox: @unchecked Sendable {
    private let stream: UnixStream
    init(_ stream: consuming UnixStream) { self.stream = stream }
    func use(_ body: (borrowing UnixStream) -> Void) { body(stream) }
}
