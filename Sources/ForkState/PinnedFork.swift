public import EVM
public import EVMCodec
public import EVMTypes
internal import Synchronization

/// The state of one block of a node's chain: memory over the cache over the node.
///
/// Needs that are being fetched are not asked for again: whoever needs them waits for the same answer. What one call
/// of `answers` asks for goes out in one batch. Thread-safe; async functions throw `ForkStateError` only.
public final class PinnedFork: Sendable {
    /// The block.
    public let block: PinnedBlock
    /// Where it comes from, with codes, budget and report.
    public let source: ForkSource
    let memory = Mutex(Memory())

    struct Memory {
        var accounts: [Address: StateAnswers.Account] = [:]
        var slots: [SlotKey: U256] = [:]
        var blockHashes: [UInt64: Hash32] = [:]
        var inFlight: [StateNeed: Task<StateAnswers, any Error>] = [:]
        /// False once this block's state could be read but not proven, so that accounts are read in parts.
        var hasProofs = true
    }

    init(_ block: PinnedBlock, source: ForkSource) {
        self.block = block
        self.source = source
    }

    /// Height.
    public var number: UInt64 { block.number }
    /// The block's hash, as the node states it.
    public var hash: Hash32 { block.hash }
    /// The block's header.
    public var header: ConsensusHeader { block.header }

    // MARK: What is known

    /// The answers that are held in memory or in the cache: no node, no waiting. What is not held is left out.
    ///
    /// Cost: a lookup each in memory, a read of RocksDB each below it. With `verifies` only proven answers count.
    public func held(_ needs: [StateNeed]) -> StateAnswers {
        var answers = StateAnswers()
        _ = collect(needs, into: &answers)
        return answers
    }

    /// Puts what is held into `answers`; returns what is not.
    func collect(_ needs: [StateNeed], into answers: inout StateAnswers) -> [StateNeed] {
        var open: [StateNeed] = []
        for need in needs where !find(need, &answers) { open.append(need) }
        return open
    }

    private func find(_ need: StateNeed, _ answers: inout StateAnswers) -> Bool {
        switch need {
        case .account(let address):
            guard let account = account(address) else { return false }
            answers.accounts[address] = account
            // Its code too, so that the run does not stop for it.
            if let hash = account.state?.codeHash, hash != AccountState.emptyCodeHash, answers.codes[hash] == nil {
                answers.codes[hash] = source.code(hash)
            }
        case .slot(let address, let slot):
            guard let value = slotValue(SlotKey(address, slot)) else { return false }
            answers.slots[SlotKey(address, slot)] = value
        case .code(_, let hash):
            guard let code = source.code(hash) else { return false }
            answers.codes[hash] = code
        case .blockHash(let number):
            guard let hash = knownBlockHash(number) else { return false }
            answers.blockHashes[number] = hash
        }
        return true
    }

    private func account(_ address: Address) -> StateAnswers.Account? {
        if let held = memory.withLock({ $0.accounts[address] }) {
            source.counters.note { $0.memoryHits += 1 }
            return held
        }
        guard let held = source.cache?.account(hash, address), held.isProven || !source.options.verifies else {
            return nil
        }
        source.counters.note { $0.cacheHits += 1 }
        memory.withLock { memory in
            makeRoom(&memory)
            memory.accounts[address] = held.account
        }
        return held.account
    }

    private func slotValue(_ key: SlotKey) -> U256? {
        let found = memory.withLock { memory in
            memory.slots[key] ?? (memory.accounts[key.address]?.isStorageEmpty == true ? .zero : nil)
        }
        if let found {
            source.counters.note { $0.memoryHits += 1 }
            return found
        }
        guard let held = source.cache?.slot(hash, key), held.isProven || !source.options.verifies else { return nil }
        source.counters.note { $0.cacheHits += 1 }
        memory.withLock { memory in
            makeRoom(&memory)
            memory.slots[key] = held.word
        }
        return held.word
    }

    private func knownBlockHash(_ number: UInt64) -> Hash32? {
        if number == block.number { return hash }
        if number &+ 1 == block.number { return header.parentHash }
        if let held = memory.withLock({ $0.blockHashes[number] }) {
            source.counters.note { $0.memoryHits += 1 }
            return held
        }
        guard let held = source.cache?.blockHash(hash, number), held.isProven || !source.options.verifies else {
            return nil
        }
        source.counters.note { $0.cacheHits += 1 }
        memory.withLock { $0.blockHashes[number] = Hash32(held.word) }
        return Hash32(held.word)
    }

    private func makeRoom(_ memory: inout Memory) {
        guard memory.accounts.count + memory.slots.count >= source.options.memoryEntriesMax else { return }
        memory.accounts = [:]
        memory.slots = [:]
    }

    // MARK: What is not known yet

    /// Answers to needs, asked from the node in one batch where they are not held.
    ///
    /// The code of an account comes with it. Throws when one of them cannot be had: `.prunedState`, `.peerFailed`,
    /// `.badAnswer`, `.disproved`, `.reorged`, `.budgetSpent`, `.offline`, `.blockOutOfRange`, `.cancelled` and others.
    public func answers(for needs: [StateNeed]) async throws -> StateAnswers {
        var answers = StateAnswers()
        let open = collect(needs, into: &answers)
        if open.isEmpty { return answers }
        guard source.peer != nil else { throw offline(open[0]) }
        if Task.isCancelled { throw ForkStateError(.cancelled, "cancelled") }
        for task in claim(open) {
            do { answers.merge(try await task.value) } catch { throw ForkStateError(caught: error) }
        }
        return answers
    }

    /// The tasks that will answer `needs`: those that are under way, and one for the rest.
    private func claim(_ needs: [StateNeed]) -> [Task<StateAnswers, any Error>] {
        memory.withLock { memory in
            var tasks: [Task<StateAnswers, any Error>] = []
            var own: Set<StateNeed> = []
            var fresh: [StateNeed] = []
            for need in needs {
                if let task = memory.inFlight[need] {
                    if !tasks.contains(task) { tasks.append(task) }
                    source.counters.note { $0.joined += 1 }
                } else if own.insert(need).inserted {
                    fresh.append(need)
                }
            }
            guard !fresh.isEmpty else { return tasks }
            let asked = fresh
            let task = Task { try await self.fetch(asked) }
            for need in fresh { memory.inFlight[need] = task }
            return tasks + [task]
        }
    }

    private func fetch(_ needs: [StateNeed]) async throws -> StateAnswers {
        do {
            let answers = try await ForkReads(self).fetch(needs)
            source.cache?.keep(answers, of: hash, isProven: source.options.verifies)
            for (hash, code) in answers.codes { source.keep(code, hash) }
            for (address, account) in answers.accounts {
                source.noteCodeHash(account.state?.codeHash ?? AccountState.emptyCodeHash, of: address)
            }
            source.counters.note { $0.fetched += UInt64(answers.count) }
            memory.withLock { memory in
                makeRoom(&memory)
                memory.accounts.merge(answers.accounts) { $1 }
                memory.slots.merge(answers.slots) { $1 }
                memory.blockHashes.merge(answers.blockHashes) { $1 }
                for need in needs { memory.inFlight[need] = nil }
            }
            return answers
        } catch {
            memory.withLock { memory in for need in needs { memory.inFlight[need] = nil } }
            throw error
        }
    }

    private func offline(_ need: StateNeed) -> ForkStateError {
        ForkStateError(
            .offline, "offline, and the cache does not have \(need.words) at block \(number)",
            endpoint: source.label, address: need.address)
    }
}

extension StateNeed {
    /// The account it is about.
    var address: Address? {
        switch self {
        case .account(let address), .slot(let address, _), .code(let address, _): address
        case .blockHash: nil
        }
    }

    var words: String {
        switch self {
        case .account(let address): "account \(address.hex)"
        case .slot(let address, let slot): "slot \(slot.hex) of \(address.hex)"
        case .code(let address, _): "the code of \(address.hex)"
        case .blockHash(let number): "the hash of block \(number)"
        }
    }
}
