internal import Database
internal import EVM
internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes
internal import NodeClient

/// An account as memory and cache hold it.
struct HeldAccount: Hashable {
    var account: StateAnswers.Account
    /// Whether it was proven under the block's state root.
    var isProven: Bool

    static let exists: UInt8 = 1, hasStorage: UInt8 = 2, storageEmpty: UInt8 = 4, proven: UInt8 = 8

    init(_ account: StateAnswers.Account, isProven: Bool) {
        self.account = account
        self.isProven = isProven
    }

    init?(_ bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        guard let flags = reader.byte(), let nonce = reader.number(), let balance = reader.word(),
            let codeHash = reader.word()
        else { return nil }
        let state = AccountState(
            nonce: nonce, balance: balance, codeHash: Hash32(codeHash), hasStorage: flags & Self.hasStorage != 0)
        account = StateAnswers.Account(
            flags & Self.exists != 0 ? state : nil, isStorageEmpty: flags & Self.storageEmpty != 0)
        isProven = flags & Self.proven != 0
    }

    var bytes: [UInt8] {
        let state = account.state ?? AccountState()
        var flags: UInt8 = account.state == nil ? 0 : Self.exists
        if state.hasStorage { flags |= Self.hasStorage }
        if account.isStorageEmpty { flags |= Self.storageEmpty }
        if isProven { flags |= Self.proven }
        return [flags] + CacheBytes.of(state.nonce) + state.balance.bigEndianBytes + state.codeHash.bytes
    }
}

/// A word with whether it was proven: a slot's value, or a block's hash.
struct HeldWord: Hashable {
    var word: U256
    var isProven: Bool

    init(_ word: U256, isProven: Bool) {
        self.word = word
        self.isProven = isProven
    }

    init?(_ bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        guard let flag = reader.byte(), let word = reader.word() else { return nil }
        self.word = word
        isProven = flag != 0
    }

    var bytes: [UInt8] { [isProven ? 1 : 0] + word.bigEndianBytes }
}

extension StateCache {
    func account(_ block: Hash32, _ address: Address) -> HeldAccount? {
        record(.state, CacheKey.account(block, address)).flatMap { HeldAccount($0) }
    }

    func slot(_ block: Hash32, _ key: SlotKey) -> HeldWord? {
        record(.state, CacheKey.slot(block, key)).flatMap { HeldWord($0) }
    }

    func blockHash(_ block: Hash32, _ number: UInt64) -> HeldWord? {
        record(.state, CacheKey.blockHash(block, number)).flatMap { HeldWord($0) }
    }

    /// Keeps what one round brought, in one batch.
    func keep(_ answers: StateAnswers, of block: Hash32, isProven: Bool) {
        write { store, _ in
            // A block that was pruned meanwhile gets no rows.
            guard store.blocks[block] != nil else { return [] }
            var rows: [RocksDatabase.Write] = []
            func add(_ key: [UInt8], _ value: [UInt8]) {
                rows.append(RocksDatabase.Write(column: .state, key: key, value: CacheRecord.seal(key, value)))
            }
            for (address, account) in answers.accounts {
                add(CacheKey.account(block, address), HeldAccount(account, isProven: isProven).bytes)
            }
            for (key, value) in answers.slots {
                add(CacheKey.slot(block, key), HeldWord(value, isProven: isProven).bytes)
            }
            for (number, hash) in answers.blockHashes {
                add(CacheKey.blockHash(block, number), HeldWord(hash.word, isProven: isProven).bytes)
            }
            return rows
        }
    }

    // MARK: Codes

    /// The code with this hash. It is its own checksum: one that hashes to something else is removed.
    func code(_ hash: Hash32) -> [UInt8]? {
        read { store, database in
            guard let code = try database.get(.codes, hash.bytes) else { return nil }
            if Keccak256.hash(code) == hash { return code }
            store.corrupt += 1
            if !store.isReadOnly { try database.write([.init(column: .codes, key: hash.bytes, value: nil)]) }
            return nil
        }
    }

    func keepCode(_ code: [UInt8], _ hash: Hash32) {
        write { _, _ in [RocksDatabase.Write(column: .codes, key: hash.bytes, value: code)] }
    }

    func lastCodeHash(of address: Address) -> Hash32? {
        record(.codes, address.bytes).flatMap { $0.count == 32 ? Hash32(bytes: $0) : nil }
    }

    func keepLastCodeHash(_ hash: Hash32, of address: Address) {
        let key = address.bytes
        write { _, _ in
            [RocksDatabase.Write(column: .codes, key: key, value: CacheRecord.seal(key, hash.bytes))]
        }
    }

    // MARK: Answers that cannot change

    func answer(_ request: RPCRequest, label: String) -> JSON? {
        record(.answers, Self.key(request, label)).flatMap { try? JSON.parse($0) }
    }

    func keepAnswer(_ request: RPCRequest, label: String, _ json: JSON) {
        let key = Self.key(request, label)
        write { _, _ in
            [RocksDatabase.Write(column: .answers, key: key, value: CacheRecord.seal(key, json.bytes))]
        }
    }

    private static func key(_ request: RPCRequest, _ label: String) -> [UInt8] {
        Keccak256.hash(Array(label.utf8) + request.encoded(id: 0)).bytes
    }
}
