internal import EVM
internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes
internal import NodeClient
internal import Synchronization

/// One round of reads: which requests the needs become, and what their answers say.
struct ForkReads {
    let fork: PinnedFork
    let source: ForkSource
    var answers = StateAnswers()
    /// Nonce, balance and code as they come in parts, where the node gives no proofs.
    var parts: [Address: Parts] = [:]

    struct Parts {
        var balance: U256?
        var nonce: UInt64?
        var code: [UInt8]?
    }

    /// One request of a batch.
    enum Ask: Hashable {
        /// eth_getProof of an account and slots of it.
        case proof(Address, [U256])
        case balance(Address)
        case nonce(Address)
        /// With the hash it must have, where that is known.
        case code(Address, Hash32?)
        case slot(Address, U256)
        case header(UInt64)
        /// The pinned number's block: must still be the pinned one.
        case canonical
    }

    init(_ fork: PinnedFork) {
        self.fork = fork
        source = fork.source
    }

    /// Passes: the first asks for everything; another follows where an answer asked for more (a code that was not
    /// expected) or the node turned out not to have a method.
    private static let passesMax = 6

    /// Answers to all needs. Throws `ForkStateError`.
    func fetch(_ needs: [StateNeed]) async throws -> StateAnswers {
        var reads = self
        for need in needs { try reads.checkRange(need) }
        for _ in 0..<Self.passesMax {
            let asks = try reads.plan(needs)
            if asks.isEmpty { return reads.answers }
            try await reads.pass(asks)
        }
        throw ForkStateError(.badAnswer, "gives no answer to \(needs[0].words)", endpoint: source.label)
    }

    private func checkRange(_ need: StateNeed) throws(ForkStateError) {
        guard case .blockHash(let number) = need, number > fork.number || fork.number - number > 8_191 else { return }
        throw ForkStateError(
            .blockOutOfRange, "the hash of block \(number) is asked for on top of block \(fork.number)",
            endpoint: source.label)
    }

    // MARK: Planning

    var usesProofs: Bool {
        source.options.verifies || source.abilities.withLock { $0.hasProofs } && fork.memory.withLock { $0.hasProofs }
    }

    /// The requests for what is not answered yet.
    private func plan(_ needs: [StateNeed]) throws(ForkStateError) -> [Ask] {
        var asks: [Ask] = []
        var accounts: [Address] = []
        var slots: [Address: [U256]] = [:]
        var hashes: [UInt64] = []
        var seen: Set<StateNeed> = []
        for need in needs where !answers.answers(need) && seen.insert(need).inserted {
            switch need {
            case .account(let address): accounts.append(address)
            case .slot(let address, let slot): slots[address, default: []].append(slot)
            case .code(let address, let hash): asks.append(.code(address, hash))
            case .blockHash(let number): hashes.append(number)
            }
        }
        asks += accountAsks(accounts, &slots)
        for (address, keys) in slots {
            if source.options.verifies {
                asks.append(.proof(address, keys))
            } else {
                asks += keys.map { .slot(address, $0) }
            }
        }
        asks += followUps(asks)
        asks += hashAsks(hashes)
        return asks
    }

    private func accountAsks(_ accounts: [Address], _ slots: inout [Address: [U256]]) -> [Ask] {
        var asks: [Ask] = []
        for address in accounts {
            let expectsCode = !source.holdsLastCode(of: address)
            if usesProofs {
                // Without verifying, a slot costs less by itself than with a proof.
                asks.append(.proof(address, source.options.verifies ? slots.removeValue(forKey: address) ?? [] : []))
                if expectsCode { asks.append(.code(address, nil)) }
            } else {
                asks += [.balance(address), .nonce(address), .code(address, nil)]
            }
        }
        return asks
    }

    /// Codes of accounts that have come, where neither this round nor the past brought them.
    private func followUps(_ planned: [Ask]) -> [Ask] {
        answers.accounts.compactMap { address, account in
            guard let hash = account.state?.codeHash, hash != AccountState.emptyCodeHash else { return nil }
            if answers.codes[hash] != nil || source.code(hash) != nil { return nil }
            let ask = Ask.code(address, hash)
            return planned.contains(ask) ? nil : ask
        }
    }

    private func hashAsks(_ numbers: [UInt64]) -> [Ask] {
        guard source.options.verifies else { return numbers.map { .header($0) } }
        // Proven by the history contract's slots where there is one, else by every header up to the pinned block.
        if answers.accounts[SystemContracts.history] == nil || answers.accounts[SystemContracts.history]?.state != nil,
            fork.header.requestsHash != nil, !numbers.isEmpty
        {
            let slots = numbers.map { U256($0 % 8_191) }.filter {
                answers.slots[SlotKey(SystemContracts.history, $0)] == nil
            }
            if !slots.isEmpty { return [.proof(SystemContracts.history, slots)] }
        }
        guard let lowest = numbers.min() else { return [] }
        return (lowest..<fork.number).map { .header($0) }
    }

    // MARK: Asking

    private mutating func pass(_ asks: [Ask]) async throws {
        guard let peer = source.peer else { throw ForkStateError(.offline, "offline", endpoint: source.label) }
        let readsByHash = source.abilities.withLock { $0.readsByHash }
        let byHash = readsByHash ?? true
        let isByNumber = !byHash && asks.contains { $0.readsState }
        let all = isByNumber ? asks + [.canonical] : asks
        let block: JSON =
            byHash ? .object(["blockHash": .hash(fork.hash)]) : .quantity(fork.number)
        let results = try await peer.batch(all.map { $0.request(block) })
        let state = zip(all, results).filter { $0.0.readsState }
        if readsByHash == nil, !state.isEmpty {
            if state.allSatisfy({ Self.refusesBlockHash($0.1) }) {
                source.abilities.withLock { $0.readsByHash = false }
                return  // Asked again by number.
            }
            if state.contains(where: { if case .success = $0.1 { true } else { false } }) {
                source.abilities.withLock { $0.readsByHash = true }
            }
        }
        if isByNumber { try checkCanonical(results[asks.count]) }
        for (ask, result) in zip(asks, results) { try take(ask, result) }
        joinParts()
        if source.options.verifies { try takeProvenHashes(asks, results) }
    }

    /// Whether an error can mean that the node does not take a block by hash (EIP-1898).
    private static func refusesBlockHash(_ result: Result<JSON, NodeError>) -> Bool {
        guard case .failure(let error) = result, case .rpc(let kind) = error.code, !error.isPrunedState else {
            return false
        }
        switch kind {
        case .invalidParams, .malformed, .unknown, .internalError: return true
        default: return false
        }
    }

    private func checkCanonical(_ result: Result<JSON, NodeError>) throws(ForkStateError) {
        switch result {
        case .failure(let error): throw ForkStateError(error, endpoint: source.label)
        case .success(let json):
            guard json["hash"]?.hash32 == fork.hash else {
                throw ForkStateError(
                    .reorged,
                    "reorged: block \(fork.number) was \(fork.hash.hex) and is \(json["hash"]?.string ?? "gone"); "
                        + "the node reads by number only, so pin again", endpoint: source.label)
            }
        }
    }
}

extension ForkReads.Ask {
    /// Whether the request is about the pinned block's state.
    var readsState: Bool {
        switch self {
        case .proof, .balance, .nonce, .code, .slot: true
        case .header, .canonical: false
        }
    }

    func request(_ block: JSON) -> RPCRequest {
        switch self {
        case .proof(let address, let slots):
            RPCRequest("eth_getProof", [.address(address), .array(slots.map { .hash(Hash32($0)) }), block])
        case .balance(let address): RPCRequest("eth_getBalance", [.address(address), block])
        case .nonce(let address): RPCRequest("eth_getTransactionCount", [.address(address), block])
        case .code(let address, _): RPCRequest("eth_getCode", [.address(address), block])
        case .slot(let address, let slot):
            RPCRequest("eth_getStorageAt", [.address(address), .hash(Hash32(slot)), block])
        case .header(let number): RPCRequest("eth_getBlockByNumber", [.quantity(number), .bool(false)])
        case .canonical: RPCRequest("eth_getBlockByNumber", [block, .bool(false)])
        }
    }
}
