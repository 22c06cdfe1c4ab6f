internal import EVMCodec
public import EVMTypes

/// The cases of one official state test file ("GeneralStateTests" form).
///
/// Source: ethereum/tests documentation, "State Tests"; execution-spec-tests "State Tests" fixture format.
public struct StateTestFile: Sendable {
    /// In the file's order.
    public var cases: [StateTestCase]

    /// Reads a file's bytes. Throws an error that names the case; the caller knows the file.
    public init(_ bytes: [UInt8]) throws(TestFileError) {
        let object = try JSON.cases(bytes)
        cases = []
        for (name, body) in zip(object.keys, object.values) {
            do { cases.append(try StateTestCase(name, body)) } catch {
                throw TestFileError(name: name, error.problem)
            }
        }
    }
}

/// One case: a state, a block, a transaction in variants, and what each variant leads to at each fork.
public struct StateTestCase: Sendable {
    /// The test's name in its file.
    public var name: String
    /// The state before.
    public var pre: [TestAccount]
    /// The block.
    public var environment: StateTestEnvironment
    /// The transaction's members, for posts without `txbytes`.
    var transaction: JSON
    /// EIP-155 chain id.
    public var chainID: UInt64
    /// By fork name.
    var blobSchedule: JSON?
    /// What is expected, fork by fork in the file's order.
    public var posts: [StateTestPost]

    init(_ name: String, _ json: JSON) throws(TestFileError) {
        self.name = name
        pre = try TestAccount.all(try json.member("pre"), in: "pre")
        do { environment = try StateTestEnvironment(try json.member("env")) } catch {
            throw TestFileError("env: \(error.problem)")
        }
        transaction = try json.member("transaction")
        let config = json["config"]
        chainID =
            try config?["chainid"].map { value throws(TestFileError) in
                guard let id = value.quantityU64 else { throw TestFileError("config: chainid is no 64-bit quantity") }
                return id
            } ?? 1
        blobSchedule = config?["blobSchedule"]
        posts = []
        let forks = try json.members("post")
        for (fork, list) in zip(forks.keys, forks.values) {
            guard let list = list.array else { throw TestFileError("post: \(fork) is no list") }
            for (index, post) in list.enumerated() {
                do { posts.append(try StateTestPost(fork, index, post)) } catch {
                    throw TestFileError("post: \(fork)[\(index)]: \(error.problem)")
                }
            }
        }
    }
}

/// The block of a state test.
public struct StateTestEnvironment: Hashable, Sendable {
    /// Height.
    public var number: UInt64
    /// Seconds since 1970.
    public var timestamp: UInt64
    /// Who gets the tips.
    public var coinbase: Address
    /// Gas of the whole block.
    public var gasLimit: UInt64
    /// Before Paris; zero after it.
    public var difficulty: U256
    /// Nil before London.
    public var baseFee: U256?
    /// PREVRANDAO; nil before Paris.
    public var random: U256?
    /// Nil before Cancun.
    public var excessBlobGas: UInt64?
    /// The parent's hash, where the file names one.
    public var previousHash: Hash32?

    init(_ json: JSON) throws(TestFileError) {
        number = try json.number("currentNumber")
        timestamp = try json.number("currentTimestamp")
        coinbase = try json.address("currentCoinbase")
        gasLimit = try json.number("currentGasLimit")
        difficulty = json["currentDifficulty"] == nil ? .zero : try json.word("currentDifficulty")
        baseFee = json["currentBaseFee"] == nil ? nil : try json.word("currentBaseFee")
        random = json["currentRandom"] == nil ? nil : try json.word("currentRandom")
        excessBlobGas = json["currentExcessBlobGas"] == nil ? nil : try json.number("currentExcessBlobGas")
        previousHash = json["previousHash"] == nil ? nil : try json.hash("previousHash")
    }
}

/// What one variant of the transaction leads to at one fork.
public struct StateTestPost: Sendable {
    /// The fork's name in the file.
    public var fork: String
    /// Place in the fork's list.
    public var index: Int
    /// State root after.
    public var root: Hash32
    /// keccak256 of the RLP list of logs.
    public var logs: Hash32
    /// The signed transaction; nil in the oldest files.
    public var transactionBytes: [UInt8]?
    /// Which data, gas limit and value of the transaction's lists.
    public var dataIndex: Int
    /// Index into the file's gas limits.
    public var gasIndex: Int
    /// Index into the file's values.
    public var valueIndex: Int
    /// The names under which the transaction must be refused; nil when it must run.
    public var exception: String?
    /// The whole state after, unread.
    var state: JSON?

    init(_ fork: String, _ index: Int, _ json: JSON) throws(TestFileError) {
        self.fork = fork
        self.index = index
        root = try json.hash("hash")
        logs = try json.hash("logs")
        transactionBytes = json["txbytes"] == nil ? nil : try json.bytes("txbytes")
        let indexes = try json.member("indexes")
        func read(_ key: String) throws(TestFileError) -> Int {
            guard let value = try indexes.member(key).int, value >= 0 else {
                throw TestFileError("indexes: \(key) is no index")
            }
            return value
        }
        dataIndex = try read("data")
        gasIndex = try read("gas")
        valueIndex = try read("value")
        exception = json["expectException"]?.string
        state = json["state"]
    }
}
