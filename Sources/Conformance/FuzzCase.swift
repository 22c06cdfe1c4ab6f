public import EVM
public import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// One case of the differential fuzzer: a state, a block and signed transactions that run in it one after the other.
///
/// `Tests/Fuzz/oracle.py` says what the JSON holds. Block rules hold: gas and blob gas of the block run out. There are
/// no system calls, rewards or withdrawals.
public struct FuzzCase: Sendable {
    /// The rules.
    public var fork: Hardfork
    /// The block, with all its blob gas left.
    public var block: BlockEnvironment
    /// Raw signed transactions.
    public var transactions: [[UInt8]]
    private var accounts: [TestAccount]

    /// Reads a case; nil when anything is missing or of another shape.
    public init?(_ json: JSON) {
        guard let name = json["fork"]?.string, let fork = Self.forks[name], let env = json["env"],
            let block = Self.block(env), let pre = json["pre"],
            let accounts = try? TestAccount.all(pre, in: "pre"), let txs = json["txs"]?.array
        else { return nil }
        self.fork = fork
        self.block = block
        self.accounts = accounts
        transactions = []
        for text in txs {
            guard let raw = text.hexBytes else { return nil }
            transactions.append(raw)
        }
    }

    private static let forks = Dictionary(uniqueKeysWithValues: Hardfork.allCases.map { ("\($0)", $0) })

    private static func block(_ env: JSON) -> BlockEnvironment? {
        guard let number = env["number"]?.quantityU64, let time = env["time"]?.quantityU64,
            let coinbase = env["coinbase"]?.address, let gasLimit = env["gasLimit"]?.quantityU64,
            let baseFee = env["baseFee"]?.quantityU256, let difficulty = env["difficulty"]?.quantityU256
        else { return nil }
        return BlockEnvironment(
            number: number, timestamp: time, coinbase: coinbase, gasLimit: gasLimit, baseFee: baseFee,
            difficultyOrRandao: difficulty, blobBaseFee: env["blobBaseFee"]?.quantityU256 ?? .zero,
            blobGasLeft: env["blobGasLimit"]?.quantityU64 ?? 0)
    }

    /// The state before the first transaction, given whole, with the block hashes that BLOCKHASH can ask for.
    public func state() -> PinnedState {
        var state = PinnedState(unknown: .absent)
        state.set(accounts)
        for number in (block.number - min(256, block.number))..<block.number {
            state.setBlockHash(number, StateTestRules.blockHash(number))
        }
        return state
    }
}

/// What the official state tests fix that no rule of the chain does.
enum StateTestRules {
    /// The hash that the tests give block `number`: keccak256 of the number in decimal digits.
    static func blockHash(_ number: UInt64) -> Hash32 { Keccak256.hash(Array(String(number).utf8)) }
}

/// What came of one transaction of a fuzz case.
public enum FuzzOutcome: Hashable, Sendable {
    /// It ran: gas, how its first frame ended, and what it returned.
    case executed(gas: UInt64, Halt, output: [UInt8])
    /// It cannot be in the block; why is for people only.
    case rejected(String)
    /// No answer: a contract that Martlet does not have, or too much memory.
    case unanswered(Halt)
}

/// What came of a fuzz case.
public struct FuzzAnswer: Sendable {
    /// One for each transaction.
    public var outcomes: [FuzzOutcome]
    /// Keccak-256 of the RLP of all logs.
    public var logs: Hash32
    /// The state's root at the end.
    public var root: Hash32
    /// How two ways of running the case disagree; nil when they do not.
    public var disagreement: String?
}
