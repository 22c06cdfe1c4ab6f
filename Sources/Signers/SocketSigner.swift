import Dispatch
import EVMCrypto
public import EVMTypes
import Glibc
public import KeyVault
import Synchronization

/// A signer in another process (`martlet signer`), reached over its Unix socket. This side holds no secret.
///
/// The connection is made when it is needed and made anew after a failure, so a signer that was restarted is found
/// again by itself; until then every request ends as `.unavailable` with the reason. Each signature is recovered and
/// compared with the account before it is handed out. Requests go one at a time.
///
/// Cost: two changes of thread, one signature and one recovery. The calling task waits for a healthy signer itself,
/// at most `patienceMilliseconds`: handing over to another thread and back would cost more than the signature. All
/// longer waits (connecting, a slow signer, a queue) are on a thread of this signer's own.
public final class SocketSigner: BlockingSigner {
    /// Most requests that wait.
    public static let queueMax = 256
    /// Longest wait for one answer, milliseconds.
    public static let timeoutMilliseconds: Int32 = 2_000
    /// Longest time that `sign(_:)` holds its caller's thread, milliseconds.
    static let patienceMilliseconds: Int32 = 1

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
        var reader = FrameReader()
        var nextID: UInt64 = 1
        /// The request whose answer has not been read yet.
        var owed: UInt64?
        /// Answers that others read while their owners waited for the connection; at most `queueMax`.
        var kept: [UInt64: SignerFrame] = [:]

        /// Why the last connection was given up.
        var trouble = "no connection"

        func drop(_ why: String) {
            trouble = why
            stream = nil
            reader = FrameReader()
            owed = nil
        }
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

    /// Allows signing again on this side, over a new connection: whoever serves the socket now is asked, not whoever
    /// did before the operator looked.
    public func resume() {
        connection.withLock { $0.drop("signing was resumed") }
        paused.store(false, ordering: .sequentiallyConsistent)
    }

    /// Asks the process. Holds the calling thread for at most a millisecond, see above.
    public func sign(_ request: SigningRequest) async -> SigningOutcome {
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.queueMax else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            return .unavailable("signer process: \(Self.queueMax) requests are waiting")
        }
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        switch begin(request) {
        case .done(let outcome): return outcome
        case .later(let owed):
            return await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: self.answer(request, owed: owed)) }
            }
        }
    }

    private enum Beginning {
        case done(SigningOutcome)
        /// The rest is for the other thread; with the id under which the answer will come, when it was asked for.
        case later(UInt64?)
    }

    /// The quick way: nobody else is asking, the connection stands, and the answer comes at once.
    private func begin(_ request: SigningRequest) -> Beginning {
        let body: [UInt8]
        switch Self.body(request, address) {
        case .success(let bytes): body = bytes
        case .failure(let fault): return .done(fault.outcome)
        }
        let beginning = connection.withLockIfAvailable { connection -> Beginning in
            if isPaused { return .done(.refused(.paused)) }
            guard connection.stream != nil, connection.owed == nil else { return .later(nil) }
            guard let id = send(connection, .sign, body, whole: 0) else { return .later(nil) }
            switch connection.reader.next(connection.stream!, first: Self.patienceMilliseconds, whole: 10) {
            case .nothing: return .later(id)
            case .frame(let frame) where frame.id == id:
                connection.owed = nil
                return .done(isPaused ? .refused(.paused) : outcome(frame, request, connection))
            case .frame, .malformed, .ended:
                connection.drop("no answer to the question")
                return .later(nil)
            }
        }
        return beginning ?? .later(nil)
    }

    /// As `sign(_:)`, on the calling thread (some 100 microseconds, at most `timeoutMilliseconds`).
    public func answer(_ request: SigningRequest) -> SigningOutcome { answer(request, owed: nil) }

    private func answer(_ request: SigningRequest, owed: UInt64?) -> SigningOutcome {
        let body: [UInt8]
        switch Self.body(request, address) {
        case .success(let bytes): body = bytes
        case .failure(let fault): return fault.outcome
        }
        return connection.withLock { connection in
            if let owed, connection.owed == owed { settle(connection) }
            let early = owed.flatMap { connection.kept.removeValue(forKey: $0) }
            if isPaused { return .refused(.paused) }
            if let early { return outcome(early, request, connection) }
            switch exchange(connection, .sign, body) {
            case .success(let reply): return isPaused ? .refused(.paused) : outcome(reply, request, connection)
            case .failure(let fault): return .unavailable("signer process at \(path): \(fault.text)")
            }
        }
    }

    private struct Unsendable: Error { var outcome: SigningOutcome }

    private static func body(_ request: SigningRequest, _ address: Address) -> Result<[UInt8], Unsendable> {
        guard let content = SignerContent.encode(request.content) else {
            return .failure(Unsendable(outcome: .refused(.alreadySigned)))
        }
        let body = address.bytes + content
        guard body.count <= SignerFrame.bytesMax - SignerFrame.headBytes else {
            let text = "signer process: a request of over \(SignerFrame.bytesMax) bytes"
            return .failure(Unsendable(outcome: .unavailable(text)))
        }
        return .success(body)
    }

    /// Asks the process for its accounts; the calling task does not hold a thread meanwhile.
    public func unavailability() async -> String? {
        await withCheckedContinuation { continuation in
            queue.async {
                do throws(KeyVaultError) {
                    let isThere = try self.accounts().contains(self.address)
                    continuation.resume(
                        returning: isThere
                            ? nil : "signer process at \(self.path): it has no key of \(self.address.checksummed)")
                } catch {
                    continuation.resume(returning: "signer process at \(self.path): \(error.message)")
                }
            }
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
        settle(connection)
        var isFresh = false
        while true {
            if connection.stream == nil {
                isFresh = true
                if let fault = connect(connection) { return .failure(fault) }
            }
            if let id = send(connection, kind, body, whole: Self.timeoutMilliseconds) {
                settle(connection)
                if let frame = connection.kept.removeValue(forKey: id) { return .success(frame) }
            }
            if isFresh { return .failure(Fault(text: connection.trouble)) }
        }
    }

    /// Sends a request whose answer is owed from then on; its id, or nil when it could not be sent whole.
    private func send(
        _ connection: Connection, _ kind: SignerFrame.Kind, _ body: [UInt8], whole: Int32
    ) -> UInt64? {
        let id = connection.nextID
        connection.nextID &+= 1  // only has to differ from the ones before
        guard connection.stream != nil,
            connection.stream!.write(SignerFrame(kind, id: id, body: body).bytes, whole: whole)
        else {
            connection.drop("it took no request within \(whole) ms")
            return nil
        }
        connection.owed = id
        return id
    }

    /// Reads the answer that is owed into `kept`; drops the connection when it does not come.
    private func settle(_ connection: Connection) {
        guard let id = connection.owed, connection.stream != nil else { return }
        let limit = Self.timeoutMilliseconds
        switch connection.reader.next(connection.stream!, first: limit, whole: limit) {
        case .frame(let frame) where frame.id == id:
            connection.owed = nil
            connection.kept[id] = frame
        case .frame: connection.drop("its answer is to another question")
        case .malformed: connection.drop("its answer is malformed")
        case .ended: connection.drop("it closed the connection, or an answer was not whole in time")
        case .nothing: connection.drop("no answer within \(limit) ms")
        }
    }

    private func connect(_ connection: Connection) -> Fault? {
        guard let stream = UnixStream.connect(path) else {
            return Fault(text: "cannot be reached: \(String(cString: strerror(errno)))")
        }
        guard let peer = stream.peer(), users.contains(peer.user) else {
            return Fault(text: "belongs to another user: it is not believed")
        }
        connection.drop("new")
        connection.stream = consume stream
        return nil
    }

    /// What an answer means. Whoever answered falsely is not asked again over this connection.
    private func outcome(_ reply: SignerFrame, _ request: SigningRequest, _ connection: Connection) -> SigningOutcome {
        let outcome = meaning(reply, request)
        if case .untrustworthy(let text) = outcome { connection.drop(text) }
        return outcome
    }

    private func meaning(_ reply: SignerFrame, _ request: SigningRequest) -> SigningOutcome {
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
