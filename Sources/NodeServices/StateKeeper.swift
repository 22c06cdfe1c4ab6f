import ChainCosts
import EVM
import EVMCodec
import EVMTypes
import Logging
import NodeClient
import SearchCore

/// Reads the head's state for the searcher's runner: the working set at each head, and what candidates ask for.
///
/// Nothing of an older block is ever shown as the head's. An account's slots are kept over a head only when its storage
/// root is the same at both (`eth_getProof`): then no slot of it can have changed. Where the peer has no proofs
/// everything is read anew. docs/adr/0008-warm-state.md.
actor StateKeeper {
    /// Blocks after which what nobody asked for is no longer read ahead.
    static let idleBlocks: UInt64 = 48
    /// Accounts and slots of the working set, each; the longest unasked go first.
    static let workingMax = 8_192

    struct AccountRecord {
        /// At `head`; nil where the peer has no proofs.
        var storageRoot: Hash32?
        var head: Hash32
        var askedAt: UInt64
    }

    struct SlotRecord {
        var value: U256
        /// The account's storage root that the value was read under; nil when it is not known.
        var root: Hash32?
        var askedAt: UInt64
    }

    struct SlotKey: Hashable {
        var address: Address
        var key: U256
    }

    private let reader: StateReader
    private let logger: Logger
    private let counters: NodeCounters
    private var head: BlockPoint?
    private var accounts: [Address: AccountRecord] = [:]
    private var slots: [SlotKey: SlotRecord] = [:]
    /// Codes that the runner has been given; it keeps them.
    private var delivered: Set<Hash32> = []

    init(reader: StateReader, counters: NodeCounters, logger: Logger) {
        self.reader = reader
        self.counters = counters
        self.logger = logger
    }

    /// The working set at a new head, for `.state`. Reads in at most three batches; throws as the peer does.
    func refresh(_ next: BlockPoint) async throws -> StatePatch {
        prune(at: next.number)
        let addresses = accounts.keys.sorted()
        let reads = try await reader.accounts(addresses, at: next.hash)
        var patch = StatePatch(head: next.hash)
        var stale: [SlotKey] = [], kept: [SlotKey] = []
        for (address, read) in zip(addresses, reads) {
            patch.accounts.append(StatePatch.Account(address, read.state))
        }
        let roots = Dictionary(
            zip(addresses, reads).map { ($0, $1.storageRoot) }, uniquingKeysWith: { first, _ in first })
        for (key, record) in slots {
            let root = roots[key.address] ?? nil
            if root != nil, root == record.root { kept.append(key) } else { stale.append(key) }
        }
        let values = try await reader.slots(stale.map { ($0.address, $0.key) }, at: next.hash)
        try await addCodes(of: reads, addresses, at: next.hash, to: &patch)
        for (key, value) in zip(stale, values) {
            slots[key]?.value = value
            slots[key]?.root = roots[key.address] ?? nil
        }
        for key in stale + kept {
            guard let record = slots[key] else { continue }
            patch.slots.append(StatePatch.Slot(key.address, key.key, record.value))
        }
        for (address, read) in zip(addresses, reads) {
            accounts[address]?.storageRoot = read.storageRoot
            accounts[address]?.head = next.hash
        }
        head = next
        counters.add(\.slotsKept, "state.slots_kept", UInt64(kept.count))
        counters.add(\.slotsRead, "state.slots_read", UInt64(stale.count))
        return patch
    }

    /// Stands on a head of which nothing was read ahead: candidates ask for what they need.
    func stand(on next: BlockPoint) { head = next }

    /// What a request asks for, for `.retry`; nil when its head is no longer the newest. Throws as the peer does.
    func answer(_ request: StateRequest) async throws -> StatePatch? {
        let point = BlockPoint(number: request.head.number, hash: request.head.hash)
        guard point == head else { return nil }
        var patch = StatePatch(head: point.hash)
        var addresses: [Address] = [], keys: [SlotKey] = []
        for need in request.needs {
            switch need {
            case .account(let address): addresses.append(address)
            case .slot(let address, let key): keys.append(SlotKey(address: address, key: key))
            case .code(let address, let hash):
                patch.codes.append(try await reader.code(of: address, hash: hash, at: point.hash))
                delivered.insert(hash)
            case .blockHash(let number): patch.blockHashes[number] = try await reader.blockHash(number)
            }
        }
        let reads = try await reader.accounts(addresses, at: point.hash)
        let values = try await reader.slots(keys.map { ($0.address, $0.key) }, at: point.hash)
        try await addCodes(of: reads, addresses, at: point.hash, to: &patch)
        for (address, read) in zip(addresses, reads) {
            patch.accounts.append(StatePatch.Account(address, read.state))
        }
        for (key, value) in zip(keys, values) { patch.slots.append(StatePatch.Slot(key.address, key.key, value)) }
        // A head that came meanwhile has its own values.
        guard point == head else { return nil }
        for (address, read) in zip(addresses, reads) where accounts.count < Self.workingMax {
            accounts[address] = AccountRecord(
                storageRoot: read.storageRoot, head: point.hash, askedAt: point.number)
        }
        for (key, value) in zip(keys, values) where slots.count < Self.workingMax {
            let account = accounts[key.address]
            let root = account?.head == point.hash ? account?.storageRoot : nil
            slots[key] = SlotRecord(value: value, root: root, askedAt: point.number)
        }
        return patch
    }

    private func addCodes(
        of reads: [StateReader.AccountRead], _ addresses: [Address], at block: Hash32, to patch: inout StatePatch
    ) async throws {
        for (address, read) in zip(addresses, reads) {
            guard let hash = read.state?.codeHash, hash != AccountState.emptyCodeHash,
                delivered.insert(hash).inserted
            else { continue }
            do {
                patch.codes.append(try await reader.code(of: address, hash: hash, at: block))
            } catch {
                delivered.remove(hash)
                throw error
            }
        }
    }

    private func prune(at number: UInt64) {
        let oldest = number - min(number, Self.idleBlocks)
        accounts = accounts.filter { $0.value.askedAt >= oldest }
        slots = slots.filter { $0.value.askedAt >= oldest && accounts[$0.key.address] != nil }
    }
}
