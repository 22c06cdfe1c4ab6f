internal import EVMTypes

/// One account as an overlay sees it. Numbers of transactions mark what holds for one transaction only, so that the
/// next one starts without clearing anything.
struct LiveAccount: BitwiseCopyable {
    static let exists: UInt8 = 1
    /// What the pinned state holds of its storage no longer counts.
    static let storageCleared: UInt8 = 2
    /// Something but warmth differs from the pinned state, or once did.
    static let changed: UInt8 = 4

    var address: Address
    var flags: UInt8 = 0
    /// Its record in the pinned state; -1 for none.
    var baseIndex: Int32 = -1
    var nonce: UInt64 = 0
    var balance = U256.zero
    var codeHash = AccountState.emptyCodeHash
    /// Its code in the machine's cache; -1 while not looked up.
    var codeIndex: Int32 = -1
    /// Its newest slot in `Overlay.slots`; -1 for none.
    var firstSlot: Int32 = -1
    var warmTx: UInt32 = 0
    var touchedTx: UInt32 = 0
    var createdTx: UInt32 = 0
    var destroyedTx: UInt32 = 0
    /// The checkpoint in which the account was last journaled.
    var stamp: UInt32 = 0

    @inline(__always) var exists: Bool { flags & Self.exists != 0 }
    @inline(__always) var hasCode: Bool { codeHash != AccountState.emptyCodeHash }
    /// EIP-161: no nonce, no wei, no code.
    @inline(__always) var isEmpty: Bool { nonce == 0 && balance.isZero && !hasCode }
}

/// One storage slot as an overlay sees it.
struct LiveSlot: BitwiseCopyable {
    var key: U256
    var value: U256
    /// The value when this transaction began; set when it first touches the slot.
    var original: U256
    var account: Int32
    /// The account's next slot; -1 at the end.
    var next: Int32
    /// The transaction that last touched it.
    var warmTx: UInt32
    /// The checkpoint in which the value was last journaled.
    var stamp: UInt32
}

/// One slot of transient storage (EIP-1153).
struct TransientSlot: BitwiseCopyable {
    var key: U256
    var value: U256
    var account: Int32
    /// The value counts in this transaction only.
    var tx: UInt32
    var stamp: UInt32
}

/// One emitted log; its data lies in `Overlay.logData`.
struct LogRecord: BitwiseCopyable {
    var address: Address
    var topicCount: UInt8
    var topics: (U256, U256, U256, U256)
    var dataStart: Int
    var dataCount: Int
}

/// What a run changes on top of a pinned state, with a journal to take parts of it back.
///
/// Discarding an overlay costs constant time, taking back to a checkpoint costs what was changed since. Capacity is
/// kept, so a warm overlay allocates nothing. Not thread-safe: one overlay, one thread at a time.
public struct Overlay: ~Copyable, @unchecked Sendable {
    var accounts = Slab<LiveAccount>(capacity: 64)
    var slots = Slab<LiveSlot>(capacity: 256)
    var transients = Slab<TransientSlot>(capacity: 16)
    var journal = Slab<JournalEntry>(capacity: 256)
    var logs = Slab<LogRecord>(capacity: 16)
    var logData = Slab<UInt8>(capacity: 1024)
    var needs: [StateNeed] = []
    /// Codes that runs on this overlay deployed or delegated to.
    var newCodes: [Hash32: [UInt8]] = [:]
    /// The number of the transaction that runs or ran last.
    var tx: UInt32 = 1
    /// The checkpoint that entries are journaled under.
    var serial: UInt32 = 1
    var lastSerial: UInt32 = 1
    var refund: Int64 = 0
    /// Where the journal of the last run begins.
    var runStart = 0
    /// The machine's cache generation that the accounts' `codeIndex` belong to.
    var codeGeneration: UInt64 = 0

    private var accountTable = IndexTable(capacity: 64)
    private var slotTable = IndexTable(capacity: 256)
    private var transientTable = IndexTable(capacity: 16)
    private let seed = HashSeed.process

    /// An overlay that changes nothing yet.
    public init() {}

    // Written out so that the compiler's inliner does not look for the members' own ones from another module's side.
    deinit {}

    /// Discards everything. Constant time.
    public mutating func removeAll() {
        accounts.count = 0
        slots.count = 0
        transients.count = 0
        journal.count = 0
        logs.count = 0
        logData.count = 0
        if !needs.isEmpty { needs.removeAll() }
        if !newCodes.isEmpty { newCodes.removeAll() }
        accountTable.removeAll()
        slotTable.removeAll()
        transientTable.removeAll()
        tx = 1
        serial = 1
        lastSerial = 1
        refund = 0
        runStart = 0
    }

    /// Begins a transaction or a call outside of one: nothing is warm, created or destroyed in it yet.
    mutating func startRun(_ checkpoint: OverlayCheckpoint) {
        refund = 0
        tx &+= 1
        runStart = checkpoint.journal
    }

    /// Whether nothing was read or changed.
    public var isEmpty: Bool { accounts.count == 0 }

    // MARK: Reading through to the pinned state

    /// The account's index; -1, and a need noted, when the pinned state does not know the account.
    @inline(__always) mutating func account(_ address: Address, _ base: borrowing BaseView) -> Int {
        let found = accountTable.find(seed.hash(address)) { accounts[$0].address == address }
        return _fastPath(found >= 0) ? found : loadAccount(address, base)
    }

    @inline(never) private mutating func loadAccount(_ address: Address, _ base: borrowing BaseView) -> Int {
        let known = base.store.pointee.find(address)
        var record = LiveAccount(address: address)
        if known >= 0, base.store.pointee.accounts[known].flags & KnownAccount.known != 0 {
            let held = base.store.pointee.accounts[known]
            record.baseIndex = Int32(known)
            if held.flags & KnownAccount.exists != 0 {
                record.flags = LiveAccount.exists
                record.nonce = held.nonce
                record.balance = held.balance
                record.codeHash = held.codeHash
            }
        } else if base.asks {
            need(.account(address))
            return -1
        } else {
            record.baseIndex = Int32(known)
        }
        accounts.append(record)
        let index = accounts.count - 1
        accountTable.insert(seed.hash(address), index) { [seed, records = accounts.base] in
            seed.hash(records[$0].address)
        }
        return index
    }

    /// The slot's index; -1, and a need noted, when the pinned state does not know the slot.
    @inline(__always) mutating func slot(_ account: Int, _ key: U256, _ base: borrowing BaseView) -> Int {
        let found = slotTable.find(seed.hash(key, Int32(truncatingIfNeeded: account))) {
            slots[$0].key == key && slots[$0].account == Int32(truncatingIfNeeded: account)
        }
        return _fastPath(found >= 0) ? found : loadSlot(account, key, base)
    }

    @inline(never) private mutating func loadSlot(_ account: Int, _ key: U256, _ base: borrowing BaseView) -> Int {
        let owner = accounts[account]
        var value = U256.zero
        if owner.flags & LiveAccount.storageCleared == 0, owner.baseIndex >= 0 {
            let held = base.store.pointee.findSlot(owner.baseIndex, key)
            let known = base.store.pointee.accounts[Int(owner.baseIndex)].flags
            if held >= 0 {
                value = base.store.pointee.slots[held].value
            } else if base.asks, known & KnownAccount.storageComplete == 0, known & KnownAccount.exists != 0 {
                need(.slot(owner.address, key))
                return -1
            }
        }
        slots.append(
            LiveSlot(
                key: key, value: value, original: value, account: Int32(account), next: owner.firstSlot, warmTx: 0,
                stamp: 0))
        let index = slots.count - 1
        accounts[account].firstSlot = Int32(index)
        slotTable.insert(seed.hash(key, Int32(account)), index) { [seed, records = slots.base] in
            seed.hash(records[$0].key, records[$0].account)
        }
        return index
    }

    /// The slot of transient storage, made when it is not there.
    mutating func transient(_ account: Int, _ key: U256) -> Int {
        let hash = seed.hash(key, Int32(account))
        let found = transientTable.find(hash) {
            transients[$0].key == key && transients[$0].account == Int32(account)
        }
        if found >= 0 {
            if transients[found].tx != tx {
                transients[found].tx = tx
                transients[found].value = .zero
            }
            return found
        }
        transients.append(TransientSlot(key: key, value: .zero, account: Int32(account), tx: tx, stamp: 0))
        let index = transients.count - 1
        transientTable.insert(hash, index) { [seed, records = transients.base] in
            seed.hash(records[$0].key, records[$0].account)
        }
        return index
    }

    /// Notes something that the run cannot go on without.
    mutating func need(_ what: StateNeed) {
        if !needs.contains(what) { needs.append(what) }
    }
}

/// A pinned state, lent to a run.
struct BaseView {
    let store: UnsafeMutablePointer<StateStore>
    /// Whether what is not held must be asked for.
    let asks: Bool
}
