internal import EVM
public import EVMTypes

/// The first thing that differs between an expected and a computed state, log list or outcome.
public struct StateMismatch: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing differs.
    public enum Field: String, Hashable, Sendable {
        case account, nonce, balance, code, slot
        case stateRoot = "state root"
        case logs = "logs hash"
        case rejection, exception, transaction
        case gas, output, halt, block
        case lastBlock = "last block"
    }

    /// What differs.
    public var field: Field
    /// Whose, where an account's part differs.
    public var address: Address?
    /// Which slot, for `.slot`.
    public var slot: U256?
    /// Which block of a chain, from 0, for `.block`.
    public var index: Int?
    /// What the test has.
    public var expected: String
    /// What came out.
    public var got: String

    public init(
        _ field: Field, address: Address? = nil, slot: U256? = nil, index: Int? = nil, expected: String, got: String
    ) {
        self.field = field
        self.address = address
        self.slot = slot
        self.index = index
        self.expected = expected
        self.got = got
    }

    /// One line: `account 0x.. slot 0x1: expected 0x2, got 0x3`.
    public var description: String {
        var place = field.rawValue + (index.map { " \($0)" } ?? "")
        if let address {
            switch field {
            case .account: place = "account \(address.hex)"
            case .slot: place = "account \(address.hex) slot \(slot?.hex ?? "?")"
            default: place = "account \(address.hex) \(field.rawValue)"
            }
        }
        return "\(place): expected \(expected), got \(got)"
    }

    /// Compares every account and slot; nil when all are equal. Accounts in the expected state's order, then those that
    /// should not exist.
    static func first(expected: [TestAccount], got state: borrowing PinnedState) -> StateMismatch? {
        var known: Set<Address> = []
        for account in expected {
            known.insert(account.address)
            if let wrong = first(expected: account, got: state) { return wrong }
        }
        var extra: Address?
        state.forEachAccount { address, _ in
            if extra == nil, !known.contains(address) { extra = address }
        }
        guard let extra else { return nil }
        return StateMismatch(.account, address: extra, expected: "none", got: "an account")
    }

    private static func first(expected: TestAccount, got state: borrowing PinnedState) -> StateMismatch? {
        let address = expected.address
        guard let account = state.account(address) ?? nil else {
            return StateMismatch(.account, address: address, expected: "an account", got: "none")
        }
        if account.nonce != expected.nonce {
            return StateMismatch(
                .nonce, address: address, expected: String(expected.nonce), got: String(account.nonce))
        }
        var wanted: [U256: U256] = [:]
        for slot in expected.storage where !slot.value.isZero { wanted[slot.key] = slot.value }
        for slot in expected.storage {
            let value = state.storage(address, slot.key) ?? .zero
            if value != slot.value {
                return StateMismatch(
                    .slot, address: address, slot: slot.key, expected: slot.value.hex, got: value.hex)
            }
        }
        var extra: (key: U256, value: U256)?
        state.forEachSlot(of: address) { key, value in
            if extra == nil, wanted[key] == nil { extra = (key, value) }
        }
        if let extra {
            return StateMismatch(.slot, address: address, slot: extra.key, expected: "0x0", got: extra.value.hex)
        }
        let code = state.code(account.codeHash) ?? []
        if code != expected.code {
            return StateMismatch(
                .code, address: address, expected: brief(expected.code), got: brief(code))
        }
        // Last: a wrong price shows as the sender's balance, which says less than a slot.
        if account.balance != expected.balance {
            return StateMismatch(
                .balance, address: address, expected: expected.balance.hex, got: account.balance.hex)
        }
        return nil
    }

    /// Bytes as hex, cut after 40.
    static func brief(_ bytes: [UInt8]) -> String {
        bytes.count <= 40 ? Hex.encode(bytes) : "\(Hex.encode(bytes.prefix(40)))… (\(bytes.count) bytes)"
    }
}
