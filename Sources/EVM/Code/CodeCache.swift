internal import EVMCrypto
internal import EVMTypes

/// One contract's code, ready to run.
struct CodeRecord: BitwiseCopyable {
    /// The code and `padding` zero bytes: a PUSH32 at the end and running off the end need no check.
    var bytes: UnsafeMutablePointer<UInt8>
    var count: Int
    /// One bit a byte, set where a JUMPDEST may be jumped to; nil until the first jump.
    var jumpdests: UnsafeMutablePointer<UInt64>?
    /// Whom the code delegates to (EIP-7702), when `isDelegation`.
    var delegate: Address
    var isDelegation: Bool
    /// How often the code was entered.
    var runs: UInt32 = 0
    /// Its translation in `CodeCache.programs`: -1 for none yet, -2 when it cannot be translated.
    var program: Int32 = -1
    var hash: Hash32

    static let padding = 33

    /// Copies `code`; the record must be freed.
    init(copying code: UnsafeBufferPointer<UInt8>, hash: Hash32) {
        count = code.count
        bytes = .allocate(capacity: count + Self.padding)
        if let start = code.baseAddress { bytes.update(from: start, count: count) }
        (bytes + count).initialize(repeating: 0, count: Self.padding)
        jumpdests = nil
        self.hash = hash
        isDelegation = count == 23 && bytes[0] == 0xef && bytes[1] == 0x01 && bytes[2] == 0x00
        delegate = .zero
        if isDelegation { delegate = Address(bytes: UnsafeBufferPointer(start: bytes + 3, count: 20)) }
    }

    func free() {
        bytes.deallocate()
        jumpdests?.deallocate()
    }

    /// Bytes of memory it holds, about.
    var cost: Int { count + count / 8 + 200 }

    mutating func analyse() { jumpdests = Self.jumpdests(bytes, count) }

    /// Finds the JUMPDESTs that are not data of a PUSH. One pass over the code; the caller frees the answer.
    static func jumpdests(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> UnsafeMutablePointer<UInt64> {
        let words = count / 64 + 1
        let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: words)
        bits.initialize(repeating: 0, count: words)
        var at = 0
        while at < count {
            let opcode = bytes[at]
            if opcode == 0x5b {
                bits[at &>> 6] |= 1 &<< UInt64(at & 63)
            } else if opcode >= 0x60, opcode <= 0x7f {
                at &+= Int(opcode) &- 0x5f
            }
            at &+= 1
        }
        return bits
    }
}

/// Codes by hash, each copied and analysed once and kept for the runs to come.
struct CodeCache: ~Copyable {
    var records = Slab<CodeRecord>(capacity: 64)
    var programs = Slab<Program>(capacity: 16)
    private var byHash: [Hash32: Int32] = [:]
    /// Rises when the cache is emptied, so that indices held elsewhere are seen to be old.
    /// Starts anywhere, so that an overlay that comes from another machine is seen to be another's.
    private(set) var generation = UInt64.random(in: 1 ... .max / 2)
    private(set) var bytes = 0

    /// The index of the empty code.
    static let empty: Int32 = 0

    init() { _ = add([], hash: AccountState.emptyCodeHash) }

    deinit {
        for index in 0..<records.count { records[index].free() }
        for index in 0..<programs.count { programs[index].free() }
    }

    /// The index of the code with this hash; nil when the cache does not have it.
    func index(of hash: Hash32) -> Int32? {
        hash == AccountState.emptyCodeHash ? Self.empty : byHash[hash]
    }

    /// Takes a copy of `code`, whose hash is `hash`.
    mutating func add(_ code: [UInt8], hash: Hash32) -> Int32 {
        let record = code.withUnsafeBufferPointer { CodeRecord(copying: $0, hash: hash) }
        records.append(record)
        bytes += record.cost
        let index = Int32(records.count - 1)
        byHash[hash] = index
        return index
    }

    /// Translates the code when it can be; whether it is translated then.
    mutating func translate(_ index: Int, _ table: UnsafeMutablePointer<InstructionInfo>) -> Bool {
        if records[index].program >= 0 { return true }
        if records[index].program == -2 { return false }
        if records[index].jumpdests == nil { records[index].analyse() }
        guard records[index].count > 0, let program = Translator.translate(records[index], table) else {
            records[index].program = -2
            return false
        }
        programs.append(program)
        bytes += program.cost
        records[index].program = Int32(programs.count - 1)
        return true
    }

    /// Forgets every code. Indices from before are void.
    mutating func removeAll() {
        for index in 0..<records.count { records[index].free() }
        for index in 0..<programs.count { programs[index].free() }
        records.count = 0
        programs.count = 0
        byHash.removeAll()
        bytes = 0
        generation &+= 1
        _ = add([], hash: AccountState.emptyCodeHash)
    }
}
