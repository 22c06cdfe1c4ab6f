import Dispatch
import EVMCrypto
public import EVMTypes
import Glibc
public import KeyVault
import Synchronization

/// A signer in another process (`martlet signer`), reached over its Unix socket. This side holds no secret.
///
/// The connection is made when it is needed and made anew after a failure, so a signer that was restarted is found
/// again
/// by itself; until then every request ends as `.unavailable` with the reason. Each signature is recovered and compared
/// with the account before it is handed out. Requests go one at a time on a thread of their own.
public final class SocketSigner: BlockingSigner {
    /// Most requests that wait.
    public static let queueMax = 256
    /// Longest wait for one answer, milliseconds.
    public static let timeoutMilliseconds: Int32 = 2_000

    /// The account it signs for.
    public let address: Address
    /// Path of the socket file.
    public let path: String
    private let users: Set<UInt32>
    private let queue = DispatchQueue(label: "martlet.signer", qos: .userInteractive)
    private let paused = Atomic<Bool>(false)
    private let waiting = Atomic<Int>(0)
    private let connection = Mutex(Connection())

    /// A connection that may be absent. A class, because a `Mutex` cannot hold an optional non-copyable value here.
    private final class Connection {
        var stream: UnixStream?
        var nextID: UInt64 = 1
        init() {}
    }

    /// Nothing is opened yet. `users`: whose signer is believed (the caller's own user, and root).
    public init(address: Address, path: String, users: Set<UInt32>? = nil) {
        self.address = address
        self.path = path
        self.users = users ?? [geteuid(), 0]
    }

    /// Whether signing is paused on this side.
    public var isPaused: Bool { paused.load(ordering: .sequentiallyConsistent) }

    /// Stops signing on this side: when this returns no answer is handed out until `resume`.
    public func pause() {
        paused.store(true, ordering: .sequentiallyConsistent)
        connection.withLock { _ in }
    }

    /// Allows signing again on this side.
    public func resume() { paused.store(false, ordering: .sequentiallyConsistent) }

    /// Asks the process; the calling task does not hold a thread meanwhile.
    public func sign(_ request: SigningRequest) async -> SigningOutcome {
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.queueMax else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            return .unavailable("signer process: \(Self.queueMax) requests are waiting")
        }
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.answer(request)) }
        }
    }

    /// As `sign(_:)`, on the calling thread (some 100 microseconds, at most `timeoutMilliseconds`).
    public func answer(_ request: SigningRequest) -> SigningOutcome {
        guard let content = SignerContent.encode(request.content) else { return .refused(.alreadySigned) }
        let body = address.bytes + content
        guard body.count <= SignerFrame.bytesMax - SignerFrame.headBytes else {
            return .unavailable("signer process: a request of over \(SignerFrame.bytesMax) bytes")
        }
        return connection.withLock { connection in
            if isPaused { return .refused(.paused) }
            let reply: SignerFrame
            switch exchange(connection, .sign, body) {
            case .success(let frame): reply = frame
            case .failure(let fault): return .unavailable("signer process at \(path): \(fault.text)")
            }
            return isPaused ? .refused(.paused) : outcome(reply, request)
        }
    }

    /// The accounts that the process signs for, or why it cannot be asked.
    public func accounts() throws(KeyVaultError) -> [Address] {
        let reply = connection.withLock { exchange($0, .accounts, []) }
        switch reply {
        case .failure(let fault): throw KeyVaultError(.signerUnavailable, fault.text, path: path)
        case .success(let frame):
            guard frame.kind == .accountList, frame.body.count % 20 == 0 else {
                throw KeyVaultError(.signerUnavailable, "answered something else", path: path)
            }
            return stride(from: 0, to: frame.body.count, by: 20).map { Address(bytes: frame.body[$0..<$0 + 20]) }
        }
    }

    private struct Fault: Error { var text: String }

    /// One question and its answer. A connection that had gone stale in the meantime is made anew once: asking twice is
    /// harmless, the same payload is signed alike and counts once.
    private func exchange(_ connection: Connection, _ kind: SignerFrame.Kind, _ body: [UInt8]) -> Result<
        SignerFrame, Fault
    > {
        var isFresh = false
        while true {
            if connection.stream == nil {
                isFresh = true
                if let fault = connect(connection) { return .failure(fault) }
            }
            let id = connection.nextID
            connection.nextID &+= 1  // only has to differ from the one before
            guard case .frame(let frame)? = ask(connection, SignerFrame(kind, id: id, body: body)), frame.id == id
            else {
                connection.stream = nil
                if isFresh {
                    return .failure(Fault(text: "no answer within \(Self.timeoutMilliseconds) ms, or not to us"))
                }
                continue
            }
            return .success(frame)
        }
    }

    private func ask(_ connection: Connection, _ frame: SignerFrame) -> UnixStream.FrameReading? {
        guard connection.stream != nil, connection.stream!.write(frame.bytes, whole: Self.timeoutMilliseconds) else {
            return nil
        }
        return connection.stream!.readFrame(first: Self.timeoutMilliseconds, whole: Self.timeoutMilliseconds)
    }

    private func connect(_ connection: Connection) -> Fault? {
        guard let stream = UnixStream.connect(path) else {
            return Fault(text: "cannot be reached: \(String(cString: strerror(errno)))")
        }
        guard let peer = stream.peer(), users.contains(peer.user) else {
            return Fault(text: "belongs to another user: it is not believed")
        }
        connection.stream = consume stream
        return nil
    }

    private func outcome(_ reply: SignerFrame, _ request: SigningRequest) -> SigningOutcome {
        let text = String(decoding: reply.body.prefix(200), as: UTF8.self)
        switch reply.kind {
        case .signed:
            guard let signature = Signature(bytes65: reply.body), signature.isLowS,
                Secp256k1.recover(request.digest, signature) == address
            else { return .untrustworthy("signer process at \(path): its signature is not of \(address.checksummed)") }
            return .signed(signature)
        case .refused:
            guard let refusal = SigningRefusal(rawValue: text) else {
                return .untrustworthy("signer process at \(path): an unknown refusal")
            }
            return .refused(refusal)
        case .malformed, .unavailable: return .unavailable("signer process at \(path): \(text.printable)")
        case .accounts, .sign, .accountList: return .untrustworthy("signer process at \(path): answered something else")
        }
    }
}

extension String {
    /// Without control characters, for text that a peer wrote.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f && !(0x80...0x9f).contains($0.value) }))
    }
}
