import EVM
public import EVMCodec
public import EVMTypes

/// Whose rules a runner goes by.
public enum RunnerRules: Hashable, Sendable {
    /// The chain's own schedule (`ExecutionRules.rules(chainID:number:timestamp:)`).
    case schedule
    /// Ethereum's at this fork: chains of our own.
    case ethereum(Hardfork)
}

/// How a runner runs.
public struct RunnerConfig: Hashable, Sendable {
    /// Which rules the next block runs by.
    public var rules: RunnerRules
    /// EIP-155.
    public var chainID: UInt64
    /// Sender of our transactions: the executor's owner.
    public var owner: Address
    /// Contract that earns, and the token it earns in.
    public var executor: Address
    /// Token in which profit is counted.
    public var settlement: Address
    /// Seconds from a block to the next.
    public var blockSeconds: UInt64
    /// Gas limit above which a pending transaction is not run, so that none holds up the searcher for long.
    public var targetGasMax: UInt64 = 8_000_000

    public init(
        rules: RunnerRules, chainID: UInt64, owner: Address, executor: Address, settlement: Address,
        blockSeconds: UInt64
    ) {
        self.rules = rules
        self.chainID = chainID
        self.owner = owner
        self.executor = executor
        self.settlement = settlement
        self.blockSeconds = blockSeconds
    }
}

/// Runs transactions as the next block would, on what is known of the head's state.
///
/// State comes in by `fill` and is of one head; `pin` forgets it (codes stay: a hash names them for ever). Nothing here
/// waits: what is missing is named and the caller comes again. The same calls give the same answers.
/// One writer; not thread-safe.
public struct StateRunner: ~Copyable {
    /// Most rounds of one candidate: each gets at least one step further.
    public static let roundsMax = 96
    /// Accounts and slots held; a patch beyond it is not taken.
    static let entriesMax = 1_000_000

    /// What became of running a pending transaction.
    enum TargetRun {
        case ran([ReceiptLog])
        case reverts
        case rejected(Rejection)
        case missing([StateNeed])
        /// Not run: no runner, no rules, too much gas, or a contract that Martlet does not have.
        case unanswered(String)
    }

    let config: RunnerConfig?
    var machine: Machine?
    var state = PinnedState(unknown: .asked)
    var head: HeadID?
    var block = BlockEnvironment()
    var entries = 0
    /// Why nothing can be run at this head; nil when it can.
    var problem: String?
    /// The target whose effect the overlay holds below `floor`.
    var standing: Hash32?
    var floor: OverlayCheckpoint?

    /// A runner that runs nothing: the core then goes by calldata alone.
    public init() { config = nil }

    /// A runner with no head yet. Reserves 34 MB of address space.
    public init(_ config: RunnerConfig) {
        self.config = config
        machine = Machine()
    }

    /// Whether it can run transactions on `head`, as far as the state suffices.
    var isReady: Bool { machine != nil && head != nil && problem == nil }

    /// Stands on a new head, of whose state nothing is known yet.
    ///
    /// What the next block will have is not known in full: coinbase and gas limit are the head's, PREVRANDAO is the
    /// head's hash, blob base fee 1 wei, time one block later.
    mutating func pin(_ header: BlockHeader, nextBaseFee: U256) {
        guard let config else { return }
        forget()
        head = HeadID(number: header.number, hash: header.hash)
        block = BlockEnvironment(
            number: header.number &+ 1, timestamp: header.timestamp &+ config.blockSeconds, coinbase: header.coinbase,
            gasLimit: header.gasLimit, baseFee: nextBaseFee, difficultyOrRandao: header.hash.word, blobBaseFee: .one)
        state.setBlockHash(header.number, header.hash)
        problem = nil
        switch config.rules {
        case .ethereum(let fork): machine?.adopt(.ethereum(fork, chainID: config.chainID))
        case .schedule:
            do throws(RulesProblem) {
                machine?.adopt(
                    try ExecutionRules.rules(chainID: config.chainID, number: block.number, timestamp: block.timestamp))
            } catch {
                problem = error.description
            }
        }
    }

    /// Stands on no head.
    mutating func unpin() {
        forget()
        head = nil
    }

    private mutating func forget() {
        machine?.overlay.removeAll()
        state.removeState()
        (standing, floor, entries) = (nil, nil, 0)
    }

    /// Takes parts of the head's state over; those of another block, or beyond the bound, change nothing.
    mutating func fill(_ patch: StatePatch) {
        guard let head, patch.head == head.hash else { return }
        let count = patch.accounts.count + patch.slots.count
        guard entries + count <= Self.entriesMax else { return }
        entries += count
        machine?.overlay.removeAll()
        (standing, floor) = (nil, nil)
        for code in patch.codes { state.setCode(code) }
        for account in patch.accounts { state.setAccount(account.address, account.state) }
        for slot in patch.slots { state.setStorage(slot.address, slot.key, slot.value) }
        for (number, hash) in patch.blockHashes { state.setBlockHash(number, hash) }
    }

    /// Runs a pending transaction on the head alone, and keeps its effect for `verify`.
    mutating func run(_ transaction: borrowing Transaction, from sender: Address) -> TargetRun {
        guard let config, isReady else { return .unanswered(problem ?? "no head") }
        guard transaction.gasLimit <= config.targetGasMax else { return .unanswered("gas limit") }
        (standing, floor) = (nil, nil)
        machine?.overlay.removeAll()
        guard let result = machine?.execute(transaction, from: sender, in: block, on: state) else {
            return .unanswered("no machine")
        }
        switch result {
        case .executed(let outcome):
            guard outcome.isSuccess else { return .reverts }
            standing = transaction.hash
            floor = machine?.overlay.checkpoint()
            return .ran(machine?.logs(of: outcome) ?? [])
        case .rejected(let rejection): return .rejected(rejection)
        case .missing(let needs): return .missing(needs)
        case .unanswered(let halt, let address):
            return .unanswered(address.map { "\(halt) at \($0)" } ?? "\(halt)")
        }
    }
}
