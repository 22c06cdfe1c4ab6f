public import EVMCodec
public import EVMTypes

/// Why a block is not part of the chain, or could not be judged (`isJudgement` is false then).
public enum BlockProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes are no block.
    case malformed(BlockDecodingError)
    /// A rule of the header, or a field of it that differs from what execution gave.
    case header(HeaderProblem)
    /// A rule of the ommers.
    case ommers(OmmerProblem)
    /// More than 8 MiB of RLP, from Osaka on (EIP-7934).
    case tooLong(Int)
    /// Withdrawals are missing from Shanghai on, or there before.
    case withdrawals(expected: Bool)
    /// More blob gas than a block may use.
    case blobGasAboveLimit(limit: UInt64, used: UInt64)
    /// The transaction at this position, from 0, cannot be in the block.
    case transaction(Int, Rejection)
    /// The signature of the transaction at this position recovers no sender.
    case senderUnknown(Int)
    /// A contract that must be called at the block's end has no code (EIP-7002, EIP-7251).
    case systemContractMissing(Address)
    /// The call of such a contract failed.
    case systemCallFailed(Address, Halt)
    /// A log of the deposit contract has another layout than a deposit's (EIP-6110).
    case depositLog
    /// An account would hold 2^256 wei or more.
    case balanceOverflow(Address)
    /// The block of the DAO fork, whose change of the state is not part of Martlet.
    case daoFork
    /// The state lacks these; run again when it has them.
    case missing([StateNeed])
    /// A transaction or system call did not run to its end: memory limit, or a contract that Martlet does not have.
    case unanswered(Halt, Address?)
    /// The state is not held whole, so that it has no root.
    case stateIncomplete

    /// Whether the block itself is at fault.
    public var isJudgement: Bool {
        switch self {
        case .daoFork, .missing, .unanswered, .stateIncomplete, .header(.unknownFork): false
        default: true
        }
    }

    /// One line for people.
    public var description: String {
        switch self {
        case .malformed(let error): error.description
        case .header(let problem): "block refused: \(problem)"
        case .ommers(let problem): "block refused: ommers: \(problem)"
        case .tooLong(let count): "block refused: \(count) bytes, \(HeaderRules.blockBytesMax) are allowed (EIP-7934)"
        case .withdrawals(let expected):
            "block refused: withdrawals are \(expected ? "missing" : "there before Shanghai")"
        case .blobGasAboveLimit(let limit, let used): "block refused: \(used) blob gas, \(limit) are allowed"
        case .transaction(let index, let rejection): "block refused: transaction \(index): \(rejection)"
        case .senderUnknown(let index): "block refused: transaction \(index): the signature recovers no sender"
        case .systemContractMissing(let address): "block refused: system contract \(address) has no code"
        case .systemCallFailed(let address, let halt): "block refused: system call of \(address) failed: \(halt)"
        case .depositLog: "block refused: a deposit's log has another layout (EIP-6110)"
        case .balanceOverflow(let address): "block refused: \(address) would hold 2^256 wei or more"
        case .daoFork: "block not judged: the DAO fork is not supported"
        case .missing(let needs): "block not judged: the state lacks \(needs.count) items"
        case .unanswered(let halt, let address):
            "block not judged: \(halt) at \(address.map(\.hex) ?? "a transaction")"
        case .stateIncomplete: "block not judged: the state is not held whole"
        }
    }
}
