public import EVM
internal import EVMCodec
public import EVMTypes

/// One account of a test's state before or after.
public struct TestAccount: Hashable, Sendable {
    /// Whose.
    public var address: Address
    /// Transactions sent.
    public var nonce: UInt64
    /// Wei.
    public var balance: U256
    /// Its code.
    public var code: [UInt8]
    /// Its slots in the file's order; a value may be zero.
    public var storage: [Slot]

    /// One slot.
    public struct Slot: Hashable, Sendable {
        public var key: U256
        public var value: U256
    }

    /// Reads one member of `pre`, `post` or `state`.
    init(_ name: String, _ json: JSON) throws(TestFileError) {
        guard let address = JSON.string(name).address else { throw TestFileError("\"\(name)\" is no address") }
        self.address = address
        do throws(TestFileError) {
            nonce = try json.number("nonce")
            balance = try json.word("balance")
            code = try json.bytes("code")
            let slots = try json.members("storage")
            storage = []
            storage.reserveCapacity(slots.count)
            for (key, value) in zip(slots.keys, slots.values) {
                guard let key = JSON.string(key).quantityU256, let value = value.quantityU256 else {
                    throw TestFileError("storage slot \"\(key)\" or its value is no quantity of at most 256 bits")
                }
                storage.append(Slot(key: key, value: value))
            }
        } catch {
            throw TestFileError("account \(name): \(error.problem)")
        }
    }

    /// Reads a whole state.
    static func all(_ json: JSON, in member: String) throws(TestFileError) -> [TestAccount] {
        guard let object = json.object else { throw TestFileError("\(member) is no object") }
        var accounts: [TestAccount] = []
        accounts.reserveCapacity(object.count)
        for (name, account) in zip(object.keys, object.values) {
            do { accounts.append(try TestAccount(name, account)) } catch {
                throw TestFileError("\(member): \(error.problem)")
            }
        }
        return accounts
    }
}

extension PinnedState {
    /// Sets everything of these accounts. Slots of value zero are left out, as in the trie.
    public mutating func set(_ accounts: [TestAccount]) {
        for account in accounts {
            let hash = setCode(account.code)
            setAccount(
                account.address,
                AccountState(
                    nonce: account.nonce, balance: account.balance, codeHash: hash,
                    hasStorage: account.storage.contains { !$0.value.isZero }))
            for slot in account.storage where !slot.value.isZero { setStorage(account.address, slot.key, slot.value) }
        }
    }
}
