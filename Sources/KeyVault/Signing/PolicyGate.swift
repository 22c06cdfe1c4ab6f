import EVMCodec
public import EVMCrypto
public import EVMTypes
import Synchronization

/// The one door before every key: pause, stop file, policy, rolling limits, nonce rules, audit log, in this order.
///
/// Any thread; requests are decided one at a time. What is allowed is in the log, and counts, before it is signed.
/// Invariant: once `pause()` has returned, nothing is signed through `signing` until `resume()`.
public final class PolicyGate: Sendable {
    /// How often the signer was asked, and what it answered. All counts since start.
    public struct Counters: Sendable, Equatable {
        /// Transactions signed.
        public internal(set) var transactionsSigned: UInt64 = 0
        /// Everything else signed.
        public internal(set) var messagesSigned: UInt64 = 0
        /// Refusals by reason.
        public internal(set) var refusals: [SigningRefusal: UInt64] = [:]
    }

    private struct State {
        var books: [UInt64: SpendBook]
        var counters = Counters()
    }

    /// The rules; fixed for the life of the gate.
    public let policy: KeyPolicy
    private let log: AuditLog?
    private let stopFile: String?
    private let clock: @Sendable () -> UInt64
    private let paused = Atomic<Bool>(false)
    private let state: Mutex<State>

    /// The name of the file that stops all signers of a key folder.
    public static let stopFileName = "STOP"

    /// A gate for one key.
    ///
    /// - Parameters:
    ///   - audit: path of the audit log; nil keeps no record, and rolling limits then start anew with the process.
    ///   - auditKey: makes the log's codes, see `AuditLog`.
    ///   - stopFile: nothing is signed while this file exists.
    ///   - clock: milliseconds since 1970; the system's by default.
    /// Throws `.wellKnownKey` for a published key with rules for a chain that is not local, and what `AuditLog` throws.
    public init(
        policy: KeyPolicy, audit: String? = nil, auditKey: consuming SecretBytes? = nil, stopFile: String? = nil,
        clock: @escaping @Sendable () -> UInt64 = PolicyGate.systemClock
    ) throws(KeyVaultError) {
        let open = policy.chains.map(\.chainID).filter { !WellKnownKeys.localChainIDs.contains($0) }
        if let chainID = open.min(), WellKnownKeys.contains(policy.address) {
            throw KeyVaultError(
                .wellKnownKey,
                "\(policy.address.checksummed) is a published development key: refused on chain \(chainID). "
                    + "Make one with `martlet keys new`")
        }
        var books: [UInt64: SpendBook] = [:]
        if let audit {
            log = try AuditLog(path: audit, key: auditKey) { books.replay($0, policy.address) }
        } else {
            log = nil
        }
        self.policy = policy
        self.stopFile = stopFile
        self.clock = clock
        state = Mutex(State(books: books))
    }

    /// The system's clock in milliseconds since 1970.
    public static let systemClock: @Sendable () -> UInt64 = {
        let now = SecretFiles.now()
        return now.seconds * 1_000 + UInt64(now.nanoseconds / 1_000_000)
    }

    /// Whether signing is paused. Lock-free.
    public var isPaused: Bool { paused.load(ordering: .sequentiallyConsistent) }

    /// Stops signing. When this returns no signature is under way: one that had begun is finished first.
    public func pause() {
        paused.store(true, ordering: .sequentiallyConsistent)
        state.withLock { _ in }
    }

    /// Allows signing again.
    public func resume() { paused.store(false, ordering: .sequentiallyConsistent) }

    /// What was signed and refused since start.
    public var snapshot: Counters { state.withLock { $0.counters } }

    /// Number and hash of the audit log's last entry; nil without a log.
    public var auditHead: (count: UInt64, hash: Hash32)? { log?.head }

    /// Brings the audit log to the disk; see `AuditLog.sync`.
    public func sync() { log?.sync() }

    /// Decides, notes the decision, and makes the signature under the lock that `pause` waits for.
    public func signing<Signed>(
        _ request: SigningRequest, _ make: () -> Signed
    ) throws(SigningRefusal) -> Signed {
        let outcome: Result<Signed, SigningRefusal> = state.withLock { state in
            if let refusal = decide(request, &state) { return .failure(refusal) }
            return .success(make())
        }
        return try outcome.get()
    }

    /// Decides and notes the decision, for signatures made elsewhere. The caller asks `isPaused` again before it hands
    /// out the signature, and calls `noteFailure` when there is none.
    public func allow(_ request: SigningRequest) -> SigningRefusal? {
        state.withLock { state in decide(request, &state) }
    }

    /// What a gate would say now, from the audit log as it stands; notes and changes nothing. Throws as
    /// `AuditLog.verify`,
    /// and `.auditBroken`.
    public static func rehearse(
        _ request: SigningRequest, policy: KeyPolicy, audit: String, stopFile: String?,
        clock: @escaping @Sendable () -> UInt64 = PolicyGate.systemClock
    ) throws(KeyVaultError) -> SigningRefusal? {
        var books: [UInt64: SpendBook] = [:]
        if SecretFiles.exists(audit) {
            let report = try AuditLog.verify(path: audit) { books.replay($0, policy.address) }
            if let fault = report.fault { throw KeyVaultError(.auditBroken, "\(fault)", path: audit) }
        }
        let gate = try PolicyGate(policy: policy, stopFile: stopFile, clock: clock)
        return gate.state.withLock { state in
            state.books = books
            return gate.refusal(of: request, clock(), &state)
        }
    }

    /// Notes that an allowed request was not signed. Its amounts keep counting: the signer may have signed all
    /// the same.
    public func noteFailure(_ request: SigningRequest, _ reason: String) {
        let now = clock()
        _ = state.withLock { _ in log?.append(record(request, now, "failed", reason)) }
    }

    private func decide(_ request: SigningRequest, _ state: inout State) -> SigningRefusal? {
        let now = clock()
        if let refusal = refusal(of: request, now, &state) {
            state.counters.refusals[refusal, default: 0] += 1
            // A refusal that cannot be written is a refusal all the same.
            _ = log?.append(record(request, now, "refused", refusal.rawValue))
            return refusal
        }
        if let log, !log.append(record(request, now, "signed", "")) {
            state.counters.refusals[.auditFailed, default: 0] += 1
            return .auditFailed
        }
        if case .transaction(let transaction, let route) = request.content, let chainID = transaction.chainID,
            let order = SpendBook.Order(transaction, route: route, digest: request.digest)
        {
            state.books[chainID, default: SpendBook()].record(order)
            state.counters.transactionsSigned += 1
        } else {
            state.counters.messagesSigned += 1
        }
        return nil
    }

    private func refusal(of request: SigningRequest, _ now: UInt64, _ state: inout State) -> SigningRefusal? {
        if isPaused { return .paused }
        if let stopFile, SecretFiles.exists(stopFile) { return .stopped }
        let minuteOfDay = Int(now / 60_000 % 1_440)
        guard case .transaction(let transaction, let route) = request.content else {
            return policy.refusal(ofOther: request.content, minuteOfDay: minuteOfDay)
        }
        if let refusal = policy.refusal(of: transaction, route: route, minuteOfDay: minuteOfDay) { return refusal }
        guard let chainID = transaction.chainID, let chain = policy.chain(chainID) else { return .chainNotAllowed }
        guard let order = SpendBook.Order(transaction, route: route, digest: request.digest) else {
            return .costTooHigh
        }
        state.books[chainID, default: SpendBook()].advance(to: now)
        return state.books[chainID]?.refusal(of: order, chain)
    }

    private func record(
        _ request: SigningRequest, _ now: UInt64, _ decision: String, _ reason: String
    ) -> AuditRecord {
        var figures: AuditRecord.Figures?
        if case .transaction(let transaction, let route) = request.content, let chainID = transaction.chainID,
            let spend = SpendFigures(of: transaction)
        {
            figures = AuditRecord.Figures(
                chainID: chainID, nonce: transaction.nonce, route: route, to: transaction.to,
                selector: ChainPolicy.selector(transaction.data), value: spend.value, cost: spend.cost,
                fee: transaction.feeCap, tip: transaction.tipCap)
        }
        return AuditRecord(
            sequence: 0, time: now, key: policy.address, kind: request.kind, digest: request.digest,
            decision: decision, reason: reason, transaction: figures, previous: .zero)
    }
}

extension [UInt64: SpendBook] {
    /// Counts an entry of an earlier run, when it is a signed transaction of `key`.
    mutating func replay(_ record: AuditRecord, _ key: Address) {
        guard record.key == key, record.decision == "signed", let figures = record.transaction else { return }
        self[figures.chainID, default: SpendBook()].replay(record, figures)
    }
}

extension SpendBook {
    /// Counts a signature of an earlier run.
    mutating func replay(_ record: AuditRecord, _ figures: AuditRecord.Figures) {
        advance(to: record.time)
        self.record(
            Order(
                nonce: figures.nonce, digest: record.digest, route: figures.route, fee: figures.fee, tip: figures.tip,
                figures: SpendFigures(value: figures.value, cost: figures.cost)))
    }
}
