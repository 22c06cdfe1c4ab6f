public import EVM
internal import EVMCodec
public import EVMTypes

/// What one case of a test file came to: one state transition, one chain of blocks, one frame.
public struct CaseResult: Hashable, Sendable {
    /// The case's name.
    public var name: String
    /// The fork's, or for block tests the network's, name in the file.
    public var fork: String
    /// Place in the fork's list; 0 where there is none.
    public var index = 0
    /// The root that came out; zero where none was computed.
    public var stateRoot = Hash32.zero
    /// The first thing that is wrong; nil when it passed.
    public var mismatch: StateMismatch?
    /// Gas used: after the refund for a transaction, in all blocks together for a chain; 0 when nothing ran.
    public var gasUsed: UInt64 = 0
    /// How the first frame ended; nil for a transaction that was refused and for chains.
    public var halt: Halt?
    /// Why a transaction was refused, as it was expected to be or not.
    public var refusal: String?

    init(name: String, fork: String, index: Int = 0) {
        self.name = name
        self.fork = fork
        self.index = index
    }

    /// Whether everything is as the test says.
    public var passed: Bool { mismatch == nil }
}

/// Which cases of a file are run.
public struct CaseSelection: Hashable, Sendable {
    /// Only this fork or network, by its name in the files (`TestFork.canonical`).
    public var fork: String?
    /// Only cases whose name contains this text.
    public var nameContains: String?

    public init(fork: String? = nil, nameContains: String? = nil) {
        self.fork = fork
        self.nameContains = nameContains
    }

    func includes(name: String) -> Bool { nameContains.map { name.contains($0) } ?? true }
    func includes(fork name: String) -> Bool { fork.map { $0 == name } ?? true }
}

/// Runs whole files of one kind of tests; one a thread.
protocol FileRunner: ~Copyable, SendableMetatype {
    init(limits: MachineLimits)
    mutating func run(file: String, _ options: ConformanceOptions) throws(TestFileError) -> FileAnswer
}

/// What one file came to.
struct FileAnswer: Sendable {
    var results: [CaseResult] = []
    var problems: [TestFileError] = []
}

extension JSON {
    /// The cases of a test file's bytes, in order.
    static func cases(_ bytes: [UInt8]) throws(TestFileError) -> JSONObject {
        let json: JSON
        do { json = try JSON.parse(bytes) } catch { throw TestFileError("\(error)") }
        guard let object = json.object else { throw TestFileError("a test file is a JSON object of cases") }
        return object
    }
}
