import EVM
import EVMCodec
import EVMTypes

/// The state of every kept block: the newest one whole, the others by a journal of what each value was before.
///
/// A position in the journal names a moment. What a value was then is found by the first entry about it from there on,
/// in O(log n); going back to a moment costs what was changed since. The tries follow only what changes.
struct World: ~Copyable {
    /// What a value was before it was changed.
    enum Entry {
        case account(Address, AccountState?)
        case slot(Address, U256, U256)
    }

    struct SlotKey: Hashable {
        var address: Address
        var key: U256
    }

    /// The newest state.
    private(set) var head: PinnedState
    /// The tries of `head`; nil over a fork, where the state is not held whole.
    private(set) var trie: StateTrie?
    private var journal: [Entry] = []
    /// Entries that were forgotten at the front.
    private var dropped = 0
    private var accountPositions: [Address: [Int]] = [:]
    private var slotPositions: [SlotKey: [Int]] = [:]

    /// A whole state, or for a fork (`.asked`) what is known of it.
    init(_ state: consuming PinnedState) {
        trie = state.unknown == .absent ? StateTrie(state) : nil
        head = state
    }

    /// The moment after the last change.
    var position: Int { dropped + journal.count }

    // MARK: Changing

    /// Writes what the overlay holds and empties it.
    mutating func commit(_ overlay: inout Overlay) {
        let changes = overlay.changes(on: head)
        for change in changes { record(change) }
        trie?.apply(changes)
        overlay.commit(into: &head)
    }

    /// Sets one account from outside of any transaction.
    mutating func setAccount(_ address: Address, _ account: AccountState?) {
        let before = head.account(address) ?? nil
        note(.account(address, before))
        head.setAccount(address, account)
        trie?.apply([AccountChange(address: address, before: before, after: account, storage: [], clearsStorage: false)]
        )
    }

    /// Sets one slot from outside of any transaction. The account must exist.
    mutating func setSlot(_ address: Address, _ key: U256, _ value: U256) {
        let before = head.storage(address, key) ?? .zero
        let account = head.account(address) ?? nil
        note(.slot(address, key, before))
        head.setStorage(address, key, value)
        let slot = SlotChange(key: key, before: before, after: value)
        trie?.apply([
            AccountChange(address: address, before: account, after: account, storage: [slot], clearsStorage: false)
        ])
    }

    /// Holds a code, which an account may name by the hash that this returns.
    mutating func setCode(_ code: [UInt8]) -> Hash32 { head.setCode(code) }

    /// Sets what BLOCKHASH answers for a number; nil forgets it.
    mutating func setBlockHash(_ number: UInt64, _ hash: Hash32?) {
        if let hash { head.setBlockHash(number, hash) } else { head.forgetBlockHash(number) }
    }

    /// Takes over what the fork's source knows, unless the state has it by now. It is no change: no block made it.
    mutating func learn(account address: Address, _ account: AccountState?) {
        if head.account(address) == nil { head.setAccount(address, account) }
    }

    /// As `learn(account:)`, of a slot.
    mutating func learn(slot key: U256, of address: Address, _ value: U256) {
        if head.storage(address, key) == nil { head.setStorage(address, key, value) }
    }

    private mutating func record(_ change: AccountChange) {
        note(.account(change.address, change.before))
        var named = Set<U256>()
        for slot in change.storage {
            named.insert(slot.key)
            note(.slot(change.address, slot.key, slot.before))
        }
        guard change.clearsStorage || change.after == nil else { return }
        var cleared: [(U256, U256)] = []
        head.forEachSlot(of: change.address) { key, value in
            if !named.contains(key) { cleared.append((key, value)) }
        }
        for (key, value) in cleared { note(.slot(change.address, key, value)) }
    }

    private mutating func note(_ entry: Entry) {
        switch entry {
        case .account(let address, _): accountPositions[address, default: []].append(position)
        case .slot(let address, let key, _):
            slotPositions[SlotKey(address: address, key: key), default: []].append(position)
        }
        journal.append(entry)
    }

    // MARK: Going back

    /// Makes the state what it was at an earlier moment. A moment that was forgotten goes back as far as is known.
    mutating func undo(to target: Int) {
        var slots: [Address: [U256: U256]] = [:]
        while position > max(target, dropped), let entry = journal.popLast() {
            switch entry {
            case .account(let address, let before):
                accountPositions[address]?.removeLast()
                head.setAccount(address, before)
                slots[address, default: [:]] = slots[address] ?? [:]
            case .slot(let address, let key, let before):
                slotPositions[SlotKey(address: address, key: key)]?.removeLast()
                head.setStorage(address, key, before)
                slots[address, default: [:]][key] = before
            }
        }
        let undone = slots.map { Self.changes($0.key, head.account($0.key) ?? nil, $0.value) }
        trie?.apply(undone)
    }

    /// Forgets how to go back before a moment.
    mutating func forget(before target: Int) {
        let count = min(target - dropped, journal.count)
        guard count > 0 else { return }
        for entry in journal[..<count] {
            switch entry {
            case .account(let address, _): Self.dropFirst(&accountPositions, address)
            case .slot(let address, let key, _):
                Self.dropFirst(&slotPositions, SlotKey(address: address, key: key))
            }
        }
        journal.removeFirst(count)
        dropped += count
    }

    private static func dropFirst<Key: Hashable>(_ positions: inout [Key: [Int]], _ key: Key) {
        positions[key]?.removeFirst()
        if positions[key]?.isEmpty == true { positions[key] = nil }
    }

    private static func changes(_ address: Address, _ account: AccountState?, _ slots: [U256: U256]) -> AccountChange {
        AccountChange(
            address: address, before: nil, after: account,
            storage: slots.map { SlotChange(key: $0.key, before: .zero, after: $0.value) }, clearsStorage: false)
    }

    // MARK: Reading the past

    /// An account at a moment; nil when the fork's source must be asked.
    func account(_ address: Address, at moment: Int) -> AccountState?? {
        if let at = first(accountPositions[address], from: moment), case .account(_, let before) = journal[at] {
            return .some(before)
        }
        if let known = head.account(address) { return known }
        return head.unknown == .absent ? .some(nil) : nil
    }

    /// A slot at a moment; nil when the fork's source must be asked.
    func slot(_ address: Address, _ key: U256, at moment: Int) -> U256? {
        let positions = slotPositions[SlotKey(address: address, key: key)]
        if let at = first(positions, from: moment), case .slot(_, _, let before) = journal[at] { return before }
        return head.storage(address, key) ?? (head.unknown == .absent ? .zero : nil)
    }

    /// The tries at a moment: a copy of the newest with everything since taken back. Nil over a fork.
    func trie(at moment: Int) -> StateTrie? {
        guard var old = trie else { return nil }
        if moment >= position { return old }
        var slots: [Address: [U256: U256]] = [:]
        for entry in journal[max(0, moment - dropped)...].reversed() {
            switch entry {
            case .account(let address, _): slots[address, default: [:]] = slots[address] ?? [:]
            case .slot(let address, let key, let before): slots[address, default: [:]][key] = before
            }
        }
        old.apply(slots.map { Self.changes($0.key, account($0.key, at: moment) ?? nil, $0.value) })
        return old
    }

    /// The state root now; nil over a fork.
    mutating func root() -> Hash32? { trie?.root() }

    /// The proof of an account and slots now; nil over a fork.
    mutating func proof(of address: Address, slots: [U256]) -> AccountProof? { trie?.proof(of: address, slots: slots) }

    /// The index in `journal` of the first position that is not before `moment`.
    private func first(_ positions: [Int]?, from moment: Int) -> Int? {
        guard let positions, let last = positions.last, last >= moment else { return nil }
        var low = 0, high = positions.count - 1
        while low < high {
            let middle = (low + high) / 2
            if positions[middle] >= moment { high = middle } else { low = middle + 1 }
        }
        return positions[low] - dropped
    }
}
