internal import EVM
public import EVMCodec
public import EVMTypes
public import NodeClient
internal import Synchronization

/// A node as the source of forks: pins blocks, and shares between them what is not a block's own (codes, learned
/// needs, what the node can do, the budget).
///
/// ```swift
/// let source = ForkSource(pool, label: "http://127.0.0.1:8545", options: ForkOptions(), cache: cache)
/// let fork = try await source.pin(.latest)
/// let runner = ForkRunner(fork, rules: try BlockRules(chainID: id).execution(fork.header))
/// let result = try await runner.run { machine, state in
///     Attempt(machine.execute(transaction, from: sender, in: block, on: state)) }
/// print(source.report)
/// ```
/// Thread-safe. Async functions throw `ForkStateError` and nothing else.
public final class ForkSource: Sendable {
    /// How the fork is served.
    public let options: ForkOptions
    /// The printable name of the node; also what its block numbers and tags are remembered under.
    public let label: String
    let peer: MeteredPeer?
    let cache: StateCache?
    let counters = Counters()
    let abilities = Mutex(PeerAbilities())
    let hints = Mutex<[HintKey: NeedsHint]>([:])
    private let codes = Mutex(CodeMemory())

    private struct CodeMemory {
        var byHash: [Hash32: [UInt8]] = [:]
        var ofAddress: [Address: Hash32] = [:]
        var bytes = 0
    }

    /// A source over `peer`; nil serves from the cache alone.
    ///
    /// - Parameters:
    ///   - peer: an `EndpointPool` brings rate limits, failover and the check of the chain id; an `RPCClient` does not.
    ///   - label: without credentials: it is printed and kept in the cache.
    public init(
        _ peer: (any RPCCalling)?, label: String, options: ForkOptions = ForkOptions(), cache: StateCache? = nil
    ) {
        self.options = options
        self.label = label
        self.cache = cache
        self.peer = peer.map { [counters] in
            MeteredPeer($0, label: label, options: options, counters: counters)
        }
    }

    /// What was asked and served so far.
    public var report: ForkReport {
        var report = counters.value
        report.corruptRecords = cache?.corruptRecords ?? 0
        report.cacheProblem = cache?.problem
        return report
    }

    /// Pins a block: everything the result answers is of exactly this block's state, after it.
    ///
    /// By hash a block that the cache holds is not asked for. By number or tag the node is asked; when it cannot be
    /// reached (or there is none), the block that this node last had under the same number or tag is taken from the
    /// cache, and `report.isOffline` says so. `.pending` is refused. With `verifies` the header must hash to the
    /// block's hash. Throws `.unknownBlock`, `.badAnswer`, `.disproved`, `.peerFailed`, `.offline` and others.
    public func pin(_ block: BlockID) async throws -> PinnedFork {
        if block == .pending { throw ForkStateError(.unknownBlock, "the pending block has no state of its own") }
        if case .hash(let hash) = block, let held = cache?.block(hash), held.isHashProven || !options.verifies {
            return pinned(held, as: block)
        }
        guard let peer else { return try pinnedFromCache(block, because: nil) }
        let json: JSON
        do { json = try await peer.call(Self.request(block)) } catch let caught {
            let error = ForkStateError(caught: caught)
            guard error.code == .peerFailed, error.node?.isUnreachable == true else { throw error }
            return try pinnedFromCache(block, because: error)
        }
        return pinned(try read(json, block), as: block)
    }

    /// A node's answer that can never change (a mined transaction by hash, a block by hash), held in the cache from
    /// then on; `null` is not kept, nor what `check` refuses. The request is the key, so ask by hash only.
    public func immutable(
        _ request: RPCRequest, accepting check: (JSON) throws -> Void
    ) async throws -> JSON {
        if let held = cache?.answer(request, label: label) {
            counters.note { $0.cacheHits += 1 }
            return held
        }
        guard let peer else {
            throw ForkStateError(
                .offline, "offline, and the cache does not have the answer to \(request.method)", endpoint: label)
        }
        let json = try await peer.call(request)
        if json.isNull { return json }
        try check(json)
        cache?.keepAnswer(request, label: label, json)
        return json
    }

    /// A node's answer to anything else, counted and within the budget, and not kept.
    public func call(_ request: RPCRequest) async throws -> JSON {
        guard let peer else { throw ForkStateError(.offline, "offline: \(request.method) needs the node") }
        return try await peer.call(request)
    }

    // MARK: Blocks

    static func request(_ block: BlockID) -> RPCRequest {
        if case .hash(let hash) = block { return RPCRequest("eth_getBlockByHash", [.hash(hash), .bool(false)]) }
        return RPCRequest("eth_getBlockByNumber", [block.json, .bool(false)])
    }

    private func read(_ json: JSON, _ block: BlockID) throws(ForkStateError) -> PinnedBlock {
        if json.isNull {
            throw ForkStateError(.unknownBlock, "does not know block \(block.words)", endpoint: label)
        }
        guard let hash = json["hash"]?.hash32 else {
            throw ForkStateError(.badAnswer, "answered a block without a hash", endpoint: label)
        }
        let header: ConsensusHeader
        do { header = try ConsensusHeader(json: json) } catch {
            throw ForkStateError(error.code, error.message, endpoint: label)
        }
        switch block {
        case .hash(let asked) where asked != hash:
            throw ForkStateError(.badAnswer, "answered block \(hash) when asked for \(asked)", endpoint: label)
        case .number(let asked) where asked != header.number:
            throw ForkStateError(
                .badAnswer, "answered block \(header.number) when asked for \(asked)", endpoint: label)
        default: break
        }
        let computed = header.hash
        if options.verifies, computed != hash {
            throw ForkStateError(
                .disproved,
                "block \(header.number): says its hash is \(hash), but its header hashes to \(computed)",
                endpoint: label)
        }
        return PinnedBlock(hash: hash, header: header, isHashProven: computed == hash)
    }

    private func pinned(_ block: PinnedBlock, as id: BlockID) -> PinnedFork {
        cache?.keepBlock(block, label: label, isLatest: id == .latest)
        return PinnedFork(block, source: self)
    }

    private func pinnedFromCache(_ id: BlockID, because: ForkStateError?) throws(ForkStateError) -> PinnedFork {
        let held: PinnedBlock? =
            switch id {
            case .hash(let hash): cache?.block(hash)
            case .number(let number): cache?.block(number: number, label: label)
            case .latest: cache?.latestBlock(label: label)
            case .pending, .safe, .finalized, .earliest: nil
            }
        guard let held else {
            if let because { throw because }
            throw ForkStateError(
                .offline, "offline, and the cache does not have block \(id.words)", endpoint: label)
        }
        if options.verifies, !held.isHashProven {
            throw ForkStateError(
                .disproved, "block \(held.number): the cached header does not hash to \(held.hash)", endpoint: label)
        }
        counters.note { $0.isOffline = true }
        cache?.touch(held.hash)
        return PinnedFork(held, source: self)
    }

    // MARK: Codes

    /// The code with this hash from memory or the cache.
    func code(_ hash: Hash32) -> [UInt8]? {
        if hash == AccountState.emptyCodeHash { return [] }
        if let held = codes.withLock({ $0.byHash[hash] }) {
            counters.note { $0.memoryHits += 1 }
            return held
        }
        guard let held = cache?.code(hash) else { return nil }
        counters.note { $0.cacheHits += 1 }
        remember(held, hash)
        return held
    }

    func keep(_ code: [UInt8], _ hash: Hash32) {
        guard !code.isEmpty else { return }
        remember(code, hash)
        cache?.keepCode(code, hash)
    }

    private func remember(_ code: [UInt8], _ hash: Hash32) {
        codes.withLock { memory in
            if memory.bytes + code.count > options.codeMemoryMax {
                memory.byHash = [:]
                memory.bytes = 0
            }
            if memory.byHash.updateValue(code, forKey: hash) == nil { memory.bytes += code.count }
        }
    }

    /// Whether the code that this account had when it was last seen is held: then it need not be asked for.
    func holdsLastCode(of address: Address) -> Bool {
        let last = codes.withLock { $0.ofAddress[address] } ?? cache?.lastCodeHash(of: address)
        guard let last else { return false }
        return code(last) != nil
    }

    func noteCodeHash(_ hash: Hash32, of address: Address) {
        let isNew = codes.withLock { memory in
            if memory.ofAddress.count > options.memoryEntriesMax { memory.ofAddress = [:] }
            return memory.ofAddress.updateValue(hash, forKey: address) != hash
        }
        if isNew { cache?.keepLastCodeHash(hash, of: address) }
    }
}

/// What was found out about a node.
struct PeerAbilities: Hashable {
    /// Whether it reads state by block hash (EIP-1898); nil until one read by hash was answered.
    var readsByHash: Bool?
    /// False once it said that it has no `eth_getProof`.
    var hasProofs = true
    /// False once it said that it has no `eth_createAccessList`.
    var hasAccessLists = true
    /// False once it said that it has no `debug_traceCall` or no prestate tracer.
    var hasPrestateTracer = true
}

/// The block that a fork stands on.
public struct PinnedBlock: Sendable, Hashable {
    /// As the node states it.
    public var hash: Hash32
    /// The block that the state is that after.
    public var header: ConsensusHeader
    /// Whether the header's fields hash to `hash` (not so on chains whose headers have fields of their own).
    public var isHashProven: Bool

    public init(hash: Hash32, header: ConsensusHeader, isHashProven: Bool) {
        self.hash = hash
        self.header = header
        self.isHashProven = isHashProven
    }

    /// Height.
    public var number: UInt64 { header.number }
}

extension BlockID {
    var words: String {
        switch self {
        case .number(let number): "\(number)"
        case .hash(let hash): hash.hex
        case .latest: "latest"
        case .pending: "pending"
        case .safe: "safe"
        case .finalized: "finalized"
        case .earliest: "earliest"
        }
    }
}
