public import EVMCodec
public import EVMTypes

/// What a block did.
public struct BlockOutcome: Hashable, Sendable {
    /// One a transaction.
    public var receipts: [ConsensusReceipt]
    /// Gas of all transactions.
    public var gasUsed: UInt64
    /// The filter of all logs.
    public var logsBloom: Bloom
    /// Requests to the consensus layer, `type ‖ data` each, those without data left out; nil before Prague.
    public var requests: [[UInt8]]?
    /// The root of the state afterwards; nil until it is computed.
    public var stateRoot: Hash32?
}

/// Runs whole blocks. Source: Yellow Paper section 11; EIP-4788, 4895, 2935, 6110, 7002, 7251, 7685.
public enum BlockExecutor {
    /// Runs everything in `block` in order: system calls, transactions, withdrawals, requests, rewards.
    ///
    /// The header's own rules and the body's are taken as checked. The changes are in the machine's overlay afterwards,
    /// also what a refused block changed: discard it then. The state root is not computed, so a state that is not held
    /// whole will do; `compare` judges the header's fields.
    /// - Parameter blobs: the block's blob parameters; needed from Cancun on.
    public static func execute(
        _ block: borrowing Block, on state: borrowing PinnedState, rules: ExecutionRules, blobs: BlobParameters?,
        depositContract: Address?, with machine: inout Machine
    ) throws(BlockProblem) -> BlockOutcome {
        machine.adopt(rules)
        var run = BlockRun(block.header, rules: rules, blobs: blobs)
        machine.begin(run.environment, on: state)
        try run.callAtStart(block.header, on: state, with: &machine)
        for index in block.transactions.indices {
            try run.execute(block.transactions[index], at: index, on: state, with: &machine)
        }
        for withdrawal in block.withdrawals ?? [] {
            try credit(withdrawal.address, withdrawal.amountWei, with: &machine)
        }
        if rules.fork >= .prague {
            try run.collectRequests(depositContract: depositContract, on: state, with: &machine)
        }
        if rules.fork < .paris { try reward(block, rules.fork, with: &machine) }
        return run.outcome
    }

    /// Compares what a block did with its header; `stateRoot` when it is there. Throws the first field that differs.
    public static func compare(
        _ outcome: borrowing BlockOutcome, with header: borrowing ConsensusHeader
    ) throws(HeaderProblem) {
        func expect(_ field: HeaderField, _ expected: U256?, _ got: U256?) throws(HeaderProblem) {
            if expected != got { throw .differs(field, expected: expected, got: got) }
        }
        try expect(.gasUsed, U256(outcome.gasUsed), U256(header.gasUsed))
        if outcome.logsBloom != header.logsBloom {
            throw .bloomDiffers(expected: outcome.logsBloom, got: header.logsBloom)
        }
        try expect(.receiptsRoot, ConsensusReceipt.root(outcome.receipts).word, header.receiptsRoot.word)
        try expect(.requestsHash, outcome.requests.map { Requests.hash($0).word }, header.requestsHash?.word)
        if let root = outcome.stateRoot { try expect(.stateRoot, root.word, header.stateRoot.word) }
    }

    /// Adds wei to a balance outside of any transaction. Nothing added to an empty account deletes it (EIP-161).
    private static func credit(
        _ address: Address, _ amount: U256, with machine: inout Machine
    ) throws(BlockProblem) {
        let account = machine.overlay.account(address, machine.base)
        if account < 0 { throw .missing(machine.overlay.needs) }
        if amount.isZero {
            let live = machine.overlay.accounts[account]
            if machine.fork >= .spuriousDragon, live.exists, live.isEmpty { machine.overlay.delete(account) }
            return
        }
        guard let sum = machine.overlay.accounts[account].balance.adding(amount) else {
            throw .balanceOverflow(address)
        }
        machine.overlay.setBalance(account, sum)
    }

    private static func reward(
        _ block: borrowing Block, _ fork: Hardfork, with machine: inout Machine
    ) throws(BlockProblem) {
        let header = block.header
        try credit(header.coinbase, BlockReward.miner(fork, ommers: min(2, block.ommers.count)), with: &machine)
        for ommer in block.ommers {
            // Ommers that were checked are one to six blocks older.
            let age = header.number &- ommer.number
            try credit(ommer.coinbase, BlockReward.ommer(fork, age: age), with: &machine)
        }
    }
}

/// A block while it runs.
private struct BlockRun {
    let rules: ExecutionRules
    var environment: BlockEnvironment
    var outcome = BlockOutcome(receipts: [], gasUsed: 0, logsBloom: Bloom(), requests: nil, stateRoot: nil)

    init(_ header: ConsensusHeader, rules: ExecutionRules, blobs: BlobParameters?) {
        self.rules = rules
        environment = BlockEnvironment(
            number: header.number, timestamp: header.timestamp, coinbase: header.coinbase, gasLimit: header.gasLimit,
            baseFee: header.baseFeePerGas ?? .zero,
            difficultyOrRandao: rules.fork >= .paris ? header.mixHash.word : header.difficulty,
            blobBaseFee: blobs?.baseFee(excessBlobGas: header.excessBlobGas ?? 0) ?? .zero,
            blobGasLeft: blobs?.maxGas ?? 0)
    }

    /// EIP-4788 and EIP-2935. A contract that is not there, or fails, changes nothing.
    func callAtStart(
        _ header: ConsensusHeader, on state: borrowing PinnedState, with machine: inout Machine
    ) throws(BlockProblem) {
        if rules.fork >= .cancun, let root = header.parentBeaconBlockRoot {
            _ = try call(SystemContracts.beaconRoots, root.bytes, on: state, with: &machine)
        }
        if rules.fork >= .prague {
            _ = try call(SystemContracts.history, header.parentHash.bytes, on: state, with: &machine)
        }
    }

    mutating func execute(
        _ transaction: Transaction, at index: Int, on state: borrowing PinnedState, with machine: inout Machine
    ) throws(BlockProblem) {
        guard let sender = transaction.sender(allowingHighS: rules.fork == .frontier) else {
            throw .senderUnknown(index)
        }
        let result = machine.execute(
            transaction, from: sender, in: environment, on: state,
            blockGasLeft: environment.gasLimit - outcome.gasUsed)
        let done: Outcome
        switch result {
        case .executed(let outcome): done = outcome
        case .rejected(let rejection): throw .transaction(index, rejection)
        case .missing(let needs): throw .missing(needs)
        case .unanswered(let halt, let address): throw .unanswered(halt, address)
        }
        // Fits: the gas limit, and with it what was used, is at most what was left.
        outcome.gasUsed += done.gasUsed
        environment.blobGasLeft -= UInt64(transaction.blobVersionedHashes.count) * BlobParameters.gasPerBlob
        var status = ConsensusReceipt.Outcome.status(done.isSuccess)
        if rules.fork < .byzantium {
            guard state.unknown == .absent else { throw .stateIncomplete }
            status = .stateRoot(state.stateRoot(with: machine.overlay.changes(on: state)))
        }
        let receipt = ConsensusReceipt(
            kind: transaction.kind, outcome: status, cumulativeGasUsed: outcome.gasUsed, logs: machine.logs(of: done))
        outcome.logsBloom.formUnion(receipt.bloom)
        outcome.receipts.append(receipt)
    }

    /// Deposits from the logs, and what the two queues give.
    mutating func collectRequests(
        depositContract: Address?, on state: borrowing PinnedState, with machine: inout Machine
    ) throws(BlockProblem) {
        var requests: [[UInt8]] = []
        func add(_ kind: Requests.Kind, _ data: [UInt8]) {
            if !data.isEmpty { requests.append([kind.rawValue] + data) }
        }
        if let depositContract {
            let logs = outcome.receipts.lazy.flatMap(\.logs)
            guard let deposits = Requests.deposits(logs, contract: depositContract) else { throw .depositLog }
            add(.deposit, deposits)
        }
        add(.withdrawal, try drain(SystemContracts.withdrawals, on: state, with: &machine))
        add(.consolidation, try drain(SystemContracts.consolidations, on: state, with: &machine))
        outcome.requests = requests
    }

    /// The output of a system contract that must be there and must succeed.
    private func drain(
        _ address: Address, on state: borrowing PinnedState, with machine: inout Machine
    ) throws(BlockProblem) -> [UInt8] {
        let account = machine.overlay.account(address, machine.base)
        if account < 0 { throw .missing(machine.overlay.needs) }
        guard machine.overlay.accounts[account].hasCode else { throw .systemContractMissing(address) }
        let halt = try call(address, [], on: state, with: &machine)
        guard halt.isSuccess else { throw .systemCallFailed(address, halt) }
        return machine.output
    }

    private func call(
        _ address: Address, _ data: [UInt8], on state: borrowing PinnedState, with machine: inout Machine
    ) throws(BlockProblem) -> Halt {
        switch machine.systemCall(to: address, data: data, in: environment, on: state) {
        case .ended(let halt, _): return halt
        case .missing(let needs): throw .missing(needs)
        case .unanswered(let halt, let address): throw .unanswered(halt, address)
        }
    }
}
