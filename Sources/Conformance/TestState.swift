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
        /// The slot.
        public var key: U256
        /// The word in it.
        public var value: U256
    }

    /// Reads one member of `pre`, `post` or `state`. When `isLenient`, what is missing is zero or empty, as in a
    /// genesis file.
    init(_ name: String, _ json: JSON, isLenient: Bool = false) throws(TestFileError) {
        guard let address = JSON.string(name).address else { throw TestFileError("\"\(name)\" is no address") }
        self.address = address
        do throws(TestFileError) {
            guard let members = json.object else { throw TestFileError("is no object") }
            func has(_ key: String) -> Bool { !isLenient || members[key] != nil }
            nonce = has("nonce") ? try json.number("nonce") : 0
            balance = has("balance") ? try json.word("balance") : .zero
            code = has("code") ? try json.bytes("code") : []
            let slots = has("storage") ? try json.members("storage") : JSONObject()
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
    static func all(_ json: JSON, in member: String, isLenient: Bool = false) throws(TestFileError) -> [TestAccount] {
        guard let object = json.object else { throw TestFileError("\(member) is no object") }
        var accounts: [TestAccount] = []
        accounts.reserveCapacity(object.count)
        for (name, account) in zip(object.keys, object.values) {
            do { accounts.append(try TestAccount(name, account, isLenient: isLenient)) } catch {
                throw TestFileError("\(member): \(error.problem)")
            }
        }
        return accounts
    }
}

extension TestAccount {
    /// Reads a state from a file: an object of accounts by address, alone or as member `alloc` (genesis) or `pre`.
    /// Members that an account lacks are zero or empty.
    public static func state(file: String) throws(TestFileError) -> [TestAccount] {
        let json: JSON
        let bytes = try TestPaths.read(file)
        do { json = try JSON.parse(bytes) } catch { throw TestFileError(file: file, "\(error)") }
        do throws(TestFileError) {
            return try all(json["alloc"] ?? json["pre"] ?? json, in: "the state", isLenient: true)
        } catch { throw TestFileError(file: file, error.problem) }
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

extension TestAccount {
    /// An account of nothing.
    public init(_ address: Address) {
        self.address = address
        nonce = 0
        balance = .zero
        code = []
        storage = []
    }

    /// The accounts with this code on one of them, which is added when it is not there.
    public static func setting(_ code: [UInt8], of address: Address, in accounts: [TestAccount]) -> [TestAccount] {
        changing(address, in: accounts) { $0.code = code }
    }

    /// The accounts where one has at least this many wei; it is added when it is not there.
    public static func giving(_ wei: U256, to address: Address, in accounts: [TestAccount]) -> [TestAccount] {
        wei.isZero ? accounts : changing(address, in: accounts) { $0.balance = max($0.balance, wei) }
    }

    private static func changing(
        _ address: Address, in accounts: [TestAccount], _ change: (inout TestAccount) -> Void
    ) -> [TestAccount] {
        var accounts = accounts
        if !accounts.contains(where: { $0.address == address }) { accounts.append(TestAccount(address)) }
        for index in accounts.indices where accounts[index].address == address { change(&accounts[index]) }
        return accounts
    }
}
