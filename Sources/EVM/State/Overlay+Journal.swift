internal import EVMTypes

/// One change that can be taken back.
struct JournalEntry: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case account, code, warmAccount, warmSlot, storage, transient
    }

    var kind: Kind
    var flags: UInt8 = 0
    var index: Int32
    var touchedTx: UInt32 = 0
    var createdTx: UInt32 = 0
    var destroyedTx: UInt32 = 0
    /// The account's newest slot.
    var firstSlot: Int32 = -1
    var nonce: UInt64 = 0
    /// The balance, the code's hash or the slot's value, as it was.
    var word: U256 = .zero
}

/// A moment of an overlay that a run can go back to.
public struct OverlayCheckpoint: Sendable, BitwiseCopyable {
    let journal: Int
    let logs: Int
    let logData: Int
    let refund: Int64
    /// The checkpoint that was current before.
    let outer: UInt32
}

extension Overlay {
    /// Starts a checkpoint: changes from here on can be taken back by `revert(to:)` or kept by `keep`.
    @inline(__always) mutating func openCheckpoint() -> OverlayCheckpoint {
        let checkpoint = OverlayCheckpoint(
            journal: journal.count, logs: logs.count, logData: logData.count, refund: refund, outer: serial)
        lastSerial &+= 1
        serial = lastSerial
        return checkpoint
    }

    /// Ends a checkpoint and keeps what was changed.
    @inline(__always) mutating func keep(_ checkpoint: OverlayCheckpoint) { serial = checkpoint.outer }

    /// Ends a checkpoint and takes back what was changed since it began.
    mutating func takeBack(to checkpoint: OverlayCheckpoint) {
        while journal.count > checkpoint.journal {
            journal.count &-= 1
            undo(journal[journal.count])
        }
        logs.count = checkpoint.logs
        logData.count = checkpoint.logData
        refund = checkpoint.refund
        serial = checkpoint.outer
    }

    @inline(__always) private func undo(_ entry: JournalEntry) {
        let index = Int(entry.index)
        switch entry.kind {
        case .account:
            if accounts[index].flags & ~entry.flags & LiveAccount.storageCleared != 0 {
                forgetSlots(of: index, newerThan: entry.firstSlot)
            }
            accounts[index].flags = entry.flags
            accounts[index].nonce = entry.nonce
            accounts[index].balance = entry.word
            accounts[index].touchedTx = entry.touchedTx
            accounts[index].createdTx = entry.createdTx
            accounts[index].destroyedTx = entry.destroyedTx
        case .code:
            accounts[index].codeHash = Hash32(entry.word)
            // To be looked up: the cache may have been emptied since.
            accounts[index].codeIndex = -1
        case .warmAccount: accounts[index].warmTx = 0
        case .warmSlot: slots[index].warmTx = 0
        case .storage: slots[index].value = entry.word
        case .transient: transients[index].value = entry.word
        }
    }

    /// Unlinks the account's slots that were first touched after `last` was, so that they are read anew. Some were read
    /// as zero because the storage counted as cleared, which it no longer does; of the others nothing is lost, as every
    /// change to them is younger than the entry that is taken back, and is taken back already.
    @inline(never) private func forgetSlots(of account: Int, newerThan last: Int32) {
        var slot = accounts[account].firstSlot
        while slot != last, slot >= 0 {
            slots[Int(slot)].account = -1
            slot = slots[Int(slot)].next
        }
        accounts[account].firstSlot = last
    }

    /// A moment between transactions that `revert(to:)` goes back to, as often as wanted.
    public mutating func checkpoint() -> OverlayCheckpoint {
        lastSerial &+= 1
        serial = lastSerial
        return OverlayCheckpoint(
            journal: journal.count, logs: logs.count, logData: logData.count, refund: refund, outer: serial)
    }

    /// Goes back to a moment taken by `checkpoint`, at the cost of what was changed since. What was read stays known.
    ///
    /// The moment must be this overlay's and not older than its last `removeAll` or `commit`: another one takes back
    /// something else, or nothing.
    public mutating func revert(to checkpoint: OverlayCheckpoint) {
        takeBack(
            to: OverlayCheckpoint(
                journal: min(checkpoint.journal, journal.count), logs: min(checkpoint.logs, logs.count),
                logData: min(checkpoint.logData, logData.count), refund: checkpoint.refund, outer: checkpoint.outer))
        // Records stamped with the old number no longer have their entry: number what follows anew.
        lastSerial &+= 1
        serial = lastSerial
    }

    // MARK: Changing

    /// Journals the account as it is, once a checkpoint; call before changing nonce, balance, flags or marks.
    @inline(__always) mutating func save(_ index: Int) {
        if accounts[index].stamp == serial { return }
        accounts[index].stamp = serial
        let now = accounts[index]
        journal.append(
            JournalEntry(
                kind: .account, flags: now.flags, index: Int32(truncatingIfNeeded: index), touchedTx: now.touchedTx,
                createdTx: now.createdTx, destroyedTx: now.destroyedTx, firstSlot: now.firstSlot, nonce: now.nonce,
                word: now.balance))
    }

    /// Sets the balance; an account that holds wei exists.
    @inline(__always) mutating func setBalance(_ index: Int, _ balance: U256) {
        save(index)
        accounts[index].balance = balance
        accounts[index].touchedTx = tx
        accounts[index].flags |= LiveAccount.changed | (balance.isZero ? 0 : LiveAccount.exists)
    }

    mutating func setNonce(_ index: Int, _ nonce: UInt64) {
        save(index)
        accounts[index].nonce = nonce
        accounts[index].flags |= LiveAccount.changed | (nonce == 0 ? 0 : LiveAccount.exists)
    }

    /// Marks an account as touched (EIP-161); with `making` it also comes into being (before EIP-161).
    mutating func touch(_ index: Int, making: Bool) {
        save(index)
        accounts[index].touchedTx = tx
        if making, !accounts[index].exists { accounts[index].flags |= LiveAccount.exists | LiveAccount.changed }
    }

    mutating func setCode(_ index: Int, hash: Hash32, cached: Int32) {
        journal.append(JournalEntry(kind: .code, index: Int32(index), word: accounts[index].codeHash.word))
        save(index)
        accounts[index].codeHash = hash
        accounts[index].codeIndex = cached
        accounts[index].flags |= LiveAccount.changed | LiveAccount.exists
    }

    /// Warms the account; true when it was cold in this transaction.
    @inline(__always) mutating func warmAccount(_ index: Int) -> Bool {
        if accounts[index].warmTx == tx { return false }
        accounts[index].warmTx = tx
        journal.append(JournalEntry(kind: .warmAccount, index: Int32(truncatingIfNeeded: index)))
        return true
    }

    /// Warms the slot and fixes its original value; true when it was cold in this transaction.
    @inline(__always) mutating func warmSlot(_ index: Int) -> Bool {
        if slots[index].warmTx == tx { return false }
        slots[index].warmTx = tx
        slots[index].original = slots[index].value
        journal.append(JournalEntry(kind: .warmSlot, index: Int32(truncatingIfNeeded: index)))
        return true
    }

    @inline(__always) mutating func setSlot(_ index: Int, _ value: U256) {
        if slots[index].stamp != serial {
            slots[index].stamp = serial
            journal.append(
                JournalEntry(kind: .storage, index: Int32(truncatingIfNeeded: index), word: slots[index].value))
        }
        slots[index].value = value
    }

    mutating func setTransient(_ index: Int, _ value: U256) {
        if transients[index].stamp != serial {
            transients[index].stamp = serial
            journal.append(JournalEntry(kind: .transient, index: Int32(index), word: transients[index].value))
        }
        transients[index].value = value
    }
}
