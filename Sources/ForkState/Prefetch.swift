public import EVM
public import EVMCodec
public import EVMTypes
internal import NodeClient
internal import Synchronization

// Learning what a transaction needs before it runs, so that it does not stop for each slot.
extension PinnedFork {
    /// What a call of this contract with this selector will probably need, learned in at most one round trip.
    ///
    /// In this order: what runs of the same contract and selector touched (`noteRun`), no request; else
    /// `eth_createAccessList`; else `debug_traceCall` with the prestate tracer. A node that lacks one is not asked for
    /// it again. Sender, recipient and coinbase are always named. Never throws for what the node lacks; throws
    /// `ForkStateError` when the node cannot be asked.
    public func likelyNeeds(of transactions: [PrefetchCall]) async throws -> [StateNeed] {
        var needs: [StateNeed] = [.account(header.coinbase)]
        var unknown: [PrefetchCall] = []
        for call in transactions {
            needs.append(.account(call.sender))
            guard let to = call.to else { continue }
            needs.append(.account(to))
            if let hint = source.hint(for: HintKey(to, call.data)) {
                needs += hint.needs
            } else if !call.data.isEmpty {
                unknown.append(call)
            }
        }
        if source.options.prefetches, source.peer != nil, !unknown.isEmpty { needs += try await learn(unknown) }
        var seen: Set<StateNeed> = []
        needs = needs.filter { seen.insert($0).inserted }
        source.counters.note { $0.prefetched += UInt64(needs.count) }
        return needs
    }

    /// Remembers what a run of a call touched, so that the next one of the same contract and selector is prefetched
    /// without asking. `touched` is `Machine.accessList(of:from:)` after it ran.
    public func noteRun(of call: PrefetchCall, touched: [AccessListEntry]) {
        guard let to = call.to, !call.data.isEmpty else { return }
        source.learn(HintKey(to, call.data), touched)
    }

    private func learn(_ calls: [PrefetchCall]) async throws -> [StateNeed] {
        guard let peer = source.peer else { return [] }
        let block: JSON =
            source.abilities.withLock { $0.readsByHash } == false
            ? .quantity(number) : .object(["blockHash": .hash(hash)])
        var needs: [StateNeed] = []
        if source.abilities.withLock({ $0.hasAccessLists }) {
            let results = try await peer.batch(
                calls.map { RPCRequest("eth_createAccessList", [$0.json, block]) })
            if results.contains(where: \.isMissingMethod) {
                source.abilities.withLock { $0.hasAccessLists = false }
            } else {
                for case .success(let json) in results { needs += Self.needs(accessList: json["accessList"]) }
                return needs
            }
        }
        guard source.abilities.withLock({ $0.hasPrestateTracer }) else { return [] }
        let results = try await peer.batch(
            calls.map { RPCRequest("debug_traceCall", [$0.json, block, ["tracer": "prestateTracer"]]) })
        if results.contains(where: \.isMissingMethod) { source.abilities.withLock { $0.hasPrestateTracer = false } }
        for case .success(let json) in results { needs += Self.needs(prestate: json) }
        return needs
    }

    /// Most needs that one answer may name: a hostile node could name any number.
    private static let needsMax = 4_096

    private static func needs(accessList: JSON?) -> [StateNeed] {
        var needs: [StateNeed] = []
        for entry in accessList?.array ?? [] {
            guard let address = entry["address"]?.address else { continue }
            needs.append(.account(address))
            for key in entry["storageKeys"]?.array ?? [] {
                if let slot = key.quantityU256 { needs.append(.slot(address, slot)) }
            }
            if needs.count > needsMax { break }
        }
        return Array(needs.prefix(needsMax))
    }

    private static func needs(prestate: JSON) -> [StateNeed] {
        var needs: [StateNeed] = []
        guard let accounts = prestate.object else { return [] }
        for (name, account) in zip(accounts.keys, accounts.values) {
            guard let address = JSON.string(name).address else { continue }
            needs.append(.account(address))
            for key in account["storage"]?.object?.keys ?? [] {
                if let slot = JSON.string(key).quantityU256 { needs.append(.slot(address, slot)) }
            }
            if needs.count > needsMax { break }
        }
        return Array(needs.prefix(needsMax))
    }
}

/// A transaction or call as far as its needs can be told before it runs.
public struct PrefetchCall: Sendable, Hashable {
    /// Whose account is needed too.
    public var sender: Address
    /// Nil creates a contract.
    public var to: Address?
    /// Its first four bytes choose what was learned.
    public var data: [UInt8]
    /// Wei.
    public var value: U256
    /// Most gas; nil leaves it to the node.
    public var gasLimit: UInt64?

    public init(from sender: Address, to: Address?, data: [UInt8], value: U256 = .zero, gasLimit: UInt64? = nil) {
        self.sender = sender
        self.to = to
        self.data = data
        self.value = value
        self.gasLimit = gasLimit
    }

    public init(_ transaction: Transaction, from sender: Address) {
        self.init(
            from: sender, to: transaction.to, data: transaction.data, value: transaction.value,
            gasLimit: transaction.gasLimit)
    }

    var json: JSON {
        var object: JSONObject = ["from": .address(sender), "value": .quantity(value), "input": .hex(data)]
        object["to"] = to.map { .address($0) }
        object["gas"] = gasLimit.map { .quantity($0) }
        return .object(object)
    }
}

extension Result where Success == JSON, Failure == NodeError {
    var isMissingMethod: Bool {
        guard case .failure(let error) = self, case .rpc(let kind) = error.code else { return false }
        return kind == .methodNotFound
    }
}
