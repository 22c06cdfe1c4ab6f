import EVM
import EVMCodec
import EVMCrypto
import EVMTypes

/// A block while it is made. Its changes are in the machine's overlay.
struct BlockDraft {
    var header: ConsensusHeader
    var environment: BlockEnvironment
    var transactions: [MinedTransaction] = []
    var gasUsed: UInt64 = 0
    var blobGasUsed: UInt64 = 0
    var bloom = Bloom()
    var logCount = 0

    var gasLeft: UInt64 { environment.gasLimit - gasUsed }

    /// Takes over what a transaction did.
    mutating func add(_ pooled: PooledTransaction, _ outcome: Outcome, logs: [ReceiptLog]) {
        gasUsed += outcome.gasUsed
        let blobGas = UInt64(pooled.transaction.blobVersionedHashes.count) * BlobParameters.gasPerBlob
        blobGasUsed += blobGas
        environment.blobGasLeft -= min(environment.blobGasLeft, blobGas)
        let receipt = ConsensusReceipt(
            kind: pooled.transaction.kind, outcome: .status(outcome.isSuccess), cumulativeGasUsed: gasUsed, logs: logs)
        bloom.formUnion(receipt.bloom)
        transactions.append(
            MinedTransaction(
                pooled: pooled, receipt: receipt, gasUsed: outcome.gasUsed, effectiveGasPrice: outcome.gasPrice,
                created: outcome.created, firstLog: logCount))
        logCount += logs.count
    }
}

extension DevnetChain {
    /// What the next block's header and environment are, before any transaction. `timestamp` nil: the clock's.
    func draft(timestamp: UInt64? = nil) throws(DevnetError) -> BlockDraft {
        let parent = head.header
        guard parent.number < .max, parent.timestamp < .max - 1 else { throw DevnetError("the chain is at its end") }
        var header = ConsensusHeader()
        header.parentHash = head.hash
        header.coinbase = settings.coinbase
        header.number = parent.number + 1
        header.gasLimit = settings.gasLimit
        header.timestamp = timestamp ?? nextTimestamp()
        guard header.timestamp > parent.timestamp else {
            throw DevnetError(
                "Timestamp error: \(header.timestamp) is lower than or equal to previous block's timestamp")
        }
        header.extraData = Array("martlet devnet".utf8)
        header.mixHash =
            settings.nextRandao ?? Randao.value(seed: config.seed, number: header.number, branch: branch)
        header.baseFeePerGas = settings.nextBaseFee ?? nextBaseFee
        if config.fork >= .shanghai { header.withdrawalsRoot = MerklePatricia.emptyRoot }
        let blobs = schedule.blobs(timestamp: header.timestamp)
        if config.fork >= .cancun, let blobs {
            header.blobGasUsed = 0
            header.excessBlobGas =
                blobs.excessBlobGas(
                    parentExcess: parent.excessBlobGas ?? 0, parentUsed: parent.blobGasUsed ?? 0,
                    parentBaseFee: parent.baseFeePerGas ?? .zero, hasReservePrice: config.fork >= .osaka) ?? 0
            header.parentBeaconBlockRoot = .zero
        }
        return BlockDraft(
            header: header,
            environment: BlockEnvironment(
                number: header.number, timestamp: header.timestamp, coinbase: header.coinbase,
                gasLimit: header.gasLimit, baseFee: header.baseFeePerGas ?? .zero,
                difficultyOrRandao: header.mixHash.word,
                blobBaseFee: blobs?.baseFee(excessBlobGas: header.excessBlobGas ?? 0) ?? .zero,
                blobGasLeft: blobs?.maxGas ?? 0))
    }

    /// The base fee that EIP-1559 gives the block after the head.
    var nextBaseFee: U256 { baseFee(after: head) }

    /// The base fee that EIP-1559 gives the child of a block.
    func baseFee(after block: SealedBlock) -> U256 {
        let parent = block.header
        return BaseFee.next(
            parentBaseFee: parent.baseFeePerGas ?? .zero, parentGasLimit: parent.gasLimit,
            parentGasUsed: parent.gasUsed) ?? .max
    }

    /// EIP-4788 and EIP-2935, on an empty overlay.
    func open(_ draft: borrowing BlockDraft) throws(DevnetError) {
        machine.overlay.removeAll()
        machine.adopt(rules)
        try Self.callAtStart(draft.header, config: config, draft.environment, &machine, world.head)
    }

    /// EIP-4788 and EIP-2935, whose changes the overlay holds afterwards.
    static func callAtStart(
        _ header: ConsensusHeader, config: DevnetConfig, _ environment: BlockEnvironment, _ machine: inout Machine,
        _ state: borrowing PinnedState
    ) throws(DevnetError) {
        if let root = header.parentBeaconBlockRoot {
            _ = try callSystem(SystemContracts.beaconRoots, root.bytes, environment, &machine, state)
        }
        if config.fork >= .prague {
            _ = try callSystem(SystemContracts.history, header.parentHash.bytes, environment, &machine, state)
        }
    }

    private static func callSystem(
        _ address: Address, _ data: [UInt8], _ environment: BlockEnvironment, _ machine: inout Machine,
        _ state: borrowing PinnedState
    ) throws(DevnetError) -> [UInt8] {
        switch machine.systemCall(to: address, data: data, in: environment, on: state) {
        case .ended(let halt, _): return halt.isSuccess ? machine.output : []
        case .missing(let needs): throw .missing(needs)
        case .unanswered(let halt, let address): throw .unanswered(halt, address)
        }
    }

    /// Runs one transaction in the block; false when it cannot be in it now.
    func put(_ pooled: PooledTransaction, into draft: inout BlockDraft) throws(DevnetError) -> Rejection? {
        var options = ExecutionOptions.consensus
        options.checksSenderCode = pooled.isSigned
        let result = machine.execute(
            pooled.transaction, from: pooled.sender, in: draft.environment, on: world.head, options: options,
            blockGasLeft: draft.gasLeft)
        switch result {
        case .executed(let outcome):
            draft.add(pooled, outcome, logs: machine.logs(of: outcome))
            return nil
        case .rejected(let rejection): return rejection
        case .missing(let needs): throw .missing(needs)
        case .unanswered(let halt, let address): throw .unanswered(halt, address)
        }
    }

    /// Requests, roots and hash; writes the overlay into the state. Nothing is changed when it throws.
    func close(_ finished: BlockDraft) throws(DevnetError) -> SealedBlock {
        var draft = finished
        if config.fork >= .prague { draft.header.requestsHash = Requests.hash(try requests(draft)) }
        let start = world.position
        world.commit(&machine.overlay)
        var header = draft.header
        header.gasUsed = draft.gasUsed
        if header.blobGasUsed != nil { header.blobGasUsed = draft.blobGasUsed }
        header.logsBloom = draft.bloom
        header.receiptsRoot = ConsensusReceipt.root(draft.transactions.map(\.receipt))
        header.transactionsRoot = MerklePatricia.orderedRoot(draft.transactions.map(\.pooled.raw))
        header.stateRoot = world.root() ?? forkedStateRoot(header)
        return SealedBlock(
            header: header, hash: header.hash, transactions: draft.transactions,
            blobBaseFee: draft.environment.blobBaseFee, startPosition: start, position: world.position)
    }

    /// Over a fork the state has no root that could be computed: the field then is a hash of the parent's state root
    /// and the block's own roots, which differs from block to block and proves nothing.
    private func forkedStateRoot(_ header: ConsensusHeader) -> Hash32 {
        Keccak256.hash(
            head.header.stateRoot.bytes + header.transactionsRoot.bytes + header.receiptsRoot.bytes
                + header.mixHash.bytes)
    }

    private func requests(_ draft: BlockDraft) throws(DevnetError) -> [[UInt8]] {
        var requests: [[UInt8]] = []
        if let contract = schedule.depositContract {
            let logs = draft.transactions.lazy.flatMap(\.receipt.logs)
            // Only the true contract emits such logs, in the one layout.
            let deposits = Requests.deposits(logs, contract: contract) ?? []
            if !deposits.isEmpty { requests.append([Requests.Kind.deposit.rawValue] + deposits) }
        }
        let queues: [(Requests.Kind, Address)] = [
            (.withdrawal, SystemContracts.withdrawals), (.consolidation, SystemContracts.consolidations),
        ]
        for (kind, address) in queues {
            let data = try Self.callSystem(address, [], draft.environment, &machine, world.head)
            if !data.isEmpty { requests.append([kind.rawValue] + data) }
        }
        return requests
    }
}
