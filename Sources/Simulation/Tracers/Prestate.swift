internal import EVM
public import EVMCodec
public import EVMTypes

/// What a transaction found (and, as a difference, left), as geth's `prestateTracer` gives it.
public struct Prestate: Hashable, Sendable {
    /// Options of the tracer.
    public struct Options: Hashable, Sendable {
        /// Before and after of what changed, instead of everything that was looked at.
        public var diffMode = false
        public var disableCode = false
        public var disableStorage = false
        /// Name accounts, too, that did not exist.
        public var includeEmpty = false

        public init() {}
    }

    /// One account; nil members are left out.
    public struct Account: Hashable, Sendable {
        /// Wei.
        public var balance: U256?
        /// Left out by geth where zero.
        public var nonce: UInt64?
        /// nil where there is none.
        public var code: [UInt8]?
        /// nil where there is no code.
        public var codeHash: Hash32?
        /// The slots that were touched.
        public var storage: [U256: U256] = [:]

        /// geth's JSON: nothing that is absent or empty.
        public var json: JSON {
            var members: JSONObject = [:]
            if let balance { members["balance"] = .quantity(balance) }
            if let code, !code.isEmpty { members["code"] = .hex(code) }
            if let codeHash { members["codeHash"] = .hash(codeHash) }
            if let nonce, nonce != 0 { members["nonce"] = .integer(nonce) }
            if !storage.isEmpty {
                var slots: JSONObject = [:]
                for key in storage.keys.sorted() {
                    slots[key.paddedHex] = .string(storage[key, default: .zero].paddedHex)
                }
                members["storage"] = .object(slots)
            }
            return .object(members)
        }
    }

    /// By address, as before the transaction.
    public var pre: [Address: Account] = [:]
    /// Only in diff mode.
    public var post: [Address: Account] = [:]
    var isDiff = false

    /// `{address: account}`, or in diff mode `{post, pre}`. Addresses ascend.
    public var json: JSON {
        isDiff ? ["post": Self.json(post), "pre": Self.json(pre)] : Self.json(pre)
    }

    private static func json(_ accounts: [Address: Account]) -> JSON {
        var members: JSONObject = [:]
        for address in accounts.keys.sorted() { members[address.hex] = accounts[address]?.json }
        return .object(members)
    }
}

extension Machine {
    /// What the last run found and left, from what the tracer met in it. Ask before the overlay is reverted.
    mutating func prestate(
        _ tracer: PrestateTracer, _ options: Prestate.Options, on state: borrowing PinnedState
    ) -> SimulationAnswer<Prestate> {
        var result = Prestate()
        result.isDiff = options.diffMode
        var changes: [Address: AccountChange] = [:]
        for change in overlay.lastChanges() { changes[change.address] = change }
        for address in tracer.accounts {
            guard let now = account(address, on: state) else { return .missing([.account(address)]) }
            let before = changes[address].map(\.before) ?? now
            let slots = options.disableStorage ? [] : tracer.slots[address] ?? []
            var old: [U256: U256] = [:], new: [U256: U256] = [:]
            for key in slots {
                guard let value = storage(address, key, on: state) else { return .missing([.slot(address, key)]) }
                new[key] = value
                old[key] = changes[address]?.storage.first { $0.key == key }?.before ?? value
            }
            guard let codeBefore = code(of: before, on: state), let codeNow = code(of: now, on: state) else {
                return .missing([.code(address, (before ?? now)?.codeHash ?? AccountState.emptyCodeHash)])
            }
            let isEmpty = before.map { $0.isEmpty } ?? true
            var account = Prestate.Account(balance: before?.balance ?? .zero, nonce: before?.nonce ?? 0)
            if !options.disableCode { account.code = codeBefore }
            if !codeBefore.isEmpty { account.codeHash = before?.codeHash }
            account.storage = old
            if options.diffMode {
                let isDeleted = tracer.destroyed.contains(address) && (now == nil || tracer.created.contains(address))
                let left = Prestate.Account(
                    balance: now?.balance ?? .zero, nonce: now?.nonce ?? 0,
                    code: options.disableCode ? nil : codeNow, codeHash: now?.codeHash ?? AccountState.emptyCodeHash,
                    storage: new)
                difference(&account, left, isDeleted: isDeleted, at: address, into: &result)
                if isEmpty { result.pre[address] = nil }
            } else if !isEmpty || options.includeEmpty {
                result.pre[address] = account
            }
        }
        return .done(result)
    }

    private func code(of account: AccountState?, on state: borrowing PinnedState) -> [UInt8]? {
        code(account?.codeHash ?? AccountState.emptyCodeHash, on: state)
    }

    private func difference(
        _ pre: inout Prestate.Account, _ now: Prestate.Account, isDeleted: Bool, at address: Address,
        into result: inout Prestate
    ) {
        if isDeleted {
            pre.storage = pre.storage.filter { !$0.value.isZero }
            result.pre[address] = pre
            return
        }
        var post = Prestate.Account()
        if now.balance != pre.balance { post.balance = now.balance }
        if now.nonce != pre.nonce { post.nonce = now.nonce }
        if now.code != pre.code { post.code = now.code }
        if now.codeHash != pre.codeHash ?? AccountState.emptyCodeHash { post.codeHash = now.codeHash }
        var isChanged = post != Prestate.Account()
        for (key, value) in pre.storage {
            let left = now.storage[key] ?? .zero
            if value == left || value.isZero { pre.storage[key] = nil }
            if value == left { continue }
            isChanged = true
            if !left.isZero { post.storage[key] = left }
        }
        guard isChanged else { return }
        result.pre[address] = pre
        result.post[address] = post
    }
}
