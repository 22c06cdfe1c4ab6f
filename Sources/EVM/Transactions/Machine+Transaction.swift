public import EVMCodec
public import EVMTypes

/// What a transaction costs before it runs, and whom it concerns.
struct TransactionPlan {
    var sender: Int
    var coinbase: Int
    var recipient: Int
    var baseFeeRecipient: Int
    /// Wei a gas that the sender pays.
    var price: U256
    /// Wei a gas that the tip recipient gets.
    var tip: U256
    /// Wei for blobs.
    var blobFee: U256
    var intrinsic: UInt64
    var floor: UInt64
}

extension Machine {
    /// Runs one transaction over the overlay, on a pinned state.
    ///
    /// On `.executed` the overlay holds what it changed, also when it failed (its fees). On any other answer nothing is
    /// changed. Source: Yellow Paper §6; EIP-1559, 2929, 2930, 3529, 3607, 3651, 4844, 7623, 7702, 7825.
    /// - Parameter blockGasLeft: gas left in the block; its whole limit when nil.
    public mutating func execute(
        _ transaction: borrowing Transaction, from sender: Address, in block: BlockEnvironment,
        on state: borrowing PinnedState, options: ExecutionOptions = .consensus, blockGasLeft: UInt64? = nil
    ) -> ExecutionResult {
        var observer = NoObserver()
        return execute(
            transaction, from: sender, in: block, on: state, options: options, blockGasLeft: blockGasLeft,
            observer: &observer)
    }

    mutating func execute<Observer: StepObserver & ~Copyable>(
        _ transaction: borrowing Transaction, from sender: Address, in block: BlockEnvironment,
        on state: borrowing PinnedState, options: ExecutionOptions, blockGasLeft: UInt64?,
        observer: inout Observer
    ) -> ExecutionResult {
        begin(block, on: state)
        translates = limits.translates && !Observer.isActive
        isTraced = Observer.isActive
        let checkpoint = overlay.openCheckpoint()
        overlay.startRun(checkpoint)
        let plan: TransactionPlan
        do {
            plan = try prepare(transaction, sender, options, blockGasLeft ?? block.gasLimit)
        } catch {
            overlay.takeBack(to: checkpoint)
            return .rejected(error)
        }
        if !overlay.needs.isEmpty { return giveUp(checkpoint) }
        buyGas(transaction, plan, options)
        let coinbaseBefore = overlay.accounts[plan.coinbase].balance
        guard warmUp(transaction, plan), let halt = runRoot(transaction, sender, plan, &observer) else {
            return giveUp(checkpoint)
        }
        if halt.isUnanswered { return giveUp(checkpoint, halt) }
        return .executed(settle(transaction, plan, halt, coinbaseBefore, checkpoint))
    }

    /// Lends the state to the machine, and makes the overlay's view of the code cache sound.
    mutating func begin(_ block: BlockEnvironment, on state: borrowing PinnedState) {
        self.block = block
        base = BaseView(store: state.store, asks: state.unknown == .asked)
        if codes.bytes > limits.codeCacheMax { codes.removeAll() }
        if overlay.codeGeneration != codes.generation {
            for index in 0..<overlay.accounts.count { overlay.accounts[index].codeIndex = -1 }
            overlay.codeGeneration = codes.generation
        }
        if !overlay.needs.isEmpty { overlay.needs.removeAll() }
        returnData.count = 0
        outputCount = 0
        ripemdTouched = false
        unsupportedPrecompile = nil
        depth = -1
        frame = frames.base - 1
    }

    private mutating func giveUp(_ checkpoint: OverlayCheckpoint, _ halt: Halt = .missingState) -> ExecutionResult {
        overlay.takeBack(to: checkpoint)
        if halt == .missingState {
            let needs = overlay.needs
            overlay.needs.removeAll()
            return .missing(needs)
        }
        return .unanswered(halt, unsupportedPrecompile)
    }

    // MARK: Before the run

    /// Judges the transaction. When the state lacks an account, `overlay.needs` says so afterwards.
    private mutating func prepare(
        _ transaction: borrowing Transaction, _ sender: Address, _ options: ExecutionOptions, _ gasLeft: UInt64
    ) throws(Rejection) -> TransactionPlan {
        try judge(transaction, options, gasLeft)
        let feeCap = transaction.feeCap
        guard !options.checksBaseFee || fork < .london || feeCap >= block.baseFee else { throw .feeCapBelowBaseFee }
        var plan = TransactionPlan(
            sender: overlay.account(sender, base),
            coinbase: overlay.account(rules.tipRecipient ?? block.coinbase, base), recipient: -1,
            baseFeeRecipient: -1, price: feeCap, tip: feeCap, blobFee: .zero,
            intrinsic: transaction.intrinsicGas(fork),
            floor: rules.hasCalldataFloor ? transaction.floorGas(fork) : 0)
        if let to = transaction.to { plan.recipient = overlay.account(to, base) }
        if let recipient = rules.baseFeeRecipient { plan.baseFeeRecipient = overlay.account(recipient, base) }
        if fork >= .london {
            plan.tip = rules.dropsTips ? .zero : transaction.effectiveTip(baseFee: block.baseFee) ?? .zero
            plan.price = min(block.baseFee &+ plan.tip, feeCap)
        }
        guard transaction.gasLimit >= max(plan.intrinsic, plan.floor) else { throw .malformed(.intrinsicGasTooLow) }
        if transaction.kind == .blob {
            let gas = UInt64(transaction.blobVersionedHashes.count) * rules.gasPerBlob
            plan.blobFee = U256(gas) &* block.blobBaseFee
        }
        if overlay.needs.isEmpty { try judgeSender(transaction, plan, options) }
        return plan
    }

    /// The rules that need no state.
    private func judge(
        _ transaction: borrowing Transaction, _ options: ExecutionOptions, _ gasLeft: UInt64
    ) throws(Rejection) {
        guard fork >= transaction.kind.firstFork, transaction.kind != .blob || rules.allowsBlobs else {
            throw .malformed(.kindNotActive)
        }
        if let chainID = transaction.chainID {
            guard fork >= .spuriousDragon else { throw .malformed(.replayProtectionNotActive) }
            guard chainID == rules.chainID else { throw .malformed(.wrongChain) }
        }
        if let problem = transaction.wellFormednessProblem(allowingHighS: fork == .frontier) {
            throw .malformed(problem)
        }
        if transaction.to == nil, transaction.data.count > rules.initCodeMax { throw .malformed(.initCodeTooLarge) }
        if options.checksTransactionGasMax, let most = rules.transactionGasMax, transaction.gasLimit > most {
            throw .malformed(.gasLimitTooHigh)
        }
        guard transaction.gasLimit <= UInt64(Int64.max) else { throw .gasLimitTooLarge }
        if options.checksBlockGas, transaction.gasLimit > gasLeft { throw .blockGasExceeded }
        guard transaction.kind == .blob else { return }
        let blobs = transaction.blobVersionedHashes.count
        if let most = rules.blobsPerTransactionMax, blobs > most { throw .tooManyBlobs }
        if UInt64(blobs) * rules.gasPerBlob > block.blobGasLeft { throw .tooManyBlobs }
        if options.checksBaseFee, transaction.maxFeePerBlobGas < block.blobBaseFee { throw .blobFeeCapTooLow }
    }

    private mutating func judgeSender(
        _ transaction: borrowing Transaction, _ plan: TransactionPlan, _ options: ExecutionOptions
    ) throws(Rejection) {
        let sender = overlay.accounts[plan.sender]
        if options.checksNonce, sender.nonce != transaction.nonce {
            throw .nonce(expected: sender.nonce, got: transaction.nonce)
        }
        if options.checksSenderCode, sender.hasCode {
            let index = code(of: plan.sender)
            if index < 0 { return }
            guard fork >= .prague, codes.records[Int(index)].isDelegation else { throw .senderHasCode }
        }
        guard options.checksBalance else { return }
        guard let needs = highestCost(transaction) else { throw .costOverflow }
        guard sender.balance >= needs else { throw .insufficientFunds(has: sender.balance, needs: needs) }
    }

    /// Gas at the fee cap, value, and blobs at their fee cap; nil beyond 2^256-1.
    private func highestCost(_ transaction: borrowing Transaction) -> U256? {
        let blobGas = U256(UInt64(transaction.blobVersionedHashes.count) * rules.gasPerBlob)
        guard let gas = U256(transaction.gasLimit).multiplied(by: transaction.feeCap),
            let blobs = blobGas.multiplied(by: transaction.maxFeePerBlobGas)
        else { return nil }
        return gas.adding(transaction.value)?.adding(blobs)
    }

    /// Takes the price of all its gas and blobs, and counts the nonce up.
    private mutating func buyGas(
        _ transaction: borrowing Transaction, _ plan: TransactionPlan, _ options: ExecutionOptions
    ) {
        let cost = U256(transaction.gasLimit) &* plan.price &+ plan.blobFee
        if !options.checksBalance {
            let wanted = cost.adding(transaction.value) ?? .max
            if overlay.accounts[plan.sender].balance < wanted { overlay.setBalance(plan.sender, wanted) }
        }
        overlay.setBalance(plan.sender, overlay.accounts[plan.sender].balance &- cost)
        if transaction.to != nil { overlay.setNonce(plan.sender, overlay.accounts[plan.sender].nonce &+ 1) }
    }

    /// Warms what is warm from the start. False when the state lacks something.
    private mutating func warmUp(_ transaction: borrowing Transaction, _ plan: TransactionPlan) -> Bool {
        if fork < .berlin { return true }
        _ = overlay.warmAccount(plan.sender)
        if plan.recipient >= 0 { _ = overlay.warmAccount(plan.recipient) }
        if fork >= .shanghai {
            let coinbase = overlay.account(block.coinbase, base)
            if coinbase >= 0 { _ = overlay.warmAccount(coinbase) }
        }
        for entry in transaction.accessList {
            let account = overlay.account(entry.address, base)
            if account < 0 { continue }
            _ = overlay.warmAccount(account)
            for key in entry.storageKeys {
                let slot = overlay.slot(account, key.word, base)
                if slot >= 0 { _ = overlay.warmSlot(slot) }
            }
        }
        return overlay.needs.isEmpty
    }
}
